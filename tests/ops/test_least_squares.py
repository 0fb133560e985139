"""Pseudo-inverses and least squares of any rank, ranks, powers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RNG = np.random.default_rng(8)


def gradients(f: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    sources = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [g.numpy() for g in tape.gradient(y, sources)]


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)])
def test_pinv_among_matrices_of_rank_two(shape: tuple[int, int]) -> None:
    m, n = shape
    left, right = RNG.standard_normal((m, 2)), RNG.standard_normal((2, n))
    weights = RNG.standard_normal((n, m))
    (found,) = gradients(lambda x: tf.reduce_sum(tf.linalg.pinv(x) * weights), left @ right)
    t, h = RNG.standard_normal((m, 2)), 1e-6

    def value(step: float) -> float:
        return float(np.sum(np.linalg.pinv((left + step * t) @ right, 1e-10) * weights))

    assert np.sum(found * (t @ right)) == pytest.approx((value(h) - value(-h)) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_lstsq_against_numpy(shape: tuple[int, int], weight: float) -> None:
    a, b = RNG.standard_normal(shape), RNG.standard_normal((shape[0], 2))
    expected = np.linalg.lstsq(a, b)[0]
    if weight:
        expected = np.linalg.solve(a.T @ a + weight * np.eye(shape[1]), a.T @ b)
    np.testing.assert_allclose(tf.linalg.lstsq(a, b, weight).numpy(), expected, rtol=1e-10)


def test_lstsq_of_dependent_columns_takes_the_smallest() -> None:
    a = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]])
    found = tf.linalg.lstsq(a, [[1.0], [2.0], [3.0]]).numpy()
    np.testing.assert_allclose(found, [[0.5], [0.5]], rtol=1e-12)
    # x = (sum of rows' products) / 2, whatever stands in the last row of b.
    (found,) = gradients(lambda b: tf.linalg.lstsq(a, b)[0, 0], np.array([[1.0], [2.0], [3.0]]))
    np.testing.assert_allclose(found, [[0.1], [0.2], [0.0]], atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["float64", "complex128"])
def test_gradient_of_lstsq_among_matrices_of_one_rank(shape: Any, rank: int, kind: str) -> None:
    m, n = shape

    def random(*size: int) -> np.ndarray:
        x: np.ndarray = RNG.standard_normal(size)
        return x + 1j * RNG.standard_normal(size) if kind == "complex128" else x

    left, right, b, weights = random(m, rank), random(rank, n), random(m, 2), random(n, 2)

    def f(a: Any, c: Any) -> Any:
        return tf.reduce_sum(tf.math.real(weights.conj() * tf.linalg.lstsq(a, c)))

    of_a, of_b = gradients(f, left @ right, b)
    # The solution of the smallest norm; along directions that keep the rank it moves smoothly.
    inverse = np.linalg.pinv(left @ right, 1e-10)
    np.testing.assert_allclose(of_b, inverse.conj().T @ weights, rtol=1e-9, atol=1e-9)
    for t, s in ((random(m, rank), 0.0 * right), (0.0 * left, random(rank, n))):
        h = 1e-6

        def value(step: float, t: Any = t, s: Any = s) -> float:
            a = (left + step * t) @ (right + step * s)
            return float(np.sum(np.real(weights.conj() * (np.linalg.pinv(a, 1e-10) @ b))))

        expected = (value(h) - value(-h)) / (2 * h)
        direction = t @ right + left @ s
        found = np.sum(np.real(of_a.conj() * direction))
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_lstsq_of_rows_that_contradict_nothing_has_no_residual_gradient() -> None:
    # With more unknowns than rows, what is fitted is fitted exactly, whatever the matrix.
    a, b = RNG.standard_normal((2, 3, 5)), RNG.standard_normal((2, 3, 1))
    of_a, of_b = gradients(lambda x, y: tf.matmul(x, tf.linalg.lstsq(x, y)), a, b)
    np.testing.assert_allclose(of_a, 0.0, atol=1e-12)
    np.testing.assert_allclose(of_b, 1.0, atol=1e-12)


def test_lstsq_refuses_a_negative_weight() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="l2_regularizer must be >= 0"):
        tf.linalg.lstsq(np.eye(2), np.ones((2, 1)), -1.0)


def test_matrix_rank_of_a_stack() -> None:
    stack = np.array([np.eye(2), np.ones((2, 2)), np.zeros((2, 2))])
    assert tf.linalg.matrix_rank(stack).numpy().tolist() == [2, 1, 0]
    limits = tf.constant([0.5, 3.0, 0.0], tf.float64)
    assert tf.linalg.matrix_rank(stack, limits).numpy().tolist() == [2, 0, 0]


@pytest.mark.parametrize("exponent", [-3, -1, 0, 1, 2, 5, 8])
def test_matrix_power(exponent: int) -> None:
    x = RNG.standard_normal((2, 3, 3)) + 3.0 * np.eye(3)
    found = tf.linalg.matrix_power(x, exponent).numpy()
    np.testing.assert_allclose(found, np.linalg.matrix_power(x, exponent), rtol=1e-10)


def test_gradient_of_matrix_power() -> None:
    x = RNG.standard_normal((3, 3))
    (found,) = gradients(lambda a: tf.linalg.trace(tf.linalg.matrix_power(a, 4)), x)
    np.testing.assert_allclose(found, 4.0 * np.linalg.matrix_power(x, 3).T, rtol=1e-10)


def test_matrix_power_takes_integers_alone() -> None:
    with pytest.raises(TypeError, match="n must be an integer"):
        tf.linalg.matrix_power(np.eye(2), 0.5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be square"):
        tf.linalg.matrix_power(np.ones((2, 3)), 2)
