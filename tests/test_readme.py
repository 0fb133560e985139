"""README and the pages of the documentation: their examples run, their commands exist."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# The differences are snippets for two libraries: tests/differential runs them.
PAGES = [page for page in PAGES if not page.name.startswith("differences")]


def python_blocks(text: str) -> list[tuple[int, str]]:
    """Line number and text of each block that shows what the interpreter answers."""
    blocks = re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        (text.count("\n", 0, block.start(1)), block[1]) for block in blocks if ">>>" in block[1]
    ]


WITH_EXAMPLES = [page for page in PAGES if python_blocks(page.read_text(encoding="utf-8"))]


def test_readme_and_quick_start_have_examples() -> None:
    assert {page.name for page in WITH_EXAMPLES} >= {"README.md", "index.md", "quickstart.md"}


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_examples_give_what_the_page_says(page: Path) -> None:
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    names: dict[str, object] = {}
    said: list[str] = []
    for line, block in python_blocks(page.read_text(encoding="utf-8")):
        example = parser.get_doctest(block, names, page.name, str(page), line)
        runner.run(example, out=said.append, clear_globs=False)
        names.update(example.globs)
    assert runner.failures == 0, "".join(said)


def test_the_commands_are_complete() -> None:
    script = runpy.run_path(str(ROOT / ".ci" / "readme_command.py"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, last in (("main", "-m tapegrad"), ("test", "-m pytest")):
        steps = script["readme_command"](readme, name).split(" && ")
        assert steps[0] == "python3 -m venv .venv"
        assert steps[1].startswith(".venv/bin/pip install")
        assert steps[2].startswith(".venv/bin/python")
        assert last in steps[2]


def test_every_place_that_readme_names_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:benchmarks|docs|tapegrad|tests|\.ci)/[\w./]*)`", readme)
    assert len(paths) >= 8
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing


def test_the_page_of_pytorchs_operations_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "build_torch_operations.py"))
    committed = script["PAGE"].read_text(encoding="utf-8")
    assert committed == script["page"](), "run `python docs/build_torch_operations.py`"


def test_the_pages_of_differences_are_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "build_differences.py"))
    for path, origin in script["PAGES"].items():
        committed = path.read_text(encoding="utf-8")
        assert committed == script["page"](*origin), "run `python docs/build_differences.py`"
