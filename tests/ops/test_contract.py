"""matmul, matvec, tensordot and einsum: what the sample table does not say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.ops import products
from tapegrad.ops.products import matrix_product


def spread(*shape: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(list(shape)).standard_normal(shape))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tf.matmul(spread(2, 3), spread(2, 3)), r"\[2, 3\].*\[2, 3\].*transpose_b=True"),
        (lambda: spread(2, 3) @ spread(3), r"In\[1\] ndims.*\[3\].*tf\.linalg\.matvec"),
        (lambda: tf.matmul(spread(2, 2, 3), spread(3, 3, 2)), r"batch dimensions.*\[3, 3, 2\]"),
        (lambda: tf.matmul([[True]], [[True]]), r"dtype bool.*tf\.cast"),
        (
            lambda: spread(2, 2) @ tf.ones([2, 2]),
            r"double|float64 tensor but is a float32.*tf\.cast",
        ),
        (lambda: tf.matmul(spread(2, 2), spread(2, 2), output_type=tf.int32), "output_type int32"),
        (lambda: tf.linalg.matvec(spread(2, 3), spread(2)), r"\(\.\.\., m, n\).*axis -1"),
        (lambda: tf.tensordot(spread(2, 3), spread(2), 1), r"axis 1 of a has size 3.*axes=1"),
        (lambda: tf.tensordot(spread(2, 2), spread(2, 2), [[0, 0], [0, 1]]), "one axis twice"),
        (lambda: tf.tensordot(spread(2, 2), spread(2, 2), [[5], [0]]), "axis 5"),
        (lambda: tf.einsum("ij,jk", spread(2, 3), spread(2, 3)), r"dimension 3 at axis 0.*'ij,jk'"),
        (lambda: tf.einsum("...i,i->", spread(2, 3), spread(3)), "no ellipsis"),
        (lambda: tf.linalg.cross(spread(3), spread(2, 3)), r"\[3\] vs\. \[2, 3\]"),
    ],
)
def test_what_does_not_fit_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tf.tensordot(spread(2), spread(2), 2), "larger than the number of dimensions"),
        (lambda: tf.tensordot(spread(2), spread(2), -1), "negative"),
        (lambda: tf.tensordot(spread(2), spread(2), [[0]]), "length 2"),
        (lambda: tf.tensordot(spread(2, 2), spread(2, 2), [[0, 1], [0]]), "2 != 1"),
        (lambda: tf.einsum("ij,jk", spread(2, 3)), "1 inputs.*expecting 2"),
        (lambda: tf.einsum("i......->i", spread(2)), "incorrect format"),
        (lambda: tf.einsum("ij->ij!", spread(2, 2)), "incorrect format"),
        (lambda: tf.einsum("i->ii", spread(2)), r"more than once.*tf\.linalg\.diag"),
        (lambda: tf.einsum("i->j", spread(2)), "label j"),
        (lambda: tf.einsum("i->i"), "0 inputs"),
        (
            lambda: tf.matmul(spread(2, 2), spread(2, 2), transpose_b=True, adjoint_b=True),
            "adjoint_b",
        ),
    ],
)
def test_malformed_arguments_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_einsum_refuses_other_keywords() -> None:
    with pytest.raises(TypeError, match="optimise"):
        tf.einsum("i->i", spread(2), optimise=True)
    with pytest.raises(TypeError, match="equation"):
        tf.einsum(spread(2), "i->i")


def test_a_refused_product_is_not_recorded() -> None:
    x = spread(2, 3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(tf.errors.InvalidArgumentError):
            x @ x
        y = tf.matmul(x, x, transpose_b=True)
    g = tape.gradient(y, x)
    # d sum(x x^T) / dx = 2 * (the sum of the rows, in every row)
    np.testing.assert_allclose(g, 2 * np.tile(x.numpy().sum(0), (2, 1)), rtol=1e-12)


@pytest.mark.parametrize(
    "equation",
    [
        "...ij,...jk->...ik",
        "...ij,jk->...ik",
        "i...,...j->j...i",
        "ij...,...->...i",
        "...,...->...",
        "a...,b...->ab...",
        "i...->...",
        "ij,jk,kl->il",
        "bi,oij,bj->bo",
        "ab,bc,cd,de->ae",
        "i,i,i->i",
        "i,j,k->kji",
        "ij,k,j->i",
        "iij,jk,k->i",
        ",ij,->j",
        "ij , jk -> ik",
        "ij,jk",
        "ba",
        "...ba",
    ],
)
def test_einsum_of_any_form_equals_numpy(equation: str) -> None:
    sizes = dict(zip("abcdeijklo", [2, 3, 4, 2, 3, 2, 3, 4, 2, 5], strict=True))
    groups = equation.replace(" ", "").split("->")[0].split(",")
    leading = {0: (2, 1), 1: (3,)}
    arrays = []
    for i, group in enumerate(groups):
        shape: list[int] = []
        for part in group.replace("...", "."):
            shape += leading[i] if part == "." else [sizes[part]]
        arrays.append(np.random.default_rng([i, len(shape)]).standard_normal(shape))
    y = tf.einsum(equation, *arrays)
    np.testing.assert_allclose(y, np.einsum(equation, *arrays), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("optimize", ["greedy", "optimal"])
def test_gradient_of_a_product_of_many(optimize: str) -> None:
    # f = a^T M b is linear in each: every gradient is the rest of the product.
    a, m, b = spread(2, 1), spread(2, 3), spread(3)
    with tf.GradientTape() as tape:
        tape.watch([a, m, b])
        y = tf.einsum("io,ij,j->o", a, m, b, optimize=optimize)
    ga, gm, gb = tape.gradient(y, [a, m, b])
    np.testing.assert_allclose(ga[:, 0], m.numpy() @ b.numpy(), rtol=1e-12)
    np.testing.assert_allclose(gm, np.outer(a, b), rtol=1e-12)
    np.testing.assert_allclose(gb, a.numpy()[:, 0] @ m.numpy(), rtol=1e-12)


def test_ellipsis_broadcasting_is_undone() -> None:
    a, b = spread(2, 1, 3), spread(4, 3)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = tf.einsum("...i,...i->...", a, b)
    ga, gb = tape.gradient(y, [a, b])
    assert y.shape == (2, 4)
    np.testing.assert_allclose(ga, np.broadcast_to(b.numpy().sum(0), (2, 1, 3)), rtol=1e-12)
    np.testing.assert_allclose(gb, np.broadcast_to(a.numpy().sum((0, 1)), (4, 3)), rtol=1e-12)


def test_adjoint_conjugates_only_complex_operands() -> None:
    z = tf.constant([[1 + 2j, 3j]])
    np.testing.assert_allclose(tf.matmul(z, z, adjoint_b=True), [[14 + 0j]], rtol=1e-12)
    np.testing.assert_allclose(
        tf.linalg.matvec([[1j], [2 + 0j]], [1j, 1 + 0j], adjoint_a=True), [3]
    )
    x = spread(2, 3)
    np.testing.assert_array_equal(
        tf.matmul(x, x, adjoint_a=True), tf.matmul(x, x, transpose_a=True)
    )


def test_half_precision_is_summed_in_single() -> None:
    a = tf.fill([1, 4096], tf.constant(0.1, tf.float16))
    exact = 4096 * float(np.float16(0.1)) ** 2
    for y in (tf.matmul(a, a, transpose_b=True), tf.einsum("ij,ij->", a, a)):
        assert y.dtype == tf.float16
        assert float(tf.reshape(y, [])) == float(np.float16(exact))


def test_products_of_bytes_can_be_widened() -> None:
    a = tf.constant([[100, 100]], tf.int8)
    assert tf.matmul(a, a, transpose_b=True, output_type=tf.int32).numpy().tolist() == [[20000]]
    wrapped = tf.matmul(a, a, transpose_b=True)
    assert wrapped.dtype == tf.int8
    assert wrapped.numpy().tolist() == [[20000 % 256]]


def test_operators_convert_what_stands_beside() -> None:
    x = tf.constant([[1.0, 2.0]])
    column = np.array([[1.0], [1.0]])
    for y in (x @ column, x @ [[1], [1]], column.T @ tf.transpose(x)):
        assert y.dtype == tf.float32
        assert y.numpy().tolist() == [[3.0]]
    v = tf.Variable([[2.0], [0.5]])
    with tf.GradientTape() as tape:
        y = [[1.0, 2.0]] @ v
    assert tape.gradient(y, v).numpy().tolist() == [[1.0], [2.0]]


def shapes_multiplied(monkeypatch: pytest.MonkeyPatch, run: Callable[[], object]) -> list[tuple]:
    """The operand shapes of all matrix products during a call."""
    seen = []

    def spy(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        seen.append((a.shape, b.shape))
        return matrix_product(a, b)

    monkeypatch.setattr(products, "matrix_product", spy)
    monkeypatch.setattr("tapegrad.ops.contract.matrix_product", spy)
    run()
    return seen


@pytest.mark.parametrize(
    "layer",
    [
        lambda x, w: tf.reshape(x, [1, -1]) @ w,
        lambda x, w: tf.linalg.matvec(w, x, transpose_a=True),
        lambda x, w: tf.einsum("i,ij->j", x, w),
        lambda x, w: tf.tensordot(x, w, 1),
    ],
)
def test_jacobian_of_a_layer_takes_one_matrix_product_at_most(
    layer: Callable[..., tf.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    x, w = spread(6), spread(6, 5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, w)
    found: list[tf.Tensor] = []
    seen = shapes_multiplied(monkeypatch, lambda: found.append(tape.jacobian(y, x)))
    np.testing.assert_allclose(tf.reshape(found[0], [5, 6]), w.numpy().T, rtol=1e-12)
    assert len(seen) <= 1


def test_weight_gradient_of_a_batch_is_one_matrix_product(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = spread(4, 3, 6), tf.Variable(spread(6, 5))
    with tf.GradientTape() as tape:
        y = x @ w
    found: list[tf.Tensor] = []
    seen = shapes_multiplied(monkeypatch, lambda: found.append(tape.gradient(y, w)))
    assert [a for a, _ in seen] == [(6, 12)]
    np.testing.assert_allclose(found[0], np.tile(x.numpy().sum((0, 1))[:, None], 5), rtol=1e-12)


def test_nan_among_complex_cotangents_goes_through_products() -> None:
    a, b = tf.constant([[1 + 1j, 2.0]]), tf.constant([[1j], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.matmul(a, b)
    seed = tf.constant([[complex(np.nan, 0.0)]])
    assert np.isnan(tape.gradient(y, a, output_gradients=seed).numpy()).all()
