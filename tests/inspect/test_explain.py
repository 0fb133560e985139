"""`tape.explain` names the cause, the line, and agrees with ``gradient`` about None."""

from __future__ import annotations

import contextlib
import inspect
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import GradientLeakWarning

Case = tuple[Any, Any, Any]


def never_watched() -> Case:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x  # here
    return tape, y, x


def replaced_variable() -> Case:
    x = tf.Variable(3.0)
    x = x + 1.0
    with tf.GradientTape() as tape:
        y = x + 1.0  # here
    return tape, y, x


def not_trainable() -> Case:
    x = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = x * x  # here
    return tape, y, x


def watches_nothing() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x  # here
    return tape, y, x


def watched_late() -> Case:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)  # here
    return tape, y, x


def equal_constant() -> Case:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)  # here
        y = tf.reduce_sum(x * x)
    return tape, y, tf.constant([1.0, 2.0])


def value_of_variable() -> Case:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(v * v)  # here
    return tape, y, tf.convert_to_tensor(v)


def computed_before() -> Case:
    x = tf.constant(3.0)
    y = x * x
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = y * 2.0
    return tape, z, x


def computed_after() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y * 2.0, x


def stopped_recording() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():  # here
            y = x * x
        z = y * 2.0
    return tape, z, x


def integer_cast() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        n = tf.cast(x * 2.0, tf.int32)  # here
        y = tf.cast(n, tf.float32) * 2.0
    return tape, y, x


def integer_target() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.int32)  # here
    return tape, y, x


def integer_source() -> Case:
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32) * 2.0
    return tape, y, x


def floored() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.floor(x) * 2.0  # here
    return tape, y, x


def compared() -> Case:
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = tf.where(x > 3.5, 1.0, 0.0)  # here
    return tape, y, x


def picked() -> Case:
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = tf.gather(tf.constant([1.0, 2.0]), tf.argmax(x))  # here
    return tape, y, x


def through_numpy() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.constant(np.sin(x.numpy())) * 2.0  # here
    return tape, y, x


def through_array() -> Case:
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.constant(np.sin(np.asarray(x * 2.0))))  # here
    return tape, y, x


def through_float() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        half = float(x) / 2.0  # here
        y = tf.Variable(1.0) * half
    return tape, y, x


def through_math() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.constant(math.sin(x * 2.0))  # here
    return tape, y, x


def assigned() -> Case:
    x, state = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        state.assign(x * 2.0)  # here
        y = state * state
    return tape, y, x


def added_to_state() -> Case:
    x, state = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        state.assign_add(x)  # here
        y = state * state
    return tape, y, x


def stop_gradient() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * 2.0) * 2.0  # here
    return tape, y, x


def custom_none() -> Case:
    @tf.custom_gradient
    def product(a: Any, b: Any) -> Any:
        return a * b, lambda dy: (dy * b, None)

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = product(tf.constant(2.0), x) * 3.0  # here
    return tape, y, x


def reset_after() -> Case:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()  # here
    return tape, y, x


def reset_before() -> Case:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()  # here
        y = x * x
    return tape, y, x


def inner_outside() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x * x * x
    slope = inner.gradient(y, x)  # here
    return outer, slope, x


def swapped() -> Case:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, x, y


def independent() -> Case:
    x, other = tf.Variable(3.0, name="x"), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        y = x * x
        tf.sin(other)
    return tape, y, other


BROKEN: list[tuple[Callable[[], Case], str, str]] = [
    (never_watched, "never watched", r"tape\.watch\(x\)"),
    (replaced_variable, "never watched", "tapes watch trainable Variables only"),
    (not_trainable, "never watched", "not trainable"),
    (watches_nothing, "never watched", "watch_accessed_variables=False"),
    (watched_late, "watched too late", "Watch it first"),
    (equal_constant, "another object", "objects, not values"),
    (value_of_variable, "another object", "the variable 'Variable:0'"),
    (computed_before, "before the tape", "before the tape began"),
    (computed_after, "after the tape", "after the block"),
    (stopped_recording, "stop_recording", "recording was stopped"),
    (integer_cast, "integer cast", "integers and bools carry no gradient"),
    (integer_target, "integer cast", "dtype int32"),
    (integer_source, "integer source", "dtype int32"),
    (floored, "piecewise constant", "grad_pass_through"),
    (compared, "not differentiable", "`greater`"),
    (picked, "not differentiable", "`argmax`"),
    (through_numpy, "left the tape", "The source left .* NumPy array"),
    (through_array, "left the tape", "A value that depends on the source left"),
    (through_float, "left the tape", "Python float"),
    (through_math, "left the tape", "math.sin"),
    (assigned, "assigned", "is state"),
    (added_to_state, "assigned", "is state"),
    (stop_gradient, "stop_gradient", "constant to every tape"),
    (custom_none, "custom gradient", "`product` .* returned None for argument 1"),
    (reset_after, "reset", "was computed before that"),
    (reset_before, "reset", "not watched again"),
    (inner_outside, "inner gradient outside", "inside the block of the outer tape"),
    (swapped, "the other way round", "computed from the target"),
    (independent, "independent", "depends on 'x:0'"),
]


@pytest.fixture(autouse=True)
def usual_lines() -> Iterator[None]:
    yield
    tf.debugging.enable_source_lines(150)


@pytest.mark.parametrize(("case", "word", "says"), BROKEN, ids=[c.__name__ for c, *_ in BROKEN])
def test_names_the_cause_and_the_line(case: Callable[[], Case], word: str, says: str) -> None:
    tape, y, x = case()
    explained = tape.explain(y, x)
    assert (explained.connected, explained.cause) == (False, word)
    assert re.search(says, str(explained))
    lines, first = inspect.getsourcelines(case)
    marked = [first + i for i, line in enumerate(lines) if "# here" in line]
    if marked:
        assert (explained.line.file, explained.line.number) == (__file__, marked[0])
        assert f"test_explain.py:{marked[0]}" in str(explained)


@pytest.mark.filterwarnings("ignore::tapegrad.errors.NonDifferentiableWarning")
@pytest.mark.parametrize(("case", "word", "says"), BROKEN, ids=[c.__name__ for c, *_ in BROKEN])
def test_gradient_says_the_same(case: Callable[[], Case], word: str, says: str) -> None:
    tape, y, x = case()
    tape.explain(y, x)
    left = word == "left the tape"
    with pytest.warns(GradientLeakWarning) if left else contextlib.nullcontext():
        assert tape.gradient(y, x) is None


# There the tensor that was watched is gone, and with it its value; a test of its own follows.
LASTING = [(c, word) for c, word, _ in BROKEN if c is not equal_constant]


@pytest.mark.filterwarnings("ignore::tapegrad.errors.NonDifferentiableWarning")
@pytest.mark.parametrize(("case", "word"), LASTING, ids=[c.__name__ for c, _ in LASTING])
@pytest.mark.parametrize("method", ["gradient", "jacobian"])
def test_says_the_same_after_the_gradient(case: Callable[[], Case], word: str, method: str) -> None:
    tape, y, x = case()
    before = str(tape.explain(y, x))
    left = word == "left the tape"
    with pytest.warns(GradientLeakWarning) if left else contextlib.nullcontext():
        assert getattr(tape, method)(y, x) is None
    assert tape.records == []
    explained = tape.explain(y, x)
    assert (explained.cause, str(explained)) == (word, before)


def test_another_object_after_the_gradient() -> None:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    assert tape.gradient(y, tf.constant([1.0, 2.0])) is None
    assert tape.explain(y, tf.constant([1.0, 2.0])).cause == "another object"
    copy = tf.constant([1.0, 2.0])
    del x
    assert "pass that same object" in str(tape.explain(y, copy))


def test_a_connection_after_the_gradient() -> None:
    x, other = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        h = tf.sin(x)
        y = h * 2.0
        z = y + other
    assert tape.gradient(z, x).numpy() == pytest.approx(2.0 * math.cos(3.0))
    explained = tape.explain(z, x)
    assert explained.connected
    assert [step.operation for step in explained.steps] == ["sin", "multiply", "add"]
    assert [step.line.number - explained.steps[0].line.number for step in explained.steps] == [
        0,
        1,
        2,
    ]
    assert "released the values" in str(explained)
    assert tape.explain(z, other).connected


def test_after_a_long_gradient() -> None:
    x, other = tf.Variable(0.5), tf.Variable(1.0)

    def run() -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            y = tf.identity(x)
            for _ in range(2000):
                y = tf.sin(y)
        return tape, y

    tape, y = run()
    assert tape.gradient(y, [x, other])[1] is None
    assert tape.explain(y, other).cause == "independent"
    assert len(tape.explain(y, x).steps) == 2001
    tape, y = run()
    assert tape.gradient(y, x) is not None
    found = tape.explain(y, x)
    assert found.connected
    assert "more than 150 operations" in str(found)
    assert tape.explain(y, other).cause == "independent"


def test_after_a_long_gradient_that_found_everything() -> None:
    x, other = tf.Variable(0.5), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.identity(x)
        for _ in range(200):
            y = tf.sin(y)
        stepped = tf.floor(y) * 2.0  # here
    assert tape.gradient(y, x) is not None
    explained = tape.explain(stepped, x)
    assert explained.cause == "piecewise constant"
    assert explained.line.text.endswith("# here")
    with pytest.raises(tf.errors.TapeUsedError, match=r"released what.*persistent=True"):
        tape.explain(stepped, y)  # the way between two results is gone
    with tf.GradientTape() as tape:
        y = x * other
        for _ in range(200):
            y = tf.sin(y)
    assert None not in tape.gradient(y, [x, other])
    with pytest.raises(tf.errors.TapeUsedError, match=r"released what.*persistent=True"):
        tape.explain(y, x)


def test_an_inner_step_that_passes_nothing_after_the_gradient() -> None:
    @tf.custom_gradient
    def first_only(a: Any, b: Any) -> Any:
        return a + b, lambda dy: (dy, None)

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = first_only(tf.constant(1.0), x) * 2.0
        z = first_only(x, tf.constant(1.0)) * 2.0
    assert tape.gradient([y, z], x).numpy() == 2.0
    assert tape.explain(z, x).connected
    assert tape.explain(y, x).cause == "custom gradient"


def test_path_with_shapes_sizes_and_lines() -> None:
    w = tf.Variable(np.diag([3.0, 0.5]), name="w")
    x = tf.constant(np.eye(2))
    with tf.GradientTape() as tape:
        h = x @ w
        y = tf.reduce_sum(h * 4.0)
    explained = tape.explain(y, w)
    assert explained.connected
    assert [step.operation for step in explained.steps] == ["dot", "multiply", "reduce_sum"]
    assert [step.shape for step in explained.steps] == [(2, 2, 2, 2), (2, 2, 2, 2), (2, 2)]
    assert "up to 1 times" in explained.steps[0].size
    assert explained.steps[1].size == "all entries 4"
    assert "up to 2 times" in explained.steps[2].size  # sqrt(4)
    assert [step.passes for step in explained.steps] == pytest.approx([8.0, 8.0, 2.0])
    numbers = [step.line.number for step in explained.steps if step.line]
    assert numbers[0] + 1 == numbers[1] == numbers[2]
    assert "variable 'w:0'" in str(explained)


def test_the_spectral_norm_of_a_product() -> None:
    a = np.random.default_rng(3).normal(size=(5, 4))
    x = tf.Variable(np.ones((4, 1)))
    with tf.GradientTape() as tape:
        y = tf.matmul(a, x)
    (step,) = tape.explain(y, x).steps
    assert float(step.size.split()[-2]) == pytest.approx(np.linalg.norm(a, 2), rel=0.05)


@pytest.mark.parametrize(
    ("f", "says"),
    [
        (lambda x: tf.nn.relu(x - 10.0), "zero from step 2"),
        (lambda x: tf.sqrt(x - 3.0), "not finite from step 2"),
        (lambda x: x * 1e-9, "vanishes"),
        (lambda x: x * 1e9, "explodes"),
    ],
)
def test_says_what_stands_out(f: Callable[[Any], Any], says: str) -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = f(x)
    assert says in str(tape.explain(y, x))


def test_missing_rule_is_a_cause() -> None:
    alpha = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.random.stateless_gamma([3], seed=[1, 2], alpha=alpha) * 2.0
    explained = tape.explain(y, alpha)
    assert explained.cause == "no derivative rule"
    assert "implicit derivative" in str(explained)


def test_the_target_itself() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        pass
    assert tape.explain(x, x).connected


def test_long_paths_are_cut_and_lines_can_be_had() -> None:
    x = tf.Variable(0.5)

    def run() -> Any:
        with tf.GradientTape() as tape:
            y = tf.identity(x)
            for _ in range(400):
                y = tf.sin(y)
        return tape.explain(y, x)

    explained = run()
    assert len(explained.steps) == 401
    assert "more operations" in str(explained)
    assert "enable_source_lines" in str(explained)
    assert explained.steps[-1].line is None
    tf.debugging.enable_source_lines()
    explained = run()
    assert all(step.line for step in explained.steps)
    assert "enable_source_lines" not in str(explained)
    tf.debugging.enable_source_lines(0)
    assert not any(step.line for step in run().steps)


@pytest.mark.parametrize("operations", [-1, 2.5, True, "all"])
def test_number_of_lines_is_checked(operations: Any) -> None:
    with pytest.raises(ValueError, match="number of operations"):
        tf.debugging.enable_source_lines(operations)


def test_nothing_is_recorded_or_used_up() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as tape:
        y = x * x
        before = len(outer.records), len(tape.records)
        assert tape.explain(y, x).connected
        assert (len(outer.records), len(tape.records)) == before
    assert tape.gradient(y, x).numpy() == 6.0


def test_compiled_functions_are_steps() -> None:
    @tf.function
    def f(x: Any) -> Any:
        return tf.sin(x) * x

    x = tf.Variable(0.5)
    f(x)
    with tf.GradientTape() as tape:
        y = f(x)
    assert [step.operation for step in tape.explain(y, x).steps] == ["f"]


def test_bad_input() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(TypeError, match=r"`target` should be one tf.Tensor"):
        tape.explain(9.0, x)
    with pytest.raises(TypeError, match=r"`source` should be one tf.Tensor"):
        tape.explain(y, [x])
    with pytest.raises(tf.errors.TapeUsedError, match="never entered"):
        tf.GradientTape().explain(y, x)
