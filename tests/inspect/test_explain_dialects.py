"""Explanations speak the dialect of the values, and name every place that cuts."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.numpy as tnp

Case = tuple[Any, Any, Any]


def array() -> Any:
    return tnp.array([1.25, 2.75])


def never_watched() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        y = tnp.sum(x * x)  # here
    return tape, y, x


def watched_late() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        y = tnp.sum(tnp.sin(x))
        tape.watch(x)  # here
    return tape, y, x


def stopped() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.sum(tnp.stop_gradient(x) * 2.0)  # here
    return tape, y, x


def position() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.argmax(x) * 2.0  # here
    return tape, y, x


def index() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.array([3.0, 4.0])[tnp.argmax(x)] * 2.0  # here
    return tape, y, x


def condition() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.where(x > 1.5, 1.0, 0.0).sum()  # here
    return tape, y, x


def of_numpy_alone() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        counts, _ = tnp.histogram(x, bins=3)  # here
        y = tnp.sum(counts * 1.0)
    return tape, y, x


def cast() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.sum(x.astype(int) * 2.0)  # here
    return tape, y, x


def integers() -> Case:
    x = tnp.array([1, 2])
    with tf.GradientTape() as tape:
        y = tnp.sum(x * 2.0)
    return tape, y, x


def decided() -> Case:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.array(1.0 if x.sum() > 1.0 else 2.0) * 1.0  # here
    return tape, y, x


def left() -> Case:
    x = array()
    with tf.debugging.set_gradient_leaks("allow"), tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.array(math.sin(float(x[0]))) * 2.0  # here
    return tape, y, x


def custom() -> Case:
    @tnp.custom_gradient
    def halved(a: Any) -> Any:
        return a / 2.0, lambda dy: None

    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.sum(halved(x))  # here
    return tape, y, x


CASES: list[tuple[Callable[[], Case], str, str]] = [
    (never_watched, "never watched", r"it is an array.*tape\.watch\(x\)"),
    (watched_late, "watched too late", "Watch it first"),
    (stopped, "stop_gradient", r"np\.stop_gradient"),
    (position, "not differentiable", r"`argmax`.*np\.special\.softmax"),
    (index, "left the tape", r"(?s)as an index.*np\.special\.softmax"),
    (condition, "not differentiable", r"`greater`.*np\.special\.expit"),
    (of_numpy_alone, "not differentiable", r"`histogram`.*np\.special\.expit"),
    (cast, "integer cast", "integers and bools"),
    (integers, "integer source", r"np\.array\(\[3\.0\]\)"),
    (decided, "left the tape", r"Python bool.*np\.where"),
    (left, "left the tape", r"(?s)Python float.*np\.sin\(x\), not math\.sin\(x\).*np\.custom_grad"),
    (custom, "custom gradient", r"`halved` \(np\.custom_gradient\)"),
]


@pytest.mark.parametrize(("case", "word", "says"), CASES, ids=[c.__name__ for c, *_ in CASES])
def test_the_numpy_dialect(case: Callable[[], Case], word: str, says: str) -> None:
    tape, y, x = case()
    explained = tape.explain(y, x)
    assert (explained.connected, explained.cause) == (False, word)
    assert re.search(says, str(explained))
    assert not re.search(r"tf\.(?!GradientTape|debugging)", re.sub("`.*?`", "", str(explained)))
    lines, first = inspect.getsourcelines(case)
    marked = [first + i for i, line in enumerate(lines) if "# here" in line]
    if marked:
        assert (explained.line.file, explained.line.number) == (__file__, marked[0])


def test_the_cures_of_the_numpy_dialect_have_gradients() -> None:
    values = tnp.array([3.0, 4.0])
    step = tnp.grad(lambda x: tnp.sum(x + tnp.stop_gradient(tnp.round(x) - x)))
    assert np.asarray(step(array())).tolist() == [1.0, 1.0]
    for soft in (
        lambda x: tnp.sum(tnp.special.softmax(x / 0.1) * values),
        lambda x: tnp.sum(tnp.special.expit((x - 1.5) / 0.1)),
    ):
        slope = np.asarray(tnp.grad(soft)(array()))
        small = np.array([1e-6, 0.0])
        at = np.asarray(array())
        expected = (float(soft(tnp.array(at + small))) - float(soft(tnp.array(at - small)))) / 2e-6
        assert slope[0] == pytest.approx(expected, rel=1e-4)
        assert slope[0] != 0.0


def test_the_cures_of_the_tensorflow_dialect_have_gradients() -> None:
    x, values = tf.Variable([1.25, 2.75]), tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        step = tf.grad_pass_through(tf.round)(x)
        ceiling = tf.grad_pass_through(tf.math.ceil)(x)
        picked = tf.reduce_sum(tf.nn.softmax(x / 0.1) * values)
        count = tf.reduce_sum(tf.sigmoid((x - 1.5) / 0.1))
    assert tape.gradient(step, x).numpy().tolist() == [1.0, 1.0]
    assert tape.gradient(ceiling, x).numpy().tolist() == [1.0, 1.0]
    for soft in (picked, count):
        assert (tape.gradient(soft, x).numpy() != 0.0).all()


def test_cures_are_written_with_the_callers_names() -> None:
    class Model:
        weights = (tf.Variable(2.0, trainable=False),)

    model, data = Model(), tf.constant([1.0, 2.0])
    with tf.GradientTape() as record:
        loss = tf.reduce_sum(model.weights[0] * data)
    assert "record.watch(data)" in str(record.explain(loss, data))
    assert "record.watch(model.weights[0])" in str(record.explain(loss, model.weights[0]))
    named = record.explain(
        source=data,
        target=loss,
    )
    assert "record.watch(data)" in str(named)
    # An expression that computes is no name for what was used.
    assert "record.watch(x)" in str(record.explain(loss, [data][0]))


def test_all_cuts_are_told() -> None:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        a = tf.floor(x)  # first
        b = tf.stop_gradient(x * 2.0)  # second
        y = tf.reduce_sum(a + b)
        z = tf.reduce_sum(tf.stop_gradient(tf.round(x) * 2.0))
        n = tf.reduce_sum(tf.one_hot(tf.argmax(x), 2) * tf.constant([1.0, 2.0]))
    parallel = str(tape.explain(y, x))
    assert "# first` cuts it" in parallel
    assert re.search(
        "Another way from the source is cut, too: tf.stop_gradient.*# second", parallel
    )
    serial = str(tape.explain(z, x))
    assert "`round`" in serial
    assert "On the same way: tf.stop_gradient" in serial
    assert serial.count("<- here") == 2
    # What is discrete already is cut by nothing more.
    discrete = str(tape.explain(n, x))
    assert discrete.count("<- here") == 1
    assert "On the same way" not in discrete


def test_a_printed_value_is_not_the_cause_of_what_a_pause_cut() -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        assert float(x) == 3.0
        with tape.stop_recording():  # here
            h = x * x
        y = h * 2.0
    explained = tape.explain(y, x)
    assert explained.cause == "stop_recording"
    assert explained.line.text.endswith("# here")
    assert "It may be cut in another place, too" in str(explained)


def test_the_way_that_is_shown_carries_something() -> None:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * 0.0 + tf.sin(tf.cos(x)))
        dead = tf.reduce_sum(tf.nn.relu(-x))
    explained = tape.explain(y, x)
    assert [step.operation for step in explained.steps] == ["cos", "sin", "add", "reduce_sum"]
    assert "zero" not in str(explained)
    assert "all of its inputs are negative or 0" in str(tape.explain(dead, x))


def test_a_tape_that_was_used_up_says_where() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = x * 3.0
    tape.gradient(y, x)  # used
    assert "# used` released the values, and cannot be called again" in str(tape.explain(z, x))


def test_repetitions_are_told_once() -> None:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        h = x
        for _ in range(40):
            h = tf.sin(h)
        z = tf.round(h)
        for _ in range(3):
            z = tf.cos(z)
        y = tf.reduce_sum(z)
    lines = str(tape.explain(y, x)).splitlines()
    shown = [line.strip() for line in lines[3:]]
    assert shown[0].startswith("1-40. sin at")
    assert shown[0].endswith(", 40 times")
    assert shown[1].startswith("41. round at")
    assert shown[1].endswith("<- here")
    assert [line.split()[0] for line in shown[2:]] == ["42.", "43.", "44.", "45."]


def test_functions_of_numpy_arrays_are_named() -> None:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        y = tf.numpy_function(lambda a: a.sum(), [x * 2.0], tf.float32) * 3.0  # here
    explained = tape.explain(y, x)
    assert explained.cause == "not differentiable"
    assert explained.line.text.endswith("# here")
    assert "`numpy_function`" in str(explained)
    assert "tf.py_function" in str(explained)


def test_step_functions_of_numpy_have_their_names() -> None:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp.sum(tnp.floor(x) * 2.0)
        z = tnp.sum(x // 1.0)
        rank = tnp.linalg.matrix_rank(tnp.outer(x, x)) * 1.0
    explained = tape.explain(y, x)
    assert explained.connected
    assert explained.steps[0].operation == "floor"
    assert "zero from step 1 (floor) on: it is piecewise constant" in str(explained)
    assert "zero from step 1 (floor_divide) on: it is piecewise constant" in str(tape.explain(z, x))
    assert "`matrix_rank`" in str(tape.explain(rank, x))


def test_arrays_that_were_changed_in_place_are_asked_for_as_they_were_watched() -> None:
    x = array()
    with tf.GradientTape() as tape:
        tape.watch(x)
        x[0] = 5.0
        y = tnp.sum(x * x)
    explained = tape.explain(y, x)
    assert len(explained.steps) > 2  # through what changed it
    assert explained.steps[0].passes == pytest.approx(2.0 * 2.75)
    assert np.asarray(tape.gradient(y, x)).tolist() == [0.0, 5.5]
