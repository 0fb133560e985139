"""Equal eigenvalues and singular values, and complex decompositions to second order.

Only functions that do not depend on the choice of vectors have derivatives there. Each is compared
with a formula that needs no spectrum, or with differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import tapegrad as tf

RNG = np.random.default_rng(2024)
KINDS = ("float64", "complex128")


def random(*shape: int, kind: str = "float64") -> np.ndarray:
    x: np.ndarray = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if kind.startswith("complex") else x


def unitary(n: int, kind: str) -> np.ndarray:
    q: np.ndarray = np.linalg.qr(random(n, n, kind=kind))[0]
    return q


def hermitian(a: np.ndarray) -> np.ndarray:
    return (a + a.mT.conj()) / 2


def gradient(f: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = f(source)
    found: np.ndarray = tape.gradient(y, source).numpy()
    return found


def hessian_along(f: Callable[[Any], Any], x: np.ndarray, t: np.ndarray) -> np.ndarray:
    source = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(source)
        with tf.GradientTape() as inner:
            inner.watch(source)
            y = f(source)
        g = inner.gradient(y, source)
        along = tf.reduce_sum(tf.math.real(tf.math.conj(g) * t))
    found: np.ndarray = outer.gradient(along, source).numpy()
    return found


def forward_over_reverse(f: Callable[[Any], Any], x: np.ndarray, t: np.ndarray) -> np.ndarray:
    source = tf.constant(x)
    with tf.autodiff.ForwardAccumulator(source, tf.constant(t)) as acc:
        with tf.GradientTape() as tape:
            tape.watch(source)
            y = f(source)
        g = tape.gradient(y, source)
    found: np.ndarray = acc.jvp(g).numpy()
    return found


def inner(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sum(np.real(a.conj() * b)))


def difference(f: Callable[[Any], Any], x: np.ndarray, t: np.ndarray, h: float = 1e-5) -> Any:
    return (f(x + h * t) - f(x - h * t)) / (2 * h)


#: Eigenvalues with multiplicities.
SPECTRA = {
    "identity": [2.0, 2.0, 2.0, 2.0],
    "pair": [1.0, 1.0, 3.0, 6.0],
    "two_pairs": [1.0, 1.0, 4.0, 4.0],
    "triple": [-1.0, 2.0, 2.0, 2.0],
    "simple": [1.0, 2.0, 4.0, 8.0],
}
each_spectrum = pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA)
each_kind = pytest.mark.parametrize("kind", KINDS)

#: Functions of one number, with their derivative.
FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "sum": (lambda e: e, np.ones_like),
    "square": (lambda e: e**2, lambda e: 2.0 * e),
    "exp": (tf.exp, np.exp),
    "sin": (tf.sin, np.cos),
}


@each_spectrum
@each_kind
@pytest.mark.parametrize("name", FUNCTIONS)
def test_traces_of_functions(spectrum: list[float], kind: str, name: str) -> None:
    """The gradient of trace f(A) is f'(A)."""
    f, slope = FUNCTIONS[name]
    v = unitary(4, kind)
    x = (v * spectrum) @ v.conj().T
    expected = (v * slope(np.array(spectrum))) @ v.conj().T
    for decompose in (tf.linalg.eigvalsh, lambda a: tf.linalg.eigh(a)[0]):
        found = gradient(lambda a, d=decompose: tf.reduce_sum(f(tf.math.real(d(a)))), x)  # type: ignore[misc]
        # The gradient is that of the lower triangle, which stands for the upper one as well.
        np.testing.assert_allclose(hermitian(found), expected, atol=1e-12)


@each_spectrum
@each_kind
def test_projectors_on_spaces_of_equal_eigenvalues(spectrum: list[float], kind: str) -> None:
    v = unitary(4, kind)
    x = (v * spectrum) @ v.conj().T
    weights, t = random(4, 4, kind=kind), hermitian(random(4, 4, kind=kind))

    def projector(a: Any) -> Any:
        e, w = tf.linalg.eigh(a)
        chosen = (np.abs(np.array(e) - spectrum[-1]) < 0.5).astype(e.dtype.as_numpy_dtype)
        part = tf.matmul(w * chosen, w, adjoint_b=True)
        return tf.reduce_sum(tf.math.real(weights.conj() * part))

    expected = difference(lambda a: projector(tf.constant(a)).numpy(), x, t)
    assert inner(gradient(projector, x), t) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@each_spectrum
@each_kind
@pytest.mark.parametrize("shape", [(4, 4), (6, 4), (4, 5)])
def test_sums_of_functions_of_singular_values(spectrum: Any, kind: str, shape: Any) -> None:
    """The gradient of the sum of f(s) is U f'(s) V^H; of the sum, the unitary factor."""
    s = np.abs(spectrum)
    u, v = unitary(shape[0], kind)[:, :4], unitary(shape[1], kind)[:, :4]
    x = (u * s) @ v.conj().T
    for f, slope in FUNCTIONS.values():
        expected = (u * slope(s)) @ v.conj().T
        found = gradient(lambda a, f=f: tf.reduce_sum(f(tf.linalg.svd(a, compute_uv=False))), x)  # type: ignore[misc]
        np.testing.assert_allclose(found, expected, atol=1e-12)
        found = gradient(lambda a, f=f: tf.reduce_sum(f(tf.linalg.svd(a)[0])), x)  # type: ignore[misc]
        np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(gradient(lambda a: tf.norm(a, "nuc"), x), u @ v.conj().T, atol=1e-12)


@each_spectrum
@each_kind
def test_unitary_factor_through_svd_of_equal_singular_values(spectrum: Any, kind: str) -> None:
    u, v = unitary(5, kind)[:, :4], unitary(4, kind)
    x = (u * np.abs(spectrum)) @ v.conj().T
    weights, t = random(5, 4, kind=kind), random(5, 4, kind=kind)

    def f(a: Any) -> Any:
        _, left, right = tf.linalg.svd(a)
        return tf.reduce_sum(tf.math.real(weights.conj() * tf.matmul(left, right, adjoint_b=True)))

    def reference(a: Any) -> Any:
        return np.sum(np.real(weights.conj() * scipy.linalg.polar(a)[0]))

    expected = difference(reference, x, t)
    assert inner(gradient(f, x), t) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@each_kind
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
def test_svd_to_second_order(kind: str, shape: Any) -> None:
    x, t, s = (random(*shape, kind=kind) for _ in range(3))
    weights = random(*shape, kind=kind)

    def f(a: Any) -> Any:
        values, u, v = tf.linalg.svd(a)
        values = tf.cast(values, a.dtype)
        first = tf.matmul(u[:, :2] * values[:2] ** 2, v[:, :2], adjoint_b=True)
        return tf.reduce_sum(tf.math.real(weights.conj() * first))

    expected = difference(lambda a: f(tf.constant(a)).numpy(), x, t)
    assert inner(gradient(f, x), t) == pytest.approx(expected, rel=1e-6)
    expected = inner(difference(lambda a: gradient(f, a), x, s), t)
    assert inner(hessian_along(f, x, t), s) == pytest.approx(expected, rel=1e-5)
    assert inner(forward_over_reverse(f, x, s), t) == pytest.approx(expected, rel=1e-5)


@each_kind
def test_eigh_to_second_order(kind: str) -> None:
    x, t, s = (hermitian(random(4, 4, kind=kind)) for _ in range(3))
    weights = random(4, 4, kind=kind)

    def f(a: Any) -> Any:
        e, v = tf.linalg.eigh(a)
        part = tf.matmul(v[:, :2] * e[:2] ** 2, v[:, :2], adjoint_b=True)
        return tf.reduce_sum(tf.math.real(weights.conj() * part))

    expected = inner(difference(lambda a: gradient(f, a), x, s), t)
    assert inner(hessian_along(f, x, t), s) == pytest.approx(expected, rel=1e-5)
    assert inner(forward_over_reverse(f, x, s), t) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_stacks_of_degenerate_matrices_stay_finite(dtype: str) -> None:
    stack = np.array([np.eye(3), np.zeros((3, 3)), np.diag([1.0, 1.0, 2.0])], dtype)
    for decompose in (tf.linalg.eigh, tf.linalg.svd, tf.linalg.eig, tf.linalg.schur):
        source = tf.constant(stack)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(source)
            parts = decompose(source)
        for part in parts:
            found = tape.gradient(part, source)
            assert found.dtype == dtype
            assert np.isfinite(found.numpy()).all()
