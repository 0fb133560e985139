"""Every snippet gives under ``tapegrad.torch`` what PyTorch gives, or what is documented."""

from __future__ import annotations

import importlib
import importlib.util
import os
import warnings
from typing import Any

import pytest

import tapegrad.torch
from tests.snippets.compare import compare, compare_plain
from tests.snippets.suite import Case, without_warnings
from tests.torch.harness import TORCH
from tests.torch.pending import waiting

CASES = TORCH.load_cases()
RECORDINGS = TORCH.load_recordings()
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and importlib.util.find_spec("torch") is not None

each_case = pytest.mark.parametrize(
    "case", [waiting(f"{case.module}-{case.name}", case) for case in CASES]
)


def recorded(case: Case) -> Any:
    return RECORDINGS[case.module][case.name]["result"]


def found(case: Case) -> list[str]:
    """How tapegrad's answer differs from what it ought to be."""
    return TORCH.differences(case, recorded(case), TORCH.answer(tapegrad.torch, case.run))


@each_case
def test_tapegrad_gives_the_recorded_answer(case: Case) -> None:
    assert not found(case)


@pytest.fixture(scope="session")
def pytorch() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports are not what is tested
        return importlib.import_module("torch")


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch and TAPEGRAD_LIVE=1")
@each_case
def test_live_pytorch_agrees(case: Case, pytorch: Any) -> None:
    live = TORCH.answer(pytorch, case.run)
    stale = compare(recorded(case), live, case.rtol)
    assert not stale, "the recording is no longer true: " + "; ".join(stale)
    differing = TORCH.differences(case, live, TORCH.answer(tapegrad.torch, case.run))
    assert not differing, f"{case.row}: " + "; ".join(differing)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.differs is not None], ids=lambda case: str(case.name)
)
def test_documented_difference_is_one(case: Case) -> None:
    same = not compare_plain(case.ours, without_warnings(recorded(case)), case.rtol)
    assert not same, "PyTorch gives the same answer"


def test_cases_and_recordings_belong_together() -> None:
    cases = {(case.module, case.name) for case in CASES}
    recordings = {(module, name) for module, names in RECORDINGS.items() for name in names}
    assert cases == recordings, "run `python -m tests.torch.record`"
