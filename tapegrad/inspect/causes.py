"""Why a target is not connected with a source."""

from __future__ import annotations

from typing import Any, NamedTuple

from tapegrad.core.memory import Event
from tapegrad.core.places import Line, line_of
from tapegrad.core.tape import is_differentiable
from tapegrad.core.variable import Variable
from tapegrad.inspect.lineage import Edge, Lineage, watched

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
        return integer_source(search.source)
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
    if name == "assign":
        return of_assignment("a variable", line)
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
        return of_reset(memory.resets[-1], f"{use} used the source, which was not watched again.")
    return Cause("never watched", edge.line, [f"{use} used the source, but {not_watched(search)}"])


def not_watched(search: Search) -> str:
    """Why a source is not watched, and what to do."""
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


def integer_source(x: Any) -> Cause:
    """The source has no gradient at all."""
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


def of_reset(event: Event, consequence: str) -> Cause:
    """The tape forgot what was before."""
    line = line_of(event.place)
    sentence = (
        f"tape.reset(){at(line)} forgot what had been recorded and watched. {consequence} Watch "
        f"the source and compute the target after the reset."
    )
    return Cause("reset", line, [sentence])


def of_assignment(variable: str, line: Line | None) -> Cause:
    """The value became state."""
    sentence = (
        f"The source went into {variable} by an assignment{at(line)}: a variable is state, and "
        f"gradients do not pass through state, only to its value. Use the assigned tensor itself "
        f"where the gradient is to pass."
    )
    return Cause("assigned", line, [sentence])
