"""Universal functions of arrays of one floating point type: the hot path of this dialect.

A loop of small steps in Python spends its time here and not in NumPy. So there is one function for
each number of operands, which does nothing twice; what is not of that simple kind it leaves to
`ufunc.call`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import (
    MarkedRecorders,
    active_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.primitive import trace
from tapegrad.core.tensor import Tensor, next_id, wrap_constant
from tapegrad.numpy.array import ndarray

_new = object.__new__
_array, _as_array = np.ndarray, np.asarray
_F64, _F32 = np.dtype(np.float64), np.dtype(np.float32)
#: Functions of NumPy that take half the time for a number that is an array.
_OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv)

#: What computes ``f(x)`` or ``f(x, y)``, or gives None.
Quick = Callable[..., Any]


def unary(primitive: Any) -> Quick:
    """The short way of a function of one array."""
    forward = primitive.forward
    (keep_x,), keep_y = primitive.keeps[1]

    def call(first: Any) -> Any:
        if first.__class__ is not ndarray:
            return None
        x = first._tensor
        a = x._value
        dtype = a.dtype
        if dtype is not _F64 and dtype is not _F32:
            return None
        token = silence_float_errors()
        try:
            value = forward(a)
        except (TypeError, ValueError):
            return None
        finally:
            restore_float_errors(token)
        if value.dtype is not dtype:
            return None
        out = _new(Tensor)
        out._value = value
        out._id = next_id()
        recorders = active_recorders()
        if recorders:
            i = x._id
            for recorder in recorders:
                if i in recorder.followed:
                    recorder.record_unary(primitive, x, keep_x, keep_y, out)
                else:
                    recorder.pass_by(primitive, i, out._id)
            if recorders.__class__ is MarkedRecorders:
                trace(recorders, primitive, (i,), (a,), out, None)
        result = _new(ndarray)
        result._tensor = out
        result._view = None
        return result

    return call


def binary(primitive: Any) -> Quick:
    """The short way of a function of two operands, at least one of them an array."""
    forward, differentiable = primitive.forward, primitive.differentiable
    is_operator = forward in _OPERATORS

    def constant(value: Any, dtype: np.dtype[Any], beside: Any) -> tuple[Any, int]:
        """The data and identity of an operand that is no array of ours; None if it is unusual."""
        kind = value.__class__
        if kind is float or kind is int:
            number = dtype.type(value)
            return (_as_array(number) if is_operator and beside.ndim else number), 0
        if kind is dtype.type:
            return value, 0
        if kind is _array and value.dtype is dtype:
            x = wrap_constant(value.copy()[()])  # the user may change the array
            return x._value, x._id
        return None, 0

    def call(first: Any, second: Any) -> Any:
        if first.__class__ is ndarray:
            x = first._tensor
            a = x._value
            i = x._id
            dtype = a.dtype
            if dtype is not _F64 and dtype is not _F32:
                return None
            if second.__class__ is ndarray:
                y = second._tensor
                b = y._value
                j = y._id
                if b.dtype is not dtype:
                    return None
            else:
                b, j = constant(second, dtype, a)
                if b is None:
                    return None
        elif second.__class__ is ndarray:
            y = second._tensor
            b = y._value
            j = y._id
            dtype = b.dtype
            if dtype is not _F64 and dtype is not _F32:
                return None
            a, i = constant(first, dtype, b)
            if a is None:
                return None
        else:
            return None
        token = silence_float_errors()
        try:
            value = forward(a, b)
        except (TypeError, ValueError):
            return None
        finally:
            restore_float_errors(token)
        if value.dtype is not dtype:
            return None
        out = _new(Tensor)
        out._value = value
        out._id = next_id()
        recorders = active_recorders()
        if recorders:
            for recorder in recorders:
                followed = recorder.followed
                if i in followed:
                    mask = differentiable & 3 if j in followed else differentiable & 1
                else:
                    mask = differentiable & 2 if j in followed else 0
                if mask:
                    recorder.record_binary(primitive, (i, j), a, b, mask, out)
                else:
                    recorder.pass_by(primitive, (i, j), out._id)
            if recorders.__class__ is MarkedRecorders:
                trace(
                    recorders,
                    primitive,
                    (i, j),
                    (a if i else a[()], b if j else b[()]),
                    out,
                    None,
                )
        result = _new(ndarray)
        result._tensor = out
        result._view = None
        return result

    return call


def power(primitive: Any, square: Any) -> Quick:
    """The short way of powers: a square is a product, with a simpler derivative."""
    of_two, squared = binary(primitive), unary(square)

    def call(first: Any, second: Any) -> Any:
        if (second.__class__ is int or second.__class__ is float) and second == 2:
            return squared(first)
        return of_two(first, second)

    return call


def way_of(primitive: Any, inputs: int, square: Any) -> Quick | None:
    """The short way of a primitive; None if there is none.

    Parameters
    ----------
    primitive
        The primitive, or None.
    inputs
        How many operands it has.
    square
        The primitive that computes squares.
    """
    if primitive is None:
        return None
    if primitive.name == "pow":
        return power(primitive, square)
    return unary(primitive) if inputs == 1 else binary(primitive)
