"""Variance, standard deviation, logsumexp and the fraction of zeros over axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import float32
from tapegrad.core.primitive import apply
from tapegrad.core.table import raw, recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.complex import abs
from tapegrad.ops.norms import reduce_euclidean_norm
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import count_nonzero, reduce_mean, spread, with_axes
from tapegrad.ops.softmax import in_single_precision

__all__ = ("reduce_logsumexp", "reduce_std", "reduce_variance", "zero_fraction")

_LARGEST = {
    "bfloat16": 3.38e38,
    **{name: float(np.finfo(name).max) for name in ("float16", "float32", "float64")},
}
_add_reduce: Any = np.add.reduce
_max_reduce: Any = np.maximum.reduce


@in_single_precision
def _logsumexp(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    largest = _max_reduce(x, axes, None, None, True, -np.inf)
    largest = np.where(np.isfinite(largest), largest, x.dtype.type(0))
    y = np.log(_add_reduce(np.exp(x - largest), axes, None, None, True)) + largest
    if not keepdims:
        y = y.reshape([n for i, n in enumerate(x.shape) if i - x.ndim not in axes])
    return y[()]


def _weights(F: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """The softmax; 0 where everything is minus infinity. From `y` it would be less accurate.

    Entries that are plus infinity share it equally.
    """
    largest = F.stop_gradient(F.reduce_max(x, axes=axes, keepdims=True))
    shift = F.minimum(F.masked(largest, F.not_equal(largest, -np.inf)), _LARGEST[x.dtype.name])
    parts = F.exp(F.minimum(x - shift, 0.0))
    return F.divide_no_nan(parts, F.reduce_sum(parts, axes=axes, keepdims=True))


def _logsumexp_vjp(F: Any, g: Any, x: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    return spread(F, g, axes, keepdims, shape) * _weights(F, x, axes)


def _logsumexp_jvp(F: Any, t: Any, x: Any, axes: Any, keepdims: bool) -> Any:
    return F.reduce_sum(_weights(F, x, axes) * t, axes=axes, keepdims=keepdims)


_reduce_logsumexp = general("reduce_logsumexp", _logsumexp, _logsumexp_vjp, jvps=(_logsumexp_jvp,))


@in_single_precision
def _variance(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    deviation = np.asarray(x - raw.reduce_mean(x, axes=axes, keepdims=True))
    deviation *= deviation
    return raw.reduce_mean(deviation, axes=axes, keepdims=keepdims)


def _variance_vjp(F: Any, g: Any, x: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    if not keepdims:
        g = with_axes(F, g, axes, shape)
    count = math.prod([shape[axis] for axis in axes])
    deviation = x - F.reduce_mean(x, axes=axes, keepdims=True)
    return deviation * (g * (2.0 / max(count, 1)))


def _variance_jvp(F: Any, t: Any, x: Any, axes: Any, keepdims: bool) -> Any:
    deviation = x - F.reduce_mean(x, axes=axes, keepdims=True)
    return F.reduce_mean(deviation * t, axes=axes, keepdims=keepdims) * 2.0


variance = general("variance", _variance, _variance_vjp, jvps=[_variance_jvp])


def reduce_logsumexp(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Logarithm of the sum of exponentials over axes, :math:`\log \sum_i e^{x_i}`.

    Parameters
    ----------
    input_tensor : Tensor
        A floating point tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype. It does not overflow; of nothing it is minus infinity.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or an axis does not exist or is named twice.

    Notes
    -----
    The gradient is the softmax; it is 0 where all entries are minus infinity.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.reduce_logsumexp([1000.0, 0.0]).numpy()
    np.float32(1000.0)
    """
    x = operand(input_tensor)
    require_kinds("reduce_logsumexp", x, "fV", "float32")
    axes = axes_argument(axis, x._value.ndim, "reduce_logsumexp")
    params = {"axes": axes, "keepdims": bool(keepdims)}
    return apply(_reduce_logsumexp, (x,), params)  # type: ignore[no-any-return]


def _checked(op: str, input_tensor: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    x = operand(input_tensor)
    if x._value.dtype.kind in "iu":
        raise TypeError(
            f"{op}: Input must be either real or complex. Received integer type {x.dtype!r}: use "
            f"tf.cast(x, tf.float32)."
        )
    require_kinds(op, x, "fcV", "float32")
    return x, axes_argument(axis, x._value.ndim, op)


def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Variance over axes, :math:`\frac1n \sum_i |x_i - \bar x|^2`.

    Parameters
    ----------
    input_tensor : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype; real for complex tensors.

    Raises
    ------
    TypeError
        For integers.
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.reduce_variance([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    x, axes = _checked("reduce_variance", input_tensor, axis)
    if x._value.dtype.kind != "c":
        return apply(variance, (x,), {"axes": axes, "keepdims": bool(keepdims)})  # type: ignore[no-any-return]
    deviations = x - reduce_mean(x, axes, keepdims=True)
    squares = recording.real(deviations * recording.conj(deviations))
    return reduce_mean(squares, axes, keepdims)  # type: ignore[no-any-return]


def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Standard deviation over axes, :math:`\sqrt{\frac1n \sum_i |x_i - \bar x|^2}`.

    Parameters
    ----------
    input_tensor : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype; real for complex tensors.

    Raises
    ------
    TypeError
        For integers.
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Notes
    -----
    Where all entries are equal, the gradient is 0 (in TensorFlow it is NaN).

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.reduce_std([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    x, axes = _checked("reduce_std", input_tensor, axis)
    deviations = x - reduce_mean(x, axes, keepdims=True)
    count = math.prod([deviations._value.shape[axis] for axis in axes])
    if deviations._value.dtype.kind == "c":
        deviations = abs(deviations)
    return reduce_euclidean_norm(deviations, axes, keepdims) / math.sqrt(count)


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """Fraction of the entries that are zero.

    Parameters
    ----------
    value : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A float32 scalar without gradient; NaN for empty tensors.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.zero_fraction([0.0, 1.0, 0.0, 3.0]).numpy()
    np.float32(0.5)
    """
    x = operand(value)
    size = x._value.size
    return cast((size - count_nonzero(x)) / size, float32)  # type: ignore[no-any-return]
