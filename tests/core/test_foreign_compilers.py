"""Functions that Numba compiled do not take tensors, and say what to do."""

from __future__ import annotations

from typing import Any

import numba
import numpy  # noqa: ICN001 - `np` is the dialect here
import pytest

import tapegrad as tf
import tapegrad.numpy as np
import tapegrad.torch as torch

VALUES = {
    "tensor": (lambda: tf.constant([1.0, 2.0]), r"Tensor .*@tf\.custom_gradient.*kernel\(x\.num"),
    "scalar": (lambda: tf.constant(1.0), "tf.custom_gradient"),
    "variable": (lambda: tf.Variable([1.0, 2.0]), "Variable .*tf.custom_gradient"),
    "array": (lambda: np.array([1.0, 2.0]), r"ndarray .*np\.custom_gradient.*np\.stop_gradient"),
    "torch": (lambda: torch.tensor([1.0, 2.0]), r"torch\.autograd\.Function.*x\.detach\(\)"),
    "parameter": (lambda: torch.nn.Parameter(torch.ones(2)), r"torch\.autograd\.Function"),
}


@numba.njit
def kernel(x: Any, scale: float) -> Any:
    return x * scale


@numba.jit(forceobj=True)
def in_object_mode(x: Any) -> Any:
    return x * 2.0


@numba.vectorize
def twice(x: Any) -> Any:
    return x * 2.0


@pytest.mark.parametrize("name", VALUES)
def test_a_compiled_function_names_the_fix(name: str) -> None:
    make, says = VALUES[name]
    x = make()
    for arguments in ((x, 2.0), ([x, x], 2.0), ((x, 1), 2.0)):
        with pytest.raises(TypeError, match=f"(?s)`kernel`, a function compiled by Numba.*{says}"):
            kernel(*arguments)
    with pytest.raises(TypeError, match="Numba was given"):
        numba.typeof(x)


@pytest.mark.parametrize("name", VALUES)
def test_object_mode_and_curious_programs_go_on(name: str) -> None:
    x = VALUES[name][0]()
    assert in_object_mode(x).sum() == 6.0 if name == "array" else in_object_mode(x) is not None
    assert not hasattr(x, "_numba_type_")


def test_what_the_error_says_works() -> None:
    @tf.custom_gradient
    def f(x: tf.Tensor) -> Any:
        y = tf.constant(kernel(x.numpy(), 3.0))
        return y, lambda dy: dy * 3.0

    @np.custom_gradient
    def g(x: Any) -> Any:
        return kernel(numpy.asarray(x), 3.0), lambda dy: dy * 3.0

    x = tf.Variable([1.0, 2.0], dtype=tf.float64)
    with tf.debugging.set_gradient_leaks("error"):
        with tf.GradientTape() as tape:
            y = f(x) * x
        assert tape.gradient(y, x).numpy().tolist() == [6.0, 12.0]
        assert np.grad(lambda x: np.sum(g(x) * x))(np.array([1.0, 2.0])).tolist() == [6.0, 12.0]


def test_a_ufunc_of_numba_is_refused_for_what_a_tape_follows() -> None:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(), pytest.raises(TypeError, match=r"twice.*tf\.custom_gradient"):
        twice(x)
    a = np.array([1.0, 2.0])
    assert twice(a).tolist() == [2.0, 4.0]
    with pytest.raises(TypeError, match=r"twice.*np\.custom_gradient"):
        np.grad(lambda a: np.sum(twice(a)))(a)
