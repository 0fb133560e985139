"""Write ``tape_and_backward.md`` from notebook 3: ``python docs/build_tape_and_backward.py``.

Every cell of ``notebooks/03_side_by_side.py`` that defines `tape` and `backward` is one of the
twelve programs. They are run at every build of the documentation, and a test keeps the committed
page equal to what they answer.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

import tapegrad  # noqa: E402
from tapegrad.comparison.answers import Answer  # noqa: E402
from tapegrad.comparison.table import Comparison, Row  # noqa: E402

PAGE = Path(__file__).parent / "tape_and_backward.md"
NOTEBOOK = _ROOT / "notebooks" / "03_side_by_side.py"

_HEAD = """\
# The tape and backward, side by side

<!-- Written by docs/build_tape_and_backward.py: edit notebooks/03_side_by_side.py. -->

TensorFlow records on a *tape* that you hold in your hand; PyTorch hangs a *graph* on the tensors
and adds gradients up in them. Both apply the same chain rule, and yet programs that look alike
answer differently. Here are twelve small programs, each written twice, and run twice on one engine:
`tape` by `tapegrad`, `backward` by `tapegrad.torch`. A test runs them with TensorFlow and PyTorch
themselves, which give the same answers.

`tapegrad.compare` makes such tables of programs of your own:

```python
>>> import tapegrad
>>> found = tapegrad.compare(lambda lib, x: lib.sum(lib.exp(x)), [[0.0, 1.0]], real=False)
>>> print(found["gradient after a second run: x"])
gradient after a second run: x
  tape      [1. 2.71828]
  backward  [2. 5.43656]
  why       The tape's answer is fresh every time. `backward` adds to `x.grad`, which still held
            the gradient before: call `zero_grad()`, or `x.grad = None`, in between.

```
"""


class Lesson(NamedTuple):
    """A cell of the notebook that compares two programs, and the text before it."""

    title: str
    text: str
    tape: str
    backward: str
    shared: str
    statements: list[ast.stmt]

    def compare(self, *, real: bool) -> Comparison:
        """Run the cell: with tapegrad, or with TensorFlow and PyTorch as well."""

        def with_real(*args: object, **kwargs: object) -> Comparison:
            return tapegrad.compare(*args, **kwargs, real=real)  # type: ignore[arg-type]

        class Namespace:
            compare = staticmethod(with_real)

        names: dict[str, object] = {"tapegrad": Namespace}
        *statements, last = self.statements
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(statements, []), str(NOTEBOOK), "exec"), names)
        found = eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)
        assert isinstance(found, Comparison)
        return found


def lessons() -> list[Lesson]:
    """The twelve programs, in order."""
    body = NOTEBOOK.read_text(encoding="utf-8").split("# ---\n", 2)[2]
    found, text = [], ""
    for cell in re.split(r"^# %%", body, flags=re.MULTILINE)[1:]:
        marker, _, source = cell.partition("\n")
        if "[markdown]" in marker:
            text = re.sub(r"^# ?", "", source, flags=re.MULTILINE).strip()
            continue
        statements = ast.parse(source).body
        functions = {s.name: s for s in statements if isinstance(s, ast.FunctionDef)}
        if "tape" not in functions or "backward" not in functions:
            continue
        sources = {name: ast.get_source_segment(source, functions[name]) for name in functions}
        title, _, text = text.partition("\n")
        shared = [sources[name] or "" for name in functions if name not in ("tape", "backward")]
        found.append(
            Lesson(
                title.removeprefix("## "),
                text.strip(),
                sources["tape"] or "",
                sources["backward"] or "",
                "\n\n".join(shared),
                statements,
            )
        )
    return found


def page() -> str:
    """Give the text of the page."""
    return "\n".join([_HEAD, *map(_section, lessons())])


def _section(lesson: Lesson) -> str:
    parts = [f"## {lesson.title}", "", lesson.text, ""]
    if lesson.shared:
        parts += ["```python", lesson.shared, "```", ""]
    parts += [
        '<table class="side-by-side">',
        "<tr><th>TensorFlow's tape</th><th>PyTorch's backward</th></tr>",
        "<tr><td>",
        "",
        "```python",
        lesson.tape,
        "```",
        "",
        "</td><td>",
        "",
        "```python",
        lesson.backward,
        "```",
        "",
        "</td></tr></table>",
        "",
        "| | tape | backward | |",
        "|---|---|---|---|",
        *map(_row, lesson.compare(real=False).rows),
        "",
    ]
    return "\n".join(parts)


def _row(row: Row) -> str:
    mark = "" if row.agree else "**"
    cells = (f"{mark}{row.question}{mark}", _cell(row.tape), _cell(row.backward), row.why)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cell(answer: Answer) -> str:
    return f"`{answer.text.replace('`', chr(39))}`"


def write() -> None:
    """Bring the page up to date."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
