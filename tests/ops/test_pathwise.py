"""Derivatives of drawn numbers: those of quantiles, and of expectations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import tapegrad as tf
from tapegrad.core.table import recording
from tapegrad.ops import pathwise  # noqa: F401 - makes the primitives

SHAPES = [0.05, 0.6, 1.0, 3.0, 40.0, 900.0]


def differences(function: Any, a: float, step: float) -> tuple[float, float]:
    """First and second central differences, the first one extrapolated."""
    near = (function(a + step) - function(a - step)) / (2 * step)
    far = (function(a + 2 * step) - function(a - 2 * step)) / (4 * step)
    second = (function(a + step) - 2 * function(a) + function(a - step)) / step**2
    return (4 * near - far) / 3, second


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", [1e-6, 0.02, 0.4, 0.9, 1 - 1e-6])
def test_a_gamma_number_moves_as_its_quantile(shape: float, level: float) -> None:
    drawn = special.gammaincinv(shape, level)
    a = tf.constant(shape, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(a)
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = recording.gamma_pathwise(a, tf.constant(drawn, tf.float64))
        slope = tape.gradient(y, a)
    bend = outer.gradient(slope, a)
    first, second = differences(lambda a: special.gammaincinv(a, level), shape, 2e-4 * shape)
    assert y.numpy() == drawn
    np.testing.assert_allclose(slope.numpy(), first, rtol=1e-6)
    np.testing.assert_allclose(bend.numpy(), second, rtol=1e-3, atol=1e-6 * abs(first) / shape)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.4), (1.0, 1.0), (2.0, 5.0), (60.0, 30.0)])
@pytest.mark.parametrize("level", [0.001, 0.3, 0.95])
def test_two_shares_move_as_a_beta_number(a: float, b: float, level: float) -> None:
    x = special.betaincinv(a, b, level)
    alpha = tf.constant([a, b], tf.float64)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(alpha)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(alpha)
            y = recording.dirichlet_pathwise(alpha, tf.constant([x, 1 - x], tf.float64))
            first_share = y[0]
        g = tape.gradient(first_share, alpha)
        by_a = g[0]
    of_a = differences(lambda a: special.betaincinv(a, b, level), a, 2e-4 * a)
    of_b = differences(lambda b: special.betaincinv(a, b, level), b, 2e-4 * b)
    np.testing.assert_allclose(g.numpy(), [of_a[0], of_b[0]], rtol=1e-5)
    second = outer.gradient(by_a, alpha)[0].numpy()
    np.testing.assert_allclose(second, of_a[1], rtol=1e-3, atol=1e-5)


def test_shares_keep_their_sum_and_the_proportions_of_the_others() -> None:
    alpha = tf.constant([0.5, 2.0, 3.0], tf.float64)
    drawn = tf.constant([0.2, 0.3, 0.5], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(alpha)
        y = recording.dirichlet_pathwise(alpha, drawn)
    columns = tape.jacobian(y, alpha).numpy().T
    np.testing.assert_allclose(columns.sum(1), 0.0, atol=1e-14)
    for i, column in enumerate(columns):
        others = [j for j in range(3) if j != i]
        rates = column[others] / drawn.numpy()[others]
        np.testing.assert_allclose(rates[0], rates[1], rtol=1e-12)
        own = differences(
            lambda a, i=i: special.betaincinv(
                a, 5.5 - alpha.numpy()[i], special.betainc(alpha[i], 5.5 - alpha[i], drawn[i])
            ),
            float(alpha[i]),
            1e-4,
        )
        np.testing.assert_allclose(column[i], own[0], rtol=1e-6)


def test_forward_mode_agrees_with_reverse_mode() -> None:
    rng = np.random.default_rng(5)
    alpha = tf.constant(rng.gamma(2.0, size=(4, 3)))
    drawn = tf.constant(rng.dirichlet([1.0, 2.0, 3.0], 4))
    tangent, weights = rng.normal(size=(2, 4, 3))
    with tf.autodiff.ForwardAccumulator(alpha, tf.constant(tangent)) as forward:
        y = recording.dirichlet_pathwise(alpha, drawn)
    with tf.GradientTape() as tape:
        tape.watch(alpha)
        z = recording.dirichlet_pathwise(alpha, drawn)
    g = tape.gradient(z, alpha, tf.constant(weights))
    np.testing.assert_allclose(
        (forward.jvp(y).numpy() * weights).sum(), (g.numpy() * tangent).sum(), rtol=1e-10
    )


def test_gradients_of_expectations() -> None:
    """E[x^2] = a + a^2 has the derivatives 1 + 2 a and 2; Dirichlet means are known, too."""
    rng = np.random.default_rng(1)
    a = tf.constant(2.5, tf.float64)
    drawn = tf.constant(rng.standard_gamma(2.5, 40_000))
    with tf.GradientTape() as outer:
        outer.watch(a)
        with tf.GradientTape() as tape:
            tape.watch(a)
            mean = tf.reduce_mean(recording.gamma_pathwise(a, drawn) ** 2)
        slope = tape.gradient(mean, a)
    bend = outer.gradient(slope, a)
    assert abs(slope.numpy() - 6.0) < 0.15
    assert abs(bend.numpy() - 2.0) < 0.1

    alpha = tf.constant([0.7, 1.5, 3.0], tf.float64)
    shares = tf.constant(rng.dirichlet(alpha.numpy(), 20_000))
    with tf.GradientTape() as outer:
        outer.watch(alpha)
        with tf.GradientTape() as tape:
            tape.watch(alpha)
            wide = tf.broadcast_to(alpha, shares.shape)
            square = tf.reduce_mean(recording.dirichlet_pathwise(wide, shares)[:, 0] ** 2)
        slope = tape.gradient(square, alpha)
    bend = outer.jacobian(slope, alpha).numpy()

    def exact(a: Any) -> Any:
        total = a.sum()
        return a[0] * (a[0] + 1) / (total * (total + 1))

    h = 1e-3
    steps = h * np.eye(3)
    known = [(exact(alpha.numpy() + s) - exact(alpha.numpy() - s)) / (2 * h) for s in steps]
    np.testing.assert_allclose(slope.numpy(), known, atol=2e-3)

    def exact_slope(a: Any, s: Any) -> Any:
        return (exact(a + s) - exact(a - s)) / (2 * h)

    c = alpha.numpy()
    known = [
        [(exact_slope(c + t, s) - exact_slope(c - t, s)) / (2 * h) for t in steps] for s in steps
    ]
    np.testing.assert_allclose(bend, known, atol=6e-3)


def test_ends_and_single_precision() -> None:
    a = tf.constant([0.1, 0.1, 2.0], tf.float32)
    drawn = tf.constant([0.0, 1e-38, 30.0], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = recording.gamma_pathwise(a, drawn)
    g = tape.gradient(y, a)
    assert g.dtype == tf.float32
    assert np.isfinite(g.numpy()).all()
