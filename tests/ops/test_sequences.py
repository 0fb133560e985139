"""Covariance, convolution, running extremes, scans, orders: special cases and refusals."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.ops import convolve

NAN, INF = np.nan, np.inf
Invalid = tf.errors.InvalidArgumentError


def gradient(f: Any, x: Any, dtype: Any = tf.float64) -> Any:
    x = tf.constant(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x).numpy().tolist()


def test_covariance_without_degrees_of_freedom_is_numpys() -> None:
    x = np.array([[1.0], [2.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = np.cov(x)
    np.testing.assert_array_equal(tf.math.cov(x).numpy(), expected)


def test_correlation_never_leaves_its_bounds_and_keeps_its_slope() -> None:
    x = np.array([[0.1, 0.2, 0.3, 0.7]])
    r = tf.math.corrcoef(np.concatenate([x, 3 * x, -7 * x])).numpy()
    assert np.abs(r).max() <= 1.0
    found = gradient(lambda y: tf.math.corrcoef(x[0], y)[0, 1], 3 * x[0])
    np.testing.assert_allclose(found, 0.0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_long_sequences_convolve_as_short_ones(
    dtype: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    sources = [tf.constant(rng.standard_normal(n).astype(dtype)) for n in (1500, 700)]

    def values_and_gradients() -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = tf.math.convolve(*sources, mode)
        return [x.numpy() for x in (y, *tape.gradient(y, sources, output_gradients=y))]

    by_transforms = values_and_gradients()
    monkeypatch.setattr(convolve, "_LONG", 10**6)
    rtol = 1e-5 if dtype == "float32" else 1e-13
    for got, expected in zip(by_transforms, values_and_gradients(), strict=True):
        assert got.dtype == dtype
        assert np.abs(got - expected).max() <= rtol * np.abs(expected).max()


def test_infinite_entries_stay_where_they_are() -> None:
    a, v = np.ones(600), np.ones(600)
    a[0] = INF
    y = tf.math.convolve(a, v).numpy()
    assert np.isinf(y[:600]).all()
    assert np.isfinite(y[600:]).all()


def test_integers_convolve() -> None:
    assert tf.math.convolve([1, 2], [3, 4]).numpy().tolist() == [3, 10, 8]
    assert tf.math.correlate([1, 2, 3], [1, 2]).numpy().tolist() == [5, 8]


def test_running_extremes_send_the_gradient_to_the_latest_of_equals() -> None:
    x = [1.0, 3.0, 3.0, 2.0]
    assert gradient(lambda x: tf.math.cummax(x).values, x) == [1.0, 1.0, 2.0, 0.0]
    assert gradient(lambda x: tf.math.cummin(x, reverse=True).values, x) == [1.0, 0.0, 0.0, 3.0]


def test_running_extremes_of_nan_infinities_integers_and_nothing() -> None:
    values, indices = tf.math.cummax([1.0, NAN, 5.0, NAN])
    np.testing.assert_array_equal(values.numpy(), [1.0, NAN, NAN, NAN])
    assert indices.numpy().tolist() == [0, 1, 1, 3]
    assert tf.math.cummin([INF, -INF, 0.0]).values.numpy().tolist() == [INF, -INF, -INF]
    assert tf.math.cummax([[1, 3], [2, 0]]).values.numpy().tolist() == [[1, 3], [2, 3]]
    assert tf.math.cummax(tf.zeros([2, 0]), 1).values.shape == (2, 0)


def test_scans_are_called_logarithmically_often_and_never_with_nothing() -> None:
    calls = []

    def add(a: Any, b: Any) -> Any:
        calls.append(tuple(a.shape))
        assert a.shape == b.shape
        return a + b

    y = tf.math.associative_scan(add, tf.range(1000))
    assert y.numpy().tolist() == np.cumsum(range(1000)).tolist()
    assert len(calls) <= 20
    assert min(shape[0] for shape in calls) > 0


def test_scans_of_structures_need_not_commute() -> None:
    words = {"a": tf.constant([1, 2, 3, 4]), "b": tf.constant([[1.0], [2.0], [3.0], [4.0]])}

    def last(f: Any, g: Any) -> Any:
        return g

    def first(f: Any, g: Any) -> Any:
        return f

    assert tf.math.associative_scan(last, words)["a"].numpy().tolist() == [1, 2, 3, 4]
    assert tf.math.associative_scan(first, words)["b"].numpy().tolist() == [[1.0]] * 4
    backwards = tf.math.associative_scan(first, words, reverse=True)
    assert backwards["a"].numpy().tolist() == [4, 4, 4, 4]


def test_scan_of_nothing() -> None:
    assert tf.math.associative_scan(tf.add, tf.zeros([0, 2])).shape == (0, 2)


def test_scan_of_affine_maps_has_the_gradient_of_the_loop() -> None:
    rng = np.random.default_rng(1)
    a, b = tf.constant(rng.uniform(0.5, 1, 9)), tf.constant(rng.standard_normal(9))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        h = tf.zeros([], tf.float64)
        steps = []
        for i in range(9):
            h = a[i] * h + b[i]
            steps.append(h)
        loop = tf.stack(steps)
        scan = tf.math.associative_scan(lambda f, g: (g[0] * f[0], g[0] * f[1] + g[1]), (a, b))[1]
    np.testing.assert_allclose(scan.numpy(), loop.numpy(), rtol=1e-13)
    for expected, got in zip(tape.gradient(loop, [a, b]), tape.gradient(scan, [a, b]), strict=True):
        np.testing.assert_allclose(
            tf.convert_to_tensor(got).numpy(), tf.convert_to_tensor(expected).numpy(), rtol=1e-12
        )


@pytest.mark.parametrize("kth", [0, 3, -1, [1, 4]])
def test_partition_divides(kth: Any) -> None:
    x = np.random.default_rng(2).permutation(6) * 1.0
    got = tf.math.partition(x, kth).numpy()
    for k in np.atleast_1d(kth):
        assert got[k] == np.sort(x)[k]
        assert (got[: k % 6] <= got[k]).all()
    assert x[tf.math.argpartition(x, kth).numpy()].tolist() == got.tolist()


def test_sorting_by_several_keys() -> None:
    a, b = np.array([1, 5, 1, 4, 3, 4, 4]), np.array([9.0, 4.0, 0.0, 4.0, 0.0, 2.0, 1.0])
    assert tf.math.lexsort([b, a]).numpy().tolist() == np.lexsort((b, a)).tolist()
    rows = np.array([[3, 1, 2], [0, 0, 1]])
    assert tf.math.lexsort(rows).numpy().tolist() == np.lexsort(rows).tolist()
    cube = np.array([rows, rows[::-1]])
    assert tf.math.lexsort(cube, 0).numpy().tolist() == np.lexsort(cube, 0).tolist()


def test_replaced_entries_have_no_gradient() -> None:
    x = [NAN, INF, -INF, 2.0]
    assert gradient(tf.math.nan_to_num, x) == [0.0, 0.0, 0.0, 1.0]
    for dtype in ("float16", "float32", "float64"):
        got = tf.math.nan_to_num(tf.constant(x, dtype)).numpy()
        assert got.tolist() == np.nan_to_num(np.array(x, dtype)).tolist()
    z = np.array([complex(NAN, 1.0), complex(INF, -INF)])
    assert tf.math.nan_to_num(z).numpy().tolist() == np.nan_to_num(z).tolist()
    assert tf.math.nan_to_num([1, 2]).dtype == tf.int32


def test_clipping_is_numpys() -> None:
    x = [1.0, 2.0, 3.0, NAN]
    got = tf.math.clip(x, 2.5, 2.0).numpy()
    np.testing.assert_array_equal(got, np.clip(x, 2.5, 2.0))
    assert gradient(lambda x: tf.math.clip(x, 1.0, 2.0), [0.0, 1.0, 2.0, 3.0]) == [0, 1, 1, 0]
    assert tf.math.clip([1, 5], a_max=3).numpy().tolist() == [1, 3]
    assert tf.math.clip([1.0]).numpy().tolist() == [1.0]


def test_spreads_share_and_correct() -> None:
    assert gradient(tf.math.ptp, [1.0, 3.0, 3.0, 1.0]) == [-0.5, 0.5, 0.5, -0.5]
    assert np.isnan(tf.math.var([1.0], ddof=1).numpy())
    assert gradient(lambda x: tf.math.std(x, ddof=1), [2.0, 2.0]) == [0.0, 0.0]
    mean, total = tf.math.average([[1.0, 2.0]], 1, returned=True)
    assert (mean.numpy().tolist(), total.numpy().tolist()) == ([1.5], [2.0])


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: tf.math.cov(tf.zeros([2, 2, 2])), Invalid, "two axes"),
        (lambda: tf.math.cov([1, 2]), Invalid, "int32"),
        (lambda: tf.math.cov([1.0, 2.0], [1.0]), Invalid, "same number of observations"),
        (lambda: tf.math.cov([1.0, 2.0], aweights=[-1.0, 1.0]), Invalid, "aweights must be >= 0"),
        (lambda: tf.math.cov([1.0, 2.0], fweights=[0.5, 1.0]), Invalid, "integers >= 0"),
        (lambda: tf.math.cov([1.0, 2.0], fweights=[1]), Invalid, "each of the 2"),
        (lambda: tf.math.average([1.0, 2.0], weights=[1.0]), Invalid, "weights must have"),
        (lambda: tf.math.average([1, 2]), Invalid, "int32"),
        (lambda: tf.math.var([1, 2]), TypeError, "integer"),
        (lambda: tf.math.ptp(tf.zeros([0])), Invalid, "of nothing"),
        (lambda: tf.math.convolve(tf.zeros([0]), [1.0]), Invalid, "empty"),
        (lambda: tf.math.convolve(1.0, [1.0]), Invalid, "scalar"),
        (lambda: tf.math.convolve([1.0], [1.0], "most"), ValueError, "'full'"),
        (lambda: tf.math.convolve(tf.zeros([2, 3]), tf.zeros([3, 1])), Invalid, "broadcast"),
        (lambda: tf.math.correlate(tf.constant([1.0]), tf.constant([1])), Invalid, "promoted"),
        (lambda: tf.math.cummax([1j]), Invalid, "complex"),
        (lambda: tf.math.cummax(1.0), Invalid, "scalar"),
        (lambda: tf.math.associative_scan(1, [1.0]), TypeError, "function"),
        (lambda: tf.math.associative_scan(tf.add, ()), ValueError, "no tensors"),
        (lambda: tf.math.associative_scan(tf.add, tf.constant(1.0)), Invalid, "scalar"),
        (
            lambda: tf.math.associative_scan(lambda a, b: a, (tf.zeros([2]), tf.zeros([3]))),
            Invalid,
            "same size",
        ),
        (
            lambda: tf.math.associative_scan(lambda a, b: a[:0], tf.zeros([2])),
            Invalid,
            "must return what it gets",
        ),
        (
            lambda: tf.math.associative_scan(lambda a, b: (a, b), tf.zeros([2])),
            ValueError,
            "struct",
        ),
        (lambda: tf.math.partition([1.0], 1), Invalid, "out of bounds"),
        (lambda: tf.math.lexsort([]), Invalid, "no keys"),
        (lambda: tf.math.lexsort([[1.0], [1.0, 2.0]]), Invalid, "one shape"),
        (lambda: tf.math.flip([1.0], 1), Invalid, "axis 1"),
        (lambda: tf.math.rot90([1.0]), Invalid, "axis 1"),
        (lambda: tf.math.rot90([[1.0]], axes=(0, 0)), Invalid, "duplicate"),
        (lambda: tf.math.rot90([[1.0]], axes=(0,)), Invalid, "two different"),
        (lambda: tf.math.tril([1.0]), Invalid, "matrix"),
        (lambda: tf.math.clip(tf.constant([1.0]), tf.constant(1)), Invalid, "promoted"),
    ],
)
def test_refusals(call: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        call()
