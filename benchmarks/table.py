"""Tables of results as text."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping

SUBJECT = "tapegrad"
PEERS = {"torch": "PyTorch", "tensorflow": "TensorFlow"}


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def megabytes(count: float) -> str:
    """Millions of bytes."""
    return f"{count / 1e6:.1f} MB"


def grid(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells, the first column flush left and the others flush right."""
    cells = [list(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for first, *others in cells:
        rest = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(["  " + first.ljust(widths[0]), *rest]).rstrip())
    return "\n".join(lines)


def comparison(
    samples: Mapping[str, list[float]],
    labels: Mapping[str, str],
    targets: Mapping[str, float],
    ratio: Callable[[str, str], float | None],
    show: Callable[[float], str],
) -> str:
    """A row for each library: median, spread, ratio to PyTorch and TensorFlow, what to reach."""
    rows = [["", "median", "quartiles", *(f"/ {peer}" for peer in PEERS.values()), "to reach"]]
    for name, values in samples.items():
        ratios = {peer: ratio(name, peer) for peer in PEERS}
        cells = ["-" if value is None else f"{value:.3f}" for value in ratios.values()]
        verdicts = [
            f"{target:g} of {PEERS[peer]}: {verdict(ratios[peer], target)}"
            for peer, target in targets.items()
            if name == SUBJECT
        ]
        rows.append(
            [
                labels[name],
                show(statistics.median(values)),
                spread(values, show),
                *cells,
                "; ".join(verdicts),
            ]
        )
    return grid(rows)


def verdict(ratio: float | None, target: float) -> str:
    """Whether `ratio` is at most `target`."""
    if ratio is None:
        return "not measured"
    return "reached" if ratio <= target else "not reached"


def spread(values: list[float], show: Callable[[float], str]) -> str:
    """First and third quartile."""
    if len(values) < 2:
        return "-"
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{show(low)} .. {show(high)}"
