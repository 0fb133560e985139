"""Spectra: functions that do not depend on the choice of bases, and degenerate matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

RNG = np.random.default_rng(5)


def complex_matrix(m: int, n: int) -> np.ndarray:
    a = RNG.standard_normal((m, n)) + 1j * RNG.standard_normal((m, n))
    return 0.4 * a + np.eye(m, n) * (1.0 + 2.0 * np.arange(n))


SQUARE, TALL, WIDE = complex_matrix(3, 3), complex_matrix(4, 2), complex_matrix(2, 4)
WEIGHTS = complex_matrix(4, 4)


def weighted(x: tf.Tensor) -> Any:
    """A real number that depends on all entries."""
    rows, columns = x.shape
    weights = WEIGHTS[:rows, :columns]
    weights = tf.constant(weights if x.dtype.is_complex else weights.real)
    return tf.reduce_sum(tf.math.real(tf.math.conj(weights) * x))


def gradient(f: Callable[[tf.Tensor], Any], x: np.ndarray) -> np.ndarray:
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = f(source)
    found: np.ndarray = tape.gradient(y, source).numpy()
    return found


def slope(f: Callable[[tf.Tensor], Any], x: np.ndarray, t: np.ndarray) -> float:
    """The derivative along `t` by central differences."""
    h = 1e-5
    return float((f(tf.constant(x + h * t)) - f(tf.constant(x - h * t))).numpy()) / (2 * h)


def projector(x: tf.Tensor) -> Any:
    _, v = tf.linalg.eigh(x)
    return weighted(tf.matmul(v[:, :1], v[:, :1], adjoint_b=True))


def outer_of_first(x: tf.Tensor) -> Any:
    _, u, v = tf.linalg.svd(x)
    return weighted(tf.matmul(u[:, :1], v[:, :1], adjoint_b=True))


def projector_on_the_rest(x: tf.Tensor) -> Any:
    _, u, _ = tf.linalg.svd(x, full_matrices=True)
    rest = u[:, x.shape[-1] :]
    return weighted(tf.matmul(rest, rest, adjoint_b=True))


def projector_on_the_rest_by_qr(x: tf.Tensor) -> Any:
    q, _ = tf.linalg.qr(x, full_matrices=True)
    rest = q[:, x.shape[-1] :]
    return weighted(tf.matmul(rest, rest, adjoint_b=True))


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (projector, SQUARE),
        (projector, SQUARE.real),
        (outer_of_first, SQUARE),
        (outer_of_first, TALL),
        (outer_of_first, WIDE),
        (outer_of_first, TALL.real),
        (projector_on_the_rest, TALL),
        (projector_on_the_rest, TALL.real),
        (projector_on_the_rest_by_qr, TALL),
        (projector_on_the_rest_by_qr, TALL.real),
    ],
)
def test_what_is_determined_has_the_right_gradient(f: Any, x: np.ndarray) -> None:
    t = RNG.standard_normal(x.shape).astype(x.dtype)
    if x.dtype.kind == "c":
        t += 1j * RNG.standard_normal(x.shape)
    found = float(np.sum(np.real(np.conj(gradient(f, x)) * t)))
    assert found == pytest.approx(slope(f, x, t), rel=1e-6)


def test_functions_of_equal_eigenvalues() -> None:
    rotation, _ = np.linalg.qr(RNG.standard_normal((3, 3)))
    x = rotation @ np.diag([1.0, 1.0, 4.0]) @ rotation.T
    # The sum of the squares of the eigenvalues is that of the entries.
    found = gradient(lambda a: tf.reduce_sum(tf.linalg.eigvalsh(a) ** 2), x)
    np.testing.assert_allclose(found, np.tril(4.0 * x, -1) + np.diag(2.0 * np.diag(x)), atol=1e-12)

    def projector_on_the_space(a: tf.Tensor) -> Any:
        v = tf.linalg.eigh(a)[1][:, :2]
        return weighted(tf.matmul(v, v, transpose_b=True))

    t = RNG.standard_normal((3, 3))
    found = np.sum(gradient(projector_on_the_space, x) * t)
    assert found == pytest.approx(slope(projector_on_the_space, x, t), rel=1e-5)


@pytest.mark.parametrize("f", [tf.linalg.eigh, tf.linalg.svd])
def test_gradients_at_the_identity_are_finite(f: Any) -> None:
    found = gradient(lambda a: sum(tf.reduce_sum(part) for part in f(a)), np.eye(3))
    assert np.isfinite(found).all()
    assert np.trace(found) == pytest.approx(3.0)


def test_singular_values_of_equal_size() -> None:
    # The sum of the squares of the singular values is that of the entries.
    x, _ = np.linalg.qr(RNG.standard_normal((4, 3)))
    found = gradient(lambda a: tf.reduce_sum(tf.linalg.svd(a, compute_uv=False) ** 2), x)
    np.testing.assert_allclose(found, 2.0 * x, atol=1e-12)


def test_zero_matrix_has_finite_gradients() -> None:
    found = gradient(lambda a: sum(map(tf.reduce_sum, tf.linalg.svd(a))), np.zeros((3, 2)))
    assert np.isfinite(found).all()


def test_eigenvalues_of_nan_are_refused() -> None:
    x = tf.constant([[1.0, 0.0], [np.nan, 1.0]])
    for f in (tf.linalg.eigh, tf.linalg.eigvalsh, tf.linalg.svd):
        with pytest.raises(tf.errors.InvalidArgumentError, match="holds NaN"):
            f(x)
