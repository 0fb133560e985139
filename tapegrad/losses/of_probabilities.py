"""Losses of predicted probabilities."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tensor import Tensor
from tapegrad.losses.loss import FunctionLoss
from tapegrad.ops import probability_losses
from tapegrad.ops.compare import not_equal
from tapegrad.ops.shape import squeeze

_MEAN = "sum_over_batch_size"


class BinaryCrossentropy(FunctionLoss):
    """`binary_crossentropy` of a batch.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is replaced by one half.
    axis
        The axis of the first mean.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    >>> float(loss([[0.0, 1.0]], [[0.0, 0.0]]).numpy().round(6))
    0.6931470036506653
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = _MEAN,
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.binary_crossentropy,
            name,
            reduction,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class BinaryFocalCrossentropy(FunctionLoss):
    """`binary_focal_crossentropy` of a batch.

    Parameters
    ----------
    apply_class_balancing
        Whether to weight answers of 1 by `alpha`, and those of 0 by ``1 - alpha``.
    alpha
        See above.
    gamma
        How much less the loss is where the prediction is right.
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is replaced by one half.
    axis
        The axis of the first mean.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.BinaryFocalCrossentropy()
    >>> float(loss([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(5))
    0.17328999936580658
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = _MEAN,
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.binary_focal_crossentropy,
            name,
            reduction,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(FunctionLoss):
    """`categorical_crossentropy` of a batch.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is spread over all classes.
    axis
        The axis of the classes.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.CategoricalCrossentropy()
    >>> float(loss([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]).numpy().round(6))
    0.6931470036506653
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = _MEAN,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.categorical_crossentropy,
            name,
            reduction,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(FunctionLoss):
    """`categorical_focal_crossentropy` of a batch.

    Parameters
    ----------
    alpha
        The weight of all classes, or of each.
    gamma
        How much less the loss is where the prediction is right.
    from_logits
        Whether the predictions are logits.
    label_smoothing
        How much of each answer is spread over all classes.
    axis
        The axis of the classes.
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.CategoricalFocalCrossentropy()
    >>> float(loss([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]).numpy().round(5))
    0.04332000017166138
    """

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = _MEAN,
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.categorical_focal_crossentropy,
            name,
            reduction,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(FunctionLoss):
    """`sparse_categorical_crossentropy` of a batch.

    Parameters
    ----------
    from_logits
        Whether the predictions are logits.
    ignore_class
        A class number whose places do not count, in the mean neither.
    reduction, name, dtype
        See `Loss`.
    axis
        The axis of the classes, which has to be the last.

    Examples
    --------
    >>> import tapegrad as tf
    >>> loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    >>> float(loss([1, 0], [[0.0, 0.0], [0.0, 0.0]]).numpy().round(6))
    0.6931470036506653
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: Any = _MEAN,
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.sparse_categorical_crossentropy,
            name,
            reduction,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """The loss of every element of the batch."""
        return self._function(y_true, y_pred, **self._options)

    def _valid(self, y_true: Any) -> Any:
        ignored = self._options["ignore_class"]
        if ignored is None:
            return None
        shape = y_true._value.shape
        numbers = squeeze(y_true, -1) if len(shape) > 1 and shape[-1] == 1 else y_true
        return not_equal(numbers, ignored)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a loss like this one."""
        return {key: value for key, value in super().get_config().items() if key != "axis"}


class KLDivergence(FunctionLoss):
    """`kl_divergence` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]).numpy()
    np.float32(0.0)
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(probability_losses.kl_divergence, name, reduction, dtype)


class Poisson(FunctionLoss):
    """`poisson` of a batch.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.Poisson()([[0.0, 0.0]], [[1.0, 2.0]]).numpy()
    np.float32(1.5)
    """

    def __init__(self, reduction: Any = _MEAN, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(probability_losses.poisson, name, reduction, dtype)


class Dice(FunctionLoss):
    """`dice` of a batch: one minus Dice's coefficient.

    Parameters
    ----------
    reduction, name, dtype
        See `Loss`.
    axis
        The axes of the sums; all by default.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.losses.Dice()([[1.0, 0.0]], [[1.0, 1.0]]).numpy().round(4))
    0.33329999446868896
    """

    def __init__(
        self, reduction: Any = _MEAN, name: str = "dice", axis: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(probability_losses.dice, name, reduction, dtype, axis=axis)


class Tversky(FunctionLoss):
    """`tversky` of a batch: one minus Tversky's index.

    Parameters
    ----------
    alpha, beta
        The weights of misses and false alarms.
    reduction, name, dtype
        See `Loss`.
    axis
        The axes of the sums; all by default.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.losses.Tversky(beta=1.0)([[1.0, 0.0]], [[1.0, 1.0]]).numpy().round(4))
    0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: Any = _MEAN,
        name: str = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            probability_losses.tversky, name, reduction, dtype, alpha=alpha, beta=beta, axis=axis
        )
