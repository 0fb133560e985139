"""Python's loops over recorded operations become native loops, and compute the same."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tapegrad.compiler.repeats import LEAST_COUNT, stretches
from tests.compiler.interpreter import interpreted
from tests.compiler.loop_programs import LoopProgram
from tests.compiler.test_random_programs import check

#: More for a long search: TAPEGRAD_LOOPS=5000.
COUNT = int(os.environ.get("TAPEGRAD_LOOPS", "60"))
FIRST = int(os.environ.get("TAPEGRAD_FIRST_LOOP", "0"))


def rolled(function: Any) -> int:
    """How many loops the compiled calls of a function have."""
    return sum(
        len(program.loops)
        for paths in function._known.values()
        for path in paths.paths
        for program in path.programs
    )


def compare(function: Callable[..., Any], *inputs: Any, loops: int | None = None) -> Any:
    """Eager and compiled runs agree; the compiled function."""
    compiled = tf.function(function)
    expected = [np.asarray(x) for x in tf.nest.flatten(function(*inputs))]
    for _ in range(2):
        found = [np.asarray(x) for x in tf.nest.flatten(compiled(*inputs))]
        for x, y in zip(found, expected, strict=True):
            assert x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)
    if loops is None:
        assert rolled(compiled) > 0
    else:
        assert rolled(compiled) == loops
    return compiled


@pytest.fixture
def in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)


@pytest.mark.parametrize("block", range(6))
def test_random_loops(block: int, in_python: None) -> None:
    size = COUNT // 6
    for seed in range(FIRST + block * size, FIRST + (block + 1) * size):
        try:
            check(LoopProgram(seed), 256)
        except Exception as error:
            error.add_note(f"LoopProgram({seed})")
            raise


def test_most_random_loops_become_loops(in_python: None) -> None:
    found = []
    for seed in range(12):
        program = LoopProgram(seed)
        compiled = tf.function(program)
        compiled(*program.inputs(0))
        found.append(rolled(compiled) > 0)
    assert sum(found) >= 6, found


@pytest.mark.parametrize("seed", [1, 4])
def test_random_loops_of_machine_code(seed: int) -> None:
    check(LoopProgram(1_000_000 + seed, tf.float64 if seed % 2 else tf.float32), 1024)


def rows(*shape: int) -> Any:
    return tf.constant(np.random.default_rng(3).normal(size=shape))


def test_recurrence_with_gradient(in_python: None) -> None:
    def recurrence(x: Any, w: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            h = tf.zeros(3, tf.float64)
            loss = 0.0
            for t in range(x.shape[0]):
                h = tf.tanh(w * h + x[t]) + tf.sin(x[t])
                loss = loss + tf.reduce_sum(h * h)
        return loss, tape.gradient(loss, [x, w]), h

    compare(recurrence, rows(30, 3), rows(3))


def test_trip_count_of_a_tensor(in_python: None) -> None:
    @tf.function
    def power(x: Any, n: Any) -> Any:
        y = x
        for _ in range(n):
            y = tf.sin(y) * x + tf.cos(y)
        return y

    x = rows(4)
    for n in (40, 50, 40, 3, 50, 0):
        expected = np.asarray(x)
        for _ in range(n):
            expected = np.sin(expected) * np.asarray(x) + np.cos(expected)
        np.testing.assert_allclose(power(x, tf.constant(n)), expected, rtol=1e-12)
    assert rolled(power) >= 2


def test_loop_until_converged(in_python: None) -> None:
    def root(a: Any) -> Any:
        x = a
        while tf.reduce_max(tf.abs(x * x - a)) > 1e-12:
            x = 0.7 * x + 0.3 * a / x
        return x

    compiled = tf.function(root)
    for scale in (2.0, 2.0, 9.0, 50.0, 2.0, 9.0):
        a = tf.constant([scale, scale + 1.0], tf.float64)
        np.testing.assert_allclose(compiled(a), np.sqrt(np.asarray(a)), rtol=1e-11)
        np.testing.assert_array_equal(compiled(a), root(a))


def test_functional_loops(in_python: None) -> None:
    x = rows(40, 3)

    def scan(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.scan(lambda h, row: tf.tanh(h * 0.5 + row) + 0.1 * h, x, tf.zeros(3, tf.float64))
            loss = tf.reduce_sum(y * y)
        return y, tape.gradient(loss, x)

    def folded(x: Any) -> Any:
        return tf.foldl(lambda a, row: tf.sin(a) + row * a, x, tf.ones(3, tf.float64))

    def mapped(x: Any) -> Any:
        return tf.map_fn(lambda row: tf.exp(row) / (1.0 + tf.reduce_sum(tf.square(row))), x)

    def looped(x: Any) -> Any:
        def body(i: Any, h: Any) -> Any:
            return i + 1, tf.tanh(h + x[i]) * 0.9 + 0.1 * h

        return tf.while_loop(lambda i, h: i < 40, body, [0, tf.zeros(3, tf.float64)])[1]

    for function in (scan, folded, mapped, looped):
        compare(function, x)


def test_gradient_descent_on_a_variable(in_python: None) -> None:
    def steps(w: Any, x: Any) -> Any:
        loss = None
        for _ in range(25):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(tf.sin(w) * x - 0.5))
            w.assign_sub(0.05 * tape.gradient(loss, w))
        return loss

    x = rows(6)
    eager, fast = (tf.Variable(tf.ones(6, tf.float64)) for _ in range(2))
    compiled = tf.function(steps)
    for _ in range(3):
        np.testing.assert_allclose(compiled(fast, x), steps(eager, x), rtol=1e-12)
        np.testing.assert_allclose(fast, eager, rtol=1e-12)
    assert rolled(compiled) == 1


def test_random_numbers_in_a_loop(in_python: None) -> None:
    def noisy(x: Any) -> Any:
        for _ in range(30):
            x = tf.sin(x) + 0.1 * tf.random.normal([3], dtype=tf.float64) * tf.cos(x)
        return x

    x = rows(3)
    compiled = tf.function(noisy)
    for call in range(3):
        tf.random.set_seed(call)
        expected = noisy(x)
        tf.random.set_seed(call)
        np.testing.assert_allclose(compiled(x), expected, rtol=1e-12)
    assert rolled(compiled) == 1


def test_calls_of_python_between_repetitions(in_python: None) -> None:
    def program(x: Any) -> Any:
        for t in range(100):
            x = tf.sin(x) + 0.1 * tf.cos(x)
            if t == 40:
                tf.debugging.assert_less(x, tf.constant(1.5, tf.float64))
        return x

    compiled = compare(program, rows(3), loops=2)
    with pytest.raises(tf.errors.InvalidArgumentError):
        compiled(rows(3) * np.nan)


def test_stacks_of_results_are_slices(in_python: None) -> None:
    def program(x: Any) -> Any:
        h, out = x[0], []
        for t in range(50):
            h = tf.tanh(h + x[t])
            out.append(h)
        special = [x[3], *out[5:40], out[2], x[1], x[2], *out[30:3:-2]]
        return tf.stack(out), tf.stack(out[::-1]), tf.stack(special), tf.stack(out, axis=1)

    compiled = compare(program, rows(50, 3))
    assert len(compiled.source()) < 20_000


def test_gradients_of_parts_are_put_together(in_python: None) -> None:
    def program(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            parts = [tf.sin(x[:2, 1:]) * x[2:4, :3], tf.exp(x[4, ::-1])]
            loss = tf.reduce_sum(parts[0]) - tf.reduce_sum(parts[1])
        return tape.gradient(loss, x)

    compare(program, rows(5, 4), loops=0)

    def overlapping(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.sin(x[:3]) * x[1:4]) + tf.reduce_sum(tf.cos(x[2]))
        return tape.gradient(loss, x)

    compare(overlapping, rows(5, 4), loops=0)


def test_optimizer_steps_in_a_loop(in_python: None) -> None:
    def steps(optimizer: Any, w: Any, x: Any) -> Any:
        for _ in range(15):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(tf.sin(w) * x - 0.5))
            optimizer.apply_gradients([(tape.gradient(loss, w), w)])
        return loss

    x = rows(6)
    found = []
    for wrapper in (tf.function, lambda f: f):
        w = tf.Variable(tf.ones(6, tf.float64))
        optimizer = tf.optimizers.Adam(0.01)
        step = wrapper(steps)
        found.append([step(optimizer, w, x).numpy() for _ in range(3)] + [w.numpy()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_list_of_separate_tensors(in_python: None) -> None:
    def program(*xs: Any) -> Any:
        h = tf.ones(3, tf.float64)
        out = []
        for x in xs:
            h = tf.tanh(h * x) + 0.5 * x
            out.append(tf.reduce_sum(h))
        return h, out

    compare(program, *[rows(3) * (1.0 + 0.1 * k) for k in range(40)])


def test_weights_cut_in_each_turn(in_python: None) -> None:
    def program(x: Any, w: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            h, total = tf.zeros(2, tf.float64), 0.0
            for row in x:
                h = tf.tanh(h * w[0, :2] + row * w[1, 1:] + w[2, ::2]) + 0.1 * w[0, 1:]
                total = total + tf.reduce_sum(h * row)
        return total, tape.gradient(total, [x, w])

    compiled = compare(program, rows(40, 2), rows(3, 3))
    (path,) = next(iter(compiled._known.values())).paths
    assert any(loop.summed for loop in path.program.loops)
    assert not any(
        step.primitive.name == "put_slice" for loop in path.program.loops for step in loop.body
    )


def test_garbage_is_collected_again_after_recording(in_python: None) -> None:
    during: list[bool] = []

    @tf.function
    def program(x: Any) -> Any:
        during.append(gc.isenabled())
        if x.shape == (3,):
            raise ValueError("of this shape")
        return tf.sin(x)

    assert gc.isenabled()
    program(rows(2))
    with pytest.raises(ValueError, match="of this shape"):
        program(rows(3))
    assert during == [False, False]
    assert gc.isenabled()


def test_second_order_and_jacobian(in_python: None) -> None:
    def program(x: Any) -> Any:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = x
                for _ in range(12):
                    y = tf.sin(y) + 0.3 * x * y
                loss = tf.reduce_sum(y)
            g = inner.gradient(loss, x)
            s = tf.reduce_sum(g * g)
        return g, outer.gradient(s, x)

    compare(program, rows(3))


def test_gradient_of_a_compiled_loop(in_python: None) -> None:
    def loop(x: Any, w: Any) -> Any:
        h = x[0]
        for t in range(1, 30):
            h = tf.tanh(w * h) + 0.3 * x[t]
        return tf.reduce_sum(h)

    compiled = tf.function(loop)
    x, w = rows(30, 3), rows(3)
    for _ in range(2):
        gradients = []
        for function in (loop, compiled):
            with tf.GradientTape() as tape:
                tape.watch([x, w])
                y = function(x, w)
            gradients.append(tape.gradient(y, [x, w]))
        for a, b in zip(*gradients, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([1, 2, 3] * 50, [(0, 3, 50, 0)]),
        ([9, 8] + [1, 2, 3] * 50 + [1, 2, 7], [(2, 3, 50, 2)]),
        ([1, 2] * 60 + [5] + [3, 4, 5, 6] * 40, [(0, 2, 60, 0), (121, 4, 40, 0)]),
        (list(range(500)), []),
        ([1] * 500, [(0, 1, 500, 0)]),
        ([], []),
        ([1, 2, 3] * (LEAST_COUNT - 1), []),
    ],
)
def test_stretches(codes: list[int], expected: list[tuple[int, ...]]) -> None:
    array = np.array(codes, np.int64)
    assert [tuple(s) for s in stretches(array, 0, len(codes))] == expected


def test_stretches_cover_nested_loops_whole() -> None:
    body = [1, 2, *[3, 4] * 5, 6]
    found = stretches(np.array(body * 20), 0, len(body) * 20)
    assert [(s.period, s.turns) for s in found] == [(len(body), 20)]
