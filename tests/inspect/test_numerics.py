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


#: What TensorFlow 2.21 says, without its device in front and its operation at the end.
MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: tf.math.log(tf.constant([0.0, -1.0, 1.0])),
        """

!!! Detected Infinity or NaN in output 0 of eagerly-executing op "Log" (# of outputs: 1) !!!
  dtype: <dtype: 'float32'>
  shape: (3,)
  # of -Inf elements: 1
  # of +NaN elements: 1

  Input tensor: tf.Tensor([ 0. -1.  1.], shape=(3,), dtype=float32)

 : Tensor had -Inf and NaN values""",
    ),
    (
        lambda: tf.constant([-1.0, 1.0, 0.0]) / tf.constant([0.0, 0.0, 0.0]),
        """

!!! Detected Infinity or NaN in output 0 of eagerly-executing op "RealDiv" (# of outputs: 1) !!!
  dtype: <dtype: 'float32'>
  shape: (3,)
  # of -Inf elements: 1
  # of +Inf elements: 1
  # of +NaN elements: 1

  Input tensors (2):
         0: tf.Tensor([-1.  1.  0.], shape=(3,), dtype=float32)
         1: tf.Tensor([0. 0. 0.], shape=(3,), dtype=float32)

 : Tensor had -Inf, +Inf, and NaN values""",
    ),
    (
        lambda: tf.exp(tf.Variable(1000.0)),
        """

!!! Detected Infinity or NaN in output 0 of eagerly-executing op "Exp" (# of outputs: 1) !!!
  dtype: <dtype: 'float32'>
  shape: ()
  # of +Inf elements: 1

  Input tensor: tf.Tensor(1000.0, shape=(), dtype=float32)

 : Tensor had +Inf values""",
    ),
]


@pytest.mark.usefixtures("checking")
@pytest.mark.parametrize(("call", "text"), MESSAGES, ids=["log", "division", "overflow"])
def test_messages_are_tensorflows(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call()
    lines = str(caught.value).splitlines()
    at = next(i for i, line in enumerate(lines) if "Line of the user's code" in line)
    assert "test_numerics.py:" in lines[at]
    assert "\n".join(lines[: at - 1] + lines[at + 1 :]) == text


@pytest.mark.usefixtures("checking")
def test_gradients_are_checked() -> None:
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tape.gradient(y, x)
    # As in TensorFlow, for which the gradient is an operation of its own.
    assert 'eagerly-executing op "SqrtGrad" (# of outputs: 1)' in str(caught.value)
    assert "0: tf.Tensor(0.0, shape=(), dtype=float32)" in str(caught.value)
    assert "1: tf.Tensor(1.0, shape=(), dtype=float32)" in str(caught.value)
    with tf.GradientTape() as tape:
        y = x * 3.0
    assert tape.gradient(y, x).numpy() == 3.0


@pytest.mark.usefixtures("checking")
def test_what_only_moves_elements_is_not_checked() -> None:
    bad = tf.constant([[np.nan, 1.0]])
    assert tf.transpose(tf.reshape(bad, [2, 1])).shape == (1, 2)
    assert tf.constant(complex(np.nan, 0.0)) * 2.0 is not None
    with pytest.raises(tf.errors.InvalidArgumentError, match='op "Mul"'):
        bad * 2.0


def of_a_function(x: Any) -> Any:
    z = tf.math.log(x)
    return tf.reduce_sum(tf.where(x > 0.0, z, 0.0))


@pytest.mark.usefixtures("checking")
def test_compiled_functions_are_checked() -> None:
    compiled = tf.function(of_a_function)
    tf.debugging.disable_check_numerics()
    x = tf.Variable([4.0, 0.0])
    for _ in range(3):
        compiled(x)
    tf.debugging.enable_check_numerics()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r'op "Log"(.|\n)*tf\.math\.log\(x\)'):
        compiled(x)


def test_compiled_functions_are_looked_into() -> None:
    compiled, root = tf.function(of_a_function), tf.function(lambda x: tf.sqrt(x) * 3.0)
    x = tf.Variable([4.0, 0.0])
    for _ in range(3):
        with tf.debugging.trace_numerics() as report, tf.GradientTape() as tape:
            y = compiled(x)
        assert tape.gradient(y, x).numpy().tolist() == [0.25, 0.0]
        first = report.first
        assert first is not None
        assert (first.operation, first.phase, first.index) == ("log", "forward", (1,))
        assert first.line is not None
        assert first.line.text == "z = tf.math.log(x)"
        with tf.debugging.trace_numerics() as report:
            with tf.GradientTape() as tape:
                y = root(x)
            tape.gradient(y, x)
        first = report.first
        assert first is not None
        assert (first.operation, first.phase, first.index) == ("sqrt", "backward", (1,))
        compiled(x)
        root(x)


def test_in_the_pytorch_dialect() -> None:
    import tapegrad.torch as torch

    with tf.debugging.trace_numerics() as report:
        a = torch.tensor([1.0, 0.0], requires_grad=True)
        torch.log(a).sum()
    assert report.first is not None
    assert (report.first.operation, report.first.phase) == ("log", "forward")
    with tf.debugging.trace_numerics() as report:
        a = torch.tensor([1.0, 0.0], requires_grad=True)
        root = torch.sqrt(a)  # here
        (root * 2.0).sum().backward()
    first = report.first
    assert first is not None
    assert (first.operation, first.phase, first.index) == ("sqrt", "backward", (1,))
    assert first.line is not None
    assert first.line.text.endswith("# here")
    assert a.grad is not None
    assert a.grad.tolist() == [1.0, INF]


def test_in_the_numpy_dialect() -> None:
    import tapegrad.numpy as tnp

    def f(x: Any) -> Any:
        return tnp.sum(tnp.sqrt(x) * 2.0)  # here

    with tf.debugging.trace_numerics() as report:
        tnp.grad(f)(np.array([1.0, 0.0]))
    first = report.first
    assert first is not None
    assert (first.operation, first.phase, first.index) == ("sqrt", "backward", (1,))
    assert first.line is not None
    assert first.line.text.endswith("# here")


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
    with pytest.raises(
        tf.errors.TapeUsedError, match=r"explain_nan came too late(.|\n)*trace_numerics"
    ):
        tape.explain_nan(y)
