"""Images: TensorFlow's ``tf.image``."""

from __future__ import annotations

from tapegrad.ops.image_measures import (
    image_gradients,
    per_image_standardization,
    psnr,
    ssim,
    total_variation,
)
from tapegrad.ops.image_turning import flip_left_right, flip_up_down, rot90, transpose
from tapegrad.ops.resize import ResizeMethod, resize

__all__ = [
    "ResizeMethod",
    "flip_left_right",
    "flip_up_down",
    "image_gradients",
    "per_image_standardization",
    "psnr",
    "resize",
    "rot90",
    "ssim",
    "total_variation",
    "transpose",
]
