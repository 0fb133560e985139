"""How often predictions are right."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import float32
from tapegrad.core.tensor import Tensor
from tapegrad.ops.cast import cast
from tapegrad.ops.compare import equal, greater
from tapegrad.ops.error_losses import of_one_rank
from tapegrad.ops.shape import reshape, squeeze
from tapegrad.ops.sort import argmax, in_top_k

__all__ = [
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where a prediction equals the answer, else 0.

    Parameters
    ----------
    y_true, y_pred
        The answers and the predictions.

    Returns
    -------
    Tensor
        float32, of the common shape.

    Examples
    --------
    >>> from tapegrad.ops.accuracies import accuracy
    >>> accuracy([1, 2, 3], [1, 2, 4]).numpy().tolist()
    [1.0, 1.0, 0.0]
    """
    predicted = as_tensor(y_pred)
    true, predicted = of_one_rank(cast(y_true, predicted.dtype), predicted)
    return cast(equal(true, predicted), float32)  # type: ignore[no-any-return]


def binary_accuracy(y_true: Any, y_pred: Any, threshold: Any = 0.5) -> Tensor:
    """1 where a prediction is on the right side of a threshold, else 0.

    Parameters
    ----------
    y_true, y_pred
        The answers, 0 or 1, and the predicted probabilities.
    threshold
        What predictions of 1 exceed.

    Returns
    -------
    Tensor
        float32, of the common shape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.metrics.binary_accuracy([1, 1, 0], [0.9, 0.4, 0.3]).numpy().tolist()
    [1.0, 0.0, 1.0]
    """
    true, predicted = of_one_rank(as_tensor(y_true), as_tensor(y_pred))
    positive = greater(predicted, cast(threshold, predicted.dtype))
    return cast(equal(true, cast(positive, true.dtype)), float32)  # type: ignore[no-any-return]


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest prediction is that of the right class, else 0.

    Parameters
    ----------
    y_true
        One-hot classes along the last axis.
    y_pred
        The predictions.

    Returns
    -------
    Tensor
        float32, of the shape without the last axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, p = [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]
    >>> tf.keras.metrics.categorical_accuracy(y, p).numpy().tolist()
    [0.0, 1.0]
    """
    return cast(equal(argmax(y_true, -1), argmax(y_pred, -1)), float32)  # type: ignore[no-any-return]


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest prediction is that of the right class, else 0.

    Parameters
    ----------
    y_true
        Class numbers: the shape of `y_pred` without its last axis, or with a last axis of size 1.
    y_pred
        The predictions.

    Returns
    -------
    Tensor
        float32, of the shape without the last axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> p = [[0.1, 0.6, 0.3], [0.05, 0.95, 0.0]]
    >>> tf.keras.metrics.sparse_categorical_accuracy([2, 1], p).numpy().tolist()
    [0.0, 1.0]
    """
    predicted, true = as_tensor(y_pred), as_tensor(y_true)
    if true._value.ndim == predicted._value.ndim and true._value.shape[-1] == 1:
        true = squeeze(true, -1)
    found = cast(argmax(predicted, -1), true.dtype)
    return cast(equal(true, found), float32)  # type: ignore[no-any-return]


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: Any = 5, from_sorted_ids: bool = False
) -> Tensor:
    """1 where the right class is among the k largest predictions, else 0.

    Parameters
    ----------
    y_true
        Class numbers.
    y_pred
        The predictions.
    k
        How many.
    from_sorted_ids
        Must be false: predictions are numbers for all classes.

    Returns
    -------
    Tensor
        float32, of the shape of `y_true`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> p = [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]
    >>> tf.keras.metrics.sparse_top_k_categorical_accuracy([2, 2], p, k=2).numpy().tolist()
    [1.0, 0.0]
    """
    if from_sorted_ids:
        raise NotImplementedError(
            "sparse_top_k_categorical_accuracy: from_sorted_ids=True is not supported: give the "
            "predictions of all classes."
        )
    predicted, true = as_tensor(y_pred), cast(y_true, "int32")
    shape = true._value.shape
    rows = reshape(predicted, [-1, predicted._value.shape[-1]])
    found = cast(in_top_k(reshape(true, [-1]), rows, k), float32)
    return reshape(found, shape)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: Any = 5) -> Tensor:
    """1 where the right class is among the k largest predictions, else 0.

    Parameters
    ----------
    y_true
        One-hot classes along the last axis.
    y_pred
        The predictions.
    k
        How many.

    Returns
    -------
    Tensor
        float32, of the shape without the last axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, p = [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]]
    >>> tf.keras.metrics.top_k_categorical_accuracy(y, p, k=3).numpy().tolist()
    [1.0, 1.0]
    """
    return sparse_top_k_categorical_accuracy(argmax(y_true, -1), y_pred, k)
