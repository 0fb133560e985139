"""`compare`: what agrees, what differs, and the reason that is given."""

from __future__ import annotations

import functools
import importlib.util
import operator
import os
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.torch
from tapegrad.comparison.answers import Answer, agree, faithful
from tapegrad.comparison.reasons import UNEXPLAINED
from tapegrad.comparison.table import Comparison, Row
from tapegrad.comparison.vocabulary import TWINS

LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and all(
    importlib.util.find_spec(name) for name in ("torch", "tensorflow")
)


def change_in_place(lib: Any, x: Any) -> Any:
    x += 1.0
    return x * x


def overwrite_what_was_saved(lib: Any, x: Any) -> Any:
    y = lib.exp(x)
    y *= 2.0
    return y


def branch(x: Any) -> Any:
    return x * x if x > 0 else -x


ROW = np.array([1.0, 2.0], np.float32)

#: A program, its inputs, and a part of the reason for each row that differs.
CASES: dict[str, tuple[Callable[..., Any], Any, dict[str, str]]] = {
    "a product": (
        lambda x, y: x * y,
        [3.0, 2.0],
        {"gradient after a second run: x": "adds to", "gradient after a second run: y": "adds to"},
    ),
    "a vector": (
        lambda lib, x: lib.exp(x),
        [ROW],
        {"gradient": "scalars only"},
    ),
    "an input that is not used": (
        lambda x, unused: x * x,
        [3.0, 1.0],
        {"gradient after a second run: x": "adds to"},
    ),
    "a linear function": (
        lambda x: x + 1.0,
        [2.0],
        {
            "gradient after a second run: x": "adds to",
            "gradient, asked again": "used once unless",
            "gradient of the gradient's sum": "Nothing",
        },
    ),
    "whole numbers": (
        lambda x: x * 2,
        [3],
        {"value": "int32 and int64", "gradient": "whole numbers have none"},
    ),
    "two dtypes": (
        lambda x, y: x * y,
        [np.float32(2.0), np.float64(3.0)],
        {"value": "never converts dtypes"},
    ),
    "a leaf in place": (change_in_place, [2.0], {"value": "never change"}),
    "a saved value in place": (
        overwrite_what_was_saved,
        [0.5],
        {"gradient": "overwritten"},
    ),
    "a complex target": (
        lambda z: z * z,
        [1.0 + 2.0j],
        {"value": "complex128 for TensorFlow", "gradient": "real part"},
    ),
    "control flow": (branch, [-2.0], None),
    "stop_gradient": (
        lambda lib, x: lib.stop_gradient(x * x) * x,
        [3.0],
        {"gradient after a second run: x": "adds to", "gradient of the gradient's sum": "Nothing"},
    ),
    "a tie": (
        lambda lib, x: lib.maximum(x, 0.0 * x),
        [0.0],
        {
            "gradient: x": "slope is 0 before and 1 behind",
            "gradient of the gradient's sum": "Nothing",
        },
    ),
    "softmax": (
        lambda lib, x: lib.sum(lib.softmax(x, axis=-1) ** 2),
        [ROW],
        {"gradient after a second run: x": "adds to"},
    ),
    "a kink": (lambda lib, x: lib.sum(lib.abs(x)), {"x": [0.0, -1.0]}, None),
}


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name][2] is not None])
def test_the_differences_and_their_reasons(name: str) -> None:
    program, inputs, reasons = CASES[name]
    found = tf.compare(program, inputs, real=False)
    assert {row.question for row in found.differences} == set(reasons)
    for row in found.differences:
        assert reasons[row.question] in row.why
    assert UNEXPLAINED not in str(found)


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch, TensorFlow and TAPEGRAD_LIVE=1")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore")
def test_the_real_libraries_say_the_same(name: str) -> None:
    program, inputs, _ = CASES[name]
    found = tf.compare(program, inputs)
    assert set(found.versions) == {"TensorFlow", "PyTorch"}
    assert found.is_faithful, str(found)


def test_values_are_those_of_the_derivative() -> None:
    x = np.array([0.5, 1.0, 2.0])
    found = tf.compare(lambda lib, x: lib.reduce_sum(lib.sin(x), axis=0), {"x": x}, real=False)
    np.testing.assert_allclose(found["gradient: x"].tape.value, np.cos(x))
    np.testing.assert_allclose(found["gradient: x"].backward.value, np.cos(x))
    np.testing.assert_allclose(found["gradient after a second run: x"].tape.value, np.cos(x))
    twice = found["gradient after a second run: x"].backward.value
    np.testing.assert_allclose(twice, 2 * np.cos(x))
    np.testing.assert_allclose(found["gradient of the gradient's sum: x"].tape.value, -np.sin(x))
    assert found["gradient of the gradient's sum: x"].agree


def test_the_jacobian_of_a_vector() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32)
    found = tf.compare(lambda m, x: m @ x, [matrix, np.ones((2, 1), np.float32)], real=False)
    row = found["Jacobian: x"]
    assert row.agree
    np.testing.assert_array_equal(row.backward.value, matrix.reshape(3, 1, 2, 1))


def test_two_programs_in_the_words_of_each() -> None:
    def tensorflow(tf: Any, x: Any) -> Any:
        return tf.reduce_sum(tf.math.log(x))

    def pytorch(torch: Any, x: Any) -> Any:
        return torch.log(x).sum()

    found = tf.compare((tensorflow, pytorch), [[1.0, 4.0]], real=False)
    np.testing.assert_array_equal(found["gradient: x"].tape.value, np.float32([1.0, 0.25]))
    assert found["gradient: x"].agree


def test_programs_that_differentiate_themselves() -> None:
    def tape(tf: Any, start: float) -> dict[str, Any]:
        x = tf.Variable(start)
        with tf.GradientTape() as tape:
            y = x * x
        return {"first": tape.gradient(y, x), "second": lambda: tape.gradient(y, x)}

    def backward(torch: Any, start: float) -> dict[str, Any]:
        x = torch.tensor(start, requires_grad=True)
        y = x * x
        y.backward(retain_graph=True)
        first = x.grad.clone()
        y.backward()
        return {"first": first, "second": x.grad}

    found = tf.compare(
        (tape, backward), [3.0], derivatives=False, why={"second": "made to last"}, real=False
    )
    assert [row.question for row in found.rows] == ["first", "second"]
    assert found["first"].agree
    assert type(found["second"].tape.error).__name__ == "TapeUsedError"
    assert found["second"].backward.value == 12.0
    assert found["second"].why == "made to last"


def test_an_error_of_a_program_is_its_answer() -> None:
    found = tf.compare(lambda lib, x: lib.no_such_function(x), [1.0], real=False)
    assert [row.question for row in found.rows] == ["value"]
    assert "Give two programs" in str(found["value"].tape.error)


class Tags(HTMLParser):
    """Every tag is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "br":
            self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_table_in_a_notebook() -> None:
    found = tf.compare(lambda **named: named["<x> & y"] ** 2, {"<x> & y": 3.0}, real=False)
    tags = Tags()
    text = found._repr_html_()
    tags.feed(text)
    assert not tags.open
    assert tags.rows == 1 + len(found.rows)
    assert "&lt;x&gt; &amp; y" in text
    assert "<x>" not in text


@pytest.mark.parametrize(
    ("program", "inputs"),
    [(lambda x: x, [1.0, 2.0, 3.0]), (lambda lib, x: x, {"y": 1.0})],
)
def test_a_program_that_cannot_be_called(program: Any, inputs: Any) -> None:
    with pytest.raises(TypeError, match=r"def program\(lib, x, \.\.\.\)"):
        tf.compare(program, inputs, real=False)


def test_what_is_no_program() -> None:
    with pytest.raises(TypeError, match="pair of programs"):
        tf.compare((abs,), [1.0])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Expect reasons for rows"):
        tf.compare(lambda x: x, [1.0], why={"nothing": "because"}, real=False)
    with pytest.raises(KeyError, match="Expect one of"):
        tf.compare(lambda x: x, [1.0], real=False)["nothing"]


def test_a_kink_is_explained_by_its_slopes() -> None:
    """Both sides are asked for the slope there; libraries that chose differently are told."""
    found = tf.compare(
        (lambda tf, x: tf.abs(x), lambda torch, x: torch.where(x > 0, x, -x)), [0.0], real=False
    )
    assert "slope is -1 before and 1 behind" in found["gradient: x"].why


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (np.float32(1.0), np.float32(1.0 + 2e-7), True),
        (np.float32(1.0), np.float32(1.001), False),
        (np.float32(1.0), np.float64(1.0), False),
        (np.float32("nan"), np.float32("nan"), True),
        (None, np.float32(0.0), False),
    ],
)
def test_agreement_is_up_to_rounding(a: Any, b: Any, same: bool) -> None:
    as_arrays = [Answer(None if x is None else np.array(x)) for x in (a, b)]
    assert agree(*as_arrays) is same


def test_errors_of_another_kind_are_not_faithful() -> None:
    class TapeUsedError(RuntimeError):
        pass

    assert faithful(Answer(error=TapeUsedError("a")), Answer(error=RuntimeError("b")))
    assert not faithful(Answer(error=TapeUsedError("a")), Answer(error=ValueError("b")))
    assert not faithful(Answer(error=TapeUsedError("a")), Answer(1.0))


def test_none_beside_an_array_is_explained() -> None:
    found = tf.compare(
        (lambda tf: {"floor": [None, tf.ones([3])]}, lambda torch: {"floor": torch.zeros(3)}),
        derivatives=False,
        real=False,
    )
    assert found["floor"].why == UNEXPLAINED
    found = tf.compare(
        (lambda tf: np.ones(3), lambda torch: np.zeros(3)), derivatives=False, real=False
    )
    assert found["result"].why == UNEXPLAINED


@pytest.mark.parametrize(
    ("program", "inputs", "names"),
    [
        (lambda lib, x, y: x * y, [2.0, 3.0], ["x", "y"]),
        (lambda x, power=2: x**power, [3.0], ["x"]),
        (lambda lib, x, power=2: x**power, [3.0], ["x"]),
        (functools.partial(lambda lib, x, k: x * k, k=3.0), [2.0], ["x"]),
        (lambda *xs: xs[0] * xs[1], [2.0, 3.0], ["input 0", "input 1"]),
        (lambda a: a * a, np.ones(()), ["a"]),
        (lambda a, b: a * b, {"b": 2.0, "a": 1.0}, ["b", "a"]),
    ],
)
def test_the_names_of_inputs(program: Any, inputs: Any, names: list[str]) -> None:
    found = tf.compare(program, inputs, real=False)
    rows = [row.question for row in found.rows if row.question.startswith("gradient: ")]
    assert rows == [f"gradient: {name}" for name in names]


def test_words_of_one_dialect_only() -> None:
    found = tf.compare(lambda lib, x: lib.sort(x) * 2.0, [ROW], real=False)
    assert "is not PyTorch's" in found["value"].why


def test_without_continuous_inputs_there_is_one_question() -> None:
    found = tf.compare(lambda lib: lib.ones([2]), real=False)
    assert [row.question for row in found.rows] == ["value", "gradient"]


def test_what_both_refuse_needs_no_reason() -> None:
    found = tf.compare(lambda x: 5.0, [1.0], real=False)
    assert found.agree
    assert not found["gradient"].why


@pytest.mark.parametrize("twin", TWINS, ids=[theirs for _, theirs in TWINS])
def test_both_names_of_a_twin_exist(twin: tuple[str, str]) -> None:
    tensorflow, pytorch = twin
    assert callable(operator.attrgetter(tensorflow)(tf))
    assert callable(operator.attrgetter(pytorch)(tapegrad.torch))


def test_what_a_real_library_says_otherwise_is_marked() -> None:
    ours, theirs = (Answer(np.array(value, np.float32)) for value in (0.0, np.nan))
    row = Row("gradient: x", ours, ours, theirs, None, True, "")
    found = Comparison([row], {"TensorFlow": "2.0"})
    assert not found.is_faithful
    assert "TensorFlow!nan" in str(found)
    assert "TensorFlow 2.0 says otherwise in 1 rows" in str(found)
    assert "! TensorFlow itself:" in found._repr_html_()
    faithful_row = row._replace(tensorflow=ours)
    assert Comparison([faithful_row], {"TensorFlow": "2.0"}).is_faithful
