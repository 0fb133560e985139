"""A recording as numbers: what each operation is, and where each of its inputs comes from.

Equal codes say that two operations are the same but for the values that they get. Operations that
only pick a part of a value have no code: the part is where it is, in the memory of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tapegrad.compiler.expand import written_out
from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.layout import Layout, contiguous, indexed, viewed
from tapegrad.compiler.lowering import lowered
from tapegrad.compiler.simplify import constant_key

_PICKS = ("getitem", "split", "unstack")

#: Operations with more inputs are no part of a repetition.
_MOST_INPUTS = 16

#: The made-by of what no operation of the sequence makes.
OUTSIDE = -1


class Place(NamedTuple):
    """Where a value is: a part of another."""

    base: Value
    layout: Layout


class Columns(NamedTuple):
    """The inputs of all operations, one after the other, as arrays.

    Attributes
    ----------
    base
        A number for the value whose memory it is in; equal constants have the same.
    shape
        A number for shape and strides in that memory; 0 for contiguous.
    offset
        Where in that memory it begins.
    maker, slot
        The operation that makes the base, and as which of its outputs; or `OUTSIDE`.
    user
        The operation whose input it is.
    """

    base: Any
    shape: Any
    offset: Any
    maker: Any
    slot: Any
    user: Any


class Numbered:
    """The operations of a recording but for picks.

    Attributes
    ----------
    operations
        Them, in order.
    codes
        For each, a number; negative ones are unique.
    first
        For each, where its inputs begin in `columns`.
    values
        For each place in `columns`, the value itself.
    bases
        By their numbers.
    shapes
        By their numbers; None for contiguous.
    picks
        What makes a value that is a part of another.
    written
        Offsets of `put_slice`, by operation.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations: list[Operation] = []
        self.values: list[Value] = []
        self.bases: list[Value] = []
        self.shapes: list[Layout | None] = [None]
        self.picks: dict[Value, Operation] = {}
        self.made: dict[Value, tuple[int, int]] = {}
        self.written: dict[int, int] = {}
        self._places: dict[Value, Place] = {}
        self._base_numbers: dict[Any, int] = {}
        self._shape_numbers: dict[Any, int] = {}
        self._codes: dict[Any, int] = {}
        codes: list[int] = []
        first: list[int] = []
        rows: list[tuple[int, int, int, int, int, int]] = []
        for step in operations:
            if step.primitive.name in _PICKS and self._pick(step):
                continue
            position = len(codes)
            first.append(len(rows))
            rows += [(*self._where(v), position) for v in step.inputs]
            self.values += step.inputs
            codes.append(self._code(step, position))
            self.operations.append(step)
            for slot, v in enumerate(step.outputs):
                self.made[v] = position, slot
        self.codes = np.array(codes, np.int64)
        self.first = np.array([*first, len(rows)], np.int64)
        table = np.array(rows, np.int64).reshape(len(rows), 6).T
        self.columns = Columns(*[np.ascontiguousarray(c) for c in table])

    def place(self, value: Value) -> Place:
        """Where a value is."""
        return self._places.get(value) or Place(value, contiguous(value.shape))

    def exchange(self, i: int, j: int) -> None:
        """Exchange two inputs of an operation for which that makes no difference."""
        self.values[i], self.values[j] = self.values[j], self.values[i]
        for column in self.columns:
            column[i], column[j] = column[j], column[i]

    def part(self, value: Value) -> tuple[Any, ...]:
        """Equal for equal parts of values."""
        place = self._places.get(value)
        return () if place is None else tuple(place.layout)

    def base_number(self, value: Value) -> int:
        """The number of a base."""
        key: Any = constant_key(value) if value.kind == "constant" else id(value)
        number = self._base_numbers.get(key)
        if number is None:
            number = self._base_numbers[key] = len(self.bases)
            self.bases.append(value)
        return number

    def _where(self, value: Value) -> tuple[int, int, int, int, int]:
        place = self._places.get(value)
        if place is None:
            made = self.made.get(value)
            maker, slot = (OUTSIDE, 0) if made is None else made
            return self.base_number(value), 0, 0, maker, slot
        base, layout = place
        maker, slot = self.made.get(base, (OUTSIDE, 0))
        return self.base_number(base), self._shape_number(layout), layout.offset, maker, slot

    def _shape_number(self, layout: Layout) -> int:
        at_zero = layout._replace(offset=0)
        if at_zero.is_whole:
            return 0
        number = self._shape_numbers.get(at_zero)
        if number is None:
            number = self._shape_numbers[at_zero] = len(self.shapes)
            self.shapes.append(at_zero)
        return number

    def _pick(self, step: Operation) -> bool:
        (x,) = step.inputs
        if not x.size or not all(v.size for v in step.outputs):
            return False
        base, layout = self.place(x)
        views = viewed(step, layout)
        if views is None:
            return False
        for v, view in zip(step.outputs, views, strict=True):
            self._places[v] = Place(base, view)
            self.picks[v] = step
        return True

    def _code(self, step: Operation, position: int) -> int:
        """Equal for operations that differ only in the values that they get."""
        params: Any = ()
        if step.primitive.name == "put_slice":
            layout = indexed(contiguous(step.params["to"]), step.params["index"])
            self.written[position] = layout.offset
            params = layout.shape, layout.strides
        elif step.params:
            params = tuple([(k, repr(v)) for k, v in step.params.items()])
            if any("array(" in text for _, text in params):  # NumPy abbreviates what it prints
                return -1 - position
        key = (
            step.primitive.name,
            params,
            step.guarded,
            tuple([(v.shape, v.dtype.char) for v in step.inputs]),
            tuple([(v.shape, v.dtype.char) for v in step.outputs]),
        )
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self._codes) if _can_repeat(step) else -1
        return code if code >= 0 else -1 - position


def _can_repeat(step: Operation) -> bool:
    return len(step.inputs) <= _MOST_INPUTS and all(
        lowered(o) is not None for o in written_out(step)
    )
