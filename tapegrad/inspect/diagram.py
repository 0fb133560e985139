"""The graph that `GradientTape.draw` shows: boxes, arrows, repeated parts drawn once."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from tapegrad.core.memory import Event
from tapegrad.core.places import line_of
from tapegrad.core.variable import Variable
from tapegrad.inspect.lineage import tuple_of, watched
from tapegrad.inspect.repeats import Repeat, repeats
from tapegrad.inspect.shapes import shapes_on
from tapegrad.inspect.walk import norm, ones, walk

#: With more boxes than this, chains of operations share one.
_MANY = 60
#: With more than this even then, operations that were recorded one after the other do.
_TOO_MANY = 150


class Box(NamedTuple):
    """A value that was watched, or an operation.

    Attributes
    ----------
    key
        Unique in the diagram.
    title, detail
        What it is, and its shape.
    kind
        ``"source"``, ``"target"``, ``"operation"`` or ``"chain"``.
    hint
        More to read when the pointer rests on it.
    repeat
        The number of the loop that it belongs to, or -1.
    number
        How many operations it stands for.
    """

    key: str
    title: str
    detail: str
    kind: str
    hint: str
    repeat: int
    number: int = 1


class Arrow(NamedTuple):
    """From one box to another; `norm` is that of the gradient that flows back, if it is known."""

    tail: str
    head: str
    norm: float | None
    back: bool


class Diagram(NamedTuple):
    """Boxes in order, arrows, and how often each loop turned."""

    boxes: list[Box]
    arrows: list[Arrow]
    loops: list[int]


def diagram(tape: Any, target: Any, collapse: bool) -> Diagram:
    """The graph of what a tape recorded; with a target, what leads there and its gradient."""
    records = list(tape.records)
    norms: dict[tuple[int, int], float] = {}
    wanted = set(range(len(records)))
    if target is not None:
        wanted = set()
        for pulled in walk(records, {target._id: ones(target)}):
            wanted.add(pulled.number)
            norms.update(((pulled.number, x), norm(g)) for x, g in pulled.passed.items())
    numbers = sorted(wanted)
    found = repeats([_key(tape, n) for n in numbers]) if collapse else []
    stands_for, loop_of = _representatives(numbers, found)
    specs = shapes_on(tape)
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
            previous = arrows.get((tail, head))
            g = norms.get((n, x))
            if previous is None or previous.norm is None:
                arrows[tail, head] = Arrow(tail, head, g, back)
    loops = [r.times for r in found]
    if target is not None and target._id not in maker:
        boxes[f"v{target._id}"] = _source(tape, target._id, specs, events.get(target._id))._replace(
            kind="target"
        )
    result = Diagram(list(boxes.values()), list(arrows.values()), loops)
    if collapse and len(result.boxes) > _MANY:
        result = chained(result)
        if len(result.boxes) > _TOO_MANY:
            result = in_blocks(result)
    return result


def _key(tape: Any, number: int) -> Any:
    primitive, ids, mask, *_ = tape.records[number]
    return primitive.name, mask, len(tuple_of(ids))


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


def chained(given: Diagram) -> Diagram:
    """Operations that only hand on to each other share one box."""
    after: dict[str, list[Arrow]] = {}
    before: dict[str, list[Arrow]] = {}
    for arrow in given.arrows:
        after.setdefault(arrow.tail, []).append(arrow)
        before.setdefault(arrow.head, []).append(arrow)
    boxes = {box.key: box for box in given.boxes}
    owner: dict[str, str] = {}
    members: dict[str, list[Box]] = {}
    for box in given.boxes:
        into = before.get(box.key, [])
        previous = boxes[into[0].tail] if len(into) == 1 and not into[0].back else None
        joins = (
            previous is not None
            and previous.kind == "operation"
            and previous.repeat == box.repeat
            and len(after[previous.key]) == 1
        )
        owner[box.key] = owner[previous.key] if joins and previous is not None else box.key
        members.setdefault(owner[box.key], []).append(box)
    merged = [_merged(key, group, _chain_title(group)) for key, group in members.items()]
    return Diagram(merged, _rewired(given.arrows, owner), given.loops)


def in_blocks(given: Diagram) -> Diagram:
    """An overview: equally many operations in each of some blocks, in order of recording."""
    kept = [box for box in given.boxes if box.kind == "source"]
    others = [box._replace(repeat=-1) for box in given.boxes if box.kind != "source"]
    size = -(-len(others) // _MANY)
    owner = {box.key: box.key for box in kept}
    merged = list(kept)
    for start in range(0, len(others), size):
        group = others[start : start + size]
        key = group[0].key
        owner.update((box.key, key) for box in group)
        merged.append(_merged(key, group, _common_title(group)))
    return Diagram(merged, _rewired(given.arrows, owner), given.loops)


def _chain_title(group: list[Box]) -> str:
    names = [box.title for box in group]
    return " → ".join(names) if len(names) < 4 else f"{names[0]} → … → {names[-1]}"


def _common_title(group: list[Box]) -> str:
    names = Counter(name for box in group for name in box.title.split(" → ") if name != "…")
    return ", ".join(name for name, _ in names.most_common(3)) + (", …" if len(names) > 3 else "")


def _merged(key: str, group: list[Box], title: str) -> Box:
    if len(group) == 1:
        return group[0]
    last = group[-1]
    count = sum(box.number for box in group)
    hint = "\n".join(box.hint for box in group)[:4000]
    kind = "target" if any(box.kind == "target" for box in group) else "chain"
    shape = last.detail.rpartition("operations, ")[2]
    detail = f"{count} operations, {shape}"
    return Box(key, title, detail, kind, hint, group[0].repeat, count)


def _rewired(arrows: list[Arrow], owner: dict[str, str]) -> list[Arrow]:
    merged: dict[tuple[str, str], Arrow] = {}
    for a in arrows:
        tail, head = owner[a.tail], owner[a.head]
        if tail != head or (a.back and a.tail == a.head):
            merged.setdefault((tail, head), a._replace(tail=tail, head=head))
    return list(merged.values())
