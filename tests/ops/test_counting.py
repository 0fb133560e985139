"""Histograms and their relatives beside NumPy's: edges, what has a gradient, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

DATA = np.array([0.1, 0.9, 1.7, 2.0, 0.4, 5.0, -1.0, 2.0])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bins": 4},
        {"bins": [0.0, 1.0, 2.0]},
        {"bins": [-1.0, 2.0, 2.0, 5.0]},
        {"bins": 3, "range": (0.0, 2.0)},
        {"bins": "auto"},
        {"bins": 5, "density": True},
        {"bins": [0.0, 0.5, 4.0], "density": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("data", [DATA, DATA.reshape(2, 4), np.array([3, 1, 1, 7])], ids=str)
def test_histogram_is_numpys(data: Any, options: Any) -> None:
    counts, edges = np.histogram(data, **options)
    got = tf.math.histogram(data, **options)
    np.testing.assert_allclose(got.hist.numpy(), counts, rtol=1e-12)
    np.testing.assert_allclose(got.bin_edges.numpy(), edges, rtol=1e-12)
    assert got.hist.dtype == counts.dtype


def test_histogram_of_nothing_counts_nothing() -> None:
    got = tf.math.histogram(np.zeros(0), 3)
    assert got.hist.numpy().tolist() == [0, 0, 0]
    assert got.bin_edges.numpy().tolist() == np.histogram(np.zeros(0), 3)[1].tolist()


def test_nan_is_left_out_of_a_given_range() -> None:
    data = np.array([np.nan, 0.5, np.inf, 1.5])
    got = tf.math.histogram(data, 2, (0.0, 2.0)).hist.numpy()
    assert got.tolist() == np.histogram(data, 2, (0.0, 2.0))[0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("bins", "range"),
    [
        (3, None),
        ([2, 4], None),
        ([[0.0, 1.0, 5.0], 2], None),
        ([0.0, 1.0, 2.5], None),
        (2, [[0.0, 1.0], [0.0, 3.0]]),
    ],
)
def test_histogram2d_is_numpys(bins: Any, range: Any) -> None:
    for density in (False, True):
        expected = np.histogram2d(DATA, DATA[::-1], bins, range, density)
        got = tf.math.histogram2d(DATA, DATA[::-1], bins, range, density)
        for g, e in zip(got, expected, strict=True):
            np.testing.assert_allclose(g.numpy(), e, rtol=1e-12)


@pytest.mark.parametrize("bins", [[-1.0, 0.5, 2.0], [2.0, 0.5, -1.0], [0.4], []])
@pytest.mark.parametrize("right", [False, True])
def test_digitize_is_numpys(bins: list[float], right: bool) -> None:
    values = np.array([[-2.0, 0.5, 0.4], [2.0, 7.0, np.nan]])
    got = tf.math.digitize(values, np.array(bins), right)
    assert got.numpy().tolist() == np.digitize(values, bins, right).tolist()
    assert got.dtype == tf.int32


def test_counted_values_have_no_gradient_but_weights_have() -> None:
    x, w = tf.constant([0.2, 0.7, 0.8]), tf.constant([1.0, 2.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch([x, w])
        y = tf.math.histogram(x, 2, (0.0, 1.0), weights=w).hist
    gx, gw = tape.gradient(y, [x, w], output_gradients=tf.constant([10.0, 20.0]))
    assert gx is None
    assert gw.numpy().tolist() == [10.0, 20.0, 20.0]


@pytest.mark.parametrize(
    "count",
    [
        lambda x: tf.math.histogram(x, 2).hist,
        lambda x: tf.math.digitize(x, [0.5]),
        lambda x: tf.histogram_fixed_width(x, [0.0, 1.0], 2),
        lambda x: tf.histogram_fixed_width_bins(x, [0.0, 1.0], 2),
        lambda x: tf.searchsorted([0.5], x),
    ],
)
def test_counts_say_that_they_have_no_gradient(count: Any) -> None:
    x = tf.constant([0.2, 0.7])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = count(x)
    with pytest.warns(tf.errors.NonDifferentiableWarning, match="int"):
        assert tape.gradient(y, x) is None


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: tf.math.histogram([1.0], [2.0, 1.0]), "monotonically"),
        (lambda: tf.math.histogram([1.0], 0), "positive"),
        (lambda: tf.math.histogram([np.nan, 1.0], 2), "not finite"),
        (lambda: tf.math.histogram([1.0], 2, (3.0, 1.0)), "larger"),
        (lambda: tf.math.histogram([1j], 2), "complex"),
        (lambda: tf.math.histogram([1.0, 2.0], 2, weights=[1.0]), "shape of the data"),
        (lambda: tf.math.histogram2d([1.0], [1.0, 2.0]), "one length"),
        (lambda: tf.math.digitize([1.0], [0.0, 2.0, 1.0]), "tf.sort"),
        (lambda: tf.math.digitize([1.0], [[0.0]]), "vector"),
        (lambda: tf.math.digitize(tf.constant([1.0]), tf.constant([0])), "int32"),
        (lambda: tf.math.polyfit([1.0], [1.0], -1), "deg must be >= 0"),
        (lambda: tf.math.polyfit([1.0, 2.0], [1.0], 1), "as many rows"),
        (lambda: tf.math.polyfit([1.0, 2.0], [1.0, 2.0], 1, w=[1.0]), "shape of x"),
        (lambda: tf.math.approx_max_k([[1.0], [2.0]], 2), "Had 1 entries"),
    ],
)
def test_refusals(call: Any, match: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=match):
        call()
