"""Solutions are differentiable: reverse, forward and second order, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import optimize as scipy_optimize
from scipy import sparse

import tapegrad as tf
from tapegrad import optimize

F64 = tf.float64


class Problem(NamedTuple):
    """A number that a solver finds as a function of another, with its two derivatives."""

    name: str
    solve: Callable[[Any], Any]
    at: float
    first: float
    second: float


def number(value: float) -> Any:
    return tf.constant(value, F64)


def quadratic(t: Any) -> Any:
    return optimize.minimize(lambda x: (x - t**3) ** 2, 0.0).x


def in_a_dict(t: Any) -> Any:
    def f(p: Any) -> Any:
        return (p["a"] - t) ** 2 + tf.reduce_sum((p["b"] - p["a"] * t) ** 2)

    return optimize.minimize(f, {"a": 0.0, "b": [0.0, 0.0]}).x["b"][1]


def by_argument(t: Any) -> Any:
    return optimize.minimize(lambda x, s: tf.reduce_sum((x - s**2) ** 2), [0.0], args=(t,)).x[0]


def held_by_a_bound(t: Any) -> Any:
    found = optimize.minimize(
        lambda x: tf.reduce_sum((x - 5.0 * t) ** 2) + x[0] * x[1],
        np.zeros(2),
        bounds=[(0, 1), (0, None)],
    )
    return found.x[1]  # x0 = 1, so x1 = 5 t - 1/2


def moving_bound(t: Any) -> Any:
    return optimize.minimize(lambda x: (x - 9.0) ** 2, 0.0, bounds=(0.0, t**2)).x


def on_a_line(t: Any) -> Any:
    # x0 exp = x1 exp 2 in the multiplier: x0 = (t + log 2) / 2
    weights = tf.constant([1.0, 2.0], F64)
    return optimize.minimize(
        lambda x: tf.reduce_sum(tf.exp(x) * weights) * (1.0 + 0.0 * t),
        [0.5, 0.5],
        constraints={"type": "eq", "fun": lambda x: tf.reduce_sum(x) - t},
    ).x[0]


def in_a_ball(t: Any) -> Any:
    # the point of |x|^2 <= t nearest to (2, 2)
    return optimize.minimize(
        lambda x: tf.reduce_sum((x - 2.0) ** 2),
        [0.5, 0.1],
        constraints={"type": "ineq", "fun": lambda x: t - tf.reduce_sum(x * x)},
    ).x[0]


def in_a_loose_ball(t: Any) -> Any:
    return optimize.minimize(
        lambda x: tf.reduce_sum((x - t) ** 2),
        [0.5, 0.1],
        constraints=scipy_optimize.NonlinearConstraint(lambda x: tf.reduce_sum(x * x), -np.inf, 99),
    ).x[0]


def on_a_plane(t: Any) -> Any:
    # the point of x0 + 2 x1 = 1 nearest to (t, t^2)
    return optimize.minimize(
        lambda x: (x[0] - t) ** 2 + (x[1] - t**2) ** 2,
        [0.0, 0.0],
        method="trust-constr",
        constraints=scipy_optimize.LinearConstraint([[1.0, 2.0]], 1.0, 1.0),
    ).x[0]


def residuals(t: Any) -> Any:
    return optimize.least_squares(
        lambda p: tf.stack([p[0] - t**2, p[0] * p[1] - 1.0]), [1.0, 1.0]
    ).x[1]


def square_root(t: Any) -> Any:
    found = optimize.root(
        lambda x: {"u": x["u"] ** 2 - t, "v": x["u"] * x["v"] - 1.0}, {"u": 1.0, "v": 1.0}
    )
    return found.x["v"]


def halfway(t: Any) -> Any:
    return optimize.fixed_point(lambda x: 0.5 * (x + t**3), 1.0)


def slope(t: Any) -> Any:
    x = np.array([1.0, 2.0, 3.0])
    return optimize.curve_fit(lambda x, a: a * x, x, t**2 * x + np.array([0.1, 0.0, -0.1])).popt[0]


def variance(t: Any) -> Any:
    x = np.array([1.0, 2.0, 2.0])
    y = np.array([1.0, 2.0, 2.5])  # the residual sum of squares is 2 (5/36)^2 ... times t^2
    return optimize.curve_fit(lambda x, a: a * x, x, t * y).pcov[0, 0]


def _variance_of_unit() -> float:
    x, y = np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.0, 2.5])
    r = y - x * (x @ y) / (x @ x)
    return float(r @ r / 2 / (x @ x))


def error_of_mean(t: Any) -> Any:
    # the variance of each datum is t^2, so that the standard error of the mean of four is t / 2
    y = np.array([1.0, 2.0, 4.0, 5.0])
    return optimize.standard_errors(lambda m: tf.reduce_sum((y - m) ** 2) / (2.0 * t**2), 3.0)


PROBLEMS = [
    Problem("quadratic", quadratic, 1.5, 3 * 1.5**2, 6 * 1.5),
    Problem("in_a_dict", in_a_dict, 1.5, 3.0, 2.0),
    Problem("by_argument", by_argument, 1.5, 3.0, 2.0),
    Problem("held_by_a_bound", held_by_a_bound, 0.8, 5.0, 0.0),
    Problem("moving_bound", moving_bound, 1.5, 3.0, 2.0),
    Problem("on_a_line", on_a_line, 1.5, 0.5, 0.0),
    Problem("in_a_ball", in_a_ball, 1.5, (8 * 1.5) ** -0.5, -4 * (8 * 1.5) ** -1.5),
    Problem("in_a_loose_ball", in_a_loose_ball, 1.5, 1.0, 0.0),
    Problem("on_a_plane", on_a_plane, 0.7, (4 - 4 * 0.7) / 5, -4 / 5),
    Problem("residuals", residuals, 1.3, -2 * 1.3**-3, 6 * 1.3**-4),
    Problem("square_root", square_root, 1.3, -0.5 * 1.3**-1.5, 0.75 * 1.3**-2.5),
    Problem("halfway", halfway, 1.2, 3 * 1.2**2, 6 * 1.2),
    Problem("slope", slope, 1.2, 2.4, 2.0),
    Problem("variance", variance, 1.2, 2.4 * _variance_of_unit(), 2 * _variance_of_unit()),
    Problem("error_of_mean", error_of_mean, 1.2, 0.5, 0.0),
]

each = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
CLOSE = {"rel": 2e-6, "abs": 2e-6}


@each
def test_reverse(problem: Problem) -> None:
    t = number(problem.at)
    with tf.GradientTape() as tape:
        tape.watch(t)
        x = problem.solve(t)
    assert float(tape.gradient(x, t)) == pytest.approx(problem.first, **CLOSE)


@each
def test_forward(problem: Problem) -> None:
    t = number(problem.at)
    with tf.autodiff.ForwardAccumulator(t, number(1.0)) as accumulator:
        x = problem.solve(t)
    assert float(accumulator.jvp(x)) == pytest.approx(problem.first, **CLOSE)


@each
def test_second_order(problem: Problem) -> None:
    t = number(problem.at)
    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            x = problem.solve(t)
        first = inner.gradient(x, t)
    assert float(first) == pytest.approx(problem.first, **CLOSE)
    second = outer.gradient(first, t, unconnected_gradients="zero")
    assert float(second) == pytest.approx(problem.second, **CLOSE)


@pytest.mark.parametrize("problem", PROBLEMS[:3], ids=lambda problem: problem.name)
def test_forward_over_reverse(problem: Problem) -> None:
    t = number(problem.at)
    _, second = tf.autodiff.jvp(
        lambda t: tf.autodiff.vjp(problem.solve, t)[1](number(1.0)), t, number(1.0)
    )
    assert float(second) == pytest.approx(problem.second, **CLOSE)


@each
def test_solution_without_tapes_is_the_same(problem: Problem) -> None:
    t = number(problem.at)
    with tf.GradientTape() as tape:
        tape.watch(t)
        followed = problem.solve(t)
    assert float(problem.solve(t)) == pytest.approx(float(followed), rel=1e-4, abs=1e-5)


def test_jacobian_of_a_vector_by_a_vector() -> None:
    a = np.array([[2.0, 1.0], [1.0, 3.0]])

    def solution(b: Any) -> Any:
        return optimize.minimize(
            lambda x: 0.5 * tf.tensordot(x, tf.linalg.matvec(a, x), 1) - tf.tensordot(b, x, 1),
            np.zeros(2),
        ).x

    got = tf.autodiff.jacobian(solution, np.array([1.0, 2.0]))
    np.testing.assert_allclose(got, np.linalg.inv(a), rtol=1e-9)


def test_variables_that_the_function_reads_are_parameters() -> None:
    v = tf.Variable(1.5, dtype=F64)
    with tf.GradientTape() as tape:
        x = optimize.minimize(lambda x: (x - v**2) ** 2, 0.0).x
    assert tape.watched_variables() == (v,)
    assert float(tape.gradient(x, v)) == pytest.approx(3.0)


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.parametrize("solver", [optimize.minimize, optimize.least_squares, optimize.root])
def test_variables_as_unknowns(solver: Any, passed: bool) -> None:
    w = tf.Variable([1.0, 2.0], dtype=F64)
    t = number(1.5)

    def f(p: Any) -> Any:
        r = (p if passed else w) - t**2
        return tf.reduce_sum(r**2) if solver is optimize.minimize else r

    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            x = solver(f, w).x
        first = inner.jacobian(x, t)
    np.testing.assert_allclose(w, 1.5**2, rtol=1e-6)
    np.testing.assert_allclose(first, 3.0, rtol=1e-6)
    assert float(outer.gradient(first, t)) == pytest.approx(4.0, rel=1e-6)


def test_compiled_function_that_reads_a_variable() -> None:
    v = tf.Variable(1.5, dtype=F64)
    f = tf.function(lambda x: (x - v**2) ** 2)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            x = optimize.minimize(f, 0.0).x
        first = inner.gradient(x, v)
    assert float(first) == pytest.approx(3.0)
    assert float(outer.gradient(first, v)) == pytest.approx(2.0)


def test_a_minimum_inside_a_minimum() -> None:
    t = number(2.0)
    with tf.GradientTape() as tape:
        tape.watch(t)

        def outer(y: Any) -> Any:
            return (optimize.minimize(lambda x: (x - y * t) ** 2, 0.0).x - 3.0) ** 2

        y = optimize.minimize(outer, 1.0).x  # y = 3 / t
    assert float(tape.gradient(y, t)) == pytest.approx(-3 / 4, rel=1e-6)


def test_inside_a_compiled_function() -> None:
    @tf.function
    def slope(t: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(t)
            x = optimize.minimize(lambda x: (x - t**2) ** 2, 0.0).x
        return tape.gradient(x, t)

    assert [float(slope(number(t))) for t in (1.0, 2.0, 3.0)] == pytest.approx([2.0, 4.0, 6.0])


def test_a_variable_that_changed_is_an_error_in_second_order() -> None:
    v = tf.Variable(1.5, dtype=F64)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            x = optimize.minimize(lambda x: (x - v**2) ** 2, 0.0).x
        v.assign(7.0)
        with pytest.raises(ValueError, match="assigned to since"):
            inner.gradient(x, v)
    del outer


def test_first_order_is_that_of_the_time_of_the_solution() -> None:
    v = tf.Variable(1.5, dtype=F64)
    with tf.GradientTape() as tape:
        x = optimize.minimize(lambda x: (x - v**2) ** 2, 0.0).x
    v.assign(7.0)
    assert float(tape.gradient(x, v)) == pytest.approx(3.0)


def test_many_unknowns_of_which_each_equation_has_few() -> None:
    n = 2500
    load = np.cos(np.arange(n))

    def residuals_of(x: Any, t: Any) -> Any:
        padded = tf.pad(x, [[1, 1]])
        return 4.0 * x - padded[2:] - padded[:-2] - t**2 * load

    matrix = sparse.diags_array(
        [-np.ones(n - 1), np.full(n, 4.0), -np.ones(n - 1)], offsets=[-1, 0, 1]
    )
    unit = sparse.linalg.spsolve(matrix.tocsc(), load)
    t = number(1.5)
    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            x = optimize.least_squares(residuals_of, np.zeros(n), args=(t,), sparse=True).x
            size = tf.reduce_sum(x * load)
        first = inner.gradient(size, t)
    assert float(first) == pytest.approx(3.0 * unit @ load, rel=1e-6)
    assert float(outer.gradient(first, t)) == pytest.approx(2.0 * unit @ load, rel=1e-6)
    with tf.autodiff.ForwardAccumulator(t, number(1.0)) as accumulator:
        x = optimize.least_squares(residuals_of, np.zeros(n), args=(t,), sparse=True).x
    np.testing.assert_allclose(accumulator.jvp(x), 3.0 * unit, rtol=1e-6, atol=1e-9)


def test_what_does_not_matter_is_not_connected() -> None:
    t = number(1.0)
    with tf.GradientTape() as tape:
        tape.watch(t)
        x = optimize.minimize(lambda x: (x - 2.0) ** 2, 0.0).x
    assert tape.gradient(x, t) is None


def test_value_at_the_minimum_has_the_derivative_of_the_envelope() -> None:
    t = number(1.5)
    with tf.GradientTape() as tape:
        tape.watch(t)
        value = optimize.minimize(lambda x: (x - t) ** 2 + t**3, 0.0).fun
    assert float(tape.gradient(value, t)) == pytest.approx(3 * 1.5**2)


def test_a_solution_that_is_not_isolated_is_an_error() -> None:
    t = number(1.0)
    with tf.GradientTape() as tape:
        tape.watch(t)
        x = optimize.minimize(lambda x: (x[0] + x[1] - t) ** 2, np.zeros(2)).x
    with pytest.raises(tf.errors.InvalidArgumentError, match="not differentiable"):
        tape.gradient(x, t)


def test_the_solvers_steps_are_not_recorded() -> None:
    t = number(1.5)
    with tf.GradientTape() as tape:
        tape.watch(t)
        optimize.minimize(quartic_of(t), np.full(5, 3.0))
        length = len(tape.records)
    with tf.GradientTape() as tape:
        tape.watch(t)
        optimize.minimize(quartic_of(t), np.full(5, 1.6))
        assert len(tape.records) == length


def quartic_of(t: Any) -> Callable[[Any], Any]:
    return lambda x: tf.reduce_sum((x - t) ** 4 + (x - t) ** 2)
