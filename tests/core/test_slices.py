"""Cotangents of parts: many blocks of one tensor cost what the blocks cost."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

KEYS: list[Any] = [
    0,
    (slice(None), 1),
    (Ellipsis, slice(0, 2)),
    (2, slice(None, None, -1)),
    (slice(1, 3), None, 0),
    (1, 2),
    Ellipsis,
]


@pytest.mark.parametrize("order", ["blocks", "dense_first", "dense_last", "rows"])
def test_blocks_add_up_with_everything_else(order: str) -> None:
    value = np.arange(9.0).reshape(3, 3)
    weights = np.random.default_rng(0).standard_normal((3, 3))
    x = tf.constant(value)
    expected = np.zeros((3, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = (
            tf.reduce_sum(x * weights) if order == "dense_last" else tf.constant(0.0, tf.float64)
        )
        for n, key in enumerate(KEYS, start=1):
            total += tf.reduce_sum(x[key] * float(n))
            expected[key if key is not Ellipsis else ...] += n
        if order == "dense_first":
            total += tf.reduce_sum(x * weights)
        if order == "rows":
            total += tf.reduce_sum(tf.gather(x, [2, 2]))
    if order.startswith("dense"):
        expected += weights
    if order == "rows":
        expected[2] += 2
    gradient = tape.gradient(total, x)
    assert isinstance(gradient, tf.Tensor)
    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-12)


def test_a_block_alone_and_scalars() -> None:
    x, s = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, s])
        y = x[1, 0] * 5.0 + s[None][0] + s[...]
    of_x, of_s = tape.gradient(y, [x, s])
    assert of_x.numpy().tolist() == [[0.0, 0.0], [5.0, 0.0]]
    assert of_s.numpy() == 2.0
    assert isinstance(of_s.numpy(), np.float32)


def test_the_gradient_of_an_inner_value_that_is_cut_up() -> None:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = x * x
        y = h[0] * 2.0 + h[2] * h[0]
    of_x, of_h = tape.gradient(y, [x, h])
    assert of_h.numpy().tolist() == [11.0, 0.0, 1.0]
    assert of_x.numpy().tolist() == [22.0, 0.0, 6.0]


def test_blocks_differentiate_again() -> None:
    x = tf.constant([1.0, 2.0, 3.0], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[0] ** 3 * x[1] + x[:2][1] ** 2
        g = tape.gradient(y, x)
    hessian = outer.jacobian(g, x)
    assert g.numpy().tolist() == [6.0, 5.0, 0.0]
    assert hessian.numpy().tolist() == [[12.0, 3.0, 0.0], [3.0, 2.0, 0.0], [0.0, 0.0, 0.0]]


def test_picking_row_by_row_needs_no_array_of_the_whole_for_each() -> None:
    rows, width = 300, 1000
    x = tf.constant(np.ones((rows, width)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.constant(0.0, tf.float64)
        for i in range(rows):
            total += x[i, 0]
    tracemalloc.start()
    gradient = tape.gradient(total, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(gradient.numpy(), np.eye(1, width) * np.ones((rows, 1)))
    assert peak < 3 * 8 * rows * width


@pytest.mark.parametrize("read", ["read_value", "value"])
def test_rows_of_a_value_that_was_read_stay_rows(read: str) -> None:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(getattr(v, read)(), [0, 0])) + tf.reduce_sum(tf.gather(v, [2]))
    g = tape.gradient(y, v)
    assert isinstance(g, tf.IndexedSlices)
    assert sorted(g.indices.numpy().tolist()) == [0, 0, 2]
    assert tf.convert_to_tensor(g).numpy().tolist() == [[2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]
