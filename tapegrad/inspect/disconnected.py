"""Why a target is not connected with a source where no way exists among the calls of a tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.leaks import DOORS, NUMBERS
from tapegrad.core.memory import Computed, gradients
from tapegrad.core.places import line_of
from tapegrad.core.tape import is_differentiable
from tapegrad.inspect.causes import (
    Cause,
    Search,
    at,
    integer_source,
    not_watched,
    of_assignment,
    of_reset,
)
from tapegrad.inspect.lineage import tuple_of, watched

#: A time after all others.
_LATEST = 1 << 62


def without_path(search: Search) -> Cause:
    """Why nothing leads from the source to the target."""
    ancestors = search.lineage.ancestors(search.target._id)
    leaves = [x for x in ancestors if not search.lineage.made(x)]
    found: Cause | None = None
    for find in (
        _swapped,
        _inner_gradient,
        _assigned,
        _paused,
        left,
        _another_object,
        _afterwards,
        _before,
        _left_and_came_back,
        _integer_target,
        _decided,
    ):
        # What is certain of one value that the target depends on says nothing of the others.
        if found is not None and find not in (_assigned, _paused, left):
            continue
        cause = find(search, ancestors, leaves)
        if cause is None:
            continue
        if found is None:
            found = cause
            if find not in (_inner_gradient, _assigned, _paused):
                break
        else:
            found.sentences.append(f"It may be cut in another place, too: {cause.sentences[0]}")
    return found or _independent(search, ancestors, leaves)


def _subject(search: Search, leaf: int) -> str:
    if leaf == search.target._id:
        return "The target"
    return "The target depends on a value that"


def _swapped(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    if search.lineage.path(search.target._id, search.source._id) is None:
        return None
    sentence = "It is the other way round: the source was computed from the target."
    return Cause("the other way round", None, [sentence])


def _was_off(memory: Any, time: int) -> bool:
    """Whether the tape did not record at a time."""
    return (
        time < memory.began
        or 0 < memory.ended < time
        or any(first < time < last for first, last, _ in memory.pauses)
    )


def _inner_gradient(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    memory = search.tape._memory
    for leaf in leaves:
        made: Computed | None = next((c for c in gradients if c.first < leaf < c.last), None)
        if made is not None and _was_off(memory, leaf):
            line = line_of(made.place)
            sentence = (
                f"{_subject(search, leaf)} is a gradient that was computed{at(line)} while this "
                f"tape did not record, so that the tape does not know how. {_CALL_INSIDE}."
            )
            return Cause("inner gradient outside", line, [sentence])
    return None


_CALL_INSIDE = "Call inner.gradient inside the block of the outer tape"


def _comes_from(search: Search, identity: int) -> bool:
    return identity == search.source._id or search.source._id in search.lineage.ancestors(identity)


def left(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    """A value that depends on the source left, and the target comes from later constants."""
    constants = [-leaf for leaf in leaves if leaf < 0]
    return _left_before(search, [_LATEST] * (0 in leaves) + constants)


def _left_and_came_back(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    """The same where the target comes from values of unknown origin, made while it recorded."""
    memory, known = search.tape._memory, watched(search.tape)
    last = memory.ended or _LATEST
    return _left_before(search, [x for x in leaves if memory.began < x < last and x not in known])


def _left_before(search: Search, times: list[int], decisions: bool = False) -> Cause | None:
    """A value that depends on the source left before one of these times."""
    target = abs(search.target._id)
    for event in search.tape._memory.exits:
        came_back = any(event.time < time for time in times)
        if (event.detail not in _DECISIONS) == decisions or not came_back or event.time > target:
            continue
        if _comes_from(search, event.identity):
            line = line_of(event.program or event.place)
            is_source = event.identity == search.source._id
            which = "The source" if is_source else "A value that depends on the source"
            say = _of_decision if decisions else _of_exit
            return Cause(
                "left the tape", line, say(search, f"{which} left the tape{at(line)}", event)
            )
    return None


#: Uses without a derivative: a truth value, an index, a text.
_DECISIONS = {
    "bool": "as a Python bool",
    "index": "as an index",
    "data": "as an index or an option",
    "text": "as text",
}


def _of_exit(search: Search, left_at: str, event: Any) -> list[str]:
    manner = search.source._manner
    said = (
        f"{left_at} {DOORS.get(event.detail, DOORS['array'])}, and the target was computed from "
        f"constants that came after it: what NumPy and Python compute is not recorded."
    )
    return [said, f"{manner.number if event.detail in NUMBERS else manner.recorded} {manner.own}"]


def _of_decision(search: Search, left_at: str, event: Any) -> list[str]:
    said = (
        f"{left_at} {_DECISIONS[event.detail]}, and the target was computed from constants that "
        f"came after it."
    )
    if event.detail in ("index", "data"):
        return [
            said,
            f"An index has no derivative. A smooth form has one: {search.words.position}.",
        ]
    choice = f"{search.words.choice} records both, and gradients reach a and b, where these depend"
    return [f"{said} What Python decides by a value has no derivative: {choice} on the source."]


def _decided(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    """Python decided by a value that depends on the source."""
    constants = [-leaf for leaf in leaves if leaf < 0]
    return _left_before(search, [_LATEST] * (0 in leaves) + constants, decisions=True)


def _assigned(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    target = abs(search.target._id)
    for event in search.tape._memory.assigned:
        if event.identity in ancestors and event.time < target and event.detail:
            if event.identity == search.source._id or not _comes_from(search, event.detail):
                continue
            variable = search.tape.variables.get(event.identity)
            name = f" {variable.name!r}" if variable is not None else ""
            line = line_of(event.place)
            return of_assignment(f"the variable{name}", line)
    return None


def _values(tape: Any) -> dict[int, Any]:
    """Arrays of values by identity, as far as the tape keeps them."""
    known: dict[int, Any] = {}
    for _, ids, _, args, out, y, _ in tape.records:
        pairs = [*zip(tuple_of(ids), args if ids.__class__ is not int else (args,), strict=True)]
        if out.__class__ is int:
            pairs.append((out, y))
        known.update((i, a) for i, a in pairs if isinstance(a, (np.ndarray, np.generic)))
    for identity, event in watched(tape).items():
        x = event.detail()
        if x is not None:
            known[identity] = x._value
    return known


def _same(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b))


def _another_object(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    tape, x = search.tape, search.source
    events = watched(tape)
    if x._id in events or not is_differentiable(x._value):
        return None
    candidates = sorted(ancestors, key=lambda i: (i not in events, i))
    values = _values(tape)
    for identity in candidates:
        value = values.get(identity)
        if value is None or not _same(value, x._value):
            continue
        event = events.get(identity)
        line = line_of(event.place) if event is not None else None
        variable = tape.variables.get(identity)
        what = f"the variable {variable.name!r}" if variable is not None else "a tensor"
        verb = "was watched" if event is not None else "is on the tape"
        sentence = (
            f"The source is another object of equal value: the target depends on {what} that "
            f"{verb}{at(line)}. Tapes know objects, not values: pass that same object as the "
            f"source ({search.words.copies} are new objects)."
        )
        return Cause("another object", line, [sentence])
    return None


def _paused(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    for leaf in leaves:
        for first, last, place in search.tape._memory.pauses:
            if first < abs(leaf) < last and leaf > 0:
                line = line_of(place)
                sentence = (
                    f"{_subject(search, leaf)} was computed while recording was stopped, in the "
                    f"block of tape.stop_recording(){at(line)} or between two blocks of the tape. "
                    f"Compute it outside of that block."
                )
                return Cause("stop_recording", line, [sentence])
    return None


def _afterwards(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    began, ended = search.tape._memory.began, search.tape._memory.ended
    for leaf in leaves:
        if 0 < ended < abs(leaf):
            sentence = (
                f"{_subject(search, leaf)} was computed after the block of the tape had ended. "
                f"Move the computation into `with tf.GradientTape() as {search.said.tape}:`."
            )
            inner = [c for c in gradients if began < c.owner < ended < c.first < abs(leaf)]
            if not inner:
                return Cause("after the tape", None, [sentence])
            line = line_of(inner[-1].place)
            hint = f"The gradient that another tape computed{at(line)} came after that block, too:"
            advice = f"{_CALL_INSIDE}, and go on there."
            return Cause("inner gradient outside", line, [sentence, f"{hint} {advice}"])
    return None


def _before(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    memory, events = search.tape._memory, watched(search.tape)
    for leaf in leaves:
        if not 0 < leaf < memory.began or leaf in events:
            continue
        if memory.resets and leaf > memory.resets[-1].detail:
            subject = _subject(search, leaf)
            return of_reset(memory.resets[-1], f"{subject} was computed before that.")
        if leaf in search.tape.variables or leaf == search.source._id:
            continue
        sentence = (
            f"{_subject(search, leaf)} was computed before the tape began, so that the tape does "
            f"not know from what. Move the computation into `with tf.GradientTape() as "
            f"{search.said.tape}:`, after the source is watched."
        )
        return Cause("before the tape", None, [sentence])
    return None


def _integer_target(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    y, x = search.target, search.source
    if not is_differentiable(x._value):
        return integer_source(x)
    if is_differentiable(y._value):
        return None
    sentence = (
        f"The target has dtype {y.dtype.name}: counts, positions and conditions are piecewise "
        f"constant and have no gradient."
    )
    return Cause("integer target", None, [sentence])


def _independent(search: Search, ancestors: Any, leaves: list[int]) -> Cause:
    tape, events = search.tape, watched(search.tape)
    roots = [x for x in ancestors if x in events]
    sentences = ["No recorded operation leads from the source to the target: they are independent."]
    if roots:
        names = [
            repr(tape.variables[x].name) if x in tape.variables else "a watched tensor"
            for x in roots[:5]
        ]
        more = f" and {len(roots) - 5} more" if len(roots) > 5 else ""
        sentences.append(f"Of what was watched, the target depends on {', '.join(names)}{more}.")
    elif all(leaf <= 0 for leaf in leaves):
        sentences.append("The target was computed from constants alone.")
    if search.source._id not in events and not search.lineage.made(search.source._id):
        sentences.append(f"And the source: {not_watched(search)}")
        if any(x in events and events[x].detail() is None for x in roots):
            sentences.append(
                "If it is a copy of what was watched, pass that same object: tapes know objects, "
                "not values."
            )
    elif search.source._id in events and not roots:
        line = line_of(events[search.source._id].place)
        sentences.append(
            f"The source was watched{at(line)}, but nothing that was computed from it went into "
            f"the target. If the target was computed from a copy of it, use that same object: "
            f"{search.words.copies} are new objects."
        )
    return Cause("independent", None, sentences)
