"""``tf.keras.losses``: losses as functions of the right answers and the predictions."""

from __future__ import annotations

from tapegrad.ops.losses import mean_squared_error

MSE = mean_squared_error

__all__ = ["MSE", "mean_squared_error"]
