"""Images: TensorFlow's ``tf.image``."""

from __future__ import annotations

from tapegrad.ops.resize import ResizeMethod, resize

__all__ = [
    "ResizeMethod",
    "resize",
]
