"""`tf.debugging.gradient_report`: whether gradients are fit to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import escape
from math import isfinite, log10
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core import nest
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.tensor import ArrayLike
from tapegrad.inspect.tables import html_table, text_table
from tapegrad.inspect.theme import INK, opening
from tapegrad.inspect.walk import norm

#: Norms that differ from the median by more than this factor stand out.
_APART = 1e3
#: A gradient so many times as large as what it belongs to explodes, whatever the others are.
_OVER = 1e4


class Entry(NamedTuple):
    """One gradient.

    Attributes
    ----------
    name
        The name of its variable, or its place in the structure.
    shape
        Its shape; None if the gradient is None.
    norm, largest
        Euclidean norm, and largest absolute value.
    zeros
        Share of elements that are zero.
    dead
        How many units (slices along the last axis) are zero altogether.
    not_finite
        How many elements are NaN or infinite.
    ratio
        The norm as a multiple of that of the variable; None if that is not known or zero.
    verdict
        What is wrong: ``"None"``, ``"not finite"``, ``"all zero"``, ``"dead units"``,
        ``"exploding"``, ``"vanishing"``; or ``"ok"``.
    """

    name: str
    shape: tuple[int, ...] | None
    norm: float
    largest: float
    zeros: float
    dead: int
    not_finite: int
    ratio: float | None
    verdict: str


class GradientReport:
    """A table and a plot of gradients.

    Attributes
    ----------
    entries
        One for each gradient.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    @property
    def problems(self) -> list[Entry]:
        """The entries whose verdict is not ok."""
        return [e for e in self.entries if e.verdict != "ok"]

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        head = ["gradient", "shape", "norm", "largest", "zeros", "dead units", "verdict"]
        with_ratios = any(e.ratio is not None for e in self.entries)
        if with_ratios:
            head.insert(3, "of variable")
        rows = []
        for e in self.entries:
            if e.shape is None:
                rows.append([e.name, *["-"] * (len(head) - 2), e.verdict])
                continue
            numbers = [f"{e.norm:.3g}", f"{e.largest:.3g}", f"{100 * e.zeros:.0f} %", str(e.dead)]
            if with_ratios:
                numbers.insert(1, "-" if e.ratio is None else f"{e.ratio:.3g}")
            rows.append([e.name, str(e.shape), *numbers, e.verdict])
        return head, rows

    def __str__(self) -> str:
        return text_table(*self._cells()) if self.entries else "There are no gradients."

    __repr__ = __str__

    def plot(self) -> str:
        """Bars of the norms on a logarithmic scale, as SVG."""
        known = [e.norm for e in self.entries if e.norm > 0.0 and isfinite(e.norm)]
        low = log10(min(known)) - 0.5 if known else 0.0
        high = max(log10(max(known)) if known else 1.0, low + 1.0)
        label = 8.0 + 7.0 * max([len(e.name) for e in self.entries], default=0)
        width, height = label + 420.0, 22.0 * len(self.entries) + 16.0
        parts = [opening(width, height)]
        for i, e in enumerate(self.entries):
            y = 8.0 + 22.0 * i
            usable = e.norm > 0.0 and isfinite(e.norm)
            length = 260.0 * (log10(e.norm) - low) / (high - low) if usable else 0.0
            fill = "#5b8fd9" if e.verdict == "ok" else "#d9734e"
            note = f"{e.norm:.3g}" if e.shape is not None else ""
            note += "" if e.verdict == "ok" else f"  {e.verdict}"
            parts.append(
                f"<text class='ink' fill='{INK}' x='{label - 6:.0f}' y='{y + 13:.0f}' "
                f"font-size='12' text-anchor='end'>{escape(e.name)}</text>"
                f"<rect x='{label:.0f}' y='{y + 2:.0f}' width='{length:.1f}' height='15' "
                f"fill='{fill}'/><text class='ink' fill='{INK}' x='{label + length + 6:.0f}' "
                f"y='{y + 13:.0f}' font-size='12'>{escape(note.strip())}</text>"
            )
        return "\n".join([*parts, "</svg>"])

    def _repr_html_(self) -> str:
        return f"<div>{html_table(*self._cells())}{self.plot()}</div>"

    def _repr_svg_(self) -> str:
        return self.plot()


def gradient_report(grads: Any, variables: Any = None) -> GradientReport:
    """Look at gradients for what keeps a model from learning.

    Parameters
    ----------
    grads : structure of Tensor, IndexedSlices or None
        What ``tape.gradient`` returned: one gradient, a list, a dict or any nest of them.
    variables : structure of Variable, optional
        What they belong to, in the same order: rows get their names.

    Returns
    -------
    GradientReport
        Prints as a table: norms, largest elements, shares of zeros, dead units (slices along the
        last axis that are zero), and a verdict for each. `problems` holds those that are not ok;
        ``plot()`` is a picture of the norms. ``"exploding"`` and ``"vanishing"`` mean 1,000 times
        the median of the others, and a thousandth of it; exploding is also a gradient 10,000 times
        as large as its variable.

    Raises
    ------
    TypeError
        If something is no gradient.
    ValueError
        If there are not as many variables as gradients.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, -1.0], name="v")
    >>> unused = tf.Variable(1.0, name="unused")
    >>> with tf.GradientTape() as tape:
    ...     y = tf.reduce_sum(tf.nn.relu(v))
    >>> report = tf.debugging.gradient_report(tape.gradient(y, [v, unused]), [v, unused])
    >>> [(entry.name, entry.verdict) for entry in report.entries]
    [('v', 'dead units'), ('unused', 'None')]
    """
    named = list(_named(grads, ""))
    if variables is not None:
        owners = nest.flatten(variables)
        if len(owners) != len(named):
            raise ValueError(
                f"gradient_report: {len(named)} gradients for {len(owners)} variables."
            )
        named = [
            (str(getattr(v, "_name", name)).removesuffix(":0"), g)
            for v, (name, g) in zip(owners, named, strict=True)
        ]
    values: list[Any] = [None] * len(named) if variables is None else nest.flatten(variables)
    entries = [_entry(name, g, v) for (name, g), v in zip(named, values, strict=True)]
    sound = [e for e in entries if e.norm > 0.0 and isfinite(e.norm)]
    usual = [e.norm for e in sound if not _is_over(e)] or [e.norm for e in sound]
    median = float(np.median(usual)) if usual else 0.0
    return GradientReport([_compared(e, median) for e in entries])


def _named(grads: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(grads, dict):
        for key in sorted(grads):
            yield from _named(grads[key], f"{prefix}.{key}" if prefix else str(key))
    elif hasattr(grads, "_fields") or (is_dataclass(grads) and not isinstance(grads, type)):
        for name in getattr(grads, "_fields", None) or [f.name for f in fields(grads)]:
            yield from _named(getattr(grads, name), f"{prefix}.{name}" if prefix else name)
    elif isinstance(grads, (list, tuple)):
        for i, g in enumerate(grads):
            yield from _named(g, f"{prefix}[{i}]")
    elif grads is None or isinstance(grads, (ArrayLike, IndexedSlices, np.ndarray)):
        yield prefix or "gradient", grads
    else:
        raise TypeError(
            f"gradient_report: {grads!r} of type {type(grads).__name__} is no gradient. Pass what "
            f"tape.gradient returned."
        )


def _entry(name: str, g: Any, variable: Any) -> Entry:
    if g is None:
        return Entry(name, None, 0.0, 0.0, 0.0, 0, 0, None, "None")
    if isinstance(g, IndexedSlices):
        g = g._to_tensor()
    wide = _wide(g)
    size = wide.size
    bad = int(size - np.isfinite(wide).sum())
    rows = wide.reshape(-1, wide.shape[-1] if wide.ndim else 1) if size else wide
    dead = int((rows == 0).all(axis=0).sum()) if size else 0
    zeros = float((wide == 0).mean()) if size else 0.0
    largest = float(np.abs(wide).max()) if size else 0.0
    verdict = "ok"
    if bad:
        verdict = "not finite"
    elif size and zeros == 1.0:
        verdict = "all zero"
    elif dead:
        verdict = "dead units"
    size_of_variable = norm(_wide(variable)) if isinstance(variable, ArrayLike) else 0.0
    ratio = norm(wide) / size_of_variable if size_of_variable else None
    return Entry(name, tuple(wide.shape), norm(wide), largest, zeros, dead, bad, ratio, verdict)


def _wide(x: Any) -> Any:
    a = np.asarray(getattr(x, "_value", x))
    return a.astype(np.float32) if a.dtype.name == "bfloat16" else a


def _is_over(entry: Entry) -> bool:
    return entry.ratio is not None and entry.ratio > _OVER


def _compared(entry: Entry, median: float) -> Entry:
    if entry.verdict not in ("ok", "dead units") or not median or not entry.norm:
        return entry
    if entry.norm > _APART * median or _is_over(entry):
        return entry._replace(verdict="exploding")
    if entry.norm < median / _APART:
        return entry._replace(verdict="vanishing")
    return entry
