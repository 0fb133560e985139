"""Solvers get exact derivatives, and parameters keep their structure."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import optimize as scipy_optimize
from scipy import sparse

import tapegrad as tf
import tapegrad.numpy as tnp
from tapegrad import optimize

METHODS = [
    None, "Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYQA", "SLSQP",
    "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov",
]  # fmt: skip


def rosenbrock(p: Any) -> Any:
    return (1.0 - p["a"]) ** 2 + 100.0 * (p["b"] - p["a"] ** 2) ** 2


@pytest.mark.parametrize("method", METHODS)
def test_every_method(method: str | None) -> None:
    seen = []
    found = optimize.minimize(
        rosenbrock, {"a": -1.2, "b": 1.0}, method=method, callback=seen.append
    )
    assert found.success
    np.testing.assert_allclose([found.x["a"], found.x["b"]], 1.0, atol=2e-3)
    assert float(found.fun) == pytest.approx(0.0, abs=1e-5)
    assert seen
    assert all(set(p) == {"a", "b"} and p["a"].shape == () for p in seen)


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact"])
def test_derivatives_are_exact_and_not_by_differences(method: str) -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(x)
        return tf.reduce_sum((x - 1.0) ** 4 + x**2)

    found = optimize.minimize(f, np.zeros(40), method=method)
    assert found.success
    assert len(calls) < 100  # differences take 41 calls for each gradient


class Point(NamedTuple):
    """A structure."""

    x: Any
    y: Any


@dataclasses.dataclass
class Model:
    """Another."""

    weights: Any
    bias: Any


STRUCTURES = [
    ("number", 3.0),
    ("list_of_numbers", [3.0, 4.0]),
    ("tuple_of_numbers", (3.0, 4.0)),
    ("matrix", np.ones((2, 3))),
    ("tensor", tf.constant([1.0, 2.0], tf.float64)),
    ("dict", {"b": np.ones(2), "a": [1.0, 2.0], "c": {"d": 3}}),
    ("list_of_arrays", [np.ones(2), np.ones((2, 2))]),
    ("namedtuple", Point(1.0, np.ones(3))),
    ("dataclass", Model(np.ones((2, 2)), 0.5)),
]


@pytest.mark.parametrize("x0", [s for _, s in STRUCTURES], ids=[name for name, _ in STRUCTURES])
def test_structures_of_parameters(x0: Any) -> None:
    def f(p: Any) -> Any:
        return tf.add_n([tf.reduce_sum((x - 2.0) ** 2) for x in tf.nest.flatten(p)])

    found = optimize.minimize(f, x0)
    for x in tf.nest.flatten(found.x):
        assert x.dtype == tf.float64
        np.testing.assert_allclose(x, 2.0, rtol=1e-5)
    if not isinstance(x0, (list, tuple, float)) or isinstance(x0, Point):
        tf.nest.assert_same_structure(found.x, x0) if not isinstance(x0, dict) else None
    assert type(found.x) is type(x0) or isinstance(found.x, tf.Tensor)
    assert tf.nest.flatten(found.jac)[0].shape == tf.nest.flatten(found.x)[0].shape


def test_variables_are_moved_whether_passed_or_read() -> None:
    v, w = tf.Variable([1.0, 5.0]), tf.Variable(2.0)
    found = optimize.minimize(
        lambda p: tf.reduce_sum((v - 3.0) ** 2) + (p["w"] - 1.0) ** 2, {"v": v, "w": w}
    )
    np.testing.assert_allclose(v, 3.0, rtol=1e-5)
    assert float(w) == pytest.approx(1.0, rel=1e-5)
    assert found.x["v"].dtype == tf.float32
    np.testing.assert_array_equal(found.x["v"], v)


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "L-BFGS-B", "trust-constr"])
def test_float32_parameters_stay_float32(method: str) -> None:
    kinds = set()

    def f(p: Any) -> Any:
        kinds.add(p.dtype)
        return tf.reduce_sum((p - 2.0) ** 2)

    found = optimize.minimize(f, np.zeros(3, np.float32), method=method)
    assert kinds == {tf.float32}
    assert found.x.dtype == tf.float32
    assert found.jac.dtype == tf.float32
    np.testing.assert_allclose(found.x, 2.0, rtol=1e-4)


def test_fortran_gets_contiguous_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    solver = scipy_optimize.minimize

    def spy(fun: Any, x0: Any, **options: Any) -> Any:
        value, gradient = fun(x0)
        given.extend([x0, gradient])
        assert isinstance(value, float)
        return solver(fun, x0, **options)

    monkeypatch.setattr(scipy_optimize, "minimize", spy)
    optimize.minimize(
        lambda p: tf.reduce_sum(p**2), np.ones((3, 4), np.float32).T, method="L-BFGS-B"
    )
    for array in given:
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.shape == (12,)


BOUNDS = [
    ("pairs", np.zeros(2), [(0.5, 1.0), (None, 0.25)], [1.0, 0.25]),
    ("one_pair", np.zeros(2), (None, 0.75), [0.75, 0.75]),
    ("scipy", np.zeros(2), scipy_optimize.Bounds([0, 0], [1.5, np.inf]), [1.5, 2.0]),
    ("dict", {"a": 0.0, "b": 0.0}, {"a": (0, 1)}, [1.0, 2.0]),
    ("arrays", {"a": np.zeros(2)}, {"a": (None, np.array([1.0, 1.25]))}, [1.0, 1.25]),
    ("list", [np.zeros(1), np.zeros(1)], [(0, 1), None], [1.0, 2.0]),
]


@pytest.mark.parametrize(
    ("x0", "bounds", "want"), [b[1:] for b in BOUNDS], ids=[b[0] for b in BOUNDS]
)
def test_bounds(x0: Any, bounds: Any, want: list[float]) -> None:
    def f(p: Any) -> Any:
        return tf.add_n([tf.reduce_sum((x - 2.0) ** 2) for x in tf.nest.flatten(p)])

    found = optimize.minimize(f, x0, bounds=bounds)
    got = np.concatenate([np.ravel(x) for x in tf.nest.flatten(found.x)])
    np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
@pytest.mark.parametrize("form", ["dict", "nonlinear", "linear", "several"])
def test_constraints_come_with_derivatives(form: str, method: str) -> None:
    calls = []

    def together(p: Any) -> Any:
        calls.append(p)
        return p["a"] + tf.reduce_sum(p["b"])

    given = {
        "dict": {"type": "eq", "fun": lambda p: together(p) - 1.0},
        "nonlinear": scipy_optimize.NonlinearConstraint(together, 1.0, 1.0),
        "linear": scipy_optimize.LinearConstraint(np.ones((1, 21)), 1.0, 1.0),
        "several": [
            {"type": "ineq", "fun": lambda p: together(p) - 1.0},
            {"type": "ineq", "fun": lambda p, top: top - together(p), "args": (1.0,)},
        ],
    }[form]
    found = optimize.minimize(
        lambda p: p["a"] ** 2 + tf.reduce_sum(p["b"] ** 2),
        {"a": 1.0, "b": np.zeros(20)},
        method=method,
        constraints=given,
    )
    np.testing.assert_allclose(found.x["b"], 1 / 21, rtol=1e-4)
    assert len(calls) < 300  # differences take 21 calls for each Jacobian


@pytest.mark.parametrize("loss", ["linear", "soft_l1", "huber", "cauchy", "arctan"])
@pytest.mark.parametrize("method", ["trf", "dogbox"])
def test_least_squares_is_scipys(loss: str, method: str) -> None:
    x = np.linspace(0, 3, 12)
    y = np.exp(-x) + 0.05 * np.cos(9 * x)
    y[4] = 3.0
    want = scipy_optimize.least_squares(
        lambda p: p[0] * np.exp(-p[1] * x) - y, [0.5, 0.5], loss=loss, method=method, f_scale=0.3
    )
    got = optimize.least_squares(
        lambda p: p["a"] * tf.exp(-p["k"] * x) - y,
        {"a": 0.5, "k": 0.5},
        loss=loss,
        method=method,
        f_scale=0.3,
    )
    np.testing.assert_allclose([got.x["a"], got.x["k"]], want.x, rtol=1e-4)
    assert float(got.cost) == pytest.approx(want.cost, rel=1e-6)


def test_least_squares_with_a_sparse_jacobian() -> None:
    n = 500

    def f(x: Any) -> Any:
        return tf.concat([10.0 * (x[1:] - x[:-1] ** 2), 1.0 - x[:-1]], 0)

    start = np.full(n, 0.9)
    got = optimize.least_squares(f, start, sparse=True)
    assert sparse.issparse(got.jac)
    assert got.jac.nnz <= 3 * n
    np.testing.assert_allclose(got.x, 1.0, rtol=1e-5)
    dense = optimize.least_squares(f, start[:40])
    assert isinstance(dense.jac, np.ndarray)


SIGMAS = [
    ("none", None, False),
    ("relative", 0.1 + np.linspace(0, 2, 8), False),
    ("absolute", 0.1 + np.linspace(0, 2, 8), True),
    ("matrix", np.diag((0.1 + np.linspace(0, 2, 8)) ** 2) + 0.001, True),
]


@pytest.mark.parametrize(("sigma", "absolute"), [s[1:] for s in SIGMAS], ids=[s[0] for s in SIGMAS])
def test_curve_fit_is_scipys(sigma: Any, absolute: bool) -> None:
    x = np.linspace(0, 2, 8)
    y = 2.0 * np.exp(-x) + 0.1 * np.cos(20 * x)
    options = {"sigma": sigma, "absolute_sigma": absolute}
    want, covariances = scipy_optimize.curve_fit(
        lambda x, a, b: a * np.exp(-b * x), x, y, **options
    )
    popt, pcov = optimize.curve_fit(lambda x, a, b: a * tf.exp(-b * x), x, y, **options)
    np.testing.assert_allclose(popt, want, rtol=1e-6)
    np.testing.assert_allclose(pcov, covariances, rtol=1e-4)
    fit = optimize.curve_fit(
        lambda x, p: p["a"] * tf.exp(-p["b"] * x), x, y, {"a": 1.0, "b": 1.0}, **options
    )
    np.testing.assert_allclose([fit.popt["a"], fit.popt["b"]], want, rtol=1e-6)
    errors = fit.standard_errors
    np.testing.assert_allclose(
        [errors["a"], errors["b"]], np.sqrt(covariances.diagonal()), rtol=1e-4
    )


def test_curve_fit_begins_between_bounds() -> None:
    bounds = ([0, 0], [1.0, 0.9])
    data = [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.1]
    want, _ = scipy_optimize.curve_fit(lambda x, a, b: a + b * x, *data, bounds=bounds)
    popt, _ = optimize.curve_fit(lambda x, a, b: a + b * x, *data, bounds=bounds)
    np.testing.assert_allclose(popt, want, rtol=1e-5)


@pytest.mark.parametrize("method", ["hybr", "lm", "broyden1", "krylov"])
def test_root(method: str) -> None:
    found = optimize.root(
        lambda x: tf.stack([x[0] + x[1] - 3.0, x[0] * x[1] - 2.0]), [0.5, 3.0], method=method
    )
    assert found.success
    np.testing.assert_allclose(np.sort(found.x), [1.0, 2.0], rtol=1e-4)


def test_fixed_point_of_a_structure() -> None:
    found = optimize.fixed_point(
        lambda p: {"a": tf.cos(p["a"]), "b": p["b"] / 2}, {"a": 0.5, "b": np.ones(2)}
    )
    assert float(found["a"]) == pytest.approx(0.7390851332, rel=1e-8)
    np.testing.assert_allclose(found["b"], 0.0, atol=1e-8)


def test_callback_with_the_result_so_far_and_stopping() -> None:
    seen = []

    def stop(intermediate_result: Any) -> None:
        seen.append(intermediate_result)
        if len(seen) == 2:
            raise StopIteration

    optimize.minimize(rosenbrock, {"a": -1.2, "b": 1.0}, method="BFGS", callback=stop)
    assert len(seen) == 2
    assert seen[1].x["a"].shape == ()
    assert seen[1].fun == pytest.approx(float(rosenbrock(seen[1].x)))


def test_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm", reason="the bar is tqdm's")
    optimize.minimize(rosenbrock, {"a": -1.2, "b": 1.0}, progress=True)
    assert "minimize" in capsys.readouterr().err


def test_progress_without_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="pip install tqdm"):
        optimize.minimize(rosenbrock, {"a": -1.2, "b": 1.0}, progress=True)


def test_compiled_objective() -> None:
    found = optimize.minimize(tf.function(rosenbrock), {"a": -1.2, "b": 1.0})
    assert float(found.x["a"]) == pytest.approx(1.0, rel=1e-4)


class Table:
    """What pandas and xarray have in common: `__array__`."""

    def __init__(self, values: Any) -> None:
        self._values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self._values.astype(dtype) if dtype else self._values


@pytest.mark.parametrize("wrap", [Table, np.ma.array, np.asarray, list])
def test_data_of_other_libraries(wrap: Callable[[Any], Any]) -> None:
    x, y = [0.0, 1.0, 2.0, 3.0], [1.0, 4.0, 5.0, 8.0]
    popt, _ = optimize.curve_fit(lambda x, a, b: a + b * x, wrap(x), wrap(y))
    np.testing.assert_allclose(popt, [1.2, 2.2], rtol=1e-8)
    found = optimize.minimize(lambda x: tf.reduce_sum((x - 1.0) ** 2), wrap(x))
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float64])
def test_data_take_the_dtype_of_the_parameters(dtype: Any) -> None:
    x = np.arange(4).astype(dtype)
    y = np.array([1, 4, 5, 8]).astype(dtype)
    popt, pcov = optimize.curve_fit(lambda x, a, b: a + b * tf.abs(x), x, y)
    assert popt.dtype == pcov.dtype == tf.float64
    np.testing.assert_allclose(popt, [1.2, 2.2], rtol=1e-8)
    popt, _ = optimize.curve_fit(lambda x, a, b: a + b * x, x, y, np.ones(2, np.float32))
    assert popt.dtype == tf.float32
    np.testing.assert_allclose(popt, [1.2, 2.2], rtol=1e-3)


def test_functions_and_arrays_of_the_numpy_dialect() -> None:
    found = optimize.minimize(lambda x: ((tnp.sin(x) - 0.5) ** 2).sum(), tnp.zeros(2))
    assert isinstance(found.x, tnp.ndarray)
    np.testing.assert_allclose(np.sin(found.x.tolist()), 0.5, rtol=1e-3)

    def first(t: Any) -> Any:
        return optimize.minimize(lambda x: ((x - t**2) ** 2).sum(), tnp.zeros(2)).x[0]

    assert float(tnp.grad(first)(1.5)) == pytest.approx(3.0)
    got = tf.autodiff.sparse_jacobian(lambda x: tnp.sin(x[1:]) * x[:-1], tnp.ones(3))
    s, c = np.sin(1.0), np.cos(1.0)
    np.testing.assert_allclose(got.toarray(), [[s, c, 0], [0, s, c]], rtol=1e-14)


class DataSet(dict):
    """What shows a data set of xarray."""

    data_vars = ()


def line(x: Any, a: Any, b: Any) -> Any:
    return a + b * x


MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
ERRORS = [
    (
        lambda: optimize.minimize(lambda x: x, [1.0, 2.0]),
        tf.errors.InvalidArgumentError,
        "Expect: ",
    ),
    (lambda: optimize.minimize(float, 1.0), TypeError, "left the tape"),
    (lambda: optimize.minimize(lambda x: tf.constant(1.0), 1.0), ValueError, "does not depend"),
    (lambda: optimize.minimize(lambda x: x, 1j), TypeError, "complex"),
    (lambda: optimize.minimize(lambda x: x, DataSet(a=1.0)), TypeError, "dict of arrays"),
    (lambda: optimize.minimize(lambda x: x, {}), ValueError, "no parameters"),
    (lambda: optimize.minimize(tf.reduce_sum, MASKED), ValueError, "filled"),
    (lambda: optimize.minimize(tf.reduce_sum, Table(["a"])), TypeError, "numpy.asarray"),
    (lambda: optimize.minimize(tf.square, {"a": 1.0, "b": None}), TypeError, "None among"),
    (lambda: optimize.minimize(tf.square, 1.0, bounds=(2, 1)), ValueError, "above its upper"),
    (
        lambda: optimize.minimize(rosenbrock, {"a": 1.0, "b": 1.0}, bounds={"z": (0, 1)}),
        ValueError,
        "'z'",
    ),
    (
        lambda: optimize.minimize(tf.square, 1.0, constraints={"type": "le", "fun": tf.square}),
        ValueError,
        "'eq' or 'ineq'",
    ),
    (
        lambda: optimize.root(lambda x: x[:1], [1.0, 2.0]),
        tf.errors.InvalidArgumentError,
        "equations",
    ),
    (lambda: optimize.least_squares(tf.square, 1.0, loss="l7"), ValueError, "l7"),
    (lambda: optimize.curve_fit(line, [1.0, np.nan], [1.0, 2.0]), ValueError, "xdata has NaN"),
    (lambda: optimize.curve_fit(line, [1.0, 2.0, 3.0], MASKED), ValueError, "compressed"),
    (lambda: optimize.curve_fit(line, [1.0], [1.0]), ValueError, "too few"),
    (lambda: optimize.curve_fit(lambda *x: x[0], [1.0], [1.0]), ValueError, "give p0"),
    (
        lambda: optimize.curve_fit(line, [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], sigma=[1.0, 2.0]),
        ValueError,
        "Actual: shape",
    ),
    (
        lambda: optimize.covariance(lambda x: -tf.square(x), 0.0),
        ValueError,
        "not positive definite",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


def test_standard_errors_of_a_normal_sample() -> None:
    y = np.random.default_rng(3).normal(2.0, 1.5, 400)

    def nll(p: Any) -> Any:
        r = (y - p["mean"]) / tf.exp(p["log_sd"])
        return tf.reduce_sum(r**2) / 2.0 + y.size * p["log_sd"]

    found = optimize.minimize(nll, {"mean": 0.0, "log_sd": 0.0}, method="trust-exact").x
    sd, n = y.std(), y.size
    errors = optimize.standard_errors(nll, found)
    assert float(errors["mean"]) == pytest.approx(sd / n**0.5, rel=1e-5)
    assert float(errors["log_sd"]) == pytest.approx((2 * n) ** -0.5, rel=1e-5)
    of_sd = optimize.standard_errors(nll, found, of=lambda p: {"sd": tf.exp(p["log_sd"])})
    assert float(of_sd["sd"]) == pytest.approx(sd * (2 * n) ** -0.5, rel=1e-5)
