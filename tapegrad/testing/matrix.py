"""Every operation in every mode: ``python -m tapegrad.testing.matrix``.

A row for each primitive, and for each function that is composed of several. What the columns of
modes say was found by running the operation: the tests record it in ``matrix.json`` beside this
file and run it again each time, so the table cannot promise what does not hold. An entry that is
not "yes" is the reason: "integer" and "boolean" (of results), "piecewise constant", "real only",
"no formula: ..." and the like.

Options
-------
``names``
    Show only operations of these names (also parts of names, and TensorFlow names).
``--family``
    Show only this family, the module of ``tapegrad.ops`` that the operation is written in.
``--format``
    ``text`` (default), ``markdown`` or ``json``.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tapegrad.ops
from tapegrad.core.primitive import Primitive
from tapegrad.core.table import TABLE
from tapegrad.testing.names import names

RECORDED = Path(__file__).with_name("matrix.json")

MODES = ("reverse", "forward", "second order", "batched", "complex", "float32", "fused kernel")


class Row(NamedTuple):
    """What one operation can do.

    The fields are the columns, in words; `kind` is that of the primitive, or "composed".
    """

    operation: str
    family: str
    kind: str
    reverse: str
    forward: str
    second_order: str
    batched: str
    complex: str
    float32: str
    fused_kernel: str
    tensorflow: str
    numpy: str
    pytorch: str


HEADINGS = (
    *(field.replace("_", " ") for field in Row._fields[:-3]),
    "TensorFlow name",
    "NumPy name",
    "PyTorch name",
)


def rows() -> list[Row]:
    """All operations, by family and name."""
    for info in pkgutil.iter_modules(tapegrad.ops.__path__):
        importlib.import_module(f"tapegrad.ops.{info.name}")
    recorded: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    unknown = {name: dict.fromkeys(MODES, "not checked") for name in TABLE if name not in recorded}
    found = [
        _row(name, entry)
        for name, entry in {**recorded, **unknown}.items()
        if name in TABLE or entry.get("composed of")
    ]
    return sorted(found, key=lambda row: (row.family, row.operation))


def _row(name: str, entry: dict[str, Any]) -> Row:
    primitive: Primitive | None = TABLE.get(name)
    twins = names().get(name)
    public = entry.get("tensorflow", []), entry.get("own", [])
    if primitive is not None and not any(public):
        inside = entry.get("part", "not public")
        tensorflow, numpy, pytorch = inside, "internal", "internal"
    else:
        own = f"none (here {', '.join(public[1])})" if public[1] else "none"
        tensorflow = ", ".join(public[0]) or own
        numpy, pytorch = twins or ("not looked up", "not looked up")
    words: list[str] = [
        name,
        _family_of(name, primitive, public[0] + public[1]),
        "composed" if primitive is None else primitive.kind,
        *(entry[mode] for mode in MODES),
        tensorflow,
        numpy,
        pytorch,
    ]
    return Row._make(words)


def _family_of(name: str, primitive: Primitive | None, public: Sequence[str]) -> str:
    """The module that an operation is written in."""
    if primitive is not None:
        return _families().get(name, "core")
    function: Any = tapegrad
    for part in public[0].split(".")[1:]:
        function = getattr(function, part)
    return str(function.__module__).rpartition(".")[2]


@functools.cache
def _families() -> dict[str, str]:
    """Primitive -> module, from where its rules or its forward function are written."""
    found = {}
    modules = {
        info.name: importlib.import_module(f"tapegrad.ops.{info.name}")
        for info in pkgutil.iter_modules(tapegrad.ops.__path__)
    }
    holders: dict[int, str] = {}
    for family, module in modules.items():
        for value in vars(module).values():
            held = getattr(value, "primitive", value)
            if isinstance(held, Primitive):
                holders.setdefault(id(held), family)
    for name, primitive in TABLE.items():
        written = [*primitive.rules, primitive.forward]
        homes = [str(part.__module__) for part in written if inspect.isfunction(part)]
        home = next((h for h in homes if h.startswith(("tapegrad.ops.", "tapegrad.core."))), "")
        found[name] = home.rpartition(".")[2] or holders.get(id(primitive), "elementwise")
    return found


def chosen(every: Iterable[Row], wanted: Sequence[str], family: str | None) -> list[Row]:
    """The rows whose operation or TensorFlow name has one of some words in it."""
    return [
        row
        for row in every
        if (family is None or row.family == family)
        and (not wanted or any(word in row.operation or word in row.tensorflow for word in wanted))
    ]


def as_text(shown: Sequence[Row]) -> str:
    """Columns of fixed width; what is longer than its column goes below the table, by number."""
    notes: dict[str, int] = {}

    def short(word: str) -> str:
        if len(word) <= _WIDEST:
            return word
        return f"{word[: _WIDEST - 5].rstrip(' ,:')} [{notes.setdefault(word, len(notes) + 1)}]"

    table = [HEADINGS, *(tuple(map(short, row)) for row in shown)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
    lines = [
        "  ".join(f"{word:<{width}}" for word, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += ["", _count(shown)]
    lines += [f"[{number}] {word}" for word, number in notes.items()]
    return "\n".join(lines) + "\n"


#: Words of a text table are cut here.
_WIDEST = 26


def as_markdown(shown: Sequence[Row]) -> str:
    """A table in Markdown for each family."""
    lines = [_count(shown), ""]
    family = None
    for row in shown:
        if row.family != family:
            family = row.family
            headings = [heading for heading in HEADINGS if heading != "family"]
            lines += ["", f"## {family}", "", _line(headings), _line(["---"] * len(headings))]
        lines.append(_line([f"`{row.operation}`", *row[2:]]))
    return "\n".join(lines) + "\n"


def _line(words: Sequence[str]) -> str:
    return f"| {' | '.join(word.replace('|', '/') for word in words)} |"


def as_json(shown: Sequence[Row]) -> str:
    """A list of objects, one for each operation."""
    return json.dumps([row._asdict() for row in shown], indent=1) + "\n"


def _count(shown: Sequence[Row]) -> str:
    live = [row for row in shown if row.reverse.startswith("yes")]
    modes = ", ".join(
        f"{sum(row[3 + i].startswith('yes') for row in live)} {mode}"
        for i, mode in enumerate(MODES)
    )
    return f"{len(shown)} operations, {len(live)} of them differentiable: {modes}."


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the matrix."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser("python -m tapegrad.testing.matrix", description=summary)
    parser.add_argument("names", nargs="*", help="operations, or parts of their names")
    parser.add_argument("--family", help="only this module of tapegrad.ops")
    parser.add_argument("--format", choices=FORMATS, default="text")
    options = parser.parse_args(arguments)
    every = rows()
    shown = chosen(every, options.names, options.family)
    if not shown:
        families = ", ".join(sorted({row.family for row in every}))
        parser.error(f"no operation is called so; the families are {families}")
    sys.stdout.write(FORMATS[options.format](shown))


if __name__ == "__main__":
    main()
