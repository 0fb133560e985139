"""Normalization: mean and variance over axes, and batch normalization with them."""

from __future__ import annotations

from math import prod
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.division import divide_no_nan
from tapegrad.ops.elementwise import rsqrt
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.softmax import FLOATS
from tapegrad.ops.statistics import variance

__all__ = [
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "moments",
    "normalize_moments",
    "sufficient_statistics",
    "weighted_moments",
]


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return prod([shape[axis] for axis in axes])


def moments(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance over axes.

    Parameters
    ----------
    x
        A real floating point tensor.
    axes
        The axes to average over: an integer or a list of them.
    shift
        Without effect; the variance is always computed around the mean.
    keepdims
        Keep the axes, of size 1.

    Returns
    -------
    tuple of Tensor
        Mean and variance (not corrected for the sample size).

    Raises
    ------
    InvalidArgumentError
        If `x` is not floating point or has no such axis.

    Notes
    -----
    The second derivative of the variance is the true one; TensorFlow's takes the mean for a
    constant there.

    Examples
    --------
    >>> import tapegrad as tf
    >>> mean, variance = tf.nn.moments(tf.constant([1.0, 2.0, 3.0, 6.0]), axes=[0])
    >>> float(mean), float(variance)
    (3.0, 3.5)
    """
    x = operand(x)
    require_kinds("moments", x, FLOATS, "float32")
    params = {"axes": axes_argument(axes, x._value.ndim, "moments"), "keepdims": bool(keepdims)}
    mean = recording.reduce_mean(x, **params)
    return mean, apply(variance, (x,), params)


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Mean and variance over axes, every entry counted with a weight.

    :math:`\bar x = \sum w x / \sum w` and :math:`\sum w (x - \bar x)^2 / \sum w`.

    Parameters
    ----------
    x
        A real floating point tensor.
    axes
        The axes to average over: an integer or a list of them.
    frequency_weights
        Weights that are not negative, of any real dtype; they broadcast with `x`.
    keepdims
        Keep the axes, of size 1.

    Returns
    -------
    tuple of Tensor
        Mean and variance; zeros where the weights add up to zero.

    Raises
    ------
    InvalidArgumentError
        If `x` is not floating point, the shapes do not fit, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> mean, variance = tf.nn.weighted_moments(tf.constant([1.0, 5.0]), [0], [3.0, 1.0])
    >>> float(mean), float(variance)
    (2.0, 3.0)
    """
    op = "weighted_moments"
    x = operand(x)
    require_kinds(op, x, FLOATS, "float32")
    weights = cast(operand(frequency_weights), x.dtype)
    weighted = x * weights
    to = weighted._value.shape
    if weights._value.shape != to:
        weights = recording.broadcast_to(weights, to=to)
    over: dict[str, Any] = {"axes": axes_argument(axes, len(to), op), "keepdims": True}
    total = recording.reduce_sum(weights, **over)
    mean = divide_no_nan(recording.reduce_sum(weighted, **over), total)
    deviation = x - mean
    squares = recording.reduce_sum(deviation * deviation * weights, **over)
    variance = divide_no_nan(squares, total)
    if not keepdims:
        kept = tuple([n for i, n in enumerate(to) if i - len(to) not in over["axes"]])
        mean, variance = (recording.reshape(m, to=kept) for m in (mean, variance))
    return mean, variance


def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Any]:
    """Count, sum and sum of squares over axes, from which `normalize_moments` gets the moments.

    Parameters
    ----------
    x
        A real floating point tensor.
    axes
        The axes to sum over.
    shift
        A value near the mean, subtracted first so that the sums do not cancel; or None.
    keepdims
        Keep the axes, of size 1.

    Returns
    -------
    tuple
        Count (dtype of `x`, shape ``()``), sum, sum of squares, and the shift as a tensor or
        None.

    Raises
    ------
    InvalidArgumentError
        If dtypes do not fit, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> statistics = tf.nn.sufficient_statistics(tf.constant([1.0, 2.0, 6.0]), [0])
    >>> mean, variance = tf.nn.normalize_moments(*statistics)
    >>> float(mean)
    3.0
    """
    x = operand(x)
    require_kinds("sufficient_statistics", x, FLOATS, "float32")
    shape = x._value.shape
    axes = axes_argument(axes, len(shape), "sufficient_statistics")
    count = wrap_constant(x._value.dtype.type(_count(shape, axes)))
    if shift is not None:
        shift = operand(shift, x._value.dtype)
        x = x - shift
    over = {"axes": axes, "keepdims": bool(keepdims)}
    return count, recording.reduce_sum(x, **over), recording.reduce_sum(x * x, **over), shift


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance from the sums that `sufficient_statistics` returns.

    Parameters
    ----------
    counts
        How many entries were summed.
    mean_ss
        Sum of the entries, less the shift.
    variance_ss
        Sum of their squares.
    shift
        The shift, or None.

    Returns
    -------
    tuple of Tensor
        Mean and variance.

    Examples
    --------
    >>> import tapegrad as tf
    >>> mean, variance = tf.nn.normalize_moments(tf.constant(2.0), 4.0, 10.0, None)
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    total = operand(mean_ss)
    counts = operand(counts, total._value.dtype)
    shifted_mean = total / counts
    variance = operand(variance_ss, total._value.dtype) / counts - shifted_mean * shifted_mean
    return (shifted_mean if shift is None else shifted_mean + shift), variance


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Tensor:
    r"""Normalize with a given mean and variance.

    :math:`\gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta`.

    Parameters
    ----------
    x
        A real floating point tensor.
    mean, variance
        The moments; they broadcast with `x`.
    offset
        :math:`\beta`, or None for none.
    scale
        :math:`\gamma`, or None for none.
    variance_epsilon
        :math:`\epsilon`, a small number against division by zero.

    Returns
    -------
    Tensor
        The broadcast shape, dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 3.0])
    >>> tf.nn.batch_normalization(x, 2.0, 1.0, None, None, 0.0).numpy().tolist()
    [-1.0, 1.0]
    """
    x = operand(x)
    dtype = x._value.dtype
    mean = operand(mean, dtype)
    factor = rsqrt(operand(variance, dtype) + variance_epsilon)
    if scale is not None:
        factor = factor * scale
    start = -mean * factor if offset is None else offset - mean * factor
    normalized: Tensor = x * factor + start
    return normalized


def batch_norm_with_global_normalization(
    input: Any,
    mean: Any,
    variance: Any,
    beta: Any,
    gamma: Any,
    variance_epsilon: Any,
    scale_after_normalization: bool,
    name: str | None = None,
) -> Tensor:
    """`batch_normalization` under its old name.

    Parameters
    ----------
    input
        A real floating point tensor.
    mean, variance
        The moments; they broadcast with `input`.
    beta
        The offset.
    gamma
        The scale, used if `scale_after_normalization` is true.
    variance_epsilon
        A small number against division by zero.
    scale_after_normalization
        Whether to multiply by `gamma`.

    Returns
    -------
    Tensor
        The broadcast shape, dtype of `input`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 3.0])
    >>> y = tf.nn.batch_norm_with_global_normalization(x, 2.0, 1.0, 5.0, None, 0.0, False)
    >>> y.numpy().tolist()
    [4.0, 6.0]
    """
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon)
