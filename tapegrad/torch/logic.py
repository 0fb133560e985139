"""Truth values and bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.ops import bitwise, compare
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import check_operand, promoted
from tapegrad.torch.tensor import Tensor, install, wrapped

__all__ = [
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
]

_BOOL = np.dtype(np.bool_)


def _bits(name: str, of_bits: Callable[..., Any], of_bools: Callable[..., Any]) -> Any:
    def call(input: Any, other: Any) -> Any:
        check_operand(name, "other", other)
        a, b = promoted(input, other)
        kind = a._value.dtype.kind
        if kind not in "iub":
            raise NotImplementedError(f'"{name}_cpu" not implemented for {_quoted(a)}')
        return of_bools(a, b) if kind == "b" else of_bits(a, b)

    call.__name__ = call.__qualname__ = name
    symbol = {"and": "&", "or": "|", "xor": "^"}[name.partition("_")[2]]
    call.__doc__ = f"``input {symbol} other`` of the bits of integers, or of truth values."
    return documented(f"torch.{name}(torch.tensor([1, 2]), torch.tensor([3, 3]))", "")(
        operation(in_place=True)(call)
    )


def _quoted(x: Any) -> str:
    return f"'{from_numpy_dtype(x._value.dtype).abbreviation}'"


bitwise_and = _bits("bitwise_and", bitwise.bitwise_and, compare.logical_and)
bitwise_or = _bits("bitwise_or", bitwise.bitwise_or, compare.logical_or)
bitwise_xor = _bits("bitwise_xor", bitwise.bitwise_xor, compare.logical_xor)


@documented("torch.bitwise_not(torch.tensor([0, 1]))", "")
@operation(in_place=True)
def bitwise_not(input: Any) -> Any:
    """All bits of integers, or truth values, the other way round."""
    kind = input._value.dtype.kind
    if kind not in "iub":
        raise NotImplementedError(f'"bitwise_not_cpu" not implemented for {_quoted(input)}')
    return compare.logical_not(input) if kind == "b" else bitwise.invert(input)


@documented("torch.bitwise_left_shift(torch.tensor([1, 2]), 2)", "")
@operation(in_place=True)
def bitwise_left_shift(input: Any, other: Any) -> Any:
    """The bits of integers moved up by `other` places."""
    return bitwise.left_shift(*promoted(input, other))


@documented("torch.bitwise_right_shift(torch.tensor([8, 9]), 2)", "")
@operation(in_place=True)
def bitwise_right_shift(input: Any, other: Any) -> Any:
    """The bits of integers moved down by `other` places."""
    return bitwise.right_shift(*promoted(input, other))


def _connective(name: str, function: Callable[..., Any], words: str) -> Any:
    def call(input: Any, other: Any) -> Any:
        if not hasattr(other, "_value"):
            raise TypeError(
                f"{name}(): argument 'other' (position 2) must be Tensor, not "
                f"{type(other).__name__}"
            )
        return function(in_dtype(input, _BOOL), in_dtype(other, _BOOL))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"True where {words} `input` and `other` is not zero."
    return documented(f"torch.{name}(torch.tensor([0, 1, 2]), torch.tensor([0, 0, 1]))", "")(
        operation(in_place=True)(call)
    )


logical_and = _connective("logical_and", compare.logical_and, "each of")
logical_or = _connective("logical_or", compare.logical_or, "one of")
logical_xor = _connective("logical_xor", compare.logical_xor, "exactly one of")


@documented("torch.logical_not(torch.tensor([0.0, 2.0]))", "")
@operation(in_place=True)
def logical_not(input: Any) -> Any:
    """True where `input` is zero."""
    return compare.logical_not(in_dtype(input, _BOOL))


def _operator(function: Callable[..., Any], swap: bool = False) -> Callable[..., Any]:
    def operate(self: Tensor, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            other = wrapped(np.array(other))
        if not isinstance(other, (Tensor, bool, int, np.generic)):
            return NotImplemented
        if swap and not isinstance(other, Tensor):
            other = self.new_tensor(other, dtype=None)
        return function(other, self) if swap else function(self, other)

    return operate


for _name, _function in (
    ("and", bitwise_and),
    ("or", bitwise_or),
    ("xor", bitwise_xor),
    ("lshift", bitwise_left_shift),
    ("rshift", bitwise_right_shift),
):
    install(
        **{
            f"__{_name}__": _operator(_function),
            f"__r{_name}__": _operator(_function, swap=True),
            f"__i{_name}__": getattr(Tensor, f"{_function.__name__}_"),
        }
    )
install(__invert__=bitwise_not)
