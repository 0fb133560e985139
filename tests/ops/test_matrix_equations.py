"""Functions of matrices, equations for matrices and products of them: against SciPy and NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import tapegrad as tf

RNG = np.random.default_rng(44)
KINDS = ("float64", "complex128")


def random(*shape: int, kind: str = "float64") -> np.ndarray:
    x: np.ndarray = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if kind.startswith("complex") else x


def gradients(f: Any, *arrays: np.ndarray) -> list[np.ndarray]:
    sources = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [g.numpy() for g in tape.gradient(y, sources)]


def second(f: Any, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The Hessian of a real function times `t`."""
    source, direction = tf.constant(x), tf.constant(t)
    with tf.GradientTape() as outer:
        outer.watch(source)
        with tf.GradientTape() as inner:
            inner.watch(source)
            y = f(source)
        g = inner.gradient(y, source)
        along = tf.reduce_sum(tf.math.real(tf.math.conj(g) * direction))
    found: np.ndarray = outer.gradient(along, source).numpy()
    return found


def central(f: Any, x: np.ndarray, t: np.ndarray, h: float = 1e-5) -> Any:
    return (f(x + h * t) - f(x - h * t)) / (2 * h)


def weighted(weights: np.ndarray) -> Any:
    """A real function of all entries."""
    return lambda y: tf.reduce_sum(tf.math.real(tf.constant(weights.conj()).numpy() * y))


class TestFunctions:
    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    def test_logm_inverts_expm(self, dtype: str) -> None:
        x = (0.3 * random(2, 3, 4, 4, kind=dtype)).astype(dtype)
        found = tf.linalg.logm(tf.linalg.expm(x))
        assert found.dtype == dtype
        np.testing.assert_allclose(found.numpy(), x, atol=100 * np.finfo(dtype).eps)

    @pytest.mark.parametrize("kind", KINDS)
    def test_trace_of_logm_is_the_logarithm_of_the_determinant(self, kind: str) -> None:
        x = random(4, 4, kind=kind) + 5.0 * np.eye(4)
        (found,) = gradients(lambda a: tf.math.real(tf.linalg.trace(tf.linalg.logm(a))), x)
        np.testing.assert_allclose(found, np.linalg.inv(x).conj().T, rtol=1e-11, atol=1e-13)

    @pytest.mark.parametrize("op", ["expm", "logm", "sqrtm"])
    def test_second_order_at_equal_eigenvalues(self, op: str) -> None:
        # Of the trace of f the second derivative at the identity along t is f''(1) t.
        f = getattr(tf.linalg, op)
        t = random(3, 3)
        slope = {"expm": np.e, "logm": -1.0, "sqrtm": -0.25}[op]
        found = second(lambda a: tf.linalg.trace(f(a)), np.eye(3), t)
        np.testing.assert_allclose(found, slope * t.T, rtol=1e-9, atol=1e-9)

    @pytest.mark.parametrize("op", ["expm", "logm", "sqrtm"])
    @pytest.mark.parametrize("scale", [1e-150, 1e-10, 1e10, 1e150])
    def test_the_size_of_cotangents_does_not_matter(self, op: str, scale: float) -> None:
        x, g = random(4, 4) + 4.0 * np.eye(4), random(4, 4)
        f = getattr(tf.linalg, op)
        (found,) = gradients(lambda a: tf.reduce_sum(f(a) * (scale * g)), x)
        (expected,) = gradients(lambda a: tf.reduce_sum(f(a) * g), x)
        np.testing.assert_allclose(found, scale * expected, rtol=1e-10, atol=1e-12 * scale)

    def test_defective_matrices_have_derivatives(self) -> None:
        x, t, h = np.array([[2.0, 1.0], [0.0, 2.0]]), random(2, 2), 1e-5
        for f, reference in (
            (tf.linalg.expm, scipy.linalg.expm),
            (tf.linalg.logm, scipy.linalg.logm),
            (tf.linalg.sqrtm, scipy.linalg.sqrtm),
        ):
            weights = random(2, 2)
            (found,) = gradients(lambda a, f=f, w=weights: tf.reduce_sum(f(a) * w), x)  # type: ignore[misc]
            expected = np.sum((reference(x + h * t) - reference(x - h * t)) * weights) / (2 * h)
            assert np.sum(found * t) == pytest.approx(expected, rel=1e-7)

    @pytest.mark.parametrize("x", [[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    def test_logm_refuses_singular_matrices(self, x: Any) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"at \[1\] fails.*condition"):
            tf.linalg.logm(np.array([np.eye(2), x]))

    @pytest.mark.parametrize("op", ["logm", "sqrtm"])
    def test_real_matrices_with_negative_eigenvalues_are_named(self, op: str) -> None:
        stack = np.array([np.eye(2), np.diag([2.0, -1.0])])
        f = getattr(tf.linalg, op)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"at \[1\] fails.*tf.complex64"):
            f(stack)
        assert np.isfinite(f(stack.astype(complex)).numpy()).all()

    def test_sqrtm_of_singular_matrices(self) -> None:
        np.testing.assert_allclose(
            tf.linalg.sqrtm(np.ones((2, 2))).numpy(), np.sqrt(0.5), rtol=1e-7
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match="no square root"):
            tf.linalg.sqrtm(np.array([[0.0, 1.0], [0.0, 0.0]]))


class TestEquations:
    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    def test_definitions(self, dtype: str) -> None:
        a = (random(2, 1, 3, 3, kind=dtype) + 5.0 * np.eye(3)).astype(dtype)
        b = (random(4, 2, 2, kind=dtype) + 5.0 * np.eye(2)).astype(dtype)
        q, p = random(3, 2, kind=dtype).astype(dtype), random(3, 3, kind=dtype).astype(dtype)
        tolerance = 200 * np.finfo(dtype).eps
        x = tf.linalg.solve_sylvester(a, b, q)
        assert x.dtype == dtype
        assert x.shape == (2, 4, 3, 2)
        np.testing.assert_allclose(
            a @ x.numpy() + x.numpy() @ b, np.broadcast_to(q, x.shape), atol=tolerance
        )
        y = tf.linalg.solve_continuous_lyapunov(a, p).numpy()
        np.testing.assert_allclose(
            a @ y + y @ a.mT.conj(), np.broadcast_to(p, y.shape), atol=tolerance
        )
        z = tf.linalg.solve_discrete_lyapunov(a / 20, p).numpy()
        np.testing.assert_allclose(a / 20 @ z @ a.mT.conj() / 20 - z + p, 0, atol=tolerance)

    @pytest.mark.parametrize("kind", KINDS)
    def test_gradient_of_the_continuous_equation(self, kind: str) -> None:
        a, q, t = (random(3, 3, kind=kind) for _ in range(3))
        a = a + 4.0 * np.eye(3)
        f = weighted(random(3, 3, kind=kind))
        found, _ = gradients(lambda x, y: f(tf.linalg.solve_continuous_lyapunov(x, y)), a, q)
        expected = central(lambda x: f(scipy.linalg.solve_continuous_lyapunov(x, q)).numpy(), a, t)
        assert np.sum(np.real(found.conj() * t)) == pytest.approx(expected, rel=1e-7)

    def test_equations_without_a_unique_solution(self) -> None:
        stack = np.array([np.eye(2), np.diag([1.0, -2.0])])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"no unique.*at \[1\]"):
            tf.linalg.solve_sylvester(stack, np.diag([2.0, 3.0]), np.ones((2, 2)))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"no unique.*at \[0\]"):
            tf.linalg.solve_discrete_lyapunov(stack, np.ones((2, 2)))
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match=r"Expected shape: \[..., 2, 3\]. Actual shape: \[3, 2",
        ):
            tf.linalg.solve_sylvester(np.eye(2), np.eye(3), np.ones((3, 2)))


class TestUnitaryFactors:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 3), (2, 3, 1)])
    @pytest.mark.parametrize("side", ["right", "left"])
    def test_polar_is_scipys(self, kind: str, shape: Any, side: Any) -> None:
        x = random(*shape, kind=kind)
        u, p = (part.numpy() for part in tf.linalg.polar(x, side))
        for i in np.ndindex(*shape[:-2]):
            expected_u, expected_p = scipy.linalg.polar(x[i], side)
            np.testing.assert_allclose(u[i], expected_u, atol=1e-13)
            np.testing.assert_allclose(p[i], expected_p, atol=1e-13)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)])
    @pytest.mark.parametrize("side", ["right", "left"])
    def test_gradients_of_polar(self, kind: str, shape: Any, side: Any) -> None:
        x, t = random(*shape, kind=kind), random(*shape, kind=kind)
        n = shape[1] if side == "right" else shape[0]
        f, g = weighted(random(*shape, kind=kind)), weighted(random(n, n, kind=kind))

        def both(a: Any) -> Any:
            u, p = tf.linalg.polar(a, side)
            return f(u) * 2.0 + g(p)

        (found,) = gradients(both, x)
        expected = central(lambda a: both(tf.constant(a)).numpy(), x, t)
        assert np.sum(np.real(found.conj() * t)) == pytest.approx(expected, rel=1e-6)

    def test_polar_of_orthogonal_matrices_to_second_order(self) -> None:
        # The factor P of x = 1 is the root of x^T x: its trace has a known second derivative.
        t = random(3, 3)
        found = second(lambda a: tf.linalg.trace(tf.linalg.polar(a).p), np.eye(3), t)
        np.testing.assert_allclose(found, (t - t.T) / 2, atol=1e-12)

    def test_gradient_of_polar_needs_full_rank(self) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"polar: .*not invertible"):
            gradients(lambda a: tf.linalg.polar(a).u, np.ones((3, 2)))

    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    @pytest.mark.parametrize("output", ["real", "complex"])
    def test_schur_definition(self, dtype: str, output: str) -> None:
        x = random(2, 4, 4, kind=dtype).astype(dtype)
        t, z = tf.linalg.schur(x, output)
        wanted = np.result_type(dtype, np.complex64) if output == "complex" else np.dtype(dtype)
        assert t.dtype == z.dtype == wanted
        t, z = t.numpy(), z.numpy()
        np.testing.assert_allclose(z @ t @ z.mT.conj(), x, atol=100 * np.finfo(dtype).eps)
        if np.dtype(wanted).kind == "c":
            np.testing.assert_array_equal(np.tril(t, -1), 0)

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_schur_determines_has_the_right_gradient(self, kind: str) -> None:
        x, t = random(4, 4, kind=kind), random(4, 4, kind=kind)
        weights = random(4, 4, kind="complex128")

        def f(a: Any) -> Any:
            # Projectors on the leading columns, and entries up to their phase.
            upper, z = tf.linalg.schur(a, "complex")
            space = tf.matmul(z[:, :2], z[:, :2], adjoint_b=True)
            size = tf.reduce_sum(tf.abs(upper) ** 3 * np.abs(weights))
            return size + tf.reduce_sum(tf.math.real(space * weights))

        (found,) = gradients(f, x)
        assert found.dtype == x.dtype
        expected = central(lambda a: f(tf.constant(a)).numpy(), x, t)
        assert np.sum(np.real(found.conj() * t)) == pytest.approx(expected, rel=1e-6)
        found = second(f, x, t)
        s = random(4, 4, kind=kind)
        expected = np.sum(np.real(central(lambda a: gradients(f, a)[0], x, s).conj() * t))
        assert np.sum(np.real(found.conj() * s)) == pytest.approx(expected, rel=1e-5)

    def test_schur_of_equal_eigenvalues(self) -> None:
        for x in (np.eye(3), np.diag([1.0, 1.0, 4.0]), np.eye(3) + np.eye(3, k=1)):
            (found,) = gradients(lambda a: tf.linalg.trace(tf.linalg.schur(a).t @ a), x)
            assert np.isfinite(found).all()
            (found,) = gradients(lambda a: tf.reduce_sum(tf.linalg.schur(a).t ** 2), x)
            np.testing.assert_allclose(found, 2.0 * x, atol=1e-12)  # the sum of its squares

    def test_blocks_of_real_factors_have_no_gradient(self) -> None:
        rotation = np.array([[0.0, -2.0], [1.0, 0.0]])
        with pytest.raises(tf.errors.InvalidArgumentError, match="output='complex'"):
            gradients(lambda a: tf.linalg.schur(a).t, rotation)

    def test_gradient_of_qr_needs_full_rank(self) -> None:
        x = np.array([[1.0, 2.0], [0.1, 0.2], [0.3, 0.6]])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"qr: .*linearly dependent"):
            gradients(lambda a: tf.linalg.qr(a).q, x)


class TestProducts:
    @pytest.mark.parametrize(
        "shapes", [((2, 3), (3, 2)), ((1, 1), (2, 2)), ((3,), (4,)), ((0, 2), (3, 1))]
    )
    def test_kron_is_numpys(self, shapes: Any) -> None:
        a, b = random(*shapes[0]), random(*shapes[1])
        np.testing.assert_array_equal(tf.linalg.kron(a, b).numpy(), np.kron(a, b))

    def test_kron_of_stacks(self) -> None:
        a, b = random(4, 1, 2, 3), random(5, 3, 2)
        found = tf.linalg.kron(a, b).numpy()
        for i, j in itertools.product(range(4), range(5)):
            np.testing.assert_array_equal(found[i, j], np.kron(a[i, 0], b[j]))

    def test_gradient_of_kron(self) -> None:
        # The trace of a product of Kronecker is the product of the traces.
        a, b = random(3, 3), random(2, 2)
        found = gradients(lambda x, y: tf.linalg.trace(tf.linalg.kron(x, y)), a, b)
        np.testing.assert_allclose(found[0], np.trace(b) * np.eye(3), atol=1e-14)
        np.testing.assert_allclose(found[1], np.trace(a) * np.eye(2), atol=1e-14)

    @pytest.mark.parametrize("count", [None, 0, 1, 2, 3, 6, 9])
    @pytest.mark.parametrize("increasing", [False, True])
    def test_vander_is_numpys(self, count: Any, increasing: bool) -> None:
        x = np.array([2.0, 0.0, -3.0])
        found = tf.linalg.vander(x, count, increasing).numpy()
        np.testing.assert_array_equal(found, np.vander(x, count, increasing))

    def test_derivatives_of_vander_at_zero(self) -> None:
        found = second(
            lambda x: tf.reduce_sum(tf.linalg.vander(x, 4) * [5.0, 7, 9, 11]),
            np.zeros(2),
            np.ones(2),
        )
        np.testing.assert_array_equal(found, [14.0, 14.0])

    @pytest.mark.parametrize("count", [2, 3, 4, 5])
    @pytest.mark.parametrize("ends", [(False, False), (True, False), (False, True), (True, True)])
    def test_multi_dot_is_numpys(self, count: int, ends: tuple[bool, bool]) -> None:
        sizes = [int(n) for n in RNG.integers(1, 9, count + 1)]
        arrays = [random(m, n) for m, n in itertools.pairwise(sizes)]
        if ends[0]:
            arrays[0] = arrays[0][0]
        if ends[1]:
            arrays[-1] = arrays[-1][..., 0]
        found = tf.linalg.multi_dot(arrays).numpy()
        np.testing.assert_allclose(found, np.linalg.multi_dot(arrays), rtol=1e-12, atol=1e-12)

    def test_multi_dot_multiplies_small_matrices_first(self) -> None:
        wide, tall, column = random(1, 500), random(500, 500), random(500, 1)
        with tf.GradientTape() as tape:
            x = tf.constant(tall)
            tape.watch(x)
            y = tf.linalg.multi_dot([x, x, column])
        expected = np.ones((500, 1)) @ (tall @ column).T + tall.T @ np.ones((500, 1)) @ column.T
        np.testing.assert_allclose(tape.gradient(y, x).numpy(), expected, rtol=1e-9, atol=1e-9)
        assert tf.linalg.multi_dot([wide, tall, column]).shape == (1, 1)

    @pytest.mark.parametrize("kind", KINDS)
    def test_householder_product_restores_q(self, kind: str) -> None:
        x = random(2, 5, 3, kind=kind)
        raw = [scipy.linalg.qr(a, mode="raw")[0] for a in x]
        packed, tau = np.array([r[0] for r in raw]), np.array([r[1] for r in raw])
        found = tf.linalg.householder_product(packed, tau).numpy()
        expected = np.array([scipy.linalg.qr(a, mode="economic")[0] for a in x])
        np.testing.assert_allclose(found, expected, atol=1e-14)
        t = random(2, 5, 3, kind=kind)
        f = weighted(random(2, 5, 3, kind=kind))
        slope, _ = gradients(lambda a, b: f(tf.linalg.householder_product(a, b)), packed, tau)
        difference = central(lambda a: f(tf.linalg.householder_product(a, tau)).numpy(), packed, t)
        assert np.sum(np.real(slope.conj() * t)) == pytest.approx(difference, rel=1e-7)

    def test_tensor_equations_are_numpys(self) -> None:
        a, b = random(2, 3, 6), random(2, 3)
        np.testing.assert_allclose(
            tf.linalg.tensorsolve(a, b).numpy(), np.linalg.tensorsolve(a, b), rtol=1e-10
        )
        turned = a.transpose(2, 0, 1)
        np.testing.assert_allclose(
            tf.linalg.tensorsolve(turned, b, axes=(0,)).numpy(),
            np.linalg.tensorsolve(turned, b, axes=(0,)),
            rtol=1e-10,
        )
        np.testing.assert_allclose(
            tf.linalg.tensorinv(a).numpy(), np.linalg.tensorinv(a), rtol=1e-10
        )
        (found,) = gradients(lambda x: tf.tensordot(tf.linalg.tensorinv(x), x, 2), a)
        np.testing.assert_allclose(found, np.zeros(a.shape), atol=1e-10)


class TestCondition:
    @pytest.mark.parametrize("order", [None, 2, -2, 1, -1, np.inf, -np.inf, "fro", "nuc"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_numpys(self, order: Any, kind: str) -> None:
        x, t = random(2, 3, 3, kind=kind), random(2, 3, 3, kind=kind)
        found = tf.linalg.cond(x, order)
        assert found.dtype == tf.float64
        np.testing.assert_allclose(found.numpy(), np.linalg.cond(x, order), rtol=1e-11)
        (slope,) = gradients(lambda a: tf.linalg.cond(a, order), x)
        expected = central(lambda a: np.linalg.cond(a, order).sum(), x, t, 1e-6)
        assert np.sum(np.real(slope.conj() * t)) == pytest.approx(expected, rel=1e-5)

    @pytest.mark.parametrize("order", [None, 2, 1, -1, np.inf, "fro", "nuc"])
    def test_singular_matrices(self, order: Any) -> None:
        stack = np.array([np.diag([4.0, 2.0]), np.diag([1.0, 0.0])])
        found = tf.linalg.cond(stack, order).numpy()
        regular = np.linalg.cond(stack[0], order)
        np.testing.assert_allclose(found, [regular, np.inf])
        (slope,) = gradients(lambda a: tf.linalg.cond(a, order), stack)
        assert np.isfinite(slope).all()
        np.testing.assert_array_equal(slope[1], np.zeros((2, 2)))

    def test_of_rectangles(self) -> None:
        x = random(4, 2)
        assert tf.linalg.cond(x).numpy() == pytest.approx(np.linalg.cond(x))
        with pytest.raises(tf.errors.InvalidArgumentError, match="must be square"):
            tf.linalg.cond(x, 1)
        with pytest.raises(ValueError, match="p must be one of"):
            tf.linalg.cond(x, 3)
        for wrong in (np.zeros((0, 0)), np.full((2, 2), np.nan)):
            with pytest.raises(tf.errors.InvalidArgumentError, match="cond"):
                tf.linalg.cond(wrong)
