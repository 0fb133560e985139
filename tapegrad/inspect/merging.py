"""Diagrams with fewer boxes: what stands in a row, side by side, or close in time, shares one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from tapegrad.inspect.boxes import Arrow, Box, Diagram

#: With more boxes than this, chains of operations share one.
_MANY = 60
#: With more than this even then, operations that were recorded one after the other do.
_TOO_MANY = 150
#: So many sources that go to the same box keep boxes of their own.
_FEW_SOURCES = 3


def simplified(given: Diagram) -> Diagram:
    """A diagram that can be read."""
    result = sources_together(given)
    if len(result.boxes) > _MANY:
        result = chained(result)
    if len(result.boxes) > _TOO_MANY:
        result = sources_together(in_blocks(result))
    return result


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
    place = {box.key: -1 for box in kept}
    merged = list(kept)
    for start in range(0, len(others), size):
        group = others[start : start + size]
        key = group[0].key
        owner.update((box.key, key) for box in group)
        place[key] = start
        merged.append(_merged(key, group, _common_title(group)))
    arrows = _rewired(given.arrows, owner)
    return Diagram(merged, [a for a in arrows if place[a.tail] < place[a.head]], given.loops)


def sources_together(given: Diagram) -> Diagram:
    """Many sources of equal shape that go to the same boxes share one, as those of a loop do."""
    heads: dict[str, set[str]] = {}
    for arrow in given.arrows:
        heads.setdefault(arrow.tail, set()).add(arrow.head)
    groups: dict[Hashable, list[Box]] = {}
    for box in given.boxes:
        if box.kind == "source":
            goes_to = frozenset(heads.get(box.key, ()))
            groups.setdefault((goes_to, box.detail), []).append(box)
    owner = {box.key: box.key for box in given.boxes}
    stands_for: dict[str, Box] = {}
    for group in groups.values():
        if len(group) <= _FEW_SOURCES:
            continue
        first, last = group[0], group[-1]
        title = first.title if first.title == last.title else f"{first.title} … {last.title}"
        hint = "\n".join(box.hint for box in group)[:4000]
        owner.update((box.key, first.key) for box in group)
        stands_for[first.key] = first._replace(
            title=title,
            detail=f"{len(group)} of shape {first.detail}",
            hint=hint,
            number=len(group),
        )
    boxes = [stands_for.get(b.key, b) for b in given.boxes if owner[b.key] == b.key]
    return Diagram(boxes, _rewired(given.arrows, owner), given.loops)


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
            arrow, previous = a._replace(tail=tail, head=head), merged.get((tail, head))
            merged[tail, head] = arrow if previous is None else previous.joined(arrow)
    return list(merged.values())
