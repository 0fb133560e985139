"""reduce_retracing: two records that differ in sizes serve all sizes, or else each is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import cache
from tapegrad.compiler import function as function_module

SIZES = (2, 3, 5, 4, 9, 30, 100, 7)
rng = np.random.default_rng(0)
w = tf.Variable(rng.normal(size=(4, 3)))
v = tf.Variable(rng.normal(size=3))


def vector(n: int) -> list[Any]:
    return [tf.constant(rng.normal(size=n))]


def matrix(n: int) -> list[Any]:
    return [tf.constant(rng.normal(size=(n, 4)))]


def vectors(n: int) -> list[Any]:
    return [*vector(n), *vector(n + 2)]


def step(x: Any) -> Any:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.tanh(x @ w + v) ** 2)
    return loss, tape.gradient(loss, [w, v])


def classes(x: Any) -> Any:
    labels = tf.range(tf.shape(x)[0]) % 3
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x @ w + v)
        loss = tf.reduce_mean(losses)
    return loss, tape.gradient(loss, [w, v])


def normalised(x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        mean, variance = tf.nn.moments(x, [0])
        y = tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)
        y = tf.reduce_sum(y**3) + tf.math.reduce_std(x)
    return tape.gradient(y, x)


def attention(x: Any) -> Any:
    scores = tf.matmul(x, x, transpose_b=True) / 2.0
    mask = tf.linalg.band_part(tf.ones_like(scores), -1, 0)
    return tf.nn.softmax(scores - (1.0 - mask) * 1e9) @ x


def reshaped(x: Any) -> Any:
    n = tf.shape(x)[0]
    return tf.reshape(x, [2 * n, -1]) / tf.cast(n, x.dtype), tf.zeros([n, 2]), tf.size(x)


def decided(x: Any) -> Any:
    if tf.reduce_sum(x) > 0.0:
        return 2.0 * x
    return x - 1.0


#: What is done, with which arguments, and how often Python runs for `SIZES`.
GENERAL: list[tuple[Callable[..., Any], Callable[[int], list[Any]], int]] = [
    (tf.reduce_mean, vector, 2),
    (lambda x: tf.nn.softmax(x) * tf.reduce_max(x), matrix, 2),
    (step, matrix, 2),
    (classes, matrix, 2),
    (normalised, matrix, 2),
    (attention, matrix, 2),
    (reshaped, matrix, 2),
    (lambda x: tf.cast(tf.range(tf.shape(x)[0]), x.dtype) * x, vector, 2),
    (lambda x: tf.eye(tf.shape(x)[0], dtype=x.dtype) * x, vector, 2),
    (lambda x: tf.concat([x[1:], x[:-1], tf.zeros_like(x)], 0), vector, 2),
    (lambda x, y: x[:, None] * y, vectors, 2),
    (lambda x, y: (tf.reduce_mean(x), tf.reduce_mean(y)), vectors, 2),
    (lambda x: tf.nn.conv1d(x[None, :, None], tf.ones([3, 1, 2], x.dtype), 1, "SAME"), vector, 2),
    (lambda x: tf.sort(x)[::-1] + tf.cumsum(x), vector, 2),
    (lambda x: tf.abs(tf.signal.rfft(x)), vector, 2),
    (lambda x: (tf.pad(x, [[1, 2]]), tf.tile(x, [2]), x[::2]), vector, 2),
    (lambda x: x / x.shape[-1], matrix, 2),
    (lambda x: tf.reshape(x, x.shape) + tf.zeros(x.shape, x.dtype), matrix, 2),
    # What the first two sizes do not show is recorded when it appears.
    (lambda x: x[: tf.minimum(tf.shape(x)[0], 10)], vector, 4),
    (lambda x: x[tf.shape(x)[0] // 10 :], vector, 4),
    (lambda x: 2.0 * x if tf.shape(x)[0] > 10 else x, vector, 4),
    # Python has seen the size.
    (lambda x: 2.0 * x if x.shape[0] > 10 else x, vector, 8),
    (lambda x: x * float(x.shape[0]), matrix, 8),
    (lambda x: x * float(int(tf.shape(x)[0])), matrix, 8),
    (lambda x: sum(row for row in x), vector, 8),
    (lambda x: x * len(x.shape.as_list()), vector, 8),
]


def same(got: Any, expected: Any) -> None:
    for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("function", "arguments", "runs"), GENERAL)
def test_sizes(
    function: Callable[..., Any], arguments: Callable[[int], list[Any]], runs: int
) -> None:
    general = tf.function(function, reduce_retracing=True)
    for n in SIZES:
        for _ in range(2):
            args = arguments(n)
            same(general(*args), function(*args))
    assert general.experimental_get_tracing_count() == runs
    plain = tf.function(function)
    for n in SIZES:
        plain(*arguments(n))
    assert plain.experimental_get_tracing_count() == len(SIZES)


def test_sizes_of_one_and_zero_are_recorded() -> None:
    f = tf.function(lambda x: tf.reduce_sum(x + tf.zeros([3, 1])), reduce_retracing=True)
    for n, runs in ((2, 1), (1, 2), (3, 3), (0, 4), (4, 4), (5, 4), (1, 4)):
        assert f(tf.ones([3, n])).numpy() == 3 * n
        assert f.experimental_get_tracing_count() == runs


def test_equal_sizes_that_part_are_recorded() -> None:
    f = tf.function(lambda x, y: (tf.reduce_mean(x), tf.reduce_mean(y)), reduce_retracing=True)
    for n, m, runs in ((2, 2, 1), (3, 3, 2), (7, 7, 2), (4, 6, 3), (5, 9, 4), (8, 12, 4)):
        x, y = tf.range(n, dtype=tf.float32), tf.range(m, dtype=tf.float32)
        assert [r.numpy() for r in f(x, y)] == [(n - 1) / 2, (m - 1) / 2]
        assert f.experimental_get_tracing_count() == runs


def test_decisions_by_data_for_all_sizes() -> None:
    f = tf.function(decided, reduce_retracing=True)
    for n in (*SIZES, 11, 12):
        for sign in (1.0, -1.0):
            x = sign * tf.ones([n])
            same(f(x), decided(x))
    assert f.experimental_get_tracing_count() == 4


def test_tapes_outside() -> None:
    f = tf.function(lambda x: tf.reduce_mean(tf.tanh(x @ w)) * x[0], reduce_retracing=True)
    for n in SIZES:
        (x,) = matrix(n)
        found = []
        for g in (f, f.python_function):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = g(x)
            found.append(tape.gradient(y, [x, w]))
        same(*found)
    assert f.experimental_get_tracing_count() == 2


def test_training_with_dropout_and_an_optimizer() -> None:
    weights = tf.Variable(tf.ones([4, 2]))
    optimizer = tf.keras.optimizers.Adam(0.1)

    @tf.function(reduce_retracing=True)
    def train(x: Any) -> Any:
        with tf.GradientTape() as tape:
            y = tf.nn.dropout(x @ weights, 0.5, seed=1)
            loss = tf.reduce_mean(y**2)
        optimizer.apply_gradients([(tape.gradient(loss, weights), weights)])
        return loss, y

    for count, n in enumerate(SIZES):
        before = weights.numpy()
        loss, y = train(tf.ones([n, 4]))
        zeros = y.numpy() == 0.0
        np.testing.assert_allclose(y, np.where(zeros, 0.0, 2.0 * before.sum(0)), rtol=1e-5)
        np.testing.assert_allclose(loss, np.mean(y.numpy() ** 2), rtol=1e-5)
        assert optimizer.iterations.numpy() == count + 1
    assert not np.array_equal(before, weights.numpy())
    assert train.experimental_get_tracing_count() == 2


def test_sizes_of_none_in_a_signature() -> None:
    seen = []

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float64)])
    def f(x: Any) -> Any:
        seen.append(1)
        return tf.reduce_mean(x @ w, 0)

    for n in SIZES:
        same(f(np.ones((n, 4))), tf.reduce_sum(w, 0))
    assert len(seen) == 2
    relaxed = tf.function(tf.reduce_sum, experimental_relax_shapes=True)
    assert [relaxed(tf.ones([n])).numpy() for n in SIZES] == list(SIZES)
    assert relaxed.experimental_get_tracing_count() == 2


def test_what_explain_says() -> None:
    f = tf.function(tf.reduce_mean, reduce_retracing=True)
    g = tf.function(lambda x: x * float(x.shape[0]), reduce_retracing=True)
    for n in (2, 3, 4):
        f(tf.ones([n]))
        g(tf.ones([n]))
    assert "not recorded, but made of the records for [2] and [3]" in f.explain()
    assert "each size is recorded: Python looks at a size" in g.explain()
    assert "test_sizes.py, line" in g.explain()


def test_a_new_size_compiles_nothing() -> None:
    f = tf.function(classes)
    for n in (70, 71):
        f(*matrix(n))
        f(*matrix(n))
    before = set(cache._loaded)
    for n in (5, 13, 23, 50, 77, 150):
        (x,) = matrix(n)
        for _ in range(2):
            same(f(x), classes(x))
    assert set(cache._loaded) == before


def test_programs_for_old_sizes_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_module, "MOST_MADE", 3)
    f = tf.function(tf.reduce_sum, reduce_retracing=True)
    for n in [*range(2, 12), 4, 5]:
        for _ in range(2):
            assert f(tf.ones([n])).numpy() == n
    assert len(f._known) == 5  # two that were recorded, three that were made
    assert f.experimental_get_tracing_count() == 2
