"""The gradient descent of GradBench's nested problems, whose objectives differentiate as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from benchmarks.objectives.arrays import Tensor

Mode: TypeAlias = Literal["forward", "reverse"]
Function: TypeAlias = Callable[[Tensor], Tensor]

TOLERANCE = 1e-5


def value_and_gradient(tf: Any, mode: Mode, f: Function, x: Tensor) -> tuple[Tensor, Tensor]:
    """The scalar ``f(x)`` at the vector `x` and its gradient, both differentiable again."""
    if mode == "reverse":
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return y, tape.gradient(y, x)
    columns = []
    for tangent in tf.unstack(tf.eye(x.shape[0], dtype=tf.float64)):
        with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
            y = f(x)
        columns.append(accumulator.jvp(y))
    return y, tf.stack(columns)


def norm(tf: Any, x: Tensor) -> Tensor:
    """The Euclidean length of the vector `x`."""
    return tf.sqrt(tf.reduce_sum(tf.square(x)))


def argmin(tf: Any, mode: Mode, f: Function, x: Tensor) -> Tensor:
    """Where gradient descent from `x` ends.

    The step size doubles after ten accepted steps and halves after a rejected one. The path is
    defined by the benchmark: every program that follows it reaches the same digits.
    """
    value, slope = value_and_gradient(tf, mode, f, x)
    rate, accepted = 1e-5, 0
    while norm(tf, slope) > TOLERANCE:
        if accepted == 10:
            rate, accepted = 2.0 * rate, 0
        candidate = x - rate * slope
        if norm(tf, candidate - x) <= TOLERANCE:
            break
        candidate_value, candidate_slope = value_and_gradient(tf, mode, f, candidate)
        if candidate_value < value:
            x, value, slope = candidate, candidate_value, candidate_slope
            accepted += 1
        else:
            rate, accepted = rate / 2.0, 0
    return x


def argmax(tf: Any, mode: Mode, f: Function, x: Tensor) -> Tensor:
    """Where gradient ascent from `x` ends."""
    return argmin(tf, mode, lambda point: -f(point), x)
