"""Functions of NumPy itself, called with our arrays, tensors and Variables."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

CALLS = [
    numpy.sin,
    lambda x: numpy.add(x, 2.0),
    numpy.mean,
    lambda x: numpy.concatenate([x, x * 2]),
    numpy.add.reduce,
    lambda x: numpy.multiply.outer(x, x),
    lambda x: numpy.ones(2) * x,
    lambda x: x * numpy.ones(2),
    lambda x: numpy.float64(2) * x,
    lambda x: numpy.maximum(x, 1.5),
    lambda x: numpy.linspace(x[0], x[1], 3),
    numpy.var,
]


def kinds() -> list[Any]:
    value = [1.0, 2.5]
    return [np.array(value), tf.constant(value, tf.float64), tf.Variable(value, dtype=tf.float64)]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("which", range(3))
def test_calls_are_recorded(call: Any, which: int) -> None:
    x = kinds()[which]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x)
    assert isinstance(y, np.ndarray if which == 0 else tf.Tensor)
    expected = call(numpy.array([1.0, 2.5]))
    numpy.testing.assert_allclose(y, expected, rtol=1e-12)
    gradient = tape.gradient(y, x)
    assert type(gradient) is (np.ndarray if which == 0 else tf.Tensor)
    step = 1e-6
    for i in range(2):
        high, low = numpy.array([1.0, 2.5]), numpy.array([1.0, 2.5])
        high[i] += step
        low[i] -= step
        slope = (call(high).sum() - call(low).sum()) / (2 * step)
        numpy.testing.assert_allclose(float(gradient[i]), slope, rtol=1e-6, atol=1e-9)


def test_single_precision_stays_single() -> None:
    t = tf.constant([1.0, 2.0])
    for y in (numpy.ones(2) * t, t * numpy.ones(2), numpy.sin(t), numpy.float64(2) * t):
        assert y.dtype == tf.float32


def test_the_dialects_mix() -> None:
    t, x = tf.constant([1.0, 2.0], tf.float64), np.array([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch([t, x])
        y = t * x + x * t
        z = tf.reduce_sum(y) + np.sum(t)
    assert type(y) is np.ndarray
    gradients = tape.gradient(z, [t, x])
    assert [type(g) for g in gradients] == [tf.Tensor, np.ndarray]
    assert [numpy.asarray(g).tolist() for g in gradients] == [[7.0, 9.0], [2.0, 4.0]]


def test_what_is_missing_raises_with_its_name() -> None:
    x = np.array([1.0, 2.0])

    def spread(x: Any) -> Any:  # what another library might dispatch, as NumPy does
        return numpy.max(x) - numpy.min(x)

    def call() -> Any:
        return x.__array_function__(spread, (np.ndarray,), (x,), {})

    assert call().tolist() == 1.0
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(TypeError, match=r"spread.*would be lost"):
            call()


def test_forward_mode() -> None:
    x = np.array([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, np.array([1.0, 0.5])) as accumulator:
        y = numpy.sum(x**2)
    assert float(accumulator.jvp(y)) == 4.0
    assert type(accumulator.jvp(y)) is np.ndarray


def test_data_is_shared_with_numpy() -> None:
    x = np.array([1.0, 2.0])
    view = numpy.asarray(x)
    assert numpy.shares_memory(view, x._value)
    assert not view.flags.writeable
    assert numpy.from_dlpack(x).tolist() == [1.0, 2.0]
    assert np.from_dlpack(numpy.ones(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("swap", [False, True])
def test_arrays_of_numpy_may_change_after_their_use(swap: bool) -> None:
    factor = numpy.array([2.0, 3.0])
    x = np.array([1.0, 1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = factor * x if swap else x * factor
    factor[:] = 0.0
    numpy.testing.assert_array_equal(tape.gradient(y, x)._value, [2.0, 3.0])
