"""Sums and products along axes, and their running forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import wrap_constant
from tapegrad.numpy.array import ndarray, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import (
    EVERY,
    NO_VALUE,
    axes_of,
    by_numpy,
    is_exact,
    is_set,
    kept,
    of_scalar,
)
from tapegrad.numpy.ufunc_methods import REDUCERS

__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "prod", "sum"]


@function("np.sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)", method=True)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The sum of the elements."""
    x = a._tensor if a.__class__ is ndarray and dtype is None else tensor_of(a, dtype)
    if axis is None and where is True and initial is NO_VALUE and not is_exact(x):  # mostly
        return R.reduce_sum(x, axes=EVERY[x._value.ndim], keepdims=bool(keepdims))
    if is_exact(x):
        return by_numpy("sum", x, axis, keepdims, dtype=dtype, initial=initial, where=where)
    y = R.reduce_sum(
        kept(x, where, 0), axes=axes_of(of_scalar(axis, x), x._value.ndim), keepdims=bool(keepdims)
    )
    return y if not is_set(initial) else R.add(y, tensor_of(initial, x._value.dtype))


@function("np.prod(np.array([1.0, 2.0, 4.0]))", method=True)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The product of the elements; zeros among them are no obstacle to derivatives."""
    x = tensor_of(a, dtype)
    if is_exact(x):
        return by_numpy("prod", x, axis, keepdims, dtype=dtype, initial=initial, where=where)
    y = R.reduce_prod(
        kept(x, where, 1), axes=axes_of(of_scalar(axis, x), x._value.ndim), keepdims=bool(keepdims)
    )
    return y if not is_set(initial) else R.multiply(y, tensor_of(initial, x._value.dtype))


def running(name: str, a: Any, axis: Any, dtype: Any) -> Any:
    x = tensor_of(a, dtype)
    if axis is None:
        x, axis = R.reshape(x, to=(x._value.size,)), 0
    if is_exact(x):
        compute = lambda a: getattr(np, name)(a, axis=axis, dtype=dtype)  # noqa: E731
        return computed(compute, x)
    if not x._value.ndim:
        x = R.reshape(x, to=(1,))
    (negative,) = axes_of(axis, x._value.ndim)
    return getattr(R, name)(x, axis=negative, exclusive=False, reverse=False)


@function("np.cumsum(np.array([1.0, 2.0, 4.0]))", method=True)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sums of the elements up to each."""
    return running("cumsum", a, axis, dtype)


@function("np.cumprod(np.array([1.0, 2.0, 4.0]))", method=True)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products of the elements up to each."""
    return running("cumprod", a, axis, dtype)


def _cumulative(name: str, x: Any, axis: Any, dtype: Any, include_initial: bool, first: int) -> Any:
    x = tensor_of(x)
    if not x._value.ndim:
        x = R.reshape(x, to=(1,))
    if axis is None:
        if x._value.ndim != 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        axis = 0
    y = running(name, x, axis, dtype)
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


REDUCERS.update(add=sum, multiply=prod)
