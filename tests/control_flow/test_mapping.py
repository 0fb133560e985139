"""map_fn, vectorized_map, scan and the folds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError, OutOfRangeError

BOTH = pytest.mark.parametrize("mapping", [tf.map_fn, tf.vectorized_map])


@BOTH
def test_rows_go_in_and_results_are_stacked(mapping: Any) -> None:
    x = np.arange(6.0, dtype=np.float32).reshape(3, 2)
    y = mapping(lambda row: row * 2.0, tf.constant(x))
    np.testing.assert_array_equal(y.numpy(), x * 2)
    np.testing.assert_array_equal(mapping(lambda row: row[0], x).numpy(), x[:, 0])
    np.testing.assert_array_equal(mapping(lambda row: row, tf.Variable(x)).numpy(), x)


@BOTH
def test_gradients_of_a_mapping(mapping: Any) -> None:
    x, w = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([0.5, -1.0])
    with tf.GradientTape() as tape:
        tape.watch([x, w])
        y = mapping(lambda row: tf.reduce_sum(row * w) ** 2, x)
    gx, gw = tape.gradient(y, [x, w])
    dots = x.numpy() @ w.numpy()
    np.testing.assert_allclose(gx.numpy(), 2 * dots[:, None] * w.numpy())
    np.testing.assert_allclose(gw.numpy(), 2 * dots @ x.numpy())


@BOTH
def test_structures_of_elements(mapping: Any) -> None:
    elems = {"a": tf.constant([1.0, 2.0]), "b": (tf.constant([[3.0], [4.0]]),)}
    result = mapping(lambda e: {"a": e["a"] + 1.0, "b": (e["b"][0] * e["a"],)}, elems)
    assert result["a"].numpy().tolist() == [2.0, 3.0]
    assert result["b"][0].numpy().tolist() == [[3.0], [8.0]]


@BOTH
def test_a_mapping_refuses_what_has_no_rows(mapping: Any) -> None:
    with pytest.raises(ValueError, match=r"1\+ dimensional Tensors, not scalars"):
        mapping(lambda x: x, tf.constant(1.0))
    with pytest.raises(ValueError, match="does not contain any Tensors"):
        mapping(lambda x: x, [])
    with pytest.raises(ValueError, match="Dimensions 2 and 3 are not compatible"):
        mapping(lambda e: e[0] + e[1], (tf.zeros([2]), tf.zeros([3])))
    with pytest.raises(TypeError, match="`fn` must be a function"):
        mapping(3, tf.zeros([2]))
    with pytest.raises(ValueError, match=r"Incompatible shape for value \(\(2,\)\), expected"):
        mapping(tf.range, tf.constant([1, 2]))


def test_map_fn_needs_the_dtype_of_its_results() -> None:
    x = tf.constant([1, 2])
    half = lambda n: tf.cast(n, tf.float32) / 2.0  # noqa: E731
    for announced in (tf.float32, "float32", tf.TensorSpec([], tf.float32)):
        y = tf.map_fn(half, x, fn_output_signature=announced)
        assert y.numpy().tolist() == [0.5, 1.0]
    assert tf.map_fn(half, x, dtype=tf.float32).numpy().tolist() == [0.5, 1.0]
    assert tf.map_fn(lambda n: 1.5, x, fn_output_signature=tf.float64).dtype == tf.float64
    with pytest.raises(InvalidArgumentError, match=r"dtype float32, but tf.int32.*fn_output_sig"):
        tf.map_fn(half, x)
    with pytest.raises(InvalidArgumentError, match=r"dtype float32, but tf\.int32"):
        tf.map_fn(lambda n: 1.5, x)
    with pytest.raises(ValueError, match="Incompatible shape"):
        tf.map_fn(lambda n: n, x, fn_output_signature=tf.TensorSpec([2], tf.int32))


def test_map_fn_needs_the_structure_of_its_results() -> None:
    x = tf.constant([1, 2])
    pair = tf.map_fn(lambda n: (n, n + 1), x, fn_output_signature=(tf.int32, tf.int32))
    assert [p.numpy().tolist() for p in pair] == [[1, 2], [2, 3]]
    with pytest.raises(ValueError, match="same nested structure"):
        tf.map_fn(lambda n: (n, n), x)
    with pytest.raises(TypeError, match="same nested structure"):
        tf.map_fn(lambda n: [n, n], x, fn_output_signature=(tf.int32, tf.int32))


def test_mappings_of_no_rows() -> None:
    nothing = tf.zeros([0, 3])
    assert tf.map_fn(lambda r: r, nothing).shape == (0,)
    spec = tf.TensorSpec([2], tf.int32)
    y = tf.map_fn(lambda r: r, nothing, fn_output_signature=spec)
    assert (y.shape, y.dtype) == ((0, 2), tf.int32)
    y = tf.vectorized_map(lambda r: {"sum": tf.reduce_sum(r), "row": r, "no": None}, nothing)
    assert (y["sum"].shape, y["row"].shape, y["no"]) == ((0,), (0, 3), None)


def test_vectorized_map_repeats_single_rows_and_keeps_none() -> None:
    x, y = tf.constant([1.0, 2.0]), tf.constant([10.0])
    assert tf.vectorized_map(lambda e: e[0] + e[1], (x, y)).numpy().tolist() == [11.0, 12.0]
    assert tf.vectorized_map(lambda e: e[0] + e[1], (y, x)).numpy().tolist() == [11.0, 12.0]
    numbers, nothing = tf.vectorized_map(lambda e: (1.5, None), x)
    assert numbers.numpy().tolist() == [1.5, 1.5]
    assert nothing is None


def test_scan_accumulates() -> None:
    x = tf.constant([1, 2, 3])
    add = lambda a, t: a + t  # noqa: E731
    assert tf.scan(add, x).numpy().tolist() == [1, 3, 6]
    assert tf.scan(add, x, initializer=10).numpy().tolist() == [11, 13, 16]
    assert tf.scan(add, x, reverse=True).numpy().tolist() == [6, 5, 3]
    assert tf.scan(add, x, initializer=10, reverse=True).numpy().tolist() == [16, 15, 13]
    total, count = tf.scan(lambda a, t: (a[0] + t, a[1] + 1.0), x, initializer=(0, tf.zeros([2])))
    assert total.numpy().tolist() == [1, 3, 6]
    assert count.shape == (3, 2)


def test_gradient_of_scan_agrees_with_cumprod() -> None:
    x = tf.constant([2.0, 3.0, 4.0], tf.float64)
    weights = tf.constant([1.0, -2.0, 0.5], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.scan(lambda a, t: a * t, x) * weights)
        z = tf.reduce_sum(tf.math.cumprod(x) * weights)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), tape.gradient(z, x).numpy())


def test_folds_go_in_their_direction() -> None:
    x = tf.constant([1.0, 2.0, 5.0])
    minus = lambda a, t: a - t  # noqa: E731
    assert tf.foldl(minus, x).numpy() == -6.0
    assert tf.foldr(minus, x).numpy() == 2.0
    assert tf.foldl(minus, x, initializer=10.0).numpy() == 2.0
    assert tf.foldr(minus, x, initializer=tf.constant(10.0)).numpy() == 2.0
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.foldl(lambda a, t: a * t, x)
    assert tape.gradient(y, x).numpy().tolist() == [10.0, 5.0, 2.0]


@pytest.mark.parametrize("function", [tf.scan, tf.foldl, tf.foldr])
def test_accumulating_refuses(function: Any) -> None:
    with pytest.raises(OutOfRangeError, match=r"array size is: 0.*initializer"):
        function(lambda a, t: a, tf.zeros([0]))
    with pytest.raises(ValueError, match="not scalars"):
        function(lambda a, t: a, tf.constant(1.0))
    with pytest.raises(ValueError, match="same nested structure"):
        function(lambda a, t: (a, t), tf.constant([1, 2]))
    with pytest.raises(TypeError, match="`fn` must be a function"):
        function(3, tf.constant([1, 2]))


def test_scan_keeps_dtype_and_shape() -> None:
    with pytest.raises(InvalidArgumentError, match=r"dtype float32, but tf\.int32"):
        tf.scan(lambda a, t: tf.cast(a, tf.float32), tf.constant([1, 2]))
    with pytest.raises(ValueError, match="Incompatible shape"):
        tf.scan(lambda a, t: tf.range(t), tf.constant([1, 2]))


def test_scan_and_folds_of_nothing_with_a_start() -> None:
    nothing = tf.zeros([0])
    assert tf.foldl(lambda a, t: a, nothing, initializer=1.5).numpy() == 1.5
    assert tf.scan(lambda a, t: a, nothing, initializer=tf.zeros([2])).shape == (0, 2)
