"""Two dense networks: a small one, all overhead, and a larger one, all matrix products."""

from __future__ import annotations

import itertools
from collections.abc import Callable
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


def flops(inputs: Inputs) -> float:
    """Each layer's product forward, for its weights and, but for the first, for its input."""
    weights = sum(array.size for array in inputs.parameters)
    return 2.0 * len(inputs.constants[0]) * (3 * weights - inputs.parameters[0].size)


def tanh_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    w1, b1, w2, b2, w3, b3 = parameters
    x, target = constants
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    error = h2 @ w3 + b3 - target
    g3 = error * np.float32(2.0 / len(error))
    g2 = (g3 @ w3.T) * (1.0 - h2 * h2)
    g1 = (g2 @ w2.T) * (1.0 - h1 * h1)
    gradients = [x.T @ g1, g1.sum(axis=0), h1.T @ g2, g2.sum(axis=0), h2.T @ g3, g3.sum(axis=0)]
    return np.mean(error * error), gradients


def relu_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    w1, b1, w2, b2, w3, b3 = parameters
    x, labels = constants
    rows = np.arange(len(labels))
    h1 = np.maximum(x @ w1 + b1, 0.0)
    h2 = np.maximum(h1 @ w2 + b2, 0.0)
    logits = h2 @ w3 + b3
    logits -= logits.max(axis=1, keepdims=True)
    g3 = np.exp(logits)
    totals = g3.sum(axis=1, keepdims=True)
    value = np.mean(np.log(totals[:, 0]) - logits[rows, labels])
    g3 /= totals
    g3[rows, labels] -= 1.0
    g3 *= np.float32(1.0 / len(labels))
    g2 = (g3 @ w3.T) * (h2 > 0.0)
    g1 = (g2 @ w2.T) * (h1 > 0.0)
    gradients = [x.T @ g1, g1.sum(axis=0), h1.T @ g2, g2.sum(axis=0), h2.T @ g3, g3.sum(axis=0)]
    return value, gradients


def products(inputs: Inputs) -> Callable[[], None]:
    """The matrix products of a step and nothing else, into memory that is there."""
    x, weights = inputs.constants[0], inputs.parameters[0::2]
    rows = len(x)
    layers = [x, *[np.ones((rows, w.shape[1]), np.float32) for w in weights]]
    back = [np.empty_like(layer) for layer in layers]
    slopes = [np.empty_like(w) for w in weights]

    def step() -> None:
        for i, w in enumerate(weights):
            np.dot(layers[i], w, out=layers[i + 1])
        for i in reversed(range(len(weights))):
            np.dot(layers[i].T, layers[i + 1], out=slopes[i])
            if i:
                np.dot(layers[i + 1], weights[i].T, out=back[i])

    return step


TANH_NETWORK = Problem(
    key="b",
    title="training step of a 16-32-32-1 tanh network, batch 32, float32, with the SGD update",
    objective=tanh_objective,
    inputs=tanh_inputs,
    tolerance=1e-4,
    targets={"torch": 0.6},
    learning_rate=0.01,
    flops=flops,
    by_hand=tanh_by_hand,
)

RELU_NETWORK = Problem(
    key="c",
    title="784-512-256-10 relu network, softmax cross-entropy, batch 128, float32",
    objective=relu_objective,
    inputs=relu_inputs,
    tolerance=1e-4,
    targets={"torch": 1.1},
    flops=flops,
    by_hand=relu_by_hand,
)
