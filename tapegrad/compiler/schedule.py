"""The order of a program: what Python has to see, and the work in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tapegrad.compiler.graph import (
    Assign,
    HostCall,
    Operation,
    Recording,
    Step,
    Value,
    inputs_of,
    outputs_of,
)

#: The compiler takes more than twice as long for twice as many operations.
MOST_OPERATIONS = 200

_VIEWS = ("broadcast_to", "getitem", "matrix_transpose", "reshape", "reverse", "split", "transpose")


class Work(NamedTuple):
    """Operations with nothing between them that Python has to see.

    They are compiled into one kernel (`fused`), or each is a call of its primitive.
    """

    operations: tuple[Operation, ...]
    fused: bool


def scheduled(recording: Recording, can_fuse: Callable[[Operation], bool]) -> list[Step | Work]:
    """The steps in the order of a program.

    Everything is computed as late as possible, so that a guard that fails has cost little and
    kernels are large. Assignments come last: a run that ends early has changed nothing.
    """
    maker: dict[Value, Operation] = {}
    place: dict[Operation, int] = {}
    for i, step in enumerate(recording.steps):
        if isinstance(step, Operation):
            place[step] = i
            maker.update(dict.fromkeys(step.outputs, step))
    done: set[Operation] = set()
    program: list[Step | Work] = []
    assigns: list[Assign] = []

    def compute(values: Iterable[Value]) -> None:
        wanted: set[Operation] = set()
        pending = [maker[v] for v in values if v in maker]
        while pending:
            operation = pending.pop()
            if operation in done or operation in wanted:
                continue
            wanted.add(operation)
            pending += [maker[v] for v in operation.inputs if v in maker]
        done.update(wanted)
        program.extend(_levels(sorted(wanted, key=place.__getitem__), can_fuse))

    def write() -> None:
        compute([a.value for a in assigns])
        program.extend(assigns)
        assigns.clear()

    for step in recording.steps:
        if isinstance(step, Operation):
            continue
        if isinstance(step, Assign):
            assigns.append(step)
            continue
        if isinstance(step, HostCall) and not step.repeatable:
            write()
        compute(inputs_of(step))
        program.append(step)
    compute([*recording.outputs, *[a.value for a in assigns]])
    program.extend(assigns)
    return program


def _levels(operations: list[Operation], can_fuse: Callable[[Operation], bool]) -> Iterable[Work]:
    """Kernels as large as possible between operations that cannot be fused."""
    level: dict[Value, int] = {}
    at: list[int] = []
    fused = [can_fuse(operation) for operation in operations]
    for operation, joins in zip(operations, fused, strict=True):
        at.append(max([level.get(v, 0) for v in operation.inputs], default=0))
        # A kernel of this row may use it at once; what is not fused comes behind the kernel.
        level.update(dict.fromkeys(operation.outputs, at[-1] + (not joins)))
    first_use: dict[Value, int] = {}
    for i in range(len(operations) - 1, -1, -1):
        operation = operations[i]
        if fused[i] and operation.primitive.name in _VIEWS:
            # Where it is used it costs nothing; in an earlier kernel it would be a copy.
            at[i] = max(at[i], min([first_use.get(v, at[i]) for v in operation.outputs]))
        for v in operation.inputs:
            first_use[v] = min(first_use.get(v, at[i]), at[i])
    rows: dict[tuple[int, bool], list[Operation]] = {}
    for i, operation in enumerate(operations):
        rows.setdefault((at[i], not fused[i]), []).append(operation)
    for (_, single), found in sorted(rows.items()):
        if single or len(found) == 1:
            yield from [Work((o,), False) for o in found]
        else:
            count = -(-len(found) // MOST_OPERATIONS)
            size = -(-len(found) // count)
            for begin in range(0, len(found), size):
                part = tuple(found[begin : begin + size])
                yield Work(part, len(part) > 1)


def boundary(
    program: list[Step | Work], recording: Recording
) -> dict[int, tuple[list[Value], list[Value]]]:
    """For each fused piece of work, by position: the values it gets, and those it has to make."""
    later: set[Value] = set(recording.outputs)
    found: dict[int, tuple[list[Value], list[Value]]] = {}
    for i in range(len(program) - 1, -1, -1):
        item = program[i]
        if not isinstance(item, Work):
            later.update(inputs_of(item))
            continue
        made = [v for o in item.operations for v in outputs_of(o)]
        if item.fused:
            inside = set(made)
            given: dict[Value, None] = {}
            for o in item.operations:
                given.update(
                    dict.fromkeys(v for v in o.inputs if v not in inside and v.kind != "constant")
                )
            found[i] = list(given), [v for v in made if v in later]
        for o in item.operations:
            later.update(o.inputs)
    return found
