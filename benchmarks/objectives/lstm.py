"""ADBench's LSTM, all of whose weight matrices are diagonal: the gradient of one scalar.

Many small operations on vectors of b numbers: a measure of the cost of an operation. For each
step t, with x the scaled input and h, cell the state of a layer::

    f = sigmoid(x wf + bf);  g = sigmoid(h wg + bg);  o = sigmoid(x wo + bo)
    cell = cell f + g tanh(h wc + bc);  h = o tanh(cell);  x = h          for each layer
    y = x scale + bias;  total += sum(target (y - log(2 + sum exp y)))

and the loss is ``-total / ((c - 1) b)``. The 2 belongs to the benchmark's definition.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.objectives.arrays import Array, Tensor
from benchmarks.objectives.files import Numbers


class Sequence(NamedTuple):
    """One instance: l layers, c characters of b bits."""

    main: Array  # (2 l, 4 b) a row of weights and a row of biases for each layer
    extra: Array  # (3, b) input scale, output scale, output bias
    state: Array  # (2 l, b) hidden and cell of each layer
    characters: Array  # (c, b) of 0 and 1


def read(path: Path) -> Sequence:
    """Read an instance."""
    numbers = Numbers(path)
    layers, count, bits = numbers.integers(3)
    return Sequence(
        main=numbers.array(2 * layers, 4 * bits),
        extra=numbers.array(3, bits),
        state=numbers.array(2 * layers, bits),
        characters=numbers.array(count, bits),
    )


class Weights(NamedTuple):
    """The parameters as vectors."""

    gates: list[list[tuple[Tensor, Tensor]]]  # layer -> forget, in, out, change: weight and bias
    in_scale: Tensor
    out_scale: Tensor
    out_bias: Tensor


def weights(main: Tensor, extra: Tensor, layers: int) -> Weights:
    """Cut the parameters up."""
    bits = extra.shape[1]
    gates = [
        [
            (main[2 * layer, gate : gate + bits], main[2 * layer + 1, gate : gate + bits])
            for gate in range(0, 4 * bits, bits)
        ]
        for layer in range(layers)
    ]
    return Weights(gates, extra[0], extra[1], extra[2])


def step(
    tf: Any, weights: Weights, state: list[Tensor], character: Tensor, target: Tensor
) -> tuple[list[Tensor], Tensor]:
    """The state after a character, and what the one that follows adds to the total."""
    after = []
    x = character * weights.in_scale
    for layer, ((wf, bf), (wg, bg), (wo, bo), (wc, bc)) in enumerate(weights.gates):
        h, cell = state[2 * layer], state[2 * layer + 1]
        forget = tf.sigmoid(x * wf + bf)
        ingate = tf.sigmoid(h * wg + bg)
        outgate = tf.sigmoid(x * wo + bo)
        change = tf.tanh(h * wc + bc)
        cell = cell * forget + ingate * change
        x = outgate * tf.tanh(cell)
        after += [x, cell]
    y = x * weights.out_scale + weights.out_bias
    normaliser = tf.math.log(2.0 + tf.reduce_sum(tf.exp(y)))
    return after, tf.reduce_sum(target * (y - normaliser))


def objective(
    tf: Any, main: Tensor, extra: Tensor, state: list[Tensor], characters: list[Tensor]
) -> Tensor:
    """The loss; `state` and `characters` are lists of vectors, so that the loop only computes."""
    vectors = weights(main, extra, len(state) // 2)
    total = 0.0
    for character, target in itertools.pairwise(characters):
        state, part = step(tf, vectors, state, character, target)
        total = total + part
    return -total / ((len(characters) - 1) * extra.shape[1])


def value_and_gradient(tf: Any, sequence: Sequence) -> tuple[float, Array]:
    """The loss and its gradient ``[main | extra]``, row-major, 8 l b + 3 b numbers."""
    parameters = [tf.constant(sequence.main), tf.constant(sequence.extra)]
    state = [tf.constant(row) for row in sequence.state]
    characters = [tf.constant(row) for row in sequence.characters]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        main, extra = parameters
        loss = objective(tf, main, extra, state, characters)
    gradients = tape.gradient(loss, parameters)
    return float(loss), np.concatenate([g.numpy().ravel() for g in gradients])
