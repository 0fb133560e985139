"""Work on the elements of arrays: logsumexp, a chain of eight operations, Rosenbrock's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

SMALL = 12
#: Floating-point operations of one elementary function, about: a polynomial and a reduction.
ELEMENTARY = 20.0


def uniform(size: int) -> Callable[[bool], Inputs]:
    """One vector of numbers between 0 and 1."""

    def inputs(small: bool) -> Inputs:
        generator = np.random.default_rng(11)
        return Inputs([generator.uniform(size=SMALL if small else size)], [])

    return inputs


def per_element(flops: float) -> Callable[[Inputs], float]:
    """So many operations for each number."""
    return lambda inputs: flops * inputs.parameters[0].size


def logsumexp_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    return ops.reduce_logsumexp(parameters[0])


def logsumexp_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    (x,) = parameters
    largest = x.max()
    gradient = x - largest
    np.exp(gradient, out=gradient)
    total = gradient.sum()
    gradient /= total
    return largest + np.log(total), [gradient]


def chain_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    (x,) = parameters
    y = ops.sin(x * 1.1)
    y = ops.tanh(y + 0.1)
    y = ops.math.log(ops.exp(y) + 1.0)
    return ops.reduce_sum(y * y)


def chain_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    (x,) = parameters
    scaled = 1.1 * x
    t = np.tanh(np.sin(scaled) + 0.1)
    power = np.exp(t)
    more = power + 1.0
    y = np.log(more)
    value = np.dot(y, y)
    power /= more
    power *= y
    power *= 2.2
    power *= 1.0 - t * t
    power *= np.cos(scaled)
    return value, [power]


def rosenbrock_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    (x,) = parameters
    left, right = x[:-1], x[1:]
    return ops.reduce_sum(100.0 * ops.square(right - left * left) + ops.square(1.0 - left))


def rosenbrock_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    (x,) = parameters
    left, right = x[:-1], x[1:]
    curve, distance = right - left * left, 1.0 - left
    gradient = np.zeros_like(x)
    gradient[1:] = 200.0 * curve
    gradient[:-1] -= 400.0 * curve * left + 2.0 * distance
    return 100.0 * np.dot(curve, curve) + np.dot(distance, distance), [gradient]


LOGSUMEXPS = [
    Problem(
        key=f"logsumexp_{size}",
        title=f"logsumexp of {size:,} float64 and its gradient",
        objective=logsumexp_objective,
        inputs=uniform(size),
        tolerance=1e-11,
        targets={"best": 0.7},
        flops=per_element(ELEMENTARY + 4),
        by_hand=logsumexp_by_hand,
    )
    for size in (2_500, 40_000, 1_280_000)
]

CHAINS = [
    Problem(
        key=f"chain_{name}",
        title=f"sum of a chain of eight operations on {size:,} float64, and its gradient",
        objective=chain_objective,
        inputs=uniform(size),
        tolerance=1e-11,
        targets={"best": 0.6},
        # sin, cos, tanh, exp, log
        flops=per_element(5 * ELEMENTARY + 14),
        by_hand=chain_by_hand,
    )
    for name, size in (("1e2", 100), ("1e4", 10_000), ("1e6", 1_000_000))
]

ROSENBROCK = Problem(
    key="rosenbrock",
    title="Rosenbrock's function of 10 numbers, float64, and its gradient",
    objective=rosenbrock_objective,
    inputs=uniform(10),
    tolerance=1e-11,
    targets={"jax": 0.8},
    flops=per_element(15),
    by_hand=rosenbrock_by_hand,
)
