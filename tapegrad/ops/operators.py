"""The operators of Tensors and Variables (``@`` stands beside `matmul`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.calls import install_operator, operand_or_refuse
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import bitwise, compare, division, elementwise, rounding
from tapegrad.ops.complex import abs

__all__ = ()


def _by_dtype(of_bools: Any, of_integers: Any) -> Any:
    """``& | ^``: logical for bools, bitwise for integers."""

    def operate(x: Any, y: Any) -> Tensor:
        function = of_bools if x._value.dtype.kind == "b" else of_integers
        return function(x, y)  # type: ignore[no-any-return]

    return operate


def _invert(self: Any) -> Tensor:
    function = compare.logical_not if self._value.dtype.kind == "b" else bitwise.invert
    return function(self)  # type: ignore[no-any-return]


def _equality(function: Any, of_unlike: bool) -> Any:
    """``==`` and ``!=``: tensors of unlike shapes are unequal as a whole, and None equals none."""

    def compare_with(self: Any, other: Any) -> Any:
        if other is None:
            return of_unlike
        try:
            other = operand_or_refuse(other, self._value.dtype)
        except (TypeError, ValueError):
            if _compares(other):
                return NotImplemented
            raise
        if other is NotImplemented:
            return other
        try:
            return function(self, other)
        except InvalidArgumentError:
            if _broadcast(self._value.shape, other._value.shape):
                raise
            return wrap_constant(np.bool_(of_unlike))

    return compare_with


def _compares(other: Any) -> bool:
    """True for an object that may know whether it equals a tensor, such as a tolerance."""
    kind: Any = type(other)
    return kind.__eq__ is not object.__eq__ and not isinstance(
        other, (str, bytes, list, tuple, np.ndarray, np.generic)
    )


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(a, b)
    except ValueError:
        return False
    return True


def _round(self: Any) -> Tensor:
    return rounding.round(self)  # type: ignore[no-any-return]


install_operator("add", elementwise.add, commutes=True)
install_operator("sub", elementwise.subtract)
install_operator("mul", elementwise.multiply, commutes=True)
install_operator("truediv", elementwise.divide)
install_operator("floordiv", division.floordiv)
install_operator("mod", division.floormod)
install_operator("pow", elementwise.pow)
install_operator("and", _by_dtype(compare.logical_and, bitwise.bitwise_and), commutes=True)
install_operator("or", _by_dtype(compare.logical_or, bitwise.bitwise_or), commutes=True)
install_operator("xor", _by_dtype(compare.logical_xor, bitwise.bitwise_xor), commutes=True)
install_operator("lt", compare.less, reflected=False)
install_operator("le", compare.less_equal, reflected=False)
install_operator("gt", compare.greater, reflected=False)
install_operator("ge", compare.greater_equal, reflected=False)
for _name, _operation in {
    "__neg__": elementwise.negative,
    "__abs__": abs,
    "__invert__": _invert,
    "__round__": _round,
    "__eq__": _equality(compare.equal, of_unlike=False),
    "__ne__": _equality(compare.not_equal, of_unlike=True),
}.items():
    setattr(ArrayLike, _name, _operation)
