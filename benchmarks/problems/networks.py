"""Two dense networks: a small one, all overhead, and a larger one, all matrix products."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

SEED = 20


def layers(generator: np.random.Generator, sizes: list[int]) -> list[NDArray[Any]]:
    """Weights and biases, float32, scaled so that activations keep their size."""
    arrays = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        arrays += [generator.normal(0.0, fan_in**-0.5, (fan_in, fan_out)), np.zeros(fan_out)]
    return [array.astype(np.float32) for array in arrays]


def tanh_inputs(small: bool) -> Inputs:
    generator = np.random.default_rng(SEED)
    batch = 4 if small else 32
    x = generator.normal(size=(batch, 16)).astype(np.float32)
    target = np.sin(x.sum(axis=1, keepdims=True))
    return Inputs(layers(generator, [16, 32, 32, 1]), [x, target])


def tanh_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    w1, b1, w2, b2, w3, b3 = parameters
    x, target = constants
    hidden = ops.tanh(ops.dense(x, w1, b1))
    hidden = ops.tanh(ops.dense(hidden, w2, b2))
    error = ops.dense(hidden, w3, b3) - target
    return ops.reduce_mean(error * error)


def relu_inputs(small: bool) -> Inputs:
    generator = np.random.default_rng(SEED)
    batch, sizes = (4, [20, 12, 8, 10]) if small else (128, [784, 512, 256, 10])
    x = generator.normal(size=(batch, sizes[0])).astype(np.float32)
    labels = generator.integers(0, 10, batch)
    return Inputs(layers(generator, sizes), [x, labels])


def relu_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    w1, b1, w2, b2, w3, b3 = parameters
    x, labels = constants
    hidden = ops.relu(ops.dense(x, w1, b1))
    hidden = ops.relu(ops.dense(hidden, w2, b2))
    return ops.cross_entropy(labels, ops.dense(hidden, w3, b3))


TANH_NETWORK = Problem(
    key="b",
    title="training step of a 16-32-32-1 tanh network, batch 32, float32, with the SGD update",
    objective=tanh_objective,
    inputs=tanh_inputs,
    tolerance=1e-4,
    targets={"torch": 0.6},
    learning_rate=0.01,
)

RELU_NETWORK = Problem(
    key="c",
    title="784-512-256-10 relu network, softmax cross-entropy, batch 128, float32",
    objective=relu_objective,
    inputs=relu_inputs,
    tolerance=1e-4,
    targets={"torch": 1.1},
)
