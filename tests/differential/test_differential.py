"""Every snippet gives under tapegrad what it gives under TensorFlow, or what is documented."""

from __future__ import annotations

import importlib.util
import os
import warnings
from typing import Any

import pytest

import tapegrad
from tests.differential.harness import TENSORFLOW
from tests.snippets.compare import compare, compare_plain
from tests.snippets.suite import Case

CASES = TENSORFLOW.load_cases()
RECORDINGS = TENSORFLOW.load_recordings()
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and importlib.util.find_spec("tensorflow") is not None

each_case = pytest.mark.parametrize("case", CASES, ids=[f"{c.module}-{c.name}" for c in CASES])


def recorded(case: Case) -> Any:
    return RECORDINGS[case.module][case.name]["result"]


@each_case
def test_tapegrad_gives_the_recorded_answer(case: Case) -> None:
    found = TENSORFLOW.differences(case, recorded(case), TENSORFLOW.answer(tapegrad, case.run))
    assert not found, f"row {case.row}: " + "; ".join(found)


@pytest.fixture(scope="session")
def tensorflow() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports are not what is tested
        return importlib.import_module("tensorflow")


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs TensorFlow and TAPEGRAD_LIVE=1")
@each_case
def test_live_tensorflow_agrees(case: Case, tensorflow: Any) -> None:
    live = TENSORFLOW.answer(tensorflow, case.run)
    stale = compare(recorded(case), live, case.rtol)
    assert not stale, "the recording is no longer true: " + "; ".join(stale)
    found = TENSORFLOW.differences(case, live, TENSORFLOW.answer(tapegrad, case.run))
    assert not found, f"row {case.row}: " + "; ".join(found)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.differs is not None], ids=lambda case: str(case.name)
)
def test_documented_difference_is_one(case: Case) -> None:
    assert compare_plain(case.ours, recorded(case), case.rtol), "TensorFlow gives the same answer"


def test_cases_and_recordings_belong_together() -> None:
    cases = {(case.module, case.name) for case in CASES}
    recordings = {(module, name) for module, names in RECORDINGS.items() for name in names}
    assert cases == recordings, "run `python -m tests.differential.record`"
