"""Convolution and pooling inside of a compiled function: nothing is left to NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels, library
from tests.compiler.interpreter import interpreted


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)


def random(*shape: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32))


def check(f: Any, *arguments: tf.Tensor) -> set[str]:
    """Compare value and gradients, twice; return which operations are calls of NumPy."""

    def with_gradients(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = f(*inputs)
        return y, *tape.gradient(y, inputs)

    compiled = tf.function(with_gradients)
    compiled(*arguments)
    for inputs in (arguments, [2.0 * x for x in arguments]):
        for made, expected in zip(compiled(*inputs), with_gradients(*inputs), strict=True):
            scale = np.abs(expected.numpy()).max()
            np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-5 * scale)
    lines = str(compiled.explain()).splitlines()
    return {line.split()[0] for line in lines if " is a call" in line}


NETWORKS = {
    "same": lambda x, f: tf.nn.max_pool2d(tf.nn.conv2d(x, f, 1, "SAME"), 2, 2, "VALID"),
    "valid": lambda x, f: tf.nn.avg_pool2d(tf.nn.conv2d(x, f, 1, "VALID"), 3, 2, "SAME"),
    "dilated": lambda x, f: tf.nn.conv2d(x, f, 1, "SAME", dilations=2),
    "wide_padding": lambda x, f: tf.nn.conv2d(x, f, 1, [[0, 0], [4, 3], [0, 5], [0, 0]]),
    "uneven": lambda x, f: tf.nn.max_pool2d(
        tf.nn.relu(tf.nn.conv2d(x, f, 1, "SAME")), 3, 2, "SAME"
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_left_to_numpy(name: str) -> None:
    def f(x: Any, filters: Any, bias: Any) -> Any:
        return tf.reduce_sum(tf.tanh(NETWORKS[name](tf.nn.relu(x + bias), filters)))

    calls = check(f, random(3, 7, 6, 5), random(3, 2, 5, 4), random(5))
    assert calls <= {"put_slice"}  # which may stand alone


def test_strides() -> None:
    def f(x: Any, filters: Any) -> Any:
        return tf.reduce_sum(tf.square(tf.nn.conv2d(x, filters, [1, 2, 3, 1], "SAME")))

    calls = check(f, random(2, 7, 8, 3), random(3, 3, 3, 4))
    assert {"conv", "conv_filter"}.isdisjoint(calls)


def test_filters_of_which_padding_hides_a_part() -> None:
    def f(x: Any, filters: Any) -> Any:
        return tf.reduce_sum(tf.square(tf.nn.conv2d(x, filters, 1, "SAME")))

    check(f, random(2, 1, 2, 3), random(5, 5, 3, 2))


def test_groups_and_channels_first() -> None:
    def f(x: Any, filters: Any) -> Any:
        y = tf.nn.conv2d(x, filters, 1, "SAME")  # two groups
        z = tf.nn.max_pool2d(tf.transpose(y, [0, 3, 1, 2]), 2, 2, "VALID", data_format="NCHW")
        return tf.reduce_sum(tf.square(z))

    check(f, random(2, 6, 4, 6), random(3, 3, 3, 4))


def test_two_convolutions_of_an_image() -> None:
    def f(x: Any, a: Any, b: Any) -> Any:
        y = tf.nn.relu(x)
        left, right = tf.nn.conv2d(y, a, 1, "SAME"), tf.nn.conv2d(y, b, 1, "SAME")
        return tf.reduce_sum(left * right)

    check(f, random(2, 4, 4, 3), random(3, 3, 3, 5), random(3, 3, 3, 5))


@pytest.mark.parametrize("strides", [1, 2])
def test_eager_code_takes_the_kernels_for_large_arrays(strides: int) -> None:
    x, f = random(2, 9, 9, 3), random(3, 3, 3, 4)

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, f])
            y = tf.nn.max_pool2d(tf.nn.conv2d(x, f, strides, "SAME"), 2, 2, "SAME")
            z = tf.nn.avg_pool2d(y, 2, 1, "SAME")
        return z, *tape.gradient(z, [x, f])

    tf.config.set_eager_kernels(False)
    try:
        expected = gradients()
        tf.config.set_eager_kernels(patience=0.0, smallest=0)
        made = gradients()
        found = {key[0] for key, single in library._known.items() if single.loop is not None}
    finally:
        tf.config.set_eager_kernels()
    for a, b in zip(made, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
    both = {"conv", "conv_filter", "window_max", "window_max_spread", "window_sum", "window_spread"}
    assert found == (both | {"conv_input"} if strides == 1 else both)


def test_whole_numbers_and_half_precision_stay_with_numpy() -> None:
    tf.config.set_eager_kernels(patience=0.0, smallest=0)
    try:
        for dtype in (tf.int32, tf.float16):
            x = tf.cast(tf.reshape(tf.range(16), [1, 4, 4, 1]), dtype)
            y = tf.nn.max_pool2d(x, 2, 2, "VALID")
            assert y.dtype == dtype
            assert y.numpy().ravel().tolist() == [5, 7, 13, 15]
        assert all(single.loop is None for single in library._known.values())
    finally:
        tf.config.set_eager_kernels()
