"""Gather, scatter, indexing: kinds of gradients, repeated places, ties, large tables, messages."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.rows import _MANY


def gradient(function: Any, *sources: Any) -> Any:
    sources = tuple(tf.constant(s, tf.float64) for s in sources)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = function(*sources)
    found = tape.gradient(y, list(sources))
    return found if len(found) > 1 else found[0]


MATRIX = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("function", "rows"),
    [
        (lambda x: tf.gather(x, [2, 0, 2]), [2, 0, 2]),
        (lambda x: tf.gather(x, [[2, 0], [1, 1]]), [2, 0, 1, 1]),
        (lambda x: tf.gather(x, 3), [3]),
        (lambda x: tf.gather_nd(x, [[1], [1]]), [1, 1]),
        (lambda x: tf.gather(x, [1]) + tf.gather(x, [3]), [3, 1]),
    ],
    ids=["vector", "matrix", "scalar", "points", "sum"],
)
def test_the_gradient_of_whole_rows_is_sparse(function: Any, rows: list[int]) -> None:
    g = gradient(function, MATRIX)
    assert isinstance(g, tf.IndexedSlices)
    assert sorted(g.indices.numpy().tolist()) == sorted(rows)
    assert g.dense_shape.numpy().tolist() == [4, 3]
    expected = np.zeros((4, 3))
    np.add.at(expected, rows, 1.0)
    np.testing.assert_array_equal(tf.convert_to_tensor(g).numpy(), expected)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: tf.gather(x, [0, 2], axis=1),
        lambda x: tf.gather(x, [[0]] * 4, batch_dims=1),
        lambda x: tf.gather(x * 1.0, [0]),
        lambda x: tf.gather_nd(x, [[0, 1]]),
        lambda x: tf.boolean_mask(x, [True, False, True, True]),
        lambda x: x[0],
        lambda x: tf.gather(x, [0]) + x[:1],
        lambda x: tf.repeat(x, [1, 2, 0, 1], axis=0),
        lambda x: tf.pad(x, [[1, 1], [0, 0]], "REFLECT"),
    ],
    ids=["axis", "batch", "inner", "entries", "mask", "index", "sum", "repeat", "pad"],
)
def test_all_other_gradients_are_dense(function: Any) -> None:
    assert isinstance(gradient(function, MATRIX), tf.Tensor)


def test_sparse_gradients_differentiate_again() -> None:
    x = tf.constant(MATRIX)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.gather(x, [1, 1, 3]) ** 3
        g = tape.gradient(y, x)
        assert isinstance(g, tf.IndexedSlices)
        dense = tf.convert_to_tensor(g)
    again = tf.convert_to_tensor(outer.gradient(dense, x))
    times = np.array([0.0, 2.0, 0.0, 1.0])[:, None]
    np.testing.assert_allclose(dense.numpy(), 3 * MATRIX**2 * times)
    np.testing.assert_allclose(again.numpy(), 6 * MATRIX * times)


def test_a_large_sparse_gradient_adds_up_like_a_loop() -> None:
    rng = np.random.default_rng(0)
    rows, width = 400, 64
    indices = rng.integers(0, 37, rows)
    weights = rng.standard_normal((rows, width))
    assert weights.size > _MANY
    expected = np.zeros((37, width))
    for i, row in zip(indices, weights, strict=True):
        expected[i] += row
    for dtype, rtol in (("float64", 1e-12), ("float32", 1e-4), ("float16", 3e-2)):
        table = tf.Variable(np.zeros((37, width)), dtype=dtype)
        with tf.GradientTape() as tape:
            y = tf.gather(table, indices) * tf.constant(weights, dtype)
        g = tf.convert_to_tensor(tape.gradient(y, table))
        assert g.dtype == dtype
        np.testing.assert_allclose(g.numpy(), expected, rtol=rtol, atol=30 * rtol)


def test_of_values_written_to_one_place_only_the_last_has_a_gradient() -> None:
    def write(x: Any, values: Any) -> Any:
        return tf.tensor_scatter_nd_update(x, [[1], [3], [1]], values)

    of_x, of_values = gradient(write, [1.0, 2.0, 3.0, 4.0], [7.0, 8.0, 9.0])
    assert write([1.0, 2.0, 3.0, 4.0], [7.0, 8.0, 9.0]).numpy().tolist() == [1.0, 9.0, 3.0, 8.0]
    assert of_x.numpy().tolist() == [1.0, 0.0, 1.0, 0.0]
    assert of_values.numpy().tolist() == [0.0, 1.0, 1.0]


def test_of_slices_stitched_to_one_place_only_the_last_has_a_gradient() -> None:
    def merge(a: Any, b: Any) -> Any:
        return tf.dynamic_stitch([[0, 2], [0]], [a, b])

    assert merge([1.0, 2.0], [3.0]).numpy().tolist() == [3.0, 0.0, 2.0]
    of_a, of_b = gradient(merge, [1.0, 2.0], [3.0])
    assert of_a.numpy().tolist() == [0.0, 1.0]
    assert of_b.numpy().tolist() == [1.0]


@pytest.mark.parametrize("name", ["tensor_scatter_nd_max", "tensor_scatter_nd_min"])
def test_ties_share_the_gradient(name: str) -> None:
    function = getattr(tf, name)
    of_x, of_values = gradient(
        lambda x, v: function(x, [[0], [0], [1]], v), [5.0, 1.0], [5.0, 5.0, 1.0]
    )
    np.testing.assert_allclose(of_x.numpy(), [1 / 3, 1 / 2])
    np.testing.assert_allclose(of_values.numpy(), [1 / 3, 1 / 3, 1 / 2])


def test_where_keeps_infinite_cotangents_on_their_side() -> None:
    def bad(x: Any, y: Any) -> Any:
        return tf.where([True, False], x, y) * tf.constant([np.inf, 1.0], tf.float64)

    of_x, of_y = gradient(bad, [1.0, 2.0], [3.0, 4.0])
    assert of_x.numpy().tolist() == [np.inf, 0.0]
    assert of_y.numpy().tolist() == [0.0, 1.0]


def test_iterating_a_tensor_makes_one_record() -> None:
    x = tf.constant(MATRIX)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = sum(row * float(i) for i, row in enumerate(x))
    g = tape.gradient(total, x)
    np.testing.assert_array_equal(g.numpy(), np.repeat(np.arange(4.0)[:, None], 3, axis=1))
    first, *_ = tf.constant([1.0, 2.0])
    assert first.numpy() == 1.0


MATRIX_TENSOR = tf.constant(MATRIX)
REFUSED: dict[str, tuple[Any, str]] = {
    "gather_range": (lambda: tf.gather([1, 2], [0, 2]), r"gather: indices[1] = 2 is not in [0, 2)"),
    "gather_negative": (lambda: tf.gather([1, 2], -1), r"= -1 is not in [0, 2)"),
    "gather_float": (lambda: tf.gather([1, 2], [0.0]), "tf.cast(indices, tf.int32)"),
    "gather_batch": (
        lambda: tf.gather(MATRIX_TENSOR, [[0]], batch_dims=1),
        "gather: with batch_dims=1 the first 1 sizes of params (4, 3) and indices (1, 1)",
    ),
    "gather_batch_range": (
        lambda: tf.gather([[1, 2]], [[2]], batch_dims=1),
        "gather: indices[0, 0] = [2] does not index into shape [1, 2]",
    ),
    "gather_nd_range": (
        lambda: tf.gather_nd(MATRIX_TENSOR, [[0, 0], [0, 3]]),
        "gather_nd: indices[1] = [0, 3] does not index into shape [4, 3]",
    ),
    "gather_nd_depth": (lambda: tf.gather_nd([1, 2], [[0, 0]]), "saw: 2 vs. 1"),
    "scatter_range": (
        lambda: tf.scatter_nd([[5]], [1.0], [3]),
        "scatter_nd: indices[0] = [5] does not index into shape [3]",
    ),
    "scatter_shape": (
        lambda: tf.scatter_nd([[0], [1]], [1.0], [3]),
        "updates must have shape [2]",
    ),
    "update_dtype": (
        lambda: tf.tensor_scatter_nd_update([1.0], [[0]], tf.constant([1])),
        "expected to be a float32 tensor but is a int32 tensor",
    ),
    "index_range": (lambda: MATRIX_TENSOR[0, 3], "slice index 3 of dimension 1 out of bounds"),
    "index_count": (lambda: MATRIX_TENSOR[0, 0, 0], "input has only 2 dims"),
    "index_step": (lambda: MATRIX_TENSOR[::0], "must be non-zero"),
    "index_mask": (lambda: MATRIX_TENSOR[True], "mask cannot be scalar"),
    "where_one": (lambda: tf.where([True], [1.0]), "give both of x and y, or neither"),
    "where_shapes": (
        lambda: tf.where([True, False], [1.0, 2.0, 3.0], 0.0),
        "they are (2,), (3,) and ()",
    ),
    "reshape": (lambda: tf.reshape([1, 2, 3], [2, 2]), "a tensor with 3 values"),
    "reshape_multiple": (lambda: tf.reshape([1, 2, 3], [2, -1]), "requires a multiple of 2"),
    "concat": (
        lambda: tf.concat([[[1, 2]], [[1]]], 0),
        "Dimension 1 in both shapes must be equal: shape[0] = [1, 2] vs. shape[1] = [1, 1]",
    ),
    "stack": (
        lambda: tf.stack([tf.constant([1]), tf.constant([1, 2])]),
        "values[0].shape = [1] != values[1].shape = [2]",
    ),
    "split": (lambda: tf.split([1, 2, 3], 2), "its size is 3 and num_split is 2"),
    "broadcast_to": (
        lambda: tf.broadcast_to([1, 2], [2, 3]),
        "Incompatible shapes: [2] vs. [2, 3]",
    ),
    "transpose": (lambda: tf.transpose(MATRIX_TENSOR, [0]), "expects a vector of size 2"),
    "range": (lambda: tf.range(3, 0), "Requires start <= limit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_messages_name_the_operation_and_the_shapes(case: str) -> None:
    call, words = REFUSED[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=re.escape(words)):
        call()


@pytest.mark.parametrize("key", [1.0, "a", np.array([0, 1]), tf.constant([0, 1])], ids=str)
def test_what_is_no_index_is_refused_with_what_to_write(key: Any) -> None:
    with pytest.raises(TypeError, match=r"use tf\.gather"):
        _ = MATRIX_TENSOR[key]
