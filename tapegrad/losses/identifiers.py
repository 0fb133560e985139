"""Losses from names and plain dicts, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapegrad.core.registry import Registry
from tapegrad.losses import of_errors, of_probabilities
from tapegrad.ops import error_losses, hinge_losses, probability_losses

_FUNCTIONS = [
    getattr(module, name)
    for module in (error_losses, hinge_losses, probability_losses)
    for name in module.__all__
]
_CLASSES = [
    of_errors.CategoricalHinge,
    of_errors.CosineSimilarity,
    of_errors.Hinge,
    of_errors.Huber,
    of_errors.LogCosh,
    of_errors.MeanAbsoluteError,
    of_errors.MeanAbsolutePercentageError,
    of_errors.MeanSquaredError,
    of_errors.MeanSquaredLogarithmicError,
    of_errors.SquaredHinge,
    of_probabilities.BinaryCrossentropy,
    of_probabilities.BinaryFocalCrossentropy,
    of_probabilities.CategoricalCrossentropy,
    of_probabilities.CategoricalFocalCrossentropy,
    of_probabilities.Dice,
    of_probabilities.KLDivergence,
    of_probabilities.Poisson,
    of_probabilities.SparseCategoricalCrossentropy,
    of_probabilities.Tversky,
]
_SHORT = {
    "bce": probability_losses.binary_crossentropy,
    "kld": probability_losses.kl_divergence,
    "mae": error_losses.mean_absolute_error,
    "mape": error_losses.mean_absolute_percentage_error,
    "mse": error_losses.mean_squared_error,
    "msle": error_losses.mean_squared_logarithmic_error,
}
LOSSES = Registry(
    "loss",
    "keras.losses",
    _CLASSES,
    _FUNCTIONS,
    _SHORT | {name.upper(): function for name, function in _SHORT.items()},
    snake_cased=False,
)


def get(identifier: Any) -> Any:
    """A loss from its name, what `serialize` made of it, a class, or itself.

    Parameters
    ----------
    identifier
        The name of a function or class such as ``"mse"``, a dict, a class, a function of answers
        and predictions, or None.

    Returns
    -------
    Loss or function
        None for None.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.get("mse")([[0.0]], [[2.0]]).numpy().tolist()
    [4.0]
    """
    return LOSSES.get(identifier)


def serialize(loss: Any) -> Any:
    """A loss as a dict of plain values, in Keras's form; a function as its name.

    Parameters
    ----------
    loss
        A `Loss`, or a function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.losses.serialize(tf.keras.losses.Huber(2.0))["config"]["delta"]
    2.0
    """
    return LOSSES.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The loss that `serialize` described.

    Parameters
    ----------
    name
        What `serialize` returned.
    custom_objects
        Your own classes and functions, by name.

    Raises
    ------
    ValueError
        If there is no loss of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.keras.losses.serialize(tf.keras.losses.Huber(2.0))
    >>> tf.keras.losses.deserialize(saved).delta
    2.0
    """
    return LOSSES.deserialize(name, custom_objects)
