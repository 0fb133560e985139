"""Quantiles at ties, NaN, infinities and of nothing; refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.ops.quantile_ranks import METHODS

NAN, INF = np.nan, np.inf


def gradient(f: Any, x: Any, seed: Any = None) -> list[float]:
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    seed = None if seed is None else tf.constant(seed, tf.float64)
    return tape.gradient(y, x, output_gradients=seed).numpy().tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10])
def test_every_method_is_numpys_at_steps_and_between(method: str, n: int) -> None:
    x = np.random.default_rng(n).permutation(n) * 1.0
    q = np.unique(np.concatenate([np.arange(2 * n + 1) / (2 * n), np.linspace(0, 1, 23)]))
    expected = np.quantile(x, q, method=method)
    got = tf.math.quantile(x, q, method=method).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-13)


def test_ties_send_the_gradient_where_a_stable_sort_puts_the_rank() -> None:
    assert gradient(tf.math.median, [2.0, 1.0, 2.0, 2.0, 3.0]) == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert gradient(tf.math.median, [2.0, 2.0, 2.0]) == [0.0, 1.0, 0.0]
    assert gradient(tf.math.median, [1.0, 1.0, 1.0, 1.0]) == [0.0, 0.5, 0.5, 0.0]


def test_many_quantiles_at_once_agree_with_few() -> None:
    x = [2.0, 1.0, 2.0, 2.0, 3.0, 0.0]
    q = np.linspace(0, 1, 11)
    seed = np.arange(11.0)
    together = gradient(lambda x: tf.math.quantile(x, q), x, seed)
    apart = np.sum(
        [
            gradient(lambda x, a=a: tf.math.quantile(x, a), x, s)
            for a, s in zip(q, seed, strict=True)
        ],
        axis=0,
    )
    np.testing.assert_allclose(together, apart, rtol=1e-12)


def test_median_and_extremes_go_to_single_entries() -> None:
    x = [5.0, 1.0, 3.0]
    assert gradient(lambda x: tf.math.quantile(x, [0.0, 1.0]), x, [2.0, 7.0]) == [7.0, 2.0, 0.0]


def test_nan_anywhere_is_nan_and_is_ignored_on_request() -> None:
    x = [[1.0, NAN, 3.0, 2.0], [NAN, NAN, NAN, NAN], [4.0, 3.0, 2.0, 1.0]]
    np.testing.assert_array_equal(tf.math.median(x, 1).numpy(), [NAN, NAN, 2.5])
    np.testing.assert_array_equal(tf.math.nanmedian(x, 1).numpy(), [2.0, NAN, 2.5])
    found = gradient(lambda x: tf.math.nanmedian(x, 1), x)
    assert found == [[0.0, 0.0, 0.0, 1.0], [0.0] * 4, [0.0, 0.5, 0.5, 0.0]]


@pytest.mark.parametrize(
    ("x", "q", "expected"),
    [
        ([INF, INF], 0.5, INF),
        ([1.0, INF], 0.0, 1.0),
        ([1.0, 2.0, INF], 0.5, 2.0),
        ([-INF, 1.0], 0.5, -INF),
        ([-INF, INF], 0.5, NAN),
    ],
)
def test_infinities_count_only_where_they_weigh(x: Any, q: float, expected: float) -> None:
    np.testing.assert_array_equal(tf.math.quantile(x, q).numpy(), np.float32(expected))


def test_infinite_cotangents_go_only_to_entries_with_weight() -> None:
    found = gradient(lambda x: tf.sqrt(tf.math.median(x)), [3.0, 0.0, -2.0])
    assert found == [0.0, INF, 0.0]
    found = gradient(lambda x: tf.math.quantile(x, [0.0, 1.0]), [3.0, 1.0, 2.0], [INF, 1.0])
    assert found == [1.0, INF, 0.0]


def test_nothing_has_no_median() -> None:
    assert np.isnan(tf.math.median(tf.zeros([0])).numpy())
    np.testing.assert_array_equal(tf.math.median(tf.zeros([2, 0]), 1).numpy(), [NAN, NAN])
    assert tf.math.median(tf.zeros([0, 3]), 1).shape == (0,)
    assert tf.math.quantile([1.0, 2.0], tf.zeros([0])).shape == (0,)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept(dtype: str) -> None:
    x = tf.constant([3.0, 1.0, 2.0], dtype)
    assert tf.math.quantile(x, 0.3).dtype == dtype
    assert tf.math.percentile(x, 30).numpy() == tf.math.quantile(x, 0.3).numpy()


def test_large_arrays_and_strides() -> None:
    x = np.random.default_rng(0).standard_normal((40, 501))[::-1, ::-2]
    q = [0.1, 0.5, 0.99]
    got = tf.math.quantile(x, q, 1).numpy()
    np.testing.assert_allclose(got, np.quantile(x, q, 1), rtol=1e-13)
    got = gradient(lambda x: tf.math.quantile(x, 0.5, 1), x)
    assert np.sum(got) == pytest.approx(40.0)
    assert (np.array(got) == (x == np.median(x, 1, keepdims=True))).all()


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: tf.math.quantile([1.0], 1.5), tf.errors.InvalidArgumentError, r"range \[0, 1\]"),
        (lambda: tf.math.quantile([1.0], NAN), tf.errors.InvalidArgumentError, r"range \[0, 1\]"),
        (lambda: tf.math.percentile([1.0], 101), tf.errors.InvalidArgumentError, r"\[0, 100\]"),
        (lambda: tf.math.quantile([1.0], 0.5, method="mean"), ValueError, "median_unbiased"),
        (lambda: tf.math.median([1, 2]), tf.errors.InvalidArgumentError, "tf.cast"),
        (lambda: tf.math.median([1j]), tf.errors.InvalidArgumentError, "complex"),
        (lambda: tf.math.median([1.0], axis=1), tf.errors.InvalidArgumentError, "axis 1"),
        (lambda: tf.math.median([[1.0]], axis=(0, 0)), tf.errors.InvalidArgumentError, "duplicate"),
        (
            lambda: tf.math.quantile([1.0], tf.constant(0.5, tf.float64)),
            tf.errors.InvalidArgumentError,
            "never promoted",
        ),
    ],
)
def test_refusals(call: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        call()
