"""Compiled functions under attack: what Python, tapes, errors and Variables may do inside of one.

Each program is made twice, plain and compiled, and both are run on the same data in the same order.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tapegrad.compiler.graph import inputs_of, outputs_of
from tests.compiler.interpreter import interpreted

Compile = Callable[[Callable[..., Any]], Any]
Make = Callable[[Compile], Callable[..., Any]]

NUMBERS = [(2.0,), (3.0,), (-1.0,), (2.0,)]


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)


def values(result: Any) -> Any:
    """The numbers in a result; None stays."""
    return [None if x is None else np.asarray(x) for x in tf.nest.flatten(result)]


def outcomes(make: Make, compile_: Compile, data: Sequence[Sequence[Any]]) -> list[Any]:
    """What a program gives, or the kind of the error, for each of the data in turn."""
    run = make(compile_)
    found: list[Any] = []
    for arguments in data:
        try:
            found.append(values(run(*[tf.constant(a) for a in arguments])))
        except (tf.errors.OpError, ValueError) as error:
            found.append(type(error))
    return found


def assert_same(make: Make, data: Sequence[Sequence[Any]] = NUMBERS) -> None:
    plain, compiled = (outcomes(make, c, data) for c in (lambda f: f, tf.function))
    for i, (a, b) in enumerate(zip(plain, compiled, strict=True)):
        assert isinstance(a, type) == isinstance(b, type), f"data {i}: {a} and {b}"
        if isinstance(a, type):
            assert a is b
            continue
        assert [x is None for x in a] == [x is None for x in b], f"data {i}"
        for x, y in zip(a, b, strict=True):
            if x is not None:
                assert x.dtype == y.dtype
                np.testing.assert_allclose(y, x, rtol=1e-5, err_msg=f"data {i}")


def followed(function: Callable[..., Any], *also: Any) -> Callable[..., Any]:
    """A function's result and its gradients for an outer tape."""

    def run(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return [y, *tape.gradient(y, [x, *also])]

    return run


# Variables


def test_gradient_of_a_variable_read_after_an_assignment() -> None:
    def make(compile_: Compile) -> Any:
        v = tf.Variable(1.0)

        def f(x: Any) -> Any:
            v.assign(2.0 * x)
            return v * v * x

        return followed(compile_(f), v)

    assert_same(make)


def test_gradient_of_a_variable_read_before_and_after() -> None:
    def make(compile_: Compile) -> Any:
        v = tf.Variable(1.0)

        def f(x: Any) -> Any:
            y = v * x
            v.assign_add(x)
            return y + v * v

        return followed(compile_(f), v)

    assert_same(make)


def test_parts_of_variables_are_changed() -> None:
    def make(compile_: Compile) -> Any:
        v = tf.Variable([1.0, 2.0, 3.0])

        def f(x: Any, i: Any) -> Any:
            v.scatter_add(tf.IndexedSlices(tf.stack([x, x]), tf.stack([i, 0])))
            before = v * 1.0
            v[1].assign(x)
            v[0:2].assign([x, 2.0 * x])
            v.scatter_nd_update([[2]], [x])
            v.scatter_max(tf.IndexedSlices([0.5], tf.stack([i])))
            return before, v + x

        return compile_(f)

    assert_same(make, [(1.0, 0), (2.0, 2), (3.0, 5), (-3.0, -1), (4.0, 1)])


def test_scattering_is_compiled() -> None:
    v = tf.Variable([1.0, 2.0])
    f = tf.function(lambda i: v.scatter_add(tf.IndexedSlices([1.0], i)) * 2.0)
    for i in (0, 1, 1):
        f(tf.constant([i]))
    assert v.numpy().tolist() == [2.0, 4.0]
    assert f.experimental_get_tracing_count() == 1


def test_an_error_after_an_assignment() -> None:
    seen: list[list[float]] = []

    def make(compile_: Compile) -> Any:
        v = tf.Variable(1.0)
        held: list[float] = []
        seen.append(held)

        def f(x: Any) -> Any:
            v.assign_add(x)
            return tf.linalg.inv(tf.reshape(v * x, [1, 1]))

        compiled = compile_(f)

        def run(x: Any) -> Any:
            try:
                return compiled(x)
            finally:
                held.append(float(v))

        return run

    assert_same(make, [(1.0,), (0.0,), (-3.0,), (2.0,)])
    assert seen[0] == seen[1]


# Errors that the function catches


@pytest.mark.parametrize("data", [[5, 1, 7, 0], [1, 5, 7, 0]])
def test_an_error_of_an_operation_is_caught(data: list[int]) -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any, i: Any) -> Any:
            try:
                return tf.gather(x, i)
            except tf.errors.InvalidArgumentError:
                return 100.0 * x[0]

        return compile_(f)

    assert_same(make, [([1.0, 2.0], i) for i in data])


@pytest.mark.parametrize("data", [[0, 1, 0, 2], [1, 0, 0, 2]])
def test_an_error_of_an_operator_is_caught(data: list[int]) -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any, i: Any) -> Any:
            try:
                return x // i
            except tf.errors.InvalidArgumentError:
                return 100 * x

        return compile_(f)

    assert_same(make, [([1, 2], i) for i in data])


@pytest.mark.parametrize("data", [[3.0, 2.0, 3.0, 1.0], [1.0, 3.0, -1.0, 2.0]])
def test_a_failed_check_is_caught(data: list[float]) -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any) -> Any:
            if x < 0.0:
                raise ValueError("negative")
            try:
                tf.debugging.assert_less(x, 2.5)
            except tf.errors.InvalidArgumentError:
                return 100.0 * x
            return x

        return compile_(f)

    assert_same(make, [(x,) for x in data])


# Tapes


def test_stopped_gradients() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.stop_gradient(x * x) * x
            return tf.stop_gradient(x) * x + tape.gradient(y, x)

        return followed(compile_(f))

    assert_same(make)


def test_tapes_of_all_kinds() -> None:
    def make(compile_: Compile) -> Any:
        outside = tf.GradientTape(persistent=True)
        v = tf.Variable(2.0)
        with outside:
            before = v * v

        def f(x: Any) -> Any:
            tape = tf.GradientTape(persistent=True)
            with tape:
                tape.watch(x)
                y = x * x
                with tape.stop_recording():
                    z = y * x
                u = y * z
            with outside:
                outside.watch(x)
                w = tf.sin(x) * v
            g = outside.gradient(w, x)
            old = outside.gradient(before, v)
            with tf.GradientTape() as second:
                second.watch(x)
                with tf.GradientTape() as first:
                    first.watch(x)
                    s = tf.sin(x) * x
                ds = first.gradient(s, x)
            return tape.gradient(u, x), tape.gradient(y, x), g, old * x, second.gradient(ds, x)

        return compile_(f)

    assert_same(make)


def test_results_without_a_gradient_have_none() -> None:
    def make(compile_: Compile) -> Any:
        f = compile_(lambda x, i: (tf.cast(i, tf.float32), 2.0 * x, i, tf.stop_gradient(x)))

        def run(x: Any, i: Any) -> Any:
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(x)
                parts = f(x, i)
            return [tape.gradient(y, x) for y in parts if y.dtype.is_floating]

        return run

    assert_same(make, [(2.0, 1), (3.0, 2), (2.0, 1)])


def test_custom_gradients_with_variables_and_recomputation() -> None:
    def make(compile_: Compile) -> Any:
        v = tf.Variable(3.0)

        @tf.custom_gradient
        def product(x: Any) -> Any:
            def gradient(dy: Any, variables: Any = None) -> Any:
                return 10.0 * dy, [100.0 * dy]

            return x * v, gradient

        wavy = tf.recompute_grad(lambda x: tf.sin(x) * x)

        def f(x: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = product(x) * wavy(x)
            return [y, *tape.gradient(y, [x, v])]

        inside, outside = compile_(f), followed(compile_(lambda x: product(x) * wavy(x)), v)
        return lambda x: [inside(x), outside(x)]

    assert_same(make)


def test_forward_mode_and_jacobians_inside() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any) -> Any:
            with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
                y = x * x * tf.sin(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                z = tf.stack([x * x, tf.cos(x)])
            return y, forward.jvp(y), tape.jacobian(z, x)

        return compile_(f)

    assert_same(make)


# Data that Python sees


def test_shapes_and_counts_that_depend_on_data() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any) -> Any:
            n = tf.cast(x, tf.int32)
            distinct = tf.unique(x)
            counts = tf.math.bincount(n), tf.math.confusion_matrix(n, n[::-1])
            histogram = tf.histogram_fixed_width(x, [0.0, 4.0], 3)
            free = tf.math.histogram(x, 2, weights=2.0 * x)
            return [*distinct, tf.where(x > 1.0), tf.sequence_mask(n), *counts, histogram, *free]

        return compile_(f)

    assert_same(
        make, [(a,) for a in ([1.0, 2.0, 2.0], [1.0, 0.0, 5.0], [3.0] * 3, [1.0, 2.0, 2.0])]
    )


def test_indices_and_sizes_that_are_tensors() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any, i: Any) -> Any:
            padded = tf.pad(x, tf.reshape(tf.stack([i, 1]), [1, 2]))
            parts = tf.space_to_batch(x[None, :, None], [2], tf.reshape(tf.stack([i, i]), [1, 2]))
            return x[i], x[: i + 1], tf.roll(x, i, 0), tf.tile(x, [i + 1]), padded, parts

        return compile_(f)

    assert_same(make, [([1.0, 2.0, 3.0, 4.0], i) for i in (0, 1, 3, 9, -1, 1)])


def test_losses_and_statistics_that_look_at_data() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any, w: Any) -> Any:
            poisson = tf.nn.log_poisson_loss(w, x, compute_full_loss=True)
            weighted = tf.math.cov(tf.stack([x, w * x]), aweights=w)
            correlated = tf.math.corrcoef(tf.stack([x, 2.0 * x, w]))
            quantiles = tf.math.quantile(x, w / 4.0)
            interpolated = tf.math.interp(x, tf.cumsum(w), x)
            fitted = tf.math.polyfit(x, w, 1)
            return poisson, weighted, correlated, quantiles, interpolated, fitted

        return compile_(f)

    a, b = np.array([0.5, 2.0, 1.0]), np.array([0.25, 3.0, 1.5])
    assert_same(make, [(a, b), (b, a), (-a, b), (a, -b), (a, b[::-1].copy())])


def test_checks_are_made_at_every_call() -> None:
    def make(compile_: Compile) -> Any:
        def f(x: Any, i: Any) -> Any:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits([i], [x])
            return loss, tf.math.segment_sum(x, tf.stack([0, i, 2])), tf.unravel_index(i, [3])

        return compile_(f)

    assert_same(make, [([1.0, 2.0, 0.5], i) for i in (1, 0, 3, -1, 2, 1)])


def test_arguments_that_look_alike() -> None:
    f = tf.function(lambda x, y: x * float(len(y)))
    one = tf.constant(1.0)
    numbers, letters = {1}, bytearray(b"a")
    for expected in (1.0, 2.0):
        assert f(one, numbers).numpy() == f(one, letters).numpy() == expected
        numbers.add(2)
        letters.append(1)
    g = tf.function(lambda x, z: tf.math.angle(x * tf.constant(z, tf.complex64)))
    i = tf.constant(1.0, tf.complex64)
    assert [g(i, complex(-1.0, y)).numpy() > 0.0 for y in (0.0, -0.0, 0.0)] == [True, False, True]
    for _ in range(2):
        f(one, (float("nan"),))
    assert f.experimental_get_tracing_count() == 5


# Life and threads


class Scaled:
    """An object with a compiled method."""

    def __init__(self, factor: float) -> None:
        self.factor = tf.Variable(factor)

    @tf.function
    def times(self, x: Any) -> Any:
        return self.factor * x


def test_objects_and_functions_that_are_arguments_are_let_go() -> None:
    method: Any = Scaled.__dict__["times"]
    call = tf.function(lambda f, x: f(x))
    gone = []
    for i in range(20):
        thing = Scaled(float(i))
        for x in (2.0, 3.0):
            assert thing.times(tf.constant(x)).numpy() == i * x
            assert call(lambda v, i=i: v * float(i), tf.constant(x)).numpy() == i * x
        gone.append(weakref.ref(thing))
    del thing
    gc.collect()
    assert not any(ref() for ref in gone)
    assert not method._known
    assert not call._known


def test_arrays_of_the_recorded_run_are_let_go() -> None:
    f = tf.function(lambda x: tf.linalg.expm(x) @ tf.sin(x))
    f(tf.ones([3, 3]))
    (paths,) = f._known.values()
    (path,) = paths.paths
    steps = path.recording.steps + path.program.recording.steps
    of_steps = [v for s in steps for v in (*inputs_of(s), *outputs_of(s))]
    assert of_steps
    assert all(v.array is None for v in of_steps if v.kind != "constant")


def test_threads_take_different_ways_at_once() -> None:
    f = tf.function(lambda x, i: tf.reduce_sum(x * x) * (2.0 if i > 0 else 3.0))
    wrong: list[Any] = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(50):
            data, i = rng.normal(size=4), int(rng.integers(-1, 2))
            factor = 2.0 if i > 0 else 3.0
            with tf.GradientTape() as tape:
                x = tf.constant(data)
                tape.watch(x)
                y = f(x, tf.constant(i))
            expected = factor * np.sum(data * data), 2.0 * factor * data
            for got, want in zip((y, tape.gradient(y, x)), expected, strict=True):
                if not np.allclose(got, want):
                    wrong.append((got, want))
        done.append(seed)

    done: list[int] = []
    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
    assert sorted(done) == [0, 1, 2, 3]
