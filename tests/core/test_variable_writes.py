"""Writing to Variables: what is refused before anything is changed, and what tapes make of it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

START = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
ROWS = ("add", "sub", "mul", "div", "max", "min", "update")
POINTS = ("add", "sub", "max", "min", "update")


@pytest.fixture
def v() -> tf.Variable:
    return tf.Variable(START)


def slices(values: Any, indices: Any) -> tf.IndexedSlices:
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices))


BAD_ROWS = {
    "beyond": (slices([[1.0, 1.0]], [3]), tf.errors.InvalidArgumentError, r"\[0, 3\)"),
    "negative": (slices([[1.0, 1.0]], [-1]), tf.errors.InvalidArgumentError, r"\[0, 3\)"),
    "too narrow": (slices([[1.0], [2.0]], [0, 1]), tf.errors.InvalidArgumentError, "shape"),
    "too few": (slices([[1.0, 1.0]], [0, 1]), tf.errors.InvalidArgumentError, "shape"),
    "float64": (slices(np.ones((1, 2)), [0]), ValueError, "float64"),
    "integers": (slices([[1, 1]], [0]), ValueError, "int32"),
    "float indices": (slices([[1.0, 1.0]], [0.0]), tf.errors.InvalidArgumentError, "integers"),
    "no slices": (tf.constant([1.0]), TypeError, "IndexedSlices"),
}


@pytest.mark.parametrize("method", ROWS)
@pytest.mark.parametrize("case", BAD_ROWS)
def test_rows_that_do_not_fit_are_refused(v: tf.Variable, method: str, case: str) -> None:
    delta, kind, match = BAD_ROWS[case]
    with pytest.raises(kind, match=match):
        getattr(v, f"scatter_{method}")(delta)
    assert v.numpy().tolist() == START


BAD_POINTS: dict[str, tuple[Any, Any, str]] = {
    "beyond": ([[3]], [[1.0, 1.0]], r"\[0, 3\)"),
    "negative": ([[0, -1]], [1.0], r"\[0, 2\)"),
    "too deep": ([[0, 0, 0]], [1.0], "3 axes"),
    "too narrow": ([[0], [1]], [[1.0], [2.0]], "shape"),
    "one number": ([[0]], 1.0, "shape"),
    "too few": ([[0], [1]], [[1.0, 1.0]], "shape"),
    "no vector": (0, [1.0, 1.0], "index vectors"),
}


@pytest.mark.parametrize("method", POINTS)
@pytest.mark.parametrize("case", BAD_POINTS)
def test_points_that_do_not_fit_are_refused(v: tf.Variable, method: str, case: str) -> None:
    indices, updates, match = BAD_POINTS[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=match):
        getattr(v, f"scatter_nd_{method}")(indices, updates)
    assert v.numpy().tolist() == START


def test_one_value_may_be_written_to_many_rows(v: tf.Variable) -> None:
    v.scatter_update(slices(7.0, [0, 2]))
    assert v.numpy().tolist() == [[7.0, 7.0], [3.0, 4.0], [7.0, 7.0]]


@pytest.mark.parametrize("index", [-1, 2])
def test_batches_are_checked_too(v: tf.Variable, index: int) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[0, 2\)"):
        v.batch_scatter_update(slices([[9.0], [8.0], [7.0]], [[0], [index], [0]]))
    assert v.numpy().tolist() == START


def test_a_variable_of_shape_zero_has_no_rows() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="axes"):
        tf.Variable(1.0).scatter_add(slices([1.0], [0]))


def test_slices_take_what_broadcasts_to_them(v: tf.Variable) -> None:
    v[:2].assign([[7.0, 8.0]])
    assert v.numpy().tolist() == [[7.0, 8.0], [7.0, 8.0], [5.0, 6.0]]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\(3,\)"):
        v[0].assign([1.0, 2.0, 3.0])


@pytest.mark.filterwarnings("error")
def test_infinities_are_values_not_warnings() -> None:
    v = tf.Variable([np.inf, 3e38, 1.0])
    v.assign_sub([np.inf, -3e38, 0.0])
    np.testing.assert_array_equal(v.numpy(), [np.nan, np.inf, 1.0])
    v.scatter_div(slices([0.0], [2]))
    assert v.numpy()[2] == np.inf


@pytest.mark.parametrize("value", [True, "a"])
def test_only_numbers_are_added_to(value: object) -> None:
    v = tf.Variable(value)
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot be added to"):
        v.assign_add(value)


def test_a_shallow_copy_shares_the_value(v: tf.Variable) -> None:
    copy.copy(v).assign_add(tf.ones([3, 2]))
    assert v.numpy().tolist() == (np.array(START) + 1.0).tolist()
    copy.deepcopy(v).assign(tf.zeros([3, 2]))
    assert v.numpy().tolist() == (np.array(START) + 1.0).tolist()


def test_gradients_of_one_variable_with_two_shapes_do_not_add_up() -> None:
    v = tf.Variable(tf.ones([1, 2]), shape=[None, 2])
    with tf.GradientTape(persistent=True) as tape:
        before = tf.reduce_sum(v * v)
        v.assign(tf.ones([3, 2]))
        after = tf.reduce_sum(v * v)
    assert tape.gradient(before, v).shape == (1, 2)
    assert tape.gradient(after, v).shape == (3, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="unknown shape"):
        tape.gradient([before, after], v)
