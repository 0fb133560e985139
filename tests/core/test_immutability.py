"""Nothing that a user holds can change a tensor."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import tapegrad as tf


@pytest.mark.parametrize("make", [tf.constant, tf.convert_to_tensor, tf.Variable])
def test_the_array_it_was_made_from_is_copied(make: type) -> None:
    a = np.array([1.0, 2.0])
    t = make(a)
    a[0] = 100.0
    assert t.numpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("make", [tf.constant, tf.Variable])
def test_numpy_returns_a_writable_copy(make: type) -> None:
    t = make(np.array([1.0, 2.0]))
    a = t.numpy()
    a[0] = 100.0
    assert t.numpy().tolist() == [1.0, 2.0]


def test_asarray_is_a_view_that_cannot_be_written() -> None:
    t = tf.constant(np.array([1.0, 2.0]))
    a = np.asarray(t)
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 100.0
    assert np.array(t).flags.writeable
    assert np.asarray(t, dtype=np.float32).dtype == np.float32


def test_a_gradient_handed_out_is_not_shared_with_later_ones() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x + x
    first = tape.gradient(y, x)
    first.numpy()[0] = 7.0
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 2.0]


def test_a_variable_assigned_from_an_array_or_tensor_has_its_own_value() -> None:
    v = tf.Variable([0.0, 0.0])
    a = np.array([1.0, 2.0], np.float32)
    v.assign(a)
    a[0] = 100.0
    assert v.numpy().tolist() == [1.0, 2.0]
    t = tf.constant([3.0, 4.0])
    v.assign(t)
    v.assign_add([1.0, 1.0])
    v.scatter_update(tf.IndexedSlices([9.0], [0]))
    v[1].assign(5.0)
    assert t.numpy().tolist() == [3.0, 4.0]
    assert v.numpy().tolist() == [9.0, 5.0]


def test_a_value_read_before_an_assignment_stays() -> None:
    v = tf.Variable([1.0, 2.0])
    read, piece = v.read_value(), v[0]
    v.assign_add([10.0, 10.0])
    assert read.numpy().tolist() == [1.0, 2.0]
    assert piece.numpy() == 1.0


def test_item_assignment_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="tensor_scatter_nd_update"):
        tf.constant([1.0])[0] = 2.0


@pytest.mark.parametrize(
    "value", [1.5, [1.0, 2.0], [[1, 2]], True, 1 + 2j, [], "text", ["a", "b"]], ids=str
)
def test_pickle_and_copies(value: object) -> None:
    t = tf.constant(value)
    again = pickle.loads(pickle.dumps(t))
    assert again.dtype == t.dtype
    assert again.shape == t.shape
    np.testing.assert_array_equal(np.asarray(again), np.asarray(t))
    assert copy.deepcopy(t) is t
    assert copy.copy(t) is t


def test_a_copied_or_pickled_variable_is_independent() -> None:
    v = tf.Variable([1.0], name="v", trainable=False)
    for again in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert again.name == v.name
        assert again.trainable is False
        again.assign([5.0])
        assert v.numpy().tolist() == [1.0]
    with tf.GradientTape() as tape:
        tape.watch(v)
        w = copy.deepcopy(v)
        y = w * w
    assert tape.gradient(y, v) is None
