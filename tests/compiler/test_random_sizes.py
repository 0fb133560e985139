"""Random programs over tensors of open sizes: what two sizes tell is right for all others."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted
from tests.compiler.programs import UNARY

#: More for a long search: TAPEGRAD_PROGRAMS=20000.
COUNT = int(os.environ.get("TAPEGRAD_PROGRAMS", "300")) // 5
FIRST = int(os.environ.get("TAPEGRAD_FIRST_PROGRAM", "0"))

SIZES = (3, 5, 4, 8, 13, 2)
Rng = np.random.Generator

BINARY = [tf.add, tf.subtract, tf.multiply, tf.maximum, lambda a, b: a / (1.5 + tf.square(b))]

#: Of a vector of open size.
OF_VECTORS = [
    lambda x: tf.concat([x, tf.reverse(x, [0])], 0)[: tf.shape(x)[0]],
    lambda x: tf.concat([x[1:], x[:1]], 0),
    lambda x: tf.cumsum(x) / tf.cast(tf.shape(x)[0], x.dtype),
    tf.nn.softmax,
    tf.sort,
    lambda x: x - tf.reduce_mean(x),
    lambda x: x * tf.math.reduce_std(x + tf.cast(tf.range(tf.shape(x)[0]), x.dtype)),
    lambda x: tf.reshape(tf.tile(x, [2]), [2, -1])[1],
    lambda x: tf.pad(x, [[2, 1]])[1:-2],
    lambda x: tf.gather(x, tf.argsort(x)),
    lambda x: tf.reduce_sum(x[:, None] * x * tf.eye(tf.size(x), dtype=x.dtype), 1),
    lambda x: tf.linalg.diag_part(tf.linalg.band_part(x[:, None] + x, -1, 0)),
    lambda x: tf.zeros_like(x) + tf.reduce_logsumexp(x),
    lambda x: tf.roll(x, 1, 0),
    lambda x: tf.where(x > 0.0, x, tf.fill(tf.shape(x), tf.cast(0.5, x.dtype))),
    lambda x: tf.nn.conv1d(x[None, :, None], tf.ones([3, 1, 1], x.dtype), 1, "SAME")[0, :, 0],
    lambda x: tf.repeat(x, 2)[::2],
    lambda x: tf.reshape(tf.transpose(tf.stack([x, -x, 2.0 * x])), [-1])[::3],
]

#: Of a matrix of open size and four columns, and back.
OF_MATRICES = [
    tf.nn.log_softmax,
    lambda x: tf.matmul(x, tf.matmul(x, x, transpose_a=True)) / tf.cast(tf.size(x), x.dtype),
    lambda x: tf.nn.softmax(tf.matmul(x, x, transpose_b=True)) @ x,
    lambda x: (x - tf.reduce_mean(x, 0)) / (1.0 + tf.math.reduce_variance(x, 0)),
    lambda x: tf.reshape(tf.transpose(x), tf.shape(x)),
    lambda x: tf.reduce_mean(x, 1, keepdims=True) + x,
    lambda x: x[::-1] * x[:, ::-1],
    lambda x: tf.concat(tf.split(x, 2, 1)[::-1], 1),
    lambda x: tf.stack(tf.unstack(x, axis=1), 1),
    lambda x: tf.einsum("ni,nj->nj", x, x) * 0.1,
]


class Program:
    """A function of a vector and a matrix of ``n`` rows, made from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def inputs(self, n: int) -> list[Any]:
        """Random data of a size."""
        rng = np.random.default_rng([self.seed, 2, n])
        return [tf.constant(rng.normal(size=n)), tf.constant(rng.normal(size=(n, 4)))]

    def __call__(self, vector: Any, matrix: Any) -> Any:
        rng = np.random.default_rng([self.seed, 3])
        vectors, matrices = [vector], [matrix]

        def one_of(things: list[Any]) -> Any:
            return things[int(rng.integers(len(things)))]

        with tf.GradientTape() as tape:
            tape.watch([vector, matrix])
            for _ in range(int(rng.integers(2, 9))):
                kind = rng.random()
                x, y = one_of(vectors), one_of(matrices)
                if kind < 0.3:
                    vectors.append(one_of(OF_VECTORS)(x))
                elif kind < 0.5:
                    matrices.append(one_of(OF_MATRICES)(y))
                elif kind < 0.6:
                    vectors.append(one_of(UNARY)(x))
                elif kind < 0.7:
                    matrices.append(one_of(UNARY)(y))
                elif kind < 0.8:
                    vectors.append(one_of(BINARY)(x, one_of(vectors)))
                elif kind < 0.9:
                    matrices.append(one_of(BINARY)(y, one_of(vectors)[:, None]))
                else:
                    vectors.append(one_of([tf.reduce_mean, tf.reduce_max])(y, axis=1))
            results = [vectors[-1], matrices[-1], tf.reduce_mean(vectors[-1])]
            loss = tf.add_n([tf.reduce_mean(tf.sin(r)) for r in results])
        gradients = tape.gradient(loss, [vector, matrix], unconnected_gradients="zero")
        return results, [tf.convert_to_tensor(g) for g in gradients]


@pytest.mark.parametrize("block", range(5))
def test_programs_of_open_sizes(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)
    size, runs = COUNT // 5, 0
    for seed in range(FIRST + block * size, FIRST + (block + 1) * size):
        program = Program(seed)
        general = tf.function(program, reduce_retracing=True)
        for n in SIZES:
            for _ in range(2):
                inputs = program.inputs(n)
                got, expected = tf.nest.flatten(general(*inputs)), tf.nest.flatten(program(*inputs))
                for a, b in zip(got, expected, strict=True):
                    assert a.shape == b.shape
                    np.testing.assert_allclose(
                        a, b, rtol=1e-8, atol=1e-9, err_msg=f"Program({seed}) of {n}"
                    )
        runs += general.experimental_get_tracing_count()
    assert runs < 3 * size  # most programs are recorded for two sizes only
