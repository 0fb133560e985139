"""The operation that first makes a NaN or an infinity is found: running, and on the tape."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.context import active_recorders

INF = float("inf")

# function of x = [4, 0, -1], the first operation at fault, phase, index
CASES: dict[str, tuple[Callable[[Any], Any], str, str, tuple[int, ...]]] = {
    "log": (lambda x: tf.math.log(x) * 2.0, "log", "forward", (1,)),
    "log behind where": (
        lambda x: tf.where(x > 0.0, tf.math.log(x), 0.0), "log", "forward", (1,)
    ),
    "root": (lambda x: tf.sqrt(tf.nn.relu(x)), "sqrt", "backward", (1,)),
    "overflow": (lambda x: tf.exp(x * 100.0) - tf.exp(x * 100.0), "exp", "forward", (0,)),
    "division": (lambda x: 1.0 / x, "divide", "forward", (1,)),
    "power": (lambda x: tf.nn.relu(x) ** 0.5, "pow", "backward", (1,)),
    "arc": (tf.acos, "acos", "forward", (0,)),
    "data": (lambda x: x * [1.0, np.nan, 1.0], "multiply", "input", (1,)),
}  # fmt: skip

each_case = pytest.mark.parametrize("case", CASES)


def source() -> Any:
    return tf.Variable([4.0, 0.0, -1.0])


def checked(found: Any, case: str) -> None:
    _, operation, phase, index = CASES[case]
    assert (found.operation, found.phase, found.index) == (operation, phase, index)
    assert not np.isfinite(found.value)
    assert found.line.file == __file__
    assert found.cure


@each_case
def test_traced(case: str) -> None:
    f, x = CASES[case][0], source()
    with tf.debugging.trace_numerics() as report, tf.GradientTape() as tape:
        y = tf.reduce_sum(f(x))
        with tape.stop_recording():
            pass
    with tf.debugging.trace_numerics() as backward:
        gradient = tape.gradient(y, x)
    checked(report.first or backward.first, case)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(f(x))
    np.testing.assert_array_equal(gradient.numpy(), tape.gradient(y, x).numpy())


@each_case
@pytest.mark.parametrize("given", [True, False])
def test_on_the_tape(case: str, given: bool) -> None:
    f, x = CASES[case][0], source()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(f(x))
    checked((tape.explain_nan(y) if given else tape.explain_nan()).first, case)


def test_inputs_are_those_at_the_element() -> None:
    with tf.debugging.trace_numerics() as report:
        tf.constant([[1.0], [2.0]]) / tf.constant([3.0, 0.0])
    first = report.first
    assert first is not None
    assert first.index == (0, 1)
    assert [text.split(" (")[0] for text in first.inputs] == ["input 'a': 1.0", "input 'b': 0.0"]
    assert "divide_no_nan" in str(first)


def test_finite_values_and_masks_are_no_findings() -> None:
    x = source()
    with tf.debugging.trace_numerics() as report, tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.softmax(x + tf.constant([0.0, -INF, 0.0]))[0])
    assert report.findings == []
    assert [found.operation for found in report.incoming] == ["add"]
    assert tape.explain_nan(y).findings == []
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * x)
    assert tape.explain_nan(y).first is None
    assert "finite" in str(tape.explain_nan(y))


def test_operations_outside_of_tapes_and_integers() -> None:
    with tf.debugging.trace_numerics() as report:
        tf.range(3) * 2
        tf.math.log(tf.constant(0.0, tf.float64))
    assert report.first is not None
    assert report.first.value == -INF


def test_second_order_gradients_are_right_inside() -> None:
    x = tf.Variable(0.3)
    with (
        tf.debugging.trace_numerics() as report,
        tf.GradientTape() as outer,
    ):
        with tf.GradientTape() as inner:
            y = x**3.0
        slope = inner.gradient(y, x)
    assert outer.gradient(slope, x).numpy() == pytest.approx(1.8)
    assert report.first is None


@pytest.fixture
def checking() -> Iterator[None]:
    tf.debugging.enable_check_numerics()
    tf.debugging.enable_check_numerics(stack_height_limit=10)
    yield
    tf.debugging.disable_check_numerics()
    assert not active_recorders()


@pytest.mark.usefixtures("checking")
def test_errors_of_check_numerics() -> None:
    detected = pytest.raises(tf.errors.InvalidArgumentError, match="Detected Infinity or NaN")
    with detected as caught:
        tf.math.log(tf.constant([0.0, -1.0, 1.0]))
    text = str(caught.value)
    assert "'log'" in text
    assert "# of -Inf elements: 1" in text
    assert "# of NaN elements: 1" in text
    assert "test_numerics.py:" in text
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    with detected:
        tape.gradient(y, x)
    with tf.GradientTape() as tape:
        y = x * 3.0
    assert tape.gradient(y, x).numpy() == 3.0


@pytest.mark.usefixtures("checking")
def test_check_numerics_holds_for_one_thread() -> None:
    values: list[float] = []
    thread = threading.Thread(target=lambda: values.append(float(tf.math.log(0.0))))
    thread.start()
    thread.join()
    assert values == [-INF]


def test_disabled_twice_and_gone() -> None:
    tf.debugging.enable_check_numerics()
    tf.debugging.disable_check_numerics()
    tf.debugging.disable_check_numerics()
    assert tf.math.log(0.0).numpy() == -INF


def test_bad_input() -> None:
    x = source()
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x)
    with pytest.raises(TypeError, match=r"should be one tf\.Tensor"):
        tape.explain_nan([y])
    tape.gradient(y, x)
    with pytest.raises(tf.errors.TapeUsedError, match="explain_nan came too late"):
        tape.explain_nan(y)
