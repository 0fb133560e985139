"""Means of losses over batches."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tensor import Tensor
from tapegrad.metrics.means import MeanMetricWrapper
from tapegrad.ops import error_losses, hinge_losses, probability_losses
from tapegrad.ops.cast import cast
from tapegrad.ops.compare import not_equal


def _cosine(y_true: Any, y_pred: Any, axis: Any = -1) -> Tensor:
    return -error_losses.cosine_similarity(y_true, y_pred, axis)


class MeanSquaredError(MeanMetricWrapper):
    """The mean of the squared errors.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.MeanSquaredError()([[0.0, 0.0]], [[3.0, 1.0]]))
    5.0
    """

    def __init__(
        self,
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of the absolute errors.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.MeanAbsoluteError()([[0.0, 0.0]], [[3.0, 1.0]]))
    2.0
    """

    def __init__(
        self,
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of the relative errors, in percent.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]))
    25.0
    """

    def __init__(
        self,
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of the squared errors of logarithms.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.MeanSquaredLogarithmicError()([[2.0, 4.0]], [[2.0, 4.0]]))
    0.0
    """

    def __init__(
        self,
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of `logcosh` of the errors.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.LogCoshError()([[2.0, 4.0]], [[2.0, 4.0]]))
    0.0
    """

    def __init__(
        self,
        name: str | None = "logcosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(error_losses.log_cosh, name, dtype)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angles between answers and predictions.

    Parameters
    ----------
    axis
        The axis of the vectors.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.CosineSimilarity()([[1.0, 0.0]], [[0.0, 2.0]]))
    0.0
    """

    def __init__(
        self,
        name: str | None = "cosine_similarity",
        dtype: Any = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            _cosine,
            name,
            dtype,
            axis=axis,
        )


class Hinge(MeanMetricWrapper):
    """The mean of `hinge`.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.Hinge()([[-1.0, 1.0]], [[-2.0, 0.0]]))
    0.5
    """

    def __init__(
        self,
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge_losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of `squared_hinge`.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.SquaredHinge()([[-1.0, 1.0]], [[-2.0, -1.0]]))
    2.0
    """

    def __init__(
        self,
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge_losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of `categorical_hinge`.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """

    def __init__(
        self,
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge_losses.categorical_hinge, name, dtype)


class KLDivergence(MeanMetricWrapper):
    """The mean of the divergence of Kullback and Leibler.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """

    def __init__(
        self,
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(probability_losses.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean of the Poisson loss.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.Poisson()([[0.0, 0.0]], [[1.0, 2.0]]))
    1.5
    """

    def __init__(
        self,
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(probability_losses.poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean of `binary_crossentropy`.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is replaced by one half.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> bool(tf.keras.metrics.BinaryCrossentropy()([[1.0]], [[1.0]]) < 1e-6)
    True
    """

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            probability_losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean of `categorical_crossentropy`.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is spread over all classes.
    axis
        The axis of the classes.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> bool(tf.keras.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.0, 1.0]]) < 1e-6)
    True
    """

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            probability_losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean of `sparse_categorical_crossentropy`.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    ignore_class
        A class number whose places have no loss; they count in a mean without weights.
    axis
        The axis of the classes, which has to be the last.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> bool(tf.keras.metrics.SparseCategoricalCrossentropy()([1], [[0.0, 1.0]]) < 1e-6)
    True
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            probability_losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take answers and predictions into account, with weights if there are any."""
        ignored = self._options["ignore_class"]
        if ignored is not None and sample_weight is not None:
            sample_weight = cast(sample_weight, self._dtype) * cast(
                not_equal(y_true, ignored), self._dtype
            )
        super().update_state(y_true, y_pred, sample_weight)
