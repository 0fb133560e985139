"""Losses of predicted numbers: squared, absolute and relative errors, angles."""

from __future__ import annotations

from math import log as natural_log
from typing import Any

from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import float32
from tapegrad.core.tensor import Tensor
from tapegrad.ops.cast import cast
from tapegrad.ops.complex import abs as magnitude
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.logistic import softplus
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.ops.select import maximum, minimum
from tapegrad.ops.shape import expand_dims, squeeze
from tapegrad.ops.transcendental import log
from tapegrad.ops.where import where

__all__ = [
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]

#: What keeps quotients and logarithms finite.
EPSILON = 1e-7


def of_one_dtype(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Answers and predictions as tensors of the predictions' dtype, which is not an integer one."""
    predicted = as_tensor(y_pred)
    if not (predicted.dtype.is_floating or predicted.dtype.is_complex):
        predicted = cast(predicted, float32)
    return cast(y_true, predicted.dtype), predicted


def of_one_rank(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two tensors, of which one may have a last axis of size 1 more than the other."""
    b, a = _with_last_axis(b, a)
    return _with_last_axis(a, b)


def _with_last_axis(x: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Give `other` the last axis of size 1 that only `x` has, or take it from `x`."""
    shape, ndim = x._value.shape, other._value.ndim
    if len(shape) != ndim + 1 or shape[-1] != 1:
        return x, other
    if ndim == 1:
        return x, expand_dims(other, -1)
    return squeeze(x, -1), other


def _pair(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    return of_one_rank(*of_one_dtype(y_true, y_pred))


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of the squared errors, :math:`(y_{true} - y_{pred})^2`.

    Parameters
    ----------
    y_true
        The right answers, of any dtype; they are cast to that of `y_pred`.
    y_pred
        The predictions; integers become float32. Where one of the two has a last axis of size 1
        more than the other, it fits all the same.

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
    >>> tf.keras.losses.MSE([[0, 1], [0, 0]], [[1.0, 1.0], [3.0, 1.0]]).numpy()
    array([0.5, 5. ], dtype=float32)
    """
    true, predicted = _pair(y_true, y_pred)
    return reduce_mean(square(true - predicted), axis=-1)  # type: ignore[no-any-return]


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of the absolute errors, :math:`|y_{true} - y_{pred}|`.

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`.

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
    >>> tf.keras.losses.MAE([[0.0, 1.0]], [[3.0, 0.0]]).numpy()
    array([2.], dtype=float32)
    """
    true, predicted = _pair(y_true, y_pred)
    return reduce_mean(magnitude(true - predicted), axis=-1)  # type: ignore[no-any-return]


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of the relative errors in percent.

    .. math:: 100 \, |y_{true} - y_{pred}| \, / \max(|y_{true}|, 10^{-7})

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`.

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
    >>> tf.keras.losses.MAPE([[2.0, 4.0]], [[1.0, 4.0]]).numpy()
    array([25.], dtype=float32)
    """
    true, predicted = _pair(y_true, y_pred)
    relative = magnitude((true - predicted) / maximum(magnitude(true), EPSILON))
    return 100.0 * reduce_mean(relative, axis=-1)  # type: ignore[no-any-return]


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of :math:`(\log(y_{true} + 1) - \log(y_{pred} + 1))^2`.

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`. Less than 1e-7 is
        taken for 1e-7.

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
    >>> float(tf.keras.losses.MSLE([0.0], [1.718281828]).numpy().round(5))
    1.0
    """
    true, predicted = _pair(y_true, y_pred)
    of_predicted = log(maximum(predicted, EPSILON) + 1.0)
    of_true = log(maximum(true, EPSILON) + 1.0)
    return reduce_mean(square(of_predicted - of_true), axis=-1)  # type: ignore[no-any-return]


def huber(y_true: Any, y_pred: Any, delta: Any = 1.0) -> Tensor:
    r"""Mean over the last axis of a loss that is quadratic for small errors, linear for large ones.

    .. math:: \ell(e) = \begin{cases} e^2 / 2 & |e| \le \delta \\
              \delta |e| - \delta^2 / 2 & |e| > \delta \end{cases}

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`.
    delta
        Where the two pieces meet.

    Returns
    -------
    Tensor
        The common shape without its last axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    References
    ----------
    P. J. Huber: Robust Estimation of a Location Parameter. Ann. Math. Statist. 35 (1964).

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).numpy()
    array([1.5], dtype=float32)
    """
    true, predicted = _pair(y_true, y_pred)
    limit = cast(delta, predicted.dtype)
    error = predicted - true
    size = magnitude(error)
    linear = limit * size - 0.5 * square(limit)
    return reduce_mean(where(size <= limit, 0.5 * square(error), linear), axis=-1)  # type: ignore[no-any-return]


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    r"""Mean over the last axis of :math:`\log \cosh(y_{pred} - y_{true})`.

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`.

    Returns
    -------
    Tensor
        The common shape without its last axis; finite for large errors, where the logarithm is
        :math:`|e| - \log 2`.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.logcosh([[0.0, 1.0]], [[1.0, 3.0]]).numpy().round(4).tolist()
    [0.8794000148773193]
    """
    true, predicted = _pair(y_true, y_pred)
    error = predicted - true
    return reduce_mean(error + softplus(-2.0 * error) - natural_log(2.0), axis=-1)  # type: ignore[no-any-return]


def cosine_similarity(y_true: Any, y_pred: Any, axis: Any = -1) -> Tensor:
    """Minus the cosine of the angle between answers and predictions: -1 where they agree.

    Parameters
    ----------
    y_true, y_pred
        The right answers and the predictions, as for `mean_squared_error`.
    axis
        The axis of the vectors.

    Returns
    -------
    Tensor
        The common shape without that axis; 0 where one of the vectors is 0.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = tf.constant([[3.0, 4.0], [1.0, 0.0]])
    >>> tf.keras.losses.cosine_similarity(y, [[4.0, 3.0], [-2.0, 1.5]]).numpy().round(2).tolist()
    [-0.9599999785423279, 0.800000011920929]
    """
    true, predicted = _pair(y_true, y_pred)
    return -reduce_sum(_direction(true, axis) * _direction(predicted, axis), axis=axis)  # type: ignore[no-any-return]


def _direction(x: Tensor, axis: Any) -> Tensor:
    squares = reduce_sum(square(x), axis=axis, keepdims=True)
    return x * minimum(rsqrt(squares), 1.0 / EPSILON)  # type: ignore[no-any-return]
