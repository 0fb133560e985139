"""tf.function as its users use it: arguments of all kinds, objects, captured values, copies."""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
import functools
import gc
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import tapegrad as tf


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclasses.dataclass
class Point:
    a: Any
    b: Any


class Choice(enum.Enum):
    DOUBLE = 1
    TRIPLE = 2


class Factor:
    """Without a hash, and equal to anything: only its identity counts."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __eq__(self, other: object) -> bool:
        return True


def one(x: float) -> tf.Tensor:
    return tf.constant(x)


def with_default(x: Any, y: Any = 2.0, *, z: Any = 3.0) -> Any:
    return x * y + z


def with_none(x: Any, mask: Any = None) -> Any:
    return x if mask is None else x * mask


def with_rest(*xs: Any, **named: Any) -> Any:
    return sum(xs) + 2.0 * sum(named.values())


def with_generator(x: Any) -> Any:
    return sum(x * float(i) for i in range(3))


def with_type(x: Any, choice: Choice, dtype: Any) -> Any:
    return tf.cast(2.0 * x if choice is Choice.DOUBLE else 3.0 * x, dtype)


Call = tuple[tuple[Any, ...], dict[str, Any]]

#: A function, calls of it, and how often Python runs.
CALLS: list[tuple[Callable[..., Any], list[Call], int]] = [
    (
        with_default,
        [
            ((one(1.0),), {}),
            ((one(2.0), 2.0), {}),
            ((), {"x": one(3.0), "z": 3.0}),
            ((one(3.0),), {"y": 2.0}),
            ((one(3.0),), {"y": one(4.0)}),
            ((one(3.0), one(5.0)), {}),
        ],
        2,
    ),
    (
        with_none,
        [((one(1.0),), {}), ((one(1.0), None), {}), ((one(1.0),), {"mask": one(2.0)})],
        2,
    ),
    (
        with_rest,
        [((one(1.0), one(2.0)), {"a": one(3.0)}), ((one(2.0), one(2.0)), {"a": one(5.0)})],
        1,
    ),
    (with_generator, [((one(1.0),), {}), ((one(2.0),), {})], 1),
    (
        with_type,
        [
            ((one(1.0), Choice.DOUBLE, tf.float64), {}),
            ((one(1.0), Choice.TRIPLE, tf.float64), {}),
            ((one(1.0), Choice.TRIPLE, tf.int32), {}),
            ((one(4.0), Choice.TRIPLE, tf.int32), {}),
        ],
        3,
    ),
    (lambda x, n: x * n, [((one(1.0), n), {}) for n in (1, 2, 1, 2.0, 2.0, True)], 4),
    (lambda x, n: x * n, [((one(1.0), float("nan")), {})] * 3, 1),
    (lambda p: Pair(p.b, [p.a + p.b]), [((Pair(one(x), one(2.0)),), {}) for x in (1.0, 3.0)], 1),
    (lambda p: Point(p.b, [p.a + p.b]), [((Point(one(x), one(2.0)),), {}) for x in (1.0, 3.0)], 1),
    (
        lambda d: collections.OrderedDict([("z", d["a"]), ("a", d["b"])]),
        [(({"a": one(x), "b": one(2.0)},), {}) for x in (1.0, 3.0)],
        1,
    ),
    (lambda x: {"z": x, "a": (x + 1.0, [])}, [((one(1.0),), {}), ((one(2.0),), {})], 1),
    (lambda x, f: x * f.factor, [((one(1.0), Factor(f)), {}) for f in (2.0, 3.0, 4.0)], 3),
    (lambda f, x: f(x), [((tf.function(lambda x: 2.0 * x), one(x)), {}) for x in (1.0, 2.0)], 2),
    (lambda f, x: f(x), [((tf.sin, one(x)), {}) for x in (1.0, 2.0)], 1),
    (functools.partial(lambda a, x: a * x, 2.0), [((one(x),), {}) for x in (1.0, 2.0)], 1),
    (lambda x: ((), [], {}, None, x), [((one(x),), {}) for x in (1.0, 2.0)], 1),
]


@pytest.mark.parametrize(("function", "calls", "runs"), CALLS)
def test_kinds_of_arguments_and_results(
    function: Callable[..., Any], calls: list[Call], runs: int
) -> None:
    compiled = tf.function(function)
    for _ in range(2):
        for args, kwargs in calls:
            got, expected = compiled(*args, **kwargs), function(*args, **kwargs)
            tf.nest.assert_same_structure(got, expected)
            for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
                if a is not b:
                    assert a.dtype == b.dtype
                    np.testing.assert_array_equal(a.numpy(), b.numpy())
            if isinstance(expected, dict):
                assert list(got) == list(expected)
    assert compiled.experimental_get_tracing_count() == runs


DTYPES = "bfloat16 bool complex64 complex128 float16 float32 float64 int8 int16 int32 int64 uint8 "
DTYPES += "uint16 uint32 uint64"


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3), (300, 100)])
def test_dtypes_and_sizes(dtype: str, shape: tuple[int, ...]) -> None:
    x = tf.cast(tf.reshape(tf.range(np.prod(shape, dtype=int)) % 5, shape), dtype)

    def f(x: Any) -> Any:
        return tf.where(x == tf.cast(2, x.dtype), x, tf.zeros_like(x)), tf.reshape(x, [-1]), x

    compiled = tf.function(f)
    for _ in range(3):
        for a, b in zip(compiled(x), f(x), strict=True):
            assert a.dtype == b.dtype
            assert a.shape == b.shape
            np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_text() -> None:
    f = tf.function(lambda x: x)
    assert [f(x).numpy() for x in ("a", "b", tf.constant("c"))] == [b"a", b"b", b"c"]


@pytest.mark.parametrize("n", [1, 3, 100, 20000])
def test_results_share_no_memory_with_anything_that_changes(n: int) -> None:
    v = tf.Variable(tf.ones([n]))

    @tf.function
    def f(a: Any) -> Any:
        v.assign_add(a)
        return a, a + 0.0, tf.reshape(a, [1, -1]), a[::-1], tf.tanh(a), v.value(), v + 0.0

    array = np.zeros(n, np.float32)
    kept, expected = [], []
    for k in range(4):
        array[:] = k
        results = f(array)
        kept.append(results)
        expected.append([np.array(x) for x in results])
        results[1].numpy()[...] = 99.0
    array[:] = 77.0
    v.assign(tf.zeros([n]))
    v.scatter_nd_update([[0]], [5.0])
    for got, wanted in zip(kept, expected, strict=True):
        for a, b in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(np.asarray(a), b)
    assert expected[3][4][0] == np.tanh(np.float32(3.0))


# Captured tensors


def test_gradients_reach_tensors_that_a_function_knows() -> None:
    c, d = tf.constant([1.0, 2.0]), tf.constant(3.0)
    f = tf.function(lambda x: tf.reduce_sum(c * x) * d)
    x = tf.constant([1.0, 1.0])
    for _ in range(3):
        assert f(x).numpy() == 9.0
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(c)
            y = f(x)
        assert tape.gradient(y, c).numpy().tolist() == [3.0, 3.0]
        assert tape.gradient(y, [x, d]) == [None, None]
        with tf.GradientTape() as tape:
            tape.watch([x, d])
            y = f(x)
        of_x, of_d = tape.gradient(y, [x, d])
        assert (of_x.numpy().tolist(), of_d.numpy()) == ([3.0, 6.0], 3.0)
    assert "runs eagerly" not in f.explain()


def test_gradients_reach_what_was_computed_before() -> None:
    a = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        c = a * a
        f = tf.function(lambda x: x * c)
        y = f(tf.constant(3.0)) + f(tf.constant(4.0)) + f(tf.constant(5.0))
    assert tape.gradient(y, a).numpy() == 48.0
    assert f.experimental_get_tracing_count() == 1


# Objects


@tf.function
def tripled(x: Any) -> Any:
    return 3.0 * x


class Layer(tf.Module):
    factor = 3.0

    def __init__(self, w: float) -> None:
        super().__init__()
        self.w = tf.Variable(w)
        self.made: Any = None
        self.attribute = tf.function(lambda x: x - 1.0)

    @tf.function
    def __call__(self, x: Any) -> Any:
        if self.made is None:
            self.made = tf.Variable(1.0)
        return self.w * x + self.made

    other = tf.function(lambda layer, x: layer.w + x)

    @property
    @tf.function
    def double(self) -> Any:
        return 2.0 * self.w

    @staticmethod
    @tf.function
    def static(x: Any) -> Any:
        return 5.0 * x

    @classmethod
    @tf.function
    def of_class(cls, x: Any) -> Any:
        return cls.factor * x

    def plain(self, x: Any) -> Any:
        return 7.0 * x


def test_methods_of_all_kinds() -> None:
    x = tf.constant(2.0)
    two, ten = Layer(2.0), Layer(10.0)
    method = tf.function(two.plain)
    checked = tf.function(two.plain, input_signature=[tf.TensorSpec([None])])
    for _ in range(4):
        assert [two(x).numpy(), ten(x).numpy()] == [5.0, 21.0]
        assert [two.other(x).numpy(), ten.double.numpy()] == [4.0, 20.0]
        assert [two.static(x).numpy(), Layer.static(x).numpy()] == [10.0, 10.0]
        assert [two.of_class(x).numpy(), Layer.of_class(x).numpy()] == [6.0, 6.0]
        assert [two.attribute(x).numpy(), method(x).numpy()] == [1.0, 14.0]
        assert checked([2.0]).numpy().tolist() == [14.0]
    twin = copy.deepcopy(two)
    twin.w.assign(100.0)
    assert [twin(x).numpy(), two(x).numpy()] == [201.0, 5.0]
    gone = [weakref.ref(two), weakref.ref(ten), weakref.ref(ten.w)]
    del two, ten, method, checked
    gc.collect()
    assert [r() for r in gone] == [None] * 3


@dataclasses.dataclass
class Scale:
    by: float

    @tf.function
    def __call__(self, x: Any) -> Any:
        return self.by * x


def test_objects_that_come_and_go() -> None:
    x = tf.constant(2.0)
    addresses = set()
    for k in range(50):
        layer = Layer(float(k))
        addresses.add(id(layer))
        assert [layer(x).numpy() for _ in range(4)] == [2.0 * k + 1.0] * 4
        with tf.GradientTape() as tape:
            y = layer(x)
        assert tape.gradient(y, layer.w).numpy() == 2.0
        del layer
    assert len(addresses) < 50  # so that one address has been several objects
    scale = Scale(1.0)
    for k in (1.0, 5.0, 5.0, 1.0, 3.0):
        scale.by = k
        assert [scale(x).numpy() for _ in range(3)] == [2.0 * k] * 3


def test_copies_and_pickles() -> None:
    assert tripled(tf.constant(2.0)).numpy() == 6.0
    assert pickle.loads(pickle.dumps(tripled)) is tripled
    assert copy.deepcopy(tripled) is tripled
    inner = tf.function(lambda x: x + 1.0)
    assert inner(1.0).numpy() == 2.0
    twin = copy.copy(inner)
    assert (twin is inner, twin(1.0).numpy()) == (False, 2.0)
    assert twin.experimental_get_tracing_count() == 1
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(inner)


def test_a_function_and_what_it_knows_are_let_go() -> None:
    def used() -> list[weakref.ref[Any]]:
        v, factor = tf.Variable(2.0), Factor(3.0)
        f = tf.function(lambda x: x * v * factor.factor)
        for _ in range(3):
            with tf.GradientTape() as tape:
                y = f(tf.constant(1.0))
            assert tape.gradient(y, v).numpy() == 3.0
        return [weakref.ref(x) for x in (f, v, factor)]

    gone = used()
    gc.collect()
    assert [r() for r in gone] == [None] * 3


# Threads


def test_threads_call_and_record_at_once() -> None:
    w = tf.Variable(1.0)
    ready = threading.Barrier(6)

    @tf.function
    def f(x: Any) -> Any:
        return tf.reduce_sum(tf.sin(x) * w) if tf.reduce_sum(x) > 0.0 else tf.reduce_sum(x * x)

    wrong: list[Any] = []

    def work(k: int) -> None:
        ready.wait()
        for i in range(60):
            positive = (i + k) % 2 == 0
            a = np.full(3 + k % 2, 0.1 * (k + 1) * (1 if positive else -1))
            x = tf.constant(a, tf.float32)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            g = tape.gradient(y, x)
            value, slope = (np.sin(a).sum(), np.cos(a)) if positive else ((a * a).sum(), 2.0 * a)
            if not (np.allclose(y, value, atol=1e-5) and np.allclose(g, slope, atol=1e-5)):
                wrong.append((k, i))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    # Each of two shapes and two ways is recorded once, however many threads ask for it.
    assert f.experimental_get_tracing_count() == 4
