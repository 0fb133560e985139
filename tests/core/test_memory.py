"""What a tape keeps, and that it gives it back at once, without the garbage collector."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import tapegrad as tf


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_chain_of_100_000_operations_differentiates() -> None:
    x = tf.constant(0.5, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(50_000):
            y = tf.sin(y) + 0.1
    g = tape.gradient(y, x)
    value, slope = 0.5, 1.0
    for _ in range(50_000):
        value, slope = np.sin(value) + 0.1, slope * np.cos(value)
    assert y.numpy() == pytest.approx(value, rel=1e-12)
    assert g.numpy() == pytest.approx(slope, rel=1e-9, abs=1e-300)


def test_a_tape_of_a_million_operations_is_released() -> None:
    x = tf.constant(1.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x
        for _ in range(1_000_000):
            y = -y
    assert len(tape.records) == 1_000_000
    assert y.numpy() == 1.0
    alive = weakref.ref(tape)
    del tape
    assert alive() is None


@pytest.mark.parametrize("persistent", [False, True])
def test_memory_is_back_without_the_collector(persistent: bool) -> None:
    v = tf.Variable(np.ones(1000))

    def step() -> None:
        with tf.GradientTape(persistent=persistent) as tape:
            y = tf.reduce_sum(tf.sin(v) * v)
        assert tape.gradient(y, v) is not None

    tracemalloc.start()
    for _ in range(100):  # until Python's own lists of free tuples are full
        step()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(200):
        step()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 10_000


def test_no_object_of_a_step_outlives_it() -> None:
    x = tf.constant(np.ones(10))
    with tf.GradientTape() as tape:
        tape.watch(x)
        inside = tf.exp(x)
        y = tf.reduce_sum(inside)
    g = tape.gradient(y, x)
    dead = [weakref.ref(o) for o in (tape, inside, y, g)]
    del tape, inside, y, g
    assert [d() for d in dead] == [None] * 4


def test_a_non_persistent_gradient_frees_what_was_saved() -> None:
    x = tf.constant(np.ones(10))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.exp(x)
    saved = weakref.ref(y._value)
    tape.gradient(y, x)
    del y
    assert saved() is None
    assert tape.records == []


def test_a_failing_gradient_frees_what_was_saved() -> None:
    @tf.custom_gradient
    def broken(x: tf.Tensor) -> tuple[tf.Tensor, object]:
        def grad(dy: tf.Tensor) -> tf.Tensor:
            raise ArithmeticError("no derivative")

        return x * 1.0, grad

    x = tf.constant(np.ones(10))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = broken(tf.exp(x))
    with pytest.raises(ArithmeticError, match="no derivative"):
        tape.gradient(y, x)
    assert tape.records == []
    with pytest.raises(RuntimeError, match="one set of gradients"):
        tape.gradient(y, x)


def test_values_that_no_rule_reads_are_not_kept() -> None:
    x = tf.constant(np.ones(10))
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = x + 1.0
        alive = weakref.ref(a._value)
        b = a - 2.0
        del a
        assert alive() is None, "a sum keeps nothing"
        kept = weakref.ref(b._value)
        y = tf.sin(b)
        del b
        assert kept() is not None, "sin reads its input"
    assert tape.gradient(y, x).numpy() == pytest.approx(np.cos(np.zeros(10)))


def test_constants_beside_a_followed_value_are_not_kept_for_their_own_sake() -> None:
    x = tf.constant(np.ones(10))
    big = tf.constant(np.ones(10))
    with tf.GradientTape() as tape:
        tape.watch(big)
        y = x * big
        kept = weakref.ref(y._value)
        alive = weakref.ref(big._value)
        z = y * 3.0
        del y
    assert kept() is None
    del big
    assert alive() is None, "only the derivative with respect to it is recorded, which reads x"
    assert z.shape == (10,)


def test_tangents_die_with_their_primals() -> None:
    x = tf.constant(np.ones(10))
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as acc:
        y = tf.sin(x)
        t = weakref.ref(acc.jvp(y))
        assert t() is not None
        del y
        assert t() is None


def test_peak_memory_falls_during_the_sweep() -> None:
    n = 100_000
    x = tf.constant(np.linspace(0.1, 1.0, n))

    def peak(steps: int) -> int:
        tracemalloc.start()
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(steps):
                y = tf.sin(y)
        forward = tracemalloc.get_traced_memory()[1]
        tape.gradient(y, x)
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return whole - forward

    extra = peak(20)
    assert extra < 5 * 8 * n, "the sweep needs a few arrays, not one per record"


def use_gradient(v: tf.Variable, x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x) * v
    tape.gradient(y, [x, v])


def use_jacobian(v: tf.Variable, x: tf.Tensor) -> None:
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.sin(x) * v
    tape.jacobian(y, [x, v])


def use_custom_gradient(v: tf.Variable, x: tf.Tensor) -> None:
    @tf.custom_gradient
    def f(a: tf.Tensor) -> tuple[tf.Tensor, object]:
        return a * v, lambda dy, variables=None: (dy * v, [dy * a])

    use(f, v, x)


def use_recompute_grad(v: tf.Variable, x: tf.Tensor) -> None:
    use(tf.recompute_grad(lambda a: tf.sin(a) * v), v, x)


def use(f: Callable[[tf.Tensor], tf.Tensor], v: tf.Variable, x: tf.Tensor) -> None:
    """All modes through one function."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, [x, v])
        tape.jacobian(y, [x, v])
    outer.gradient(g, [x, v])
    with tf.autodiff.ForwardAccumulator(x, x) as acc:
        y = f(x)
    acc.jvp(y)


def use_what_fails(v: tf.Variable, x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.matmul(x, v)
        y = x + v
    with pytest.raises(TypeError):
        tape.gradient(y, [x, None])
    with pytest.raises(ValueError, match="Shape mismatch"):
        v.assign([1.0])


@pytest.mark.parametrize(
    "step",
    [use_gradient, use_jacobian, use_custom_gradient, use_recompute_grad, use_what_fails],
)
def test_nothing_refers_to_itself(step: Callable[[tf.Variable, tf.Tensor], None]) -> None:
    v, x = tf.Variable(np.ones(3)), tf.constant(np.ones(3))
    step(v, x)
    gc.collect()
    step(v, x)
    assert gc.collect() == 0, "objects that only the collector can free"
