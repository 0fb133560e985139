"""Means, variances and averages."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import (
    NO_VALUE,
    as_floating,
    axes_of,
    count_of,
    divided,
    is_set,
    kept,
    of_scalar,
)

__all__ = ["average", "mean", "nanmean", "nanstd", "nanvar", "std", "var"]


@function("np.mean(np.array([1.0, 2.0, 4.0]))", method=True)
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    """The arithmetic mean."""
    x = as_floating(tensor_of(a), dtype)
    axes = axes_of(axis, x._value.ndim)
    keepdims = bool(keepdims)
    total = R.reduce_sum(kept(x, where, 0), axes=axes, keepdims=keepdims)
    return divided(total, count_of(x, axes, keepdims, where))


def _numbers(a: Any, where: Any) -> Any:
    """Which elements are numbers and take part."""
    mask = ~np.isnan(plain(tensor_of(a)))
    return mask if where is True else mask & plain(where)


@function("np.nanmean(np.array([1.0, np.nan, 3.0]))")
def nanmean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    """The mean of the elements that are not NaN."""
    axis = of_scalar(axis, tensor_of(a))
    return mean(a, axis, dtype, None, keepdims, where=_numbers(a, where))._tensor


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: Any, keepdims: Any, where: Any, known: Any, correction: Any
) -> Tensor:
    if correction is not NO_VALUE and correction is not None:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    x = as_floating(tensor_of(a), dtype)
    axes = axes_of(axis, x._value.ndim)
    if is_set(known):
        center = tensor_of(known, x._value.dtype)
    else:
        total = R.reduce_sum(kept(x, where, 0), axes=axes, keepdims=True)
        center = divided(total, count_of(x, axes, True, where))
    distance = R.subtract(x, center)
    if x._value.dtype.kind == "c":
        square = R.add(R.square(R.real(distance)), R.square(R.imag(distance)))
    else:
        square = R.square(distance)
    total = R.reduce_sum(kept(square, where, 0), axes=axes, keepdims=bool(keepdims))
    count = np.asarray(count_of(x, axes, bool(keepdims), where)) - ddof
    return divided(total, np.maximum(count, 0))


def _deviation(name: str, summary: str, example: str, method: bool = False) -> Any:
    def call(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: Any = 0,
        keepdims: Any = False,
        *,
        where: Any = True,
        mean: Any = NO_VALUE,
        correction: Any = NO_VALUE,
    ) -> Any:
        chosen = where
        if name.startswith("nan"):
            chosen, axis = _numbers(a, where), of_scalar(axis, tensor_of(a))
        found = _variance(a, axis, dtype, ddof, keepdims, chosen, mean, correction)
        return R.sqrt(found) if name.endswith("std") else found

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(example, method=method)(call)


_X, _W = "np.array([1.0, 2.0, 4.0])", "np.array([1.0, np.nan, 3.0])"

var = _deviation(
    "var", "The variance: the mean of the squared distances from the mean.", f"np.var({_X})", True
)
std = _deviation("std", "The standard deviation: the root of the variance.", f"np.std({_X})", True)
nanvar = _deviation("nanvar", "The variance of the elements that are not NaN.", f"np.nanvar({_W})")
nanstd = _deviation(
    "nanstd", "The standard deviation of the elements that are not NaN.", f"np.nanstd({_W})"
)


@function("np.average(np.array([1.0, 4.0]), weights=[3.0, 1.0])")
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """The mean with weights; with `returned`, also the sum of the weights."""
    x = holding(tensor_of(a))
    if weights is None:
        result = mean(x, axis, keepdims=keepdims)
        count = count_of(x._tensor, axes_of(axis, x.ndim), bool(keepdims), True)
        total = result * 0 + count
    else:
        w = holding(tensor_of(weights))
        if w.shape != x.shape:
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            axes = [i + x.ndim for i in axes_of(axis, x.ndim)]
            if w.shape != tuple([x.shape[i] for i in axes]):
                raise ValueError(
                    "Shape of weights must be consistent with shape of a along specified axis."
                )
            order = np.argsort(axes)
            shape = [1] * x.ndim
            for i in axes:
                shape[i] = x.shape[i]
            w = w.transpose(tuple(order.tolist())).reshape(tuple(shape)) + 0 * x
        total = w.sum(axis, keepdims=bool(keepdims))
        if np.any(np.asarray(total._value) == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = (x * w).sum(axis, keepdims=bool(keepdims)) / total
    return (result, total) if returned else result
