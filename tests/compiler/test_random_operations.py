"""Random numbers with tensors as parameters: compiled, the same numbers and gradients as eager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

generator = tf.random.Generator.from_seed(3)

DRAWS: dict[str, Callable[[Any, Any], Any]] = {
    "normal": lambda a, b: tf.random.normal([3, 2], a, b),
    "truncated normal": lambda a, b: tf.random.truncated_normal([3, 2], a, b, seed=7),
    "uniform": lambda a, b: tf.random.uniform([3, 2], a, a + b),
    "uniform up to a tensor": lambda a, b: tf.random.uniform([3, 2], maxval=b),
    "generator, normal": lambda a, b: generator.normal([3, 2], a, b),
    "generator, truncated": lambda a, b: generator.truncated_normal([3, 2], a, b),
    "generator, uniform": lambda a, b: generator.uniform([3, 2], a, a + b),
    "generator, binomial": lambda a, b: generator.binomial([9, 2], a, b, tf.float32),
    "stateless normal": lambda a, b: tf.random.stateless_normal([3, 2], [1, 2], a, b),
    "stateless truncated": lambda a, b: tf.random.stateless_truncated_normal([3], [1, 2], 0.0, b),
    "stateless uniform": lambda a, b: tf.random.stateless_uniform([3, 2], [1, 2], a, a + b),
    "noise": lambda a, b: a + tf.random.normal(tf.shape(a)) * b,
}


def drawn(f: Callable[[Any, Any], Any]) -> list[Any]:
    """Three draws and their gradients."""
    tf.random.set_seed(5)
    generator.reset_from_seed(3)
    found = []
    for _ in range(3):
        a, b = tf.constant([10.0, 20.0]), tf.constant(0.5)
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = f(a, b)
        found.append((y, tape.gradient(y, [a, b], unconnected_gradients="zero")))
    return found


@pytest.mark.parametrize("name", DRAWS)
def test_draws_with_tensors_as_parameters(name: str) -> None:
    draw = DRAWS[name]
    compiled = tf.function(draw)
    got, expected = drawn(compiled), drawn(draw)
    for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    values = {y.numpy().tobytes() for y, _ in got}
    assert len(values) == (1 if "stateless" in name else 3)
    assert "eagerly" not in compiled.explain()
