"""Neural network operations: TensorFlow's ``tf.nn.experimental``."""

from __future__ import annotations

from tapegrad.ops.layers import stateless_dropout

__all__ = ["stateless_dropout"]
