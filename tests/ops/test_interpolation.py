"""Interpolation, integrals, differences and lines of indices: special cases and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

NAN, INF = np.nan, np.inf


def gradients(f: Any, *xs: Any) -> list[Any]:
    tensors = [tf.constant(x, tf.float64) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = f(*tensors)
    found = tape.gradient(y, tensors)
    return [None if g is None else tf.convert_to_tensor(g).numpy().tolist() for g in found]


def test_slopes_at_kinks_are_those_on_the_right_but_at_the_end() -> None:
    at = [0.0, 1.0, 2.0, 3.0, -1.0]
    slopes, *_ = gradients(lambda x: tf.math.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 5.0]), at)
    assert slopes == [1.0, 4.0, 4.0, 0.0, 0.0]


def test_beyond_the_ends_the_values_there_have_the_gradient() -> None:
    xp = [0.0, 1.0, 2.0]
    f = [1.0, 2.0, 4.0]
    gx, gxp, gf = gradients(tf.math.interp, [-1.0, 3.0, 3.0], xp, f)
    assert gx == [0.0, 0.0, 0.0]
    assert gxp == [0.0, 0.0, 0.0]
    assert gf == [1.0, 0.0, 2.0]


def test_duplicate_places_are_jumps() -> None:
    xp, fp = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    at = np.array([-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
    got = tf.math.interp(at, np.array(xp), np.array(fp)).numpy()
    np.testing.assert_array_equal(got, np.interp(at, xp, fp))
    found = gradients(lambda x: tf.math.interp(x, xp, fp), at)
    assert found == [[0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]]


def test_nan_and_infinite_values() -> None:
    xp = np.array([0.0, 1.0, 2.0])
    got = tf.math.interp(np.array([NAN, 0.5, INF, -INF]), xp, np.array([1.0, 2.0, 3.0])).numpy()
    np.testing.assert_array_equal(got, [NAN, 1.5, 3.0, 1.0])
    got = tf.math.interp(np.array([0.0, 0.5, 1.0, 1.5]), xp, np.array([1.0, INF, INF])).numpy()
    np.testing.assert_array_equal(got, [1.0, INF, INF, INF])


def test_complex_values_have_the_precision_of_the_places() -> None:
    got = tf.math.interp(0.5, [0.0, 1.0], [1j, 2.0])
    assert got.dtype == tf.complex64
    assert got.numpy() == 1.0 + 0.5j
    with pytest.raises(tf.errors.InvalidArgumentError, match="complex128"):
        tf.math.interp(tf.constant(0.5), [0.0, 1.0], tf.constant([1j, 2.0], tf.complex128))


def test_shapes_of_interpolation() -> None:
    assert tf.math.interp(0.5, [0.0, 1.0], [0.0, 1.0]).shape == ()
    assert tf.math.interp(tf.zeros([2, 0]), [0.0, 1.0], [0.0, 1.0]).shape == (2, 0)


def test_integrals_of_few_values_are_zero() -> None:
    for name in ("trapezoid", "simpson"):
        for n in (0, 1):
            assert getattr(tf.math, name)(tf.ones([n])).numpy() == 0.0
    assert tf.math.cumulative_trapezoid([1.0]).shape == (0,)
    assert tf.math.cumulative_trapezoid([1.0], initial=0).numpy().tolist() == [0.0]


def test_differences_of_few_values() -> None:
    assert tf.math.diff([1.0]).shape == (0,)
    assert tf.math.diff(tf.zeros([2, 0])).shape == (2, 0)
    assert tf.math.diff([1, 4], 5).shape == (0,)
    assert tf.math.ediff1d([1.0]).shape == (0,)
    assert tf.math.unwrap(tf.zeros([0])).shape == (0,)
    assert tf.math.diff(np.array([1, 3], np.uint8)).dtype == tf.uint8


def test_only_the_last_value_at_an_index_has_a_gradient() -> None:
    found = gradients(
        lambda x, v: tf.math.put_along_axis(x, [1, 1, 0], v), [1.0, 2.0, 3.0], [10.0, 20.0, 30.0]
    )
    assert found == [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]


def test_nothing_is_put() -> None:
    y = tf.math.put_along_axis([1.0, 2.0], tf.zeros([0], tf.int32), tf.zeros([0]))
    assert y.numpy().tolist() == [1.0, 2.0]
    taken = tf.math.take_along_axis([1.0, 2.0], tf.zeros([0], tf.int32))
    assert taken.shape == (0,)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: tf.math.interp(0.5, [0.0, 2.0, 1.0], [0.0, 1.0, 2.0]),
            tf.errors.InvalidArgumentError,
            "must not descend",
        ),
        (
            lambda: tf.math.interp(0.5, [0.0, NAN], [0.0, 1.0]),
            tf.errors.InvalidArgumentError,
            "not be NaN",
        ),
        (
            lambda: tf.math.interp(0.5, [0.0, 1.0], [0.0]),
            tf.errors.InvalidArgumentError,
            "one length",
        ),
        (
            lambda: tf.math.interp(0.5, tf.zeros([0]), tf.zeros([0])),
            tf.errors.InvalidArgumentError,
            "empty",
        ),
        (
            lambda: tf.math.interp(tf.constant(1), [0, 1], [0, 1]),
            tf.errors.InvalidArgumentError,
            "int32",
        ),
        (
            lambda: tf.math.interp(0.5, [0.0, 1.0], [0.0, 1.0], period=0.0),
            tf.errors.InvalidArgumentError,
            "not zero",
        ),
        (
            lambda: tf.math.trapezoid([1.0, 2.0], [0.0, 1.0, 2.0]),
            tf.errors.InvalidArgumentError,
            "as many places",
        ),
        (lambda: tf.math.trapezoid([1, 2]), tf.errors.InvalidArgumentError, "int32"),
        (lambda: tf.math.trapezoid(1.0), tf.errors.InvalidArgumentError, "scalar"),
        (
            lambda: tf.math.trapezoid([1.0, 2.0], dx=[1.0]),
            tf.errors.InvalidArgumentError,
            "one distance",
        ),
        (lambda: tf.math.cumulative_trapezoid([1.0], initial=3), ValueError, "None or 0"),
        (lambda: tf.math.diff(1.0), tf.errors.InvalidArgumentError, "scalar"),
        (lambda: tf.math.diff([1.0], -1), tf.errors.InvalidArgumentError, "n must be >= 0"),
        (
            lambda: tf.math.diff([[1.0]], prepend=[[1.0], [2.0]]),
            tf.errors.InvalidArgumentError,
            "joined",
        ),
        (lambda: tf.math.gradient([1.0]), tf.errors.InvalidArgumentError, "edge_order . 1 = 2"),
        (lambda: tf.math.gradient([1.0, 2.0], edge_order=3), ValueError, "1 or 2"),
        (lambda: tf.math.gradient([1.0, 2.0], 1.0, 2.0), TypeError, "distances"),
        (
            lambda: tf.math.gradient([1.0, 2.0], [1.0, 2.0, 3.0]),
            tf.errors.InvalidArgumentError,
            "vector of that length",
        ),
        (lambda: tf.math.gradient(1.0), tf.errors.InvalidArgumentError, "no axis"),
        (
            lambda: tf.math.take_along_axis([1.0, 2.0], [2]),
            tf.errors.InvalidArgumentError,
            r"not in \[-2, 2\)",
        ),
        (
            lambda: tf.math.take_along_axis([[1.0, 2.0]], [0]),
            tf.errors.InvalidArgumentError,
            "as many axes",
        ),
        (
            lambda: tf.math.take_along_axis([1.0], [0.5]),
            tf.errors.InvalidArgumentError,
            "must be integers",
        ),
        (
            lambda: tf.math.put_along_axis([1.0, 2.0], [0], [1.0, 2.0]),
            tf.errors.InvalidArgumentError,
            "do not broadcast",
        ),
        (
            lambda: tf.math.put_along_axis(tf.constant([1.0]), [0], tf.constant([1])),
            tf.errors.InvalidArgumentError,
            "never promoted",
        ),
    ],
)
def test_refusals(call: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        call()
