"""Norms of every order against NumPy, and their gradients where a norm has kinks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RNG = np.random.default_rng(31)
VECTORS = (0, 1, 2, 3, 0.5, 1.5, -1, -2, -0.5, np.inf, -np.inf)
MATRICES = (1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")


def gradient(f: Any, x: Any) -> np.ndarray:
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = f(source)
    found: np.ndarray = tape.gradient(y, source).numpy()
    return found


def slope(f: Any, x: np.ndarray, t: np.ndarray, h: float = 1e-6) -> float:
    return float(f(x + h * t) - f(x - h * t)) / (2 * h)


@pytest.mark.parametrize("order", VECTORS)
@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("kind", ["float64", "complex128"])
def test_vector_norms_are_numpys(order: Any, axis: Any, keepdims: bool, kind: str) -> None:
    x = RNG.standard_normal((3, 4)).astype(kind)
    if kind == "complex128":
        x += 1j * RNG.standard_normal((3, 4))
    x[0, 1] = 0.0
    found = tf.norm(x, order, axis, keepdims).numpy()
    flat = x if axis is not None else x.reshape(-1)
    with np.errstate(divide="ignore"):  # 0 to a negative power
        expected = np.linalg.norm(flat, order, 0 if axis is None else axis, keepdims)
    np.testing.assert_allclose(found, expected.reshape(found.shape), rtol=1e-13)


@pytest.mark.parametrize("order", MATRICES)
@pytest.mark.parametrize("axis", [(0, 1), (-1, 0), (2, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("kind", ["float64", "complex128"])
def test_matrix_norms_are_numpys(order: Any, axis: Any, keepdims: bool, kind: str) -> None:
    x = RNG.standard_normal((2, 3, 4)).astype(kind)
    if kind == "complex128":
        x += 1j * RNG.standard_normal((2, 3, 4))
    found = tf.norm(x, order, axis, keepdims).numpy()
    np.testing.assert_allclose(found, np.linalg.norm(x, order, axis, keepdims), rtol=1e-12)


@pytest.mark.parametrize("order", [o for o in VECTORS if o != 0])
def test_gradients_of_vector_norms(order: Any) -> None:
    x, t = RNG.standard_normal(5), RNG.standard_normal(5)
    found = gradient(lambda a: tf.norm(a, order), x) @ t
    assert found == pytest.approx(slope(lambda a: np.linalg.norm(a, order), x, t), rel=1e-6)


@pytest.mark.parametrize("order", MATRICES)
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
@pytest.mark.parametrize("turn", [1.0, np.exp(0.7j)])
def test_gradients_of_matrix_norms(order: Any, shape: Any, turn: Any) -> None:
    x, t = RNG.standard_normal(shape), RNG.standard_normal(shape)
    x, t = x * turn + 0.3 * t.T.reshape(shape) * (turn - turn.conjugate()), t * turn
    found = gradient(lambda a: tf.math.real(tf.norm(a, order, axis=(0, 1))), x)
    expected = slope(lambda a: np.linalg.norm(a, order), x, t)
    assert np.sum(np.real(found.conj() * t)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("order", [*VECTORS, "euclidean"])
def test_gradient_of_a_vector_norm_at_zero_is_zero(order: Any) -> None:
    found = gradient(lambda a: tf.norm(a, order), np.zeros(3))
    np.testing.assert_array_equal(found, np.zeros(3))


@pytest.mark.parametrize("order", MATRICES)
def test_gradient_of_a_matrix_norm_at_zero_is_zero(order: Any) -> None:
    found = gradient(lambda a: tf.norm(a, order, axis=(0, 1)), np.zeros((3, 2)))
    np.testing.assert_array_equal(found, np.zeros((3, 2)))


@pytest.mark.parametrize("order", [-2, 0.5, 1.5, 3])
def test_entries_that_are_zero_get_no_gradient_and_spoil_no_other(order: float) -> None:
    found = gradient(lambda a: tf.norm(a, order), np.array([3.0, 0.0, -4.0]))
    y = 0.0 if order < 0 else (3.0**order + 4.0**order) ** (1 / order)
    # |x_i / y| ** (p - 1): for negative orders the norm is 0, and so is every other derivative.
    expected = [(3 / y) ** (order - 1), 0, -((4 / y) ** (order - 1))] if y else [0.0, 0.0, 0.0]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("order", [0.5, 3, 10, -3])
@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_powers_do_not_overflow(order: float, scale: float) -> None:
    x = np.array([1.0, 2.0, -3.0])
    expected = scale * float(np.linalg.norm(x, order))
    assert tf.norm(x * scale, order).numpy() == pytest.approx(expected, rel=1e-13)
    found = gradient(lambda a: tf.norm(a, order), x * scale)
    expected_slope = np.sign(x) * (np.abs(x) / np.linalg.norm(x, order)) ** (order - 1)
    np.testing.assert_allclose(found, expected_slope, rtol=1e-12)


def test_nuclear_norm_of_a_matrix_that_is_not_of_full_rank() -> None:
    u, v = np.array([[3.0], [4.0]]) / 5.0, np.array([[1.0], [2.0], [2.0]]) / 3.0
    found = gradient(lambda a: tf.norm(a, "nuc"), 7.0 * u @ v.T)
    np.testing.assert_allclose(found, u @ v.T, atol=1e-14)


def test_spectral_norm_of_equal_singular_values_is_shared() -> None:
    found = gradient(lambda a: tf.norm(a, 2, axis=(0, 1)), 3.0 * np.eye(4))
    np.testing.assert_allclose(found, np.eye(4) / 4.0, atol=1e-14)


@pytest.mark.parametrize(("order", "axis"), [("nuc", 0), ("fro", 0), (3, (0, 1)), (np.nan, None)])
def test_orders_that_do_not_exist(order: Any, axis: Any) -> None:
    with pytest.raises(ValueError, match="must be a supported"):
        tf.norm(np.eye(3), order, axis)
