"""``tf.keras``: the optimizers and losses, where TensorFlow's users look for them."""

from __future__ import annotations

from tapegrad.keras import losses, optimizers

__all__ = ["losses", "optimizers"]
