"""Sorting, searching and counting: order of equals, gradients, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf


def test_equal_entries_keep_their_order() -> None:
    x = tf.constant([1.0, 3.0, 3.0, 2.0, 3.0])
    assert tf.argsort(x, direction="DESCENDING").numpy().tolist() == [1, 2, 4, 3, 0]
    assert tf.argsort(x).numpy().tolist() == [0, 3, 1, 2, 4]
    assert tf.math.top_k(x, 2).indices.numpy().tolist() == [1, 2]
    assert tf.math.top_k(x, 2).values.numpy().tolist() == [3.0, 3.0]


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
def test_smallest_integers_can_be_sorted_either_way(direction: str) -> None:
    x = [-128, 127, 0]
    y = tf.sort(tf.constant(x, tf.int8), direction=direction)
    assert y.numpy().tolist() == sorted(x, reverse=direction == "DESCENDING")


def test_gradients_go_back_to_where_entries_came_from() -> None:
    x = tf.constant([3.0, 1.0, 2.0])
    weights = tf.constant([10.0, 20.0, 30.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ascending, descending = tf.sort(x), tf.sort(x, direction="DESCENDING")
        largest = tf.math.top_k(x, 2).values
    assert tape.gradient(ascending, x, weights).numpy().tolist() == [30.0, 10.0, 20.0]
    assert tape.gradient(descending, x, weights).numpy().tolist() == [10.0, 30.0, 20.0]
    assert tape.gradient(largest, x, weights[:2]).numpy().tolist() == [10.0, 0.0, 20.0]


def test_gradient_of_distinct_values_goes_to_the_first() -> None:
    x = tf.constant([5.0, 7.0, 5.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, idx = tf.unique(x)
    assert y.numpy().tolist() == [5.0, 7.0]
    assert idx.numpy().tolist() == [0, 1, 0]
    g = tape.gradient(y, x, output_gradients=tf.constant([2.0, 3.0]))
    assert tf.convert_to_tensor(g).numpy().tolist() == [2.0, 3.0, 0.0]


def test_positions_of_extremes() -> None:
    x = tf.constant([[1.0, 5.0], [7.0, 5.0]])
    assert tf.argmax(x).numpy().tolist() == [1, 0]
    assert tf.argmin(x, axis=-1).numpy().tolist() == [0, 1]
    assert tf.argmax(x, output_type=tf.int32).dtype == tf.int32
    with pytest.raises(tf.errors.InvalidArgumentError, match="empty"):
        tf.argmax(tf.zeros([2, 0]), axis=1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="output_type"):
        tf.argmax(x, output_type=tf.float32)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: tf.sort(tf.constant(1.0)), tf.errors.InvalidArgumentError, "scalar"),
        (lambda: tf.sort([1.0], direction="UP"), ValueError, "ASCENDING, DESCENDING"),
        (lambda: tf.math.top_k([1.0], 2), tf.errors.InvalidArgumentError, "Had 1, needed 2"),
        (lambda: tf.math.top_k([1.0], -1), tf.errors.InvalidArgumentError, "k >= 0"),
        (lambda: tf.searchsorted([1.0], [1.0], side="up"), ValueError, "'right' or 'left'"),
        (lambda: tf.searchsorted([1.0], 1.0), tf.errors.InvalidArgumentError, "leading axes"),
        (lambda: tf.unique([[1.0]]), tf.errors.InvalidArgumentError, "1D vector"),
        (lambda: tf.math.bincount([-1]), tf.errors.InvalidArgumentError, "non-negative"),
        (lambda: tf.math.bincount([1.0]), tf.errors.InvalidArgumentError, "float32"),
        (
            lambda: tf.math.bincount([1, 2], weights=[1.0]),
            tf.errors.InvalidArgumentError,
            "shape of arr",
        ),
        (
            lambda: tf.math.in_top_k([0, 1], [[1.0, 2.0]], 1),
            tf.errors.InvalidArgumentError,
            "length of targets 2",
        ),
    ],
)
def test_refusals(call: Any, error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        call()


def test_searching_row_by_row() -> None:
    rows = [[1.0, 3.0, 5.0], [0.0, 0.0, 2.0]]
    y = tf.searchsorted(rows, [[3.0, 9.0], [0.0, -1.0]], side="right")
    assert y.numpy().tolist() == [[2, 3], [2, 0]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 2, 0, 1]),
        ({"minlength": 6}, [1, 2, 0, 1, 0, 0]),
        ({"maxlength": 2}, [1, 2]),
        ({"binary_output": True}, [1, 1, 0, 1]),
        ({"axis": 0}, [1, 2, 0, 1]),
        ({"weights": [0.5, 1.0, 2.0, 0.25]}, [0.25, 2.5, 0.0, 1.0]),
    ],
)
def test_counting(options: Any, expected: Any) -> None:
    assert tf.math.bincount([1, 3, 1, 0], **options).numpy().tolist() == expected


def test_counting_row_by_row() -> None:
    y = tf.math.bincount([[0, 2], [2, 2]], axis=-1)
    assert y.numpy().tolist() == [[1, 0, 1], [0, 0, 2]]


def test_weights_of_counts_have_gradients() -> None:
    w = tf.constant([0.5, 1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = tf.math.bincount([1, 3, 1], weights=w, maxlength=3) ** 2.0
    assert tape.gradient(y, w).numpy().tolist() == [5.0, 0.0, 5.0]


def test_distinct_values_are_counted() -> None:
    found = tf.unique_with_counts(["b", "a", "b"])
    assert found.y.numpy().tolist() == [b"b", b"a"]
    assert found.count.numpy().tolist() == [2, 1]
    assert np.all(tf.gather(found.y, found.idx).numpy() == [b"b", b"a", b"b"])
