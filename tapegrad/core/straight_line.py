"""Straight-line code for stretches of records whose form comes again and again.

A training loop records the same operations in every step, an unrolled loop in every turn. For such
a stretch there is a function without a loop, without look-ups and with products written out: first
it compares the records with the form that it was made for, which changes nothing, then it pulls
back. A record that the form does not cover is left to `backward.pull_through`.

A form says, for each record, the primitive and the mask, and for each input whether it is the
output of a record of the same stretch, and which. Identities grow with time, so whatever is older
than the first output comes from outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.slices import Slices
from tapegrad.core.table import raw

#: Longer stretches are done in parts.
LONGEST = 128

#: The file of the code that is made here; see `places`.
_GENERATED = f"{__file__} (generated)"
#: Primitives that are made for one call.
_OWN = ("custom", "function")
_NAMES = re.compile(r"\b(args\[\d\]|args|y|g|rule)(?!\w)")

Straight = Callable[..., bool]


def covered(records: Sequence[Any], latest: int) -> int:
    """How many of the last records, at most `LONGEST`, straight-line code can be made for.

    `latest` is the newest identity of a source, which must be older than the records.
    """
    count = 0
    for primitive, ids, _, _, out, _, _ in reversed(records[-LONGEST:]):
        if primitive.kind in _OWN or primitive.variadic or out.__class__ is not int:
            break
        if out <= latest or (ids.__class__ is not int and primitive.pulls is None):
            break
        count += 1
    return count


def straight(records: Sequence[Any], cotangents: dict[int, Any], add_up: Any) -> Straight:
    """The function for stretches like `records`, which have these cotangents in front.

    ``straight(records, cotangents, latest, owned)`` is false, and has done nothing, if the records
    are of another form. Else it has pulled back: `cotangents` are those behind the records.
    `latest` is as in `covered`, and `owned` that of `add_up`, which is ``backward._sum``.
    """
    return _Writer(records, cotangents, add_up).function()


class _Writer:
    """Writes the text of one function."""

    def __init__(self, records: Sequence[Any], cotangents: dict[int, Any], add_up: Any) -> None:
        self.records = records
        self.places = {record[4]: k for k, record in enumerate(records)}
        self.incoming = [k for k, record in enumerate(records) if record[4] in cotangents]
        self.names: dict[str, Any] = {"F": raw, "Slices": Slices, "array": np.ndarray}
        self.names |= {"add": np.add, "add_up": add_up}
        #: The name of the first output that there was.
        self.oldest = "o0"
        count = len(records)
        #: By record: how many cotangents have been added up.
        self.terms = [0] * count
        #: By record: whether there is a cotangent in any case.
        self.certain = [False] * count
        #: By record: whether the cotangent may be other than an array that the rules here made.
        self.mixed = [False] * count
        #: Records whose cotangent starts as None.
        self.open: list[int] = []

    def function(self) -> Straight:
        """The function."""
        records, incoming = self.records, self.incoming
        for k in incoming:
            self.terms[k], self.certain[k], self.mixed[k] = 1, True, True
        outs = [f"o{k}" for k in range(len(records))]
        by_age = [f"o{k}" for _, k in sorted(self.places.items())]
        self.oldest = by_age[0]
        checks = [" < ".join(["latest", *by_age])]
        for k, record in enumerate(records):
            checks += self._checks(k, record)
        checks += [f"o{k} in cotangents" for k in incoming]
        others = [out for k, out in enumerate(outs) if k not in incoming]
        if others:
            checks.append(f"cotangents.keys().isdisjoint(({', '.join(others)},))")
        body = [line for k in reversed(range(len(records))) for line in self._pull(k)]
        lines = [
            "def straight(records, cotangents, latest, owned):",
            "    try:",
            f"        {', '.join([self._pattern(k, r) for k, r in enumerate(records)])}, = records",
            "    except (TypeError, ValueError):",
            "        return False",
            f"    if not ({' and '.join(checks)}):",
            "        return False",
            "    take, known = cotangents.pop, cotangents.get",
            *[f"    g{k} = take(o{k})" for k in incoming],
            *[f"    g{k} = None" for k in self.open],
            *[f"    {line}" for line in body],
            "    return True",
        ]
        exec(compile("\n".join(lines), _GENERATED, "exec"), self.names)
        made: Straight = self.names["straight"]
        return made

    def _pattern(self, k: int, record: Any) -> str:
        """What a record is unpacked to."""
        primitive, ids = record[:2]
        inputs, args = f"i{k}_0", f"a{k}"
        if ids.__class__ is not int:
            inputs = self._each("i", k, len(ids))
            if primitive.texts is not None:
                args = self._each("a", k, len(ids))
        return f"(p{k}, {inputs}, m{k}, {args}, o{k}, y{k}, q{k})"

    def _each(self, letter: str, k: int, count: int) -> str:
        return "(" + "".join([f"{letter}{k}_{s}, " for s in range(count)]) + ")"

    def _checks(self, k: int, record: Any) -> list[str]:
        """What must hold for a record to be of the form."""
        primitive, ids, mask, _, _, _, params = record
        self.names[f"P{k}"] = primitive
        checks = [f"p{k} is P{k}"]
        oldest = self.oldest
        checks.append(f"i{k}_0.__class__ is int" if ids.__class__ is int else f"m{k} == {mask}")
        if primitive.texts is not None:
            checks.append(f"q{k} is None" if params is None else f"q{k} is not None")
        for s, r in self._sources(k):
            checks.append(f"i{k}_{s} < {oldest}" if r is None else f"i{k}_{s} == o{r}")
        return checks

    def _sources(self, k: int) -> list[tuple[int, int | None]]:
        """For each followed input its position, and the record that made it, if that is here."""
        _, ids, mask = self.records[k][:3]
        every = [
            (s, self.places.get(x)) for s, x in enumerate((ids,) if ids.__class__ is int else ids)
        ]
        return [(s, r) for s, r in every if mask >> s & 1]

    def _pull(self, k: int) -> list[str]:
        """The lines that pull one record back."""
        if not self.terms[k]:
            return []  # nothing depends on it
        lines = []
        if self.mixed[k] and self.records[k][0].name != "identity":
            lines += [f"if g{k}.__class__ is Slices:", f"    g{k} = g{k}.dense(F)"]
        if self.records[k][0].pull_in_place is not None and self.records[k][2] & 1:
            lines += self._pull_in_place(k)
            return lines if self.certain[k] else [f"if g{k} is not None:", *_indented(lines)]
        for s, r in self._sources(k):
            value, plain = self._value(k, s)
            if r is None:
                lines += [f"n = {value}", *_added(f"cotangents[i{k}_{s}]", f"i{k}_{s}", plain)]
            else:
                lines += self._added_inside(r, value, plain and self.certain[k], plain)
        lines.append(f"g{k} = n = None")  # large arrays are given back at once
        return lines if self.certain[k] else [f"if g{k} is not None:", *_indented(lines)]

    def _pull_in_place(self, k: int) -> list[str]:
        """The same of a record whose cotangent is changed, once it is nobody else's."""
        primitive, _, mask = self.records[k][:3]
        self.names |= {f"w{k}": primitive.pull_in_place, "copied": np.array}
        lines = [
            f"if o{k} not in owned:",
            f"    g{k} = copied(g{k})",
            f"c{k} = w{k}(g{k}, {mask}, q{k}['index'])",
        ]
        for s, r in self._sources(k):
            if s == 0:
                before = f"known(i{k}_0)" if r is None else f"g{r}"
                lines += [f"if {before} is None:", f"    owned.add(i{k}_0)"]
            if r is None:
                lines += [f"n = c{k}[{s}]", *_added(f"cotangents[i{k}_{s}]", f"i{k}_{s}", False)]
            else:
                lines += self._added_inside(r, f"c{k}[{s}]", False, False)
        lines.append(f"g{k} = c{k} = n = None")
        return lines

    def _value(self, k: int, s: int) -> tuple[str, bool]:
        """The expression for the cotangent of one input, and whether it is certainly an array."""
        primitive, ids, mask, _, _, _, params = self.records[k]
        single = ids.__class__ is int
        text = None if primitive.texts is None else primitive.texts[s]
        if text is None:
            args = f"a{k}"
            if not single and primitive.texts is not None:
                args = self._each("a", k, len(ids))
            self.names[f"r{k}_{s}"] = primitive.pull if single else primitive.pulls[s]
            return f"r{k}_{s}(F, g{k}, {1 if single else mask}, {args}, y{k}, q{k})", False
        value, self.names[f"r{k}_{s}"] = text
        names = {f"args[{i}]": f"a{k}_{i}" for i in range(4)}
        names |= {"args": f"a{k}", "rule": f"r{k}_{s}", "y": f"y{k}", "g": f"g{k}"}
        value = _NAMES.sub(lambda found: names[found[0]], value)
        return value if params is None else f"F.sum_to({value}, to=q{k}[{s}])", True

    def _added_inside(self, r: int, value: str, certain: bool, plain: bool) -> list[str]:
        """The lines that add a cotangent to those of a record of the stretch."""
        terms = self.terms[r] = self.terms[r] + 1
        if certain and not self.mixed[r]:
            self.certain[r] = True
            if terms == 1:
                return [f"g{r} = {value}"]
            if terms == 2:
                return [f"g{r} = g{r} + ({value})"]
            in_place = f"add(g{r}, n, g{r}) if g{r}.__class__ is array else g{r} + n"
            return [f"n = {value}", f"g{r} = {in_place}"]
        self.mixed[r] = True
        if terms == 1:
            self.open.append(r)
        elif certain:
            self.certain[r] = True
        return [f"n = {value}", *_added(f"g{r}", f"o{r}", plain)]


def _added(where: str, identity: str, plain: bool) -> list[str]:
    """The lines that add the cotangent `n`, which may be None if not `plain`, to another."""
    name = "h" if where.startswith("cotangents") else where
    lines = [f"h = known({identity})"] if name == "h" else []
    lines.append(f"{where} = n if {name} is None else add_up(F, {name}, n, {identity}, owned)")
    return lines if plain else ["if n is not None:", *_indented(lines)]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
