"""The graph that `GradientTape.draw` shows: boxes, arrows, repeated parts drawn once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.memory import Event
from tapegrad.core.places import line_of
from tapegrad.core.tape import Spec
from tapegrad.core.variable import Variable
from tapegrad.inspect.boxes import Arrow, Box, Diagram
from tapegrad.inspect.lineage import tuple_of, watched
from tapegrad.inspect.merging import simplified
from tapegrad.inspect.repeats import Repeat, repeats
from tapegrad.inspect.shapes import shapes_on
from tapegrad.inspect.walk import norm, ones, walk

#: Equal operations side by side, which no loop has chained, are drawn once from so many on.
_ALIKE = 8


def diagram(tape: Any, target: Any, collapse: bool) -> Diagram:
    """The graph of what a tape recorded; with a target, what leads there and its gradient."""
    records = list(tape.records)
    norms: dict[tuple[int, int], float] = {}
    arrived: dict[int, Any] = {}
    wanted = set(range(len(records)))
    if target is not None:
        wanted = set()
        for pulled in walk(records, {target._id: ones(target)}):
            wanted.add(pulled.number)
            arrived.update((o, Spec(np.shape(g), None)) for o, g in pulled.arrived.items())
            norms.update(((pulled.number, x), norm(g)) for x, g in pulled.passed.items())
    numbers = sorted(wanted)
    found = _loops(records, numbers) if collapse else []
    stands_for, loop_of = _representatives(numbers, found)
    specs = {**shapes_on(tape), **arrived}
    maker = {o: n for n in numbers for o in tuple_of(records[n][4])}
    events = watched(tape)
    boxes: dict[str, Box] = {}
    arrows: dict[tuple[str, str], Arrow] = {}
    for n in numbers:
        primitive, ids, mask, _, out, _, _ = records[n]
        me = stands_for[n]
        head = f"r{me}"
        if n == me:
            outs = tuple_of(out)
            is_target = target is not None and target._id in outs
            detail = ", ".join(_shape(specs.get(o)) for o in outs[:3])
            line = line_of(tape._memory.place_of(n))
            hint = f"{primitive.name} {detail}" + (f"\n{line}" if line else "")
            kind = "target" if is_target else "operation"
            boxes[head] = Box(head, primitive.name, detail, kind, hint, loop_of.get(n, -1))
        elif target is not None and target._id in tuple_of(out):
            boxes[head] = boxes[head]._replace(kind="target")
        for i, x in enumerate(tuple_of(ids)):
            if not mask >> i & 1:
                continue
            if x in maker:
                tail = f"r{stands_for[maker[x]]}"
            else:
                tail = f"v{x}"
                if tail not in boxes:
                    boxes[tail] = _source(tape, x, specs, events.get(x))
            back = tail[0] == "r" and int(tail[1:]) >= me
            g = norms.get((n, x))
            arrow, previous = Arrow(tail, head, g, back, g), arrows.get((tail, head))
            arrows[tail, head] = arrow if previous is None else previous.joined(arrow)
    loops = [r.times for r in found]
    if target is not None and target._id not in maker:
        boxes[f"v{target._id}"] = _source(tape, target._id, specs, events.get(target._id))._replace(
            kind="target"
        )
    result = Diagram(list(boxes.values()), list(arrows.values()), loops)
    return simplified(result) if collapse else result


def _loops(records: list[Any], numbers: list[int]) -> list[Repeat]:
    """What repeats itself, each turn going on with what the last one made."""
    keys = [(records[n][0].name, len(tuple_of(records[n][1]))) for n in numbers]

    def goes_on(repeat: Repeat) -> bool:
        made: set[int] = set()
        count = 0
        for turn in range(repeat.times):
            first = repeat.start + turn * repeat.length
            run = [records[n] for n in numbers[first : first + repeat.length]]
            if any(not made.isdisjoint(tuple_of(record[1])) for record in run):
                count += 1
            made = {o for record in run for o in tuple_of(record[4])}
        return 2 * count >= repeat.times

    return [r for r in repeats(keys) if r.times >= _ALIKE or goes_on(r)]


def _representatives(
    numbers: list[int], found: list[Repeat]
) -> tuple[dict[int, int], dict[int, int]]:
    """For each record the one that is drawn for it, and for each drawn one its loop."""
    stands_for = {n: n for n in numbers}
    loop_of: dict[int, int] = {}
    for loop, (start, length, times) in enumerate(found):
        for i in range(length * times):
            first = numbers[start + i % length]
            stands_for[numbers[start + i]] = first
            loop_of[first] = loop
    return stands_for, loop_of


def _shape(spec: Any) -> str:
    return "" if spec is None else str(tuple(spec.shape))


def _source(tape: Any, identity: int, specs: Any, event: Event | None) -> Box:
    variable = tape.variables.get(identity)
    line = line_of(event.place) if event is not None else None
    title = variable.name.removesuffix(":0") if isinstance(variable, Variable) else "tensor"
    detail = _shape(specs.get(identity))
    hint = f"{title} {detail}" + (f"\nwatched at {line}" if line else "")
    return Box(f"v{identity}", title, detail, "source", hint, -1)
