"""``tf.keras``: layers, models, optimizers and losses, where TensorFlow's users look for them."""

from __future__ import annotations

from tapegrad.keras import activations, initializers, layers, losses, optimizers
from tapegrad.layers.models import Model, Sequential

__all__ = [
    "Model",
    "Sequential",
    "activations",
    "initializers",
    "layers",
    "losses",
    "optimizers",
]
