"""Tables as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width; the first on the left, the others on the right."""
    lines = [list(head), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same for notebooks."""
    cell = "padding:2px 10px;font-variant-numeric:tabular-nums;white-space:nowrap"
    lines = [
        "".join(
            f"<{tag} style='{cell};text-align:{side}{line}'>{escape(text)}</{tag}>"
            for side, text in zip(["left", *["right"] * len(row)], row, strict=False)
        )
        for tag, line, row in [
            ("th", ";border-bottom:1px solid currentColor", head),
            *[("td", "", row) for row in rows],
        ]
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f"<table style='border-collapse:collapse;margin:4px 0'>{body}</table>"
    return f"<div style='overflow:auto'>{table}</div>"


def html_text(text: str) -> str:
    """Lines of text for notebooks: long ones are broken."""
    return f"<pre style='white-space:pre-wrap'>{escape(text)}</pre>"


def shown_bytes(number: float) -> str:
    """A number of bytes with a unit."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.2f} GB"


def shown_time(seconds: float | None) -> str:
    """A time with a unit; a dash if it is not known."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds / 1e-6:.1f} µs"
