"""Matrices that an operation is not defined for: named by their place and their condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

COUNTING = np.arange(1.0, 10.0).reshape(3, 3)
DEPENDENT = np.array([[2.0, 3.0, 4.0], [1.0, 1.0, 2.0], [0.7, 0.9, 1.4]])
RNG = np.random.default_rng(9)


def low_rank(n: int) -> np.ndarray:
    x: np.ndarray = RNG.standard_normal((n, n - 1)) @ RNG.standard_normal((n - 1, n))
    return x


SINGULAR = {
    "zeros": np.zeros((3, 3)),
    "counting": COUNTING,
    "dependent": DEPENDENT,
    "rank_four": low_rank(5),
    "rank_forty": low_rank(41),
}
CALLS = {
    "inv": tf.linalg.inv,
    "solve": lambda x: tf.linalg.solve(x, np.ones((*x.shape[:-1], 1), x.dtype)),
    "solve_consistent": lambda x: tf.linalg.solve(x, x @ np.ones((x.shape[-1], 1), x.dtype)),
    "solve_adjoint": lambda x: tf.linalg.solve(x, np.ones_like(x), adjoint=True),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("x", SINGULAR.values(), ids=SINGULAR)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_singular_matrices_are_refused(call: Any, x: np.ndarray, dtype: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not invertible.*condition number"):
        call(x.astype(dtype))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_place_in_the_stack_is_named(call: Any) -> None:
    stack = np.tile(np.eye(3), (2, 3, 1, 1))
    stack[0, 1] = np.diag([1.0, 1e-7, 1.0])  # in a worse condition than the others, but regular
    stack[1, 2] = COUNTING
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"matrix at \[1, 2\] fails"):
        call(stack)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_scale_of_rows_and_columns_does_not_matter(call: Any) -> None:
    x = np.diag([1e-30, 1.0, 1e30]) @ (COUNTING + 9.0 * np.eye(3)) @ np.diag([1e20, 1.0, 1e-20])
    assert np.isfinite(call(x).numpy()).all()


def test_solve_with_a_badly_conditioned_matrix_is_as_good_as_it_can_be() -> None:
    hilbert = 1.0 / (np.arange(9)[:, None] + np.arange(9) + 1.0)
    x = tf.linalg.solve(hilbert, hilbert @ np.ones((9, 1))).numpy()
    np.testing.assert_allclose(x, 1.0, rtol=1e-3)


def test_cholesky_names_the_first_matrix_that_is_not_definite() -> None:
    stack = np.array([np.diag([1.0, 1e12]), np.eye(2), np.diag([1.0, -3.0]), np.diag([1.0, -9.0])])
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"not positive definite .*matrix at \[2\] fails.*smallest eigenvalue is -3",
    ):
        tf.linalg.cholesky(stack)


def test_cholesky_of_nan_is_refused() -> None:
    stack = np.array([np.eye(3)] * 3)
    stack[1, 1, 0] = np.nan
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"matrix at \[1\] fails, it holds NaN"
    ):
        tf.linalg.cholesky(stack)


@pytest.mark.parametrize("count", [2, 9])
def test_triangular_solve_names_the_zero_on_the_diagonal(count: int) -> None:
    stack = np.array([np.diag([1.0, 1e12])] * count)
    stack[1] = np.diag([0.0, 1.0])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"not invertible.*matrix at \[1\] fails"
    ):
        tf.linalg.triangular_solve(stack, np.ones((count, 2, 1)))


@pytest.mark.parametrize("op", ["inv", "det", "slogdet", "logdet", "cholesky", "eigh", "expm"])
def test_shapes_are_named(op: str) -> None:
    call = getattr(tf.linalg, op)
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"Expected shape: \[..., n, n\]. Actual shape: \[2, 3\]",
    ):
        call(np.ones((2, 3)))
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"Expected shape: \[..., [mn], n\]. Actual shape: \[3\]",
    ):
        call(np.ones(3))


def test_shapes_of_right_hand_sides_are_named() -> None:
    for call in (tf.linalg.solve, tf.linalg.lstsq, tf.linalg.triangular_solve):
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match=r"Expected shape of rhs: \[..., 2, k\]. Actual shape: \[3, 1\]",
        ):
            call(np.eye(2), np.ones((3, 1)))
