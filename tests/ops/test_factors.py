"""lu, eig and systems of few diagonals: against NumPy and SciPy, and where they are degenerate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import tapegrad as tf

RNG = np.random.default_rng(77)


def random(*shape: int, kind: str = "float64") -> np.ndarray:
    x: np.ndarray = RNG.standard_normal(shape)
    return x + 1j * RNG.standard_normal(shape) if kind.startswith("complex") else x


def gradient(f: Any, *arrays: np.ndarray) -> Any:
    sources = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    found = [g.numpy() for g in tape.gradient(y, sources)]
    return found[0] if len(found) == 1 else found


def slope(f: Any, x: np.ndarray, t: np.ndarray, h: float = 1e-5) -> float:
    return float((f(tf.constant(x + h * t)) - f(tf.constant(x - h * t))).numpy()) / (2 * h)


def along(g: np.ndarray, t: np.ndarray) -> float:
    return float(np.sum(np.real(g.conj() * t)))


class TestLu:
    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    def test_factors_restore_the_matrices(self, dtype: str) -> None:
        x = random(3, 2, 5, 5, kind=dtype).astype(dtype)
        packed, p = tf.linalg.lu(x)
        assert packed.dtype == dtype
        assert p.dtype == tf.int32
        eps = np.finfo(dtype).eps
        restored = tf.linalg.lu_reconstruct(packed, p).numpy()
        np.testing.assert_allclose(restored, x, atol=50 * eps)
        inverse = tf.linalg.lu_matrix_inverse(packed, p).numpy()
        np.testing.assert_allclose(
            inverse @ x, np.broadcast_to(np.eye(5), x.shape), atol=5000 * eps
        )

    def test_right_hand_sides_broadcast(self) -> None:
        x, b = random(4, 3, 3), random(3, 2)
        found = tf.linalg.lu_solve(*tf.linalg.lu(x), b).numpy()
        np.testing.assert_allclose(found, np.linalg.solve(x, np.broadcast_to(b, (4, 3, 2))))

    def test_gradient_of_a_solution_is_that_of_solve(self) -> None:
        x, b = random(2, 4, 4), random(2, 4, 3)
        by_lu = gradient(lambda a, c: tf.linalg.lu_solve(*tf.linalg.lu(a), c) ** 2, x, b)
        by_solve = gradient(lambda a, c: tf.linalg.solve(a, c) ** 2, x, b)
        for found, expected in zip(by_lu, by_solve, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)

    def test_restored_matrix_has_the_identity_as_its_derivative(self) -> None:
        x, t = random(4, 4, kind="complex128"), random(4, 4, kind="complex128")
        weighted = gradient(
            lambda a: tf.reduce_sum(tf.math.real(tf.linalg.lu_reconstruct(*tf.linalg.lu(a)) * t)), x
        )
        np.testing.assert_allclose(weighted, t.conj(), atol=1e-13)

    @pytest.mark.parametrize("perm", [[0, 0, 1], [0, 1, 3], [-1, 0, 1]])
    def test_perm_must_be_a_permutation(self, perm: list[int]) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match="each of 0 to 2 once"):
            tf.linalg.lu_reconstruct(np.eye(3), perm)

    def test_singular_matrix_is_named(self) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"matrix at \[1\] fails"):
            tf.linalg.lu(np.array([np.eye(2), np.ones((2, 2))]))


class TestEig:
    @pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
    def test_definition(self, dtype: str) -> None:
        x = random(2, 4, 4, kind=dtype).astype(dtype)
        e, v = (part.numpy() for part in tf.linalg.eig(x))
        np.testing.assert_allclose(x @ v, v * e[:, None, :], atol=100 * np.finfo(dtype).eps)
        assert e.dtype == np.result_type(dtype, np.complex64)
        assert tf.eig is tf.linalg.eig
        assert tf.eigvals is tf.linalg.eigvals

    @pytest.mark.parametrize("kind", ["float64", "complex128"])
    def test_powers_of_eigenvalues_are_traces(self, kind: str) -> None:
        x = random(3, 5, 5, kind=kind)
        found = gradient(lambda a: tf.reduce_sum(tf.math.real(tf.linalg.eigvals(a) ** 3)), x)
        expected = 3.0 * np.linalg.matrix_power(x, 2).mT.conj()
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
        assert found.dtype == x.dtype

    @pytest.mark.parametrize("kind", ["float64", "complex128"])
    def test_second_derivatives_of_powers(self, kind: str) -> None:
        x, t = random(4, 4, kind=kind), random(4, 4, kind=kind)
        source, direction = tf.constant(x), tf.constant(t)
        with tf.GradientTape() as outer:
            outer.watch(source)
            with tf.GradientTape() as inner:
                inner.watch(source)
                y = tf.reduce_sum(tf.math.real(tf.linalg.eigvals(source) ** 3))
            g = inner.gradient(y, source)
            y = tf.reduce_sum(tf.math.real(tf.math.conj(g) * direction))
        found = outer.gradient(y, source).numpy()
        np.testing.assert_allclose(found, 3.0 * (x @ t + t @ x).mT.conj(), rtol=1e-8, atol=1e-8)

    @pytest.mark.parametrize("kind", ["float64", "complex128"])
    def test_projectors_do_not_depend_on_length_and_phase(self, kind: str) -> None:
        x, t = random(4, 4, kind=kind), random(4, 4, kind=kind)
        weights = random(4, 4, kind="complex128")

        def f(a: Any) -> Any:
            e, v = tf.linalg.eig(a)
            first = np.argmax(np.abs(e.numpy()))
            part = v[:, first][:, None] * tf.linalg.inv(v)[first]
            return tf.reduce_sum(tf.math.real(part * weights))

        assert along(gradient(f, x), t) == pytest.approx(slope(f, x, t), rel=1e-6)

    def test_lengths_of_vectors_do_not_change(self) -> None:
        x = random(4, 4, kind="complex128")
        found = gradient(lambda a: tf.reduce_sum(tf.abs(tf.linalg.eig(a)[1]) ** 2), x)
        np.testing.assert_allclose(found, np.zeros((4, 4)), atol=1e-12)

    def test_equal_eigenvalues(self) -> None:
        basis = random(4, 4)
        x = basis @ np.diag([2.0, 2.0, 2.0, 5.0]) @ np.linalg.inv(basis)
        found = gradient(lambda a: tf.reduce_sum(tf.math.real(tf.linalg.eigvals(a) ** 2)), x)
        np.testing.assert_allclose(found, 2.0 * x.T, rtol=1e-9, atol=1e-9)
        weights, t = random(4, 4), random(4, 4)

        def projector(a: Any) -> Any:
            e, v = tf.linalg.eig(a)
            near = np.abs(e.numpy() - 2.0) < 1.0
            own = tf.gather(v, np.flatnonzero(near), axis=1)
            back = tf.gather(tf.linalg.inv(v), np.flatnonzero(near), axis=0)
            return tf.reduce_sum(tf.math.real(own @ back) * weights)

        assert along(gradient(projector, x), t) == pytest.approx(slope(projector, x, t), rel=1e-5)

    def test_gradients_at_the_identity(self) -> None:
        for dtype in ("float32", "complex128"):
            eye = np.eye(3, dtype=dtype)
            found = gradient(lambda a: tf.math.real(tf.linalg.eigvals(a)), eye)
            np.testing.assert_allclose(found, eye, atol=1e-6)
            assert np.isfinite(gradient(lambda a: tf.linalg.eig(a)[1], eye)).all()

    @pytest.mark.parametrize("size", [2, 3])
    def test_defective_matrices_are_named(self, size: int) -> None:
        stack = np.array([np.eye(size), np.eye(size) + np.eye(size, k=1)])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"defective .* at \[1\] fails"):
            gradient(tf.linalg.eigvals, stack)
        assert tf.linalg.eigvals(stack).shape == (2, size)


class TestBands:
    @pytest.mark.parametrize("kind", ["float64", "complex128"])
    @pytest.mark.parametrize("ends", [(1, 1), (2, 0), (0, 3), (3, 1), (0, 0)])
    def test_solve_banded_is_scipys(self, ends: tuple[int, int], kind: str) -> None:
        ab, b = random(sum(ends) + 1, 6, kind=kind), random(6, 2, kind=kind)
        ab[ends[1]] += 9.0
        found = tf.linalg.solve_banded(ends, ab, b).numpy()
        np.testing.assert_allclose(found, scipy.linalg.solve_banded(ends, ab, b), rtol=1e-12)
        found = tf.linalg.solve_banded(ends, ab, b[:, 0]).numpy()
        np.testing.assert_allclose(found, scipy.linalg.solve_banded(ends, ab, b[:, 0]), rtol=1e-12)

    def test_gradient_is_that_of_the_full_system(self) -> None:
        ab, b = random(2, 4, 5), random(2, 5, 3)
        ab[:, 1] += 9.0

        def dense(x: Any) -> Any:
            # Entry j of row r stands in column j, so that row i is j + r - 1.
            cells = [
                x[:, r, j, None, None] * np.eye(5)[:, j + r - 1, None] * np.eye(5)[j]
                for r in range(4)
                for j in range(5)
                if 0 <= j + r - 1 < 5
            ]
            return tf.add_n(cells)

        found = gradient(lambda x, c: tf.linalg.solve_banded((2, 1), x, c) ** 2, ab, b)
        expected = gradient(lambda x, c: tf.linalg.solve(dense(x), c) ** 2, ab, b)
        for f, e in zip(found, expected, strict=True):
            np.testing.assert_allclose(f, e, rtol=1e-10, atol=1e-12)

    def test_time_is_proportional_to_the_number_of_rows(self) -> None:
        # A full matrix of this size would not fit into memory.
        n = 200_000
        diagonals = np.ones((3, n)) * [[1.0], [4.0], [1.0]]
        found = gradient(tf.linalg.tridiagonal_solve, diagonals, np.ones(n))
        middle = [part[..., n // 2] for part in found]
        np.testing.assert_allclose(middle[0], -np.ones(3) / 36.0, rtol=1e-12)
        assert middle[1] == pytest.approx(1.0 / 6.0)

    def test_singular_matrices_are_named(self) -> None:
        stack = np.array([[[1.0, 1, 0], [4, 4, 4], [0, 1, 1]], [[1.0, 1, 0], [1, 1, 0], [0, 1, 0]]])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not invertible.*at \[1\] fails"):
            tf.linalg.tridiagonal_solve(stack, np.ones((2, 3)))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not invertible.*at \[0\] fails"):
            tf.linalg.banded_triangular_solve(stack[::-1, 1:], np.ones((3, 1)))
        # 1, 2, 1 and alternating signs: the sum of the rows vanishes, but for rounding.
        ab = np.array([[0.0, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.0]])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not invertible"):
            tf.linalg.solve_banded((1, 1), ab, np.ones(3))

    def test_shapes_are_named(self) -> None:
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match=r"Expected shape of ab: \[..., 3, n\]. Actual shape: \[2, 4\]",
        ):
            tf.linalg.solve_banded((1, 1), np.ones((2, 4)), np.ones(4))
        with pytest.raises(
            ValueError, match=r"Expected shape: \[..., 3, n\]. Actual shape: \[2, 4\]"
        ):
            tf.linalg.tridiagonal_solve(np.ones((2, 4)), np.ones(4))

    @pytest.mark.parametrize("kind", ["float64", "complex128"])
    def test_eigenvectors_of_three_diagonals(self, kind: str) -> None:
        alpha, beta = random(2, 4), random(2, 3, kind=kind)
        e, v = tf.linalg.eigh_tridiagonal(alpha.astype(kind), beta, eigvals_only=False)
        assert e.dtype == tf.float64
        for i in range(2):
            a = np.diag(alpha[i]) + np.diag(beta[i], 1) + np.diag(beta[i].conj(), -1)
            np.testing.assert_allclose(a @ v[i].numpy(), v[i].numpy() * e[i].numpy(), atol=1e-13)

    def test_gradient_of_the_eigenvalues_of_three_diagonals(self) -> None:
        alpha, beta = random(4), random(3)
        found = gradient(lambda a, b: tf.linalg.eigh_tridiagonal(a, b) ** 3, alpha, beta)
        a = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
        np.testing.assert_allclose(found[0], 3 * np.diag(a @ a), rtol=1e-11)
        np.testing.assert_allclose(found[1], 6 * np.diag(a @ a, 1), rtol=1e-11)
