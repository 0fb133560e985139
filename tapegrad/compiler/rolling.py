"""Repeated operations of a recording become loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tapegrad.compiler.forming import Former
from tapegrad.compiler.graph import (
    Assign,
    Guard,
    HostCall,
    Operation,
    Place,
    Read,
    Recording,
    Step,
    Value,
    inputs_of,
)
from tapegrad.compiler.loops import Loop
from tapegrad.compiler.repeats import LEAST_COUNT, LEAST_LENGTH, stretches
from tapegrad.compiler.sequence import Numbered
from tapegrad.core.table import TABLE


def rolled(recording: Recording) -> Recording:
    """The same recording, where what is done again and again is a `Loop`.

    Python's loops leave no trace in a recording but repetition; they are found again here, those
    of the reverse sweep as well. What is not repeated stays as it is.
    """
    steps = _last_assignments(recording.steps)
    operations = [s for s in steps if isinstance(s, Operation)]
    if len(operations) < LEAST_LENGTH:
        return recording
    numbered = Numbered(operations)
    needed = [v for s in steps if not isinstance(s, Operation) for v in inputs_of(s)]
    former = Former(numbered, [*needed, *recording.outputs])
    loops: list[Loop] = []
    for begin, end in _between_barriers(steps, numbered):
        for stretch in stretches(numbered.codes, begin, end):
            loops += former.form(stretch)
    if not loops:
        return recording
    ordered = _in_order(steps, numbered, loops)
    ordered = _only_parts_in_use(ordered, recording.outputs)
    return _with_rows(Recording(recording.inputs, ordered, recording.outputs), former.rows)


def _last_assignments(steps: Sequence[Step]) -> list[Step]:
    """Without the assignments that others overwrite before anybody can see them."""
    overwritten: set[int] = set()
    kept: list[Step] = []
    for step in reversed(steps):
        if isinstance(step, HostCall):
            overwritten.clear()
        if isinstance(step, Assign):
            if step.variable._id in overwritten:
                continue
            overwritten.add(step.variable._id)
        kept.append(step)
    return kept[::-1]


def _between_barriers(steps: Sequence[Step], numbered: Numbered) -> list[tuple[int, int]]:
    """Pieces of the sequence inside of which no operation waits for a call of Python.

    Such a call may read what operations before it make, and be read by those behind; or it must
    not run before something that Python has decided or assigned.
    """
    edges = [0]
    position, decided = 0, False
    for step in steps:
        if isinstance(step, Operation):
            position += step.outputs[0] in numbered.made
        elif isinstance(step, (Assign, Guard)):
            decided = True
        elif isinstance(step, HostCall):
            waits = any(v.kind == "result" for v in step.inputs)
            if waits or (decided and not step.repeatable):
                edges.append(position)
                decided = False
    edges.append(position)
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _in_order(steps: Sequence[Step], numbered: Numbered, loops: Sequence[Loop]) -> list[Step]:
    """The loops in place of their operations; what reads them comes behind."""
    loop_at: dict[int, Loop] = {}
    for loop in loops:
        loop_at.update(dict.fromkeys(range(loop.start, loop.stop), loop))
    ordered: list[Step] = []
    behind: list[Step] = []
    current: Loop | None = None
    position = 0

    def finish() -> None:
        nonlocal current
        if current is not None:
            ordered.extend([*current.packs, current, *behind])
            behind.clear()
            current = None

    for step in steps:
        if isinstance(step, Operation) and step.outputs[0] in numbered.made:
            here = loop_at.get(position)
            position += 1
            if here is not current:
                finish()
                current = here
            if here is None:
                ordered.append(step)
        elif current is None or not _waits(step, numbered, current):
            ordered.append(step)
        else:
            behind.append(step)
    finish()
    return ordered


def _waits(step: Step, numbered: Numbered, loop: Loop) -> bool:
    """Whether a step that stands among the operations of a loop has to come behind it."""
    if isinstance(step, Operation):  # it picks a part of a value
        base = numbered.place(step.inputs[0]).base
        return base in numbered.made and loop.start <= numbered.made[base][0] < loop.stop
    return not isinstance(step, (HostCall, Read))


def _only_parts_in_use(steps: Sequence[Step], outputs: Sequence[Value]) -> list[Step]:
    """Where a value is taken apart and loops read it as it is, the few parts that others read."""
    used = set(outputs)
    for step in steps:
        used.update(inputs_of(step))
    kept: list[Step] = []
    for step in steps:
        if isinstance(step, Operation) and step.primitive.name == "unstack":
            parts = [v for v in step.outputs if v in used]
            if len(parts) < len(step.outputs):
                kept += [_part(step, v) for v in parts]
                continue
        kept.append(step)
    return kept


def _part(step: Operation, part: Value) -> Operation:
    behind = (slice(None),) * (-step.params["axis"] - 1)
    index = (Ellipsis, step.outputs.index(part), *behind)
    return Operation(TABLE["getitem"], step.inputs, [part], {"index": index}, step.place)


def _with_rows(recording: Recording, rows: dict[Value, tuple[Value, int]]) -> Recording:
    """Rows of stacks are picked where something else than a loop reads them."""
    ordered: list[Step] = []
    picked: set[Value] = set()

    def pick(values: Sequence[Value], place: Place) -> None:
        for v in values:
            if v in rows and v not in picked:
                picked.add(v)
                ordered.append(_picked(*rows[v], v, place))

    for step in recording.steps:
        place = step.place if isinstance(step, Operation) else ("", 0)
        if isinstance(step, Operation) and step.primitive.name == "stack":
            pieces, step = _joined(step, rows)
            ordered.extend(pieces)
        pick(inputs_of(step), place)
        ordered.append(step)
    pick(recording.outputs, ("", 0))
    return Recording(recording.inputs, ordered, recording.outputs)


def _picked(stack: Value, row: Any, output: Value, place: Place) -> Operation:
    index = (Ellipsis, row, *(slice(None),) * (len(stack.shape) - 1))
    return Operation(TABLE["getitem"], [stack], [output], {"index": index}, place)


def _joined(
    step: Operation, rows: dict[Value, tuple[Value, int]]
) -> tuple[list[Operation], Operation]:
    """A stack of rows that follow each other evenly in stacks is made of slices of these."""
    (out,) = step.outputs
    if step.params["axis"] != -len(out.shape):
        return [], step
    runs: list[list[Value]] = []
    for v in step.inputs:
        if not runs or not _follows(runs[-1], v, rows):
            runs.append([])
        runs[-1].append(v)
    if all(len(run) < LEAST_COUNT for run in runs):
        return [], step
    pieces: list[Operation] = []
    for run in runs:
        piece = out if len(runs) == 1 else Value.between((len(run), *out.shape[1:]), out.dtype)
        if run[0] in rows:
            stack, k = rows[run[0]]
            by = rows[run[1]][1] - k if len(run) > 1 else 1
            stop = k + by * len(run)
            pieces.append(
                _picked(stack, slice(k, None if stop < 0 else stop, by), piece, step.place)
            )
        else:
            pieces.append(Operation(step.primitive, run, [piece], step.params, step.place))
    if len(pieces) == 1:
        return [], pieces[0]
    parts = [piece.outputs[0] for piece in pieces]
    return pieces, Operation(TABLE["concat"], parts, [out], step.params, step.place)


def _follows(run: list[Value], v: Value, rows: dict[Value, tuple[Value, int]]) -> bool:
    """Whether a value goes on with a run: of even steps in a stack, or outside of all stacks."""
    if v not in rows or run[0] not in rows:
        return v not in rows and run[0] not in rows
    (stack, k), (last_stack, last) = rows[v], rows[run[-1]]
    if stack is not last_stack or k == last:
        return False
    return len(run) == 1 or k - last == last - rows[run[-2]][1]
