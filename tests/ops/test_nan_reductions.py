"""Reductions without NaN: whole slices of NaN, ties, integers, and where gradients go."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

NAN, INF = np.nan, np.inf
X = [[1.0, NAN, 3.0, 3.0], [NAN, NAN, NAN, NAN], [0.0, 2.0, 0.0, NAN]]
NAMES = ("nansum", "nanprod", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd")


def gradient(f: Any, x: Any) -> Any:
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x).numpy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_values_are_numpys(name: str, axis: Any, keepdims: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, about slices that are all NaN
        expected = getattr(np, name)(X, axis=axis, keepdims=keepdims)
    got = getattr(tf.math, name)(np.array(X), axis=axis, keepdims=keepdims).numpy()
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert got.shape == np.shape(expected)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_to_nan_entries_are_zero(name: str) -> None:
    found = gradient(lambda x: getattr(tf.math, name)(x, 1), X)
    assert (found[np.isnan(X)] == 0.0).all()
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
def test_gradients_of_scans_to_nan_entries_are_zero(name: str) -> None:
    found = gradient(lambda x: getattr(tf.math, name)(x, 1), X)
    assert (found[np.isnan(X)] == 0.0).all()
    assert np.isfinite(found).all()


def test_products_are_right_at_zeros() -> None:
    found = gradient(tf.math.nanprod, [2.0, NAN, 0.0, 5.0])
    assert found.tolist() == [0.0, 0.0, 10.0, 0.0]
    assert gradient(tf.math.nanprod, [0.0, NAN, 0.0, 5.0]).tolist() == [0.0] * 4
    found = gradient(tf.math.nancumprod, [2.0, NAN, 0.0, 5.0])
    assert found.tolist() == [2.0, 0.0, 12.0, 0.0]


def test_ties_share_and_infinite_entries_are_entries() -> None:
    assert gradient(tf.math.nanmax, [3.0, NAN, 3.0]).tolist() == [0.5, 0.0, 0.5]
    assert gradient(tf.math.nanmax, [-INF, NAN]).tolist() == [1.0, 0.0]
    assert gradient(tf.math.nanmin, [INF, NAN, NAN]).tolist() == [1.0, 0.0, 0.0]
    assert tf.math.nanmax([-INF, NAN]).numpy() == -INF


def test_equal_entries_have_no_spread_and_a_finite_gradient() -> None:
    assert gradient(tf.math.nanstd, [2.0, NAN, 2.0]).tolist() == [0.0, 0.0, 0.0]


def test_integers_have_no_nan() -> None:
    assert tf.math.nansum([1, 2]).numpy() == 3
    assert tf.math.nanmax([[1, 2], [4, 3]], 1).numpy().tolist() == [2, 4]
    assert tf.math.nancumsum([1, 2]).numpy().tolist() == [1, 3]
    for name in ("nanmean", "nanvar", "nanstd"):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"int32.*tf.cast"):
            getattr(tf.math, name)([1, 2])


def test_nothing() -> None:
    assert tf.math.nansum(tf.zeros([0])).numpy() == 0.0
    assert tf.math.nanprod(tf.zeros([0])).numpy() == 1.0
    assert np.isnan(tf.math.nanmean(tf.zeros([0])).numpy())
    with pytest.raises(tf.errors.InvalidArgumentError, match="of nothing"):
        tf.math.nanmax(tf.zeros([2, 0]), 1)
    assert tf.math.nanmax(tf.zeros([0, 2]), 1).shape == (0,)


def test_too_few_degrees_of_freedom_are_nan() -> None:
    assert np.isnan(tf.math.nanvar([1.0, NAN], ddof=1).numpy())
    assert gradient(lambda x: tf.math.nanvar(x, ddof=1), [1.0, NAN]).tolist()[1] == 0.0
