"""The kernel of a loop: one repetition, and a native loop around it.

Rows are often short. So sizes up to 64 are part of the text, intermediate arrays come from outside,
and each access says which memory it is in (`tapegrad.kernels.separate`): LLVM then has nothing to
ask before a loop of 14 numbers.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tapegrad.compiler.fusion import RECOMPUTED, Plan
from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout, collapsed, contiguous
from tapegrad.compiler.loops import Carried, Given, Loop, Summed
from tapegrad.compiler.lowering import lowered
from tapegrad.compiler.node import Node
from tapegrad.compiler.source import KernelSource

#: Larger sizes come in an array, and another one needs no new compilation.
LARGEST_STATIC = 64

#: As many numbers as `tapegrad.kernels.separate` has; from then on arrays share one.
MOST_MEMORIES = 100

_ACCESS = re.compile(r"\b(load|store)\((\w+), ")


class _BodySource(KernelSource):
    """The text of one repetition."""

    large = 0

    def __init__(
        self, plan: Plan, given: list[Value], wanted: list[Value], apart: list[Value]
    ) -> None:
        self.apart = apart
        super().__init__(plan, given, wanted)

    def size(self, n: int) -> str:
        return str(n) if n <= LARGEST_STATIC else super().size(n)


def _nodes(loop: Loop) -> tuple[list[Node], dict[Value, Value]]:
    """The body in pieces, and the memory in which given values are that are not contiguous."""
    nodes: list[Node] = []
    memory: dict[Value, Value] = {}
    for g in loop.given:
        layout = g.layout
        if layout is None:
            continue
        extent = 1 + sum(
            [(n - 1) * abs(s) for n, s in zip(layout.shape, layout.strides, strict=True)]
        )
        back = _behind(layout)
        memory[g.value] = Value.between((extent,), g.value.dtype)

        def view(_: Layout, layout: Layout = layout, back: int = back) -> Layout:
            return layout._replace(offset=back)

        nodes.append(Node("view", "", (memory[g.value],), g.value, view=view))
    for step in loop.body:
        nodes += lowered(step) or ()
    return nodes, memory


class LoopSource:
    """Writes the kernel of a loop.

    It is called as
    ``kernel(*bases, *firsts, *constants, *outputs, *work, offsets, sizes, numbers)``.

    Attributes
    ----------
    text
        The source of ``def kernel(...)``.
    bases, firsts, constants
        Values: where given ones lie, with what carried ones begin, and constants.
    outputs
        Values; those of `Loop.summed` hold a copy of what they add to when the kernel begins.
    work
        Shapes and dtypes of arrays to work in.
    flag
        Which of these tells of a NaN; see `KernelSource.watch`.
    offsets
        For each repetition, where the given values begin.
    sizes, numbers
        What is passed as the arrays of integers and of floats.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        nodes, self._memory = _nodes(loop)
        self._given = [self._memory.get(g.value, g.value) for g in loop.given]
        inputs = [*self._given, *[c.value for c in loop.carried]]
        wanted = dict.fromkeys([k.value for k in loop.kept])
        wanted.update(dict.fromkeys([s.value for s in loop.summed]))
        wanted.update(dict.fromkeys([c.following for c in loop.carried]))
        self._wanted = list(wanted)
        self._in_place = _in_place(loop, nodes)
        apart = [c.following for c in self._in_place]
        # What is carried in place has no earlier value left to compute anything from.
        plan = Plan(nodes, inputs, self._wanted, least=RECOMPUTED)
        self._source = _BodySource(plan, inputs, self._wanted, apart)
        self.work: list[tuple[tuple[int, ...], Any]] = list(self._source.work)
        self._work_names = [f"w{i}" for i in range(len(self.work))]
        self.flag = self._source.flag
        self._memories: dict[str, int] = {}
        for name in self._work_names:
            self._written(name)
        self._before: list[str] = []
        self._begin: list[str] = []
        self._end: list[str] = []
        self._bases: dict[Value, str] = {}
        self._firsts: dict[Value, str] = {}
        self._outputs: list[tuple[str, Value]] = []
        self._offsets: list[Any] = []

        for i, given in enumerate(loop.given):
            self._give(i, given)
        results = self._results()
        self._carry(results)
        for summed in loop.summed:
            self._sum(summed, results[summed.value])
        source = self._source
        self.bases, self.firsts = list(self._bases), list(self._firsts)
        self.constants = source.arrays
        self.outputs = [v for _, v in self._outputs]
        parameters = [
            *self._bases.values(),
            *self._firsts.values(),
            *[f"k{i}" for i in range(len(source.arrays))],
            *[name for name, _ in self._outputs],
            *self._work_names,
            "o",
        ]
        inner = [*self._begin, *source.lines, *self._end]
        lines = [*self._before, "for t in range(o.shape[0]):", *["    " + x for x in inner]]
        lines = [_ACCESS.sub(self._with_number, line) for line in lines]
        self.text = source.definition(parameters, lines)
        columns = [*self._offsets, np.arange(loop.count)]
        self.offsets = np.stack(columns, axis=1).astype(np.int64)
        self.sizes, self.numbers = source.sizes, source.numbers

    def _with_number(self, found: re.Match[str]) -> str:
        words = {"load": "load_from", "store": "store_to"}
        return f"{words[found[1]]}({self._memories.get(found[2], 0)}, {found[2]}, "

    def _written(self, name: str) -> None:
        """Another memory that the kernel writes."""
        self._memories[name] = min(len(self._memories) + 1, MOST_MEMORIES - 1)

    def _shape(self, value: Value) -> str:
        sizes = "".join(f"{self._source.size(n)}, " for n in value.shape)
        return f"({sizes})"

    def _give(self, i: int, given: Given) -> None:
        """Where a value from outside is in this repetition."""
        value = self._given[i]
        base = self._bases.setdefault(given.base, f"base{len(self._bases)}")
        if given.base.shape == ():
            self._before.append(f"a{i} = {base}")
            return
        offsets = given.offsets
        layout = given.layout
        if layout is not None:
            offsets = offsets - _behind(layout)
        moving = bool((offsets != offsets[0]).any())
        turn = "t" if moving else "0"
        place = f"o[{turn}, {len(self._offsets)}]"
        self._offsets.append(offsets)
        lines = self._begin if moving else self._before
        if value.shape == ():
            lines.append(f"place{i} = {place}")
            lines.append(f"a{i} = load({base}, place{i})")
        else:
            lines.append(f"a{i} = window({base}, {place}, {self._shape(value)})")

    def _results(self) -> dict[Value, str]:
        """Where the results of one repetition are; the memory of each by its name."""
        kept = {k.value: k for k in self._loop.kept}
        names = {}
        for i, value in enumerate(self._wanted):
            name = names[value] = f"r{i}"
            k = kept.get(value)
            if k is None:
                self.work.append((value.shape, value.dtype))
                self._work_names.append(name)
            elif k.stacked:
                self._outputs.append((f"stack{i}", k.output))
                size = self._source.size(value.size)
                shape = self._shape(value) if value.shape else "(1,)"
                self._begin.append(f"{name} = window(stack{i}, t * {size}, {shape})")
            else:
                self._outputs.append((name, k.output))
            self._written(name)
        return names

    def _carry(self, results: dict[Value, str]) -> None:
        """What the next repetitions read, in arrays of its own."""
        count = len(self._loop.given)
        for i, c in enumerate(self._loop.carried, count):
            names = [f"before{i}_{k}" for k in range(len(c.first))]
            if c in self._in_place:
                names = [results[c.following]]
            for name, first in zip(names, c.first, strict=True):
                if c not in self._in_place:
                    self.work.append((c.value.shape, c.value.dtype))
                    self._work_names.append(name)
                    self._written(name)
                self._copy(self._before, name, self._first(first), first)
            if c.value.shape == ():
                self._begin.append(f"a{i} = load({names[0]}, 0)")
            else:
                self._begin.append(f"a{i} = {names[0]}")
                self._memories[f"a{i}"] = self._memories[names[0]]
            if c in self._in_place:
                continue
            for name, following in zip(names, [*names[1:], results[c.following]], strict=True):
                self._copy(self._end, name, following, c.following)

    def _first(self, value: Value) -> str:
        return self._firsts.setdefault(value, f"first{len(self._firsts)}")

    def _copy(self, lines: list[str], to: str, name: str, value: Value) -> None:
        if name.startswith("first") and value.shape == ():
            lines.append(f"store({to}, 0, {name})")
            return
        lines.append(f"for i in range({self._source.size(value.size)}):")
        lines.append(f"    store({to}, i, load({name}, i))")

    def _sum(self, s: Summed, name: str) -> None:
        """Add a result to a part of a total."""
        known = [name for name, v in self._outputs if v is s.output]
        total = known[0] if known else f"total{len(self._outputs)}"
        if not known:
            self._outputs.append((total, s.output))
            self._written(total)
        place = f"o[t, {len(self._offsets)}]"
        self._offsets.append(s.offsets)
        lines, indent = self._end, ""
        sizes, (there, here) = collapsed(
            s.layout.shape, [s.layout.strides, contiguous(s.value.shape).strides]
        )
        start = f"at{len(self._offsets)}"
        lines.append(f"{start} = {place}")
        to, at = start, "0"
        for level, n in enumerate(sizes):
            lines.append(f"{indent}for i{level} in range({self._source.size(n)}):")
            indent += "    "
            to += f" + i{level} * {self._signed(there[level])}"
            at += f" + i{level} * {self._signed(here[level])}"
        new = f"load({total}, {to}) + load({name}, {at})"
        lines.append(f"{indent}store({total}, {to}, {new})")

    def _signed(self, n: int) -> str:
        return self._source.size(n) if n >= 0 else f"(-{self._source.size(-n)})"


def _in_place(loop: Loop, nodes: list[Node]) -> list[Carried]:
    """What is carried from turn to turn in one memory, as nothing else reads the old value."""
    readers: dict[Value, list[Node]] = {}
    for node in nodes:
        for v in node.inputs:
            readers.setdefault(v, []).append(node)
    stacked = {k.value for k in loop.kept if k.stacked}
    followings = [c.following for c in loop.carried]
    found = []
    for c in loop.carried:
        by = readers.get(c.value, [])
        if (
            len(c.first) == len(by) == 1
            and by[0].kind == "map"
            and by[0].output is c.following
            and c.following.shape == c.value.shape
            and c.following not in stacked
            and followings.count(c.following) == 1
            and c.value.size * c.value.dtype.itemsize < RECOMPUTED
        ):
            found.append(c)
    return found


def _behind(layout: Layout) -> int:
    """How far elements lie before the first one."""
    return sum([(n - 1) * -s for n, s in zip(layout.shape, layout.strides, strict=True) if s < 0])
