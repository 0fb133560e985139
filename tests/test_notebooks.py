"""Each notebook and its script are the same cells."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def cells_of_script(path: Path) -> list[tuple[str, str]]:
    """Kind and text of the cells of a script in percent format."""
    body = path.read_text(encoding="utf-8").split("# ---\n", 2)[2]
    cells = []
    for marker, text in re.findall(r"^# %%(.*)\n((?:(?!# %%).*\n?)*)", body, re.MULTILINE):
        if "[markdown]" in marker:
            text = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
        cells.append(("markdown" if "[markdown]" in marker else "code", text.strip()))
    return cells


def cells_of_notebook(path: Path) -> list[tuple[str, str]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"]).strip()) for cell in cells]


@pytest.mark.parametrize("script", sorted(NOTEBOOKS.glob("*.py")), ids=lambda p: p.stem)
def test_script_and_notebook_are_the_same_cells(script: Path) -> None:
    assert cells_of_script(script) == cells_of_notebook(script.with_suffix(".ipynb"))


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebook_has_a_script_and_no_error(notebook: Path) -> None:
    assert notebook.with_suffix(".py").exists()
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert outputs, "the notebook is committed with its outputs"
    assert not [output for output in outputs if output["output_type"] == "error"]
