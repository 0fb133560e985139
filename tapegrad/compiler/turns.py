"""One loop made of the turns of a stretch: how inputs vary, and what is read outside.

An input comes from the same turn, from an earlier one (carried along), or from outside, each time
from another place of the same memory. Results that something outside reads are stacked, so that a
loop that reads them, such as the reverse sweep, finds them in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tapegrad.compiler.graph import Operation, Value, with_values
from tapegrad.compiler.layout import Layout, contiguous, indexed
from tapegrad.compiler.loops import Carried, Given, Kept, Loop, Packs, Summed
from tapegrad.compiler.sequence import Columns, Numbered

#: Values that are carried further than this make no loop.
_FARTHEST = 4


class SplitError(Exception):
    """The repetitions before `count` and those from there on are of different kinds."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NoLoopError(Exception):
    """The stretch cannot become a loop."""


class Part(NamedTuple):
    """A `put_slice` that is added to a total: the positions of both, and where it is carried."""

    put: int
    total: int
    column: int


class Forming:
    """One loop in the making."""

    def __init__(
        self, numbered: Numbered, needed: set[tuple[int, int]], start: int, period: int, count: int
    ) -> None:
        n = self._n = numbered
        self._start, self._period, self._count = start, period, count
        self._stop = start + period * count
        self._last = self._stop - period
        self._begin = int(n.first[start])
        self._width = int(n.first[start + period]) - self._begin
        part = slice(self._begin, int(n.first[self._stop]))
        self._columns = Columns(*[c[part].reshape(count, self._width) for c in n.columns])
        self._needed = needed
        self._body: list[Operation] = []
        self._local: dict[Any, Value] = {}  # results of the body, and parts of them
        self._given: dict[Any, Given] = {}
        self._carried: dict[Any, tuple[Value, tuple[Value, ...], Any]] = {}
        self._packs: list[Operation] = []

    def loop(self) -> Loop:
        """The loop.

        Raises
        ------
        SplitError, NoLoopError
            If there is none of all the repetitions.
        """
        n = self._n
        kinds = [self._kind(i) for i in range(self._width)]
        used = self._used_outside()
        sums = self._sums(kinds, used)
        puts = {part.put for part in sums.values()}
        summed: list[Summed] = []
        column = 0
        for position in range(self._period):
            step = n.operations[self._last + position]
            columns = range(column, column + len(step.inputs))
            column += len(step.inputs)
            if position in sums:
                summed.append(self._sum(sums[position]))
                continue
            inputs = [
                self._input(i, kinds[i], v) for i, v in zip(columns, step.inputs, strict=True)
            ]
            if position in puts:
                if inputs[0].kind == "constant":
                    raise NoLoopError
                self._local[position, 0] = inputs[0]
                continue
            if step.primitive.name == "put_slice" and len(set(self._offsets(position))) > 1:
                raise NoLoopError
            outputs = [Value.between(v.shape, v.dtype) for v in step.outputs]
            self._body.append(with_values(step, inputs, outputs))
            self._local.update({(position, slot): v for slot, v in enumerate(outputs)})
        carried = [
            Carried(value, first, self._part(*end)) for value, first, end in self._carried.values()
        ]
        kept = [self._keep(p, s, turns) for (p, s), turns in used.items() if p not in sums]
        return Loop(
            self._body,
            self._count,
            list(self._given.values()),
            carried,
            kept,
            summed,
            (self._start, self._stop),
            self._packs,
            n.operations[self._last].place,
        )

    # How inputs vary

    def _kind(self, column: int) -> tuple[str, Any]:
        """The kind of an input, and what says more about it."""
        c = self._columns
        maker = c.maker[:, column]
        turns = np.arange(self._count) - (maker - self._start) // self._period
        turns = np.where(maker >= self._start, turns, -1)
        changes = _changes(turns)
        lag = int(turns[-1])
        carried = len(changes) == 1 and turns[0] == -1 and lag > 0
        if len(changes) and not carried:
            raise SplitError(changes[-1])
        if carried and changes[0] != lag:
            raise SplitError(changes[0] - lag)
        if lag > _FARTHEST:
            raise NoLoopError
        if lag >= 0:
            for part in (c.user - c.maker, c.shape, c.offset, c.slot):
                changes = _changes(part[lag:, column])
                if changes:
                    raise SplitError(changes[0] + lag)
            position = int((maker[-1] - self._start) % self._period)
            end = position, int(c.slot[-1, column]), self._value(self._count - 1, column)
            return ("carried", (lag, end)) if lag else ("inside", end)
        changes = _changes(c.base[:, column])
        if changes and len(changes) <= max(2, self._count // 8):
            edges = list(pairwise([0, *changes, self._count]))
            longest = max(edges, key=lambda edge: edge[1] - edge[0])
            raise SplitError(longest[0] or longest[1])
        if changes:
            return "packed", None
        changes = _changes(c.shape[:, column])
        if changes:
            raise SplitError(changes[0])
        return "placed", None

    def _used_outside(self) -> dict[tuple[int, int], set[int]]:
        """In which repetitions the results that are needed outside are."""
        c = self._n.columns
        there = (c.maker >= self._start) & (c.maker < self._stop) & (c.user >= self._stop)
        places = zip(c.maker[there].tolist(), c.slot[there].tolist(), strict=True)
        found: dict[tuple[int, int], set[int]] = {}
        inside = [(m, s) for m, s in self._needed if self._start <= m < self._stop]
        for maker, slot in {*places, *inside}:
            turn, position = divmod(maker - self._start, self._period)
            found.setdefault((position, slot), set()).add(turn)
        return found

    # Inputs

    def _value(self, turn: int, column: int) -> Value:
        return self._n.values[self._begin + turn * self._width + column]

    def _input(self, column: int, kind: tuple[str, Any], value: Value) -> Value:
        """The value of the body that stands for an input."""
        word, more = kind
        if word == "inside":
            return self._part(*more)
        if word == "carried":
            lag, (position, slot, _) = more
            first = tuple([self._value(k, column) for k in range(lag)])
            key = position, slot, self._n.part(value), first
            if key not in self._carried:
                new = Value.between(value.shape, value.dtype)
                self._carried[key] = new, first, more[1]
            return self._carried[key][0]
        return self._from_outside(column, word, value)

    def _from_outside(self, column: int, word: str, value: Value) -> Value:
        c, n = self._columns, self._n
        shape: Layout | None = None
        if word == "placed":
            base: Value = n.bases[c.base[0, column]]
            offsets = c.offset[:, column]
            if base.kind == "constant" and base.shape == value.shape and not offsets.any():
                return base
            shape = n.shapes[c.shape[0, column]]
            key: Any = base, shape, value.shape, offsets.tobytes()
        else:
            values = tuple([self._value(k, column) for k in range(self._count)])
            key = values
        if key not in self._given:
            if word == "packed":
                base = self._packed(values)
                offsets = np.arange(self._count) * value.size
            new = Value.between(value.shape, value.dtype)
            if value.kind == base.kind == "constant":
                new.kind = "known"
            self._given[key] = Given(new, base, shape, offsets)
        return self._given[key].value

    def _packed(self, values: Sequence[Value]) -> Value:
        """The elements of several values in one."""
        size = sum([v.size for v in values])
        if all(v.kind == "constant" for v in values):
            return Value("constant", np.concatenate([np.reshape(v.array, -1) for v in values]))
        base = Value.between((size,), values[0].dtype)
        place = self._n.operations[self._start].place
        self._packs.append(Operation(Packs(), values, [base], {}, place))
        return base

    def _part(self, position: int, slot: int, example: Value) -> Value:
        """A result of the body, or the part of it that `example` is in its repetition."""
        whole = self._local[position, slot]
        chain = []
        v = example
        while v in self._n.picks:
            chain.append(v)
            (v,) = self._n.picks[v].inputs
        if not chain:
            return whole
        key = position, slot, self._n.part(example)
        if key not in self._local:
            for v in reversed(chain):
                step = self._n.picks[v]
                outputs = [Value.between(x.shape, x.dtype) for x in step.outputs]
                self._body.append(
                    Operation(step.primitive, [whole], outputs, step.params, step.place)
                )
                whole = outputs[step.outputs.index(v)]
            self._local[key] = whole
        return self._local[key]

    # Results

    def _keep(self, position: int, slot: int, turns: set[int]) -> Kept:
        value = self._local[position, slot]
        if turns == {self._count - 1}:
            output = self._n.operations[self._last + position].outputs[slot]
            return Kept(value, output, False, position, slot)
        output = Value.between((self._count, *value.shape), value.dtype)
        return Kept(value, output, True, position, slot)

    def _sums(self, kinds: list[tuple[str, Any]], used: dict[Any, set[int]]) -> dict[int, Part]:
        """Additions of parts to totals that nobody reads before the end, by their positions."""
        readers: dict[tuple[int, int], list[int]] = {}
        for column, (word, more) in enumerate(kinds):
            if word in ("inside", "carried"):
                position, slot, _ = more if word == "inside" else more[1]
                readers.setdefault((position, slot), []).append(column)
        found: dict[int, Part] = {}
        for column, (word, more) in enumerate(kinds):
            if word != "carried" or more[0] != 1:
                continue
            total: int = more[1][0]
            chain: dict[int, Part] = {}
            at: int | None = column
            while at is not None:
                position, put = self._adds_part(at, kinds)
                if put is None or len(readers[put, 0]) > 1 or (put, 0) in used:
                    break
                chain[position] = Part(put, total, column)
                by = readers.get((position, 0), [])
                if position == total:
                    if by == [column] and used.get((total, 0), {self._count - 1}) == {
                        self._count - 1
                    }:
                        found.update(chain)
                    break
                at = by[0] if len(by) == 1 and (position, 0) not in used else None
        return found

    def _adds_part(self, column: int, kinds: list[tuple[str, Any]]) -> tuple[int, int | None]:
        """The operation that reads this, and which `put_slice` it adds to it as it is."""
        n = self._n
        position = int(self._columns.user[-1, column]) - self._last
        step = n.operations[self._last + position]
        if step.primitive.name != "add" or any(v in n.picks for v in step.inputs):
            return position, None
        begin = int(n.first[self._last + position]) - int(n.first[self._last])
        word, more = kinds[2 * begin + 1 - column]
        if word != "inside" or step.inputs[0].shape != step.inputs[1].shape:
            return position, None
        is_put = n.operations[self._last + more[0]].primitive.name == "put_slice"
        return position, more[0] if is_put else None

    def _offsets(self, position: int) -> list[int]:
        """Where a `put_slice` writes, in each repetition."""
        turns = range(self._start + position, self._stop, self._period)
        return [self._n.written[p] for p in turns]

    def _sum(self, part: Part) -> Summed:
        params = self._n.operations[self._last + part.put].params
        layout = indexed(contiguous(params["to"]), params["index"])._replace(offset=0)
        output = self._n.operations[self._last + part.total].outputs[0]
        first = self._value(0, part.column)
        offsets = np.array(self._offsets(part.put))
        return Summed(self._local[part.put, 0], output, first, layout, offsets)


def _changes(row: Any) -> list[int]:
    """Where a row differs from what is before."""
    found: list[int] = (np.flatnonzero(row[1:] != row[:-1]) + 1).tolist()
    return found
