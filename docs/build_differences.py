"""Write ``differences*.md`` from the differential tests: ``python docs/build_differences.py``.

A case of ``tests/differential`` or ``tests/torch`` that is marked ``differs=`` holds the snippet,
the reason and tapegrad's answer; the library's is in the recordings. The pages are made from these
alone, at every build of the documentation, and a test keeps the committed pages equal to them.
"""

from __future__ import annotations

import inspect
import itertools
import json
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_ROOT = Path(__file__).parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

from tests.differential.harness import TENSORFLOW, Case, Raises  # noqa: E402
from tests.differential.op_cases import Held, Leaf, with_dtype  # noqa: E402
from tests.ops.policy import Row  # noqa: E402
from tests.snippets.suite import Suite, without_warnings  # noqa: E402
from tests.torch.harness import TORCH  # noqa: E402

#: The pages, with the library and the cases that each is made from.
PAGES: dict[Path, tuple[str, Suite]] = {
    Path(__file__).parent / "differences.md": ("TensorFlow", TENSORFLOW),
    Path(__file__).parent / "differences_torch.md": ("PyTorch", TORCH),
}

_HEAD = """\
# Differences from {library}

<!-- Written by docs/build_differences.py from {folder}: edit the cases there. -->

tapegrad follows {library} {version}. Where {library}'s own answer is an accident or a mistake,
tapegrad gives another one on purpose. These are all such cases: each is a test, run with both
libraries. {library}'s answers were recorded from it, tapegrad's are what the test asks for.
"""

_LONGEST = 160


def page(library: str, suite: Suite) -> str:
    """Give the text of a page."""
    recordings = suite.load_recordings()
    cases = sorted(
        (case for case in suite.load_cases() if case.differs is not None),
        key=lambda case: (case.module, _first_row(case.row), case.name),
    )
    versions = {_version(suite, case.module) for case in cases} or {"2"}
    folder = suite.package.replace(".", "/")
    version = " and ".join(sorted(versions))
    parts = [_HEAD.format(library=library, folder=folder, version=version)]
    for module, group in itertools.groupby(cases, key=lambda case: case.module):
        parts.append(_topic(f"{suite.package}.{module}"))
        for case in group:
            theirs = without_warnings(recordings[case.module][case.name]["result"])
            parts.append(_section(case, library, theirs))
    return "\n".join(parts)


def _topic(module: str) -> str:
    summary = inspect.getdoc(sys.modules[module]) or ""
    title = module.rpartition(".cases_")[2].replace("_", " ").capitalize()
    return f"## {title}\n\n{summary}\n"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _first_row(row: str) -> int:
    digits = "".join(c if c.isdigit() else " " for c in row).split()
    return int(digits[0]) if digits else 0


def _version(suite: Suite, module: str) -> str:
    recorded = json.loads(suite.recording_path(module).read_text(encoding="utf-8"))
    return str(recorded[suite.real]).partition("+")[0]


def _section(case: Case, library: str, theirs: Any) -> str:
    title = case.name.replace("_", " ").capitalize()
    return "\n".join(
        (
            f"### {title}",
            "",
            _sentence(case.differs or ""),
            "",
            "```python",
            _source(case),
            "```",
            "",
            f"| {library} | tapegrad |",
            "|---|---|",
            f"| {_cell(recorded_text(theirs))} | {_cell(expected_text(case.ours))} |",
            "",
        )
    )


def _source(case: Case) -> str:
    closure = inspect.getclosurevars(case.run).nonlocals
    if "op" in closure:  # a row of a table of operations
        dtype = closure["dtype"]
        arguments = closure["arguments"].items()
        given = (f"{name}={_argument_text(value, dtype)}" for name, value in arguments)
        return f"tf.{closure['op']}({', '.join(given)})"
    if "row" in closure:  # a row of the numerical policy
        return _policy_source(closure["row"])
    lines = textwrap.dedent(inspect.getsource(case.run)).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    end = next(i for i in range(start, len(lines)) if lines[i].endswith(":"))
    return textwrap.dedent("\n".join(lines[end + 1 :])).strip()


def _policy_source(row: Row) -> str:
    arguments = (
        f"{name} = tf.constant({at.point}, tf.float64)" for name, at in row.arguments.items()
    )
    lines = [*arguments, f"y = {row.operation}"]
    orders = " and second derivative" if any(at.second for at in row.arguments.values()) else ""
    return "\n".join([*lines, f"# the gradient{orders}"]).replace("inf", "np.inf")


def _argument_text(argument: Any, dtype: str) -> str:
    if isinstance(argument, Leaf | Held):
        values = np.asarray(argument.values).tolist()
        return f"tf.constant({values}, tf.{with_dtype(argument.dtype, dtype)})"
    if isinstance(argument, list):
        return f"[{', '.join(_argument_text(part, dtype) for part in argument)}]"
    return repr(argument)


def _cell(text: str) -> str:
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rstrip() + " ..."
    text = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{text}`"


def recorded_text(result: Any) -> str:
    """Write a recorded result as Python would show it.

    Examples
    --------
    >>> recorded_text({"tensor": "float32", "shape": [2], "value": [1.0, 2.0]})
    '[1.0, 2.0] (float32)'
    >>> recorded_text({"tuple": [None, {"float": "inf"}]})
    '(None, inf)'
    >>> recorded_text({"raises": "E", "kinds": ["ValueError"], "message": "too long"})
    'ValueError: too long'
    """
    if isinstance(result, list):
        return f"[{', '.join(map(recorded_text, result))}]"
    if not isinstance(result, dict):
        return repr(result)
    if "raises" in result:
        kind = (result["kinds"] or [result["raises"]])[0]
        return f"{kind}: {result['message']}"
    kind, content = next(iter(result.items()))
    if "value" in result:
        return f"{_values_text(result['value'])} ({content})"
    if kind == "tuple":
        comma = "," if len(content) == 1 else ""
        return f"({', '.join(map(recorded_text, content))}{comma})"
    if kind == "namedtuple":
        fields = (f"{name}={recorded_text(value)}" for name, value in result["fields"])
        return f"{content}({', '.join(fields)})"
    if kind in ("dict", "OrderedDict"):
        items = (f"{recorded_text(key)}: {recorded_text(value)}" for key, value in content)
        return f"{{{', '.join(items)}}}"
    if kind == "indexed_slices":
        parts = (f"{name}={recorded_text(value)}" for name, value in content.items())
        return f"IndexedSlices({', '.join(parts)})"
    return _values_text(content)


def _values_text(value: Any) -> str:
    # Numbers that JSON cannot hold (inf, nan, complex parts) are recorded as text.
    if isinstance(value, list):
        return f"[{', '.join(map(_values_text, value))}]"
    return str(value)


def expected_text(ours: object) -> str:
    """Write an answer that a case asks of tapegrad as Python would show it.

    Examples
    --------
    >>> expected_text((np.float32([1, 2]), None, Raises("ValueError", "too long")))
    '([1.0, 2.0] (float32), None, ValueError)'
    """
    if isinstance(ours, Raises):
        return ours.kind
    if isinstance(ours, np.ndarray | np.generic):
        return f"{ours.tolist()} ({ours.dtype.name})"
    if isinstance(ours, Mapping):
        return f"{{{', '.join(f'{key!r}: {expected_text(ours[key])}' for key in ours)}}}"
    if isinstance(ours, list):
        return f"[{', '.join(map(expected_text, ours))}]"
    if isinstance(ours, tuple):
        comma = "," if len(ours) == 1 else ""
        return f"({', '.join(map(expected_text, ours))}{comma})"
    return repr(ours)


def write() -> None:
    """Bring the pages up to date."""
    for path, (library, suite) in PAGES.items():
        text = page(library, suite)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
