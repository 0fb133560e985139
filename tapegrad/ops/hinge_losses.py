"""Hinge losses: zero where an answer is right by a margin."""

from __future__ import annotations

from typing import Any

from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.compare import equal
from tapegrad.ops.elementwise import square
from tapegrad.ops.error_losses import of_one_dtype
from tapegrad.ops.reduce import reduce_all, reduce_max, reduce_mean, reduce_sum
from tapegrad.ops.select import maximum
from tapegrad.ops.where import where

__all__ = ["categorical_hinge", "hinge", "squared_hinge"]


def _missing_margin(y_true: Any, y_pred: Any) -> Tensor:
    true, predicted = of_one_dtype(y_true, y_pred)
    binary = reduce_all(recording.logical_or(equal(true, 0.0), equal(true, 1.0)))
    signs = where(binary, 2.0 * true - 1.0, true)
    return maximum(1.0 - signs * predicted, 0.0)  # type: ignore[no-any-return]


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of :math:`\max(1 - t p, 0)`.

    Parameters
    ----------
    y_true
        The right signs, -1 or 1; or all of them 0 or 1.
    y_pred
        The predictions.

    Returns
    -------
    Tensor
        The common shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.hinge([[-1.0, 1.0]], [[-2.0, 0.0]]).numpy()
    array([0.5], dtype=float32)
    """
    return reduce_mean(_missing_margin(y_true, y_pred), axis=-1)  # type: ignore[no-any-return]


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of :math:`\max(1 - t p, 0)^2`.

    Parameters
    ----------
    y_true
        The right signs, -1 or 1; or all of them 0 or 1.
    y_pred
        The predictions.

    Returns
    -------
    Tensor
        The common shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.squared_hinge([[-1.0, 1.0]], [[-2.0, -1.0]]).numpy()
    array([2.], dtype=float32)
    """
    return reduce_mean(square(_missing_margin(y_true, y_pred)), axis=-1)  # type: ignore[no-any-return]


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""The hinge of classes, :math:`\max(\max_i (1 - t_i) p_i - \sum_i t_i p_i + 1, 0)`.

    Parameters
    ----------
    y_true
        One-hot classes along the last axis.
    y_pred
        The predictions.

    Returns
    -------
    Tensor
        The common shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).numpy()
    array([0.5], dtype=float32)
    """
    true, predicted = of_one_dtype(y_true, y_pred)
    right = reduce_sum(true * predicted, axis=-1)
    wrong = reduce_max((1.0 - true) * predicted, axis=-1)
    return maximum(wrong - right + 1.0, 0.0)  # type: ignore[no-any-return]
