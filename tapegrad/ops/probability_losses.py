"""Losses of predicted probabilities: cross entropies, divergences, overlaps of regions."""

from __future__ import annotations

import warnings
from typing import Any

from tapegrad.core.convert import as_tensor
from tapegrad.core.tensor import Tensor
from tapegrad.ops.cast import cast
from tapegrad.ops.compare import not_equal
from tapegrad.ops.cross_entropy import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from tapegrad.ops.elementwise import pow as power
from tapegrad.ops.error_losses import EPSILON, of_one_dtype
from tapegrad.ops.logistic import sigmoid
from tapegrad.ops.logits import logits_behind
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.ops.select import clip_by_value
from tapegrad.ops.shape import expand_dims, squeeze
from tapegrad.ops.softmax import softmax
from tapegrad.ops.transcendental import log
from tapegrad.ops.where import where

__all__ = [
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "dice",
    "kl_divergence",
    "poisson",
    "sparse_categorical_crossentropy",
    "tversky",
]


def _logits(op: str, y_pred: Tensor, from_logits: bool) -> tuple[Tensor, bool]:
    """The logits if they are known, and whether they are."""
    behind = logits_behind(y_pred)
    if behind is None:
        return y_pred, from_logits
    if from_logits:
        warnings.warn(
            f"{op}: from_logits=True, but `y_pred` is what an activation made of logits, and their "
            f"loss is what you get. Leave out one of the two.",
            stacklevel=4,
        )
    return behind, True


def _inside(probabilities: Any) -> Tensor:
    """Probabilities a little away from 0 and 1, where logarithms are infinite."""
    return clip_by_value(probabilities, EPSILON, 1.0 - EPSILON)  # type: ignore[no-any-return]


def _require_one_shape(op: str, true: Tensor, predicted: Tensor) -> None:
    shapes = true._value.shape, predicted._value.shape
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"{op}: `y_true` and `y_pred` must have the same shape. Received: y_true.shape="
            f"{shapes[0]}, y_pred.shape={shapes[1]}"
        )


def _require_integer_axis(axis: Any) -> None:
    if isinstance(axis, bool):
        raise ValueError(f"`axis` must be of type `int`. Received: axis={axis} of type bool")


def _binary(op: str, true: Tensor, predicted: Tensor, from_logits: bool) -> Tensor:
    _require_one_shape(op, true, predicted)
    predicted, from_logits = _logits(op, predicted, from_logits)
    if from_logits:
        return sigmoid_cross_entropy_with_logits(true, predicted)
    inside = _inside(predicted)
    return -(true * log(inside) + (1.0 - true) * log(1.0 - inside))  # type: ignore[no-any-return]


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: Any = 0.0, axis: Any = -1
) -> Tensor:
    r"""Mean over an axis of :math:`-t \log p - (1 - t) \log(1 - p)`.

    Parameters
    ----------
    y_true
        The right answers t, numbers in [0, 1] of the shape of `y_pred`; cast to its dtype.
    y_pred
        The predicted probabilities p, which are kept 1e-7 away from 0 and 1; or their logits. The
        logits of what ``activation="sigmoid"`` returned are known, and used.
    from_logits
        Whether `y_pred` are logits, which saturate nowhere.
    label_smoothing
        How much of each answer is replaced by one half.
    axis
        The axis of the mean.

    Returns
    -------
    Tensor
        The shape of `y_pred` without `axis`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    >>> loss.numpy().round(6).tolist()
    [0.6931470036506653]
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return reduce_mean(_binary("binary_crossentropy", true, predicted, from_logits), axis=axis)  # type: ignore[no-any-return]


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: Any = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: Any = -1,
) -> Tensor:
    r"""The binary cross entropy, weighted by :math:`(1 - p_t)^\gamma`: less where it is right.

    Parameters
    ----------
    y_true, y_pred, from_logits, label_smoothing, axis
        As in `binary_crossentropy`; :math:`p_t` is the probability of the right answer.
    apply_class_balancing
        Whether to weight answers of 1 by `alpha`, and those of 0 by ``1 - alpha``.
    alpha
        See above.
    gamma
        How much less.

    Returns
    -------
    Tensor
        The shape of `y_pred` without `axis`.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    T.-Y. Lin et al.: Focal Loss for Dense Object Detection. ICCV 2017.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    >>> loss.numpy().round(5).tolist()
    [0.17328999936580658]
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        predicted = sigmoid(predicted)
    entropy = _binary("binary_focal_crossentropy", true, predicted, False)
    right = true * predicted + (1.0 - true) * (1.0 - predicted)
    loss = power(1.0 - right, gamma) * entropy
    if apply_class_balancing:
        loss = (true * alpha + (1.0 - true) * (1.0 - alpha)) * loss
    return reduce_mean(loss, axis=axis)  # type: ignore[no-any-return]


def _classes(
    op: str, y_true: Any, y_pred: Any, label_smoothing: Any, axis: Any
) -> tuple[Tensor, Tensor]:
    _require_integer_axis(axis)
    true, predicted = of_one_dtype(y_true, y_pred)
    _require_one_shape(op, true, predicted)
    count = predicted._value.shape[-1]
    if count == 1:
        warnings.warn(
            f"In loss {op}, expected y_pred.shape to be (batch_size, num_classes) with num_classes "
            f"> 1. Received: y_pred.shape={predicted._value.shape}. Consider using "
            f"'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=3,
        )
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / count
    return true, predicted


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: Any = 0.0, axis: Any = -1
) -> Tensor:
    r"""The cross entropy of distributions over classes, :math:`-\sum_i t_i \log p_i`.

    Parameters
    ----------
    y_true
        The right distributions, one-hot for known classes, of the shape of `y_pred`.
    y_pred
        The predicted probabilities, which are divided by their sum and kept 1e-7 away from 0 and
        1; or their logits. The logits of what ``activation="softmax"`` returned are known, and
        used.
    from_logits
        Whether `y_pred` are logits, which saturate nowhere.
    label_smoothing
        How much of each answer is spread over all classes.
    axis
        The axis of the classes.

    Returns
    -------
    Tensor
        The shape of `y_pred` without `axis`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    >>> p = [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]
    >>> tf.keras.losses.categorical_crossentropy(y, p).numpy().round(4).tolist()
    [0.05130000039935112, 2.3025999069213867]
    """
    op = "categorical_crossentropy"
    true, predicted = _classes(op, y_true, y_pred, label_smoothing, axis)
    predicted, from_logits = _logits(op, predicted, from_logits)
    if from_logits:
        return softmax_cross_entropy_with_logits(true, predicted, axis=axis)
    shares = predicted / reduce_sum(predicted, axis=axis, keepdims=True)
    return -reduce_sum(true * log(_inside(shares)), axis=axis)  # type: ignore[no-any-return]


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    label_smoothing: Any = 0.0,
    axis: Any = -1,
) -> Tensor:
    r"""The weighted categorical cross entropy, :math:`-\sum_i \alpha (1-p_i)^\gamma t_i \log p_i`.

    Parameters
    ----------
    y_true, y_pred, from_logits, label_smoothing, axis
        As in `categorical_crossentropy`.
    alpha
        The weight of all classes, or of each.
    gamma
        How much less the loss is where the prediction is right.

    Returns
    -------
    Tensor
        The shape of `y_pred` without `axis`.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    T.-Y. Lin et al.: Focal Loss for Dense Object Detection. ICCV 2017.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, p = [[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]
    >>> tf.keras.losses.categorical_focal_crossentropy(y, p).numpy().round(5).tolist()
    [0.04332000017166138]
    """
    op = "categorical_focal_crossentropy"
    true, predicted = _classes(op, y_true, y_pred, label_smoothing, axis)
    if from_logits:
        predicted = softmax(predicted, axis=axis)
    shares = _inside(predicted / reduce_sum(predicted, axis=axis, keepdims=True))
    weights = power(1.0 - shares, gamma) * alpha
    return reduce_sum(weights * (-true * log(shares)), axis=axis)  # type: ignore[no-any-return]


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: Any = -1,
) -> Tensor:
    r"""The cross entropy of class numbers, :math:`-\log p_t`.

    Parameters
    ----------
    y_true
        The numbers of the right classes: the shape of `y_pred` without its last axis, or with a
        last axis of size 1.
    y_pred
        The predicted probabilities, which are kept 1e-7 away from 0 and 1; or their logits. The
        logits of what ``activation="softmax"`` returned are known, and used.
    from_logits
        Whether `y_pred` are logits, which saturate nowhere.
    ignore_class
        A number in `y_true` whose places have no loss, for example -1.
    axis
        The axis of the classes, which has to be the last.

    Returns
    -------
    Tensor
        The shape of `y_pred` without its last axis.

    Raises
    ------
    ValueError
        If shapes or `axis` do not fit.
    InvalidArgumentError
        If there is no such class.

    Examples
    --------
    >>> import tapegrad as tf
    >>> p = [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]
    >>> tf.keras.losses.sparse_categorical_crossentropy([1, 2], p).numpy().round(4).tolist()
    [0.05130000039935112, 2.3025999069213867]
    """
    op = "sparse_categorical_crossentropy"
    predicted, true = as_tensor(y_pred), as_tensor(y_true)
    ndim = predicted._value.ndim
    if ndim < 1 or axis not in (-1, ndim - 1):
        raise ValueError(
            f"{op}: the classes must be the last axis. Received: axis={axis}, y_pred.shape="
            f"{predicted._value.shape}. Move them there with tf.transpose."
        )
    if true._value.ndim == ndim and true._value.shape[-1] == 1:
        true = squeeze(true, -1)
    if true._value.shape != predicted._value.shape[:-1]:
        raise ValueError(
            f"{op}: `y_true` must have the shape of `y_pred` without its last axis. Received: "
            f"y_true.shape={true._value.shape}, y_pred.shape={predicted._value.shape}"
        )
    valid: Any = None
    if ignore_class is not None:
        valid = not_equal(true, ignore_class)
        true = where(valid, true, true * 0)
    predicted, from_logits = _logits(op, predicted, from_logits)
    if valid is not None:
        predicted = where(expand_dims(valid, -1), predicted, predicted * 0.0)
    if not from_logits:
        predicted = log(_inside(predicted))
    loss = sparse_softmax_cross_entropy_with_logits(cast(true, "int64"), predicted)
    return loss if valid is None else where(valid, loss, loss * 0.0)


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    r"""The divergence of Kullback and Leibler, :math:`\sum_i t_i \log(t_i / p_i)`.

    Parameters
    ----------
    y_true, y_pred
        Distributions along the last axis; they are clipped to [1e-7, 1].

    Returns
    -------
    Tensor
        The shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.KLD([[0.5, 0.5]], [[0.5, 0.5]]).numpy()
    array([0.], dtype=float32)
    """
    true, predicted = (clip_by_value(y, EPSILON, 1.0) for y in of_one_dtype(y_true, y_pred))
    return reduce_sum(true * log(true / predicted), axis=-1)  # type: ignore[no-any-return]


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of the Poisson loss, :math:`p - t \log(p + 10^{-7})`.

    Parameters
    ----------
    y_true
        The counts t.
    y_pred
        The predicted rates p.

    Returns
    -------
    Tensor
        The shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.poisson([[0.0, 0.0]], [[1.0, 2.0]]).numpy()
    array([1.5], dtype=float32)
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    return reduce_mean(predicted - true * log(predicted + EPSILON), axis=-1)  # type: ignore[no-any-return]


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Tensor:
    r"""One minus Dice's coefficient, :math:`2 \sum t p / (\sum t + \sum p)`.

    Parameters
    ----------
    y_true, y_pred
        Which places belong to a region: numbers in [0, 1].
    axis
        The axes of the sums; all by default.

    Returns
    -------
    Tensor
        The shape without these axes.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.losses.dice([[1.0, 0.0]], [[1.0, 1.0]]).numpy().round(4))
    0.33329999446868896
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    total = reduce_sum(true, axis) + reduce_sum(predicted, axis) + EPSILON
    return 1.0 - 2.0 * reduce_sum(true * predicted, axis) / total  # type: ignore[no-any-return]


def tversky(
    y_true: Any, y_pred: Any, alpha: Any = 0.5, beta: Any = 0.5, axis: Any = None
) -> Tensor:
    r"""One minus Tversky's index, Dice's coefficient with weights of misses and false alarms.

    .. math:: 1 - \frac{\sum t p}{\sum t p + \alpha \sum t (1-p) + \beta \sum (1-t) p}

    Parameters
    ----------
    y_true, y_pred
        Which places belong to a region: numbers in [0, 1].
    alpha, beta
        The weights.
    axis
        The axes of the sums; all by default.

    Returns
    -------
    Tensor
        The shape without these axes.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.losses.tversky([[1.0, 0.0]], [[1.0, 1.0]], beta=1.0).numpy().round(4))
    0.5
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    common = reduce_sum(true * predicted, axis)
    missed = reduce_sum((1.0 - predicted) * true, axis)
    alarms = reduce_sum(predicted * (1.0 - true), axis)
    return 1.0 - common / (common + missed * alpha + alarms * beta + EPSILON)  # type: ignore[no-any-return]
