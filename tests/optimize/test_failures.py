"""Searches that end without a solution, callbacks that end them, and data that are missing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy import optimize

import tapegrad as tf
import tapegrad.numpy as tnp
from tapegrad import torch
from tapegrad.errors import InvalidArgumentError

F64 = tf.float64


def rosenbrock(x: Any) -> Any:
    return tf.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_what_is_no_minimum_has_no_derivative() -> None:
    c = tf.constant(1.0, F64)
    with tf.GradientTape() as tape:
        tape.watch(c)
        found = tf.optimize.minimize(
            lambda x: c * rosenbrock(x), [-1.2, 1.0], method="BFGS", options={"maxiter": 2}
        )
        y = tf.reduce_sum(found.x)
    assert not found.success
    with pytest.raises(InvalidArgumentError, match=r"did not find a solution.*[Ii]terations"):
        tape.gradient(y, c)


def test_what_is_left_is_that_of_scipy() -> None:
    c = tf.constant(1.0, F64)
    plain = optimize.minimize(
        optimize.rosen, [-1.2, 1.0], jac=optimize.rosen_der, method="BFGS", options={"maxiter": 2}
    )
    with tf.GradientTape() as tape:
        tape.watch(c)
        found = tf.optimize.minimize(
            lambda x: c * rosenbrock(x), [-1.2, 1.0], method="BFGS", options={"maxiter": 2}
        )
    np.testing.assert_allclose(found.x, plain.x, rtol=1e-8)


def test_what_is_no_root_has_no_derivative() -> None:
    c = tf.constant(1.0, F64)
    with tf.GradientTape() as tape:
        tape.watch(c)
        found = tf.optimize.root(lambda x: x**2 + c, 1.5)
    assert not found.success
    with pytest.raises(InvalidArgumentError, match="did not find a solution"):
        tape.gradient(found.x, c)


def test_residuals_that_did_not_settle_have_no_derivative() -> None:
    c = tf.constant(1.0, F64)
    with tf.GradientTape() as tape:
        tape.watch(c)
        found = tf.optimize.least_squares(
            lambda x: tf.concat([10.0 * (x[1:] - x[:1] ** 2), c - x[:1]], 0),
            [-1.2, 1.0],
            max_nfev=2,
        )
        y = tf.reduce_sum(found.x)
    assert not found.success
    with pytest.raises(InvalidArgumentError, match="maximum number of function evaluations"):
        tape.gradient(y, c)


def test_a_solution_is_one_whatever_the_solver_says() -> None:
    c = tf.constant(3.0, F64)
    with tf.GradientTape() as tape:
        tape.watch(c)
        # After one step of Newton's method a quadratic function is at its minimum.
        found = tf.optimize.minimize(
            lambda x: (x - c**2) ** 2, 0.0, method="Newton-CG", options={"maxiter": 1}
        )
    assert not found.success
    assert tape.gradient(found.x, c).numpy() == pytest.approx(6.0)


@pytest.mark.parametrize("method", ["TNC", "BFGS", "SLSQP", "trust-constr"])
def test_callbacks_end_every_search(method: str) -> None:
    seen: list[Any] = []

    def watch(intermediate_result: Any) -> None:
        seen.append(intermediate_result)
        if len(seen) == 2:
            raise StopIteration

    found = tf.optimize.minimize(
        lambda p: rosenbrock(p["x"]), {"x": [-1.2, 1.0]}, method=method, callback=watch
    )
    assert len(seen) == 2
    assert not found.success
    assert set(seen[-1].x) == {"x"}
    assert float(seen[-1].fun) == pytest.approx(optimize.rosen(seen[-1].x["x"].numpy()))
    np.testing.assert_allclose(found.x["x"], seen[-1].x["x"])


def test_integers_cannot_hold_a_solution() -> None:
    with pytest.raises(TypeError, match=re.escape("tf.Variable(0.0)")):
        tf.optimize.minimize(lambda x: (tf.cast(x, F64) - 3.0) ** 2, tf.Variable(0))


X = np.linspace(0.0, 3.0, 12)
Y = 2.5 * np.exp(-1.3 * X) + 0.1 * np.sin(9.0 * X)


def decay(x: Any, a: Any, b: Any) -> Any:
    return a * tf.exp(-b * x)


def decay_of_arrays(x: Any, a: Any, b: Any) -> Any:
    return a * np.exp(-b * x)


@pytest.mark.parametrize("kind", ["none", "deviations", "covariances"])
def test_missing_data_are_left_out_as_in_scipy(kind: str) -> None:
    y, x = Y.copy(), X.copy()
    y[3] = x[7] = np.nan
    deviations = 0.1 + 0.05 * X
    sigma = {"none": None, "deviations": deviations, "covariances": np.diag(deviations**2) + 0.001}
    options = {"sigma": sigma[kind], "nan_policy": "omit"}
    expected = optimize.curve_fit(decay_of_arrays, x, y, **options)
    popt, pcov = tf.optimize.curve_fit(decay, x, y, **options)
    np.testing.assert_allclose(popt, expected[0], rtol=1e-6)
    np.testing.assert_allclose(pcov, expected[1], rtol=1e-4)


def test_missing_data_have_no_derivative() -> None:
    data = Y.copy()
    data[3] = np.nan
    y = tf.constant(data)
    with tf.GradientTape() as tape:
        tape.watch(y)
        popt, _ = tf.optimize.curve_fit(decay, X, y, nan_policy="omit")
        a = popt[0]
    slope = tape.gradient(a, y).numpy()
    assert slope[3] == 0.0
    step = np.zeros(12)
    step[5] = 1e-4
    ends = [
        optimize.curve_fit(decay_of_arrays, X, data + s, nan_policy="omit", xtol=1e-13)[0][0]
        for s in (step, -step)
    ]
    assert slope[5] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-4)


def test_missing_data_are_errors() -> None:
    data = Y.copy()
    data[3] = np.nan
    with pytest.raises(ValueError, match="data number 3 is NaN"):
        tf.optimize.curve_fit(decay, X, data, nan_policy="raise")
    with pytest.raises(ValueError, match="NaN or infinite"):
        tf.optimize.curve_fit(decay, X, data)
    with pytest.raises(ValueError, match="'raise', 'omit' or None"):
        tf.optimize.curve_fit(decay, X, data, nan_policy="propagate")
    with pytest.raises(TypeError, match=r"leave jac=.* out"):
        tf.optimize.curve_fit(decay, X, Y, jac="3-point")  # type: ignore[arg-type]


def test_everything_that_scipy_returns() -> None:
    expected = optimize.curve_fit(decay_of_arrays, X, Y, full_output=True, method="trf")
    found = tf.optimize.curve_fit(decay, X, Y, full_output=True, method="trf")
    assert len(found) == len(expected) == 5
    np.testing.assert_allclose(found[2]["fvec"], expected[2]["fvec"], atol=1e-6)
    assert found[4] in (1, 2, 3, 4)
    with pytest.raises(RuntimeError, match="no minimum was found"):
        tf.optimize.curve_fit(decay, X, Y, maxfev=2)


def test_results_have_the_dialect_of_the_parameters() -> None:
    fit = tf.optimize.curve_fit(lambda x, a, b: a * tnp.exp(-b * x), X, Y, p0=tnp.array([1.0, 1.0]))
    found = tf.optimize.minimize(lambda x: tnp.sum((x - 2.0) ** 2), tnp.zeros(2))
    squares = tf.optimize.least_squares(lambda x: x - 2.0, {"x": tnp.zeros(2)}["x"])
    for value in (fit.popt, fit.pcov, fit.standard_errors, found.x, found.fun, squares.cost):
        assert isinstance(value, tnp.ndarray)
    expected = optimize.curve_fit(decay_of_arrays, X, Y)
    np.testing.assert_allclose(np.asarray(fit.pcov), expected[1], rtol=1e-4)
    errors = np.sqrt(np.diag(expected[1]))
    np.testing.assert_allclose(np.asarray(fit.standard_errors), errors, rtol=1e-4)


def test_tensors_with_a_graph_of_their_own_are_refused() -> None:
    for solve in (tf.optimize.minimize, tf.optimize.least_squares, tf.optimize.root):
        with pytest.raises(TypeError, match=r"x\.detach\(\)\.numpy\(\)"):
            solve(lambda x: x, torch.zeros(2, dtype=torch.float64))
