"""Products, gathers and scatters as parts of kernels, on every arrangement of memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels, matrix_products
from tests.compiler.interpreter import interpreted

INDEX = np.array([[0, 2], [2, 1]])


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(kernels, "compiled", interpreted)
        yield


def agrees(function: Callable[..., Any], *shapes: tuple[int, ...], calls: bool = False) -> None:
    """Value and gradients as eager ones; and no call of NumPy, unless there may be `calls`."""
    rng = np.random.default_rng(0)

    def value_and_gradients(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = function(*inputs)
            total = tf.reduce_sum(value * value * 0.5 + value)
        return value, [tf.convert_to_tensor(g) for g in tape.gradient(total, inputs)]

    for dtype, error in (("f8", 1e-12), ("f4", 1e-4)):
        inputs = [tf.constant(rng.normal(size=shape).astype(dtype)) for shape in shapes]
        compiled = tf.function(value_and_gradients)
        compiled(*inputs)
        expected = tf.nest.flatten(value_and_gradients(*inputs))
        for got, exact in zip(tf.nest.flatten(compiled(*inputs)), expected, strict=True):
            np.testing.assert_allclose(got.numpy(), exact.numpy(), rtol=error, atol=error)
        assert calls or " is a call" not in compiled.explain()


PAIRS = [
    ((3, 4), (4, 5)),
    ((1, 1), (1, 1)),
    ((1, 4), (4, 1)),
    ((4, 1), (1, 4)),
    ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (1, 4, 5)),
    ((1, 3, 4), (2, 4, 1)),
    ((3, 4), (2, 4, 5)),
    ((2, 1, 4), (4, 5)),
    ((2, 3, 1), (1, 5)),
    ((2, 1, 3, 4), (1, 5, 4, 2)),
    ((5, 2, 3, 4), (4, 1)),
]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_matrix_products(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    for turned_a, turned_b in product((False, True), repeat=2):

        def multiply(x: Any, y: Any, flags: tuple[bool, bool] = (turned_a, turned_b)) -> Any:
            return tf.matmul(x, y, transpose_a=flags[0], transpose_b=flags[1])

        agrees(
            multiply,
            (*a[:-2], a[-1], a[-2]) if turned_a else a,
            (*b[:-2], b[-1], b[-2]) if turned_b else b,
        )


def test_matrices_that_are_parts_of_arrays() -> None:
    order, other = [0, 2, 1, 3], [0, 2, 3, 1]
    heads = 2, 3, 4, 5
    agrees(lambda a, b: tf.transpose(a, order) @ tf.transpose(b, other), heads, heads)
    agrees(lambda a, b: tf.transpose(a, [1, 0, 2]) @ b, (4, 2, 3), (3, 5))
    agrees(lambda a, b: a[:, 1:] @ b[1:], (4, 3), (3, 5))
    agrees(lambda a, b: a[:, ::2] @ b[1:], (4, 3), (3, 5))
    agrees(lambda a, b: a[::-1] @ b, (4, 3), (3, 5))
    agrees(lambda a, b: a[1] @ b[0], (2, 4, 3), (2, 3, 5))
    agrees(lambda a, b: tf.broadcast_to(a, (4, 3)) @ b, (1, 3), (3, 5))
    agrees(lambda a, b: tf.broadcast_to(a, (4, 3)) @ b, (), (3, 5))
    agrees(lambda a, b: tf.reshape(a, (3, 2)) @ b, (6,), (2, 5))
    agrees(lambda a, b: (a @ b) @ tf.transpose(a @ b), (4, 3), (3, 5))


def test_long_products_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_products, "SMALL_PRODUCT", 600)
    monkeypatch.setattr(matrix_products, "SHORTEST_PIECE", 16)
    agrees(lambda a, b: a @ b, (100, 4), (4, 5))
    agrees(lambda a, b: a @ b, (5, 40, 4), (4, 5))
    agrees(lambda a, b: tf.matmul(a, b, transpose_a=True), (100, 4), (100, 5))
    agrees(lambda a, b: tf.transpose(a) @ b, (110, 4), (110, 3))
    agrees(lambda a, b: tf.einsum("nki,nkj->kij", a, b), (100, 3, 2), (100, 3, 4))


EQUATIONS = [
    ("kij,nkj->nki", (5, 2, 2), (7, 5, 2)),
    ("kij,nkj->nki", (5, 6, 6), (7, 5, 6)),
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij,jk->ik", (3, 7), (7, 5)),
    ("ij,jk->ki", (3, 7), (7, 5)),
    ("i,i->", (9,), (9,)),
    ("i,i->", (3,), (3,)),
    ("i,j->ij", (3,), (4,)),
    ("ij,ij->ij", (3, 4), (3, 4)),
    ("ij,ij->i", (3, 8), (3, 8)),
    ("ij,ij->", (3, 8), (3, 8)),
    ("ij,ij->", (2, 2), (2, 2)),
    ("abcd,cdef->abef", (2, 3, 4, 5), (4, 5, 2, 3)),
    ("abcd,cdef->fbea", (2, 3, 4, 5), (4, 5, 2, 3)),
    ("abcd,dcef->eabf", (2, 3, 4, 5), (5, 4, 2, 3)),
    ("bhqd,bkhd->bhqk", (2, 3, 4, 8), (2, 6, 3, 8)),
    ("bhqk,bkhd->bqhd", (2, 3, 4, 6), (2, 6, 3, 8)),
    ("ik,ij->kj", (3, 1), (3, 5)),
    ("ij,j->i", (6, 5), (5,)),
    ("i,->i", (5,), ()),
]


@pytest.mark.parametrize(("equation", "a", "b"), EQUATIONS)
def test_einsum(equation: str, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    agrees(lambda x, y: tf.einsum(equation, x, y), a, b)


def test_einsum_of_parts_of_arrays() -> None:
    agrees(lambda a, b: tf.einsum("ij,jk->ik", a[::-1], tf.transpose(b)), (6, 7), (5, 7))
    agrees(lambda a, b: tf.einsum("ij,jk->ik", a[:, 1:3], b[::-1]), (6, 7), (2, 7))


PICKED: list[tuple[Callable[[Any], Any], tuple[int, ...]]] = [
    (lambda x: tf.gather(x, INDEX, axis=0), (3,)),
    (lambda x: tf.gather(x, INDEX, axis=1), (4, 3)),
    (lambda x: tf.gather(x, INDEX, axis=1), (4, 3, 2)),
    (lambda x: tf.gather(x, 2, axis=1), (4, 3, 2)),
    (lambda x: tf.gather(x, [1], axis=-2), (4, 3, 2)),
    (lambda x: tf.gather(x * 2.0, [1, 1, 0]), (4, 3)),
    (lambda x: tf.gather(tf.transpose(x)[::-1], [1, 1, 0]), (4, 3)),
    (lambda x: tf.gather(tf.exp(x), INDEX, axis=1) * tf.gather(x, INDEX, axis=1), (1, 3)),
    (lambda x: tf.gather(tf.gather(x, [1, 0], axis=1), [0, 0, 0], axis=0), (1, 3)),
    (lambda x: tf.gather(tf.broadcast_to(x, [3, 2]), [0, 0, 2]), (1, 1)),
    (lambda x: tf.gather(tf.concat([x, x * 2.0], 1), INDEX, axis=1) * x[:, :1, None], (3, 2)),
    (lambda x: tf.gather(tf.constant([1.0, 2.0, 3.0], x.dtype), [0, 2, 2, 0]) * x, (4,)),
    (lambda x: tf.gather(tf.reduce_sum(x, 1), [0, 2, 2]), (3, 4)),
    (lambda x: tf.gather(x, [0, 0]), (1,)),
]


@pytest.mark.parametrize("place", range(len(PICKED)))
def test_picked_elements(place: int) -> None:
    function, shape = PICKED[place]
    # One element is nothing to pick from, and stays a call.
    agrees(function, shape, calls=shape == (1,))


def test_indices_that_change_are_checked_at_every_call() -> None:
    @tf.function
    def f(x: Any, indices: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.gather(x * x, indices, axis=1) * [[1.0], [10.0]])
        return y, tape.gradient(y, x)

    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    f(x, tf.constant([0, 2]))
    value, gradient = f(x, tf.constant([1, 1]))
    assert value.numpy() == 2 * (4.0 + 250.0)
    assert gradient.numpy().tolist() == [[0.0, 8.0, 0.0], [0.0, 200.0, 0.0]]
    assert " is a call" not in f.explain()
    for wrong in (3, -1):
        with pytest.raises(tf.errors.InvalidArgumentError, match=rf"= {wrong} is not in \[0, 3\)"):
            f(x, tf.constant([0, wrong]))


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (4,), (2, 3)])
def test_indices_of_any_shape(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    f = tf.function(lambda x, indices: tf.exp(tf.gather(x + 1.0, indices, axis=1)) * 2.0)
    x = rng.normal(size=(3, 5, 2))
    for _ in range(3):
        indices = rng.integers(0, 5, shape)
        expected = np.exp(np.take(x + 1.0, indices, axis=1)) * 2.0
        got = f(tf.constant(x), tf.constant(indices)).numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-14)


@pytest.mark.parametrize("moving", [False, True])
def test_gathers_in_a_loop(moving: bool) -> None:
    rng = np.random.default_rng(0)
    orders = [rng.permutation(6) for _ in range(18)]

    def recur(w: Any, x: Any) -> Any:
        h = x[0]
        for i in range(18):
            picked = tf.gather(h, orders[i if moving else 0])
            h = tf.tanh(tf.einsum("ij,j->i", w, picked) + x[i])
        return h

    agrees(recur, (6, 6), (18, 6), calls=True)
