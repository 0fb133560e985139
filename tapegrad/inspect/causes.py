"""Why a target is not connected with a source."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.leaks import DOORS
from tapegrad.core.memory import Computed, Event, gradients
from tapegrad.core.places import Line, line_of
from tapegrad.core.tape import is_differentiable
from tapegrad.core.variable import Variable
from tapegrad.inspect.lineage import Edge, Lineage, tuple_of, watched

_STEPS = ("floor", "ceil", "rint", "round", "sign", "floordiv", "floor_divide")


class Cause(NamedTuple):
    """A reason: in a word or two, where, and in sentences."""

    word: str
    line: Line | None
    sentences: list[str]


class Search(NamedTuple):
    """What is looked at."""

    tape: Any
    lineage: Lineage
    target: Any
    source: Any


def at(line: Line | None) -> str:
    """A line as a part of a sentence."""
    return f" at {line}" if line else ""


# A way exists, but no gradient passes one of its operations.


def of_edge(search: Search, edge: Edge) -> Cause:
    """Why a gradient does not pass one input of one call."""
    if edge.origin == search.source._id and not is_differentiable(search.source._value):
        return _integer_source(search.source)
    if edge.is_discrete:
        return _of_discrete(edge)
    if edge.origin == search.source._id:
        return _of_unfollowed_source(search, edge)
    sentence = (
        f"`{edge.primitive.name}`{at(edge.line)} got a value that the tape did not follow at that "
        f"time, so that nothing was recorded."
    )
    return Cause("not followed", edge.line, [sentence])


def _of_discrete(edge: Edge) -> Cause:
    name, line = edge.primitive.name, edge.line
    if name == "stop_gradient":
        sentence = (
            f"tf.stop_gradient{at(line)} cuts it: the result is a constant to every tape. Leave it "
            f"out if the gradient is to pass."
        )
        return Cause("stop_gradient", line, [sentence])
    if name == "cast_discrete":
        sentence = (
            f"A cast{at(line)} cuts it: integers and bools carry no gradient, and casting back to "
            f"floats does not bring it back. Keep the value in floating point on the way."
        )
        return Cause("integer cast", line, [sentence])
    if name in _STEPS:
        sentence = (
            f"`{name}`{at(line)} cuts it: it is piecewise constant, and its derivative is zero or "
            f"does not exist. tf.grad_pass_through(f)(x) lets the gradient pass as if it were the "
            f"identity."
        )
        return Cause("piecewise constant", line, [sentence])
    inputs = edge.primitive.inputs
    which = (
        f" with respect to its input {inputs[edge.position]!r}"
        if len(inputs) > 1 and edge.position < len(inputs)
        else ""
    )
    sentence = (
        f"`{name}`{at(line)} cuts it: it has no derivative{which} (comparisons, conditions, "
        f"indices, positions and counts are discrete)."
    )
    return Cause("not differentiable", line, [sentence])


def _of_unfollowed_source(search: Search, edge: Edge) -> Cause:
    tape, x = search.tape, search.source
    memory, use = tape._memory, f"`{edge.primitive.name}`{at(edge.line)}"
    watch = watched(tape).get(x._id)
    if watch is not None:
        line = line_of(watch.place)
        sentence = (
            f"The source was watched{at(line)} only after {use} had used it: what came before is "
            f"not on the tape. Watch it first."
        )
        return Cause("watched too late", line, [sentence])
    if memory.resets:
        return _of_reset(memory.resets[-1], f"{use} used the source, which was not watched again.")
    return Cause("never watched", edge.line, [f"{use} used the source, but {_not_watched(search)}"])


def _not_watched(search: Search) -> str:
    tape, x = search.tape, search.source
    if not isinstance(x, Variable):
        return (
            "it was never watched: it is a tensor, and tapes watch trainable Variables only. Call "
            "tape.watch(x) inside the block, before it is used, or make it a tf.Variable (a "
            "Variable that was replaced by the result of an operation, as in x = x + 1, is a "
            "tensor: use x.assign_add(1))."
        )
    if not x.trainable:
        return (
            "it was never watched: the Variable is not trainable. Call tape.watch(v) inside the "
            "block, or make it with trainable=True."
        )
    if not tape.watch_accessed:
        return (
            "it was never watched: the tape was made with watch_accessed_variables=False. Call "
            "tape.watch(v) inside the block."
        )
    return "it was never watched. Call tape.watch(v) inside the block, before it is used."


def _integer_source(x: Any) -> Cause:
    sentence = (
        f"The source has dtype {x.dtype.name}: only floating point and complex tensors have "
        f"gradients. Make it tf.constant(3.0) instead of tf.constant(3), or tf.cast(x, "
        f"tf.float32) before it is watched."
    )
    return Cause("integer source", None, [sentence])


def of_custom(edge: Edge) -> Cause:
    """All calls are recorded, but the rule of one gives None."""
    if edge.primitive.kind == "custom":
        sentence = (
            f"The gradient function of `{edge.primitive.name}` (tf.custom_gradient){at(edge.line)} "
            f"returned None for argument {edge.position}. Return a gradient for it, for example "
            f"dy * tf.ones_like(x)."
        )
        return Cause("custom gradient", edge.line, [sentence])
    sentence = (
        f"`{edge.primitive.name}`{at(edge.line)} passes no gradient to its input "
        f"{edge.position}: this output does not depend on it."
    )
    return Cause("no gradient passed", edge.line, [sentence])


#: All calls were recorded, but the tape was released before it was asked.
OF_RELEASED = Cause(
    "no gradient passed",
    None,
    [
        "One of the operations on the way passed no gradient to its input.",
        "Which one can be said before tape.gradient releases the values: call tape.explain first,",
        "or record on tf.GradientTape(persistent=True).",
    ],
)


# No way exists among the calls that the tape knows.


def without_path(search: Search) -> Cause:
    """Why nothing leads from the source to the target."""
    ancestors = search.lineage.ancestors(search.target._id)
    leaves = [x for x in ancestors if not search.lineage.made(x)]
    for find in (
        _swapped,
        _inner_gradient,
        left,
        _assigned,
        _another_object,
        _paused,
        _afterwards,
        _before,
        _integer_target,
    ):
        cause = find(search, ancestors, leaves)
        if cause is not None:
            return cause
    return _independent(search, ancestors, leaves)


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
                f"tape did not record, so that the tape does not know how. Call inner.gradient "
                f"inside the block of the outer tape."
            )
            return Cause("inner gradient outside", line, [sentence])
    return None


def _comes_from(search: Search, identity: int) -> bool:
    return identity == search.source._id or search.source._id in search.lineage.ancestors(identity)


def left(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    """A value that depends on the source left, and the target comes from later constants."""
    target = abs(search.target._id)
    for event in search.tape._memory.exits:
        came_back = any(leaf <= 0 and (leaf == 0 or -leaf > event.time) for leaf in leaves)
        if event.time < target and came_back and _comes_from(search, event.identity):
            line = line_of(event.program or event.place)
            what = {"bool": "as a Python bool", "text": "as text"}.get(
                event.detail, DOORS.get(event.detail, DOORS["array"])
            )
            is_source = event.identity == search.source._id
            which = "The source" if is_source else "A value that depends on the source"
            said = (
                f"{which} left the tape{at(line)} {what}, and the target was computed from "
                f"constants that came after it: what NumPy and Python compute is not recorded."
            )
            advice = (
                "Use the operations of tf on tensors (tf.sin(x), not np.sin(x.numpy()) or "
                "math.sin(x)), or tf.py_function."
            )
            return Cause("left the tape", line, [said, advice])
    return None


def _assigned(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    target = abs(search.target._id)
    for event in search.tape._memory.assigned:
        if event.identity in ancestors and event.time < target and event.detail:
            if event.identity == search.source._id or not _comes_from(search, event.detail):
                continue
            variable = search.tape.variables.get(event.identity)
            name = f" {variable.name!r}" if variable is not None else ""
            line = line_of(event.place)
            sentence = (
                f"The source went into the variable{name} by an assignment{at(line)}: a variable "
                f"is state, and gradients do not pass through state, only to its value. Use the "
                f"assigned tensor itself where the gradient is to pass."
            )
            return Cause("assigned", line, [sentence])
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
            f"source (tf.convert_to_tensor(v), tf.identity(x) and a second tf.constant are new "
            f"objects)."
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
    ended = search.tape._memory.ended
    for leaf in leaves:
        if 0 < ended < abs(leaf):
            sentence = (
                f"{_subject(search, leaf)} was computed after the block of the tape had ended. "
                f"Move the computation into `with tf.GradientTape() as tape:`."
            )
            return Cause("after the tape", None, [sentence])
    return None


def _before(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    memory, events = search.tape._memory, watched(search.tape)
    for leaf in leaves:
        if not 0 < leaf < memory.began or leaf in events:
            continue
        if memory.resets and leaf > memory.resets[-1].detail:
            subject = _subject(search, leaf)
            return _of_reset(memory.resets[-1], f"{subject} was computed before that.")
        if leaf in search.tape.variables or leaf == search.source._id:
            continue
        sentence = (
            f"{_subject(search, leaf)} was computed before the tape began, so that the tape does "
            f"not know from what. Move the computation into `with tf.GradientTape() as tape:`, "
            f"after tape.watch."
        )
        return Cause("before the tape", None, [sentence])
    return None


def _of_reset(event: Event, consequence: str) -> Cause:
    line = line_of(event.place)
    sentence = (
        f"tape.reset(){at(line)} forgot what had been recorded and watched. {consequence} Watch "
        f"the source and compute the target after the reset."
    )
    return Cause("reset", line, [sentence])


def _integer_target(search: Search, ancestors: Any, leaves: list[int]) -> Cause | None:
    y, x = search.target, search.source
    if not is_differentiable(x._value):
        return _integer_source(x)
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
        sentences.append(f"And the source: {_not_watched(search)}")
        if any(x in events and events[x].detail() is None for x in roots):
            sentences.append(
                "If it is a copy of what was watched, pass that same object: tapes know objects, "
                "not values."
            )
    elif search.source._id in events and not roots:
        line = line_of(events[search.source._id].place)
        sentences.append(
            f"The source was watched{at(line)}, but nothing that was computed from it went into "
            f"the target."
        )
    return Cause("independent", None, sentences)
