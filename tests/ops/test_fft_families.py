"""Hermitian and sine transforms, frequencies and convolution, against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.signal

import tapegrad as tf

RNG = np.random.default_rng(11)
CUBE = RNG.standard_normal((3, 4, 5))
NORMS = [None, "backward", "ortho", "forward"]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("n", "axis"), [(None, -1), (5, -1), (8, 0), (1, 1), (2, -2)])
def test_hermitian_transforms_along_an_axis_are_scipys(n: Any, axis: int, norm: Any) -> None:
    z = CUBE + 1j * CUBE[::-1]
    got = tf.signal.hfft(z, n, axis, norm)
    np.testing.assert_allclose(got, scipy.fft.hfft(z, n, axis, norm), rtol=1e-12, atol=1e-13)
    got = tf.signal.ihfft(CUBE, n, axis, norm)
    np.testing.assert_allclose(got, scipy.fft.ihfft(CUBE, n, axis, norm), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("s", "axes"), [(None, None), (None, [2, 0]), ([2, 6], [0, 1]), ([3, 7], None), ([5], [1])]
)
def test_hermitian_transforms_over_axes_are_scipys(s: Any, axes: Any, norm: Any) -> None:
    z = CUBE + 1j * CUBE[::-1]
    got = tf.signal.hfftn(z, s, axes, norm)
    np.testing.assert_allclose(got, scipy.fft.hfftn(z, s, axes, norm), rtol=1e-12, atol=1e-13)
    got = tf.signal.ihfftn(CUBE, s, axes, norm)
    np.testing.assert_allclose(got, scipy.fft.ihfftn(CUBE, s, axes, norm), rtol=1e-12, atol=1e-13)


def test_hermitian_transforms_over_two_axes_are_scipys() -> None:
    z = CUBE + 1j * CUBE[::-1]
    np.testing.assert_allclose(tf.signal.hfft2(z), scipy.fft.hfft2(z), atol=1e-12)
    np.testing.assert_allclose(tf.signal.ihfft2(CUBE), scipy.fft.ihfft2(CUBE), atol=1e-12)
    got = tf.signal.hfft2(z, [4, 4], [0, 2])
    np.testing.assert_allclose(got, scipy.fft.hfft2(z, [4, 4], [0, 2]), atol=1e-12)


def test_gradient_of_a_hermitian_transform_is_its_adjoint() -> None:
    z = tf.constant(CUBE[0] + 1j * CUBE[1])
    g = RNG.standard_normal((4, 8))
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.signal.hfft(z)
    got = tape.gradient(y, z, output_gradients=tf.constant(g)).numpy()
    t = RNG.standard_normal((4, 5)) + 1j * RNG.standard_normal((4, 5))
    assert np.sum(g * scipy.fft.hfft(t)) == pytest.approx(np.sum(np.real(np.conj(got) * t)))


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_frequencies_are_scipys(n: int) -> None:
    for name in ("fftfreq", "rfftfreq"):
        got = getattr(tf.signal, name)(n, 0.1, tf.float64)
        assert got.dtype == tf.float64
        np.testing.assert_allclose(got, getattr(scipy.fft, name)(n, 0.1), rtol=1e-15)
        assert getattr(tf.signal, name)(n).dtype == tf.float32


def test_frequencies_follow_the_spacing() -> None:
    d = tf.constant(0.5, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(d)
        y = tf.signal.fftfreq(4, d)
    np.testing.assert_allclose(
        tape.gradient(y, d, output_gradients=tf.constant([1.0, 1.0, 1.0, 0.0], tf.float64)),
        -(0.25 - 0.5) / 0.25,
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tf.signal.fftfreq(0), "at least 1"),
        (lambda: tf.signal.rfftfreq(4, [1.0, 2.0]), "a scalar"),
        (lambda: tf.signal.hfft(tf.ones([3])), "requires tf.complex64"),
        (lambda: tf.signal.ihfft(tf.ones([3], tf.complex64)), "requires tf.float32"),
        (lambda: tf.signal.hfft(tf.ones([1], tf.complex64)), "which n must say"),
        (lambda: tf.signal.hfft(tf.ones([3], tf.complex64), 0), "n must be positive"),
        (lambda: tf.signal.hfft(tf.ones([3], tf.complex64), axis=1), "out of range"),
        (lambda: tf.signal.ihfftn(tf.ones([3]), s=[2, 2]), "rank of at least 2"),
        (lambda: tf.signal.hfftn(tf.ones([3], tf.complex64), axes=[]), "at least one axis"),
        (lambda: tf.signal.linear_to_mel_weight_matrix(3, 0), "must be positive, not 0"),
        (lambda: tf.signal.dst(1.0), r"shape \[\]"),
        (lambda: tf.signal.dst([1.0], axis=2), "out of range"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, words: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        call()


@pytest.mark.parametrize("norm", [None, "ortho"])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_sine_transforms_are_scipys(kind: int, norm: Any) -> None:
    for n, axis in ((None, -1), (6, 0), (2, 1)):
        got = tf.signal.dst(CUBE, kind, n, axis, norm)
        np.testing.assert_allclose(got, scipy.fft.dst(CUBE, kind, n, axis, norm), atol=1e-12)
        back = tf.signal.idst(got, kind, None, axis, norm)
        size = got.shape[axis]
        scale = 1.0 if norm else 2.0 * (size + (kind == 1))
        expected = scipy.fft.idst(got.numpy(), kind, None, axis, norm) * scale
        np.testing.assert_allclose(back, expected, atol=1e-11)


def test_unknown_types_and_norms_of_sine_transforms_are_refused() -> None:
    with pytest.raises(ValueError, match="not 5"):
        tf.signal.dst([1.0], 5)
    with pytest.raises(ValueError, match="'forward'"):
        tf.signal.idst([1.0], norm="forward")
    with pytest.raises(ValueError, match="not 0"):
        tf.signal.dst([1.0], n=0)
    with pytest.raises(TypeError, match="int32"):
        tf.signal.dst([1, 2])


SHAPES: list[Any] = [
    ((7,), (3,), None),
    ((3,), (7,), None),
    ((1,), (1,), None),
    ((5, 4), (2, 3), None),
    ((5, 4), (5, 2), 1),
    ((5, 4), (1, 6), [-1]),
    ((2, 6, 5), (2, 3, 2), (2, 1)),
    ((4, 5), (4, 5), [0]),
]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize(("first", "second", "axes"), SHAPES)
def test_convolution_is_scipys(first: Any, second: Any, axes: Any, mode: str, dtype: str) -> None:
    rng = np.random.default_rng([*first, *second])
    a, b = rng.standard_normal(first), rng.standard_normal(second)
    if dtype.startswith("c"):
        a, b = a + 1j * rng.standard_normal(first), b - 1j * rng.standard_normal(second)
    a, b = a.astype(dtype), b.astype(dtype)
    expected = scipy.signal.fftconvolve(a, b, mode, axes)
    got = tf.signal.fftconvolve(a, b, mode, axes)
    assert got.dtype.name == dtype
    tolerance = 1e-13 if dtype in ("float64", "complex128") else 3e-6
    assert tuple(got.shape) == expected.shape
    np.testing.assert_allclose(got, expected, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_gradients_of_a_convolution_are_correlations(mode: str) -> None:
    a, b = tf.constant(RNG.standard_normal(7)), tf.constant(RNG.standard_normal(4))
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = tf.signal.fftconvolve(a, b, mode)
    rows = np.eye(7)
    matrix_a = np.array([np.convolve(row, b, mode) for row in rows]).T
    matrix_b = np.array([np.convolve(a, row, "full") for row in np.eye(4)]).T
    start = {"full": 0, "same": 1, "valid": 3}[mode]
    matrix_b = matrix_b[start : start + len(y)]
    jacobians = tape.jacobian(y, [a, b])
    np.testing.assert_allclose(jacobians[0], matrix_a, atol=1e-13)
    np.testing.assert_allclose(jacobians[1], matrix_b, atol=1e-13)


def test_second_order_and_forward_mode_of_a_convolution() -> None:
    a, b = tf.constant(RNG.standard_normal((3, 3))), tf.constant(RNG.standard_normal((2, 2)))
    with tf.GradientTape() as outer:
        outer.watch(b)
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = tf.reduce_sum(tf.signal.fftconvolve(a, b) ** 2)
        g = tape.gradient(y, a)
        s = tf.reduce_sum(g * a)  # twice the sum of squares, because it is quadratic in a
    twice = outer.gradient(s, b)
    with tf.GradientTape() as tape:
        tape.watch(b)
        y = 2.0 * tf.reduce_sum(tf.signal.fftconvolve(a, b) ** 2)
    np.testing.assert_allclose(twice, tape.gradient(y, b), rtol=1e-12)
    t = RNG.standard_normal((2, 2))
    with tf.autodiff.ForwardAccumulator(b, tf.constant(t)) as acc:
        y = tf.signal.fftconvolve(a, b, "same")
    np.testing.assert_allclose(
        acc.jvp(y), scipy.signal.fftconvolve(a.numpy(), t, "same"), atol=1e-13
    )


def test_complex_gradients_of_a_convolution_are_conjugated() -> None:
    a = tf.constant([1 + 2j, 3 - 1j])
    b = tf.constant([2j, 1 + 1j])
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.signal.fftconvolve(a, b)
    np.testing.assert_allclose(tape.gradient(y, a), [1 - 3j, 1 - 3j], atol=1e-12)


def test_scalars_and_empty_signals_convolve() -> None:
    assert float(tf.signal.fftconvolve(3.0, 2.0)) == 6.0
    assert tf.signal.fftconvolve(tf.zeros([0]), tf.ones([3])).numpy().shape == (0,)
    x = tf.zeros([0, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.signal.fftconvolve(x, tf.ones([1, 2]), axes=1))
    assert tape.gradient(y, x).shape == (0, 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda f: f(tf.ones([3]), tf.ones([3, 1])),
            tf.errors.InvalidArgumentError,
            r"\[3\] and \[3, 1\]",
        ),
        (lambda f: f([1, 2], [3]), tf.errors.InvalidArgumentError, "int32"),
        (
            lambda f: f(tf.ones([2]), tf.ones([2], tf.float64)),
            tf.errors.InvalidArgumentError,
            "float64",
        ),
        (lambda f: f([1.0], [1.0], "circular"), ValueError, "'circular'"),
        (lambda f: f([1.0], [1.0], axes=3), tf.errors.InvalidArgumentError, "out of range"),
        (lambda f: f([1.0], [1.0], axes=[]), tf.errors.InvalidArgumentError, "cannot be empty"),
        (
            lambda f: f(tf.ones([3, 4]), tf.ones([2, 4]), axes=1),
            tf.errors.InvalidArgumentError,
            r"axis -2 is not convolved",
        ),
        (
            lambda f: f(tf.ones([3, 1]), tf.ones([2, 2]), "valid"),
            tf.errors.InvalidArgumentError,
            r"\[3, 1\] and \[2, 2\]",
        ),
    ],
)
def test_convolutions_that_do_not_fit_are_refused(call: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        call(tf.signal.fftconvolve)
