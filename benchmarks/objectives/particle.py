"""GradBench's particle: place a charge so that a falling particle lands at the origin.

The outer gradient descent differentiates a simulation whose every step differentiates the
potential: a derivative inside a derivative, with control flow.
"""

from __future__ import annotations

from typing import Any

from benchmarks.objectives.arrays import Tensor
from benchmarks.objectives.descent import Mode, argmin, value_and_gradient

TIME_STEP = 0.1


def landing_error(tf: Any, inner: Mode, w: Tensor) -> Tensor:
    """The squared place where the particle lands, given the height ``10 - w`` of a charge.

    `w` has shape (1,); the result is a scalar. `inner` is the mode that differentiates the
    potential.
    """
    ten = tf.constant(10.0, dtype=tf.float64)
    zero = tf.constant(0.0, dtype=tf.float64)
    charges = tf.stack([tf.stack([ten, ten - w[0]]), tf.stack([ten, zero])])

    def potential(x: Tensor) -> Tensor:
        distances = tf.sqrt(tf.reduce_sum(tf.square(x - charges), axis=1))
        return tf.reduce_sum(1.0 / distances)

    x = tf.constant([0.0, 8.0], dtype=tf.float64)
    velocity = tf.constant([0.75, 0.0], dtype=tf.float64)
    while True:
        next_x = x + TIME_STEP * velocity
        if next_x[1] <= 0.0:
            remaining = -x[1] / velocity[1]
            return tf.square(x[0] + remaining * velocity[0])
        _, slope = value_and_gradient(tf, inner, potential, x)
        x, velocity = next_x, velocity - TIME_STEP * slope


def solve(tf: Any, outer: Mode, inner: Mode) -> float:
    """The `w` that gradient descent from 0 finds."""
    start = tf.zeros((1,), dtype=tf.float64)
    return float(argmin(tf, outer, lambda w: landing_error(tf, inner, w), start)[0])
