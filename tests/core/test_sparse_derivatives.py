"""Sparse Jacobians and Hessians: patterns from the record, colourings, compressed products."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import sparse

import tapegrad as tf
from tapegrad.core.coloring import color_columns, color_star, symmetric_places

RNG = np.random.default_rng(5)


class Vector(NamedTuple):
    """A function of a vector, and what is to be found about its Jacobian."""

    name: str
    f: Callable[[Any], Any]
    size: int
    nnz: int | None  # what is stored, None if that is not determined
    products: int | None


@tf.custom_gradient
def doubled(x: Any) -> Any:
    return 2.0 * x, lambda dy: 2.0 * dy


@tf.function
def compiled_chain(x: Any) -> Any:
    return tf.sin(x[1:]) * x[:-1]


VECTORS = [
    Vector("entrywise", lambda x: tf.exp(x) * x, 9, 9, 1),
    Vector("identity", lambda x: x, 5, 5, 1),
    Vector("differences", lambda x: (x[1:] - x[:-1]) ** 2, 12, 22, 2),
    Vector("second_differences", lambda x: x[2:] - 2 * x[1:-1] * x[:-2], 14, 36, 3),
    Vector("strided", lambda x: x[::2] * x[1::2], 10, 10, 1),
    Vector("reversed", lambda x: x[::-1] * x, 8, 16, 2),
    Vector("rolled", lambda x: x * tf.roll(x, 1, 0), 12, 24, 2),
    Vector("padded", lambda x: tf.pad(x, [[1, 1]]) * 2.0, 6, 6, 1),
    Vector("joined", lambda x: tf.concat([x, x[:3] * x[3:6]], 0), 6, 12, 2),
    Vector("stacked", lambda x: tf.stack([x[0] * x[1], x[3], x[1]]), 4, 4, 2),
    Vector("taken_apart", lambda x: tf.unstack(x)[2] * tf.split(x, 2)[1], 6, 6, 2),
    Vector("gathered", lambda x: tf.gather(x, [4, 0, 0, 2]) ** 2, 5, 4, 1),
    Vector("matrix_rows", lambda x: tf.reduce_sum(tf.reshape(x, [4, 3]) ** 2, 1), 12, 12, 1),
    Vector("row_softmax", lambda x: tf.nn.softmax(tf.reshape(x, [4, 3])), 12, 36, 3),
    Vector("outer", lambda x: x[:3, None] * x[None, 3:], 7, 24, 2),
    Vector("sparse_sum", lambda x: tf.math.segment_sum(x, [0, 0, 1, 1, 1]) ** 2, 5, 5, 1),
    Vector(
        "matrix_product",
        lambda x: tf.reshape(x, [4, 3]) @ tf.constant(np.ones((3, 2))),
        12,
        24,
        None,
    ),
    Vector(
        "convolution",
        lambda x: tf.nn.conv1d(
            tf.reshape(x, [1, 20, 1]), tf.constant(np.ones((3, 1, 1))), 1, "SAME"
        ),
        20,
        58,
        3,
    ),
    Vector("dense", lambda x: tf.cumsum(x) / tf.reduce_sum(x), 5, 25, 5),
    Vector("one_number", lambda x: tf.reduce_sum(x**2), 6, 6, 1),
    Vector("constant", lambda x: tf.stop_gradient(x) * 1.0, 4, 0, None),
    Vector("where", lambda x: tf.where(x > 0, x, x[::-1]), 6, 12, 2),
    Vector("custom_gradient", lambda x: doubled(x) ** 2, 4, 16, 4),
    Vector("compiled", compiled_chain, 9, 16, 2),
    Vector("several_results", lambda x: {"a": x[:2] * x[1:3], "b": [x[0]]}, 4, 5, 2),
]

each_vector = pytest.mark.parametrize("case", VECTORS, ids=lambda case: case.name)


def dense(f: Callable[[Any], Any], x: Any) -> np.ndarray:
    found = tf.nest.flatten(tf.autodiff.jacobian(f, x, unconnected_gradients="zero"))
    size = np.size(x)
    return np.concatenate([np.reshape(j, (-1, size)) for j in found])


@each_vector
def test_jacobian_is_the_dense_one_here_and_elsewhere(case: Vector) -> None:
    x, elsewhere = RNG.standard_normal((2, case.size))
    jacobian = tf.autodiff.SparseJacobian(case.f, x)
    for point in (x, elsewhere):
        got = jacobian(point)
        assert sparse.issparse(got)
        np.testing.assert_allclose(got.toarray(), dense(case.f, point), rtol=1e-12, atol=1e-14)
    if case.nnz is not None:
        assert jacobian.pattern.nnz == case.nnz
    if case.products is not None:
        assert jacobian.products == case.products


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@each_vector
def test_both_modes(case: Vector, mode: str) -> None:
    x = RNG.standard_normal(case.size)
    if mode == "forward" and case.name == "custom_gradient":
        with pytest.raises(ValueError, match="mode='reverse'"):
            tf.autodiff.sparse_jacobian(case.f, x, mode)
        return
    got = tf.autodiff.sparse_jacobian(case.f, x, mode)
    np.testing.assert_allclose(got.toarray(), dense(case.f, x), rtol=1e-12, atol=1e-14)


def on_grid(x: Any) -> Any:
    u = tf.reshape(x, [4, 5])
    return tf.reduce_sum(u[1:] * u[:-1] ** 2) + tf.reduce_sum(tf.sin(u[:, 1:] * u[:, :-1]))


SCALARS = [
    ("chain", lambda x: tf.reduce_sum((x[1:] - x[:-1] ** 2) ** 2), 30, 3),
    ("arrow", lambda x: x[0] * tf.reduce_sum(tf.sin(x)) + tf.reduce_sum(x**2), 25, 2),
    ("separable", lambda x: tf.reduce_sum(tf.exp(x)), 10, 1),
    ("blocks", lambda x: tf.reduce_sum(tf.reduce_prod(tf.reshape(x, [5, 2]), 1)), 10, 2),
    ("ring", lambda x: tf.reduce_sum(x * tf.roll(x, 1, 0) ** 2), 12, None),
    ("grid", on_grid, 20, None),
    ("dense", lambda x: tf.math.log(tf.reduce_sum(tf.exp(x))), 6, 6),
    ("linear", tf.reduce_sum, 4, 1),
    ("gathered", lambda x: tf.reduce_sum(tf.gather(x, [0, 3, 3]) ** 3) * 1.0, 5, 1),
]


@pytest.mark.parametrize(("name", "f", "size", "products"), SCALARS, ids=[s[0] for s in SCALARS])
def test_hessian_is_the_dense_one_here_and_elsewhere(
    name: str, f: Callable[[Any], Any], size: int, products: int | None
) -> None:
    x, elsewhere = RNG.standard_normal((2, size))
    hessian = tf.autodiff.SparseHessian(f, x)
    for point in (x, elsewhere):
        want = tf.autodiff.hessian(f, point, unconnected_gradients="zero").numpy()
        np.testing.assert_allclose(hessian(point).toarray(), want, rtol=1e-10, atol=1e-12)
    if products is not None:
        assert hessian.products == products


def test_pattern_does_not_depend_on_zeros_that_happen_to_be() -> None:
    jacobian = tf.autodiff.SparseJacobian(lambda x: x[1:] * x[:-1] ** 2, np.zeros(6))
    assert jacobian().toarray().any() == False  # noqa: E712 - entries, not truth
    x = RNG.standard_normal(6)
    np.testing.assert_allclose(jacobian(x).toarray(), dense(jacobian._f, x))


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_indices_that_depend_on_the_data(mode: str | None) -> None:
    def f(x: Any) -> Any:
        return tf.gather(x, tf.argsort(x))[:2] * x[3]

    jacobian = tf.autodiff.SparseJacobian(f, np.array([3.0, 1.0, 2.0, 5.0]), mode)
    for x in ([3.0, 1.0, 2.0, 5.0], [1.0, 7.0, 2.0, 5.0], [9.0, 7.0, 8.0, 5.0]):
        np.testing.assert_allclose(jacobian(np.array(x)).toarray(), dense(f, np.array(x)))


def test_python_that_takes_another_way() -> None:
    def f(x: Any) -> Any:
        return x[1:] * x[:-1] if x[0] > 0 else tf.reduce_sum(x) * x[1:]

    jacobian = tf.autodiff.SparseJacobian(f, np.ones(5))
    for x in (np.arange(1.0, 6.0), -np.arange(1.0, 6.0), np.ones(5)):
        np.testing.assert_allclose(jacobian(x).toarray(), dense(f, x))


def test_structures_of_primals_count_one_after_the_other() -> None:
    p = {"b": tf.Variable(np.ones((2, 2))), "a": np.arange(3.0), "n": np.int32(3)}
    got = tf.autodiff.sparse_jacobian(lambda p: p["b"][0] * p["a"][:2], p)
    assert got.shape == (2, 7)
    np.testing.assert_array_equal(got.toarray()[:, :3], np.eye(2, 3))
    np.testing.assert_array_equal(got.toarray()[:, 3:], [[0, 0, 0, 0], [0, 1, 0, 0]])
    hessian = tf.autodiff.sparse_hessian(
        lambda p: tf.reduce_sum(p["b"][0] * p["a"][:2]), {"a": p["a"], "b": p["b"]}
    )
    want = np.zeros((7, 7))
    want[0, 3] = want[3, 0] = want[1, 4] = want[4, 1] = 1.0
    np.testing.assert_array_equal(hessian.toarray(), want)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_that_of_the_function(dtype: Any) -> None:
    x = np.ones(4, dtype)
    assert tf.autodiff.sparse_jacobian(lambda x: x**2, x).dtype == dtype
    assert tf.autodiff.sparse_hessian(lambda x: tf.reduce_sum(x**2), x).dtype == dtype


@pytest.mark.parametrize("size", [0, 1])
def test_smallest_sizes(size: int) -> None:
    x = np.ones(size)
    assert tf.autodiff.sparse_jacobian(lambda x: x**2, x).toarray().tolist() == [[2.0]] * size
    got = tf.autodiff.sparse_hessian(lambda x: tf.reduce_sum(x**2), x)
    assert got.toarray().tolist() == [[2.0]] * size


def test_a_result_may_be_changed() -> None:
    jacobian = tf.autodiff.SparseJacobian(lambda x: x[1:] * x[:-1], np.array([0.0, 1.0, 2.0]))
    found = jacobian()
    found.eliminate_zeros()
    found.data[:] = 7.0
    assert jacobian().toarray().tolist() == [[1.0, 0.0, 0.0], [0.0, 2.0, 1.0]]


def test_large_band_takes_as_many_products_as_it_is_wide() -> None:
    n = 20_000
    jacobian = tf.autodiff.SparseJacobian(lambda x: x[:-2] * x[1:-1] + tf.exp(x[2:]), np.ones(n))
    assert (jacobian.products, jacobian.pattern.nnz) == (3, 3 * (n - 2))
    x = RNG.standard_normal(n)
    got = jacobian(x)
    np.testing.assert_allclose(got.diagonal(), x[1:-1], rtol=1e-14)
    np.testing.assert_allclose(got.diagonal(1), x[:-2], rtol=1e-14)
    np.testing.assert_allclose(got.diagonal(2), np.exp(x[2:]), rtol=1e-14)


def test_a_followed_argument_is_a_warning_and_the_error_names_what_to_do() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.warns(tf.errors.NonDifferentiableWarning, match="tf.autodiff.jacobian"):
            tf.autodiff.sparse_jacobian(lambda x: x**2, x)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tf.autodiff.sparse_jacobian(lambda x: x**2, tf.stop_gradient(x))


ERRORS = [
    (lambda: tf.autodiff.sparse_jacobian(lambda x: x, 1.0, "sideways"), ValueError, "sideways"),
    (lambda: tf.autodiff.sparse_jacobian(lambda x: x, tf.constant(1j)), TypeError, "complex"),
    (lambda: tf.autodiff.sparse_jacobian(lambda x: 3.0, 1.0), TypeError, "should return tensors"),
    (
        lambda: tf.autodiff.sparse_hessian(lambda x: x, tf.ones([2])),
        tf.errors.InvalidArgumentError,
        "scalar",
    ),
    (lambda: tf.autodiff.sparse_jacobian(3, 1.0), TypeError, "should be a function"),
]


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


@pytest.mark.parametrize("density", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_colourings_let_every_entry_be_read(seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((30, 40)) * (rng.random((30, 40)) < density)
    colors = color_columns(sparse.csr_array(a))
    products = a @ (colors[:, None] == np.arange(colors.max() + 1))
    for i, j in np.argwhere(a):
        assert products[i, colors[j]] == pytest.approx(a[i, j])
    h = np.tril(a[:, :30])
    h = h + h.T + np.eye(30)
    pattern = sparse.csr_array(h)
    colors = color_star(pattern)
    products = h @ (colors[:, None] == np.arange(colors.max() + 1))
    of, at = symmetric_places(pattern, colors)
    np.testing.assert_allclose(products.T[of, at], pattern.data, rtol=1e-12)
    assert colors.max() < 30
