"""GradBench's saddle: ``min over (x1, y1) of max over (x2, y2) of x1^2 + y1^2 - x2^2 - y2^2``.

The outer gradient descent differentiates through the inner one, a whole optimisation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.objectives.arrays import Array, Tensor
from benchmarks.objectives.descent import Mode, argmax, argmin


def height(tf: Any, low: Tensor, high: Tensor) -> Tensor:
    """The saddle at the points `low` (x1, y1) and `high` (x2, y2)."""
    return tf.reduce_sum(tf.square(low)) - tf.reduce_sum(tf.square(high))


def solve(tf: Any, outer: Mode, inner: Mode) -> Array:
    """The saddle point (x1, y1, x2, y2) that nested gradient descent from ones finds."""

    def start() -> Tensor:
        # A new tensor for each level: a tape that watched one shared by both would see both move.
        return tf.ones((2,), dtype=tf.float64)

    def best_reply(low: Tensor) -> Tensor:
        return argmax(tf, inner, lambda high: height(tf, low, high), start())

    low = argmin(tf, outer, lambda point: height(tf, point, best_reply(point)), start())
    return np.concatenate([low.numpy(), best_reply(low).numpy()])
