"""Logarithms of sums of exponentials, and what is normalised by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type
from tapegrad.numpy.reducing import axes_of
from tapegrad.numpy.special.making import constant, floating, special_function
from tapegrad.ops import reduce  # noqa: F401 - of the table
from tapegrad.ops import softmax as _of_the_table  # noqa: F401

_AXIS = {"axis": "The axis or axes; None stands for all."}


def _largest(x: Tensor, axes: tuple[int, ...]) -> Any:
    """The largest real part along the axes, or 0 where it is infinite; nothing follows it."""
    part = R.stop_gradient(x if x._value.dtype.kind == "f" else R.real(x))
    top = R.reduce_max(part, axes=axes, keepdims=True)
    return R.where(R.is_finite(top), top, constant(top, 0.0))


def _shifted(x: Any, axis: Any) -> tuple[Tensor, tuple[int, ...]]:
    (a,) = floating(x, half=True)
    axes = axes_of(axis, a._value.ndim)
    return (R.subtract(a, _largest(a, axes)) if a._value.size else a), axes


@special_function("np.special.softmax([0.0, 1.0])", **_AXIS)
def softmax(x: Any, axis: Any = None) -> Any:
    """Exponentials, divided by their sum."""
    a, axes = _shifted(x, axis)
    if len(axes) == 1:
        return R.softmax(a, axis=axes[0])
    powers = R.exp(a)
    return R.divide(powers, R.reduce_sum(powers, axes=axes, keepdims=True))


@special_function("np.special.log_softmax([0.0, 1.0])", **_AXIS)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """Logarithm of `softmax`."""
    a, axes = _shifted(x, axis)
    if len(axes) == 1:
        return R.log_softmax(a, axis=axes[0])
    return R.subtract(a, R.log(R.reduce_sum(R.exp(a), axes=axes, keepdims=True)))


@special_function(
    "np.special.logsumexp([0.0, 1000.0])",
    b="Factors of the exponentials, which may be negative; shapes broadcast.",
    return_sign="Whether to return the logarithm of the sum's absolute value, and its sign.",
    **_AXIS,
)
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """Logarithm of the sum of exponentials, which does not overflow."""
    if b is None:
        (x,) = floating(a, half=True)
        axes = axes_of(axis, x._value.ndim)
        if x._value.dtype.kind == "f" and not return_sign:
            return R.reduce_logsumexp(x, axes=axes, keepdims=keepdims)
        terms = None
    else:
        x, terms = floating(a, b, half=True)
        shape = np.broadcast_shapes(x._value.shape, terms._value.shape)
        x = R.broadcast_to(x, to=shape)
        x = R.where(R.equal(terms, constant(terms, 0.0)), constant(x, -np.inf), x)
        axes = axes_of(axis, x._value.ndim)
    top = _largest(x, axes) if x._value.size else R.reduce_sum(x, axes=axes, keepdims=True)
    powers = R.exp(R.subtract(x, of_type(top, x._value.dtype)))
    total = R.reduce_sum(
        powers if terms is None else R.multiply(terms, powers), axes=axes, keepdims=keepdims
    )
    if not keepdims:
        top = R.reshape(top, to=total._value.shape)
    if not return_sign:
        return R.add(R.log(total), of_type(top, x._value.dtype))
    size = R.abs(total) if total._value.dtype.kind == "f" else R.modulus(total)
    sign = (
        R.sign(total)
        if total._value.dtype.kind == "f"
        else total / of_type(size, total._value.dtype)
    )
    return R.add(R.log(size), top), sign
