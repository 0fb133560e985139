"""Chains that are run again for their gradient: right values, optimal counts, little memory."""

from __future__ import annotations

import functools
import tracemalloc
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.revolve import forward_steps, next_state


@functools.cache
def fewest_steps(length: int, states: int) -> int:
    """By trying every place for the next state."""
    if length == 1:
        return 0
    if states == 1:
        return length * (length - 1) // 2
    return min(
        m + fewest_steps(length - m, states - 1) + fewest_steps(m, states) for m in range(1, length)
    )


@pytest.mark.parametrize("states", range(1, 9))
def test_schedule_is_optimal(states: int) -> None:
    for length in range(1, 50):
        assert forward_steps(length, states) == fewest_steps(length, states)
        if length > 1 and states > 1:
            m = next_state(length, states)
            rest = fewest_steps(length - m, states - 1) + fewest_steps(m, states)
            assert m + rest == fewest_steps(length, states)


def griewank(n: int, c: int) -> int:
    """The binomial formula, written out."""
    r = next(r for r in range(n + 1) if comb(c + r, c) >= n)
    return r * n - (comb(c + r, c + 1) if r else 0)


@pytest.mark.parametrize(
    ("n", "budget"), [(1, 1), (2, 1), (7, 1), (7, 2), (20, 3), (100, 5), (64, 64), (10_000, 50)]
)
def test_number_of_calls_is_the_optimal_one(n: int, budget: int) -> None:
    calls = 0

    def body(i: int, x: Any) -> Any:
        nonlocal calls
        calls += 1
        return x * 1.0001

    x = tf.Variable(1.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = tf.fori_checkpointed(n, body, x, budget=budget)
    assert calls == n
    gradient = tape.gradient(y, x)
    assert gradient.numpy() == pytest.approx(1.0001**n)
    assert calls == n + griewank(n, budget)


def plain(n: int, body: Any, x: Any) -> Any:
    for i in range(n):
        x = body(i, x)
    return x


W = np.random.default_rng(0).normal(size=(3, 3)) * 0.4


def structured(i: int, state: Any) -> Any:
    return {"a": tf.tanh(state["a"] @ W + float(i)), "n": state["n"] + 1}


CASES = [
    (lambda i, x: tf.sin(x) * (1.0 + 0.01 * i), np.array([0.3, 0.7])),
    (lambda i, x: tf.tanh(x @ W), np.ones((2, 3))),
    (lambda i, x: x if i % 2 else x * x, np.array(0.9)),
    (lambda i, x: tf.stop_gradient(x) if i == 3 else x * 2.0, np.array(0.9)),
]


@pytest.mark.parametrize("budget", [1, 2, 3, 9, 40, None])
@pytest.mark.parametrize(("body", "value"), CASES)
def test_gradient_is_that_of_the_plain_loop(body: Any, value: Any, budget: int | None) -> None:
    x = tf.Variable(value)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.fori_checkpointed(9, body, x, budget=budget))
        z = tf.reduce_sum(plain(9, body, x))
    assert y.numpy() == z.numpy()
    expected = tape.gradient(z, x, unconnected_gradients="zero").numpy()
    for _ in range(2):  # the second one from stored states that are used up
        got = tape.gradient(y, x, unconnected_gradients="zero").numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_structures_variables_and_tensors_from_outside() -> None:
    weights = tf.Variable(W)
    inputs = tf.Variable(np.arange(12.0).reshape(4, 3))
    kept = tf.Variable(2.0, dtype=tf.float64, trainable=False)

    def body(i: int, state: Any) -> Any:
        a, count = state
        return tf.tanh(a @ weights + rows[i] * kept), count + 1

    start = tf.constant(np.ones((2, 3)))
    found = []
    for loop in (functools.partial(tf.fori_checkpointed, budget=2), plain):
        with tf.GradientTape() as tape:
            tape.watch([start, kept])
            rows = inputs * 0.1  # followed, and known to body from outside only
            a, count = loop(4, body, (start, tf.constant(0)))
            y = tf.reduce_sum(a * a)
        assert count.numpy() == 4
        found.append([g.numpy() for g in tape.gradient(y, [start, weights, inputs, kept])])
    for got, expected in zip(*found, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_second_order_jacobian_and_forward_mode() -> None:
    def body(i: int, x: Any) -> Any:
        return x * tf.sin(x) + 0.5

    x = tf.constant(np.array([0.4, 1.1]))
    for derivative in ("hessian", "jacobian", "jvp"):
        found = []
        for loop in (functools.partial(tf.fori_checkpointed, budget=2), plain):
            if derivative == "jvp":
                with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
                    y = loop(5, body, x)
                found.append(accumulator.jvp(y).numpy())
                continue
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = loop(5, body, x)
                result = inner.gradient(y, x) if derivative == "hessian" else y
            found.append(outer.jacobian(result, x).numpy())
        np.testing.assert_allclose(found[0], found[1], rtol=1e-10)


@pytest.mark.parametrize("disk", [1, 4, 30])
def test_states_on_disk(tmp_path: Path, disk: int) -> None:
    files: list[int] = []

    def body(i: int, x: Any) -> Any:
        files.append(len(list(tmp_path.glob("*/*.npz"))))
        return tf.sin(x) * 1.1

    x = tf.Variable(np.array([0.3, 0.7]))
    with tf.GradientTape() as tape:
        y = tf.fori_checkpointed(20, body, x, budget=2, disk=disk, directory=str(tmp_path))
    got = tape.gradient(y, x).numpy()
    with tf.GradientTape() as plain_tape:
        y = plain(20, body, x)
    np.testing.assert_allclose(got, plain_tape.gradient(y, x).numpy(), rtol=1e-12)
    assert 1 <= max(files) <= disk
    assert len(files) - 20 == 20 + griewank(20, 2 + disk)
    del tape
    assert list(tmp_path.iterdir()) == []


SIZE = 20_000
FACTOR = tf.Variable(np.linspace(0.0, 1.0, SIZE))


def many_names(i: int, x: Any) -> Any:
    a = tf.sin(x)
    b = tf.exp(-x * x)
    c = a * b
    d = tf.tanh(c + x)
    return x + 0.01 * (d - c)


def of_a_pair(i: int, state: Any) -> Any:
    place, speed = state
    speed = speed - 0.01 * tf.sin(place)
    return place + 0.01 * speed, speed


def pair(x: Any) -> Any:
    return x, tf.sin(x)


#: Bodies, and what makes the first state.
MEASURED: dict[str, tuple[Any, Any]] = {
    "sin": (lambda i, x: x + 0.001 * tf.sin(x), tf.identity),
    "many names": (many_names, tf.identity),
    "roll": (
        lambda i, x: x + 0.1 * (tf.roll(x, 1, 0) - 2.0 * x + tf.roll(x, -1, 0)),
        tf.identity,
    ),
    "from outside": (lambda i, x: tf.tanh(x * FACTOR + tf.sin(FACTOR)), tf.identity),
    "pair": (of_a_pair, pair),
}


def peak_in_states(body: Any, n: int, begin: Any = tf.identity, **options: Any) -> float:
    """The peak of all memory while a gradient is taken, as a multiple of one state."""
    x = tf.Variable(np.linspace(0.0, 1.0, SIZE))
    tf.config.set_eager_kernels(False)  # a compiler in the background needs memory, too
    tracemalloc.start()
    try:
        with tf.GradientTape() as tape:
            y = tf.fori_checkpointed(n, body, begin(x), **options)
            loss = tf.reduce_sum(tf.stack(y) if isinstance(y, tuple) else y)
        tape.gradient(loss, [x, FACTOR])
        return tracemalloc.get_traced_memory()[1] / (8 * SIZE * len(tf.nest.flatten(y)))
    finally:
        tracemalloc.stop()
        tf.config.set_eager_kernels()


@pytest.mark.parametrize("budget", [20, 50])
@pytest.mark.parametrize(("body", "begin"), MEASURED.values(), ids=MEASURED)
def test_all_memory_stays_within_the_budget(body: Any, begin: Any, budget: int) -> None:
    calls = 0

    def counted(i: int, x: Any) -> Any:
        nonlocal calls
        calls += 1
        return body(i, x)

    assert peak_in_states(counted, 150, begin, budget=budget) < budget
    assert calls == 150 + griewank(150, budget)


def test_without_the_disk_fewer_states_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert peak_in_states(many_names, 150, budget=20, disk=0) < 20


def test_what_is_crowded_out_goes_to_the_disk(tmp_path: Path) -> None:
    files = []

    def body(i: int, x: Any) -> Any:
        files.append(len(list(tmp_path.glob("*/*.npz"))))
        return x + 0.001 * tf.sin(x)

    peak_in_states(body, 150, budget=20, directory=str(tmp_path))
    assert 5 < max(files) < 15
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("disk", [None, 0])
@pytest.mark.parametrize(("body", "begin"), MEASURED.values(), ids=MEASURED)
def test_measured_loops_have_the_gradient_of_the_plain_loop(
    body: Any, begin: Any, disk: int | None
) -> None:
    x = tf.Variable(np.linspace(0.0, 1.0, SIZE))
    found = []
    for loop in (functools.partial(tf.fori_checkpointed, budget=4, disk=disk), plain):
        with tf.GradientTape() as tape:
            y = loop(9, body, begin(x))
            y = tf.reduce_sum(tf.square(y[0] if isinstance(y, tuple) else y))
        found.append(tape.gradient(y, [x, FACTOR], unconnected_gradients="zero"))
    for got, expected in zip(*found, strict=True):
        np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-10, atol=1e-14)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    x = tf.Variable(np.zeros(SIZE))
    missing = str(tmp_path / "missing")
    with (
        pytest.raises(FileNotFoundError, match=r"missing.*disk=0"),
        tf.GradientTape(),
    ):
        tf.fori_checkpointed(9, many_names, x, budget=4, directory=missing)


@pytest.mark.parametrize("segments", [1, 2, 3, 5])
def test_sequential(segments: int) -> None:
    weights = [tf.Variable(W + i) for i in range(5)]
    calls = [0] * 5

    def layer(i: int) -> Any:
        def run(x: Any) -> Any:
            calls[i] += 1
            return tf.tanh(x @ weights[i])

        return run

    layers = [layer(i) for i in range(5)]
    x = tf.Variable(np.full((2, 3), 0.1))
    with tf.GradientTape() as tape:
        y = tf.checkpoint_sequential(layers, segments, x)
    got = tape.gradient(y, [x, *weights])
    last = range(5 // segments * (segments - 1), 5)
    assert calls == [1 if i in last else 2 for i in range(5)]  # the last segment is not run again
    with tf.GradientTape() as tape:
        y = x
        for f in layers:
            y = f(y)
    for g, expected in zip(got, tape.gradient(y, [x, *weights]), strict=True):
        np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12)


def test_without_a_tape_it_is_the_loop() -> None:
    x = tf.constant(1.0)
    assert tf.fori_checkpointed(10, lambda i, x: x + i, x, budget=2).numpy() == 46.0
    assert tf.fori_checkpointed(0, lambda i, x: x + i, x).numpy() == 1.0
    assert tf.function(lambda x: tf.fori_checkpointed(3, lambda i, x: x * 2.0, x))(x).numpy() == 8.0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: tf.fori_checkpointed(-1, abs, 1.0), ValueError, "n is at least 0"),
        (lambda: tf.fori_checkpointed(2.5, abs, 1.0), TypeError, "n is an integer"),  # type: ignore[arg-type]
        (lambda: tf.fori_checkpointed(3, abs, 1.0, budget=0), ValueError, "budget is at least 1"),
        (lambda: tf.fori_checkpointed(3, abs, 1.0, disk=-1), ValueError, "disk is at least 0"),
        (lambda: tf.fori_checkpointed(3, None, 1.0), TypeError, "body is a function"),  # type: ignore[arg-type]
        (
            lambda: tf.fori_checkpointed(3, lambda i, x: tf.stack([x, x]), 1.0),
            ValueError,
            r"Expected .float32\[\].*\. Actual, in step 0: .float32\[2\]",
        ),
        (lambda: tf.checkpoint_sequential([], 1, 1.0), TypeError, "list of callables"),
        (lambda: tf.checkpoint_sequential(None, 1, 1.0), TypeError, "list of callables"),
        (lambda: tf.checkpoint_sequential([abs], 2, 1.0), ValueError, "between 1 and"),
        (lambda: tf.checkpoint_sequential([abs], True, 1.0), ValueError, "between 1 and"),
    ],
)
def test_bad_input(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
