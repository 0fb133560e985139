"""Neural network operations: corner cases and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

INFINITY = math.inf


def slope(f: Callable[[tf.Tensor], tf.Tensor], values: Any, order: int = 1) -> Any:
    x = tf.constant(values)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, x)
    if order == 1:
        return g.numpy().tolist()
    return outer.gradient(g, x, unconnected_gradients="zero").numpy().tolist()


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (tf.nn.relu, [0.0, math.nan, -INFINITY, INFINITY], [0.0, 0.0, 0.0, 1.0]),
        (tf.nn.relu6, [0.0, 3.0, 6.0], [0.0, 1.0, 0.0]),
        (tf.nn.leaky_relu, [0.0, -1.0, 1.0], pytest.approx([0.2, 0.2, 1.0])),
        (tf.nn.elu, [0.0, -INFINITY, INFINITY], [1.0, 0.0, 1.0]),
        (tf.nn.selu, [0.0, -1000.0, 1.0], pytest.approx([1.050701, 0.0, 1.050701], abs=1e-6)),
        (tf.nn.silu, [0.0, 1000.0, -1000.0], [0.5, 1.0, 0.0]),
        (tf.nn.gelu, [0.0, 1000.0, -1000.0], [0.5, 1.0, 0.0]),
        (tf.nn.softmax, [1000.0, -1000.0, -INFINITY], [0.0, 0.0, 0.0]),
        (tf.nn.log_softmax, [1000.0, -1000.0], [-1.0, 1.0]),
    ],
)
def test_slopes_at_corners(f: Any, at: list[float], expected: Any) -> None:
    assert slope(f, at) == expected


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (tf.nn.relu, [0.0, -1.0, 1.0], [0.0, 0.0, 0.0]),
        (tf.nn.elu, [0.0, 1.0], [0.0, 0.0]),
        (tf.nn.l2_loss, [1.0, -2.0], [1.0, 1.0]),
    ],
)
def test_second_slopes_at_corners(f: Any, at: list[float], expected: Any) -> None:
    assert slope(f, at, order=2) == expected


def test_softmax_does_not_overflow() -> None:
    y = tf.nn.softmax([[1000.0, 0.0], [-1000.0, -1000.0], [-INFINITY, 0.0]])
    assert y.numpy().tolist() == [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
    assert tf.nn.log_softmax([1000.0, -1000.0]).numpy().tolist() == [0.0, -2000.0]


def test_half_precision_softmax_is_computed_in_single() -> None:
    x = np.linspace(-4, 4, 1000).astype(np.float16)
    exact = np.exp(x.astype(np.float64)) / np.exp(x.astype(np.float64)).sum()
    y = tf.nn.softmax(x)
    assert y.dtype == tf.float16
    np.testing.assert_array_equal(y, exact.astype(np.float16))


def test_cross_entropy_gives_gradients_to_labels() -> None:
    labels, logits = tf.constant([[0.25, 0.75]]), tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch([labels, logits])
        loss = tf.nn.softmax_cross_entropy_with_logits(labels, logits)
    by_labels, by_logits = tape.gradient(loss, [labels, logits])
    total = math.log(math.exp(1) + math.exp(2))
    np.testing.assert_allclose(by_labels, [[total - 1, total - 2]], rtol=1e-6)
    p = 1 / (1 + math.e)
    np.testing.assert_allclose(by_logits, [[p - 0.25, 1 - p - 0.75]], rtol=1e-5)


def test_labels_need_not_sum_to_one() -> None:
    # loss(2 p) = 2 loss(p), and so are the gradients; TensorFlow's are not.
    p, x = tf.constant([0.25, 0.75]), tf.constant([1.0, -2.0])

    def gradient(labels: tf.Tensor) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.nn.softmax_cross_entropy_with_logits(labels, x)
        return tape.gradient(loss, x).numpy()

    np.testing.assert_allclose(gradient(2 * p), 2 * gradient(p), rtol=1e-6)


def test_labels_are_converted_and_broadcast() -> None:
    logits = tf.constant([[0.0, 1.0], [2.0, 0.0]])
    expected = tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0], [0.0, 1.0]], logits)
    for labels in ([0, 1], np.array([[0, 1]]), tf.constant([0, 1]), tf.constant([0.0, 1.0])):
        loss = tf.nn.softmax_cross_entropy_with_logits(labels, logits)
        np.testing.assert_array_equal(loss, expected)


def test_sparse_and_dense_cross_entropy_agree() -> None:
    logits = np.random.default_rng(1).standard_normal((4, 3, 5))
    labels = np.random.default_rng(2).integers(0, 5, (4, 3))
    x = tf.constant(logits)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)
        dense = tf.nn.softmax_cross_entropy_with_logits(np.eye(5)[labels], x)
    np.testing.assert_allclose(sparse, dense, rtol=1e-12)
    np.testing.assert_allclose(tape.gradient(sparse, x), tape.gradient(dense, x), atol=1e-14)


def test_cross_entropy_of_transposed_logits() -> None:
    # The kernels work in place on arrays that must not follow the layout of their input.
    x = tf.constant(np.random.default_rng(1).standard_normal((4, 3, 2)))
    labels = [[0, 1, 2], [3, 2, 1]]
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tf.transpose(x))
    p = np.exp(x.numpy()) / np.exp(x.numpy()).sum(0)
    expected = p - np.moveaxis(np.eye(4)[labels], (0, 1, 2), (2, 1, 0))
    np.testing.assert_allclose(tape.gradient(loss, x), expected, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([3], [[0.0, 1.0]]),
            tf.errors.InvalidArgumentError,
            r"label value of 3 .*\[0, 2\)",
        ),
        (
            lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([-1], [[0.0, 1.0]]),
            tf.errors.InvalidArgumentError,
            "label value of -1",
        ),
        (
            lambda: tf.nn.sparse_softmax_cross_entropy_with_logits([[0.0, 1.0]], [[0.0, 1.0]]),
            tf.errors.InvalidArgumentError,
            r"tf\.nn\.softmax_cross_entropy_with_logits",
        ),
        (
            lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(0, 1.0),
            ValueError,
            "scalar",
        ),
        (
            lambda: tf.nn.softmax_cross_entropy_with_logits([1, 0, 0], [[0.0, 1.0]]),
            tf.errors.InvalidArgumentError,
            r"broadcastable: logits_size=\[1, 2\] labels_size=\[3\]",
        ),
        (
            lambda: tf.nn.sigmoid_cross_entropy_with_logits([1.0], [[0.0]]),
            ValueError,
            "same shape",
        ),
        (
            lambda: tf.nn.sigmoid_cross_entropy_with_logits(logits=[1.0]),
            ValueError,
            "Both `labels` and `logits`",
        ),
        (lambda: tf.nn.log_poisson_loss([1.0], [[0.0]]), ValueError, "same shape"),
        (lambda: tf.nn.softmax(1.0), tf.errors.InvalidArgumentError, ">= 1 dimension"),
        (lambda: tf.nn.softmax([1, 2]), tf.errors.InvalidArgumentError, r"int32.*tf\.cast"),
        (lambda: tf.nn.softmax([1.0], axis=1), tf.errors.InvalidArgumentError, r"\[-1, 1\)"),
        (lambda: tf.nn.gelu([1]), ValueError, r"tf\.cast"),
        (lambda: tf.nn.relu([1j]), tf.errors.InvalidArgumentError, "complex"),
        (lambda: tf.nn.bias_add([[1.0]], [1.0, 2.0]), ValueError, r"\[2\] vs\. \[1, 1\]"),
        (lambda: tf.nn.bias_add([[1.0]], [1.0], "CN"), ValueError, "data_format=CN"),
        (lambda: tf.nn.dropout([1.0], 1.0), ValueError, r"range \[0, 1\)"),
        (lambda: tf.nn.dropout([1.0], tf.constant(-1.0)), ValueError, r"range \[0, 1\)"),
        (lambda: tf.nn.dropout([1], 0.5), ValueError, "floating point"),
        (
            lambda: tf.nn.dropout([1.0, 2.0], 0.5, noise_shape=[3]),
            tf.errors.InvalidArgumentError,
            r"noise_shape \[3\].*\[2\]",
        ),
        (lambda: tf.nn.embedding_lookup([], [0]), ValueError, "at least one"),
        (lambda: tf.nn.embedding_lookup(None, [0]), ValueError, "must be specified"),
        (lambda: tf.nn.moments([1], [0]), tf.errors.InvalidArgumentError, r"tf\.cast"),
    ],
)
def test_what_is_refused(call: Callable[[], object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_variance_does_not_cancel() -> None:
    x = tf.constant([1e8, 1e8 + 1, 1e8 + 2], tf.float64)
    mean, variance = tf.nn.moments(x, [0])
    assert float(mean) == 1e8 + 1
    assert float(variance) == pytest.approx(2 / 3, rel=1e-12)


def test_moments_of_half_precision() -> None:
    x = tf.fill([5000], tf.constant(60.0, tf.float16))
    mean, variance = tf.nn.moments(x, [0])
    assert (float(mean), float(variance)) == (60.0, 0.0)


def test_weighted_moments_with_equal_weights_are_moments() -> None:
    x = tf.constant(np.random.default_rng(1).standard_normal((3, 4)))
    for axes, keepdims in (([0], False), ([0, 1], True), (-1, False)):
        plain = tf.nn.moments(x, axes, keepdims=keepdims)
        weighted = tf.nn.weighted_moments(x, axes, tf.constant(2.5, tf.float64), keepdims)
        for a, b in zip(plain, weighted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_moments_from_sums() -> None:
    x = tf.constant(np.random.default_rng(1).standard_normal((3, 4)) + 5)
    for shift in (None, 5.0):
        statistics = tf.nn.sufficient_statistics(x, [0], shift, keepdims=True)
        mean, variance = tf.nn.normalize_moments(*statistics)
        np.testing.assert_allclose(mean, x.numpy().mean(0, keepdims=True), rtol=1e-12)
        np.testing.assert_allclose(variance, x.numpy().var(0, keepdims=True), rtol=1e-10)


def test_batch_normalization_gives_mean_zero_and_variance_one() -> None:
    x = tf.constant(np.random.default_rng(1).standard_normal((50, 3)) * 4 + 7)
    y = tf.nn.batch_normalization(x, *tf.nn.moments(x, [0]), None, None, 0.0)
    np.testing.assert_allclose(y.numpy().mean(0), np.zeros(3), atol=1e-13)
    np.testing.assert_allclose(y.numpy().var(0), np.ones(3), rtol=1e-12)
    old = tf.nn.batch_norm_with_global_normalization(
        x, *tf.nn.moments(x, [0]), 2.0, 3.0, 0.0, scale_after_normalization=True
    )
    np.testing.assert_allclose(old, 3 * y.numpy() + 2, rtol=1e-12)


def test_dropped_infinities_are_zero() -> None:
    tf.random.set_seed(1)
    y = tf.nn.dropout(tf.fill([100], INFINITY), 0.5).numpy()
    assert set(y.tolist()) == {0.0, INFINITY}


def test_dropout_rate_of_a_tensor_gets_a_gradient() -> None:
    rate = tf.constant(0.5)
    with tf.GradientTape() as tape:
        tape.watch(rate)
        y = tf.nn.dropout(tf.ones([10]), rate, seed=1)
    kept = np.count_nonzero(y)
    # Each entry that is kept is 1 / (1 - rate).
    assert float(tape.gradient(y, rate)) == pytest.approx(4.0 * kept)


def test_dropout_of_noise_shape_with_none() -> None:
    y = tf.nn.dropout(tf.ones([50, 3]), 0.5, noise_shape=[None, 1]).numpy()
    assert (y.min(1) == y.max(1)).all()
    assert {0.0, 2.0} == set(y.ravel().tolist())


def test_dropout_without_rate_is_the_tensor_itself() -> None:
    x = tf.constant([1.0])
    assert tf.nn.dropout(x, 0) is x


def test_embeddings_in_pieces() -> None:
    first, second = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([[5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup([first, second], [2, 0, 2])
    assert y.numpy().tolist() == [[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]
    of_first, of_second = (tf.convert_to_tensor(g) for g in tape.gradient(y, [first, second]))
    assert of_first.numpy().tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert of_second.numpy().tolist() == [[2.0, 2.0]]


def test_embedding_gradient_is_as_large_as_the_rows_used() -> None:
    table = tf.Variable(np.ones((1000, 2)))
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(table, [[7, 7]])
    g = tape.gradient(y, table)
    assert isinstance(g, tf.IndexedSlices)
    assert g.values.shape == (2, 2)
    assert g.indices.numpy().tolist() == [7, 7]


def test_embeddings_of_bounded_norm() -> None:
    rows = tf.nn.embedding_lookup(tf.constant([[3.0, 4.0], [0.3, 0.4]]), [0, 1], max_norm=1.0)
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)
