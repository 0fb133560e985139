"""Random programs with loops: what is carried, read by turns, stacked, and done differently once.

A program is made from a seed alone. Its loop has a state of a few tensors, reads rows of tensors
from outside in several orders, and may treat some repetitions differently, skip, branch on the
number of the repetition, or have a loop inside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tapegrad as tf

Rng = np.random.Generator

MAPS: list[Callable[[Any], Any]] = [
    tf.tanh,
    tf.sin,
    tf.sigmoid,
    lambda x: 0.5 * x + 0.1,
    lambda x: tf.exp(-tf.square(x)),
    lambda x: x / (1.0 + tf.square(x)),
    lambda x: tf.where(x > 0.2, x, 0.3 * x),
    lambda x: tf.nn.softplus(x) - 0.5,
    lambda x: x - 0.1 * tf.reduce_sum(x),
    lambda x: tf.reverse(tf.reshape(x, [-1]), [0]) if x.shape.rank == 1 else tf.cos(x),
]

PAIRS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + 0.5 * b,
    lambda a, b: 0.7 * a - b,
    lambda a, b: a * tf.tanh(b),
    tf.maximum,
    lambda a, b: a / (1.0 + tf.square(b)),
    lambda a, b: tf.where(a < b, 0.9 * a, b),
]

ORDERS: list[Callable[[int, int], int]] = [
    lambda t, n: t,
    lambda t, n: n - 1 - t,
    lambda t, n: (3 * t + 1) % n,
    lambda t, n: t // 2,
    lambda t, n: max(t - 1, 0),
    lambda t, n: min(t + 1, n - 1),
]


class LoopProgram:
    """A function of rows, weights and a start, made from a seed."""

    def __init__(self, seed: int, dtype: Any = tf.float64) -> None:
        rng = np.random.default_rng([seed, 11])
        self.seed, self.dtype = seed, dtype
        self.count = int(rng.integers(5, 24))
        self.width = int(rng.choice([1, 2, 3, 5, 70]))
        self.states = int(rng.integers(1, 4))
        self.as_list = bool(rng.random() < 0.2)
        self.stacked = bool(rng.random() < 0.5)
        self.inner = int(rng.integers(2, 7)) if rng.random() < 0.2 else 0
        self.columns = bool(rng.random() < 0.3)
        self.far = bool(rng.random() < 0.25)
        self.special = {
            int(t): int(rng.integers(len(MAPS)))
            for t in rng.integers(0, self.count, size=int(rng.choice([0, 0, 1, 2])))
        }

    def inputs(self, seed: int) -> list[Any]:
        """Random data for it."""
        rng = np.random.default_rng([self.seed, 12, seed])
        shape = (self.width, self.count) if self.columns else (self.count, self.width)
        sizes = [shape, (self.count,), (2, self.width), (self.width, self.width)]
        return [tf.constant(0.6 * rng.normal(size=s), self.dtype) for s in sizes]

    def __call__(self, rows: Any, numbers: Any, weights: Any, matrix: Any) -> Any:
        """Run it: results, and the gradients of a mix of them."""
        inputs = [rows, numbers, weights, matrix]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            results = self._loop(*inputs)
            loss = tf.add_n([tf.reduce_sum(tf.sin(r)) for r in results])
        return results, tape.gradient(loss, inputs, unconnected_gradients="zero")

    def _row(self, rows: Any, t: int) -> Any:
        return rows[:, t] if self.columns else rows[t]

    def _loop(self, rows: Any, numbers: Any, weights: Any, matrix: Any) -> list[Any]:
        n = self.count
        state = [tf.zeros(self.width, self.dtype), weights[0], 0.5 * weights[1]][: self.states]
        total: Any = 0.0
        history = [weights[1]]
        collected = []
        taken = [self._row(rows, t) for t in range(n)] if self.as_list else None
        for t in range(n):
            rng = np.random.default_rng([self.seed, 13])
            values = [*state, weights[0]]
            for _ in range(int(rng.integers(2, 7))):
                x = values[int(rng.integers(len(values)))]
                y = values[int(rng.integers(len(values)))]
                kind = rng.random()
                place = ORDERS[int(rng.integers(len(ORDERS)))](t, n)
                if kind < 0.3:
                    made = MAPS[int(rng.integers(len(MAPS)))](x)
                elif kind < 0.5:
                    made = PAIRS[int(rng.integers(len(PAIRS)))](x, y)
                elif kind < 0.7:
                    row = self._row(rows, place) if taken is None else taken[place]
                    made = 0.5 * x + row
                elif kind < 0.8:
                    made = x * numbers[place]
                elif kind < 0.9 and self.width < 10:
                    made = 0.4 * tf.matmul(x[tf.newaxis], matrix)[0]
                else:
                    made = 0.5 * x + 0.1 * (t % 3)
                values.append(made)
            if self.far and t > 1:
                values.append(0.5 * values[-1] + 0.2 * history[t - 1])
            for _ in range(self.inner):
                values.append(0.8 * tf.sin(values[-1]) + 0.1 * values[0])
            if t in self.special:
                values.append(MAPS[self.special[t]](values[-1]))
            state = [tf.clip_by_value(v, -3.0, 3.0) for v in values[-self.states :]]
            history.append(state[-1])
            total = total + tf.reduce_mean(state[0] * state[-1])
            collected.append(tf.reduce_sum(state[-1]) if self.seed % 2 else state[0])
        results = [total, *state]
        if self.stacked:
            results += [tf.stack(collected), collected[0], collected[n // 2]]
        return results
