"""Constructors of old: ``Tensor(3, 5)``, ``FloatTensor([1, 2])``, ``tensor.new(...)``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.torch import dtypes
from tapegrad.torch.creation import empty
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import get_default_dtype, set_default_dtype
from tapegrad.torch.from_data import array_of, made
from tapegrad.torch.size import Size
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor, install, shared, wrapped

__all__ = [
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "CharTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
    "set_default_tensor_type",
]


def constructed(dtype: dtypes.dtype, args: tuple[Any, ...]) -> Tensor:
    """A tensor of a type from sizes, a sequence of values, or another tensor of the type.

    Raises
    ------
    TypeError
        For a tensor of another type, and for what is neither sizes nor a sequence.
    """
    if not args:
        return empty(0, dtype=dtype)
    first = args[0]
    if len(args) == 1 and isinstance(first, Tensor):
        if first.dtype is not dtype:
            raise TypeError(
                f"expected a tensor of type {dtype}, but got one of {first.dtype}: convert it with "
                f".to({dtype})"
            )
        return wrapped(shared(first))
    if len(args) == 1 and isinstance(first, np.ndarray):
        return made(first.astype(dtype.numpy_dtype))
    if isinstance(first, Size) or hasattr(first, "__index__"):
        return empty(*args, dtype=dtype)
    if len(args) == 1 and isinstance(first, (list, tuple, range)):
        return made(array_of(first).astype(dtype.numpy_dtype))
    raise TypeError(f"new(): invalid data type '{type(first).__name__}'")


def _new_tensor(cls: type, *args: Any, device: Any = None) -> Tensor:
    if device is not None:
        _device(device)
    found = constructed(get_default_dtype(), args)
    if cls is not Tensor:
        found.__class__ = cls
    return found


Tensor.__new__ = staticmethod(_new_tensor)  # type: ignore[assignment]


class tensortype(type):
    """The type of `FloatTensor` and the like: tensors of one element type."""

    of: dtypes.dtype

    def __call__(cls, *args: Any, device: Any = None) -> Tensor:
        """A tensor of sizes, or of a sequence of values."""
        if device is not None:
            _device(device)
        return constructed(cls.of, args)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.of

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


def _typed(dtype: dtypes.dtype) -> Any:
    name = f"{dtype.abbreviation}Tensor"
    text = (
        f"Tensors of type {dtype}: ``torch.{name}(2, 3)`` is uninitialised, of that shape,\n"
        f"``torch.{name}([2, 3])`` has these values.\n\n"
        "Parameters\n----------\nargs\n    Sizes, or one sequence of values.\n"
        "device\n    There is only the processor.\n\n"
        "Examples\n--------\n>>> import tapegrad.torch as torch\n"
        f">>> isinstance(torch.{name}(2), torch.{name})\nTrue\n"
    )
    return tensortype(name, (), {"of": dtype, "__doc__": text, "__module__": __name__})


BFloat16Tensor = _typed(dtypes.bfloat16)
BoolTensor = _typed(dtypes.bool)
ByteTensor = _typed(dtypes.uint8)
CharTensor = _typed(dtypes.int8)
DoubleTensor = _typed(dtypes.float64)
FloatTensor = _typed(dtypes.float32)
HalfTensor = _typed(dtypes.float16)
IntTensor = _typed(dtypes.int32)
LongTensor = _typed(dtypes.int64)
ShortTensor = _typed(dtypes.int16)


def new(self: Tensor, *args: Any, device: Any = None) -> Tensor:
    """A tensor of this one's type from sizes, or from a sequence of values."""
    if device is not None:
        _device(device)
    return constructed(self.dtype, args)


@documented(
    "torch.set_default_tensor_type(torch.FloatTensor)",
    "",
    t="``torch.DoubleTensor`` and the like, or its name.",
)
def set_default_tensor_type(t: Any, /) -> None:
    """Choose the type that Python floats become."""
    if isinstance(t, str):
        found = [d for d in dtypes.ALL if t == f"torch.{d.abbreviation}Tensor"]
        if not found:
            raise TypeError(f"invalid type name: {t}")
        set_default_dtype(found[0])
    else:
        set_default_dtype(getattr(t, "of", t))


install(new=new)
