"""Random programs with many uses of each value: all modes and orders agree, and with differences.

A program is a list of steps over values of shape (2, 3); each step uses values made before, so that
most are used several times, through views, sums and copies as well as through real arithmetic. That
is what would show a cotangent array which two consumers share and one of them changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tapegrad as tf

Array = np.ndarray
Values = list[tf.Tensor]
SHAPE = (2, 3)


def _matmul(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.matmul(a, tf.matmul(b, a, transpose_a=True)) * 0.1


def _rows(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    first, second = tf.unstack(a)
    return tf.stack([second, b[0] * first])


def _split(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    left, right = tf.split(a, [1, 2], axis=1)
    return tf.concat([right * b[:, 1:], left], axis=1)


def _all_of_one(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.add_n([a, a, b, a]) * 0.25


#: The steps; the last ones are those whose cotangents are views of, or are, what came in.
STEPS: list[Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = [
    lambda a, b: tf.sin(a) * b,
    lambda a, b: tf.tanh(a * b),
    lambda a, b: a * tf.reduce_mean(b, axis=0),
    lambda a, b: a / (1.5 + tf.square(b)),
    lambda a, b: tf.where(tf.constant([[True, False, True], [False, False, True]]), a, b * b),
    lambda a, b: tf.gather(a, [1, 1]) + tf.reduce_sum(b) * 0.1,
    lambda a, b: tf.nn.softmax(a) + tf.exp(-tf.square(b)),
    lambda a, b: tf.einsum("ij,kj->ik", a, b) @ tf.ones_like(a) * 0.2,
    lambda a, b: tf.math.cumsum(a, axis=1) - tf.stop_gradient(b),
    _matmul,
    _rows,
    _split,
    _all_of_one,
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: tf.identity(a) + tf.identity(a) + b,
    lambda a, b: tf.reshape(tf.reshape(a, [3, 2]), SHAPE) + tf.reshape(b, SHAPE),
    lambda a, b: tf.transpose(tf.transpose(a)) - a + b,
    lambda a, b: tf.broadcast_to(tf.reduce_sum(a, 0, keepdims=True), SHAPE) * 0.3 + b,
    lambda a, b: tf.concat([a[:1], b[1:]], 0),
]

Step = tuple[int, int, int]


@st.composite
def programs(draw: st.DrawFn) -> list[Step]:
    """Steps as (which, first operand, second operand), counted back from the latest value."""
    count = draw(st.integers(3, 7))
    return [
        (
            draw(st.integers(0, len(STEPS) - 1)),
            draw(st.integers(0, min(k + 1, 3))),
            draw(st.integers(0, k + 1)),
        )
        for k in range(count)
    ]


def run(program: list[Step], x: tf.Tensor, w: tf.Tensor) -> Values:
    values = [w, x]
    for which, i, j in program:
        values.append(STEPS[which](values[-1 - i], values[-1 - j]))
    return values


rng = np.random.default_rng(5)
X, W, DX, DW, C = (rng.uniform(-1.0, 1.0, SHAPE) for _ in range(5))


def loss(program: list[Step], x: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(run(program, x, w)[-1] * C)


def gradients(program: list[Step], x: tf.Tensor, w: tf.Tensor) -> Values:
    with tf.GradientTape() as tape:
        tape.watch([x, w])
        y = loss(program, x, w)
    found: Values = tape.gradient(y, [x, w], unconnected_gradients="zero")
    return found


def along(program: list[Step]) -> Callable[[float], float]:
    """The loss on a line through the point."""
    return lambda e: float(loss(program, tf.constant(X + e * DX), tf.constant(W + e * DW)))


def slope(f: Callable[[float], Array]) -> Array:
    """Central differences of fourth order."""
    h = 1e-3
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def detached(program: list[Step]) -> bool:
    """Differences see through stop_gradient, which derivatives must not."""
    return all(which != 8 for which, _, _ in program)


quickly = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@quickly
@given(programs().filter(detached))
def test_reverse_and_forward_mode_are_the_slope(program: list[Step]) -> None:
    x, w = tf.constant(X), tf.constant(W)
    gx, gw = gradients(program, x, w)
    with tf.autodiff.ForwardAccumulator([x, w], [tf.constant(DX), tf.constant(DW)]) as acc:
        y = loss(program, x, w)
    expected = slope(lambda e: np.array(along(program)(e)))
    assert np.sum(gx * DX + gw * DW) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert acc.jvp(y, "zero").numpy() == pytest.approx(expected, rel=1e-6, abs=1e-6)


@quickly
@given(programs().filter(detached))
def test_second_order_is_the_slope_of_the_gradient(program: list[Step]) -> None:
    def both(e: float) -> Array:
        found = gradients(program, tf.constant(X + e * DX), tf.constant(W + e * DW))
        return np.stack([g.numpy() for g in found])

    expected = slope(both)
    x, w, dx, dw = (tf.constant(a) for a in (X, W, DX, DW))
    close = {"rtol": 1e-5, "atol": 1e-6}

    with tf.GradientTape() as outer:
        outer.watch([x, w])
        g = gradients(program, x, w)
    hvp = outer.gradient(g, [x, w], [dx, dw], unconnected_gradients="zero")
    np.testing.assert_allclose(hvp, expected, **close, err_msg="reverse over reverse")

    with tf.autodiff.ForwardAccumulator([x, w], [dx, dw]) as acc:
        g = gradients(program, x, w)
    np.testing.assert_allclose(
        acc.jvp(g, "zero"), expected, **close, err_msg="forward over reverse"
    )

    with tf.GradientTape() as outer:
        outer.watch([x, w])
        with tf.autodiff.ForwardAccumulator([x, w], [dx, dw]) as acc:
            y = loss(program, x, w)
        t = acc.jvp(y, "zero")
    hvp = outer.gradient(t, [x, w], unconnected_gradients="zero")
    np.testing.assert_allclose(hvp, expected, **close, err_msg="reverse over forward")


@quickly
@given(programs(), st.sampled_from([None, 1, 2, 5, 1000]))
def test_jacobians_are_made_of_gradients(program: list[Step], rows: int | None) -> None:
    x, w = tf.constant(X), tf.constant(W)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, w])
        values = run(program, x, w)
        y = values[-1]
    sources = [x, w, *values[2:]]
    found = tape.jacobian(y, sources, parallel_iterations=rows)
    for k in range(y.numpy().size):
        seed = np.zeros(SHAPE)
        seed.flat[k] = 1.0
        row = tape.gradient(y, sources, tf.constant(seed))
        for j, g in zip(found, row, strict=True):
            assert (j is None) == (g is None)
            if j is not None:
                np.testing.assert_allclose(j[k // 3, k % 3], tf.convert_to_tensor(g), atol=1e-12)


@quickly
@given(programs())
def test_what_else_is_asked_for_changes_nothing(program: list[Step]) -> None:
    x, w = tf.constant(X), tf.constant(W)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, w])
        values = run(program, x, w)
        y = values[-1] * C
    together = tape.gradient(y, values)
    again = tape.gradient(y, values)
    with tf.GradientTape() as once:
        once.watch([x, w])
        y_once = run(program, x, w)[-1] * C
    consumed = once.gradient(y_once, [w, x])
    with tf.GradientTape() as outer:  # a recorded gradient has its own way of adding up
        outer.watch(tf.constant(0.0))
        recorded = tape.gradient(y, values)
    for k, source in enumerate(values):
        alone = tape.gradient(y, source)
        others = [together[k], again[k], recorded[k], *consumed[k : k + 1]]
        for g in others:
            assert (g is None) == (alone is None)
            if g is not None:
                np.testing.assert_allclose(
                    tf.convert_to_tensor(g), tf.convert_to_tensor(alone), atol=1e-12
                )
