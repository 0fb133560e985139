"""``tf.keras.optimizers.legacy``: Keras 2's names for the optimizers that it had.

They are the present ones, which have ``minimize`` and take new variables at any step.
"""

from __future__ import annotations

from tapegrad.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    Ftrl,
    Nadam,
    Optimizer,
    RMSprop,
)

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "Ftrl",
    "Nadam",
    "Optimizer",
    "RMSprop",
]
