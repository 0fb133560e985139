"""Causes and lines in loops, methods, compiled functions and notebooks."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

Case = tuple[Any, Any, Any]


class Model:
    """Parameters, and state that is none."""

    def __init__(self) -> None:
        self.weight = tf.Variable([1.0, 2.0], name="weight")
        self.buffer = tf.Variable([0.0, 0.0], trainable=False, name="buffer")

    def rounded(self, x: Any) -> Any:
        for _ in range(3):
            x = tf.round(x * self.weight)
        return tf.reduce_sum(x)

    def through_numpy(self, x: Any) -> Any:
        for i in range(5):
            x = x * self.weight
            if i == 3:
                x = tf.constant(x.numpy())
        return tf.reduce_sum(x)

    def accumulated(self, x: Any) -> Any:
        for _ in range(3):
            self.buffer.assign_add(x * self.weight)
        return tf.reduce_sum(self.buffer * 2.0)


def of_method(name: str, source: str | None = None) -> Callable[[], Case]:
    def case() -> Case:
        model, x = Model(), tf.constant([0.3, 0.4])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = getattr(model, name)(x)
        return tape, y, x if source is None else getattr(model, source)

    return case


def compiled(f: Callable[..., Any], first: int = 0) -> Callable[[], Case]:
    """A call of a compiled function; the source is the argument with that number."""

    def case() -> Case:
        function = tf.function(f)
        arguments = [tf.constant([1.5, 2.5]), tf.Variable([3.0, 4.0])]
        for _ in range(3):
            function(*arguments)
        with tf.GradientTape() as tape:
            tape.watch(arguments[0])
            y = tf.reduce_sum(function(*arguments)[0] * 2.0)
        return tape, y, arguments[first]

    return case


def cast_inside(a: Any, b: Any) -> Any:
    n = a * 2.0
    n = tf.cast(n, tf.int32)  # cut
    return tf.cast(n, tf.float32) * b, b


def floored_inside(a: Any, b: Any) -> Any:
    return (tf.floor(a) * 3.0,)  # cut


def stopped_inside(a: Any, b: Any) -> Any:
    return a * tf.stop_gradient(b), b  # cut


def stopped_in_a_loop(a: Any, b: Any) -> Any:
    for _ in range(4):
        a = tf.stop_gradient(a) + b  # cut
    return (a,)


@tf.function
def inner(a: Any) -> Any:
    return tf.math.ceil(a * 2.0)  # cut


def nested(a: Any, b: Any) -> Any:
    return (inner(a) + b,)


STATE = tf.Variable([0.0, 0.0], trainable=False)


def assigned_inside(a: Any, b: Any) -> Any:
    STATE.assign(a * 2.0)  # cut
    return (STATE * b,)


def of_another_output(a: Any, b: Any) -> Any:
    return a * 3.0, b


CASES: dict[str, tuple[Callable[[], Case], str, str]] = {
    "method": (of_method("rounded"), "piecewise constant", "x = tf.round(x * self.weight)"),
    "numpy in a loop": (
        of_method("through_numpy"), "left the tape", "x = tf.constant(x.numpy())"
    ),
    "buffer": (
        of_method("accumulated"), "assigned", "self.buffer.assign_add(x * self.weight)"
    ),
    "parameter of a buffer": (
        of_method("accumulated", "weight"), "assigned", "self.buffer.assign_add(x * self.weight)"
    ),
    "cast in a function": (compiled(cast_inside), "integer cast", "n = tf.cast(n, tf.int32)"),
    "floor in a function": (
        compiled(floored_inside), "piecewise constant", "return (tf.floor(a) * 3.0,)"
    ),
    "stop in a function": (
        compiled(stopped_inside, 1), "stop_gradient", "return a * tf.stop_gradient(b), b"
    ),
    "loop in a function": (
        compiled(stopped_in_a_loop), "stop_gradient", "a = tf.stop_gradient(a) + b"
    ),
    "nested functions": (
        compiled(nested), "piecewise constant", "return tf.math.ceil(a * 2.0)"
    ),
    "state of a function": (
        compiled(assigned_inside), "assigned", "STATE.assign(a * 2.0)"
    ),
    "another output": (compiled(of_another_output, 1), "independent", ""),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::tapegrad.errors.GradientLeakWarning")
@pytest.mark.parametrize("after", [False, True], ids=["before the gradient", "after it"])
@pytest.mark.parametrize("name", CASES)
def test_cause_and_line(name: str, after: bool) -> None:
    case, word, text = CASES[name]
    tape, y, x = case()
    if after:
        assert tape.gradient(y, x) is None
    explained = tape.explain(y, x)
    assert (explained.connected, explained.cause) == (False, word)
    if text:
        assert explained.line.file == __file__
        assert explained.line.text.removesuffix("  # cut") == text
    if not after:
        assert tape.gradient(y, x) is None


def test_functions_that_follow_nothing_are_known() -> None:
    function = tf.function(lambda a: a * 2.0)
    x = tf.constant([1.0, 2.0])
    for _ in range(3):
        function(x)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(function(x))
    explained = tape.explain(y, x)
    assert explained.cause == "never watched"
    assert explained.line.text == "function = tf.function(lambda a: a * 2.0)"


def test_inside_of_a_compiled_function() -> None:
    causes = []

    @tf.function
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            y = tf.floor(x) * 2.0
        causes.append(tape.explain(y, x))
        return tape.gradient(y, x, unconnected_gradients="zero")

    step(tf.Variable(2.5))
    lines, first = inspect.getsourcelines(step.python_function)
    number = first + next(i for i, line in enumerate(lines) if "floor" in line)
    assert (causes[0].cause, causes[0].line.number) == ("piecewise constant", number)


@pytest.mark.parametrize(
    "cell", ["<ipython-input-3-0123456789ab>", "/somewhere/ipykernel_1/2345.py", "<stdin>"]
)
def test_cells_of_notebooks(cell: str) -> None:
    source = (
        "x = tf.Variable(3.0)\n"
        "def half(v):\n"
        "    return tf.floor(v) / 2.0\n"
        "with tf.GradientTape() as tape:\n"
        "    y = half(x)\n"
    )
    linecache.cache[cell] = len(source), None, source.splitlines(True), cell
    space: dict[str, Any] = {"tf": tf}
    exec(compile(source, cell, "exec"), space)
    explained = space["tape"].explain(space["y"], space["x"])
    assert (explained.line.file, explained.line.number) == (cell, 3)
    assert explained.line.text == "return tf.floor(v) / 2.0"


def test_results_of_an_outer_computation_with_an_inner_gradient() -> None:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer, tf.GradientTape(persistent=True) as inner_tape:
        y = tf.reduce_sum(x**3)
    for method in (inner_tape.gradient, inner_tape.jacobian):
        slope = method(y, x)  # taken
        explained = outer.explain(slope, x)
        assert explained.cause == "inner gradient outside"
        assert explained.line.text.endswith("# taken")
        later = outer.explain(tf.reduce_sum(slope), x)
        assert later.cause == "inner gradient outside"
        assert later.line.text.endswith("# taken")
        assert "inside the block of the outer tape" in str(later)


def test_long_lines_are_cut() -> None:
    source = f"y = tf.floor(x) * {' + '.join(['1.0'] * 100)}\n"
    linecache.cache["<long>"] = len(source), None, [source], "<long>"
    space: dict[str, Any] = {"tf": tf, "x": tf.Variable(2.0)}
    with tf.GradientTape() as tape:
        exec(compile(source, "<long>", "exec"), space)
    explained = tape.explain(space["y"], space["x"])
    assert "…`" in str(explained)
    assert max(map(len, str(explained).splitlines())) < 400
    assert explained.line.text == source.strip()


def test_a_nan_inside_of_a_compiled_function_after_the_recording() -> None:
    @tf.function
    def f(x: Any) -> Any:
        z = tf.sqrt(x)
        return z * 3.0, tf.math.log(x)

    x = tf.Variable(np.array([4.0, 0.0]))
    for _ in range(2):
        f(x)
    with tf.GradientTape() as tape:
        root, logarithm = f(x)
        y, z = tf.reduce_sum(root), tf.reduce_sum(logarithm)
    found = tape.explain_nan(z).first
    assert (found.operation, found.phase, found.index) == ("log", "forward", (1,))
    assert found.line.text == "return z * 3.0, tf.math.log(x)"
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.function(lambda x: tf.sqrt(x) * 3.0)(x))
    found = tape.explain_nan(y).first
    assert (found.operation, found.phase, found.index) == ("sqrt", "backward", (1,))
