"""grad and its kin: nests of arguments, argnums, has_aux, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
import pytest

import tapegrad.numpy as np


@dataclass
class Model:
    weight: Any
    bias: Any


class Pair(NamedTuple):
    a: Any
    b: Any


def loss(model: Model, x: Any) -> Any:
    return np.sum((x @ model.weight + model.bias) ** 2)


def test_nests() -> None:
    x = numpy.array([[1.0, 2.0], [0.5, -1.0]])
    g = np.grad(loss)(Model(numpy.array([1.0, -1.0]), 0.5), x)
    residual = x @ numpy.array([1.0, -1.0]) + 0.5
    assert isinstance(g, Model)
    numpy.testing.assert_allclose(g.weight, 2 * x.T @ residual)
    numpy.testing.assert_allclose(g.bias, 2 * residual.sum())
    g = np.grad(lambda p: p["a"][0] * p["a"][1].b)({"a": [2.0, Pair(1.0, 3.0)]})
    assert float(g["a"][0]) == 3.0
    assert float(g["a"][1].a) == 0.0
    assert float(g["a"][1].b) == 2.0


def test_argnums_and_aux() -> None:
    def f(x: Any, y: Any, *, k: float = 2.0) -> Any:
        return x * y * k, {"seen": x + y}

    g, aux = np.grad(f, argnums=1, has_aux=True)(2.0, 3.0, k=5.0)
    assert (float(g), float(aux["seen"])) == (10.0, 5.0)
    (value, aux), (gx, gy) = np.value_and_grad(f, (0, -1), has_aux=True)(2.0, 3.0)
    assert [float(v) for v in (value, gx, gy)] == [12.0, 6.0, 4.0]
    j, aux = np.jacobian(f, has_aux=True)(numpy.array([1.0, 2.0]), 3.0)
    assert j.tolist() == [[6.0, 0.0], [0.0, 6.0]]


def test_orders() -> None:
    third = np.grad(np.grad(np.grad(lambda x: x**4)))
    assert float(third(2.0)) == 48.0
    x = numpy.array([1.0, 2.0])
    assert np.hessian(lambda x: x[0] ** 2 * x[1])(x).tolist() == [[4.0, 2.0], [2.0, 0.0]]
    assert np.hessian(lambda x: x.sum())(x).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert np.jacobian(np.grad(lambda x: np.sum(x**3)))(x).tolist() == [[6.0, 0.0], [0.0, 12.0]]
    blocks = np.hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 3.0, "b": 2.0})
    assert float(blocks["a"]["a"]) == 4.0
    assert float(blocks["a"]["b"]) == float(blocks["b"]["a"]) == 6.0
    blocks = np.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(3.0, 2.0)
    assert [[float(v) for v in row] for row in blocks] == [[4.0, 6.0], [6.0, 0.0]]


def test_structures_of_outputs() -> None:
    j = np.jacobian(lambda p: {"u": p["a"] * 2, "v": (p["a"] * p["b"],)})({"a": 3.0, "b": 5.0})
    assert float(j["u"]["a"]) == 2.0
    assert float(j["u"]["b"]) == 0.0
    assert float(j["v"][0]["b"]) == 3.0
    y, pull = np.vjp(lambda x, y: (x * y, x), 2.0, 3.0)
    assert [float(v) for v in y] == [6.0, 2.0]
    assert [float(v) for v in pull((1.0, 10.0))] == [13.0, 2.0]


def test_elementwise_and_maps() -> None:
    x = numpy.linspace(0.1, 1.0, 5)
    numpy.testing.assert_allclose(np.elementwise_grad(np.tanh)(x), 1 - numpy.tanh(x) ** 2)
    A = numpy.arange(6.0).reshape(2, 3)
    assert np.vmap(lambda a, b: a @ b, (0, None))(A, numpy.ones(3)).tolist() == [3.0, 12.0]
    assert np.vmap(np.sum, in_axes=1)(A).tolist() == [3.0, 5.0, 7.0]
    per_example = np.vmap(np.grad(lambda x: np.sum(x**2)))(A)
    assert per_example.tolist() == (2 * A).tolist()
    assert np.vmap(lambda a: a * 2, out_axes=1)(A).tolist() == (2 * A.T).tolist()


def test_checkpoint() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        return np.sum(np.sin(x) ** 2)

    x = numpy.array([0.3, 0.7])
    numpy.testing.assert_allclose(np.grad(np.checkpoint(f))(x), numpy.sin(2 * x))
    assert len(calls) == 2


def test_single_precision() -> None:
    x = numpy.array([1.0, 2.0], numpy.float32)
    assert np.grad(lambda x: np.sum(np.sin(x) * 2.0))(x).dtype == numpy.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: np.grad(lambda x: x)(numpy.ones(2)), "array of shape \\(2,\\)"),
        (lambda: np.grad(lambda x: x * 1.0)(3), "int64"),
        (lambda: np.grad(lambda x: (x, x))(1.0), "has_aux"),
        (lambda: np.grad(lambda x: x, argnums=2)(1.0), "argnums"),
        (lambda: np.grad(3)(1.0), "takes a function"),
        (lambda: np.grad(lambda x: x > 0)(1.0), "bool"),
    ],
)
def test_errors_say_what_to_do(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_one_number_may_have_axes() -> None:
    def quadratic(x: Any) -> Any:
        row = x.reshape(1, -1)
        return row @ np.diag(np.array([1.0, 2.0])) @ row.T

    x = numpy.array([3.0, 5.0])
    value, gradient = np.value_and_grad(quadratic)(x)
    assert value.shape == (1, 1)
    assert gradient.tolist() == [6.0, 20.0]
    assert np.hessian(quadratic)(x).tolist() == [[2.0, 0.0], [0.0, 4.0]]
    assert np.hvp(quadratic, (x,), (numpy.array([1.0, 1.0]),))[0].tolist() == [2.0, 4.0]
    with pytest.raises(TypeError, match=r"shape \(2,\)"):
        np.grad(lambda x: x * 2.0)(x)


def test_axes_of_the_parts_of_an_argument() -> None:
    m, v = numpy.arange(6.0).reshape(2, 3), numpy.array([1.0, 2.0, 4.0])
    shared = np.vmap(lambda p: p["a"] * p["b"], in_axes=({"a": 0, "b": None},))({"a": m, "b": v})
    numpy.testing.assert_array_equal(shared._value, m * v)
    first, second = np.vmap(lambda r: (r * 2.0, r.sum()), in_axes=1, out_axes=(1, 0))(m)
    numpy.testing.assert_array_equal(first._value, 2.0 * m)
    numpy.testing.assert_array_equal(second._value, m.sum(0))
    both = np.vmap(lambda r: (r, v * 2.0), out_axes=(0, None))(m)
    numpy.testing.assert_array_equal(both[1]._value, v * 2.0)
    gradient = np.grad(
        lambda b: np.sum(np.vmap(lambda p: p[0] @ p[1], in_axes=([0, None],))([m, b]) ** 2)
    )(v)
    numpy.testing.assert_allclose(gradient._value, 2.0 * m.T @ (m @ v))


def test_axes_that_are_not_there() -> None:
    m = numpy.ones((2, 3))
    for axis in (2, -3):
        with pytest.raises(ValueError, match=rf"axis {axis}.*\(2, 3\).*2 axes"):
            np.vmap(lambda r: r, in_axes=axis)(m)
    with pytest.raises(ValueError, match=r"axis 1.*1 axes"):
        np.vmap(lambda r: r.sum(), out_axes=1)(m)
    with pytest.raises(ValueError, match=r"axis 0.*0 axes"):
        np.vmap(lambda r: r)(2.0)
    with pytest.raises(ValueError, match="structure"):
        np.vmap(lambda p: p[0], in_axes=([0, 0],))([m])


def test_results_that_are_no_real_numbers() -> None:
    for op in (np.grad, np.value_and_grad, np.hessian):
        with pytest.raises(TypeError, match=r"real-valued.*np\.real\(y\).*np\.conj"):
            op(lambda x: x.sum() * 1j)(numpy.ones(2))
        with pytest.raises(TypeError, match=r"None.*return statement"):
            op(lambda x: None)(numpy.ones(2))
    z = numpy.array(0.3 + 0.4j)
    slope = np.conj(np.grad(lambda z: np.real(np.sin(z)))(z))
    numpy.testing.assert_allclose(slope._value, numpy.cos(z))
