"""The twelve programs of notebook 3: what the page shows is true."""

from __future__ import annotations

import importlib.util
import os
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tapegrad.comparison.reasons import UNEXPLAINED
from tapegrad.comparison.table import Comparison

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "build_tape_and_backward.py"))
LESSONS = SCRIPT["lessons"]()
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and all(
    importlib.util.find_spec(name) for name in ("torch", "tensorflow")
)

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[le.title for le in LESSONS])

#: What each row must answer, from the definitions of the derivatives: the tape, then backward.
EXPECTED: list[dict[str, tuple[Any, Any]]] = [
    {"first": (6.0, 6.0), "second": (6.0, 12.0), "emptied": (6.0, 6.0)},
    {
        "first": (12.0, 12.0),
        "again": (RuntimeError, RuntimeError),
        "lasting, first": (12.0, 12.0),
        "lasting, again": (12.0, 12.0),
    },
    {
        "a plain tensor": (None, RuntimeError),
        "followed from now on": (6.0, 6.0),
        "a variable": (6.0, 6.0),
    },
    {
        "of a vector": ([2.0, 4.0], RuntimeError),
        "with ones": ([2.0, 4.0], [2.0, 4.0]),
        "with (1, 10)": ([2.0, 40.0], [2.0, 40.0]),
    },
    {
        "not used": (None, RuntimeError),
        "not used, zero wanted": (0.0, 0.0),
        "rounded": (None, 0.0),
    },
    {"value": (36.0, 36.0), "gradient": (12.0, 12.0)},
    {
        "gradient": ([1.0, 4.0], [1.0, 4.0]),
        "x, after its copy changed": ([1.0, 2.0], [2.0, 3.0]),
    },
    {"first": (27.0, 27.0), "second": (18.0, 18.0), "third": (6.0, 6.0)},
    dict.fromkeys(
        ("of what was recorded", "of a function"),
        ([[2.0, 0.0, 0.0], [2.0, 4.0, 0.0], [2.0, 4.0, 6.0]],) * 2,
    ),
    {
        "a leaf": (8.0, RuntimeError),
        "a saved value": (2.0, RuntimeError),
        "an entry": ([2.0, 0.0, 6.0], [2.0, 0.0, 6.0]),
    },
    {"value": (108.0, 108.0), "steps": (4, 4), "gradient": (108.0, 108.0)},
    {
        "value": (3.0, 3.0),
        "by the chain rule": (None, 0.0),
        "by a rule of its own": (6.0, 6.0),
    },
]


def test_there_are_twelve() -> None:
    assert [lesson.title.split(".")[0] for lesson in LESSONS] == [str(i) for i in range(1, 13)]


@pytest.mark.parametrize(("lesson", "rows"), list(zip(LESSONS, EXPECTED, strict=True)))
def test_the_answers_are_those_of_calculus(lesson: Any, rows: dict[str, tuple[Any, Any]]) -> None:
    found: Comparison = lesson.compare(real=False)
    assert [row.question for row in found.rows] == list(rows)
    for row in found.rows:
        for answer, expected in zip((row.tape, row.backward), rows[row.question], strict=True):
            if isinstance(expected, type):
                assert isinstance(answer.error, expected)
            elif expected is None:
                assert answer == (None, None)
            else:
                assert answer.error is None
                np.testing.assert_allclose(answer.value, expected, rtol=1e-6)


@each_lesson
def test_every_difference_is_explained(lesson: Any) -> None:
    for row in lesson.compare(real=False).differences:
        assert row.why
        assert row.why != UNEXPLAINED


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch, TensorFlow and TAPEGRAD_LIVE=1")
@pytest.mark.filterwarnings("ignore")
@each_lesson
def test_the_real_libraries_say_the_same(lesson: Any) -> None:
    found: Comparison = lesson.compare(real=True)
    assert set(found.versions) == {"TensorFlow", "PyTorch"}
    assert found.is_faithful, str(found)


def test_the_page_is_up_to_date() -> None:
    committed = SCRIPT["PAGE"].read_text(encoding="utf-8")
    assert committed == SCRIPT["page"](), "run `python docs/build_tape_and_backward.py`"
