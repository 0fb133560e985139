"""Gradients and Jacobians of ADBench's objectives equal the values that its own tests expect."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import multigammaln

import tapegrad as tf
from benchmarks.objectives import bundle_adjustment, gmm, hand, lstm
from benchmarks.objectives.files import ADBENCH, Numbers

GOLDEN = json.loads((ADBENCH / "golden.json").read_text(encoding="ascii"))


def assert_near(actual, expected):
    """Equal to 1e-8, relative to max(1, |expected|)."""
    expected = np.asarray(expected, dtype=np.float64)
    assert np.shape(actual) == expected.shape
    gap = np.abs(actual - expected) / np.maximum(1.0, np.abs(expected))
    assert gap.max() <= 1e-8


@pytest.fixture(scope="module")
def mixture():
    return gmm.read(ADBENCH / "gmm" / "test.txt")


@pytest.fixture(scope="module")
def observations():
    return bundle_adjustment.read(ADBENCH / "ba" / "test.txt")


@pytest.fixture(scope="module", params=["simple", "complicated"])
def variant(request):
    return request.param


@pytest.fixture(scope="module")
def posed_hand(variant):
    complicated = variant == "complicated"
    name = "hand_complicated.txt" if complicated else "test.txt"
    return hand.read(ADBENCH / "hand" / name, ADBENCH / "hand" / "model", complicated=complicated)


def test_gmm_gradient(mixture):
    value, gradient = gmm.value_and_gradient(tf, mixture)
    assert_near(value, GOLDEN["gmm.objective_calculation_correctness.value"])
    assert_near(gradient, GOLDEN["gmm.jacobian_calculation_correctness.expected_gradient"])


def test_gmm_with_repaired_prior(mixture):
    """GradBench subtracts the prior that ADBench adds: both differ by twice the prior."""
    (k, d), gamma, m = mixture.means.shape, mixture.gamma, mixture.m
    q, lower = mixture.icf[:, :d], mixture.icf[:, d:]
    n = d + m + 1
    constant = n * d * (np.log(gamma) - 0.5 * np.log(2.0)) - multigammaln(n / 2, d)
    squares = np.sum(np.exp(2 * q)) + np.sum(lower**2)
    prior = 0.5 * gamma**2 * squares - m * np.sum(q) - k * constant
    slope_q, slope_lower = gamma**2 * np.exp(2 * q) - m, gamma**2 * lower
    slope_icf = np.concatenate([slope_q, slope_lower], axis=1)
    slope = np.concatenate([np.zeros(k + k * d), slope_icf.ravel()])

    value, gradient = gmm.value_and_gradient(tf, mixture, repaired_prior=True)

    assert_near(value, GOLDEN["gmm.objective_calculation_correctness.value"] - 2 * prior)
    golden = np.array(GOLDEN["gmm.jacobian_calculation_correctness.expected_gradient"])
    assert_near(gradient, golden - 2 * slope)


def test_ba_residuals(observations):
    reprojection, weight = bundle_adjustment.errors(tf, observations)
    prefix = "ba.objective_calculation_correctness.expected"
    assert_near(reprojection, GOLDEN[f"{prefix}_reproj_err"])
    assert_near(weight, GOLDEN[f"{prefix}_weight_err"])


@pytest.mark.parametrize(
    "jacobian_values",
    [bundle_adjustment.jacobian_values, bundle_adjustment.jacobian_values_by_rows],
    ids=["batch_jacobian", "reverse_passes"],
)
def test_ba_jacobian(observations, jacobian_values):
    expected = GOLDEN["ba.jacobian_calculation_correctness.expected_J_values"]
    assert_near(jacobian_values(tf, observations), expected)


def test_ba_rotation_by_nothing_is_differentiable():
    """At r = 0 the derivative of ``rotate(r, x)`` by r is that of ``r x x``; by x, the identity."""
    r, x = tf.zeros((1, 3), dtype=tf.float64), tf.constant([[2.0, 3.0, 5.0]], dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([r, x])
        rotated = bundle_adjustment.rotate(tf, r, x)
    cross = [[0.0, 5.0, -3.0], [-5.0, 0.0, 2.0], [3.0, -2.0, 0.0]]
    np.testing.assert_array_equal(rotated.numpy(), x.numpy())
    np.testing.assert_array_equal(tape.batch_jacobian(rotated, r).numpy()[0], cross)
    np.testing.assert_array_equal(tape.batch_jacobian(rotated, x).numpy()[0], np.eye(3))


def test_hand_residuals(posed_hand, variant):
    expected = GOLDEN[f"hand.{variant}_objective_calculation_correctness.expected_objective"]
    assert_near(hand.value(tf, posed_hand), expected)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_hand_jacobian(posed_hand, variant, mode):
    expected = GOLDEN[f"hand.{variant}_jacobian_calculation_correctness.expected_jacobian"]
    assert_near(hand.jacobian(tf, posed_hand, mode), expected)


def test_hand_jacobian_by_columns(posed_hand, variant):
    expected = GOLDEN[f"hand.{variant}_jacobian_calculation_correctness.expected_jacobian"]
    assert_near(hand.jacobian_by_columns(tf, posed_hand), expected)


def test_lstm_gradient():
    sequence = lstm.read(ADBENCH / "lstm" / "lstm_l2_c1024.txt")
    value, gradient = lstm.value_and_gradient(tf, sequence)
    assert_near(value, GOLDEN["lstm.objective_calculation_correctness.value"])
    assert_near(gradient, GOLDEN["lstm.jacobian_calculation_correctness.expected_gradient"])


def test_file_that_is_cut_off(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("2 3 1\n0.5 0.5\n", encoding="ascii")
    numbers = Numbers(path)
    assert numbers.integers(3) == [2, 3, 1]
    with pytest.raises(ValueError, match=r"short\.txt ends after 5 numbers.*at least 6"):
        numbers.array(3)
