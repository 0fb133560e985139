"""``tf.keras``: layers, models, optimizers and losses, where TensorFlow's users look for them."""

from __future__ import annotations

from tapegrad.keras import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from tapegrad.layers.inputs import Input
from tapegrad.layers.layer import Layer
from tapegrad.layers.models import Model, Sequential

__all__ = [
    "Input",
    "Layer",
    "Model",
    "Sequential",
    "activations",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "utils",
]
