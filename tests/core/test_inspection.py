"""is_tensor, static values, graph-only functions, conversion of other types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.convert import conversions


def test_what_is_a_tensor() -> None:
    slices = tf.IndexedSlices([1.0], [0], [2])
    assert all(tf.is_tensor(x) for x in (tf.constant(1.0), tf.Variable(1.0), slices))
    assert not any(tf.is_tensor(x) for x in (1.0, np.ones(2), [tf.constant(1.0)], None))
    assert not tf.is_symbolic_tensor(tf.constant(1.0))


def test_static_values_are_values() -> None:
    x = tf.constant([1.0, 2.0])
    value = tf.get_static_value(x)
    assert value.tolist() == [1.0, 2.0]
    value[0] = 100.0
    assert x.numpy().tolist() == [1.0, 2.0]


def test_functions_of_graphs_name_the_tape() -> None:
    x = tf.constant(1.0)
    with pytest.raises(RuntimeError, match=r"tf.gradients.*tf\.GradientTape"):
        tf.gradients(x * x, x)
    with pytest.raises(RuntimeError, match=r"tf.hessians.*tf\.GradientTape.*autodiff\.hessians"):
        tf.hessians(x * x, x)


class Metres:
    def __init__(self, value: Any) -> None:
        self.value = value


@pytest.fixture
def metres() -> Iterator[None]:
    tf.register_tensor_conversion_function(Metres, lambda m, *args, **kwargs: m.value)
    yield
    del conversions[Metres]


@pytest.mark.usefixtures("metres")
def test_registered_types_are_operands() -> None:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * Metres(x) + tf.square(Metres(3.0)) + tf.reduce_sum([Metres(x), Metres(1.0)])
    assert y.numpy() == 4.0 + 9.0 + 3.0
    assert tape.gradient(y, x).numpy() == 5.0
    assert tf.convert_to_tensor(Metres(5.0)).numpy() == 5.0


def test_what_cannot_be_registered() -> None:
    with pytest.raises(TypeError, match="base_type must be a type"):
        tf.register_tensor_conversion_function("Metres", lambda m: m)
    with pytest.raises(TypeError, match="conversion_func must be callable"):
        tf.register_tensor_conversion_function(Metres, 3)
