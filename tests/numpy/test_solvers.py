"""SciPy's own solvers, which hand results on to compiled code, take functions of ours."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import scipy.integrate
import scipy.optimize

import tapegrad.numpy as np
from tapegrad.errors import GradientLeakError

START = numpy.array([-1.2, 1.0, 0.5])


def rosen(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def residuals(x: Any) -> Any:
    return np.stack([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])


def product(x: Any, p: Any) -> Any:
    return np.hvp(rosen, (x,), (p,))[0]


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("CG", {}),
        ("BFGS", {}),
        ("L-BFGS-B", {}),
        ("TNC", {"options": {"maxfun": 1000}}),
        ("SLSQP", {}),
        ("Newton-CG", {"hessp": product}),
        ("Newton-CG", {"hess": np.hessian(rosen)}),
        ("trust-krylov", {"hessp": product}),
        ("trust-ncg", {"hessp": product}),
        ("trust-exact", {"hess": np.hessian(rosen)}),
        ("trust-constr", {"hess": np.hessian(rosen)}),
    ],
)
@pytest.mark.filterwarnings("ignore:delta_grad == 0.0")
def test_minimizers(method: str, more: dict[str, Any]) -> None:
    found = scipy.optimize.minimize(
        np.value_and_grad(rosen), START, jac=True, method=method, **more
    )
    numpy.testing.assert_allclose(found.x, numpy.ones(3), atol=1e-2)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method: str) -> None:
    found = scipy.optimize.least_squares(
        residuals, START[:2], jac=np.jacobian(residuals), method=method
    )
    numpy.testing.assert_allclose(found.x, [1.0, 1.0], rtol=1e-6)


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_roots(method: str) -> None:
    found = scipy.optimize.root(residuals, START[:2], jac=np.jacobian(residuals), method=method)
    numpy.testing.assert_allclose(found.x, [1.0, 1.0], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:Constraint options")
def test_constraints() -> None:
    def size(x: Any) -> Any:
        return np.sum(x**2)

    ball = scipy.optimize.NonlinearConstraint(
        size, -1.0, 1.0, jac=np.grad(size), hess=lambda x, v: v[0] * np.hessian(size)(x)
    )
    found = [
        scipy.optimize.minimize(
            rosen,
            START[:2] * 0.1,
            jac=np.grad(rosen),
            constraints=ball,
            method=method,
            **({"hess": np.hessian(rosen)} if method == "trust-constr" else {}),
        ).x
        for method in ("SLSQP", "trust-constr")
    ]
    numpy.testing.assert_allclose(found[0], [0.7864, 0.6177], atol=1e-3)
    numpy.testing.assert_allclose(found[1], found[0], atol=1e-3)


def test_a_curve_and_its_derivatives() -> None:
    def model(x: Any, a: Any, b: Any) -> Any:
        return a * np.exp(-b * x)

    def slopes(x: Any, a: Any, b: Any) -> Any:
        return np.stack(np.jacobian(model, (1, 2))(x, a, b), -1)

    x = numpy.linspace(0.0, 1.0, 10)
    found, _ = scipy.optimize.curve_fit(
        model, x, 2.0 * numpy.exp(-1.3 * x), p0=[1.0, 1.0], jac=slopes
    )
    numpy.testing.assert_allclose(found, [2.0, 1.3], rtol=1e-6)


@pytest.mark.parametrize("method", ["RK45", "Radau", "BDF", "LSODA"])
def test_differential_equations(method: str) -> None:
    def swing(t: float, y: Any) -> Any:
        return np.stack([y[1], -np.sin(y[0])])

    exact = scipy.integrate.solve_ivp(
        lambda t, y: [y[1], -numpy.sin(y[0])], (0, 1), [1.0, 0.0], rtol=1e-10, atol=1e-12
    )
    more = {} if method == "RK45" else {"jac": lambda t, y: np.jacobian(lambda y: swing(t, y))(y)}
    found = scipy.integrate.solve_ivp(swing, (0, 1), [1.0, 0.0], method=method, **more)
    numpy.testing.assert_allclose(found.y[:, -1], exact.y[:, -1], atol=1e-2)


def test_an_array_of_numpy_is_changed_by_values_that_nobody_follows() -> None:
    total = numpy.zeros(2)
    before = total
    total += np.array([1.0, 2.0])
    numpy.add(total, np.array([1.0, 1.0]), out=total)
    assert total is before
    assert total.tolist() == [2.0, 3.0]

    def f(x: Any) -> Any:
        total = numpy.zeros(2)
        total += x
        return np.sum(total)

    with pytest.raises((TypeError, GradientLeakError), match=r"np\.array\(a\)"):
        np.grad(f)(np.array([1.0, 2.0]))
