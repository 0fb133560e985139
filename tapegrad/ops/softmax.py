"""softmax and log_softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.primitive import apply
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import reduce, transcendental  # noqa: F401 - used by rules as F.exp...
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import require_kinds

__all__ = ["log_softmax", "softmax"]

#: Letters of the real floating point dtypes ("V": bfloat16).
FLOATS = "fV"


def in_single_precision(forward: Any) -> Any:
    """Let a function of float arrays compute half precision in float32, rounding once."""

    def call(*arrays: Any, **params: Any) -> Any:
        dtype = arrays[-1].dtype
        if dtype.itemsize > 2:
            return forward(*arrays, **params)
        widened = [x.astype(np.float32) if x.dtype == dtype else x for x in arrays]
        return forward(*widened, **params).astype(dtype)

    return call


def shifted(x: Any, axis: int) -> Any:
    """A fresh C-contiguous array ``x - max(x)``: no exponential of it overflows."""
    if x.size == 0:
        return np.zeros_like(x, order="C")
    return np.subtract(x, np.maximum.reduce(x, axis, keepdims=True), order="C")


@in_single_precision
def _softmax(x: Any, *, axis: int) -> Any:
    y = shifted(x, axis)
    np.exp(y, out=y)
    y /= np.add.reduce(y, axis, keepdims=True)
    return y


@in_single_precision
def _log_softmax(x: Any, *, axis: int) -> Any:
    y = shifted(x, axis)
    y -= np.log(np.add.reduce(np.exp(y), axis, keepdims=True))
    return y


def _sum(F: Any, x: Any, axis: int) -> Any:
    return F.reduce_sum(x, axes=(axis,), keepdims=True)


def _softmax_vjp(F: Any, g: Any, y: Any, axis: int) -> Any:
    return (g - _sum(F, g * y, axis)) * y


_softmax_primitive = general("softmax", _softmax, _softmax_vjp, jvps=[_softmax_vjp])
_log_softmax_primitive = general(
    "log_softmax",
    _log_softmax,
    lambda F, g, y, axis: g - F.exp(y) * _sum(F, g, axis),
    jvps=[lambda F, t, y, axis: t - _sum(F, F.exp(y) * t, axis)],
)


def softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    r"""Exponentials divided by their sum, :math:`e^{x_i} / \sum_j e^{x_j}`, without overflow.

    Parameters
    ----------
    logits
        A real floating point tensor with at least one axis.
    axis
        The axis to sum over; the last by default.

    Returns
    -------
    Tensor
        Same shape and dtype; it sums to 1 along `axis`.

    Raises
    ------
    InvalidArgumentError
        If `logits` is a scalar, is not floating point, or has no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.softmax([1000.0, 1000.0]).numpy().tolist()
    [0.5, 0.5]
    """
    x, axis = logits_and_axis("softmax", logits, axis)
    y: Tensor = apply(_softmax_primitive, (x,), {"axis": axis})
    return y


def log_softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    r"""Logarithm of the softmax, :math:`x_i - \log \sum_j e^{x_j}`, without overflow.

    Parameters
    ----------
    logits
        A real floating point tensor with at least one axis.
    axis
        The axis to sum over; the last by default.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If `logits` is a scalar, is not floating point, or has no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.log_softmax([0.0, -1000.0]).numpy().tolist()
    [0.0, -1000.0]
    """
    x, axis = logits_and_axis("log_softmax", logits, axis)
    y: Tensor = apply(_log_softmax_primitive, (x,), {"axis": axis})
    return y


def logits_and_axis(op: str, logits: Any, axis: Any) -> tuple[Any, int]:
    """Check logits and make the axis negative."""
    x = operand(logits)
    ndim, dtype = x._value.ndim, x._value.dtype
    require_kinds(op, x, FLOATS, "float32")
    if ndim == 0:
        raise InvalidArgumentError(
            f"{op}: logits must have >= 1 dimension, got [] (dtype {from_numpy(dtype).name}). Use "
            f"tf.reshape(logits, [1])."
        )
    if axis is None:
        return x, -1
    axis = int_argument(axis, op, "axis")
    if not -ndim <= axis < ndim:
        raise InvalidArgumentError(
            f"{op}: `dim` must be in the range [-{ndim}, {ndim}) where {ndim} is the number of "
            f"dimensions in the input. Received: dim={axis}"
        )
    return x, axis if axis < 0 else axis - ndim
