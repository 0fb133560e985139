"""How notebooks show tensors, variables, sparse gradients and tapes."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from tapegrad.core.variable import Variable

#: Rows and columns of a table at most; the first and the last ones are shown.
_ROWS, _COLUMNS = 8, 8
_CELL = "style='padding:1px 8px;text-align:right;font-family:monospace'"
_TABLE = "<table style='border-collapse:collapse;margin:2px 0'>"
#: Of what describes: fainter than the text of the page, whatever its colour.
_FAINT = "style='opacity:0.75'"
#: With more operations than this a tape shows a summary only.
_DRAWN = 200


def of_value(x: Any) -> str:
    """A tensor or Variable: what it is, its range, and its elements as a table."""
    a = np.asarray(x._value)
    kind = f"Variable <b>{escape(x.name)}</b>" if isinstance(x, Variable) else "Tensor"
    head = f"{kind} · shape {tuple(a.shape)} · {x.dtype.name}{_range(a)}"
    return f"<div><div {_FAINT}>{head}</div>{table(a)}</div>"


def _range(a: Any) -> str:
    if a.size < 2 or a.dtype.kind not in "fiu":
        return ""
    finite = a[np.isfinite(a)] if a.dtype.kind == "f" else a
    lost = a.size - finite.size
    bad = f" · <b style='color:#e5383b'>{lost} not finite</b>" if lost else ""
    if not finite.size:
        return bad
    return f" · from {finite.min():.4g} to {finite.max():.4g}{bad}"


def table(a: Any) -> str:
    """The elements of an array; of more than two axes the first slice."""
    if a.ndim == 0:
        return f"<div style='font-family:monospace'>{escape(str(a[()]))}</div>"
    if not a.size:
        return ""
    note = ""
    while a.ndim > 2:
        a, note = a[0], f"<div {_FAINT}>the first slice</div>"
    rows = a.reshape(1, -1) if a.ndim == 1 else a
    lines = [
        "".join(
            f"<td {_CELL}>{'…' if i is None or j is None else escape(_element(rows[i, j]))}</td>"
            for j in _picked(rows.shape[1], _COLUMNS)
        )
        for i in _picked(rows.shape[0], _ROWS)
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div style='overflow:auto'>{_TABLE}{body}</table></div>{note}"


def _picked(size: int, most: int) -> list[int | None]:
    if size <= most:
        return list(range(size))
    half = most // 2
    return [*range(half), None, *range(size - half, size)]


def _element(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, np.floating) else str(value)


def of_slices(slices: Any) -> str:
    """A sparse gradient: which rows of how many it has."""
    shape = slices.dense_shape
    whole = "unknown" if shape is None else str(tuple(np.asarray(shape).tolist()))
    indices, values = np.asarray(slices.indices._value), np.asarray(slices.values._value)
    head = f"IndexedSlices · {len(indices)} rows of shape {whole} · {values.dtype.name}"
    return (
        f"<div><div {_FAINT}>{head}</div><div>rows</div>{table(indices)}"
        f"<div>values</div>{table(values)}</div>"
    )


def of_tape(tape: Any) -> str:
    """A tape: how much it recorded, and the picture if that is not much."""
    if tape._used:
        return "<div>GradientTape, used up: its records were released.</div>"
    count = len(tape.records)
    watched = [v.name for v in tape.variables.values()]
    names = escape(", ".join(watched[:10])) + (", …" if len(watched) > 10 else "")
    kept = "persistent" if tape._persistent else "for one gradient"
    head = f"GradientTape, {kept} · {count} operations · variables: {names or 'none'}"
    picture = tape.draw()._repr_html_() if 0 < count <= _DRAWN else ""
    return f"<div><div {_FAINT}>{head}</div>{picture}</div>"
