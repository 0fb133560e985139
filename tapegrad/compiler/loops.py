"""A repeated stretch of operations as one operation: a loop."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.layout import Layout


class Given(NamedTuple):
    """A value from outside: in repetition k at ``offsets[k]`` of the memory of `base`.

    `layout` is where its elements are from there on; None if they are contiguous.
    """

    value: Value
    base: Value
    layout: Layout | None
    offsets: Any


class Carried(NamedTuple):
    """A value of an earlier repetition.

    In the first repetitions it is each of `first`; then what `following` was ``len(first)``
    repetitions before.
    """

    value: Value
    first: tuple[Value, ...]
    following: Value


class Kept(NamedTuple):
    """A result: `value` of all repetitions, stacked, or (not `stacked`) of the last one.

    In each, it is the output `slot` of the operation at `position`.
    """

    value: Value
    output: Value
    stacked: bool
    position: int
    slot: int


class Summed(NamedTuple):
    """A result: `first`, with `value` of each repetition added at ``offsets[k]`` of its memory.

    Several may have one `output`: then all their values are added.
    """

    value: Value
    output: Value
    first: Value
    layout: Layout
    offsets: Any


class Loops(NamedTuple):
    """What stands in the table for primitives; loops have no rules."""

    name: str = "loop"
    kind: str = "loop"


class Packs(NamedTuple):
    """Puts the elements of several values one behind the other."""

    name: str = "pack"
    kind: str = "pack"

    @staticmethod
    def forward(*arrays: Any) -> Any:
        """The new memory."""
        if arrays[0].ndim == 0:
            return np.array(arrays)
        return np.concatenate([a.reshape(-1) for a in arrays])


class Loop(Operation):
    """Operations that are done `count` times.

    Attributes
    ----------
    body
        Those of one repetition, over values of its own.
    given, carried
        What it reads.
    kept, summed
        What it gives.
    start, stop
        Its place in the sequence that it was found in.
    packs
        Operations that it needs to be done before.
    """

    __slots__ = ("body", "carried", "count", "given", "kept", "packs", "start", "stop", "summed")

    def __init__(
        self,
        body: list[Operation],
        count: int,
        given: list[Given],
        carried: list[Carried],
        kept: list[Kept],
        summed: list[Summed],
        span: tuple[int, int],
        packs: list[Operation],
        place: Any,
    ) -> None:
        inputs = dict.fromkeys([g.base for g in given if g.base.kind != "constant"])
        for c in carried:
            inputs.update(dict.fromkeys(c.first))
        inputs.update(dict.fromkeys([s.first for s in summed]))
        outputs = [k.output for k in kept] + list(dict.fromkeys([s.output for s in summed]))
        super().__init__(Loops(), tuple(inputs), outputs, {}, place)
        self.body = body
        self.count = count
        self.given = given
        self.carried = carried
        self.kept = kept
        self.summed = summed
        self.start, self.stop = span
        self.packs = packs
