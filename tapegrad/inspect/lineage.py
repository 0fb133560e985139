"""What was computed from what: the records of a tape, and the calls that it did not record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from weakref import ref

from tapegrad.core.memory import Event
from tapegrad.core.places import Line, line_of
from tapegrad.core.primitive import NONDIFF, Primitive
from tapegrad.core.remains import Name
from tapegrad.core.tape import is_differentiable


class Edge(NamedTuple):
    """One input of one call.

    Attributes
    ----------
    origin, result
        Identities of the input and of an output.
    primitive
        What was called.
    position
        Which input it is.
    number
        The number of the record, None if the call was not recorded.
    carries
        Whether a gradient can pass: the call is recorded, with this input followed.
    where
        The place of the call, if it is known.
    """

    origin: int
    result: int
    primitive: Primitive | Name
    position: int
    number: int | None
    carries: bool
    where: Any

    @property
    def line(self) -> Line | None:
        """The line of the user's code."""
        return line_of(self.where)

    @property
    def is_discrete(self) -> bool:
        """Whether the primitive has no derivative with respect to this input, whatever a tape does.

        Otherwise the tape did not follow the input.
        """
        primitive = self.primitive
        if not primitive.differentiable:
            return True
        if primitive.variadic or isinstance(primitive, Name):
            return False
        return primitive.rules[self.position] is NONDIFF


#: Stands for all operations of a long tape that left nothing behind.
RELEASED = Name("operations that tape.gradient released", "released", ("x",), 1, False, frozenset())


def tuple_of(ids: Any) -> tuple[int, ...]:
    """Identities as a tuple; a record keeps a single one bare."""
    return (ids,) if ids.__class__ is int else ids


def _known_records(tape: Any) -> Sequence[Any]:
    """The records of a tape, or what remains of them."""
    return tape._memory.remains or () if tape._used else tape.records


def watched(tape: Any) -> dict[int, Event]:
    """What a tape watches, by identity; the detail is a weak reference to it.

    A Variable is watched when it is read, at the place of the first record that reads it.
    """
    memory = tape._memory
    read = {x: v for x, v in tape.variables.items() if x not in memory.watched}
    read = {x: v for x, v in read.items() if is_differentiable(v._value)}
    places: dict[int, Any] = {}
    for number, record in enumerate(_known_records(tape) if read else ()):
        for x in tuple_of(record[1]):
            if x in read:
                places.setdefault(x, memory.place_of(number))
    found = {x: Event(x, 0, places.get(x), ref(v)) for x, v in read.items()}
    found.update(memory.watched)
    return found


#: Primitive, identities of the inputs, mask of those that carry, number of the record, place.
_Entry = tuple[Any, tuple[int, ...], int, int | None, Any]


class Lineage:
    """Every call that a tape knows of, by its results.

    Parameters
    ----------
    tape
        The tape.
    opened
        Whether compiled functions are replaced by the calls inside of them.

    Attributes
    ----------
    has_functions
        Whether there are compiled functions.
    """

    def __init__(self, tape: Any, opened: bool = False) -> None:
        memory = tape._memory
        self._calls: dict[int, _Entry] = {}
        self._using: dict[int, list[_Entry]] = {}
        self.has_functions = False
        records = _known_records(tape)
        followed = set(watched(tape)) if opened else set()
        for number, (primitive, ids, mask, _, out, _, _) in enumerate(records):
            entry = primitive, tuple_of(ids), mask, number, memory.place_of(number)
            self._add(entry, tuple_of(out), opened, followed)
        if tape._used and memory.remains is None and memory.reached is not None:
            root, reached = memory.reached
            released: _Entry = RELEASED, (root,), 1, None, None
            self._calls.update(dict.fromkeys(reached - {root}, released))
        for call in memory.asides:
            aside = call.primitive, tuple_of(call.ids), 0, None, call.place
            self._add(aside, tuple_of(call.outs), opened, followed)

    def _add(self, entry: _Entry, outs: tuple[int, ...], opened: bool, followed: set[int]) -> None:
        """Note a call, or those inside of it; `followed` are values that a gradient can reach."""
        primitive, ids, mask, _, _ = entry
        inside = getattr(primitive, "inside", None)
        self.has_functions |= inside is not None
        if not opened or inside is None:
            followed.update(outs if mask else ())
            self._calls.update(dict.fromkeys(outs, entry))
            if primitive.name == "subtract":
                self._using.setdefault(entry[1][-1], []).append(entry)
            return
        for called, inputs, results, where in inside.calls(ids, outs):
            carried = sum((x in followed) << i for i, x in enumerate(inputs))
            carried &= called.differentiable
            followed.update(results if carried else ())
            for out in results:
                self._calls[out] = (called, inputs, carried, None, where)

    def made(self, identity: int) -> bool:
        """Whether the call that made a value is known."""
        return identity in self._calls

    def edges(self, result: int) -> Iterator[Edge]:
        """The inputs of the call that made a value."""
        call = self._calls.get(result)
        if call is None:
            return
        primitive, ids, mask, number, where = call
        for position, origin in enumerate(ids):
            carries = bool(mask >> position & 1)
            yield Edge(origin, result, primitive, position, number, carries, where)

    def name_of(self, edge: Edge) -> str:
        """What users call the operation: step functions of NumPy are a difference of two records.

        One is a mask that lets no gradient pass, the other what NumPy computed (`numpy.floor`).
        """
        name = edge.primitive.name
        if name == "masked":
            for _, ids, _, _, _ in self._using.get(edge.result, ()):
                made = self._calls.get(ids[0]) if len(ids) == 2 and ids[1] == edge.result else None
                if made is not None and made[0].kind == "host":
                    return str(made[0].name)
        return name

    def ancestors(self, target: int) -> dict[int, Edge | None]:
        """Everything that a value depends on, itself included, with one edge that leads there."""
        found: dict[int, Edge | None] = {target: None}
        waiting = deque([target])
        while waiting:
            for edge in self.edges(waiting.popleft()):
                if edge.origin not in found:
                    found[edge.origin] = edge
                    waiting.append(edge.origin)
        return found

    def between(self, source: int, target: int) -> list[Edge]:
        """All edges on ways from the source to the target, those near the target first."""
        edges = [e for result in self.ancestors(target) for e in self.edges(result)]
        onwards: dict[int, list[Edge]] = {}
        for edge in edges:
            onwards.setdefault(edge.origin, []).append(edge)
        reached, waiting = {source}, deque([source])
        while waiting:
            for edge in onwards.get(waiting.popleft(), ()):
                if edge.result not in reached:
                    reached.add(edge.result)
                    waiting.append(edge.result)
        return [edge for edge in edges if edge.origin in reached]

    def path(self, source: int, target: int, allowed: Any = None) -> list[Edge] | None:
        """A way from source to target with as few breaks as possible, then as short as possible.

        `allowed(edge)` can restrict the edges. None if there is no way at all.
        """
        best: dict[int, tuple[int, int]] = {target: (0, 0)}
        towards: dict[int, Edge] = {}
        # Breaks are rare, so one pass for each number of them is cheap.
        layer = deque([target])
        while layer:
            broken: deque[int] = deque()
            while layer:
                result = layer.popleft()
                breaks, length = best[result]
                for edge in self.edges(result):
                    if allowed is not None and not allowed(edge):
                        continue
                    cost = breaks + (not edge.carries), length + 1
                    if edge.origin not in best or cost < best[edge.origin]:
                        best[edge.origin] = cost
                        towards[edge.origin] = edge
                        (layer if edge.carries else broken).append(edge.origin)
            layer = broken
        if source not in best or source == target:
            return None if source != target else []
        way, at = [], source
        while at != target:
            way.append(towards[at])
            at = towards[at].result
        return way
