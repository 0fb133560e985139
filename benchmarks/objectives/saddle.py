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


def start(tf: Any) -> Tensor:
    """The point (1, 1) where every descent begins.

    A new tensor for each: a tape that watched one shared by both levels would see both move.
    """
    return tf.ones((2,), dtype=tf.float64)


def best_reply(tf: Any, inner: Mode, low: Tensor) -> Tensor:
    """The (x2, y2) that maximises the height above `low`."""
    return argmax(tf, inner, lambda high: height(tf, low, high), start(tf))


def ridge(tf: Any, inner: Mode, low: Tensor) -> Tensor:
    """The height above `low` once (x2, y2) is at its best: what the outer descent minimises."""
    return height(tf, low, best_reply(tf, inner, low))


def solve(tf: Any, outer: Mode, inner: Mode) -> Array:
    """The saddle point (x1, y1, x2, y2) that nested gradient descent from ones finds."""
    low = argmin(tf, outer, lambda point: ridge(tf, inner, point), start(tf))
    return np.concatenate([low.numpy(), best_reply(tf, inner, low).numpy()])
