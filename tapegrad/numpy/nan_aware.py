"""Reductions that leave out what is NaN: the gradient to such an element is zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import wrap_constant
from tapegrad.numpy.array import holding, ndarray, tensor_of
from tapegrad.numpy.extremes import extreme, of_complex
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import NO_VALUE, axes_of, by_numpy, is_exact, is_set, of_scalar
from tapegrad.numpy.sums import prod, running, sum
from tapegrad.ops import nan_reductions

__all__ = ["nancumprod", "nancumsum", "nanmax", "nanmin", "nanprod", "nansum"]


def _without_nan(a: Any, neutral: Any) -> ndarray:
    x = tensor_of(a)
    if is_exact(x):
        return holding(x)
    return holding(
        R.where(
            R.is_nan(x) if x._value.dtype.kind == "f" else computed(np.isnan, x),
            wrap_constant(x._value.dtype.type(neutral)),
            x,
        )
    )


@function("np.nansum(np.array([1.0, np.nan]))")
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The sum of the elements that are not NaN."""
    return sum(_without_nan(a, 0), axis, dtype, None, keepdims, initial, where)._tensor


@function("np.nanprod(np.array([2.0, np.nan]))")
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The product of the elements that are not NaN."""
    return prod(_without_nan(a, 1), axis, dtype, None, keepdims, initial, where)._tensor


@function("np.nancumsum(np.array([1.0, np.nan, 2.0]))")
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums up to each element, where NaN counts as 0."""
    return running("cumsum", _without_nan(a, 0), axis, dtype)


@function("np.nancumprod(np.array([1.0, np.nan, 2.0]))")
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products up to each element, where NaN counts as 1."""
    return running("cumprod", _without_nan(a, 1), axis, dtype)


def _nan_extreme(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    if x._value.dtype.kind == "c":
        return of_complex(f"nan{name}", x, axis, keepdims, initial, where)
    if x._value.dtype.kind != "f" or is_set(initial) or where is not True:
        if x._value.dtype.kind == "f":
            return extreme(
                name,
                _without_nan(x, -np.inf if name == "max" else np.inf),
                axis,
                keepdims,
                initial,
                where,
            )
        return by_numpy(f"nan{name}", x, axis, keepdims, initial=initial, where=where)
    axes = axes_of(of_scalar(axis, x), x._value.ndim)
    return getattr(nan_reductions, f"nan{name}")(x, axes, bool(keepdims))


@function("np.nanmax(np.array([1.0, np.nan]))")
def nanmax(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The largest element that is not NaN."""
    return _nan_extreme("max", a, axis, keepdims, initial, where)


@function("np.nanmin(np.array([1.0, np.nan]))")
def nanmin(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The smallest element that is not NaN."""
    return _nan_extreme("min", a, axis, keepdims, initial, where)
