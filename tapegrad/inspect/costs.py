"""What the operations of a tape cost: `GradientTape.summary` and `GradientTape.profile`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.footprint import buffer_of
from tapegrad.core.places import Line, line_of
from tapegrad.core.tape_arguments import sources_in, tensors_in
from tapegrad.inspect.explain import check_open
from tapegrad.inspect.lineage import tuple_of, watched
from tapegrad.inspect.shapes import shapes_on
from tapegrad.inspect.tables import html_table, shown_bytes, shown_time, text_table
from tapegrad.inspect.trace import chrome_trace
from tapegrad.inspect.walk import ones, pull_one, walk

#: Each operation is timed so often; the shortest time counts.
_REPEATS = 3


class Cost(NamedTuple):
    """The cost of one recorded operation.

    Attributes
    ----------
    operation
        The name of the primitive.
    line
        The line of the user's code, if it is known.
    forward, backward
        Seconds; None where the operation could not be run again, or is not on the way.
    kept
        Bytes that the tape keeps for it alone.
    """

    operation: str
    line: Line | None
    forward: float | None
    backward: float | None
    kept: int


class Row(NamedTuple):
    """The cost of several operations together; `share` is their part of the whole time."""

    name: str
    calls: int
    forward: float
    backward: float
    kept: int
    share: float


class Costs:
    """What a tape costs; prints as a table.

    Attributes
    ----------
    costs
        One entry for each record, in order.
    kept
        Bytes that the tape keeps.
    peak
        Bytes at the highest point of the reverse sweep: what is still kept, and the gradients on
        their way. None if nothing was pulled back.
    memory
        Bytes after each record of the sweep, from the last to the first.
    """

    def __init__(self, costs: list[Cost], peak: int | None, memory: list[tuple[int, int]]) -> None:
        self.costs = costs
        self.kept = sum(c.kept for c in costs)
        self.peak = peak
        self.memory = memory

    def _grouped(self, key: Callable[[Cost], str]) -> list[Row]:
        groups: dict[str, list[Cost]] = {}
        for cost in self.costs:
            groups.setdefault(key(cost), []).append(cost)
        whole = sum(_seconds(c) for c in self.costs)
        rows = [
            Row(
                name,
                len(group),
                sum(c.forward or 0.0 for c in group),
                sum(c.backward or 0.0 for c in group),
                sum(c.kept for c in group),
                sum(map(_seconds, group)) / whole if whole else 0.0,
            )
            for name, group in groups.items()
        ]
        return sorted(rows, key=lambda r: (-r.share, -r.kept, -r.calls))

    def by_operation(self) -> list[Row]:
        """One row for each primitive, the most expensive first."""
        return self._grouped(lambda c: c.operation)

    def by_line(self) -> list[Row]:
        """One row for each line of the user's code, the most expensive first."""
        return self._grouped(lambda c: str(c.line) if c.line else "(line not remembered)")

    def _cells(self, rows: Sequence[Row], name: str) -> tuple[list[str], list[list[str]]]:
        timed = self.peak is not None
        head = [name, "calls", *(["forward", "backward"] if timed else []), "kept"]
        cells = []
        for row in rows:
            times = [shown_time(row.forward), shown_time(row.backward)] if timed else []
            share = [f"{100 * row.share:.1f} %"] if timed else []
            cells.append([row.name, str(row.calls), *times, shown_bytes(row.kept), *share])
        return [*head, *(["share"] if timed else [])], cells

    def _total(self) -> str:
        text = f"{len(self.costs)} operations, {shown_bytes(self.kept)} kept"
        if self.peak is None:
            return text
        return f"{text}, {shown_bytes(self.peak)} at the peak of the gradient"

    def _note(self) -> str:
        text = "Times: each operation run again, after the recording; the shortest of 3."
        unknown = [c.operation for c in self.costs if c.forward is None]
        if not unknown:
            return text
        return f"{text} Not run again forward: {', '.join(dict.fromkeys(unknown))}."

    def __str__(self) -> str:
        tables = [text_table(*self._cells(self.by_operation(), "operation"))]
        if self.peak is not None:
            tables += [text_table(*self._cells(self.by_line(), "line")), self._note()]
        return "\n\n".join([self._total(), *tables])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tables = [html_table(*self._cells(self.by_operation(), "operation"))]
        if self.peak is not None:
            tables.append(html_table(*self._cells(self.by_line(), "line")))
            tables.append(f"<div style='opacity:0.75'>{escape(self._note())}</div>")
        return f"<div><div>{self._total()}</div>{''.join(tables)}</div>"

    def chrome_trace(self) -> str:
        """JSON for Perfetto (ui.perfetto.dev) and chrome://tracing, with memory as a counter.

        Raises
        ------
        ValueError
            If nothing was measured: ``summary`` only counts.
        """
        if self.peak is None:
            raise ValueError(
                "tape.summary() measures no times, so there is no trace of it: use "
                "tape.profile(target)."
            )
        return chrome_trace(self.costs, dict(self.memory))

    def save(self, path: Any) -> None:
        """Write a file: ``.json`` for the trace, ``.html``, or anything else for text."""
        name = str(path)
        if name.endswith(".json"):
            text = self.chrome_trace()
        elif name.endswith(".html"):
            text = f"<!doctype html><meta charset='utf-8'>{self._repr_html_()}"
        else:
            text = str(self)
        with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)


def _seconds(cost: Cost) -> float:
    return (cost.forward or 0.0) + (cost.backward or 0.0)


def _size(arrays: Iterable[Any]) -> int:
    """Bytes of arrays, those of a shared buffer once."""
    return sum({id(owner): owner.nbytes for owner in map(buffer_of, arrays)}.values())


def _kept(tape: Any) -> list[int]:
    """Bytes by record, each buffer counted where it is kept first; not what variables hold."""
    seen = {id(buffer_of(v._value)) for v in tape.variables.values()}
    for event in watched(tape).values():
        x = event.detail()
        if x is not None:
            seen.add(id(buffer_of(x._value)))
    sizes = []
    for _, ids, _, args, _, y, _ in tape.records:
        size = 0
        values = (args,) if ids.__class__ is int else args
        for value in (*values, *(y if y.__class__ is tuple else (y,))):
            if isinstance(value, (np.ndarray, np.generic)):
                owner = buffer_of(value)
                if id(owner) not in seen:
                    seen.add(id(owner))
                    size += owner.nbytes
        sizes.append(size)
    return sizes


def _forward_time(record: Any, specs: Any) -> float | None:
    """Run a primitive again, on what was kept and on ones where nothing was."""
    primitive, ids, _, args, _, _, params = record
    if primitive.kind not in ("elementwise", "linear", "bilinear", "general"):
        return None
    kept = (args,) if ids.__class__ is int else args
    inputs = []
    for identity, a in zip(tuple_of(ids), kept, strict=True):
        if a is None:
            spec = specs.get(identity)
            if spec is None:
                return None
            a = np.ones(spec.shape, spec.dtype or _dtype_beside(kept))[()]
        inputs.append(a)
    given = {} if primitive.kind == "elementwise" else dict(params or ())
    given.pop("shapes", None)
    return _timed(lambda: primitive.forward(*inputs, **given))


def _dtype_beside(kept: Sequence[Any]) -> Any:
    return next((a.dtype for a in kept if a is not None), np.dtype(np.float32))


def _timed(call: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(_REPEATS):
        start = perf_counter()
        call()
        best = min(best, perf_counter() - start)
    return best


def summary(tape: Any) -> Costs:
    """See `GradientTape.summary`."""
    check_open(tape, "summary")
    kept = _kept(tape)
    return Costs(
        [
            Cost(record[0].name, line_of(tape._memory.place_of(i)), None, None, kept[i])
            for i, record in enumerate(tape.records)
        ],
        None,
        [],
    )


def profile(tape: Any, target: Any, sources: Any = None) -> Costs:
    """See `GradientTape.profile`."""
    check_open(tape, "profile")
    targets = tensors_in(target, "target")
    if sources is not None:
        sources_in(sources)
    kept, specs = _kept(tape), shapes_on(tape)
    records = list(tape.records)
    below = np.cumsum([0, *kept]).tolist()
    backward: dict[int, float] = {}
    seeds = {y._id: ones(y) for y in targets}
    alive = dict(seeds)
    peak, memory = below[-1] + _size(alive.values()), []
    token = silence_float_errors()
    try:
        for pulled in walk(records, seeds):
            passed = pulled.passed
            now = below[pulled.number + 1] + _size([*alive.values(), *passed.values()])
            peak = max(peak, now)
            memory.append((pulled.number, now))
            for o in pulled.arrived:
                alive.pop(o, None)
            alive.update(passed)
            record, arrived = pulled.record, pulled.arrived
            backward[pulled.number] = _timed(
                lambda record=record, arrived=arrived: pull_one(record, arrived)  # type: ignore[misc]
            )
        forward = [_forward_time(record, specs) for record in records]
    finally:
        restore_float_errors(token)
    costs = [
        Cost(
            record[0].name, line_of(tape._memory.place_of(i)), forward[i], backward.get(i), kept[i]
        )
        for i, record in enumerate(records)
    ]
    return Costs(costs, peak, memory)
