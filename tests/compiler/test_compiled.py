"""Compiled functions: recorded once, run as programs, never wrong in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(kernels, "compiled", interpreted)
        yield


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5)


def test_python_runs_once_for_each_kind_of_call() -> None:
    seen = []

    @tf.function
    def f(x: Any, n: int = 2, *, flag: bool = False) -> Any:
        seen.append((x.shape, x.dtype, n, flag))
        return x * float(n) if flag else x + float(n)

    for _ in range(3):
        f(tf.constant([1.0, 2.0]))
        f(tf.constant([1.0, 2.0]), 3)
        f(tf.constant([1.0, 2.0]), flag=True)
        f(tf.constant([1.0]))
        f(tf.constant([1.0], tf.float64))
    assert len(seen) == f.experimental_get_tracing_count() == 5


def test_minus_zero_is_another_number() -> None:
    f = tf.function(lambda x, y: x / y)
    one = tf.constant(1.0)
    assert [f(one, y).numpy() for y in (0.0, -0.0, 0.0)] == [np.inf, -np.inf, np.inf]


def test_structures_and_constants_come_out() -> None:
    @tf.function
    def f(x: Any) -> Any:
        return {"a": [x, None], "b": (x * 2.0, 3, np.array([1.5])), "c": x}

    for value in (1.0, 2.0):
        result = f(tf.constant(value))
        assert result["a"][1] is None
        found = [result["a"][0], *result["b"], result["c"]]
        assert [v.numpy().tolist() for v in found] == [value, 2.0 * value, 3, [1.5], value]


def test_one_tensor_in_two_places() -> None:
    f = tf.function(lambda a, b: a - 2.0 * b)
    x, y = tf.constant(5.0), tf.constant(1.0)
    assert [f(x, x).numpy(), f(x, y).numpy(), f(y, x).numpy()] == [-5.0, 3.0, -9.0]


def test_a_closure_keeps_its_tensor_although_it_is_an_argument_too() -> None:
    c = tf.constant(10.0)
    f = tf.function(lambda a: a + c)
    assert [f(c).numpy(), f(tf.constant(1.0)).numpy()] == [20.0, 11.0]


def test_outputs_are_new_at_every_call() -> None:
    f = tf.function(lambda x: (x, tf.exp(x), tf.reshape(x, [2, 1])))
    first = f(tf.constant([1.0, 2.0]))
    kept = [y.numpy() for y in first]
    f(tf.constant([3.0, 4.0]))
    for y, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(y, before)


def test_strided_arguments() -> None:
    f = tf.function(lambda x: tf.reduce_sum(x * x, axis=1))
    whole = tf.constant(np.arange(12.0).reshape(3, 4))
    for x in (whole, tf.transpose(tf.constant(np.arange(12.0).reshape(4, 3))), whole):
        close(f(x), np.sum(np.asarray(x) ** 2, axis=1))


# Python decides


def test_decisions_by_data() -> None:
    seen = []

    @tf.function
    def f(x: Any) -> Any:
        seen.append(1)
        while tf.reduce_sum(x) < 10.0:
            x = x * 2.0
        if tf.reduce_max(x) > 8.0:
            return -x
        return x

    for values in ([1.0, 1.0], [4.0, 5.0], [9.0, 0.0], [1.0, 1.0], [2.0, 0.5], [9.5, 1.0]):
        x = tf.constant(values)
        expected = f.python_function(x).numpy()
        seen.clear()
        np.testing.assert_array_equal(f(x), expected)
    assert f.experimental_get_tracing_count() == 4
    assert "while bool() gives" in f.explain()


def test_too_many_ways() -> None:
    @tf.function
    def f(x: Any, i: Any) -> Any:
        return x * float(int(i))

    for i in range(40):
        assert f(tf.constant(2.0), tf.constant(i)).numpy() == 2.0 * i
    assert "more than 32 ways" in f.explain()


def test_a_shape_that_depends_on_data() -> None:
    f = tf.function(lambda x: tf.reduce_sum(tf.boolean_mask(x, x > 0.0) ** 2))
    for values in ([1.0, -1.0, 2.0], [3.0, -1.0, 2.0], [1.0, 1.0, 2.0], [-1.0, -1.0, -1.0]):
        close(f(tf.constant(values)), sum(v * v for v in values if v > 0))


# State


def test_variables_are_read_and_assigned_at_every_call() -> None:
    v, w = tf.Variable([1.0, 2.0]), tf.Variable(0, dtype=tf.int64)

    @tf.function
    def f(x: Any) -> Any:
        before = v * x
        v.assign_add(x)
        between = v * x
        v.assign(2.0 * v)
        w.assign_add(1)
        return before, between, v + 0.0

    expected = np.array([1.0, 2.0])
    for i, x in enumerate((np.array([1.0, 1.0]), np.array([2.0, 3.0]), np.array([0.5, 1.0]))):
        if i == 2:
            v.assign([5.0, 5.0])
            expected = np.array([5.0, 5.0])
        results = f(tf.constant(x, tf.float32))
        moved = expected + x
        for got, want in zip(results, (expected * x, moved * x, 2.0 * moved), strict=True):
            close(got, want)
        expected = 2.0 * moved
        close(v, expected)
        assert w.numpy() == i + 1
    assert f.experimental_get_tracing_count() == 1


def test_a_gradient_uses_what_was_read_before_an_assignment() -> None:
    v = tf.Variable(3.0)

    @tf.function
    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            y = v * v * x
        v.assign(x)
        return tape.gradient(y, v), v * 1.0

    for x, held in ((2.0, 3.0), (5.0, 2.0), (7.0, 5.0)):
        g, now = f(tf.constant(x))
        assert (g.numpy(), now.numpy()) == (2.0 * held * x, x)


def test_nothing_is_assigned_when_a_decision_comes_out_otherwise() -> None:
    v = tf.Variable(0.0)

    @tf.function
    def f(x: Any) -> Any:
        v.assign_add(1.0)
        return x if v + x > 3.0 else -x

    assert [f(tf.constant(1.0)).numpy() for _ in range(4)] == [-1.0, -1.0, 1.0, 1.0]
    assert v.numpy() == 4.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.optimizers.SGD(0.1, momentum=0.9),
        lambda: tf.optimizers.Adam(0.1),
        lambda: tf.optimizers.RMSprop(tf.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
    ],
)
def test_optimizer_steps(make: Any) -> None:
    variables = [tf.Variable([1.0, -2.0]), tf.Variable([1.0, -2.0])]
    optimizers = [make(), make()]

    def step(v: Any, optimizer: Any, x: Any) -> Any:
        for _ in range(2):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(v * x - 1.0))
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
        return loss, optimizer.iterations + 0

    compiled = tf.function(step)
    for i in range(4):
        x = tf.constant([0.5 + i, 1.0])
        a = step(variables[0], optimizers[0], x)
        b = compiled(variables[1], optimizers[1], x)
        close(b[0], a[0])
        assert b[1].numpy() == 2 * (i + 1)
        close(variables[1], variables[0])
    assert compiled.experimental_get_tracing_count() == 1


def test_variables_made_in_the_first_call() -> None:
    class Line:
        v: Any = None

        @tf.function
        def __call__(self, x: Any) -> Any:
            if self.v is None:
                self.v = tf.Variable(2.0)
            self.v.assign_add(1.0)
            return self.v * x

    line = Line()
    assert [line(tf.constant(2.0)).numpy() for _ in range(4)] == [6.0, 8.0, 10.0, 12.0]
    assert Line.__call__.experimental_get_tracing_count() == 2


# Gradients from outside


def loss(x: Any, w: Any) -> Any:
    h = tf.tanh(tf.matmul(x, w))
    return tf.reduce_sum(h * h) + tf.reduce_mean(x), h


def test_gradients_from_outside() -> None:
    rng = np.random.default_rng(0)
    compiled = tf.function(loss)
    for _ in range(3):
        x, w = (tf.constant(rng.normal(size=s)) for s in ((4, 3), (3, 2)))
        found = []
        for f in (loss, compiled):
            with tf.GradientTape(persistent=True) as tape:
                tape.watch([x, w])
                total, h = f(x, w)
                y = total * 2.0 + tf.reduce_sum(tf.sin(h))
            found.append([*tape.gradient(y, [x, w]), tape.gradient(h, w), tape.jacobian(h, w)])
        for a, b in zip(*found, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_only_what_is_watched_gets_a_gradient() -> None:
    compiled = tf.function(loss)
    x, w = tf.ones([4, 3]), tf.Variable(tf.ones([3, 2]))
    constant = tf.Variable(1.0, trainable=False)
    for _ in range(3):
        with tf.GradientTape() as tape:
            y = compiled(x, w)[0] * constant
        gx, gw = tape.gradient(y, [x, w])
        assert gx is None
        assert gw.shape == (3, 2)
        assert [v is w for v in tape.watched_variables()] == [True]


def test_second_order_and_forward_mode() -> None:
    def f(x: Any) -> Any:
        return tf.reduce_sum(tf.exp(x) * tf.sin(x) + x**3)

    compiled = tf.function(f)
    x = tf.constant([0.3, -0.7, 1.1], tf.float64)
    compiled(x)
    found = []
    for g in (f, compiled):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = g(x)
            first = inner.gradient(y, x)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            z = g(x)
        found.append([first, outer.jacobian(first, x), accumulator.jvp(z)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_custom_gradients() -> None:
    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        s = tf.sin(x)
        return s, lambda dy: dy * 100.0 * s

    def inside(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = clipped(x) * x
        return tape.gradient(y, x)

    compiled, outside = tf.function(inside), tf.function(lambda x: clipped(x) * x)
    for value in (0.5, 1.0, 1.5):
        x = tf.constant(value)
        close(compiled(x), np.sin(value) * (1.0 + 100.0 * value))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = outside(x)
        close(tape.gradient(y, x), np.sin(value) * (1.0 + 100.0 * value))


def test_rows_of_a_table() -> None:
    table = tf.Variable(np.arange(12.0).reshape(4, 3))

    @tf.function
    def f(rows: Any) -> Any:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(table, rows) ** 2)
        return tape.gradient(y, table)

    for rows in ([0, 2], [3, 3]):
        g = f(tf.constant(rows))
        assert isinstance(g, tf.IndexedSlices)
        assert g.indices.numpy().tolist() == rows
        close(g.values, 2.0 * table.numpy()[rows])


# What runs at every call, and what cannot be compiled


def test_random_numbers_are_new_and_reproducible() -> None:
    @tf.function
    def f(x: Any) -> Any:
        return x + tf.random.normal([3]), tf.nn.dropout(tf.ones([50]), 0.5)

    tf.random.set_seed(7)
    first = [f(tf.zeros([3])) for _ in range(3)]
    assert len({a.numpy().tobytes() for a, _ in first}) == 3
    assert len({b.numpy().tobytes() for _, b in first}) == 3
    assert f.experimental_get_tracing_count() == 1


def test_printing_and_checks(capfd: pytest.CaptureFixture[str]) -> None:
    @tf.function
    def f(x: Any) -> Any:
        tf.print("x is", x)
        tf.debugging.assert_positive(x)
        return tf.sqrt(x)

    for value in (1.0, 4.0, 9.0):
        assert f(tf.constant(value)).numpy() == np.sqrt(value)
    assert [line for line in capfd.readouterr().err.splitlines() if line] == [
        "x is 1",
        "x is 4",
        "x is 9",
    ]
    with pytest.raises(tf.errors.InvalidArgumentError, match="did not hold"):
        f(tf.constant(-1.0))


@pytest.mark.parametrize(
    ("leak", "where"),
    [
        (float, r"float\(\)"),
        (lambda x: x.numpy(), "NumPy"),
        (np.asarray, "NumPy"),
    ],
)
def test_a_value_that_leaves(leak: Any, where: str) -> None:
    f = tf.function(lambda x: x * leak(x))
    assert [f(tf.constant(v)).numpy() for v in (2.0, 3.0)] == [4.0, 9.0]
    assert f.experimental_get_tracing_count() == 2
    text = f.explain()
    assert "runs eagerly" in text
    assert where.replace("\\", "") in text
    assert "test_compiled.py" in text


def test_a_variable_changed_by_something_unrecorded() -> None:
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def f(x: Any) -> Any:
        v.scatter_nd_add([[0]], [1.0])
        return v * x

    assert [f(tf.constant(1.0)).numpy().tolist() for _ in range(3)] == [
        [2.0, 2.0],
        [3.0, 2.0],
        [4.0, 2.0],
    ]


def test_functions_inside_functions() -> None:
    inner = tf.function(lambda x: x * x)
    outer = tf.function(lambda x: inner(x) + inner(2.0 * x))
    assert [outer(tf.constant(v)).numpy() for v in (1.0, 2.0)] == [5.0, 20.0]
    assert outer.experimental_get_tracing_count() == 1


def test_errors_pass_through_and_the_function_stays_usable() -> None:
    f = tf.function(tf.matmul)
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(tf.ones([2, 3]), tf.ones([2, 3]))
    assert f(tf.ones([2, 3]), tf.ones([3, 2])).shape == (2, 2)


def test_run_functions_eagerly() -> None:
    seen = []
    f = tf.function(lambda x: seen.append(1) or x + 1.0)
    f(tf.constant(1.0))
    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
    finally:
        tf.config.run_functions_eagerly(False)
    f(tf.constant(1.0))
    assert len(seen) == 2


def test_source_and_explanation() -> None:
    f = tf.function(lambda x: tf.reduce_sum(tf.exp(x) * x))
    assert f.explain() == "<lambda> has not been called."
    f(tf.ones([3]))
    assert "def kernel(" in f.source()
    assert "exp_f4(" in f.source()
    assert f.explain().splitlines()[1].strip() == "compiled: 3 operations, 1 kernel"


# Machine code and its cache

_SCRIPT = """
import sys
import numpy as np
import tapegrad as tf
f = tf.function(lambda x: tf.reduce_sum(tf.exp(x) * tf.sin(x)))
a = np.linspace(0.0, 1.0, 7)
x = tf.constant(a)
f(x)
assert abs(float(f(x)) - np.sum(np.exp(a) * np.sin(a))) < 1e-12
kernel = next(iter(f._known.values())).paths[0].program.kernels
stats = getattr(kernel[0].function, "stats", None) if kernel else None
print("hits", sum(stats.cache_hits.values()) if stats else None, len(kernel))
"""


def in_process(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    environment = {"TAPEGRAD_CACHE_DIR": str(tmp_path / "kernels")}
    assert in_process(environment) == "hits 0 1"
    assert in_process(environment) == "hits 1 1"


def test_without_a_place_for_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    assert in_process({"TAPEGRAD_CACHE_DIR": str(tmp_path / "file")}).endswith("1")
    assert in_process({"TAPEGRAD_CACHE_DIR": ""}).endswith("1")


def test_without_numba() -> None:
    assert in_process({"NUMBA_DISABLE_JIT": "1"}) == "hits None 0"
