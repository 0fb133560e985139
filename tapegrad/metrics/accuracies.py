"""How often predictions are right, over batches."""

from __future__ import annotations

from typing import Any

from tapegrad.metrics.means import MeanMetricWrapper
from tapegrad.ops import accuracies


class Accuracy(MeanMetricWrapper):
    """How often predictions equal the answers.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
    0.75
    """

    def __init__(
        self,
        name: str | None = "accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(accuracies.accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions are on the right side of a threshold.

    Parameters
    ----------
    threshold
        What predictions of 1 exceed.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.BinaryAccuracy()([1, 1, 0, 0], [0.9, 0.4, 0.3, 0.2]))
    0.75
    """

    def __init__(
        self,
        name: str | None = "binary_accuracy",
        dtype: Any = None,
        threshold: float = 0.5,
    ) -> None:
        super().__init__(
            accuracies.binary_accuracy,
            name,
            dtype,
            threshold=threshold,
        )


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the right one-hot class.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.3, 0.7]]))
    0.5
    """

    def __init__(
        self,
        name: str | None = "categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(accuracies.categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the right class number.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.3, 0.7]]))
    0.5
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(accuracies.sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right one-hot class is among the k largest predictions.

    Parameters
    ----------
    k
        How many.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, p = [[0, 1], [1, 0]], [[0.1, 0.9], [0.3, 0.7]]
    >>> float(tf.keras.metrics.TopKCategoricalAccuracy()(y, p))
    1.0
    """

    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            accuracies.top_k_categorical_accuracy,
            name,
            dtype,
            k=k,
        )


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the right class number is among the k largest predictions.

    Parameters
    ----------
    k
        How many.
    from_sorted_ids
        Must be false: predictions are numbers for all classes.
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.SparseTopKCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.3, 0.7]]))
    1.0
    """

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            accuracies.sparse_top_k_categorical_accuracy,
            name,
            dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
