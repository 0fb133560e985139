"""TensorArray: writing, reading, stacking, gradients, errors."""

from __future__ import annotations

from typing import Any

import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError, OutOfRangeError


def filled(n: int = 3, **options: Any) -> Any:
    array = tf.TensorArray(tf.float32, size=n, **options)
    for i in range(n):
        array = array.write(i, float(i))
    return array


def test_what_is_written_is_read() -> None:
    array = filled()
    assert array.stack().numpy().tolist() == [0.0, 1.0, 2.0]
    assert array.gather([2, 0]).numpy().tolist() == [2.0, 0.0]
    assert array.read(1).numpy() == 1.0
    assert array.read(tf.constant(2)).numpy() == 2.0
    assert int(array.size()) == 3
    assert (array.dtype, array.element_shape, array.dynamic_size) == (tf.float32, (), False)
    assert "size=3" in repr(array)


def test_elements_are_read_once_unless_told_otherwise() -> None:
    array = filled()
    array.read(0)
    with pytest.raises(InvalidArgumentError, match=r"index 0 twice.*clear_after_read"):
        array.read(0)
    array.write(0, 5.0)
    assert array.read(0).numpy() == 5.0
    lasting = filled(clear_after_read=False)
    assert lasting.read(0).numpy() == lasting.read(0).numpy() == 0.0


def test_gradients_go_through() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        array = tf.TensorArray(tf.float32, size=3)
        for i in range(3):
            array.write(i, x ** (i + 1))
        y = tf.reduce_sum(array.stack()) + array.read(1)
    assert tape.gradient(y, x).numpy() == 1 + 2 * 6 + 27


def test_rows_pieces_and_joining() -> None:
    x = tf.constant([[1.0], [2.0], [3.0]])
    array = tf.TensorArray(tf.float32, size=3).unstack(x)
    assert array.stack().numpy().tolist() == [[1.0], [2.0], [3.0]]
    assert array.concat().numpy().tolist() == [1.0, 2.0, 3.0]
    scattered = tf.TensorArray(tf.float32, size=3).scatter([2, 0], [1.0, 2.0])
    assert scattered.stack().numpy().tolist() == [2.0, 0.0, 1.0]
    pieces = tf.TensorArray(tf.float32, size=2).split(tf.constant([1.0, 2.0, 3.0]), [1, 2])
    assert pieces.read(1).numpy().tolist() == [2.0, 3.0]
    assert pieces.concat().numpy().tolist() == [1.0, 2.0, 3.0]
    shorter = tf.TensorArray(tf.float32, size=3, dynamic_size=True).unstack([1.0, 2.0])
    assert shorter.stack().numpy().tolist() == [1.0, 2.0]


def test_sizes_that_grow_and_elements_never_written() -> None:
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True).write(2, 1.0)
    assert array.stack().numpy().tolist() == [0.0, 0.0, 1.0]
    known = tf.TensorArray(tf.float32, size=2, element_shape=[2])
    assert known.stack().numpy().tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(ValueError, match=r"Element 0.*never written.*element_shape"):
        tf.TensorArray(tf.float32, size=2).stack()
    assert tf.TensorArray(tf.int32, size=0).stack().shape == (0,)
    assert tf.TensorArray(tf.int32, size=0, element_shape=[2]).stack().shape == (0, 2)


def test_errors() -> None:
    array = filled()
    for bad, match in ((5, "read from index 5 but array size is: 3"), (-1, "negative")):
        with pytest.raises(OutOfRangeError, match=match):
            array.read(bad)
    with pytest.raises(OutOfRangeError, match=r"write to index 3.*dynamic_size=True"):
        array.write(3, 1.0)
    with pytest.raises(OutOfRangeError, match="negative"):
        array.write(-1, 1.0)
    with pytest.raises(OutOfRangeError, match="index 7"):
        array.gather([7])
    with pytest.raises(InvalidArgumentError, match="dtype is float32 but Op is trying to write"):
        array.write(0, tf.constant(1))
    with pytest.raises(ValueError, match=r"\(\(1,\)\), expected \(\(\)\).*infer_shape"):
        array.write(0, [1.0])
    with pytest.raises(InvalidArgumentError, match="scalar shape at index 0"):
        array.concat()
    with pytest.raises(ValueError, match="Cannot unstack 4 tensors"):
        array.unstack(tf.zeros([4]))
    with pytest.raises(ValueError, match="scalar has no rows"):
        array.unstack(tf.constant(1.0))
    with pytest.raises(ValueError, match="Size must be declared"):
        tf.TensorArray(tf.float32)
    with pytest.raises(NotImplementedError, match="GradientTape"):
        array.grad("source")
    loose = tf.TensorArray(tf.float32, size=2, infer_shape=False).write(0, 1.0).write(1, [1.0])
    with pytest.raises(InvalidArgumentError, match="Shapes of all inputs must match"):
        loose.stack()
    array.close()
    with pytest.raises(OutOfRangeError, match="array size is: 0"):
        array.read(0)
