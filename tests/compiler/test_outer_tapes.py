"""A compiled function under a tape: every pair of result and source, as without compilation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf


class State:
    """Variables for one function, fresh for each run of it."""

    def __init__(self) -> None:
        self.w = tf.Variable([1.0, 2.0, 3.0])
        self.table = tf.Variable(np.linspace(0.1, 1.2, 12).reshape(4, 3), dtype=tf.float32)
        self.fixed = tf.Variable(2.0, trainable=False)


def apart(s: State, x: Any, y: Any) -> Any:
    return tf.sin(x), tf.cos(y), x * y, tf.stop_gradient(x) * y, tf.floor(x), tf.argmax(x)


def inputs_again(s: State, x: Any, y: Any) -> Any:
    return x, y, x + y, x, s.w, s.w * 1.0


def of_parts(s: State, x: Any, y: Any) -> Any:
    first, *_, last = tf.unstack(x)
    return first, last, tf.split(y, 3)[1], x[1:], y[::-1]


def picked(s: State, x: Any, y: Any) -> Any:
    rows = tf.gather(s.table, [2, 0, 2])
    return rows * x, tf.gather(s.table, [1]) + y, tf.reduce_sum(s.table * x)


def picked_twice(s: State, x: Any, y: Any) -> Any:
    return tf.gather(s.table, [2, 0]) * x + tf.gather(s.table, [3, 3]), tf.gather(x, [1, 1, 0])


def read_before_and_after(s: State, x: Any, y: Any) -> Any:
    before = s.w * x
    s.w.assign(2.0 * x)
    after = s.w * y
    s.w.assign_add(y)
    return before, after, s.w * s.w, before + after, s.w


def assigned_only(s: State, x: Any, y: Any) -> Any:
    s.w.assign_add(x * y)
    return x * 2.0


def not_trained(s: State, x: Any, y: Any) -> Any:
    s.fixed.assign_add(1.0)
    return x * s.fixed, s.fixed * 1.0


def constants(s: State, x: Any, y: Any) -> Any:
    return tf.ones([3]), tf.zeros_like(x), x * 0.0, tf.constant(1.0)


FUNCTIONS = [
    apart,
    inputs_again,
    of_parts,
    picked,
    picked_twice,
    read_before_and_after,
    assigned_only,
    not_trained,
    constants,
]


def answers(f: Callable[..., Any], state: State, x: Any, y: Any) -> list[Any]:
    """The gradient of each result in each source, alone, and of all results together."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        results = tf.nest.flatten(f(x, y))
    sources = [x, y, state.w, state.table, state.fixed]
    found = [tape.gradient(r, source) for r in results for source in sources if r.dtype.is_floating]
    return [*found, *tape.gradient([r for r in results if r.dtype.is_floating], sources)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_pair_of_result_and_source(function: Callable[..., Any]) -> None:
    states = State(), State()

    def eager(x: Any, y: Any) -> Any:
        return function(states[0], x, y)

    compiled = tf.function(lambda x, y: function(states[1], x, y))
    for k in range(3):
        x, y = tf.constant([0.1, 0.2 + k, 0.3]), tf.constant([1.0, 2.0, 3.0])
        expected, got = answers(eager, states[0], x, y), answers(compiled, states[1], x, y)
        assert [type(g) for g in got] == [type(g) for g in expected]
        for a, b in zip(got, expected, strict=True):
            if isinstance(b, tf.IndexedSlices):
                np.testing.assert_array_equal(a.indices, b.indices)
                a, b = a.values, b.values
            if b is not None:
                np.testing.assert_allclose(a, b, rtol=1e-6)
    assert "eagerly" not in compiled.explain()


def test_the_pairs_are_not_all_connected() -> None:
    x, y = tf.constant([0.1, 0.2, 0.3]), tf.constant([1.0, 2.0, 3.0])
    state = State()
    f = tf.function(lambda x, y: apart(state, x, y))
    for _ in range(2):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, y])
            sin, cos, *_ = f(x, y)
        assert tape.gradient(sin, y) is None
        assert tape.gradient(cos, x) is None
        zeros = tape.gradient(cos, x, unconnected_gradients="zero")
        assert zeros.numpy().tolist() == [0.0] * 3
