"""A kernel that cannot be compiled is named, and never hides behind an eager run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tapegrad.compiler.cache import compiled


def spoil(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    """Let kernels whose text contains a mark be ones that Numba refuses."""

    def refused(text: str) -> Any:
        return compiled(text.replace("store(", "no_such_function(") if mark in text else text)

    monkeypatch.setattr(kernels, "compiled", refused)


def test_a_kernel_that_numba_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "tanh")

    @tf.function
    def step(x: Any) -> Any:
        return tf.tanh(x) * 2.0

    x = tf.constant([0.5, 1.0])
    step(x)
    assert step.explain().splitlines()[1].startswith("  compiled: 2 operations, 1 kernel")
    with pytest.warns(RuntimeWarning, match=r"step runs eagerly.*kernel 1 \(tanh, multiply; .*py"):
        y = step(x)
    np.testing.assert_allclose(y, 2 * np.tanh([0.5, 1.0]), rtol=1e-6)
    assert "runs eagerly: kernel 1 (tanh, multiply" in step.explain()
    assert "no_such_function" in step.explain()
    assert "NameError" in step.explain()
    runs = step.experimental_get_tracing_count()
    step(x)  # without a warning, and without compiling again
    assert step.experimental_get_tracing_count() == runs + 1


def test_a_backward_kernel_that_numba_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    @tf.function
    def f(x: Any) -> Any:
        return tf.reduce_sum(tf.sin(x) * x)

    x = tf.Variable([0.5, 1.0, 2.0])

    def gradient() -> Any:
        with tf.GradientTape() as tape:
            y = f(x)
        return tape.gradient(y, x)

    expected = gradient()
    spoil(monkeypatch, "cos")
    f(x)
    with tf.GradientTape() as tape:
        y = f(x)
    with pytest.warns(RuntimeWarning, match=r"gradient of f runs eagerly.*kernel 1"):
        found = tape.gradient(y, x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient(), expected, rtol=1e-6)
    assert "gradients run eagerly: kernel 1" in f.explain()
    assert "  compiled: " in f.explain()


def test_where_random_numbers_were_drawn_the_error_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(monkeypatch, "tanh")

    @tf.function
    def noisy(x: Any) -> Any:
        return tf.tanh(x + tf.random.normal([2]))

    x = tf.constant([0.5, 1.0])
    noisy(x)
    with (
        pytest.warns(RuntimeWarning, match="noisy runs eagerly"),
        pytest.raises(Exception, match="no_such_function"),
    ):
        noisy(x)
    assert noisy(x).shape == [2]


def test_errors_of_the_user_are_no_failures_of_kernels() -> None:
    @tf.function
    def f(x: Any) -> Any:
        tf.debugging.assert_positive(x)
        return tf.tanh(x)

    f(tf.constant([1.0]))
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(tf.constant([-1.0]))
    assert "runs eagerly" not in f.explain()
