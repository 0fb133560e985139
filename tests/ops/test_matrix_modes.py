"""Operations on matrices that are made of others: every mode of differentiation, every dtype.

Primitives have their rows in the sample tables; these are the public functions on top of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

linalg = tf.linalg
RNG = np.random.default_rng(101)


def random(*shape: int) -> np.ndarray:
    x: np.ndarray = RNG.standard_normal(shape)
    return x


def heavy(main: int, *shape: int) -> np.ndarray:
    """Diagonals of which the one at place `main` is the largest."""
    bands = random(*shape)
    bands[..., main, :] += 8.0
    return bands


def regular(*shape: int) -> np.ndarray:
    x: np.ndarray = random(*shape) + 4.0 * np.eye(shape[-1])
    return x


CALLS: dict[str, tuple[Callable[..., Any], list[np.ndarray]]] = {
    "kron": (linalg.kron, [random(2, 2, 2), random(2, 2)]),
    "vander": (lambda x: linalg.vander(x, 4), [random(3)]),
    "multi_dot": (
        lambda a, b, c: linalg.multi_dot([a, b, c]),
        [random(2, 3), random(3, 4), random(4)],
    ),
    "householder_product": (linalg.householder_product, [random(2, 4, 2), random(2, 2)]),
    "tensorsolve": (linalg.tensorsolve, [random(2, 3, 6), random(2, 3)]),
    "tensorinv": (lambda a: linalg.tensorinv(a, 1), [random(4, 2, 2)]),
    "cond": (linalg.cond, [random(2, 3, 3)]),
    "cond_1": (lambda a: linalg.cond(a, 1), [random(2, 3, 3)]),
    "nuclear": (lambda a: linalg.norm(a, "nuc", axis=(-2, -1)), [random(2, 3, 3)]),
    "least": (lambda a: linalg.norm(a, -2, axis=(-2, -1)), [random(2, 3, 3)]),
    "lu_solve": (
        lambda a, b: linalg.lu_solve(*linalg.lu(a), b),
        [random(2, 3, 3), random(2, 3, 2)],
    ),
    "lu_reconstruct": (
        lambda a: linalg.lu_reconstruct(linalg.lu(a)[0], linalg.lu(a)[1]),
        [random(2, 3, 3)],
    ),
    "tridiagonal_solve": (linalg.tridiagonal_solve, [heavy(1, 2, 3, 4), random(2, 4)]),
    "tridiagonal_matmul": (linalg.tridiagonal_matmul, [random(3, 4), random(4, 2)]),
    "solve_banded": (
        lambda ab, b: linalg.solve_banded((2, 1), ab, b),
        [heavy(1, 2, 4, 5), random(1, 5, 2)],
    ),
    "banded_triangular_solve": (
        lambda a, b: linalg.banded_triangular_solve(a, b, adjoint=True),
        [heavy(0, 2, 4), random(3, 4, 1)],
    ),
    "eigh_tridiagonal": (
        lambda a, b: linalg.eigh_tridiagonal(a, b) ** 3,
        [random(2, 4), random(2, 3)],
    ),
    "polar_left": (lambda a: linalg.polar(a, "left").p, [random(3, 2)]),
    "polar_wide": (lambda a: linalg.polar(a).u, [random(2, 3)]),
    "schur": (lambda a: tf.abs(linalg.schur(a, "complex").t), [random(3, 3)]),
    "eigvals": (lambda a: tf.math.real(linalg.eigvals(a) ** 2), [random(3, 3)]),
    "solve_sylvester": (linalg.solve_sylvester, [regular(2, 2), regular(3, 3), random(2, 3)]),
    "lyapunov": (linalg.solve_continuous_lyapunov, [regular(2, 2), random(2, 2)]),
    "stein": (linalg.solve_discrete_lyapunov, [0.3 * random(2, 2), random(2, 2)]),
    "lstsq_over": (linalg.lstsq, [random(2, 5, 3), random(2, 5, 2)]),
    "lstsq_under": (linalg.lstsq, [random(2, 3, 5), random(2, 3, 2)]),
    "lstsq_ridge": (lambda a, b: linalg.lstsq(a, b, 0.3), [random(3, 5), random(3, 2)]),
    "logdet": (lambda a: linalg.logdet(tf.matmul(a, a, transpose_b=True)), [regular(2, 3, 3)]),
    "matrix_power": (lambda a: linalg.matrix_power(a, -3), [regular(2, 2)]),
}
each = pytest.mark.parametrize("name", CALLS)


def constants(arrays: list[np.ndarray], dtype: str = "float64") -> list[tf.Tensor]:
    return [tf.constant(a.astype(dtype)) for a in arrays]


def moved(arrays: list[np.ndarray], place: int, step: np.ndarray) -> list[tf.Tensor]:
    return constants([a + step if i == place else a for i, a in enumerate(arrays)])


@each
def test_jacobians_and_tangents_equal_differences(name: str) -> None:
    f, arrays = CALLS[name]
    xs, h = constants(arrays), 1e-6
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(xs)
        y = f(*xs)
    for place, x in enumerate(xs):
        together = tape.jacobian(y, x).numpy()
        alone = tape.jacobian(y, x, experimental_use_pfor=False).numpy()
        np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-12)
        t = random(*x.shape)
        ahead, behind = (f(*moved(arrays, place, s * h * t)).numpy() for s in (1, -1))
        pulled = np.tensordot(together, t, t.ndim)
        np.testing.assert_allclose(pulled, (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-6)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(t)) as acc:
            z = f(*xs)
        np.testing.assert_allclose(acc.jvp(z).numpy(), pulled, rtol=1e-10, atol=1e-10)


@each
def test_second_order_equals_differences(name: str) -> None:
    f, arrays = CALLS[name]
    x, *others = constants(arrays)
    t, h = random(*x.shape), 1e-6
    weights = random(*f(x, *others).shape)

    def gradient(source: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(source)
            y = tf.reduce_sum(f(source, *others) * weights)
        g: tf.Tensor = tape.gradient(y, source)
        return g

    with tf.GradientTape() as outer:
        outer.watch(x)
        g = gradient(x)
    hessian = outer.jacobian(g, x, unconnected_gradients="zero").numpy()
    ahead, behind = (gradient(moved(arrays, 0, s * h * t)[0]).numpy() for s in (1, -1))
    found = np.tensordot(hessian, t, t.ndim)
    np.testing.assert_allclose(found, (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-5)


@each
def test_single_precision_stays_single(name: str) -> None:
    f, arrays = CALLS[name]
    found = {}
    for dtype in ("float32", "float64"):
        xs = constants(arrays, dtype)
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(*xs)
        found[dtype] = tape.gradient(y, xs)
        assert y.dtype == dtype
    for single, double in zip(found["float32"], found["float64"], strict=True):
        assert single.dtype == tf.float32
        size = np.abs(double.numpy()).max()
        np.testing.assert_allclose(single.numpy(), double.numpy(), atol=2e-3 * size)
