"""Sums, products, means, extremes and counts along axes, and their running forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import HANDLERS, function
from tapegrad.numpy.ufunc import REDUCERS
from tapegrad.ops import nan_reductions, quantiles

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "max",
    "mean",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "percentile",
    "prod",
    "ptp",
    "quantile",
    "std",
    "sum",
    "var",
]

_NoValue: Any = np._NoValue


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes as the engine wants them, as negative integers; None stands for all.

    Raises
    ------
    AxisError, ValueError
        If there is no such axis, or one is named twice.
    """
    if axis is None:
        return tuple(range(-ndim, 0))
    return tuple([a - ndim for a in np.lib.array_utils.normalize_axis_tuple(plain(axis), ndim)])


def _is_exact(x: Tensor) -> bool:
    return x._value.dtype.kind not in "fc"


def _by_numpy(name: str, x: Tensor, axis: Any, keepdims: Any, **options: Any) -> Tensor:
    """What NumPy computes of numbers without a derivative."""
    model = getattr(np, name)
    options = {k: plain(v) for k, v in options.items() if v is not _NoValue}
    if options.get("where") is True:
        del options["where"]

    def compute(a: Any) -> Any:
        return np.asarray(model(a, axis=plain(axis), keepdims=bool(keepdims), **options))[()]

    compute.__name__ = name
    found: Tensor = computed(compute, x)
    return found


def _kept(x: Tensor, where: Any, neutral: Any) -> Tensor:
    """The elements that take part, and a neutral one for the others."""
    if where is True or where is _NoValue:
        return x
    return R.where(tensor_of(where, bool), x, wrap_constant(x._value.dtype.type(neutral)))


def _is_set(value: Any) -> bool:
    return value is not _NoValue and value is not None


@function("np.sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)", method=True)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The sum of the elements."""
    x = tensor_of(a, dtype)
    if _is_exact(x):
        return _by_numpy("sum", x, axis, keepdims, dtype=dtype, initial=initial, where=where)
    y = R.reduce_sum(_kept(x, where, 0), axes=axes_of(axis, x._value.ndim), keepdims=bool(keepdims))
    return y if not _is_set(initial) else R.add(y, tensor_of(initial, x._value.dtype))


@function("np.prod(np.array([1.0, 2.0, 4.0]))", method=True)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The product of the elements; zeros among them are no obstacle to derivatives."""
    x = tensor_of(a, dtype)
    if _is_exact(x):
        return _by_numpy("prod", x, axis, keepdims, dtype=dtype, initial=initial, where=where)
    y = R.reduce_prod(
        _kept(x, where, 1), axes=axes_of(axis, x._value.ndim), keepdims=bool(keepdims)
    )
    return y if not _is_set(initial) else R.multiply(y, tensor_of(initial, x._value.dtype))


def _extreme(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    dtype = x._value.dtype
    if dtype.kind != "f":
        return _by_numpy(name, x, axis, keepdims, initial=initial, where=where)
    axes = axes_of(axis, x._value.ndim)
    if where is not True and where is not _NoValue and not _is_set(initial):
        raise ValueError(
            f"reduction operation '{name}imum' does not have an identity, so to use a where mask "
            f"one has to specify 'initial'"
        )
    shape = x._value.shape
    if 0 in [shape[i] for i in axes] and not _is_set(initial):
        raise ValueError(f"zero-size array to reduction operation {name}imum which has no identity")
    neutral = -np.inf if name == "max" else np.inf
    y = getattr(R, f"reduce_{name}")(_kept(x, where, neutral), axes=axes, keepdims=bool(keepdims))
    if not _is_set(initial):
        return y
    return getattr(R, f"{name}imum")(y, tensor_of(initial, dtype))


@function("np.max(np.array([1.0, 4.0, 2.0]))", method=True)
def max(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The largest element; among equal ones the gradient is shared."""
    return _extreme("max", a, axis, keepdims, initial, where)


@function("np.min(np.array([1.0, 4.0, 2.0]))", method=True)
def min(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The smallest element; among equal ones the gradient is shared."""
    return _extreme("min", a, axis, keepdims, initial, where)


amax, amin = max, min
HANDLERS[np.amax], HANDLERS[np.amin] = max, min


@function("np.ptp(np.array([1.0, 4.0, 2.0]))")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The largest minus the smallest element."""
    x = tensor_of(a)
    if _is_exact(x):
        return _by_numpy("ptp", x, axis, keepdims)
    high, low = [_extreme(name, x, axis, keepdims, _NoValue, True) for name in ("max", "min")]
    return R.subtract(high, low)


def _as_floating(x: Tensor, dtype: Any) -> Tensor:
    if dtype is not None:
        return of_type(x, np.dtype(dtype))
    return x if not _is_exact(x) else of_type(x, np.dtype(np.float64))


def _count(x: Tensor, axes: tuple[int, ...], keepdims: bool, where: Any) -> Any:
    """The number of elements that take part."""
    shape = x._value.shape
    if where is True or where is _NoValue:
        return int(np.prod([shape[i] for i in axes]))
    mask = np.broadcast_to(plain(where), shape)
    return np.sum(mask, axis=axes, keepdims=keepdims)


def _divided(x: Tensor, count: Any) -> Tensor:
    dtype = x._value.dtype
    real = np.dtype(dtype.char.lower()) if dtype.kind == "c" else dtype
    divisor = np.asarray(count, real if real.kind == "f" else np.float64).astype(dtype)[()]
    return R.divide(x, wrap_constant(divisor))


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
    x = _as_floating(tensor_of(a), dtype)
    axes = axes_of(axis, x._value.ndim)
    keepdims = bool(keepdims)
    total = R.reduce_sum(_kept(x, where, 0), axes=axes, keepdims=keepdims)
    return _divided(total, _count(x, axes, keepdims, where))


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: Any, keepdims: Any, where: Any, known: Any, correction: Any
) -> Tensor:
    if correction is not _NoValue and correction is not None:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    x = _as_floating(tensor_of(a), dtype)
    axes = axes_of(axis, x._value.ndim)
    if _is_set(known):
        center = tensor_of(known, x._value.dtype)
    else:
        total = R.reduce_sum(_kept(x, where, 0), axes=axes, keepdims=True)
        center = _divided(total, _count(x, axes, True, where))
    distance = R.subtract(x, center)
    if x._value.dtype.kind == "c":
        square = R.add(R.square(R.real(distance)), R.square(R.imag(distance)))
    else:
        square = R.square(distance)
    total = R.reduce_sum(_kept(square, where, 0), axes=axes, keepdims=bool(keepdims))
    count = np.asarray(_count(x, axes, bool(keepdims), where)) - ddof
    return _divided(total, np.maximum(count, 0))


@function("np.var(np.array([1.0, 2.0, 4.0]))", method=True)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _NoValue,
    correction: Any = _NoValue,
) -> Any:
    """The variance: the mean of the squared distances from the mean."""
    return _variance(a, axis, dtype, ddof, keepdims, where, mean, correction)


@function("np.std(np.array([1.0, 2.0, 4.0]))", method=True)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _NoValue,
    correction: Any = _NoValue,
) -> Any:
    """The standard deviation: the root of the variance."""
    return R.sqrt(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction))


@function("np.average(np.array([1.0, 4.0]), weights=[3.0, 1.0])")
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """The mean with weights; with `returned`, also the sum of the weights."""
    x = holding(tensor_of(a))
    if weights is None:
        result = mean(x, axis, keepdims=keepdims)
        count = _count(x._tensor, axes_of(axis, x.ndim), bool(keepdims), True)
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


# Running forms


def _running(name: str, a: Any, axis: Any, dtype: Any) -> Any:
    x = tensor_of(a, dtype)
    if axis is None:
        x, axis = R.reshape(x, to=(x._value.size,)), 0
    if _is_exact(x):
        compute = lambda a: getattr(np, name)(a, axis=axis, dtype=dtype)  # noqa: E731
        return computed(compute, x)
    if not x._value.ndim:
        return R.reshape(x, to=(1,))
    (negative,) = axes_of(axis, x._value.ndim)
    return getattr(R, name)(x, axis=negative, exclusive=False, reverse=False)


@function("np.cumsum(np.array([1.0, 2.0, 4.0]))", method=True)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums of the elements up to each."""
    return _running("cumsum", a, axis, dtype)


@function("np.cumprod(np.array([1.0, 2.0, 4.0]))", method=True)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products of the elements up to each."""
    return _running("cumprod", a, axis, dtype)


def _cumulative(name: str, x: Any, axis: Any, dtype: Any, include_initial: bool, first: int) -> Any:
    x = tensor_of(x)
    if axis is None:
        if x._value.ndim != 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        axis = 0
    y = _running(name, x, axis, dtype)
    if include_initial:
        shape = list(y._value.shape)
        shape[axis] = 1
        start = wrap_constant(np.full(shape, first, y._value.dtype))
        y = R.concat(start, y, axis=axis - len(shape) if axis >= 0 else axis)
    return y


@function("np.cumulative_sum(np.array([1.0, 2.0]))", include_initial="Whether a 0 stands in front.")
def cumulative_sum(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: bool = False,
) -> Any:
    """The sums of the elements up to each."""
    return _cumulative("cumsum", x, axis, dtype, include_initial, 0)


@function(
    "np.cumulative_prod(np.array([1.0, 2.0]))", include_initial="Whether a 1 stands in front."
)
def cumulative_prod(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: bool = False,
) -> Any:
    """The products of the elements up to each."""
    return _cumulative("cumprod", x, axis, dtype, include_initial, 1)


# Where some are NaN


def _without_nan(a: Any, neutral: Any) -> ndarray:
    x = tensor_of(a)
    if _is_exact(x):
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
    initial: Any = _NoValue,
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
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The product of the elements that are not NaN."""
    return prod(_without_nan(a, 1), axis, dtype, None, keepdims, initial, where)._tensor


@function("np.nancumsum(np.array([1.0, np.nan, 2.0]))")
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums up to each element, where NaN counts as 0."""
    return _running("cumsum", _without_nan(a, 0), axis, dtype)


@function("np.nancumprod(np.array([1.0, np.nan, 2.0]))")
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products up to each element, where NaN counts as 1."""
    return _running("cumprod", _without_nan(a, 1), axis, dtype)


def _nan_extreme(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    if x._value.dtype.kind != "f" or _is_set(initial) or where is not True:
        if x._value.dtype.kind == "f":
            return _extreme(
                name,
                _without_nan(x, -np.inf if name == "max" else np.inf),
                axis,
                keepdims,
                initial,
                where,
            )
        return _by_numpy(f"nan{name}", x, axis, keepdims, initial=initial, where=where)
    axes = axes_of(axis, x._value.ndim)
    return getattr(nan_reductions, f"nan{name}")(x, axes, bool(keepdims))


@function("np.nanmax(np.array([1.0, np.nan]))")
def nanmax(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = _NoValue,
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
    initial: Any = _NoValue,
    where: Any = True,
) -> Any:
    """The smallest element that is not NaN."""
    return _nan_extreme("min", a, axis, keepdims, initial, where)


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
    return mean(a, axis, dtype, None, keepdims, where=_numbers(a, where))._tensor


@function("np.nanvar(np.array([1.0, np.nan, 3.0]))")
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _NoValue,
    correction: Any = _NoValue,
) -> Any:
    """The variance of the elements that are not NaN."""
    chosen = _numbers(a, where)
    return _variance(a, axis, dtype, ddof, keepdims, chosen, mean, correction)


@function("np.nanstd(np.array([1.0, np.nan, 3.0]))")
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = _NoValue,
    correction: Any = _NoValue,
) -> Any:
    """The standard deviation of the elements that are not NaN."""
    chosen = _numbers(a, where)
    return R.sqrt(_variance(a, axis, dtype, ddof, keepdims, chosen, mean, correction))


# Quantiles


def _quantile(
    name: str, a: Any, q: Any, axis: Any, method: str, keepdims: Any, weights: Any
) -> Any:
    if weights is not None:
        raise NotImplementedError(
            f"{name}: weights are not supported. Sort the values and interpolate their cumulated "
            f"weights: np.interp(q, np.cumsum(weights[order]), a[order])."
        )
    x = _as_floating(tensor_of(a), None)
    axes = None if axis is None else axes_of(axis, x._value.ndim)
    quantile = getattr(quantiles, name)
    if q is None:
        return quantile(x, axes, bool(keepdims))
    return quantile(x, tensor_of(q, x._value.dtype), axes, method, bool(keepdims))


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


# Without a derivative


@function("np.all(np.array([True, False]))", method=True)
def all(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Whether all elements are true."""
    return _by_numpy("all", tensor_of(a), axis, keepdims, where=where)


@function("np.any(np.array([True, False]))", method=True)
def any(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Whether one of the elements is true."""
    return _by_numpy("any", tensor_of(a), axis, keepdims, where=where)


def _position(name: str, summary: str, example: str, method: bool = False) -> Any:
    def call(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        return _by_numpy(name, tensor_of(a), axis, keepdims)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(example, method=method)(call)


argmax = _position(
    "argmax", "The position of the largest element.", "np.argmax(np.array([1.0, 4.0]))", True
)
argmin = _position(
    "argmin", "The position of the smallest element.", "np.argmin(np.array([1.0, 4.0]))", True
)
nanargmax = _position(
    "nanargmax",
    "The position of the largest element that is not NaN.",
    "np.nanargmax(np.array([1.0, np.nan]))",
)
nanargmin = _position(
    "nanargmin",
    "The position of the smallest element that is not NaN.",
    "np.nanargmin(np.array([1.0, np.nan]))",
)


@function("np.count_nonzero(np.array([1.0, 0.0]))")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not 0."""
    return _by_numpy("count_nonzero", tensor_of(a), axis, keepdims)


REDUCERS.update(
    add=sum,
    multiply=prod,
    maximum=max,
    minimum=min,
    logical_and=all,
    logical_or=any,
)
install(ptp=ptp)
