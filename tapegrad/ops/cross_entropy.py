"""Cross-entropies: softmax, by probabilities and by class numbers, and sigmoid."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import spread_batch
from tapegrad.core.convert import operand
from tapegrad.core.define import elementwise, general
from tapegrad.core.guarded import has_nan
from tapegrad.core.host import checked
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import raw, recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.logistic import softplus
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype
from tapegrad.ops.softmax import FLOATS, in_single_precision, logits_and_axis, shifted

__all__ = [
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "weighted_cross_entropy_with_logits",
]


@in_single_precision
def _dense_forward(labels: Any, logits: Any, *, axis: int) -> Any:
    z = shifted(logits, axis)
    total = np.log(np.add.reduce(np.exp(z), axis, keepdims=True))
    np.subtract(total, z, out=z)
    z = np.multiply(z, labels, out=z if z.shape == labels.shape else None)
    if has_nan(z):  # a probability of 0 that no label asks for
        z = np.where(labels == 0, z.dtype.type(0), z)
    return np.add.reduce(z, axis)


def _column(F: Any, g: Any, axis: int) -> Any:
    """A cotangent of the losses as one of the logits, of size 1 along `axis`."""
    shape = tuple(g.shape)
    at = len(shape) + 1 + axis
    return F.reshape(g, to=(*shape[:at], 1, *shape[at:]))


def _dense_slope(F: Any, labels: Any, logits: Any, axis: int) -> Any:
    """The derivative by the logits; labels that sum to 1 make it ``softmax - labels``."""
    weight = F.reduce_sum(labels, axes=(axis,), keepdims=True)
    return F.softmax(logits, axis=axis) * weight - labels


def _reduced(F: Any, x: Any, axis: int) -> Any:
    return F.reduce_sum(x, axes=(axis,), keepdims=False)


_dense = general(
    "softmax_cross_entropy",
    _dense_forward,
    lambda F, g, logits, axis: -_column(F, g, axis) * F.log_softmax(logits, axis=axis),
    lambda F, g, labels, logits, axis: _column(F, g, axis) * _dense_slope(F, labels, logits, axis),
    inputs="labels logits",
    jvps=[
        lambda F, t, logits, axis: -_reduced(F, t * F.log_softmax(logits, axis=axis), axis),
        lambda F, t, labels, logits, axis: _reduced(
            F, t * _dense_slope(F, labels, logits, axis), axis
        ),
    ],
    batch=spread_batch("softmax_cross_entropy"),
)


def _rows(x: Any, labels: Any) -> tuple[Any, Any, Any]:
    """A view of `x` with one class axis and one other, and the entries that the labels name."""
    flat = x.reshape(prod(x.shape[:-1]), x.shape[-1])
    if labels.shape != x.shape[:-1]:
        labels = np.broadcast_to(labels, x.shape[:-1])
    return flat, np.arange(flat.shape[0]), labels.reshape(-1)


@in_single_precision
def _sparse_forward(labels: Any, logits: Any) -> Any:
    z = shifted(logits, -1)
    flat, rows, columns = _rows(z, labels)
    picked = flat[rows, columns].reshape(z.shape[:-1])
    return np.log(np.add.reduce(np.exp(z, out=z), -1)) - picked


@in_single_precision
def _softmax_minus_one_hot(labels: Any, logits: Any) -> Any:
    y = shifted(logits, -1)
    np.exp(y, out=y)
    y /= np.add.reduce(y, -1, keepdims=True)
    flat, rows, columns = _rows(y, labels)
    flat[rows, columns] -= 1
    return y


def _softmax_vjp(F: Any, g: Any, logits: Any) -> Any:
    p = F.softmax(logits, axis=-1)
    return (g - F.reduce_sum(g * p, axes=(-1,), keepdims=True)) * p


# The derivative of the sparse cross-entropy, in one fresh array.
softmax_minus_one_hot = general(
    "softmax_minus_one_hot",
    _softmax_minus_one_hot,
    NONDIFF,
    _softmax_vjp,
    inputs="labels logits",
    jvps=[NONDIFF, _softmax_vjp],
)
_sparse = general(
    "sparse_softmax_cross_entropy",
    _sparse_forward,
    NONDIFF,
    lambda F, g, labels, logits: _column(F, g, -1) * F.softmax_minus_one_hot(labels, logits),
    inputs="labels logits",
    jvps=[
        NONDIFF,
        lambda F, t, labels, logits: _reduced(F, t * F.softmax_minus_one_hot(labels, logits), -1),
    ],
)


def _sigmoid_forward(labels: Any, logits: Any) -> Any:
    linear = np.maximum(logits, 0) - labels * logits
    if has_nan(linear):  # infinite logits: the label says whether they count
        linear = raw.multiply_no_nan(logits, (logits > 0).astype(labels.dtype) - labels)
    return np.log1p(np.exp(-np.abs(logits))) + linear


_sigmoid = elementwise(
    "sigmoid_cross_entropy",
    _sigmoid_forward,
    lambda F, b: -b,
    lambda F, a, b: F.sigmoid(b) - a,
)


def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: Any = -1, name: str | None = None
) -> Tensor:
    r"""Cross-entropy of classes that exclude one another, by probabilities of the classes.

    :math:`-\sum_i p_i \log \operatorname{softmax}(x)_i`, without overflow. Labels and logits both
    get gradients; to hold the labels fixed, wrap them in `stop_gradient`.

    Parameters
    ----------
    labels
        Probabilities of the classes; converted to the dtype of `logits`.
    logits
        Scores, unnormalised log-probabilities, of real floating point. Shapes may broadcast.
    axis
        The axis of the classes.

    Returns
    -------
    Tensor
        Shape of `logits` without `axis`, same dtype.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, `axis` does not exist, or `logits` is not floating point.

    Notes
    -----
    The gradient by the logits is :math:`\operatorname{softmax}(x) \sum_i p_i - p`. TensorFlow
    takes the sum for 1 without looking, which is another value for labels that do not sum to 1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=[[0.0, 100.0]])
    >>> loss.numpy().tolist()
    [0.0]
    """
    op = "softmax_cross_entropy_with_logits"
    logits, axis = logits_and_axis(op, logits, axis)
    labels = _in_dtype(operand(labels, logits._value.dtype), logits._value.dtype)
    labels, logits = _broadcast_together(op, labels, logits)
    loss: Tensor = apply(_dense, (labels, logits), {"axis": axis})
    return loss


def _in_dtype(x: Any, dtype: np.dtype[Any]) -> Any:
    source = x._value.dtype
    if source == dtype:
        return x
    differentiable = source.kind in "fc"
    cast = recording.cast if differentiable else recording.cast_discrete
    return cast(x, dtype=dtype, source=source)


def _broadcast_together(op: str, labels: Any, logits: Any) -> tuple[Any, Any]:
    shapes = labels._value.shape, logits._value.shape
    if shapes[0] == shapes[1]:
        return labels, logits
    try:
        to = np.broadcast_shapes(*shapes)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: logits and labels must be broadcastable: logits_size={list(shapes[1])} "
            f"labels_size={list(shapes[0])}. For labels that are class numbers use "
            f"tf.nn.sparse_softmax_cross_entropy_with_logits."
        ) from None
    pair = [
        x if x._value.shape == to else recording.broadcast_to(x, to=to) for x in (labels, logits)
    ]
    return pair[0], pair[1]


def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> Tensor:
    r"""Cross-entropy of classes that exclude one another, by class numbers.

    :math:`-\log \operatorname{softmax}(x)_k` for class `k`, without overflow.

    Parameters
    ----------
    labels
        Class numbers, integers of shape ``(...)`` in ``[0, classes)``.
    logits
        Scores of real floating point, shape ``(..., classes)``.

    Returns
    -------
    Tensor
        Shape of `labels`, dtype of `logits`.

    Raises
    ------
    ValueError
        If the shape of `labels` is not that of `logits` without the last axis.
    InvalidArgumentError
        If a label is out of range, or a dtype does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], [[0.0, 100.0], [0.0, 0.0]])
    >>> loss.numpy().round(4).tolist()
    [0.0, 0.6930999755859375]
    """
    op = "sparse_softmax_cross_entropy_with_logits"
    labels, logits = operand(labels), operand(logits)
    numbers, scores = labels._value, logits._value
    require_kinds(op, logits, FLOATS, "float32")
    if scores.ndim == 0:
        raise ValueError(f"{op}: `logits` cannot be a scalar. It is the scores of all classes.")
    if numbers.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"{op}: labels of dtype {labels.dtype.name} are not in the list of allowed values: "
            f"int32, int64. They are class numbers; for probabilities use "
            f"tf.nn.softmax_cross_entropy_with_logits."
        )
    if numbers.ndim != scores.ndim - 1:
        raise ValueError(
            f"{op}: `labels.shape.rank` must equal `logits.shape.rank - 1`. Received: "
            f"labels.shape={numbers.shape} of rank {numbers.ndim} and "
            f"logits.shape={scores.shape} of rank {scores.ndim}"
        )
    if numbers.shape != scores.shape[:-1]:
        raise ValueError(
            f"{op}: `labels.shape` must equal `logits.shape` except for the last dimension. "
            f"Received: labels.shape={numbers.shape} and logits.shape={scores.shape}"
        )
    classes = scores.shape[-1]

    def check(numbers: Any) -> None:
        if numbers.size:
            wrong = numbers.min() if numbers.min() < 0 else numbers.max()
            if not 0 <= wrong < classes:
                raise InvalidArgumentError(
                    f"{op}: Received a label value of {wrong} which is outside the valid range of "
                    f"[0, {classes}). Label values: {numbers}"
                )

    checked(check, labels)
    loss: Tensor = apply(_sparse, (labels, logits), {})
    return loss


def sigmoid_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    r"""Cross-entropy of independent yes/no classes, by their probabilities.

    :math:`-z \log \sigma(x) - (1 - z) \log(1 - \sigma(x))`, element by element, computed as
    :math:`\max(x, 0) - x z + \log(1 + e^{-|x|})`.

    Parameters
    ----------
    labels
        Probabilities of "yes".
    logits
        Scores of the same shape and real floating point dtype.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    ValueError
        If the shapes differ.
    InvalidArgumentError
        If the dtypes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.sigmoid_cross_entropy_with_logits([1.0, 1.0], [1000.0, -1000.0]).numpy().tolist()
    [0.0, 1000.0]
    """
    labels, logits = _same_shapes("sigmoid_cross_entropy_with_logits", labels, logits)
    return _sigmoid(labels, logits)  # type: ignore[no-any-return]


def _same_shapes(op: str, labels: Any, logits: Any) -> tuple[Any, Any]:
    if labels is None or logits is None:
        raise ValueError(f"{op}: Both `labels` and `logits` must be provided.")
    labels, logits = operand_pair(labels, logits)
    if labels._value.shape != logits._value.shape:
        raise ValueError(
            f"{op}: `logits` and `labels` must have the same shape, received "
            f"({logits._value.shape} vs {labels._value.shape})."
        )
    require_kinds(op, logits, FLOATS, "float32")
    require_same_dtype(op, logits, labels)
    return labels, logits


def weighted_cross_entropy_with_logits(
    labels: Any, logits: Any, pos_weight: Any, name: str | None = None
) -> Tensor:
    r"""Sigmoid cross-entropy that counts the "yes" part `pos_weight` times.

    :math:`-w z \log \sigma(x) - (1 - z) \log(1 - \sigma(x))`.

    Parameters
    ----------
    labels
        Probabilities of "yes".
    logits
        Scores of the same shape and real floating point dtype.
    pos_weight
        A number, or a tensor that broadcasts.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    ValueError
        If the shapes of `labels` and `logits` differ.
    InvalidArgumentError
        If the dtypes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.weighted_cross_entropy_with_logits([1.0], [-1000.0], pos_weight=2.0).numpy().tolist()
    [2000.0]
    """
    labels, logits = _same_shapes("weighted_cross_entropy_with_logits", labels, logits)
    weight = operand(pos_weight, logits._value.dtype)
    log_weight = (weight - 1.0) * labels + 1.0
    loss: Tensor = (1.0 - labels) * logits + log_weight * softplus(-logits)
    return loss
