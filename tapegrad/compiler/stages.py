"""Long loop bodies in stages: one short loop for each function, over tiles that stay in the cache.

A body with several exponentials, logarithms and the like has more constants than a processor has
registers, and chains too long for it to work on two elements at a time. So the numbers of a few
hundred elements go from loop to loop through a small array.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

#: Elements in a tile: all that is kept for them fits into the smallest cache.
TILE = 128
#: How many elements make a loop long, and how many functions make its body long.
LONG = 4096
MANY = 3
#: Divisions that a loop of a function takes in; processors work on both at the same time.
GUESTS = 2

_FUNCTION = re.compile(r"\b(?!select|load|store)[a-z]\w*_f[48]\(")
_NAME = re.compile(r"[A-Za-z_]\w*")
_WALKED = re.compile(r"\b(load|store)\((\w+), i0[,)]")
_LOAD, _STORE = re.compile(r"\bload\((\w+),"), re.compile(r"store\((\w+),")
_OPPOSITE = re.compile(r"-\w+")


class _Statement:
    __slots__ = ("free", "heavy", "host", "names", "over", "reads", "slow", "text", "time")

    def __init__(self, text: str, known: Mapping[str, _Statement]) -> None:
        self.text = text
        target, equals, value = text.partition(" = ")
        if not equals or " " in target:
            target, value = "", text
        self.names = target
        self.reads = [known[n] for n in dict.fromkeys(_NAME.findall(value)) if n in known]
        self.heavy = bool(_FUNCTION.search(value))
        self.slow = bool(target) and not self.heavy and (" / " in value or "sqrt(" in value)
        # Loads, places in memory and signs: found again in every loop that wants them.
        again = value.startswith("load(") or target.startswith("p") or _OPPOSITE.fullmatch(value)
        self.free = bool(target) and bool(again)
        self.over = False  # written over something that loops still read
        self.time = 0
        self.host: _Statement | None = None  # the function whose loop this runs in


def worthwhile(body: Sequence[str], size: int) -> bool:
    """Whether a loop has many functions and elements."""
    return size >= LONG and sum(1 for line in body if _FUNCTION.search(line)) >= MANY


def in_stages(
    body: Sequence[str], kinds: Mapping[str, str], index: str
) -> tuple[list[list[str]], dict[str, int]]:
    """The bodies of loops that do the same one after the other.

    Parameters
    ----------
    body
        Statements ``name = expression``, and others that have effects, such as stores.
    kinds
        The dtypes of the names, such as ``f8``.
    index
        The number of an element in its tile.

    Returns
    -------
    list of bodies, dict
        The second one has for each kind how many numbers of an element are kept between loops, in
        arrays called ``tile_f8`` and so on.
    """
    statements = _timed(body)
    loops: list[list[_Statement]] = []
    for time in sorted({s.time for s in statements if not s.free}):
        now = [s for s in statements if s.time == time and not s.free]
        if time % 2:
            loops += [[s, *[g for g in now if g.host is s]] for s in now if s.heavy]
        else:
            loops.append(now)
    last: dict[_Statement, int] = {}
    for i, loop in enumerate(loops):
        for s in loop:
            last.update(dict.fromkeys(_wanted(s), i))
    places: dict[_Statement, str] = {}
    counts: dict[str, int] = {}
    unused: dict[str, list[int]] = {}
    bodies = []
    for i, loop in enumerate(loops):
        for s in [s for s in places if last[s] == i - 1]:
            kind, slot = places[s].split()
            unused.setdefault(kind, []).append(int(slot))
        lines: list[str] = []
        here: set[_Statement] = set()
        for s in loop:
            if s.over:  # the others of its kind, too, read before one of them writes
                for other in loop:
                    lines += _read(other, here, places, index) if other.over else []
            lines += _read(s, here, places, index)
            lines.append(s.text)
            here.add(s)
        for s in loop:
            if last.get(s, i) > i:
                kind = kinds[s.names]
                slots = unused.setdefault(kind, [])
                if not slots:
                    slots.append(counts.get(kind, 0))
                    counts[kind] = slots[0] + 1
                places[s] = f"{kind} {slots.pop()}"
                lines.append(f"store({_place(places[s], index)}, {s.names})")
        bodies.append(lines)
    return bodies, counts


def fetching(body: Sequence[str], count: int) -> list[list[str]]:
    """For each of so many loops what brings memory of the next tile into the caches meanwhile.

    Processors do that by themselves for long walks through memory; the walks of a tile are short.
    """
    arrays = dict.fromkeys(found.groups() for text in body for found in _WALKED.finditer(text))
    written = [name for way, name in arrays if way == "store"]
    read = [name for way, name in arrays if way == "load" and name not in written]
    lines = [f"fetch_to_read({name}, o + {TILE})" for name in read]
    lines += [f"fetch_to_write({name}, o + {TILE})" for name in written]
    loops: list[list[str]] = [[] for _ in range(count)]
    for i, line in enumerate(lines):
        loops[(i + 1) % count].append(line)
    return loops


def _timed(body: Sequence[str]) -> list[_Statement]:
    """Functions at odd times, all else at even times, as late as possible.

    What is written over something that loops still read is written at the end.
    """
    known: dict[str, _Statement] = {}
    statements = []
    for text in body:
        s = _Statement(text, known)
        for before in s.reads:
            wait = before.heavy or s.heavy
            s.time = max(s.time, before.time + wait + (before.heavy and s.heavy))
        if s.heavy:
            s.time |= 1
        if s.names:
            known[s.names] = s
        statements.append(s)
    end = max(s.time for s in statements)
    loaded = {name for text in body for name in _LOAD.findall(text)}
    over = [s for s in statements if (to := _STORE.match(s.text)) and to[1] in loaded]
    for s in over:
        s.over, s.time = True, end + end % 2
    statements = [s for s in statements if s not in over] + over
    latest = {s: end | 1 if s.heavy else end + end % 2 for s in statements}
    for s in reversed(statements):
        if s.names and not s.heavy:
            s.time = latest[s]
        for before in s.reads:
            limit = s.time - 1 if s.heavy else s.time
            latest[before] = min(latest[before], limit)
    _spread(statements)
    return statements


def _spread(statements: Sequence[_Statement]) -> None:
    """Bring divisions and roots into the loops of functions, if that is early enough."""
    functions = [s for s in statements if s.heavy]
    guests = dict.fromkeys(functions, 0)
    for s in statements:
        if not s.slow:
            continue
        ready = max([before.time for before in _wanted(s)], default=-1)
        hosts = [f for f in functions if ready < f.time < s.time and guests[f] < GUESTS]
        if hosts:
            s.host = min(hosts, key=lambda f: guests[f])
            s.time = s.host.time
            guests[s.host] += 1


def _wanted(s: _Statement) -> Iterable[_Statement]:
    """What a statement reads that has to be kept, also by way of what is free."""
    for before in s.reads:
        if before.free:
            yield from _wanted(before)
        else:
            yield before


def _read(
    s: _Statement, here: set[_Statement], places: Mapping[_Statement, str], index: str
) -> list[str]:
    """What must stand before a statement for it to have what it reads."""
    lines: list[str] = []
    for before in s.reads:
        if before in here:
            continue
        here.add(before)
        if before.free:
            lines += _read(before, here, places, index)
            lines.append(before.text)
        else:
            lines.append(f"{before.names} = load({_place(places[before], index)})")
    return lines


def _place(place: str, index: str) -> str:
    kind, slot = place.split()
    return f"tile_{kind}, {index} + {int(slot) * TILE}" if slot != "0" else f"tile_{kind}, {index}"
