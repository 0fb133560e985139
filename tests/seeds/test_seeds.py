"""The notebooks give with tapegrad what they give with PyTorch and TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import os
from functools import cache
from typing import Any

import pytest

from tests.seeds.likeness import differences
from tests.seeds.running import NOTEBOOKS, cells, recording_path, run
from tests.seeds.substitute import substituted
from tests.torch.pending import waiting

RECORDINGS = {name: json.loads(recording_path(name).read_text())["cases"] for name in NOTEBOOKS}
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and all(
    importlib.util.find_spec(name) for name in ("torch", "tensorflow")
)


@cache
def with_tapegrad(notebook: str) -> list[dict[str, Any]]:
    with substituted({"torch": "tapegrad.torch", "tensorflow": "tapegrad"}):
        return run(notebook)


def found(notebook: str, number: int) -> list[str]:
    """How a cell differs from what is recorded."""
    expected = RECORDINGS[notebook][str(number)]
    return differences(expected, with_tapegrad(notebook)[number], f"cell {number}")


@cache
def with_the_real_libraries(notebook: str) -> list[dict[str, Any]]:
    return run(notebook, seed=3)


EACH = [(notebook, number) for notebook in NOTEBOOKS for number in range(len(cells(notebook)))]
NAMES = [f"seeds-{notebook[:3]}-{number}" for notebook, number in EACH]


@pytest.mark.parametrize(
    ("notebook", "number"), [waiting(name, *each) for name, each in zip(NAMES, EACH, strict=True)]
)
def test_a_cell_gives_what_is_recorded(notebook: str, number: int) -> None:
    assert not found(notebook, number)


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch, TensorFlow and TAPEGRAD_LIVE=1")
@pytest.mark.parametrize(("notebook", "number"), EACH, ids=NAMES)
def test_a_cell_still_gives_what_is_recorded(notebook: str, number: int) -> None:
    expected = RECORDINGS[notebook][str(number)]
    assert not differences(expected, with_the_real_libraries(notebook)[number], f"cell {number}")


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_all_cells_are_recorded(notebook: str) -> None:
    assert len(RECORDINGS[notebook]) == len(cells(notebook)), "run `python -m tests.seeds.record`"
