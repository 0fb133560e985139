"""Fourier transforms against NumPy, as matrices, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RNG = np.random.default_rng(5)
CUBE = RNG.standard_normal((3, 4, 5))


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize(
    ("axes", "lengths"),
    [(None, None), ([0], None), ([2, 0], None), ([0, 1], [2, 6]), (None, [3, 7]), ([1], [5])],
)
@pytest.mark.parametrize("kind", ["fft", "ifft", "rfft", "irfft"])
def test_transforms_over_axes_are_numpys(kind: str, axes: Any, lengths: Any, norm: Any) -> None:
    x = CUBE if kind == "rfft" else CUBE + 1j * CUBE[::-1]
    got = getattr(tf.signal, f"{kind}nd")(tf.constant(x), lengths, axes, norm)
    over = range(-len(lengths), 0) if axes is None and lengths is not None else axes
    expected = getattr(np.fft, f"{kind}n")(x, lengths, over, norm)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_jacobian_is_the_matrix_of_the_transform(n: int) -> None:
    x = tf.constant(RNG.standard_normal(n))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = tf.signal.rfft(x)
        cosines, sines = tf.math.real(z), tf.math.imag(z)
    k, j = np.arange(n // 2 + 1)[:, None], np.arange(n)
    angles = 2 * np.pi * k * j / n
    np.testing.assert_allclose(tape.jacobian(cosines, x).numpy(), np.cos(angles), atol=1e-12)
    np.testing.assert_allclose(tape.jacobian(sines, x).numpy(), -np.sin(angles), atol=1e-12)


def test_power_is_conserved_and_so_is_its_gradient() -> None:
    x = tf.Variable(RNG.standard_normal((2, 6)))
    with tf.GradientTape() as tape:
        power = tf.reduce_sum(tf.abs(tf.signal.fft(tf.cast(x, tf.complex128))) ** 2)
    np.testing.assert_allclose(tape.gradient(power, x).numpy(), 12 * x.numpy(), rtol=1e-12)


def test_single_precision_stays_single() -> None:
    x = tf.constant(CUBE, tf.float32)
    assert tf.signal.rfft3d(x).dtype == tf.complex64
    assert tf.signal.irfft2d(tf.cast(x, tf.complex64)).dtype == tf.float32


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tf.signal.rfft([1.0, 2.0], [0]), "must be positive"),
        (lambda: tf.signal.irfft([1.0, 2.0], [-1]), "must be positive"),
        (lambda: tf.signal.irfft([1.0]), "signal of length 1"),
        (lambda: tf.signal.fftnd(tf.zeros([2], tf.complex64), axes=[]), "at least one axis"),
        (lambda: tf.signal.fftnd(tf.zeros([2], tf.complex64), axes=[1]), "out of range"),
        (lambda: tf.signal.rfftnd(tf.zeros([2]), fft_length=[2, 2]), "rank of at least 2"),
        (lambda: tf.signal.rfftnd(tf.zeros([2]), fft_length=[2, 2], axes=[0]), r"shape \[1\]"),
        (lambda: tf.signal.fftnd(tf.zeros([2])), "requires tf.complex64"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, words: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        call()


def test_unknown_norms_are_refused() -> None:
    with pytest.raises(ValueError, match="'ortho' or 'forward', not 'unit'"):
        tf.signal.fftnd(tf.zeros([2], tf.complex64), norm="unit")


def test_a_signal_of_length_one_comes_back() -> None:
    assert tf.signal.irfft([3.0], [1]).numpy().tolist() == [3.0]
