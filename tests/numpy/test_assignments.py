"""Random programs of assignments: the functional equivalent, and finite differences, judge them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

SIZE = 7
Step = Callable[[Any, Any, Any], Any]


class Rewritten:
    """An array whose assignments make a new vector, written without any assignment."""

    def __init__(self, np: Any, value: Any) -> None:
        self.np, self.value = np, value

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        inside = numpy.zeros(SIZE)
        inside[key] = 1.0
        spread = numpy.zeros((SIZE, int(inside.sum())))
        spread[numpy.arange(SIZE)[key], numpy.arange(int(inside.sum()))] = 1.0
        whole = self.np.reshape(self.np.asarray(value) * numpy.ones(spread.shape[1]), (-1,))
        self.value = self.value * (1.0 - inside) + self.np.dot(spread, whole)


KEYS: list[Any] = [0, 3, -1, numpy.int64(2), slice(1, 4), slice(None, None, 2), slice(5, 0, -2)]
KEYS += [slice(None), (Ellipsis, 4), slice(2, 2)]


def program(seed: int) -> Callable[[Any, Any, bool], Any]:
    """``program(seed)(np, x, functional)``: assignments, with values used in between."""
    rng = numpy.random.default_rng(seed)
    steps = [
        (int(rng.integers(7)), int(rng.integers(len(KEYS))), *rng.integers(0, SIZE, 2).tolist())
        for _ in range(12)
    ]
    start = int(rng.integers(3))

    def run(np: Any, x: Any, functional: bool = False) -> Any:
        first = [np.zeros(SIZE), x * 1.0, np.sin(x)][start]
        a: Any = Rewritten(np, first) if functional else first
        total = np.sum(x) * 0.0
        held = []
        for kind, k, i, j in steps:
            key = KEYS[k]
            if kind == 0:
                a[i] = x[j] * a[j]
            elif kind == 1:
                a[key] = x[i] ** 2
            elif kind == 2:
                total = total + np.sum(a[key] * a[key]) * a[i]
            elif kind == 3:
                a[key] = a[key] * x[j]
            elif kind == 4:  # the old value is saved by tapes
                now = a.value if functional else a
                total = total + np.sum(np.tanh(now) * now * x)
            elif kind == 5:  # and somebody holds it
                held.append(a.value * 1.0 if functional else np.array(a))
            else:
                a[1:4] = x[2:5] - a[2:5]
        now = a.value if functional else a
        return total + np.sum(now**2) + sum([np.sum(h * h * x) for h in held])

    return run


@pytest.mark.parametrize("seed", range(80))
def test_random_programs(seed: int) -> None:
    run = program(seed)
    x = numpy.random.default_rng(seed).standard_normal(SIZE)
    direction = numpy.random.default_rng(seed + 1000).standard_normal(SIZE)

    def changing(x: Any) -> Any:
        return run(np, x, False)

    def functional(x: Any) -> Any:
        return run(np, x, True)

    value, gradient = np.value_and_grad(changing)(x)
    expected, wanted = np.value_and_grad(functional)(x)
    assert float(value) == pytest.approx(float(expected), rel=1e-12)
    assert float(value) == pytest.approx(float(run(numpy, x.copy(), False)), rel=1e-12)
    close = {"rtol": 1e-10, "atol": 1e-10}
    numpy.testing.assert_allclose(numpy.asarray(gradient), numpy.asarray(wanted), **close)
    step = 1e-5 * direction
    rise = (run(numpy, x + step, True) - run(numpy, x - step, True)) / 2e-5
    assert float(numpy.asarray(gradient) @ direction) == pytest.approx(rise, rel=1e-4, abs=1e-4)
    _, slope = np.jvp(changing, (x,), (direction,))
    assert float(slope) == pytest.approx(float(numpy.asarray(wanted) @ direction), rel=1e-9)
    hessian, whole = (numpy.asarray(np.hessian(f)(x)) for f in (changing, functional))
    numpy.testing.assert_allclose(hessian, whole, **close)
    product = np.hvp(changing, (x,), (direction,))[0]
    numpy.testing.assert_allclose(numpy.asarray(product), whole @ direction, **close)
    twice = np.jvp(lambda x: np.jvp(changing, (x,), (direction,))[1], (x,), (direction,))[1]
    assert float(twice) == pytest.approx(float(direction @ whole @ direction), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_jacobians_of_what_was_assigned(seed: int) -> None:
    rng = numpy.random.default_rng(seed)
    places = rng.integers(0, SIZE, 10).tolist()

    def fill(np: Any, x: Any, functional: bool) -> Any:
        a: Any = np.zeros(SIZE)
        if functional:
            a = Rewritten(np, a)
        for k, i in enumerate(places):
            a[i] = a[(i + 2) % SIZE] * x[k % SIZE] + x[i] ** 2
            a[2:4] = x[k % 3 : k % 3 + 2] * a[1:3]
        return a.value if functional else a

    x = rng.standard_normal(SIZE)
    found = np.jacobian(lambda x: fill(np, x, False))(x)
    expected = np.jacobian(lambda x: fill(np, x, True))(x)
    numpy.testing.assert_allclose(numpy.asarray(found), numpy.asarray(expected), atol=1e-12)


def test_a_loop_writes_into_one_memory() -> None:
    x = np.array([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.zeros(100)
        y[0] = x[0]
        memory = y._value
        address = memory.__array_interface__["data"][0]
        del memory
        for i in range(1, 100):
            y[i] = y[i - 1] * 0.5 + x[1]
        assert y._value.__array_interface__["data"][0] == address
        total = np.sum(y)
    assert tape.gradient(total, x).tolist() == pytest.approx(
        [2.0 - 0.5**99, sum(2.0 - 0.5 ** (99 - i) for i in range(1, 100))]
    )


def test_whoever_holds_the_old_value_keeps_it() -> None:
    x = np.array([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 1.0
        y[0] = x[1]
        copied, view, shared = np.array(y), y[1:], numpy.asarray(tf.stop_gradient(y))
        squares = np.sum(y * y)
        y[1] = x[2] * 10.0
        y[0] = 7.0
        results = np.sum(copied), np.sum(view), np.sum(y), squares
    assert copied.tolist() == [2.0, 2.0, 3.0]
    assert shared.tolist() == [2.0, 2.0, 3.0]
    assert view.tolist() == [30.0, 3.0]
    gradients = [tape.gradient(r, x).tolist() for r in results]
    assert gradients == [[0.0, 2.0, 1.0], [0.0, 0.0, 11.0], [0.0, 0.0, 11.0], [0.0, 8.0, 6.0]]


def test_the_cotangent_that_a_user_gives_is_not_changed() -> None:
    x, seed = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * 2.0
        y[0] = x[1] ** 2
    for _ in range(2):
        assert tape.gradient(y, x, output_gradients=seed).tolist() == [0.0, 20.0]
    assert seed.tolist() == [3.0, 4.0]
    assert tape.gradient(y, [x, y])[1].tolist() == [1.0, 1.0]


def test_infinities_are_held_back_behind_assignments() -> None:
    def f(x: Any) -> Any:
        y = np.sqrt(x)
        y[0] = 5.0
        return np.sum(y * y)

    assert np.grad(f)(numpy.array([0.0, 4.0])).tolist() == [0.0, 1.0]


def test_tangents_of_what_is_gone_are_gone() -> None:
    x = np.array([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, np.array([1.0, 0.0])) as accumulator:
        y = np.zeros(50)
        for i in range(50):
            y[i] = x[0] * i
        gc.collect()
        assert len(accumulator.followed) < 10
        assert accumulator.jvp(y).tolist() == list(range(50))
        old = np.array(y)
        y[3] = x[1]
    assert accumulator.jvp(old).tolist() == list(range(50))
    assert accumulator.jvp(y).tolist() == [0, 1, 2, 0, *range(4, 50)]


def test_the_array_is_freed_with_its_last_owner() -> None:
    x = np.array([1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.zeros(3)
        for i in range(3):
            y[i] = x[0] * 2.0
        memory = weakref.ref(y._value)
        total = np.sum(y)
        del y
    assert memory() is None
    assert tape.gradient(total, x).tolist() == [6.0]


def test_wrong_keys_and_values_change_nothing() -> None:
    x = np.array([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 1.0
        for key, value, error in (
            (5, x[0], IndexError),
            ((0, 0), x[0], IndexError),
            (slice(0, 2), x, ValueError),
            (0, x[:2], ValueError),
        ):
            with pytest.raises(error):
                y[key] = value
        assert np.stop_gradient(y).tolist() == [1.0, 2.0, 3.0]
        total = np.sum(y)
    assert tape.gradient(total, x).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64, numpy.complex128])
def test_types(dtype: Any) -> None:
    x = np.array([1.0, 2.0, 3.0], dtype=dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.zeros((2, 3), dtype=dtype)
        y[0] = x
        y[1, ::-2] = x[:2] * 3.0
        total = np.sum(np.real(y))
    gradient = tape.gradient(total, x)
    assert gradient.dtype == dtype
    assert gradient.tolist() == [4.0, 4.0, 1.0]


@pytest.mark.parametrize("seed", range(12))
def test_long_loops(seed: int) -> None:
    rng = numpy.random.default_rng(seed)
    kinds = rng.integers(0, 5, 3).tolist()

    def run(np: Any, x: Any, functional: bool) -> Any:
        a: Any = np.zeros(SIZE)
        if functional:
            a = Rewritten(np, a)
        total = np.sum(x) * 0.0
        for turn in range(150):
            i = turn % SIZE
            for kind in kinds:
                if kind == 0:
                    a[i] = a[i - 1] * 0.5 + x[i]
                elif kind == 1:
                    a[1:4] = a[2:5] * x[i] * 0.3
                elif kind == 2:
                    total = total * 0.9 + a[i] * x[i - 1]
                elif kind == 3:
                    a[i] = a[i] + x[i - 2] * 0.1
                else:
                    a[::3] = 0.5 * x[i]
        now = a.value if functional else a
        return total + np.sum(now * now)

    x = 0.5 * rng.standard_normal(SIZE)
    for _ in range(2):
        value, found = np.value_and_grad(lambda x: run(np, x, False))(x)
        wanted, expected = np.value_and_grad(lambda x: run(np, x, True))(x)
        assert float(value) == pytest.approx(float(wanted), rel=1e-12)
        numpy.testing.assert_allclose(numpy.asarray(found), numpy.asarray(expected), rtol=1e-9)
