"""Gradients of eager code in compiled loops: the same as the rules in NumPy."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import eager, kernels, row_sums, updates
from tapegrad.compiler.candidates import Candidate
from tapegrad.core.large import SLOW
from tapegrad.core.table import recording
from tests.compiler.interpreter import interpreted
from tests.compiler.test_table import SAMPLES, assert_same, in_dtype, program
from tests.ops.samples import Sample


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    yield
    tf.config.set_eager_kernels()


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops for arrays of any size, at once, in Python."""
    monkeypatch.setattr(kernels, "compiled", interpreted)


def both_ways(f: Callable[[], Any], **options: Any) -> tuple[Any, Any]:
    """What a function gives with the rules in NumPy, and with loops."""
    tf.config.set_eager_kernels(False)
    plain = f()
    tf.config.set_eager_kernels(True, **{"patience": 0.0, "smallest": 0, **options})
    return plain, f()


def loops_made() -> int:
    return sum(known.loop is not None for known in eager._known.values())


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_rule_is_the_same_in_a_loop(sample: Sample, dtype: str) -> None:
    if not sample.order or (dtype == "float32" and dtype not in sample.dtypes):
        pytest.skip("nothing to differentiate in this dtype")
    f = program(sample)
    inputs = in_dtype(sample.arrays(), dtype)
    (_, expected), (_, got) = both_ways(lambda: f(*inputs))
    for a, b in zip(got, expected, strict=True):
        assert_same(a, b)


# What has to be one loop, by name: its rule is then never run in NumPy.
FUSED: dict[str, Callable[[Any], Any]] = {
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "softplus": tf.nn.softplus,
    "relu": tf.nn.relu,
    "leaky_relu": tf.nn.leaky_relu,
    "elu": tf.nn.elu,
    "selu": tf.nn.selu,
    "gelu": tf.nn.gelu,
    "gelu_tanh": lambda x: tf.nn.gelu(x, approximate=True),
    "silu": tf.nn.silu,
    "exp": tf.exp,
    "log": lambda x: tf.math.log(x * x + 1.0),
    "erf": tf.math.erf,
    "softmax": lambda x: tf.nn.softmax(x) * x,
    "softmax of another axis": lambda x: tf.nn.softmax(x, axis=0) * x,
    "log_softmax": lambda x: tf.nn.log_softmax(x) * x,
    "logsumexp": lambda x: tf.reduce_logsumexp(x, axis=1),
    "maximum": lambda x: tf.maximum(x, 0.25),
    "where": lambda x: tf.where(x > 0.0, x * x, x),
    "powers": lambda x: x**2 + x**3,
    "sigmoid cross-entropy": lambda x: tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.sigmoid(x), logits=x
    ),
    "softmax cross-entropy": lambda x: tf.nn.softmax_cross_entropy_with_logits(
        labels=tf.nn.softmax(x + 1.0), logits=x
    ),
    "cross-entropy by numbers": lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.constant([0, 2, 1, 4]), logits=x
    ),
    "layer normalisation": lambda x: (
        tf.nn.batch_normalization(x, *tf.nn.moments(x, [-1], keepdims=True), x[0], x[1], 1e-3) * x
    ),
    "batch normalisation": lambda x: (
        tf.nn.batch_normalization(
            x, *tf.nn.moments(x, [0]), tf.constant([1.0] * 5, x.dtype), None, 1e-3
        )
        * x
    ),
    "a bias": lambda x: tf.tanh(x + tf.reduce_mean(x, axis=0)) * tf.reduce_sum(x, 1, keepdims=True),
}


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("name", FUSED)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_has_to_be_a_loop_is_one(name: str, dtype: str) -> None:
    x = tf.constant(np.random.default_rng(1).standard_normal((4, 5)).astype(dtype))
    f = FUSED[name]
    expected, got = both_ways(lambda: gradient(f, x))
    assert loops_made() > 0
    assert_same(got, expected)


def gradient(f: Callable[[Any], Any], x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tf.convert_to_tensor(tape.gradient(y, x))


SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1e308, -1e-310, 1.0, -750.0])


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "relu", "elu", "exp", "where"])
def test_special_values_are_the_same(name: str) -> None:
    expected, got = both_ways(lambda: gradient(FUSED[name], tf.constant(SPECIAL)))
    np.testing.assert_allclose(got, expected, rtol=1e-14)


@pytest.mark.usefixtures("everywhere")
def test_a_cotangent_of_zero_passes_nothing_through_an_infinite_derivative() -> None:
    x = tf.constant([0.0, 4.0, -1.0])

    def f() -> Any:
        return gradient(lambda x: tf.where(x > 0.0, tf.math.log(x) + tf.sqrt(x), 0.0), x)

    expected, got = both_ways(f)
    np.testing.assert_array_equal(expected, [0.0, 0.5, 0.0])
    np.testing.assert_array_equal(got, [0.0, 0.5, 0.0])


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0), (2, 3, 4)])
def test_shapes_of_all_kinds(shape: tuple[int, ...]) -> None:
    x = tf.constant(np.full(shape, 0.5))
    expected, got = both_ways(lambda: gradient(lambda x: tf.sin(x) * tf.exp(-x * x) + x, x))
    assert_same(got, expected)


@pytest.mark.usefixtures("everywhere")
def test_broadcasts_are_summed_back() -> None:
    rng = np.random.default_rng(2)
    shapes = [(3, 1, 4), (2, 4), (1,), ()]
    inputs = [tf.constant(rng.standard_normal(s)) for s in shapes]

    def f() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            a, b, c, d = inputs
            y = tf.tanh(a * b + c) / (1.0 + tf.exp(d * b)) - a
        return tape.gradient(y, inputs)

    expected, got = both_ways(f)
    assert loops_made() > 0
    for x, g, e in zip(inputs, got, expected, strict=True):
        assert g.shape == x.shape
        assert_same(g, e)


@pytest.mark.usefixtures("everywhere")
def test_cotangents_and_data_in_other_layouts() -> None:
    rng = np.random.default_rng(3)
    data, seed = rng.standard_normal((6, 4)), rng.standard_normal((8, 6))

    def f() -> Any:
        x = tf.transpose(tf.constant(data))[::-1]
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sin(x) * x
        g = tf.constant(seed)[::2]
        return tape.gradient(y, x, output_gradients=g)

    expected, got = both_ways(f)
    assert loops_made() > 0
    assert_same(got, expected)


@pytest.mark.usefixtures("everywhere")
def test_sources_on_the_way_and_targets_of_several_kinds() -> None:
    x = tf.constant([0.3, -0.2, 0.1])

    def f() -> Any:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            a = tf.sin(x)
            b = a * x
            c = tf.exp(b) + a
            aside = tf.cos(x) * 2.0
        one = tape.gradient([c, b], [a, b, x])
        two = tape.gradient(c, [x, aside])
        return [*one, two[0]], two[1]

    (expected, none), (got, no) = both_ways(f)
    assert none is None
    assert no is None
    for g, e in zip(got, expected, strict=True):
        assert_same(g, e)


@pytest.mark.usefixtures("everywhere")
def test_other_numbers_of_the_same_kind_give_other_gradients() -> None:
    tf.config.set_eager_kernels(True, patience=0.0, smallest=0)
    x = tf.constant([1.0, 2.0])
    for factor in (2.0, 3.0, -1.0):
        for power in (2, 3):
            got = gradient(lambda x, k=factor, p=power: k * x**p + x, x)  # type: ignore[misc]
            expected = factor * power * np.array([1.0, 2.0]) ** (power - 1) + 1.0
            np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.usefixtures("everywhere")
def test_a_variable_that_changes_between_two_reads() -> None:
    v = tf.Variable([1.0, 2.0])

    def f() -> Any:
        v.assign([1.0, 2.0])
        with tf.GradientTape() as tape:
            a = v * v
            v.assign([10.0, 20.0])
            y = a + v * v * v
        return tape.gradient(y, v)

    expected, got = both_ways(f)
    assert_same(got, expected)


@pytest.mark.usefixtures("everywhere")
def test_higher_orders_and_jacobians_are_not_affected() -> None:
    x = tf.constant([0.5, 1.0])

    def f() -> Any:
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.tanh(x * x)
            g = inner.gradient(y, x)
        return outer.jacobian(g, x)

    expected, got = both_ways(f)
    assert_same(got, expected)


def test_compiled_loops_equal_the_rules() -> None:
    rng = np.random.default_rng(4)
    x, b = tf.constant(rng.standard_normal((300, 70))), tf.constant(rng.standard_normal(70))

    def f() -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, b])
            h = tf.nn.softmax(tf.nn.gelu(x * b + tf.sigmoid(x)))
            y = tf.reduce_mean(tf.square(h - tf.tanh(b)))
        return tape.gradient(y, [x, b])

    expected, got = both_ways(f, smallest=1000)
    assert loops_made() > 0
    for g, e in zip(got, expected, strict=True):
        assert_same(g, e)


# Arguments in the domain of each, and values that need care.
AWKWARD = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e300, -1e300, -745.0, 0.5, -2.5]
TINY = [1e-310, -1e-310]  # SciPy's lgamma makes infinities of these


@pytest.mark.parametrize("name", sorted(SLOW))
def test_slow_functions_in_loops_equal_those_of_numpy(name: str) -> None:
    inside = np.random.default_rng(5).uniform(-0.95, 0.95, (40, 33))
    special = np.array(AWKWARD if name == "lgamma" else AWKWARD + TINY)
    f = getattr(recording, name)
    for char in SLOW[name]:
        for data in (inside, 9.0 * inside.T[::-2], special, np.zeros((0, 3))):
            with np.errstate(over="ignore"):
                x = tf.constant(data.astype(char))
            expected, got = both_ways(lambda x=x: f(x))  # type: ignore[misc]
            assert got.dtype == x.dtype
            eps = np.finfo(char).eps
            np.testing.assert_allclose(got, expected, rtol=64 * eps, atol=16 * eps)
    assert any(known.loop for known in eager._forwards.values())


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    "SGD": lambda: tf.optimizers.SGD(0.1),
    "SGD with momentum": lambda: tf.optimizers.SGD(0.1, momentum=0.9),
    "SGD with Nesterov's momentum": lambda: tf.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "Adam": lambda: tf.optimizers.Adam(0.1),
    "AMSGrad": lambda: tf.optimizers.Adam(0.1, amsgrad=True),
    "AdamW": lambda: tf.optimizers.AdamW(0.1),
    "Adamax": lambda: tf.optimizers.Adamax(0.1),
    "Nadam": lambda: tf.optimizers.Nadam(0.1),
    "RMSprop": lambda: tf.optimizers.RMSprop(0.1),
    "RMSprop, centered": lambda: tf.optimizers.RMSprop(0.1, centered=True, momentum=0.5),
    "Adagrad": lambda: tf.optimizers.Adagrad(0.1),
    "Adadelta": lambda: tf.optimizers.Adadelta(0.1),
    "Lion": lambda: tf.optimizers.Lion(0.1),
}


def steps(make: Callable[[], Any], dtype: str) -> list[Any]:
    """A variable, and what its optimizer remembers, after some steps."""
    rng = np.random.default_rng(6)
    optimizer, v = make(), tf.Variable(rng.standard_normal((5, 7)).astype(dtype))
    for _ in range(4):
        g = tf.constant(rng.standard_normal((7, 5)).astype(dtype))
        optimizer.apply_gradients([(tf.transpose(g), v)])
    return [v.numpy(), *[s.numpy() for s in optimizer.variables[2:]]]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_optimizer_steps_in_loops_are_equal_to_the_last_bit(
    name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "compiled", interpreted)
    monkeypatch.setattr(updates, "_updates", {})
    expected, got = both_ways(lambda: steps(OPTIMIZERS[name], dtype))
    (found,) = updates._updates.values()
    assert found.loop is not None
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize("name", ["Adam", "SGD with momentum"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_compiled_optimizer_steps_are_equal_to_the_last_bit(
    name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "_updates", {})
    expected, got = both_ways(lambda: steps(OPTIMIZERS[name], dtype))
    assert all(found.loop is not None for found in updates._updates.values())
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


def test_a_formula_that_is_no_loop_stays_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "_updates", {})
    expected, got = both_ways(lambda: steps(lambda: tf.optimizers.Ftrl(0.1), "float64"))
    assert [found.loop for found in updates._updates.values()] == [None]
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_rows_are_added_up_in_a_loop(
    width: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_sums, "_sums", {})
    rng = np.random.default_rng(7)
    table = tf.constant(rng.standard_normal((11, width)))
    numbers = tf.constant(rng.integers(0, 11, (30, 2)).astype(kind))

    def f() -> Any:
        return gradient(lambda x: tf.sin(tf.gather(x, numbers)), table)

    expected, got = both_ways(f)
    assert [found.loop is not None for found in row_sums._sums.values()] == [True]
    np.testing.assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("bad", [-1, 3, 1 << 40])
def test_numbers_of_rows_out_of_range_do_not_reach_a_loop(
    bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_sums, "_sums", {})
    asked = []
    rows, numbers = np.ones((2, 4)), np.array([0, bad])
    row_sums.sum_rows(lambda *given: asked.append(given), rows, numbers, 3)
    ((a, b, size),) = asked
    assert a is rows
    assert b is numbers
    assert size == 3
    assert not row_sums._sums


def test_loops_are_compiled_in_the_background() -> None:
    tf.config.set_eager_kernels(True, patience=1e-9, smallest=1000)
    x = tf.constant(np.linspace(-1.0, 1.0, 5000))
    before = set(threading.enumerate())
    first = gradient(lambda x: tf.tanh(x) * x, x)
    for thread in set(threading.enumerate()) - before:
        thread.join()
    (known,) = eager._known.values()
    assert_same(gradient(lambda x: tf.tanh(x) * x, x), first)
    assert len(known.loop.kernel.function.signatures) == 1  # nothing was compiled for this call
    assert_same(gradient(lambda x: tf.tanh(x) * x, x), first)
    np.testing.assert_allclose(first, np.tanh(x) + x * (1 - np.tanh(x) ** 2), rtol=1e-13)


def test_a_loop_that_cannot_be_compiled_is_reported_and_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(args.exc_value))
    monkeypatch.setattr(Candidate, "make", lambda self: 1 / 0)

    def wait() -> None:
        for thread in threading.enumerate():
            if thread.name == "tapegrad loops":
                thread.join()

    tf.config.set_eager_kernels(True, patience=1e-9)
    for number in (1, 2):
        candidate = Candidate()
        assert candidate.do(lambda: 5, lambda loop: 6) == 5
        wait()
        assert candidate.do(lambda: 5, lambda loop: 6) == 5
        assert [type(error) for error in shown] == [ZeroDivisionError] * number


def test_a_loop_that_is_slower_is_dropped() -> None:
    class Slow(Candidate):
        def make(self) -> Any:
            return self

        def compile(self) -> None:
            pass

    tf.config.set_eager_kernels(True, patience=1e-9)
    candidate = Slow()
    assert candidate.do(lambda: "numpy", lambda loop: "loop") == "numpy"
    for thread in threading.enumerate():
        if thread.name == "tapegrad loops":
            thread.join()
    done = [candidate.do(lambda: "numpy", lambda loop: time.sleep(0.01)) for _ in range(5)]
    assert done == [None, None, None, "numpy", "numpy"]


def test_small_arrays_and_short_scripts_compile_nothing() -> None:
    script = (
        "import sys, tapegrad as tf\n"
        "for n in (10, 20000):\n"
        "    x = tf.ones((n,))\n"
        "    with tf.GradientTape() as tape:\n"
        "        tape.watch(x)\n"
        "        y = tf.tanh(x) * tf.sin(x)\n"
        "    tape.gradient(y, x)\n"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("variable", ["TAPEGRAD_EAGER_KERNELS=0", "NUMBA_DISABLE_JIT=1"])
def test_they_can_be_switched_off_for_a_process(variable: str) -> None:
    script = "import tapegrad as tf; print(tf.config.eager_kernels())"
    done = subprocess.run(
        ["env", variable, sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n"
