"""Determinants: derivatives of every order, at any rank."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RNG = np.random.default_rng(12)


def mixed_derivative(f: Any, x: tf.Tensor, places: list[tuple[int, int]]) -> tf.Tensor:
    """The derivative with respect to the entries at `places`, one tape inside another."""
    if not places:
        y: tf.Tensor = f(x)
        return y
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = mixed_derivative(f, x, places[:-1])
    found: tf.Tensor = tape.gradient(y, x)[places[-1]]
    return found


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("x", [np.zeros((3, 3)), np.ones((3, 3)), np.eye(3), np.diag([1.0, 1, 0])])
def test_derivative_of_the_highest_order_is_the_sign_of_the_permutation(order: Any, x: Any) -> None:
    found = mixed_derivative(tf.linalg.det, tf.constant(x), list(enumerate(order)))
    expected = np.linalg.det(np.eye(3)[list(order)])
    assert found.numpy() == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("rank", [0, 1, 2, 3, 4, 5])
def test_third_order_at_any_rank(rank: int) -> None:
    x = RNG.standard_normal((5, rank)) @ RNG.standard_normal((rank, 5))
    places = [(0, 1), (2, 0), (3, 3)]
    found = mixed_derivative(tf.linalg.det, tf.constant(x), places).numpy()
    # What is left is the determinant of the other rows and columns, with a sign.
    rows, columns = [i for i, _ in places], [j for _, j in places]
    minor = np.delete(np.delete(x, rows, 0), columns, 1)
    order = np.eye(5)[[*rows, 1, 4]].T @ np.eye(5)[[*columns, 2, 4]]
    expected = round(np.linalg.det(order)) * np.linalg.det(minor)
    assert found == pytest.approx(expected, abs=1e-12)


def test_second_derivative_of_a_stack_by_jacobians() -> None:
    x = np.stack([np.zeros((2, 2)), np.eye(2), np.ones((2, 2))])
    source = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(source)
        with tf.GradientTape() as inner:
            inner.watch(source)
            y = tf.linalg.det(source)
        g = inner.gradient(y, source)
    hessian = outer.batch_jacobian(g, source).numpy()
    expected = np.zeros((2, 2, 2, 2))
    for i, j in itertools.product(range(2), range(2)):
        expected[i, j, 1 - i, 1 - j] = (-1) ** (i + j)
    np.testing.assert_allclose(hessian, np.broadcast_to(expected, (3, 2, 2, 2, 2)), atol=1e-15)


def test_large_matrices_do_not_lose_digits() -> None:
    x = RNG.standard_normal((30, 30))
    x[-1] = x[0]
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = tf.linalg.det(source)
    found = tape.gradient(y, source).numpy()
    # Of the rows that are equal, the minors are those of the others.
    minor = np.linalg.det(np.delete(x[:-1], 3, 1))
    assert found[-1, 3] == pytest.approx((-1) ** (29 + 3) * minor, rel=1e-10)
    np.testing.assert_allclose(found[1:-1], 0, atol=1e-10 * np.abs(found).max())


def test_slogdet_at_singular_matrices_has_a_value_and_no_gradient() -> None:
    x = tf.constant(np.array([np.eye(2), np.ones((2, 2))]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        sign, logarithm = tf.linalg.slogdet(x)
    assert sign.numpy().tolist() == [1.0, 0.0]
    assert logarithm.numpy().tolist() == [0.0, -np.inf]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not invertible.*at \[1\] fails"):
        tape.gradient(logarithm, x)
