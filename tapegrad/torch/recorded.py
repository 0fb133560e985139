"""What was recorded becomes part of the graph: nodes for records, and tangents for their outputs.

A backward pass that can be differentiated is recorded, flat, like any other computation, and so is
what computes a tangent. `Growing` turns such records into nodes as they come. `Level` is one
forward-mode differentiation: tangents of values by identity, which `advance` pushes through the
records of each operation. Levels nest, and mix with the graph in any order, because what pushes a
tangent is recorded, too, if something outside wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tapegrad.core.batching import Batched, BatchedNamespace, batched_raw, batched_recording
from tapegrad.core.context import (
    only_recorders,
    push_recorder,
    remove_recorder,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.guarded import guarding, has_nan
from tapegrad.core.replay import Plan, push_steps
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Record, Tape
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import rewrap, wrap_constant
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.node import Node
from tapegrad.torch.node_names import name_of_record
from tapegrad.torch.tensor import Tensor, wrapped


class Recording(Tape):
    """What one operation, or one backward pass, does to the values that require gradients."""

    __slots__ = ()

    def __init__(self, followed: set[int]) -> None:
        self.watch_accessed = False
        self.is_recording = True
        self.followed = followed
        self.roots = set()
        self.records = []
        self.variables = {}


@contextmanager
def recorded_by(recorder: Tape) -> Iterator[None]:
    """Record a block."""
    push_recorder(recorder)
    try:
        yield
    finally:
        recorder.is_recording = False
        remove_recorder(recorder)


class Marker(Recording):
    """Records nothing, but is there: operations take the long way and look for it."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(set())

    def __enter__(self) -> Any:
        self.is_recording = True
        push_recorder(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.is_recording = False
        remove_recorder(self)


class Level(Marker):
    """One forward-mode differentiation.

    Attributes
    ----------
    tangents
        Identity -> the tangent: a core tensor or an array, `Batched` if there are many at once.
    nodes
        What made the tangents that require gradients, by the tangents' identities.
    rows
        How many tangents go along at once, or None.
    """

    __slots__ = ("nodes", "rows", "tangents")

    def __init__(self, rows: int | None = None) -> None:
        super().__init__()
        self.tangents: dict[int, Any] = {}
        self.nodes: dict[int, Node] = {}
        self.rows = rows

    def enter(self, x: Any, tangent: Any) -> None:
        """Give a torch tensor a tangent, another one, or a stack of them."""
        value = rewrap(tangent._value, tangent._id)
        self.tangents[x._id] = value if self.rows is None else Batched(value, self.namespace(True))
        if tangent._node is not None:
            self.nodes[tangent._id] = tangent._node

    def tangent(self, identity: int) -> Tensor | None:
        """The tangent of a value, or the stack of tangents, as a torch tensor."""
        t = self.tangents.get(identity)
        if t is None:
            return None
        t = stored(t)
        if t.__class__ is not CoreTensor:
            return wrapped(t)
        if t._id <= 0:
            return wrapped(t._value)
        return wrapped(t._value, self.nodes.get(t._id), t._id)

    def namespace(self, is_wrapped: bool) -> Any:
        """Where the rules run."""
        if self.rows is not None:
            return batched_recording if is_wrapped else batched_raw
        return recording if is_wrapped else raw


def active_levels() -> list[Level]:
    """The forward-mode differentiations going on, outermost first."""
    return [r for r in visible_recorders() if r.__class__ is Level]


def have_tangents(levels: Sequence[Level], identities: Sequence[int]) -> bool:
    """Whether one of these values has a tangent."""
    return any(x in level.tangents for level in levels for x in identities)


class Growing:
    """A computation on values of the graph, whose records become nodes as it goes on.

    Parameters
    ----------
    made
        Identity -> the node that made it, for all that may be computed with; grows.
    levels
        Forward-mode differentiations that look on.
    """

    def __init__(self, made: dict[int, Node], levels: Sequence[Level]) -> None:
        self.made = made
        self.levels = levels
        self.outside = visible_recorders()
        followed = set(made)
        for level in levels:
            followed.update(level.tangents)
        self.recorder = Recording(followed)
        self._done = 0

    def grow(self) -> None:
        """Make nodes of what was recorded since the last time."""
        new = self.recorder.records[self._done :]
        self._done += len(new)
        made = self.made
        for record in new:
            primitive, ids, mask, _, out, _, _ = record
            ids = (ids,) if ids.__class__ is int else ids
            edges = tuple([made.get(x) if mask >> i & 1 else None for i, x in enumerate(ids)])
            if any(edges):
                outs = (out,) if out.__class__ is int else out
                node = name_of_record(primitive)((record,), edges, ids, outs)
                for x in outs:
                    made[x] = node
        if self.levels and new:
            advance(self.levels, new, made)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let a user's code run, which builds a graph of its own if it is asked to."""
        self.grow()
        with only_recorders(self.outside):
            yield

    def node_of(self, value: Any) -> Node | None:
        """What made a core tensor."""
        self.grow()
        return self.made.get(value._id)

    def take(self, identity: int, node: Node | None) -> None:
        """Go on with a value that a user's code has made."""
        if node is not None:
            self.made[identity] = node
            self.recorder.followed.add(identity)
        elif have_tangents(self.levels, (identity,)):
            self.recorder.followed.add(identity)


def identities(records: Sequence[Record]) -> Iterator[int]:
    """All values that these records made."""
    for record in records:
        out = record[4]
        if out.__class__ is int:
            yield out
        else:
            yield from out


def advance(levels: Sequence[Level], records: Sequence[Record], made: dict[int, Node]) -> None:
    """Push the tangents of these levels, outermost first, through records.

    Parameters
    ----------
    levels
        From `active_levels`.
    records
        What was computed.
    made
        The nodes of the values in the records that require gradients.
    """
    for position, level in enumerate(levels):
        steps = _on_the_way(level, records)
        if not steps:
            continue
        outer = levels[:position]
        is_followed = builds_graph() and bool(made or level.nodes)
        growing = None
        if outer or is_followed:
            growing = Growing({**made, **level.nodes} if is_followed else {}, outer)
        before = set(level.tangents)
        _push(level, steps, growing)
        if growing is not None:
            growing.grow()
            for x in level.tangents.keys() - before:
                t = stored(level.tangents[x])
                if t.__class__ is CoreTensor and t._id in growing.made:
                    level.nodes[t._id] = growing.made[t._id]


def _on_the_way(level: Level, records: Sequence[Record]) -> list[Record]:
    reached: set[int] = set()
    steps = []
    for record in records:
        _, ids, mask, _, out, _, _ = record
        ids = (ids,) if ids.__class__ is int else ids
        if any(mask >> i & 1 and (x in reached or x in level.tangents) for i, x in enumerate(ids)):
            steps.append(record)
            reached.update((out,) if out.__class__ is int else out)
    return steps


def _push(level: Level, steps: list[Record], growing: Growing | None) -> None:
    F = level.namespace(growing is not None)
    needed = set(identities(steps))
    for _, ids, _, _, _, _, _ in steps:
        for x in (ids,) if ids.__class__ is int else ids:
            if x in level.tangents:
                level.tangents[x] = seen_in(F, level.tangents[x])
    way = Plan([(record, ()) for record in steps], needed, 0)
    token = silence_float_errors()
    try:
        if growing is not None:
            with only_recorders((growing.recorder,)):
                push_steps(way, level.tangents, -1, F, True, guarding(F))
            return
        with only_recorders(()):
            push_steps(way, level.tangents, -1, F, False, None)
            if has_nan([level.tangents.get(x) for x in needed]):
                for x in needed:
                    level.tangents.pop(x, None)
                push_steps(way, level.tangents, -1, F, False, guarding(F))
    finally:
        restore_float_errors(token)


def stored(tangent: Any) -> Any:
    """The tensor or array in which a tangent, or many, are."""
    return tangent.value if isinstance(tangent, Batched) else tangent


def seen_in(F: Any, tangent: Any) -> Any:
    """A tangent as the namespace knows values: as arrays or as core tensors."""
    batched = F.__class__ is BatchedNamespace
    if isinstance(tangent, Batched):
        if tangent.F is F:
            return tangent
        tangent = tangent.value
    is_wrapped = (F.base if batched else F) is recording
    if is_wrapped:
        value = tangent if tangent.__class__ is CoreTensor else wrap_constant(tangent)
    else:
        value = tangent._value if tangent.__class__ is CoreTensor else tangent
    return Batched(value, F) if batched else value
