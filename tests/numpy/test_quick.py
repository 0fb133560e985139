"""The short way of operators: what NumPy gives, and the same records as the long way."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
from tapegrad.numpy import universal

OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)
OPERANDS: dict[str, Any] = {
    "float": 2.0,
    "int": 3,
    "true": True,
    "float32": numpy.float32(1.5),
    "float64": numpy.float64(1.5),
    "array": numpy.array([0.5, 2.0, 3.0]),
    "single": numpy.array([0.5, 2.0, 3.0], numpy.float32),
    "integers": numpy.array([1, 2, 3]),
    "list": [1.0, 2.0, 3.0],
    "column": numpy.array([[1.0], [2.0]]),
    "complex": 1.0 + 2.0j,
}
ARRAYS = {
    "vector": numpy.array([1.5, 0.5, 2.0]),
    "single": numpy.array([1.5, 0.5, 2.0], numpy.float32),
    "number": numpy.array(1.5),
    "reversed": numpy.array([2.0, 0.5, 1.5])[::-1],
}


@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize("other", OPERANDS)
def test_values_and_types_are_those_of_numpy(array: str, other: str) -> None:
    ours, theirs, beside = np.array(ARRAYS[array]), ARRAYS[array], OPERANDS[other]
    for operation in OPERATORS:
        for swapped in (False, True):
            pair, expected = (ours, beside), (theirs, beside)
            if swapped:
                pair, expected = (beside, ours), (beside, theirs)
            found, wanted = operation(*pair), operation(*expected)
            assert found.dtype == wanted.dtype
            assert found.shape == wanted.shape
            numpy.testing.assert_allclose(numpy.asarray(found), wanted, rtol=1e-6)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power"])
@pytest.mark.parametrize("other", ["float", "int", "float64", "array", "column"])
def test_gradients_are_those_of_the_long_way(name: str, other: str) -> None:
    function, beside = getattr(universal, name), OPERANDS[other]
    assert function.quick is not None
    for pair in ((np.array([1.5, 0.5, 2.0]), beside), (beside, np.array([1.5, 0.5, 2.0]))):
        x = pair[0] if isinstance(pair[0], np.ndarray) else pair[1]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            short = np.sum(function(*pair))
            long = np.sum(function.call(pair, {}, np.asarray))
        assert tape.gradient(short, x).tolist() == pytest.approx(
            tape.gradient(long, x).tolist(), rel=1e-14
        )


@pytest.mark.parametrize("two", [2, 2.0])
def test_a_square_is_a_product(two: Any) -> None:
    at = np.array([-1.5, 0.0, 2.0])
    assert np.grad(lambda x: np.sum(x**two))(at).tolist() == [-3.0, 0.0, 4.0]
    assert np.grad(lambda x: np.sum(np.power(x, two)))(at).tolist() == [-3.0, 0.0, 4.0]
    assert np.hessian(lambda x: np.sum(x**two))(at).tolist() == numpy.diag([2.0] * 3).tolist()
    value, slope = np.jvp(lambda x: x**two, (at,), (np.array([1.0, 1.0, 0.5]),))
    assert value.tolist() == [2.25, 0.0, 4.0]
    assert slope.tolist() == [-3.0, 0.0, 2.0]
    with tf.GradientTape() as tape:
        tape.watch(at)
        np.sum(at**two)
    assert "square" in {record[0].name for record in tape.records}


def test_a_square_holds_back_infinity_where_it_does_not_count() -> None:
    x = np.array([numpy.inf, 2.0])
    found = np.grad(lambda x: np.sum(np.where(x > 1e3, 0.0, x**2)))(x)
    assert found.tolist() == [0.0, 4.0]


def test_a_power_with_a_modulus_is_refused() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        pow(np.array([1.0]), 2, 3)


def test_an_array_of_numpy_may_change_afterwards() -> None:
    x, weights = np.array([1.0, 2.0]), numpy.array([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x * weights)
        weights[:] = 0.0
    assert tape.gradient(y, x).tolist() == [3.0, 4.0]
