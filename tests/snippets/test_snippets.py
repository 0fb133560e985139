"""The judge judged: what counts as a difference between two results, and what does not."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.differential.harness import TensorFlowSuite
from tests.snippets.compare import (
    Raises,
    compare,
    compare_messages,
    compare_plain,
    has_words,
)
from tests.snippets.suite import gist, raised, without_warnings


class Nothing:
    """Stands for the classes of a library that a test does not use."""


class InvalidArgumentError(ValueError):
    pass


LIBRARY = SimpleNamespace(
    **dict.fromkeys(["IndexedSlices", "Tensor", "Variable", "TensorShape"], Nothing),
    UnconnectedGradients=Nothing,
    DType=Nothing,
    errors=SimpleNamespace(InvalidArgumentError=InvalidArgumentError),
)


SUITE = TensorFlowSuite("tests.snippets", Path(__file__).parent)


def normalise(library: Any, result: Any) -> Any:
    return SUITE.normalise(library, result)


def tensor(value: Any, dtype: str = "float32") -> dict[str, Any]:
    return {"tensor": dtype, "shape": list(np.shape(value)), "value": value}


def test_plain_results_are_normalised() -> None:
    result = {"b": (1, 2.5, None), "a": [True, "text", float("nan")]}
    assert normalise(LIBRARY, result) == {
        "dict": [
            ["b", {"tuple": [1, 2.5, None]}],
            ["a", [True, "text", {"float": "nan"}]],
        ]
    }


def test_arrays_and_scalars_of_numpy_are_kept_apart() -> None:
    array = normalise(LIBRARY, np.array([0.1, np.inf], np.float32))
    assert array == {"ndarray": "float32", "shape": [2], "value": [0.1, "inf"]}
    assert normalise(LIBRARY, np.float64(0.1)) == {"numpy": "float64", "shape": [], "value": 0.1}
    assert normalise(LIBRARY, np.array(1 - 2j))["value"] == [1.0, -2.0]


def test_what_is_no_plain_result_is_refused() -> None:
    with pytest.raises(TypeError, match="plain results"):
        normalise(LIBRARY, object())


def test_an_exception_is_a_result() -> None:
    def broken(tf: Any) -> Any:
        raise tf.errors.InvalidArgumentError("bad shape")

    result = SUITE.answer(LIBRARY, broken)
    assert result["kinds"] == ["tf.errors.InvalidArgumentError", "ValueError"]
    assert result["message"] == "bad shape"


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (None, tensor(0.0)),
        (tensor(0.0), None),
        (1, 1.0),
        (1, True),
        ("a", "b"),
        ([1, 2], [1, 2, 3]),
        ([1, 2], {"tuple": [1, 2]}),
        ({"dict": [["a", 1], ["b", 2]]}, {"dict": [["b", 2], ["a", 1]]}),
        ({"dict": [["a", 1]]}, {"OrderedDict": [["a", 1]]}),
        (tensor([1.0]), tensor([1.0], "float64")),
        (tensor([1.0]), tensor([[1.0]])),
        (tensor([1.0]), {"ndarray": "float32", "shape": [1], "value": [1.0]}),
        (tensor([1.0, 2.0]), tensor([1.0, 2.00001])),
        (tensor([1.0, 2.0], "float64"), tensor([1.0, 2.0 + 1e-11], "float64")),
        (tensor(["nan", 1.0]), tensor([1.0, "nan"])),
        (tensor("inf"), tensor("-inf")),
        (tensor([1, 2], "int32"), tensor([1, 3], "int32")),
        (tensor([1.0, 2.0], "complex64"), tensor([1.0, -2.0], "complex64")),
    ],
)
def test_differences_are_found(expected: Any, got: Any) -> None:
    assert compare(expected, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (tensor([1.0, 2.0]), tensor([1.0, 2.0000001])),
        (tensor([1e6, 0.0]), tensor([1e6, 1e-3])),
        (tensor([1.0, 2.0], "float16"), tensor([1.0, 2.001], "float16")),
        (tensor(["nan", "inf", 1.0]), tensor(["nan", "inf", 1.0])),
        (tensor([], "int32"), tensor([], "int32")),
        (0.5, 0.5000001),
        ({"tuple": [None, "a"]}, {"tuple": [None, "a"]}),
    ],
)
def test_what_is_near_is_equal(expected: Any, got: Any) -> None:
    assert compare(expected, got) == []


def test_a_tolerance_can_be_given() -> None:
    assert compare(tensor(1.0), tensor(1.001))
    assert compare(tensor(1.0), tensor(1.001), rtol=1e-2) == []


def test_exceptions_are_compared_by_kind() -> None:
    builtin = normalise(LIBRARY, ValueError("one"))
    library = normalise(LIBRARY, InvalidArgumentError("two"))
    assert compare(builtin, library) == []  # a subclass of the expected one
    assert compare(library, builtin)
    assert compare(builtin, normalise(LIBRARY, TypeError("one")))
    assert compare(builtin, None)
    assert compare(None, builtin)


def test_words_of_a_message() -> None:
    error = normalise(LIBRARY, ValueError("Incompatible shapes: [2] vs. [3]"))
    assert has_words("incompatible shapes", error)
    assert not has_words("dtype", error)
    assert has_words("dtype", None)


@pytest.mark.parametrize(
    ("ours", "got"),
    [
        (None, None),
        (2.0, tensor(2.0)),
        (2, tensor(2.0)),
        ([1.0, 2.0], tensor([1.0, 2.0])),
        ([1.0, None], [tensor(1.0), None]),
        ((1.0,), {"tuple": [tensor(1.0)]}),
        ({"a": 1.0}, {"dict": [["a", tensor(1.0)]]}),
        (1 + 2j, tensor([1.0, 2.0], "complex64") | {"shape": []}),
        (np.array([1.0], np.float32), tensor([1.0])),
        (Raises("ValueError", match="shape"), normalise(LIBRARY, InvalidArgumentError("a shape"))),
        (Raises("InvalidArgumentError"), normalise(LIBRARY, InvalidArgumentError("a shape"))),
    ],
)
def test_answers_written_by_hand(ours: Any, got: Any) -> None:
    assert compare_plain(ours, got) == []


@pytest.mark.parametrize(
    ("ours", "got"),
    [
        (None, tensor(0.0)),
        (2.0, tensor([2.0])),
        (2.0, tensor(2.5)),
        ([1.0, 2.0], [tensor(1.0)]),
        ((1.0,), [tensor(1.0)]),
        ({"a": 1.0}, {"dict": [["b", tensor(1.0)]]}),
        (np.array([1.0], np.float32), tensor([1.0], "float64")),
        (Raises("ValueError"), normalise(LIBRARY, TypeError("a shape"))),
        (Raises("ValueError", match="dtype"), normalise(LIBRARY, ValueError("a shape"))),
        (Raises("ValueError"), None),
        (None, normalise(LIBRARY, ValueError("a shape"))),
    ],
)
def test_answers_written_by_hand_that_do_not_hold(ours: Any, got: Any) -> None:
    assert compare_plain(ours, got)


def test_orders_of_dicts_are_kept() -> None:
    ordered = OrderedDict([("b", 1), ("a", 2)])
    assert normalise(LIBRARY, ordered) == {"OrderedDict": [["b", 1], ["a", 2]]}


def test_raised_demands_an_exception() -> None:
    assert isinstance(raised(lambda: 1 // 0), ZeroDivisionError)
    with pytest.raises(AssertionError, match="nothing was raised"):
        raised(lambda: 1)


def test_names_of_cases_are_unique() -> None:
    suite = TensorFlowSuite("tests.snippets", Path(__file__).parent)

    @suite.case(1)
    def twice(tf: Any) -> Any:
        return None

    with pytest.raises(ValueError, match="already in test_snippets"):
        suite.case(2)(twice)


def test_an_answer_of_our_own_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="differs"):
        SUITE.case(1, ours=2.0)


def test_short_messages_are_compared_where_they_stand() -> None:
    expected = [1, {"tuple": [normalise(LIBRARY, ValueError("too large"))]}]
    other = [1, {"tuple": [normalise(LIBRARY, ValueError("too small"))]}]
    assert compare(expected, other) == []
    assert compare_messages(expected, other, 9)
    assert compare_messages(expected, other, 8) == []
    assert compare_messages(expected, expected, 9) == []


class Warned(TensorFlowSuite):
    warns = True


def test_warnings_are_part_of_the_answer() -> None:
    def warned(tf: Any) -> Any:
        warnings.warn("It is late. Go home (Triggered internally)", UserWarning, stacklevel=1)
        return 1

    suite = Warned("tests.snippets", Path(__file__).parent)
    answer = suite.answer(LIBRARY, warned)
    assert answer == {"warns": [["UserWarning", "It is late"]], "result": 1}
    assert without_warnings(answer) == 1
    assert compare(answer, suite.answer(LIBRARY, lambda tf: 1))
    assert compare(answer, suite.answer(LIBRARY, warned)) == []
    assert SUITE.answer(LIBRARY, warned) == 1


def test_the_gist_of_a_warning() -> None:
    assert gist("A at 0x7f00 (Triggered internally at /a/b.cpp:1)") == "A at ..."
