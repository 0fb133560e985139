"""What is remembered of calls on tensors that hold their graph themselves, for explanations.

A graph knows nothing of what was cut off. So a few calls after a leaf was made are remembered, as
identities, names and places; and, however many there were before, those that cut on purpose.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from tapegrad.core.places import Lines, Place, place
from tapegrad.core.tensor import next_id


class GraphCall(NamedTuple):
    """One call.

    Attributes
    ----------
    name
        What was called.
    ids, outs
        Identities of inputs and outputs; of a value that left, the time instead of an output.
    place
        Where.
    why
        Why no gradient passes, one of the words below; empty if one does.
    """

    name: str
    ids: tuple[int, ...]
    outs: tuple[int, ...]
    place: Place | None
    why: str


#: There is no derivative; the graph was switched off; cut on purpose; gone to NumPy or Python;
#: Python decided by it; nothing that went in had a graph.
DISCRETE, SWITCHED_OFF, CUT, LEFT, DECIDED, BARE = (
    "discrete",
    "switched off",
    "cut",
    "left",
    "decided",
    "bare",
)

#: How many calls are kept, and how many where all lines are wanted.
_FEW, _MANY = Lines.DEFAULT, 20_000


class _Kept:
    """The latest calls, of all threads."""

    def __init__(self) -> None:
        self.calls: deque[GraphCall] = deque(maxlen=_FEW)


_kept = _Kept()


def pay_attention() -> None:
    """Remember the calls that follow: a leaf was made."""
    Lines.left = Lines.entries // 2
    size = _MANY if Lines.left > Lines.DEFAULT else _FEW
    if _kept.calls.maxlen != size:
        _kept.calls = deque(_kept.calls, size)


def remember(name: str, ids: tuple[int, ...], outs: tuple[int, ...], why: str = "") -> None:
    """Keep a call; asked for while ``Lines.left`` is not 0."""
    Lines.left -= 1
    _kept.calls.append(GraphCall(name, ids, outs, place(2), why))


def cut(name: str, origin: int, result: int) -> None:
    """Keep a call that cuts a value off its graph."""
    _kept.calls.append(GraphCall(name, (origin,), (result,), place(2), CUT))


def leave(name: str, origin: int, why: str = LEFT) -> None:
    """Keep that a value became one of NumPy's or Python's."""
    _kept.calls.append(GraphCall(name, (origin,), (next_id(),), place(2), why))


def calls_by_result() -> dict[int, GraphCall]:
    """The calls that gave a value, by its identity."""
    found: dict[int, GraphCall] = {}
    for call in list(_kept.calls):
        if call.why not in (LEFT, DECIDED):
            found.update(dict.fromkeys(call.outs, call))
    return found


def departures() -> list[Any]:
    """The calls by which values left, in order."""
    return [call for call in list(_kept.calls) if call.why in (LEFT, DECIDED)]
