"""Sums and means over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core.tensor import Tensor
from tapegrad.metrics.metric import Metric
from tapegrad.ops.cast import cast
from tapegrad.ops.division import divide_no_nan
from tapegrad.ops.elementwise import sqrt, squared_difference
from tapegrad.ops.error_losses import of_one_rank
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.ops.shape import broadcast_to


def _by_sample(
    values: Any, weights: Any, reduction: Callable[..., Tensor], dtype: Any
) -> tuple[Tensor, Tensor | None]:
    """One value for each element of the batch, weighted, and its weight."""
    values = cast(values, dtype)
    if weights is not None:
        weights = cast(weights, dtype)
        values, weights = of_one_rank(values, weights)
        depth, rank = weights._value.ndim, values._value.ndim
        if rank > depth:
            values = reduction(values, list(range(depth, rank)))
        weights = broadcast_to(weights, values.shape)
        values = values * weights
        if depth > 1:
            weights = reduction(weights, list(range(1, depth)))
    rank = values._value.ndim
    return (reduction(values, list(range(1, rank))) if rank > 1 else values), weights


class Sum(Metric):
    """The sum of all values.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> metric = tf.keras.metrics.Sum()
    >>> metric.update_state([1.0, 2.0])
    >>> float(metric([4.0]))
    7.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, with weights if there are any."""
        values, _ = _by_sample(values, sample_weight, reduce_sum, self._dtype)
        self.total.assign_add(reduce_sum(values))

    def result(self) -> Tensor:
        """The sum so far."""
        return cast(self.total, self._dtype)  # type: ignore[no-any-return]


class Mean(Metric):
    """The weighted mean of all values.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> metric = tf.keras.metrics.Mean()
    >>> metric.update_state([1.0, 3.0])
    >>> metric.update_state(8.0, sample_weight=2.0)
    >>> float(metric.result())
    5.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values into account, with weights if there are any."""
        values, weights = _by_sample(values, sample_weight, reduce_mean, self._dtype)
        self.total.assign_add(reduce_sum(values))
        if weights is not None:
            number: Any = reduce_sum(weights)
        else:
            number = float(values._value.shape[0]) if values._value.ndim else 1.0
        self.count.assign_add(number)

    def result(self) -> Tensor:
        """The mean so far; 0 of no values."""
        return divide_no_nan(self.total, self.count)  # type: ignore[no-any-return]


class MeanMetricWrapper(Mean):
    """The mean of a function of answers and predictions.

    Parameters
    ----------
    fn
        The function; it returns a value for each element of the batch.
    name, dtype
        See `Metric`.
    kwargs
        Further arguments of the function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> metric = tf.keras.metrics.MeanMetricWrapper(tf.keras.losses.MAE)
    >>> float(metric([[0.0], [0.0]], [[1.0], [3.0]]))
    2.0
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._options = kwargs
        for option, value in kwargs.items():
            setattr(self, option, value)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take answers and predictions into account, with weights if there are any."""
        super().update_state(self._fn(y_true, y_pred, **self._options), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        own = {"fn": self._fn} if type(self) is MeanMetricWrapper else {}
        return super().get_config() | own | self._options


class RootMeanSquaredError(Mean):
    """The root of the mean of the squared errors.

    Parameters
    ----------
    name, dtype
        See `Metric`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.metrics.RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]]))
    3.0
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take answers and predictions into account, with weights if there are any."""
        true, predicted = of_one_rank(cast(y_true, self._dtype), cast(y_pred, self._dtype))
        super().update_state(squared_difference(true, predicted), sample_weight)

    def result(self) -> Tensor:
        """The root of the mean so far."""
        return sqrt(super().result())  # type: ignore[no-any-return]
