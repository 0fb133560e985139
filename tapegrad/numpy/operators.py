"""The operators of arrays, with NumPy's promotion, and those that change an array in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy import universal
from tapegrad.numpy.array import holding, install, ndarray
from tapegrad.numpy.ufunc import ufunc

__all__: list[str] = []

_OPERANDS = (ArrayLike, np.ndarray, np.generic, int, float, complex, list, tuple)

_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "divmod": "divmod",
    "pow": "power",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
}
_COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
_UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}


def _is_operand(other: Any) -> bool:
    return isinstance(other, _OPERANDS) or hasattr(other, "__array__")


def _quick(function: ufunc) -> Callable[..., Any]:
    """The short way of a function, which gives None where it is not open."""
    return function.quick or (lambda *operands: None)


def _forwards(function: ufunc) -> Callable[..., Any]:
    quick = _quick(function)

    def operate(self: ndarray, other: Any) -> Any:
        found = quick(self, other)
        if found is not None:
            return found
        if not _is_operand(other):
            return NotImplemented
        return function.call((self, other), {}, holding)

    return operate


def _backwards(function: ufunc) -> Callable[..., Any]:
    quick = _quick(function)

    def operate(self: ndarray, other: Any) -> Any:
        found = quick(other, self)
        if found is not None:
            return found
        if not _is_operand(other):
            return NotImplemented
        return function.call((other, self), {}, holding)

    return operate


def _changing(function: ufunc) -> Callable[..., Any]:
    def operate(self: ndarray, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        if not self._tensor._value.shape and self._view is None and not self.__dict__:
            # A number that was computed: a scalar of NumPy, which others may hold, does not change.
            return function(self, other)
        return function(self, other, out=self)

    return operate


def _comparing(function: ufunc, otherwise: Any) -> Callable[..., Any]:
    def operate(self: ndarray, other: Any) -> Any:
        if not _is_operand(other):
            return otherwise
        return function(self, other)

    return operate


def _single(function: ufunc) -> Callable[..., Any]:
    def operate(self: ndarray) -> Any:
        return function(self)

    return operate


for _name, _function in _BINARY.items():
    _made = getattr(universal, _function)
    install(**{f"__{_name}__": _forwards(_made), f"__r{_name}__": _backwards(_made)})
    if _name != "divmod":
        install(**{f"__i{_name}__": _changing(_made)})
for _name, _function in _COMPARISONS.items():
    _otherwise = {"eq": False, "ne": True}.get(_name, NotImplemented)
    install(**{f"__{_name}__": _comparing(getattr(universal, _function), _otherwise)})
for _name, _function in _UNARY.items():
    install(**{f"__{_name}__": _single(getattr(universal, _function))})


_pow = universal.power  # type: ignore[attr-defined]


def _power(self: ndarray, exponent: Any, modulus: Any = None) -> Any:
    if modulus is not None:
        return NotImplemented
    found = _pow.quick(self, exponent)
    if found is not None:
        return found
    return _pow(self, exponent) if _is_operand(exponent) else NotImplemented


install(__pow__=_power)
