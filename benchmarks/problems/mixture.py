"""ADBench's Gaussian mixtures: instances of given sizes, drawn as GradBench draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs, Objective
from benchmarks.objectives import gmm
from benchmarks.problems.base import Problem

SEED = 31337
POINTS = 1000


def inputs(d: int, k: int) -> Callable[[bool], Inputs]:
    """Normal points, weights and factors, uniform means."""

    def drawn(small: bool) -> Inputs:
        generator = np.random.default_rng(SEED)
        points = generator.normal(size=(6 if small else POINTS, d))
        alphas = generator.normal(size=k)
        means = generator.uniform(size=(k, d))
        icf = generator.normal(size=(k, d * (d + 1) // 2))
        return Inputs([alphas, means, icf], [points])

    return drawn


def objective(d: int) -> Objective:
    """The objective for points of dimension `d`, with what depends on nothing else at hand."""
    index = gmm.lower_triangle_index(d)

    def value(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
        alphas, means, icf = parameters
        mixture = gmm.Mixture(alphas, means, icf, constants[0], gamma=1.0, m=0)
        return gmm.objective(ops, alphas, means, icf, mixture, index=index)

    return value


def flops(inputs: Inputs) -> float:
    """A product with each factor forward, two backward; only the lower triangles count."""
    (k, d), n = inputs.parameters[1].shape, len(inputs.constants[0])
    return float(n * k * 3 * d * (d - 1))


MIXTURES = [
    Problem(
        key=f"gmm_d{d}_K{k}",
        title=f"ADBench GMM, d {d}, K {k}, n {POINTS}, value and gradient",
        objective=objective(d),
        inputs=inputs(d, k),
        tolerance=1e-9,
        targets={},
        flops=flops,
    )
    for d, k in ((2, 5), (10, 25), (64, 25))
]
