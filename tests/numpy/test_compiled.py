"""Functions of this dialect, compiled: they take and give its arrays, and are recorded once."""

from __future__ import annotations

from typing import Any

import numpy

import tapegrad as tf
import tapegrad.numpy as np

X = numpy.array([0.5, 1.5, -2.0])


def test_arrays_stay_arrays_and_are_recorded_once() -> None:
    seen: list[type] = []

    @tf.function
    def f(x: Any, scale: Any) -> Any:
        seen.append(type(x))
        y = np.zeros(3)
        y[1:] = np.sin(x[:2]) * scale
        y += x.mean()
        return y, {"sum": np.sum(y * y)}

    for k in range(3):
        x = X + k
        y, parts = f(np.array(x), 2.0)
        expected = numpy.concatenate([[0.0], 2 * numpy.sin(x[:2])]) + x.mean()
        assert type(y) is type(parts["sum"]) is np.ndarray
        numpy.testing.assert_allclose(y, expected, rtol=1e-12)
        numpy.testing.assert_allclose(parts["sum"], (expected**2).sum(), rtol=1e-12)
    assert seen == [np.ndarray]
    f(np.array(X[:, None].T[0].astype(numpy.float32)), 2.0)
    assert len(seen) == 2  # another type, another recording


def test_the_dialect_of_the_argument_is_the_dialect_inside() -> None:
    @tf.function
    def f(x: Any) -> Any:
        return numpy.exp(x)

    assert type(f(np.array(X))) is np.ndarray
    assert type(f(tf.constant(X))) is tf.Tensor
    assert type(f(np.array(X))) is np.ndarray


def test_gradients_of_compiled_functions() -> None:
    @tf.function
    def f(x: Any) -> Any:
        return np.sum(np.logaddexp(x, 2.0 * x[::-1]) * x)

    def plain(x: Any) -> Any:
        return (numpy.logaddexp(x, 2.0 * x[::-1]) * x).sum()

    h = 1e-6
    expected = [(plain(X + h * e) - plain(X - h * e)) / (2 * h) for e in numpy.eye(3)]
    for _ in range(2):
        x = np.array(X)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        gradient = tape.gradient(y, x)
        assert type(gradient) is np.ndarray
        numpy.testing.assert_allclose(gradient, expected, rtol=1e-7)
        numpy.testing.assert_allclose(np.grad(f)(X), expected, rtol=1e-7)
