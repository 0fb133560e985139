"""What a GradientTape remembers besides its records, for the questions that users ask later.

No arrays: identities, names and places. Identities grow with time, so that they also say what
was computed before the tape, while it paused, or after it ended.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from weakref import ref

from tapegrad.core.leaks import Exit, exit_of
from tapegrad.core.places import Lines, Place, place
from tapegrad.core.remains import FEW, remains_of
from tapegrad.core.tensor import next_id

#: How many calls that were not recorded, and how many other events, a tape remembers.
_CALLS, _EVENTS = 20_000, 1_000


class Aside(NamedTuple):
    """A call that ran while the tape was recording, and was not recorded."""

    primitive: Any
    ids: Any
    outs: Any
    place: Place | None


class Event(NamedTuple):
    """Something that happened to a value: a watch, a read from outside, an assignment."""

    identity: int
    time: int
    place: Place | None
    detail: Any = None


class Memory:
    """The memory of one tape.

    Attributes
    ----------
    places
        Where the first records were made: the two parts of a place for each.
    asides
        Calls that were not recorded.
    watched
        What was watched by `GradientTape.watch`, by identity; the detail is a weak reference to it.
    exits
        Values that left the tape as NumPy arrays or Python numbers, and for what.
    assigned
        Variables that were assigned; the detail is the identity of the value, 0 for a constant.
    began, ended
        When the block was entered and left; 0 if it was not.
    pauses
        Times between which recording was stopped, each with its place.
    resets
        When the tape was reset.
    remains
        What is left of records that were released, if they are not too many.
    unanswered
        Identities of the sources for which the gradient that released them was None, and of its
        targets.
    reached
        Of records of which nothing is left: what was watched, one value, and what depended on it.
    """

    # Most tapes live briefly and have nothing to remember: these are made for the first that do.
    asides: deque[Aside] | tuple[()] = ()
    exits: deque[Exit] | tuple[()] = ()
    assigned: deque[Event] | tuple[()] = ()
    began = ended = 0
    pauses: tuple[tuple[int, int, Place], ...] = ()
    resets: tuple[Event, ...] = ()
    remains: list[Any] | None = None
    unanswered: tuple[frozenset[int], frozenset[int]] = frozenset(), frozenset()
    reached: tuple[int, set[int]] | None = None

    def __init__(self) -> None:
        self.places: list[Any] = []
        self.watched: dict[int, Event] = {}

    def start(self) -> None:
        """The block is entered, or recording goes on."""
        now = next_id()
        if not self.began:
            self.began = now
        elif self.ended:
            self.pauses += ((self.ended, now, place(3)),)
        self.ended = 0

    def reset(self, began: int) -> None:
        """Everything since `began` has just been forgotten."""
        self.resets += (Event(0, next_id(), place(3), began),)

    def release(
        self,
        tape: Any,
        taken: Sequence[Sequence[Any]] | None,
        sources: Iterable[int],
        targets: Iterable[int],
    ) -> None:
        """A tape lets go of its records, some taken already, in stretches; sources got None."""
        self.unanswered = frozenset(sources), frozenset(targets)
        released = [tape.records, *reversed(taken or ())]
        dropped = taken is None and not tape.records
        if not dropped and (self.unanswered[0] or sum(map(len, released)) <= FEW):
            self.remains = [r for stretch in released for r in remains_of(stretch)]
        elif len(tape.roots) == 1:  # costs nothing
            self.reached = next(iter(tape.roots)), tape.followed

    def place_of(self, index: int) -> Place | None:
        """Where a record was made, if that was remembered."""
        places = self.places
        return (places[2 * index], places[2 * index + 1]) if 2 * index < len(places) else None

    def watch(self, x: Any) -> None:
        """Remember that `x` is followed from now on."""
        if x._id not in self.watched:
            self.watched[x._id] = Event(x._id, next_id(), place(3), ref(x))

    def pass_by(self, primitive: Any, ids: Any, outs: Any) -> None:
        """Remember a call that was not recorded."""
        if not self.asides:
            self.asides = deque(maxlen=_CALLS)
        asides = self.asides
        where = place(3) if 2 * len(asides) < Lines.entries else None
        asides.append(Aside(primitive, ids, outs, where))

    def leave(self, identity: int, use: str, followed: bool) -> None:
        """Remember that a value was turned into Python's or NumPy's."""
        if not self.exits:
            self.exits = deque(maxlen=_EVENTS)
        self.exits.append(exit_of(identity, next_id(), use, followed, 3))

    def assign(self, variable: int, value: int) -> None:
        """Remember that a Variable got a value."""
        if not self.assigned:
            self.assigned = deque(maxlen=_EVENTS)
        self.assigned.append(Event(variable, next_id(), place(3), value))


class Computed(NamedTuple):
    """A call of `gradient` or `jacobian`: what has an identity in between is its result.

    Its tape is known by the time when it began.
    """

    first: int
    last: int
    place: Place
    owner: int


#: The latest gradients that were computed, by any tape.
gradients: deque[Computed] = deque(maxlen=64)
