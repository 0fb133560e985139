"""Stretches of records that come again are pulled back by straight-line code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import backward, repeated


class Count:
    """How many records straight-line code has pulled back."""

    done = 0


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Code is made for what is seen a second time, and nothing is known from before."""
    found = Count()
    pull = repeated.pull_repeated

    def counted(*args: Any) -> int:
        done = pull(*args)
        found.done += done
        return done

    monkeypatch.setattr(repeated, "_OFTEN", 2)
    monkeypatch.setattr(repeated, "_forms", {})
    monkeypatch.setattr(repeated, "_seen", {})
    monkeypatch.setattr(backward, "pull_repeated", counted)
    return found


def gradients(f: Callable[..., Any], *values: Any) -> list[Any]:
    """The gradient of the sum of ``f(*values)``, as arrays."""
    sources = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = f(*sources)
    return [g if g is None else tf.convert_to_tensor(g).numpy() for g in tape.gradient(y, sources)]


def random_program(generator: np.random.Generator) -> Callable[..., Any]:
    """A function of three (3, 4) arrays made of some twenty operations."""
    one: list[Callable[[Any], Any]] = [
        tf.tanh,
        tf.sigmoid,
        tf.nn.relu,
        tf.identity,
        tf.abs,
        lambda x: x[1:3],
        lambda x: tf.gather(x, [1, 0, 1]),
        lambda x: tf.reduce_mean(x, axis=0),
        lambda x: tf.concat([x, x], axis=0),
        lambda x: tf.unstack(x)[0],
        tf.sign,
        lambda x: 2.0 - 0.5 * x,
    ]
    two: list[Callable[[Any, Any], Any]] = [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: a - b,
        lambda a, b: a / (1.5 + tf.square(b)),
        tf.maximum,
        lambda a, b: tf.matmul(a, b, transpose_b=True),
    ]
    steps = [
        (generator.integers(2), generator.integers(99), *generator.integers(0, 9, 2))
        for _ in range(20)
    ]

    def program(*inputs: Any) -> Any:
        values = list(inputs)
        for binary, which, i, j in steps:
            a, b = values[-1 - i % len(values)], values[-1 - j % len(values)]
            if binary:
                f = two[which % len(two)]
                fits = a.shape == b.shape and len(a.shape) == 2
                values.append(f(a, b) if fits else tf.reduce_sum(a) * b)
            elif len(a.shape) == 2 and a.shape[0] == 3:
                values.append(one[which % len(one)](a))
            else:
                values.append(tf.tanh(a))
        return sum([tf.reduce_sum(v) for v in values[3:]], 0.0 * tf.reduce_sum(inputs[0]))

    return program


@pytest.mark.parametrize("seed", range(60))
def test_both_ways_agree_to_the_last_bit(
    seed: int, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(seed)
    program = random_program(generator)
    for _ in range(5):
        values = generator.normal(size=(3, 3, 4))
        found = gradients(program, *values)
        with monkeypatch.context() as patch:
            patch.setattr(backward, "pull_repeated", lambda *args: 0)
            expected = gradients(program, *values)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert count.done > 0


def test_a_step_of_training(count: Count) -> None:
    x, w, b = np.array([[1.0, 2.0]]), np.array([[0.5], [-1.0]]), np.array([0.25])
    for step in range(6):
        weight, bias = tf.Variable(w), tf.Variable(b)
        with tf.GradientTape() as tape:
            y = tf.matmul(tf.constant(x), weight) + bias
            loss = tf.reduce_sum(y * y)
        gw, gb = tape.gradient(loss, [weight, bias])
        error = 2.0 * (x @ w + b)
        np.testing.assert_allclose(gw.numpy(), x.T @ error)
        np.testing.assert_allclose(gb.numpy(), error[0])
        w, b = w + step, b - step
    assert count.done == 5 * 4  # all steps but the first


def test_the_same_names_with_other_wires(count: Count) -> None:
    x, y = 3.0, 5.0
    wirings: list[tuple[Callable[..., Any], tuple[float, float]]] = [
        (lambda a, b: (a * b) * a, (2 * x * y, x * x)),
        (lambda a, b: (a * b) * b, (y * y, 2 * x * y)),
        (lambda a, b: (a * a) * b, (2 * x * y, x * x)),
        (lambda a, b: tf.square(a) * tf.square(b), (2 * x * y * y, 2 * x * x * y)),
    ]
    for _ in range(4):
        for f, expected in wirings:
            assert gradients(f, x, y) == [np.float32(e) for e in expected]
    assert count.done > 0


def test_shapes_that_broadcast_only_sometimes(count: Count) -> None:
    for shape in ((3,), (3,), (3,), (1,), (3,), (), (1,), (), (2, 3)):
        a, b = np.arange(3.0), np.full(shape, 2.0)
        ga, gb = gradients(lambda x, y: tf.tanh(x * y) * y, a, b)
        s, u = 1 - np.tanh(a * b) ** 2, np.tanh(a * b)
        np.testing.assert_allclose(ga, (s * b * b).reshape(-1, 3).sum(0))
        total = s * a * b + u
        np.testing.assert_allclose(gb, total.sum() if shape in ((), (1,)) else total)
    assert count.done > 0


def test_targets_and_sources_in_the_middle(count: Count) -> None:
    for k in range(8):
        x = tf.constant(2.0 + k)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            u = x * x
            if k % 2:
                tape.watch(u)
            y = tf.exp(u * 0.0) + u * x
        assert float(tape.gradient(y, x)) == 3.0 * (2.0 + k) ** 2
        assert float(tape.gradient(y, u)) == 2.0 + k
        gx, gu = tape.gradient([y, u], [x, u])
        assert float(gu) == 3.0 + k
        assert float(gx) == 3.0 * (2.0 + k) ** 2 + 2.0 * (2.0 + k)
    assert count.done > 0


def test_zero_cotangents_pass_no_infinity(count: Count) -> None:
    x = np.array([0.0, 4.0, 0.0])
    for _ in range(5):
        (g,) = gradients(lambda x: tf.where(x > 0.0, tf.math.log(x) * tf.tanh(x), 0.0), x)
        inner = np.tanh(4.0) / 4.0 + np.log(4.0) / np.cosh(4.0) ** 2
        np.testing.assert_allclose(g, [0.0, inner, 0.0])
    assert count.done > 0


def test_rows_and_blocks_stay_sparse(count: Count) -> None:
    table = tf.Variable(np.ones((5, 2)))
    for _ in range(5):
        with tf.GradientTape() as tape:
            rows = tf.gather(table, [1, 1, 3])
            y = tf.reduce_sum(rows * rows)
        g = tape.gradient(y, table)
        assert isinstance(g, tf.IndexedSlices)
        expected = [[0.0, 0.0], [4.0, 4.0], [0.0, 0.0], [2.0, 2.0], [0.0, 0.0]]
        np.testing.assert_array_equal(tf.convert_to_tensor(g).numpy(), expected)
    assert count.done > 0


def test_complex_data_in_the_place_of_real(count: Count) -> None:
    for _ in range(4):
        for value in (2.0 + 0.0, 1.0 + 2.0j):
            (g,) = gradients(lambda x: x * x * x, np.array([value]))
            np.testing.assert_allclose(g, [np.conj(3.0 * value * value)])
    assert count.done > 0


def test_a_loop_within_one_tape(count: Count) -> None:
    def f(x: Any, w: Any) -> Any:
        h = x
        for _ in range(200):
            h = tf.tanh(h * w) + x
        return h

    x, w = np.array([0.3, -0.2]), np.array([0.7, 0.4])
    h, dx, dw = x, np.ones(2), np.zeros(2)
    for _ in range(200):
        s = 1.0 - np.tanh(h * w) ** 2
        dx, dw = s * w * dx + 1.0, s * (h + w * dw)
        h = np.tanh(h * w) + x
    for _ in range(3):
        gx, gw = gradients(f, x, w)
        np.testing.assert_allclose(gx, dx, rtol=1e-12)
        np.testing.assert_allclose(gw, dw, rtol=1e-12)
    assert count.done > 1000


def test_results_are_nobody_elses(count: Count) -> None:
    """Sums in place never write to what a rule has handed out or a user holds."""

    def f(x: Any) -> Any:
        y = x + x
        return y + x + y + x * 1.0

    seed = tf.constant([1.0, 10.0])
    for _ in range(5):
        x = tf.constant([1.0, 2.0])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = f(x)
        first = tape.gradient(y, x, output_gradients=seed)
        again = tape.gradient(y, x, output_gradients=seed)
        for g in (first, again):
            np.testing.assert_array_equal(g.numpy(), [6.0, 60.0])
        np.testing.assert_array_equal(seed.numpy(), [1.0, 10.0])
    assert count.done > 0


def test_code_is_not_kept_for_ever(count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "_MOST", 3)
    functions = (tf.sin, tf.cos, tf.exp, tf.tanh, tf.sigmoid, tf.square)
    for f in functions:
        for _ in range(3):
            gradients(lambda x, f=f: f(f(x)), 0.5)  # type: ignore[misc]
    assert 0 < len(repeated._forms) <= 4
