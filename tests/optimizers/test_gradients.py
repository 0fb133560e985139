"""What apply_gradients takes, and what it refuses before anything has changed."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError

ALL = ("SGD", "Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Adagrad", "Adadelta", "Ftrl", "Lion")


def test_pairs_may_come_from_a_zip_that_is_read_once() -> None:
    v, w = tf.Variable(1.0), tf.Variable([2.0, 3.0])
    optimizer = tf.optimizers.SGD(0.5)
    result = optimizer.apply_gradients(zip([tf.constant(2.0), tf.ones([2])], [v, w], strict=True))
    assert v.numpy() == 0.0
    assert w.numpy().tolist() == [1.5, 2.5]
    assert result is optimizer.iterations
    assert int(result) == 1


@pytest.mark.parametrize("gradient", [1.0, 1, np.float64(1.0), np.ones(()), np.int32(1)])
def test_gradients_may_be_numbers_and_arrays(gradient: object) -> None:
    v = tf.Variable(1.0)
    tf.optimizers.SGD(0.5).apply_gradients([(gradient, v)])
    assert v.numpy() == 0.5
    assert v.dtype == tf.float32


def test_a_gradient_may_be_a_variable() -> None:
    v, g = tf.Variable([1.0]), tf.Variable([2.0])
    tf.optimizers.SGD(0.5).apply_gradients([(g, v)])
    assert v.numpy().tolist() == [0.0]


def test_a_gradient_of_another_float_type_is_cast() -> None:
    v = tf.Variable([1.0])
    tf.optimizers.Adam(0.5).apply_gradients([(tf.constant([1.0], tf.float64), v)])
    assert v.dtype == tf.float32


def test_missing_gradients_are_left_out_with_a_warning() -> None:
    v, w = tf.Variable(1.0, name="first"), tf.Variable(1.0, name="second")
    with pytest.warns(UserWarning, match=r"\['first:0'\].*minimizing the loss") as caught:
        tf.optimizers.SGD(0.5).apply_gradients([(None, v), (tf.constant(1.0), w)])
    assert caught[0].filename == __file__
    assert (v.numpy(), w.numpy()) == (1.0, 0.5)


def test_no_gradient_at_all_is_an_error() -> None:
    v = tf.Variable(1.0, name="lonely")
    optimizer = tf.optimizers.SGD(0.5)
    with pytest.raises(ValueError, match=r"No gradients provided for any variable.*lonely"):
        optimizer.apply_gradients([(None, v)])
    with pytest.raises(ValueError, match=r"No gradients provided for any variable.*empty"):
        optimizer.apply_gradients([])
    assert int(optimizer.iterations) == 0


def test_apply_with_nothing_does_nothing() -> None:
    optimizer = tf.optimizers.SGD(0.5)
    optimizer.apply([])
    assert int(optimizer.iterations) == 0


def test_apply_remembers_the_variables() -> None:
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    optimizer = tf.optimizers.SGD(0.5)
    with pytest.raises(ValueError, match=r"must already be built.*optimizer.build"):
        optimizer.apply([tf.constant(1.0)])
    optimizer.build([v, w])
    optimizer.apply([tf.constant(1.0), tf.constant(2.0)])
    assert (v.numpy(), w.numpy()) == (0.5, 1.0)
    with pytest.raises(ValueError, match="1 gradients and 2 variables"):
        optimizer.apply([tf.constant(1.0)])


@pytest.mark.parametrize(
    ("gradient", "error", "match"),
    [
        (tf.ones([3]), InvalidArgumentError, r"'w:0' of shape \(2,\).*gradient of shape \(3,\)"),
        (tf.ones([]), InvalidArgumentError, "shapes must be equal"),
        (tf.constant([1j, 1j]), InvalidArgumentError, "'w:0' .float32. is complex128"),
        (tf.constant([True, False]), InvalidArgumentError, "is bool: it must be real"),
        (tf.IndexedSlices([1.0], [2], [2]), InvalidArgumentError, r"indices \[2\].*in \[0, 2\)"),
        (tf.IndexedSlices([[1.0]], [0], [2]), InvalidArgumentError, "rows of shape"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_changes(
    gradient: object, error: type[Exception], match: str
) -> None:
    v, w = tf.Variable(1.0), tf.Variable([1.0, 2.0], name="w")
    optimizer = tf.optimizers.SGD(0.5)
    with pytest.raises(error, match=match):
        optimizer.apply_gradients([(tf.constant(1.0), v), (gradient, w)])
    assert v.numpy() == 1.0
    assert w.numpy().tolist() == [1.0, 2.0]
    assert int(optimizer.iterations) == 0


def test_variables_that_cannot_be_optimized() -> None:
    optimizer = tf.optimizers.Adam()
    z = tf.Variable(1j, name="z")
    with pytest.raises(InvalidArgumentError, match=r"'z:0' is complex128.*real and imaginary"):
        optimizer.apply_gradients([(tf.constant(1j), z)])
    with pytest.raises(InvalidArgumentError, match="is int32"):
        optimizer.apply_gradients([(tf.constant(1), tf.Variable(1))])
    with pytest.raises(TypeError, match="update Variables, not Tensor"):
        optimizer.apply_gradients([(tf.constant(1.0), tf.constant(1.0))])
    with pytest.raises(TypeError, match=r"zip\(gradients, variables\)"):
        optimizer.apply_gradients([(tf.Variable(1.0), tf.constant(1.0))])


@pytest.mark.parametrize("name", ALL)
def test_rows_of_indexed_slices_that_occur_twice_add_up(name: str) -> None:
    start = np.arange(8.0, dtype=np.float32).reshape(4, 2)
    dense, sparse = tf.Variable(start), tf.Variable(start)
    slices = tf.IndexedSlices([[1.0, 2.0], [3.0, 4.0], [-0.5, 0.5]], [3, 1, 3], [4, 2])
    full = np.array([[0, 0], [3, 4], [0, 0], [0.5, 2.5]], np.float32)
    for v, g in ((dense, tf.constant(full)), (sparse, slices)):
        optimizer = getattr(tf.optimizers, name)(0.1)
        for _ in range(3):
            optimizer.apply_gradients([(g, v)])
    np.testing.assert_array_equal(sparse.numpy(), dense.numpy())
    assert not np.array_equal(sparse.numpy(), start)


def test_slices_without_dense_shape() -> None:
    v = tf.Variable([1.0, 2.0, 3.0])
    tf.optimizers.SGD(0.5).apply_gradients([(tf.IndexedSlices([1.0, 1.0], [1, 1]), v)])
    assert v.numpy().tolist() == [1.0, 1.0, 3.0]


def test_the_gradient_of_an_embedding_trains_it() -> None:
    table = tf.Variable(np.zeros((4, 2), np.float32))
    optimizer = tf.optimizers.SGD(0.25)
    for _ in range(20):
        with tf.GradientTape() as tape:
            rows = tf.gather(table, [1, 3, 3])
            loss = tf.reduce_sum((rows - tf.constant([[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]])) ** 2)
        optimizer.minimize(loss, [table], tape=tape)
    np.testing.assert_allclose(table.numpy(), [[0, 0], [1, 2], [0, 0], [3, 4]], atol=1e-4)


@pytest.mark.parametrize("name", ALL)
def test_gradients_are_not_changed(name: str) -> None:
    v = tf.Variable(np.ones((2, 3), np.float32))
    g = tf.constant(np.arange(6.0, dtype=np.float32).reshape(2, 3))
    before = v.value()
    optimizer = getattr(tf.optimizers, name)(0.1, clipvalue=0.5, weight_decay=0.01)
    for _ in range(3):
        optimizer.apply_gradients([(g, v)])
    assert g.numpy().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert before.numpy().tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_gradient_that_is_not_contiguous() -> None:
    v = tf.Variable(np.zeros((2, 3), np.float32))
    g = tf.transpose(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    tf.optimizers.SGD(1.0, momentum=0.5).apply_gradients([(g, v)])
    assert v.numpy().tolist() == [[-1, -3, -5], [-2, -4, -6]]


def test_empty_and_scalar_variables_together() -> None:
    empty, scalar = tf.Variable(np.zeros((0, 2), np.float32)), tf.Variable(1.0)
    optimizer = tf.optimizers.Adam(0.5)
    optimizer.apply_gradients([(tf.zeros([0, 2]), empty), (tf.constant(2.0), scalar)])
    assert empty.shape == (0, 2)
    assert scalar.numpy() == pytest.approx(0.5, abs=1e-5)


def test_a_variable_that_comes_later_is_welcome() -> None:
    v, w = tf.Variable(1.0), tf.Variable(1.0)
    optimizer = tf.optimizers.SGD(0.5, momentum=0.5)
    optimizer.apply_gradients([(tf.constant(1.0), v)])
    optimizer.apply_gradients([(tf.constant(1.0), w), (tf.constant(1.0), v)])
    assert (v.numpy(), w.numpy()) == (-0.25, 0.5)


def test_infinite_and_missing_numbers_raise_no_warnings() -> None:
    v = tf.Variable([1.0, 1.0])
    for name in ALL:
        optimizer = getattr(tf.optimizers, name)(0.1, global_clipnorm=1.0)
        optimizer.apply_gradients([(tf.constant([np.inf, np.nan]), v)])
    assert np.isnan(v.numpy()).all()


def test_minimize_takes_a_function_or_a_loss_with_its_tape() -> None:
    v = tf.Variable(3.0)
    optimizer = tf.optimizers.SGD(0.25)
    optimizer.minimize(lambda: v * v, [v])
    assert v.numpy() == 1.5
    with tf.GradientTape() as tape:
        loss = v * v
    assert int(optimizer.minimize(loss, lambda: [v], tape=tape)) == 2
    assert v.numpy() == 0.75
    with pytest.raises(ValueError, match="`tape` is required"):
        optimizer.minimize(loss, [v])
    pairs = optimizer.compute_gradients(lambda: v * v, [v])
    assert pairs[0][0].numpy() == 1.5
    assert pairs[0][1] is v


def test_a_variable_given_twice_moves_twice() -> None:
    v = tf.Variable(1.0)
    tf.optimizers.SGD(0.25).apply_gradients([(tf.constant(1.0), v), (tf.constant(1.0), v)])
    assert v.numpy() == 0.5
