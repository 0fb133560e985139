"""Three models with a loss: softmax regression, a block of attention, a convolutional network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

SEED = 5
DIGITS = Path(__file__).resolve().parents[2] / "tapegrad" / "demo" / "data" / "digits.csv.gz"
HEADS = 4


def single(*arrays: Any) -> list[Any]:
    """Arrays in single precision."""
    return [array.astype(np.float32) for array in arrays]


# Softmax regression


def regression_inputs(small: bool) -> Inputs:
    generator = np.random.default_rng(SEED)
    rows, columns, classes = (20, 6, 3) if small else (10_000, 100, 10)
    weights = generator.normal(0.0, columns**-0.5, (columns, classes))
    labels = generator.integers(0, classes, rows)
    x = generator.normal(size=(rows, columns)).astype(np.float32)
    return Inputs(single(weights, np.zeros(classes)), [x, labels])


def regression_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    x, labels = constants
    return ops.cross_entropy(labels, ops.dense(x, *parameters))


def regression_by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    (weights, bias), (x, labels) = parameters, constants
    rows = np.arange(len(labels))
    logits = x @ weights
    logits += bias
    logits -= logits.max(axis=1, keepdims=True)
    picked = logits[rows, labels]
    np.exp(logits, out=logits)
    totals = logits.sum(axis=1, keepdims=True)
    value = np.mean(np.log(totals[:, 0]) - picked)
    logits /= totals
    logits[rows, labels] -= 1.0
    logits *= np.float32(1.0 / len(labels))
    return value, [x.T @ logits, logits.sum(axis=0)]


def regression_flops(inputs: Inputs) -> float:
    """The product forward and that for the weights."""
    x, (weights, _) = inputs.constants[0], inputs.parameters
    return 4.0 * x.size * weights.shape[1]


# Attention


def attention_inputs(small: bool) -> Inputs:
    generator = np.random.default_rng(SEED)
    batch, tokens, width = (2, 5, 8) if small else (8, 128, 128)
    x = generator.normal(size=(batch, tokens, width))
    target = generator.normal(size=(batch, tokens, width))
    weights = [generator.normal(0.0, width**-0.5, (width, width)) for _ in range(4)]
    scale, shift = generator.normal(1.0, 0.1, width), generator.normal(0.0, 0.1, width)
    return Inputs(single(x, scale, shift, *weights), single(target))


def attention_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    """``x + attention(layer_norm(x))``, and its mean squared distance to a target."""
    x, scale, shift, queries, keys, values, output = parameters
    (target,) = constants
    batch, tokens, width = target.shape
    size = width // HEADS
    rows = ops.reshape(ops.layer_norm(x, scale, shift), (batch * tokens, width))

    def heads(weights: Any, order: tuple[int, ...]) -> Any:
        return ops.transpose(ops.reshape(rows @ weights, (batch, tokens, HEADS, size)), order)

    scores = heads(queries, (0, 2, 1, 3)) @ heads(keys, (0, 2, 3, 1))
    mixed = ops.softmax(scores * size**-0.5) @ heads(values, (0, 2, 1, 3))
    mixed = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (batch * tokens, width))
    error = x + ops.reshape(mixed @ output, (batch, tokens, width)) - target
    return ops.reduce_mean(error * error)


def attention_flops(inputs: Inputs) -> float:
    """Four products with weights and two of tokens, one forward and two backward each."""
    batch, tokens, width = inputs.constants[0].shape
    return 3.0 * 2 * batch * (4 * tokens * width**2 + 2 * tokens**2 * width)


# A convolutional network


def digits_inputs(small: bool) -> Inputs:
    """The first 64 of the handwritten digits that come with the package, 8x8 pixels."""
    table = np.loadtxt(DIGITS, delimiter=",", max_rows=4 if small else 64)
    generator = np.random.default_rng(SEED)
    parameters = [
        generator.normal(0.0, 9**-0.5, (3, 3, 1, 8)),
        generator.normal(0.0, 0.1, 8),  # not 0: relu has no slope where the paper is white
        generator.normal(0.0, 72**-0.5, (3, 3, 8, 16)),
        generator.normal(0.0, 0.1, 16),
        generator.normal(0.0, 64**-0.5, (64, 10)),
        np.zeros(10),
    ]
    images = (table[:, :64] / 16.0).reshape(-1, 8, 8, 1).astype(np.float32)
    return Inputs(single(*parameters), [images, table[:, 64].astype(np.int64)])


def digits_objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    f1, b1, f2, b2, weights, bias = parameters
    images, labels = constants
    hidden = ops.max_pool(ops.relu(ops.conv2d(images, f1) + b1))
    hidden = ops.max_pool(ops.relu(ops.conv2d(hidden, f2) + b2))
    return ops.cross_entropy(labels, ops.dense(ops.reshape(hidden, (-1, 64)), weights, bias))


def digits_flops(inputs: Inputs) -> float:
    """Both convolutions forward and for the filters, the second for its images, too."""
    n = len(inputs.constants[0])
    return 2.0 * n * (2 * 64 * 9 * 8 + 3 * 16 * 9 * 8 * 16 + 3 * 64 * 10)


REGRESSION = Problem(
    key="regression",
    title="softmax regression, 10,000 rows, 100 columns, 10 classes, float32",
    objective=regression_objective,
    inputs=regression_inputs,
    tolerance=1e-4,
    targets={"best": 1.0},
    flops=regression_flops,
    by_hand=regression_by_hand,
)

ATTENTION = Problem(
    key="attention",
    title="attention with layer norm and residual, batch 8, 128 tokens, 128 wide, 4 heads, float32",
    objective=attention_objective,
    inputs=attention_inputs,
    tolerance=1e-3,
    targets={"best": 1.0},
    flops=attention_flops,
)

DIGITS_NETWORK = Problem(
    key="digits",
    title="two convolutions and a dense layer on 64 digits of 8x8 pixels, float32",
    objective=digits_objective,
    inputs=digits_inputs,
    tolerance=1e-3,
    targets={"best": 1.0},
    missing={"autograd": "has no convolution of images"},
    flops=digits_flops,
)
