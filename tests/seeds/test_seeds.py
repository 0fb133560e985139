"""The notebooks give with tapegrad what they give with PyTorch and TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import tapegrad.torch.printing
from tests.seeds.likeness import differences
from tests.seeds.running import NOTEBOOKS, cells, recording_path, run
from tests.seeds.substitute import substituted

if not hasattr(tapegrad.torch, "Tensor"):
    pytest.skip("the dialect has no tensors yet", allow_module_level=True)

RECORDINGS = {name: json.loads(recording_path(name).read_text())["cases"] for name in NOTEBOOKS}
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and all(
    importlib.util.find_spec(name) for name in ("torch", "tensorflow")
)


@cache
def with_tapegrad(notebook: str) -> list[dict[str, Any]]:
    with substituted({"torch": "tapegrad.torch", "tensorflow": "tapegrad"}):
        return run(notebook)


@cache
def with_the_real_libraries(notebook: str) -> list[dict[str, Any]]:
    return run(notebook, seed=3)


def each_cell() -> Iterator[Any]:
    for notebook, recorded in RECORDINGS.items():
        for number in recorded:
            yield pytest.param(notebook, int(number), id=f"{notebook[:3]}-{number}")


@pytest.mark.parametrize(("notebook", "number"), each_cell())
def test_a_cell_gives_what_is_recorded(notebook: str, number: int) -> None:
    expected = RECORDINGS[notebook][str(number)]
    assert not differences(expected, with_tapegrad(notebook)[number], f"cell {number}")


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch, TensorFlow and TAPEGRAD_LIVE=1")
@pytest.mark.parametrize(("notebook", "number"), each_cell())
def test_a_cell_still_gives_what_is_recorded(notebook: str, number: int) -> None:
    expected = RECORDINGS[notebook][str(number)]
    assert not differences(expected, with_the_real_libraries(notebook)[number], f"cell {number}")


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_all_cells_are_recorded(notebook: str) -> None:
    assert len(RECORDINGS[notebook]) == len(cells(notebook)), "run `python -m tests.seeds.record`"
