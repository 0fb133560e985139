"""Metrics from names and plain dicts, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapegrad.core.registry import Registry
from tapegrad.metrics import accuracies, confusion, means, means_of_losses
from tapegrad.metrics.metric import Metric

_CLASSES = {
    value.__name__: value
    for module in (accuracies, confusion, means, means_of_losses)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Metric) and not name.startswith("_")
}
_SHORT = {
    "acc": accuracies.Accuracy,
    "bce": means_of_losses.BinaryCrossentropy,
    "mae": means_of_losses.MeanAbsoluteError,
    "mape": means_of_losses.MeanAbsolutePercentageError,
    "mse": means_of_losses.MeanSquaredError,
    "msle": means_of_losses.MeanSquaredLogarithmicError,
}
METRICS = Registry(
    "metric",
    "keras.metrics",
    _CLASSES.values(),
    aliases=_SHORT | {name.upper(): cls for name, cls in _SHORT.items() if name != "acc"},
)


def get(identifier: Any) -> Any:
    """A metric from its name, what `serialize` made of it, a class, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"mse"``, a dict, a class, a function, or None.

    Returns
    -------
    Metric or function
        None for None.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.metrics.get("mse").name
    'mean_squared_error'
    """
    return METRICS.get(identifier)


def serialize(metric: Any) -> Any:
    """A metric as a dict of plain values, in Keras's form.

    Parameters
    ----------
    metric
        The metric; its state is not saved.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.metrics.serialize(tf.keras.metrics.Precision(0.3))["config"]["thresholds"]
    0.3
    """
    return METRICS.serialize(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The metric that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own classes and functions, by name.

    Raises
    ------
    ValueError
        If there is no metric of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.keras.metrics.serialize(tf.keras.metrics.Precision(0.3))
    >>> tf.keras.metrics.deserialize(saved).thresholds
    [0.3]
    """
    return METRICS.deserialize(config, custom_objects)
