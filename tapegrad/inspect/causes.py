"""Why a target is not connected with a source."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.memory import Event
from tapegrad.core.places import Line, line_of
from tapegrad.core.tape import is_differentiable
from tapegrad.core.variable import Variable
from tapegrad.inspect.calling import Written
from tapegrad.inspect.lineage import Edge, Lineage, watched
from tapegrad.inspect.words import STEPS, Words, instead, words_for


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
    said: Written = Written()

    @property
    def words(self) -> Words:
        """The words of the source's dialect."""
        return words_for(self.source)


def at(line: Line | None) -> str:
    """A line as a part of a sentence."""
    return f" at {line}" if line else ""


# A way exists, but no gradient passes one of its operations.


def of_edge(search: Search, edge: Edge) -> Cause:
    """Why a gradient does not pass one input of one call."""
    if edge.origin == search.source._id and not is_differentiable(search.source._value):
        return integer_source(search.source)
    if edge.is_discrete:
        return _of_discrete(search, edge)
    if edge.origin == search.source._id:
        return _of_unfollowed_source(search, edge)
    sentence = (
        f"`{edge.primitive.name}`{at(edge.line)} got a value that the tape did not follow at that "
        f"time, so that nothing was recorded."
    )
    return Cause("not followed", edge.line, [sentence])


#: How many further places are described where a connection is cut.
_CUTS = 3


def further_cuts(
    search: Search, path: list[Edge], first: Edge
) -> tuple[list[str], tuple[Edge, ...]]:
    """Sentences about other places that cut, and all those on the path that is shown."""
    source = search.source._id
    edges = search.lineage.between(source, search.target._id)[::-1]
    alive = _alive(edges, source)
    cuts = [
        edge
        for edge in edges
        if not edge.carries
        and (edge.origin == source or (edge.is_discrete and (_stays(edge) or edge.origin in alive)))
    ]
    told = set(of_edge(search, first).sentences)
    sentences = []
    for edge in cuts:
        sentence = of_edge(search, edge).sentences[0]
        if sentence not in told:
            told.add(sentence)
            where = "On the same way" if edge in path else "Another way from the source is cut, too"
            sentences.append(f"{where}: {sentence}")
    more = len(sentences) - _CUTS
    shown = sentences[:_CUTS] + ([f"And {more} more cuts."] if more > 0 else [])
    return shown, (first, *[e for e in cuts if e in path and e != first])


def _stays(edge: Edge) -> bool:
    """Whether the result of a discrete call is of floating point all the same."""
    return edge.primitive.name in ("stop_gradient", "assign", *STEPS)


def _alive(edges: list[Edge], source: int) -> set[int]:
    """Values that could have a gradient if what cuts values of floating point did not."""
    onwards: dict[int, list[Edge]] = {}
    for edge in edges:
        onwards.setdefault(edge.origin, []).append(edge)
    alive, waiting = {source}, [source]
    while waiting:
        for edge in onwards.get(waiting.pop(), ()):
            passes = edge.carries or not edge.is_discrete or _stays(edge)
            if passes and edge.result not in alive:
                alive.add(edge.result)
                waiting.append(edge.result)
    return alive


def step_name(search: Search, primitive: str) -> str:
    """What users of the dialect call a step function."""
    if search.source._manner.dialect == "tf":
        return {"ceil": "math.ceil", "rint": "math.rint", "floordiv": "floor"}.get(
            primitive, primitive
        )
    return {"floordiv": "floor", "floor_divide": "floor"}.get(primitive, primitive)


def _of_discrete(search: Search, edge: Edge) -> Cause:
    name, line, words = edge.primitive.name, edge.line, search.words
    if name == "stop_gradient":
        sentence = (
            f"{words.stop}{at(line)} cuts it: the result is a constant to every tape. Leave it "
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
    if name in STEPS:
        sentence = (
            f"`{name}`{at(line)} cuts it: it is piecewise constant, and its derivative is zero or "
            f"does not exist. {words.through.format(step=step_name(search, name))} lets the "
            f"gradient pass as if it were the identity."
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
        f"indices, positions and counts are discrete).{instead(name, words)}"
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
    tape, x, words = search.tape, search.source, search.words
    watch = f"Call {search.said.tape}.watch({search.said.source}) inside the block"
    if not isinstance(x, Variable):
        article = "an" if words.kind == "array" else "a"
        return (
            f"it was never watched: it is {article} {words.kind}, and tapes watch trainable "
            f"Variables only. {watch}, before it is used{words.unwatched}."
        )
    if not x.trainable:
        return (
            f"it was never watched: the Variable is not trainable. {watch}, or make it with "
            f"trainable=True."
        )
    if not tape.watch_accessed:
        return (
            f"it was never watched: the tape was made with watch_accessed_variables=False. {watch}."
        )
    return f"it was never watched. {watch}, before it is used."


def integer_source(x: Any) -> Cause:
    """The source has no gradient at all."""
    sentence = (
        f"The source has dtype {np.dtype(x._value.dtype).name}: only floating point and complex "
        f"{words_for(x).kind}s have gradients. {words_for(x).floating}."
    )
    return Cause("integer source", None, [sentence])


def of_custom(edge: Edge, words: Words) -> Cause:
    """All calls are recorded, but the rule of one gives None."""
    if edge.primitive.kind == "custom":
        sentence = (
            f"The gradient function of `{edge.primitive.name}` ({words.custom}){at(edge.line)} "
            f"returned None for argument {edge.position}. Return a gradient for it, for example "
            f"{words.own}."
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
