"""Losses of predicted numbers, and of signs."""

from __future__ import annotations

from typing import Any

from tapegrad.losses.loss import FunctionLoss
from tapegrad.ops import error_losses, hinge_losses

_MEAN = "sum_over_batch_size"


class MeanSquaredError(FunctionLoss):
    """`mean_squared_error` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.MeanSquaredError()([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    np.float32(2.0)
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(error_losses.mean_squared_error, name, reduction, dtype)


class MeanAbsoluteError(FunctionLoss):
    """`mean_absolute_error` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.MeanAbsoluteError()([[0.0, 1.0]], [[2.0, 1.0]]).numpy()
    np.float32(1.0)
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(error_losses.mean_absolute_error, name, reduction, dtype)


class MeanAbsolutePercentageError(FunctionLoss):
    """`mean_absolute_percentage_error` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]).numpy()
    np.float32(25.0)
    """

    def __init__(
        self,
        reduction: Any = _MEAN,
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_absolute_percentage_error, name, reduction, dtype)


class MeanSquaredLogarithmicError(FunctionLoss):
    """`mean_squared_logarithmic_error` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.MeanSquaredLogarithmicError()([[2.0, 4.0]], [[2.0, 4.0]]).numpy()
    np.float32(0.0)
    """

    def __init__(
        self,
        reduction: Any = _MEAN,
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_squared_logarithmic_error, name, reduction, dtype)


class Huber(FunctionLoss):
    """`huber` of a batch: quadratic for small errors, linear for large ones.

    Parameters
    ----------
    delta
        Where the two pieces meet.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.Huber()([[0.0, 0.0]], [[1.0, 3.0]]).numpy()
    np.float32(1.5)
    """

    def __init__(
        self,
        delta: Any = 1.0,
        reduction: Any = _MEAN,
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.huber, name, reduction, dtype, delta=delta)


class LogCosh(FunctionLoss):
    """`logcosh` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.LogCosh()([[0.0, 0.0]], [[0.0, 0.0]]).numpy()
    np.float32(0.0)
    """

    def __init__(self, reduction: Any = _MEAN, name: str = "log_cosh", dtype: Any = None) -> None:
        super().__init__(error_losses.log_cosh, name, reduction, dtype)


class CosineSimilarity(FunctionLoss):
    """`cosine_similarity` of a batch: -1 where answers and predictions agree.

    Parameters
    ----------
    axis
        The axis of the vectors.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.CosineSimilarity()([[1.0, 0.0]], [[0.0, 2.0]]).numpy() + 1.0
    np.float32(1.0)
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: Any = _MEAN,
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.cosine_similarity, name, reduction, dtype, axis=axis)


class Hinge(FunctionLoss):
    """`hinge` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.Hinge()([[-1.0, 1.0]], [[-2.0, 0.0]]).numpy()
    np.float32(0.5)
    """

    def __init__(self, reduction: Any = _MEAN, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge_losses.hinge, name, reduction, dtype)


class SquaredHinge(FunctionLoss):
    """`squared_hinge` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.SquaredHinge()([[-1.0, 1.0]], [[-2.0, -1.0]]).numpy()
    np.float32(2.0)
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(hinge_losses.squared_hinge, name, reduction, dtype)


class CategoricalHinge(FunctionLoss):
    """`categorical_hinge` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]).numpy()
    np.float32(0.5)
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(hinge_losses.categorical_hinge, name, reduction, dtype)
