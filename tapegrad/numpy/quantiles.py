"""Quantiles, percentiles and medians."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import as_floating, axes_of, by_numpy, divided, located
from tapegrad.ops import quantiles
from tapegrad.ops.positions import numbers_of, pick

__all__ = ["median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile"]


def _quantile(
    name: str, a: Any, q: Any, axis: Any, method: str, keepdims: Any, weights: Any
) -> Any:
    if weights is not None:
        return _of_weighted(name, tensor_of(a), q, axis, method, keepdims, weights)
    x = as_floating(tensor_of(a), None)
    axes = None if axis is None else axes_of(axis, x._value.ndim)
    quantile = getattr(quantiles, name)
    if q is None and x._value.dtype.kind == "c":
        if not x._value.size:
            return by_numpy(name, x, axis, keepdims)
        return _complex_median(name, x, axis, keepdims)
    if q is None:
        return quantile(x, axes, bool(keepdims))
    # Python's numbers take the type of the data; arrays and lists of them have one of their own.
    given = q if isinstance(q, (int, float)) else tensor_of(q)._value.dtype
    common = np.result_type(x._value.dtype, given)
    return quantile(of_type(x, common), tensor_of(q, common), axes, method, bool(keepdims))


def _of_weighted(
    name: str, x: Tensor, q: Any, axis: Any, method: str, keepdims: Any, weights: Any
) -> Tensor:
    """One of the elements each: NumPy says which value, and the gradient goes to that element."""
    model = getattr(np, name)
    data = np.asarray(plain(x))
    found = model(
        data,
        plain(q),
        axis=plain(axis),
        method=method,
        keepdims=bool(keepdims),
        weights=plain(weights),
    )
    return of_type(located(x, found, axes_of(axis, data.ndim)), np.asarray(found).dtype)


def _complex_median(name: str, x: Tensor, axis: Any, keepdims: Any) -> Tensor:
    """The mean of the two elements in the middle, as NumPy orders complex numbers."""
    axes = axes_of(axis, x._value.ndim)
    data = np.asarray(plain(x))
    kept = tuple([i for i in range(-data.ndim, 0) if i not in axes])
    order, count = (*kept, *axes), math.prod([data.shape[i] for i in axes])
    lines = data.transpose(order).reshape(-1, count)
    numbers = numbers_of(x).transpose(order).reshape(-1, count)
    sorted_numbers = np.take_along_axis(numbers, np.argsort(lines, axis=-1, kind="stable"), -1)
    unknown = np.isnan(lines).sum(-1)
    known = np.maximum(count - unknown, 1)
    middle = np.stack([(known - 1) // 2, known // 2], -1)
    if name == "median":  # NaN stands at the end, and where there is one it is the median
        middle = np.where(unknown[:, None] > 0, count - 1, middle)
    shape = np.empty(data.shape, bool).any(axis=axes, keepdims=bool(keepdims)).shape
    pair = pick(x, np.take_along_axis(sorted_numbers, middle, -1))
    halves = R.reduce_sum(pair, axes=(-1,), keepdims=False)
    return R.reshape(divided(halves, 2), to=shape)


@function("np.median(np.array([1.0, 2.0, 4.0, 8.0]))")
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """The number in the middle, or the mean of two."""
    return _quantile("median", a, None, axis, "linear", keepdims, None)


@function("np.nanmedian(np.array([1.0, np.nan, 4.0]))")
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """The median of the elements that are not NaN."""
    return _quantile("nanmedian", a, None, axis, "linear", keepdims, None)


def _of_quantiles(name: str, summary: str, example: str) -> Any:
    def call(
        a: Any,
        q: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: Any = False,
        *,
        weights: Any = None,
    ) -> Any:
        return _quantile(name, a, q, axis, method, keepdims, weights)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(example)(call)


quantile = _of_quantiles(
    "quantile", "Quantiles, `q` between 0 and 1.", "np.quantile(np.array([1.0, 2.0, 4.0]), 0.25)"
)
percentile = _of_quantiles(
    "percentile", "Quantiles, `q` in percent.", "np.percentile(np.array([1.0, 2.0, 4.0]), 25)"
)
nanquantile = _of_quantiles(
    "nanquantile",
    "Quantiles of the elements that are not NaN.",
    "np.nanquantile(np.array([1.0, np.nan, 4.0]), 0.25)",
)
nanpercentile = _of_quantiles(
    "nanpercentile", "The same in percent.", "np.nanpercentile(np.array([1.0, np.nan, 4.0]), 25)"
)
