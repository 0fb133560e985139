"""``tf.keras.layers``: layers with their weights."""

from __future__ import annotations

from tapegrad.layers.batch_normalization import BatchNormalization
from tapegrad.layers.dense import Dense
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.simple import Activation, Dropout, Flatten

__all__ = [
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "InputSpec",
    "Layer",
]
