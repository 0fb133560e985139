"""``tf.keras``: the optimizers, where TensorFlow's users look for them."""

from __future__ import annotations

from tapegrad.keras import optimizers

__all__ = ["optimizers"]
