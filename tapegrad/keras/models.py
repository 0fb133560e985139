"""``tf.keras.models``: layers that are made of layers."""

from __future__ import annotations

from tapegrad.layers.models import Model, Sequential

__all__ = ["Model", "Sequential"]
