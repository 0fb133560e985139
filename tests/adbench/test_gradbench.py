"""GradBench's nested problems: gradient descents whose objectives differentiate as well."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf
from benchmarks.objectives import particle, saddle
from benchmarks.objectives.descent import value_and_gradient

MODES = ["reverse", "forward"]


def landing_error_in_numpy(w):
    """`particle.landing_error` with the force of a charge, -(x - c) / r^3, worked out by hand."""
    charges = np.array([[10.0, 10.0 - w], [10.0, 0.0]])
    x, velocity = np.array([0.0, 8.0]), np.array([0.75, 0.0])
    while x[1] + 0.1 * velocity[1] > 0.0:
        gaps = x - charges
        slope = -np.sum(gaps / np.sum(gaps**2, axis=1, keepdims=True) ** 1.5, axis=0)
        x, velocity = x + 0.1 * velocity, velocity - 0.1 * slope
    return (x[0] - x[1] / velocity[1] * velocity[0]) ** 2


def test_particle_with_a_tape_in_a_tape():
    assert particle.solve(tf, "reverse", "reverse") == pytest.approx(0.2071918746486116, rel=1e-10)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("reverse", "reverse"), ("reverse", "forward"), ("forward", "reverse")],
)
def test_saddle(outer, inner):
    expected = np.full(4, 8.246324826140356e-06)
    np.testing.assert_allclose(saddle.solve(tf, outer, inner), expected, rtol=1e-8)


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_slope_through_the_particle_s_flight(outer, inner):
    """One step of the outer descent, in every mode, against finite differences."""
    w, step = 0.1, 1e-4
    value, gradient = value_and_gradient(
        tf, outer, lambda w: particle.landing_error(tf, inner, w), tf.constant([w], tf.float64)
    )
    high, low = landing_error_in_numpy(w + step), landing_error_in_numpy(w - step)
    assert value.numpy() == pytest.approx(landing_error_in_numpy(w), rel=1e-9)
    assert gradient.numpy() == pytest.approx([(high - low) / (2 * step)], rel=1e-5)


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_slope_through_a_whole_descent(outer, inner):
    """The best reply does not depend on the point below, so the slope there is twice the point."""
    low = tf.constant([0.5, -3.0], dtype=tf.float64)
    value, gradient = value_and_gradient(tf, outer, lambda p: saddle.ridge(tf, inner, p), low)
    np.testing.assert_allclose(value.numpy(), 9.25, rtol=1e-9)
    np.testing.assert_allclose(gradient.numpy(), [1.0, -6.0], rtol=1e-12)
