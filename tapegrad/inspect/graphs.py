"""Why a gradient does not pass, where tensors hold their graph themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from tapegrad.core.graph_calls import BARE, CUT, DECIDED, DISCRETE, SWITCHED_OFF, GraphCall
from tapegrad.core.leaks import DOORS, NUMBERS
from tapegrad.core.places import line_of
from tapegrad.core.remains import Name
from tapegrad.inspect.calling import written
from tapegrad.inspect.causes import Cause, at
from tapegrad.inspect.lineage import Edge, Lineage
from tapegrad.inspect.words import instead, words_for

#: The call was recorded, but a user's derivative returned None.
NONE = "none"
_CASTS = ("to", "to_copy", "type", "type_as", "long", "int", "short", "char", "byte", "bool")
#: How many further places are described where a connection is cut.
_CUTS = 3


class GraphLineage(Lineage):
    """Every call that is known of, by its results.

    Parameters
    ----------
    calls
        By identity of an output.
    """

    def __init__(self, calls: Mapping[int, GraphCall]) -> None:
        self._calls, self._using = {}, {}
        self.has_functions = False
        for out, call in calls.items():
            passes = not call.why
            primitive = Name(
                call.name, call.why, (), int(call.why in ("", BARE)), True, frozenset()
            )
            mask = (1 << len(call.ids)) - 1 if passes else 0
            self._calls[out] = primitive, call.ids, mask, None, call.place


def why_none(
    y: Any, x: Any, calls: Mapping[int, GraphCall], departures: Iterable[GraphCall]
) -> tuple[Cause, list[Edge]] | None:
    """Why the gradient of `y` does not reach `x`, and the way that is cut; None if unknown."""
    lineage = GraphLineage(calls)
    path = lineage.path(x._id, y._id)
    if path is not None:
        broken = [edge for edge in path if not edge.carries and edge.primitive.kind != BARE]
        if not broken and not all(edge.carries for edge in path):
            broken = [next(edge for edge in path if not edge.carries)]
        return (_of_edges(x, lineage, y, broken), path) if broken else None
    cause = (
        _related(y, x, lineage)
        or _departed(y, x, lineage, departures)
        or _cut_and_copied(y, x, lineage, calls)
        or _decided(y, x, lineage, calls)
    )
    return None if cause is None else (cause, [])


def why_bare_input(x: Any, calls: Mapping[int, GraphCall]) -> Cause | None:
    """Why a result has no graph, if the call that made it is known."""
    call = calls.get(x._id)
    if call is None or call.why in ("", BARE):
        return None
    edge = next(GraphLineage(calls).edges(x._id))
    return _of_edge(x, edge)


def _of_edges(x: Any, lineage: GraphLineage, y: Any, broken: list[Edge]) -> Cause:
    first = _of_edge(x, broken[0])
    told = list(first.sentences)
    others = [e for e in lineage.between(x._id, y._id)[::-1] if _cuts(e) and e != broken[0]]
    for edge in others:
        sentence = _of_edge(x, edge).sentences[0]
        where = "On the same way" if edge in broken else "Another way from the input is cut, too"
        if not any(sentence in text for text in told) and len(told) <= _CUTS:
            told.append(f"{where}: {sentence}")
    return first._replace(sentences=told)


def _cuts(edge: Edge) -> bool:
    return not edge.carries and edge.primitive.kind in (CUT, SWITCHED_OFF, NONE)


def _of_edge(x: Any, edge: Edge) -> Cause:
    name, line, why, words = edge.primitive.name, edge.line, edge.primitive.kind, words_for(x)
    if why == CUT:
        code = ".data" if name == "data" else f"{name}()"
        sentence = (
            f"`{code}`{at(line)} cuts it: the result is a constant to the graph. Leave it out if "
            f"the gradient is to pass; x.clone() copies the memory and keeps the graph."
        )
        word = {"data": "data", "torch.tensor": "another object"}.get(name, "detach")
        return Cause(word, line, [sentence])
    if why == SWITCHED_OFF:
        sentence = (
            f"`{name}`{at(line)} ran while no graph was built, under torch.no_grad(), "
            f"inference_mode() or set_grad_enabled(False). Move it out of that block, or put "
            f"`with torch.enable_grad():` around it."
        )
        return Cause("no_grad", line, [sentence])
    if why == NONE:
        sentence = (
            f"`{name}.backward` ({words.custom}, applied{at(line)}) returned None for this input. "
            f"Return a gradient for it, for example {words.own}."
        )
        return Cause("custom gradient", line, [sentence])
    if why == BARE:
        said = written(sys._getframe(1)).source
        sentence = (
            f"`{name}`{at(line)} used the input before it required a gradient. Call "
            f"{said}.requires_grad_() before that, or make it with requires_grad=True."
        )
        return Cause("required too late", line, [sentence])
    if name in _CASTS:
        sentence = (
            f"The cast `{name}`{at(line)} cuts it: integers and bools carry no gradient, and "
            f"casting back to floats does not bring it back. Keep the value in floating point on "
            f"the way."
        )
        return Cause("integer cast", line, [sentence])
    smooth = instead(_ALIASES.get(name, name), words)
    sentence = (
        f"`{name}`{at(line)} cuts it: it has no derivative (comparisons, conditions, indices, "
        f"positions and counts are discrete).{smooth}"
    )
    return Cause("not differentiable" if why == DISCRETE else "no gradient", line, [sentence])


_ALIASES = {
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
    "eq": "equal",
    "ne": "not_equal",
    "bucketize": "searchsorted",
    "topk": "top_k",
    "histc": "histogram",
    "count": "count_nonzero",
    "unique_consecutive": "unique",
}


def _related(y: Any, x: Any, lineage: GraphLineage) -> Cause | None:
    """The input is a result: of the output, or of something that the output was made of, too."""
    behind = lineage.ancestors(x._id)
    if y._id in behind:
        sentence = "It is the other way round: the input was computed from the output."
        return Cause("the other way round", None, [sentence])
    if not lineage.made(x._id) or not any(i in behind for i in lineage.ancestors(y._id) if i):
        return None
    edge = next(lineage.edges(x._id))
    sentence = (
        f"The input is another object: `{edge.primitive.name}`{at(edge.line)} made it, and the "
        f"output was computed from what it was made of, not from it. Compute the output from the "
        f"input, or ask for the gradient with respect to the tensor that was used."
    )
    return Cause("another object", edge.line, [sentence])


def _came_later(y: Any, lineage: GraphLineage, time: int) -> bool:
    """Whether the output was made of something without a known origin after a time."""
    return any(i > time for i in lineage.ancestors(y._id) if not lineage.made(i))


def _departed(
    y: Any, x: Any, lineage: GraphLineage, departures: Iterable[GraphCall]
) -> Cause | None:
    """A value that depends on the input left, and the output was made of what came later."""
    for decided in (False, True):
        for call in departures:
            (origin,), (time,) = call.ids, call.outs
            if (call.why == DECIDED) != decided or not _came_later(y, lineage, time):
                continue
            if origin != x._id and x._id not in lineage.ancestors(origin):
                continue
            line = line_of(call.place)
            which = "The input" if origin == x._id else "A value that depends on the input"
            if decided:
                sentence = (
                    f"{which} decided{at(line)} as a Python bool, and the output was made of "
                    f"tensors that came after it. What Python decides by a value has no "
                    f"derivative: {words_for(x).choice} keeps both in the graph."
                )
                return Cause("left the graph", line, [sentence])
            door = "array" if call.name == "numpy" else call.name
            sentence = (
                f"{which} left the graph{at(line)} {DOORS.get(door, DOORS['array'])}, and the "
                f"output was made of tensors that came after it: what NumPy and Python compute is "
                f"not in the graph."
            )
            manner = x._manner
            advice = manner.number if door in NUMBERS else manner.recorded
            return Cause("left the graph", line, [sentence, f"{advice} {manner.own}"])
    return None


def _cut_and_copied(
    y: Any, x: Any, lineage: GraphLineage, calls: Mapping[int, GraphCall]
) -> Cause | None:
    """A value was cut off on purpose, and the output was made of something that came later."""
    for result, call in calls.items():
        if call.why != CUT or not _came_later(y, lineage, result):
            continue
        edge = next(lineage.edges(result))
        if edge.origin == x._id or x._id in lineage.ancestors(edge.origin):
            cause = _of_edge(x, edge)
            added = "The output was made of tensors that came after it, copies of its data perhaps."
            return cause._replace(sentences=[*cause.sentences, added])
    return None


def _decided(y: Any, x: Any, lineage: GraphLineage, calls: Mapping[int, GraphCall]) -> Cause | None:
    """Something discrete was computed from the input, and went nowhere that is known."""
    for result, call in calls.items():
        if call.why != DISCRETE or result > abs(y._id):
            continue
        for edge in lineage.edges(result):
            if edge.origin == x._id or x._id in lineage.ancestors(edge.origin):
                cause = _of_edge(x, edge)
                added = "Its result may have been an index, a size or a condition on the way."
                return cause._replace(sentences=[*cause.sentences, added])
    return None
