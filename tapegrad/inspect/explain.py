"""`GradientTape.explain`: how a target depends on a source, or why it does not."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from tapegrad.core.memory import gradients
from tapegrad.core.places import Line, Lines, line_of
from tapegrad.core.remains import FEW
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tape_arguments import single_tensor
from tapegrad.core.variable import Variable
from tapegrad.errors import MissingGradientError, TapeUsedError
from tapegrad.inspect.calling import written
from tapegrad.inspect.causes import (
    OF_RELEASED,
    Cause,
    Search,
    at,
    further_cuts,
    of_custom,
    of_edge,
)
from tapegrad.inspect.disconnected import without_path
from tapegrad.inspect.lineage import RELEASED, Edge, Lineage
from tapegrad.inspect.local import local_size
from tapegrad.inspect.tables import html_text
from tapegrad.inspect.walk import norm, ones, walk
from tapegrad.inspect.words import words_for, zero_because

#: Steps of a long path that are described at each end; the others are counted.
_SHOWN = 12
#: So many repetitions of one operation of one line are written one by one.
_FEW_TURNS = 3


class Step(NamedTuple):
    """One operation on the way from the source to the target.

    Attributes
    ----------
    operation
        The name of the primitive.
    line
        The line of the user's code, if it is known.
    shape
        The shape of the derivative: the output's followed by the input's.
    size
        How large the derivative is, in words; empty in the middle of a long path.
    arrives, passes
        Norms of the gradient with respect to the output, and of what goes on to the input.
    """

    operation: str
    line: Line | None
    shape: tuple[int, ...]
    size: str
    arrives: float
    passes: float


class Explanation:
    """The answer of `GradientTape.explain`; prints as text.

    Attributes
    ----------
    connected
        Whether ``gradient`` gives more than None.
    cause
        Why it is not connected, in a word or two; empty if it is.
    line
        The line where the connection breaks, if there is one and it is known.
    steps
        The operations on the way, from the source to the target.
    text
        Everything, in words.
    """

    def __init__(
        self, connected: bool, cause: str, line: Line | None, steps: list[Step], text: str
    ) -> None:
        self.connected = connected
        self.cause = cause
        self.line = line
        self.steps = steps
        self.text = text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_text(self.text)


def check_open(tape: Any, method: str, hint: str = "") -> None:
    """TapeUsedError if there is nothing on the tape to look at."""
    if tape._used:
        raise TapeUsedError(
            f"tape.{method} came too late: the tape is not persistent, so tape.gradient released "
            f"what it had recorded. Call tape.{method} before tape.gradient, or record on "
            f"tf.GradientTape(persistent=True).{hint}"
        )
    if not tape._ever_entered:
        raise TapeUsedError(
            f"tape.{method}: this tape was never entered, so that it recorded nothing. Compute "
            f"the target inside `with tf.GradientTape() as tape:`."
        )


def explain(tape: Any, target: Any, source: Any) -> Explanation:
    """See `GradientTape.explain`."""
    y, x = single_tensor(target, "target"), single_tensor(source, "source")
    watched_value = x._source_of(tape)
    if watched_value._id != x._id:  # an array that was changed in place since
        x = x._in_dialect(watched_value)
    if not _knows(tape, x):
        check_open(tape, "explain")
    if x._id == y._id:
        return Explanation(
            True, "", None, [], "The target is the source itself: its derivative is the identity."
        )
    lineage = Lineage(tape)
    path = lineage.path(x._id, y._id)
    if path is None or any(not edge.carries for edge in path):
        return _cut(tape, lineage, y, x)
    if tape._used:
        return _remembered(tape, lineage, y, x, path)
    return _along(tape, lineage, y, x, path)


def _knows(tape: Any, x: Any) -> bool:
    """Whether a tape that was released still knows what was computed from a value."""
    if not tape._used:
        return False
    memory = tape._memory
    if memory.remains is not None or memory.reached is None:
        return memory.remains is not None
    root, reached = memory.reached
    return x._id == root or x._id not in reached


def _cut(tape: Any, lineage: Lineage, y: Any, x: Any) -> Explanation:
    """There is no way by the records; inside of compiled functions there may be one that breaks."""
    if lineage.has_functions:
        lineage = Lineage(tape, opened=True)
    search = Search(tape, lineage, y, x, written(sys._getframe(1)))
    path = lineage.path(x._id, y._id)
    if path is None:
        return _broken(y, x, None, without_path(search))
    broken = next((edge for edge in path if not edge.carries), None)
    if broken is None:
        return _broken(y, x, path, OF_RELEASED)
    cause = of_edge(search, broken)
    more, marked = further_cuts(search, path, broken)
    return _broken(y, x, path, cause._replace(sentences=[*cause.sentences, *more]), *marked)


def _remembered(tape: Any, lineage: Lineage, y: Any, x: Any, path: list[Edge]) -> Explanation:
    """There is a way by what remains of the records, whose values are gone."""
    flowing = lineage.path(x._id, y._id, lambda edge: not _gave_none(edge))
    if flowing is None:
        edge = next(e for e in path if _gave_none(e))
        return _broken(y, x, path, of_custom(edge, words_for(x)), edge)
    sources, targets = tape._memory.unanswered
    if x._id in sources and y._id in targets:
        if lineage.has_functions:
            return _cut(tape, lineage, y, x)
        return _broken(y, x, path, OF_RELEASED)
    path = flowing
    unknown = float("nan")
    steps = [Step(e.primitive.name, e.line, (), "", unknown, unknown) for e in path]
    dropped = path[0].primitive is RELEASED
    count = f"more than {FEW} operations" if dropped else _count(len(steps), "operation")
    lines = [_first_line(y, x, count), *named(path)]
    used = next((c for c in reversed(gradients) if c.owner == tape._memory.began), None)
    lines.append(
        f"The sizes of the derivatives are not known any more, because tape.gradient"
        f"{at(line_of(used.place) if used else None)} released the values, and cannot be called "
        f"again: call tape.explain before it, or record on tf.GradientTape(persistent=True)."
    )
    return Explanation(True, "", None, steps, "\n".join(lines))


def _gave_none(edge: Edge) -> bool:
    return edge.position in getattr(edge.primitive, "returned_none", ())


def _along(tape: Any, lineage: Lineage, y: Any, x: Any, path: list[Edge]) -> Explanation:
    """There is a way by the records; whether a gradient passes it is for the rules to say."""
    passed: dict[tuple[int | None, int], tuple[float, float]] = {}
    reached: set[int] = set()
    try:
        for pulled in walk(tape.records, {y._id: ones(y)}):
            reached.add(pulled.number)
            arrives = norm_of(pulled.arrived)
            for origin, g in pulled.passed.items():
                passed[pulled.number, origin] = arrives, norm(g)
    except MissingGradientError as error:
        edge = next((e for e in reversed(path) if e.number not in reached), path[0])
        cause = Cause("no derivative rule", edge.line, [str(error)])
        return _broken(y, x, path, cause, edge)
    flowing = lineage.path(
        x._id, y._id, lambda edge: passed.get((edge.number, edge.origin), (0.0, 0.0))[1] != 0.0
    ) or lineage.path(x._id, y._id, lambda edge: (edge.number, edge.origin) in passed)
    if flowing is None:
        if lineage.has_functions:
            inside = Lineage(tape, opened=True).path(x._id, y._id)
            if inside is None or any(not edge.carries for edge in inside):
                return _cut(tape, lineage, y, x)
        edge = next(e for e in reversed(path) if (e.number, e.origin) not in passed)
        return _broken(y, x, path, of_custom(edge, words_for(x)), edge)
    steps = [
        step._replace(operation=lineage.name_of(edge))
        for step, edge in zip(_steps(tape, y, flowing, passed), flowing, strict=True)
    ]
    lines = [
        _first_line(y, x, _count(len(steps), "operation")),
        *_described(steps),
        *_remarks(steps),
    ]
    if any(step.line is None for step in steps):
        lines.append(_how_to_get_lines())
    return Explanation(True, "", None, steps, "\n".join(lines))


def _first_line(y: Any, x: Any, count: str) -> str:
    return (
        f"{_name(y, 'The target')} depends on {_name(x, 'the source')} through "
        f"{count}, from the source to the target:"
    )


def norm_of(cotangents: dict[int, Any]) -> float:
    """The norm of several arrays as if they were one."""
    values = [norm(g) for g in cotangents.values() if g is not None]
    return values[0] if len(values) == 1 else float(sum(v * v for v in values)) ** 0.5


def _steps(
    tape: Any,
    y: Any,
    path: list[Edge],
    passed: dict[tuple[int | None, int], tuple[float, float]],
) -> list[Step]:
    by_index = {edge.number: edge for edge in path}
    described = {e.number for e in (*path[:_SHOWN], *path[-_SHOWN:])}
    shapes: dict[int | None, tuple[int, ...]] = {}
    sizes: dict[int | None, str] = {}
    for pulled in walk(tape.records, {y._id: ones(y)}):
        edge = by_index.get(pulled.number)
        if edge is None:
            continue
        arrived, gone = pulled.arrived.get(edge.result), pulled.passed[edge.origin]
        shapes[edge.number] = (*getattr(arrived, "shape", ()), *gone.shape)
        if edge.number in described:
            sizes[edge.number] = local_size(pulled.record, edge.position, pulled.arrived)
    return [
        Step(
            edge.primitive.name,
            edge.line,
            shapes.get(edge.number, ()),
            sizes.get(edge.number, ""),
            *passed[edge.number, edge.origin],
        )
        for edge in path
    ]


def _described(steps: list[Step]) -> list[str]:
    lines = []
    for number, step in enumerate(steps, 1):
        if _SHOWN < number <= len(steps) - _SHOWN:
            if number == _SHOWN + 1:
                lines.append(f"  ... {_count(len(steps) - 2 * _SHOWN, 'more operation')} ...")
            continue
        where = f" at {step.line}" if step.line else ""
        lines.append(f"  {number}. {step.operation}{where}")
        lines.append(
            f"     derivative of shape {step.shape}, {step.size}; a gradient of norm "
            f"{step.arrives:.4g} arrives, {step.passes:.4g} goes on"
        )
    return lines


def _remarks(steps: list[Step]) -> list[str]:
    """What stands out on the way back from the target."""
    for number, step in reversed(list(enumerate(steps, 1))):
        if step.passes != step.passes or step.passes == float("inf"):
            return [f"The gradient is not finite from step {number} on: see tape.explain_nan()."]
        if step.passes == 0.0:
            why = zero_because(step.operation)
            return [f"The gradient is zero from step {number} ({step.operation}) on{why}."]
    last, first = steps[-1].arrives, steps[0].passes
    if last and first < 1e-6 * last:
        return [f"The gradient vanishes: its norm falls from {last:.4g} to {first:.4g}."]
    if first > 1e6 * last:
        return [f"The gradient explodes: its norm grows from {last:.4g} to {first:.4g}."]
    return []


def _broken(y: Any, x: Any, path: list[Edge] | None, cause: Cause, *broken: Edge) -> Explanation:
    first = (
        f"tape.gradient gives None: {_name(y, 'the target')} is not connected with "
        f"{_name(x, 'the source')}."
    )
    lines = [first, *cause.sentences]
    if path:
        lines += ["The way from the source to the target:", *named(path, *broken)]
    return Explanation(False, cause.word, cause.line, [], "\n".join(lines))


def named(path: list[Edge], *broken: Edge, hint: str | None = None) -> list[str]:
    """The operations of a path; repeated ones, and the middle of a long one, are counted."""
    groups: list[tuple[int, int, str, bool]] = []
    texts: dict[Any, str] = {}
    for number, edge in enumerate(path, 1):
        cuts = edge in broken
        key = edge.primitive.name, edge.where
        if key not in texts:
            texts[key] = f"{edge.primitive.name}{f' at {edge.line}' if edge.line else ''}"
        text = texts[key]
        if groups and not cuts and groups[-1][2:] == (text, False):
            groups[-1] = groups[-1][0], number, text, False
        else:
            groups.append((number, number, text, cuts))
    groups = [part for group in groups for part in _parts(group)]
    lines: list[str] = []
    left_out = 0
    for i, (first, last, text, cuts) in enumerate(groups):
        if _SHOWN <= i < len(groups) - _SHOWN and not cuts:
            left_out += last - first + 1
            continue
        if left_out:
            lines.append(f"  ... {_count(left_out, 'more operation')} ...")
            left_out = 0
        numbers = f"{first}-{last}" if last > first else f"{first}"
        times = f", {last - first + 1} times" if last > first else ""
        lines.append(f"  {numbers}. {text}{times}{'  <- here' if cuts else ''}")
    unknown = any(e.where is None and e.primitive is not RELEASED for e in path)
    return [*lines, hint or _how_to_get_lines()] if unknown else lines


def _parts(group: tuple[int, int, str, bool]) -> list[tuple[int, int, str, bool]]:
    """A few repetitions one by one; many as one group."""
    first, last, text, cuts = group
    if last - first + 1 > _FEW_TURNS:
        return [group]
    return [(number, number, text, cuts) for number in range(first, last + 1)]


def _how_to_get_lines() -> str:
    return (
        f"Lines are remembered for the first {Lines.entries // 2} operations of a tape: call "
        f"tf.debugging.enable_source_lines() before recording to have them all."
    )


def _name(x: Any, role: str) -> str:
    if isinstance(x, Variable):
        role += f" (variable {x.name!r})"
    kind = "" if is_differentiable(x._value) else f", dtype {x.dtype.name}"
    return f"{role} of shape {tuple(x._value.shape)}{kind}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
