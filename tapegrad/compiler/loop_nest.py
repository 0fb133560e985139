"""The text of one loop nest of a kernel: what an element needs, and the loops around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad.compiler import stages
from tapegrad.compiler.constants import inverse_as_sum
from tapegrad.compiler.fusion import Group
from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout, collapsed, contiguous
from tapegrad.compiler.node import Node
from tapegrad.compiler.simplify import uniform
from tapegrad.compiler.text import short

if TYPE_CHECKING:
    from tapegrad.compiler.source import KernelSource

#: Sums over more elements than this are sums of sums: quick, and nearly as exact as NumPy's.
BLOCK = 4096

_NUMBER = re.compile(r"\[([-+.e0-9]+)\]")

_START = {"sum": "0", "prod": "1", "max": "-inf", "min": "inf"}
_STEP = {
    "sum": "sum_any_order({0}, {1})",
    "prod": "{0} * {1}",
    "max": "maximum({0}, {1})",
    "min": "minimum({0}, {1})",
}
_JOIN = {**_STEP, "sum": "{0} + {1}"}


class Access:
    """A walk through memory: where the element of each step is."""

    __slots__ = ("level", "memory", "name", "offset", "place", "strides")

    def __init__(self, memory: str, offset: int, strides: tuple[int, ...], name: str) -> None:
        self.memory = memory
        self.offset = offset
        self.strides = strides
        self.name = name
        self.level = -1
        self.place = ""


class LoopNest:
    """Writes the loop nest of one group.

    Parameters
    ----------
    source
        The kernel that it is part of.
    group, space
        What it computes, and the shape that it walks through.
    """

    def __init__(self, source: KernelSource, group: Group, space: tuple[int, ...]) -> None:
        self._s = source
        self._plan = source.plan
        self._group = group
        self._space = space
        self._at_hand: dict[Value, str] = {}
        self._loads: dict[Any, Access] = {}
        self._code: list[str] = []  # of the innermost level
        self._known: dict[str, str] = {}  # the names of expressions
        self._kinds: dict[str, str] = {}  # the dtypes of names
        self._stores: list[tuple[Access, str]] = []
        self._sums: list[tuple[Node, Access, str, str]] = []
        self._picked: list[Access] = []  # whose places depend on what is loaded

    def write(self) -> None:
        """Add the loops to the lines of the kernel."""
        for node in self._group.nodes:
            self._node(node)
        accesses = [
            *self._loads.values(),
            *self._picked,
            *[a for a, _ in self._stores],
            *[a for _, a, _, _ in self._sums],
        ]
        sizes, strides = collapsed(self._space, [a.strides for a in accesses])
        for access, walk in zip(accesses, strides, strict=True):
            access.strides = tuple(walk)
            access.level = max([i for i, s in enumerate(walk) if s], default=-1)
        if (
            len(sizes) == 1
            and not self._picked
            and all(a.strides in ((0,), (1,)) and not a.offset for a in accesses)
            and all(node.output.size == 1 for node, *_ in self._sums)
        ):
            self._s.even.append(sizes[0])
        self._nest(sizes, accesses)

    # What one element needs

    def _node(self, node: Node) -> None:
        s, out = self._s, node.output
        if node.kind == "gather":
            self._gather(node)
            return
        if node.kind == "scatter":
            self._scatter(node)
            return
        values = [self._expression(v) for v in node.inputs]
        if node.kind == "map":
            floats = next((v for v in node.inputs if v.dtype.kind == "f"), out)
            of = floats.dtype if out.dtype.kind == "b" or node.code.startswith("{o}") else out.dtype
            if out.dtype.kind == "b" and floats is out:
                of = node.inputs[0].dtype
            kind = short(of)
            words = {"zero": "0.0", "one": "1.0", "inf": "inf"}
            numbers = {
                word: s.global_number(kind, number)
                for word, number in words.items()
                if f"{{{word}}}" in node.code
            }
            names = dict(zip("abc", values, strict=False))
            code = self._without_division(node) or node.code
            parts: list[str] = []
            pieces = code.split("; ")
            for piece in pieces:
                text = piece.format(*parts, **names, **numbers, t=kind, o=short(out.dtype))
                text = _NUMBER.sub(lambda m: s.global_number(kind, m[1]), text)
                if len(parts) < len(pieces) - 1:
                    parts.append(self._named(text, kind))
            if out.dtype.kind in "iu" and not node.code.startswith("{o}"):
                text = f"{short(out.dtype)}({text})"
            self._define(out, text)
        elif node.kind == "place":
            part = node.view(contiguous(out.shape))
            assert part is not None
            strides = part.over(self._space).strides
            self._stores.append((self._access(out, part.offset, strides), values[0]))
        else:
            kept = iter(
                contiguous(
                    tuple([n for i, n in enumerate(self._space) if not self._reduced(node, i)])
                ).strides
            )
            strides = tuple(
                [0 if self._reduced(node, i) else next(kept) for i in range(len(self._space))]
            )
            access = self._access(out, 0, strides)
            self._sums.append((node, access, values[0], s.fresh("s")))

    def _named(self, text: str, kind: str) -> str:
        """The name of an expression; what has one already is not computed again."""
        name = self._known.get(text)
        if name is None:
            name = self._s.fresh("v")
            self._code.append(f"{name} = {text}")
            self._kinds[name] = kind
            if "load(" not in text:
                self._known[text] = name
        return name

    def _define(self, out: Value, text: str) -> None:
        name = self._at_hand[out] = self._named(text, short(out.dtype))
        if self._plan.is_single(out):
            self._s.single[out] = name
        if out in self._plan.stored:
            layout = contiguous(out.shape)
            self._stores.append((self._access(out, layout.offset, layout.strides), name))

    def _gather(self, node: Node) -> None:
        x, index = node.inputs
        base, layout = self._plan.where(x)
        if base.kind == "constant":
            self._s.constant(base)
        self._define(node.output, f"load({self._pick(node, base, layout, index)})")

    def _scatter(self, node: Node) -> None:
        values, index = node.inputs
        value = self._expression(values)
        place = self._pick(node, node.output, contiguous(node.output.shape), index)
        self._code.append(f"store({place}, load({place}) + {value})")

    def _pick(self, node: Node, base: Value, layout: Layout, index: Value) -> str:
        """Memory and place of what an index picks along an axis of a value."""
        (axis,) = node.axes
        before, after = layout.strides[:axis], layout.strides[axis + 1 :]
        picked = self._number_over(index, len(after))
        walk = (*before, *[0] * len(index.shape), *after)
        access = self._access(base, layout.offset, walk)
        self._picked.append(access)
        stride = layout.strides[axis]
        sign = "-" if stride < 0 else ""
        step = f"{picked} * {sign}{self._s.size(abs(stride))}"
        return f"{access.memory}, {access.name}_picked + {step}"

    def _without_division(self, node: Node) -> str | None:
        """The code of a quotient by a constant as a product with its inverse."""
        if node.code != "{a} / {b}":
            return None
        divisor = node.inputs[1]
        number = uniform(divisor)
        inverse = None if number is None else inverse_as_sum(number, divisor.dtype)
        if inverse is None:
            return None
        high, low = [self._s.literal(part, divisor.dtype) for part in inverse]
        return f"{{a}} * {high}" if not inverse[1] else f"times_sum({{a}}, {high}, {low})"

    def _reduced(self, node: Node, axis: int) -> bool:
        return axis - len(self._space) in node.axes

    def _access(self, value: Value, offset: int, strides: tuple[int, ...]) -> Access:
        memory = self._s.memory.get(value, "")
        return Access(memory, offset, strides, self._s.fresh("p"))

    def _number_over(self, index: Value, behind: int) -> str:
        """The element of an index of so many axes less, as a number."""
        base, layout = self._plan.where(index)
        if base.kind == "constant":
            if base.size == 1:
                return f"i8({int(np.reshape(base.array, ()))})"
            self._s.constant(base)
        if base in self._s.single:
            return f"i8({self._s.single[base]})"
        more = (1,) * behind
        looked_at = Layout(layout.offset, (*layout.shape, *more), (*layout.strides, *more))
        walk = looked_at.over(self._space)
        key = base, walk.offset, walk.strides
        if key not in self._loads:
            self._loads[key] = self._access(base, walk.offset, walk.strides)
        return f"i8(x{self._loads[key].name})"

    def _expression(self, value: Value) -> str:
        s = self._s
        if value in self._at_hand:
            return self._at_hand[value]
        base, layout = self._plan.where(value)
        if base.kind == "constant":
            number = uniform(base)
            if number is None and base.size == 1:
                number = np.reshape(base.array, ())[()]
            if number is not None:
                return s.literal(number, base.dtype)
            if base not in s.memory:
                s.constant(base)
        if base in s.single:
            return s.single[base]
        walk = layout.over(self._space)
        key = base, walk.offset, walk.strides
        if key not in self._loads:
            self._loads[key] = self._access(base, walk.offset, walk.strides)
        return f"x{self._loads[key].name}"

    # The loops

    def _nest(self, sizes: list[int], accesses: list[Access]) -> None:
        lines = self._s.lines
        depth = len(sizes)
        blocked = depth == 1 and any(a.level == -1 for _, a, _, _ in self._sums)
        for _, a, _, _ in self._sums:
            if self._in_memory(a, depth):
                node = next(n for n, b, _, _ in self._sums if b is a)
                self._s.fill(node.output, _START[node.code])
        for a in accesses:
            a.place = "0" if not a.offset else self._s.size(a.offset)
        indent = ""
        self._begin_sums(-1, depth, indent, blocked)
        self._load(-1, lines, indent)
        body: list[str] = []  # of the innermost loop
        for level in range(depth):
            n = self._s.size(sizes[level])
            inner = lines if level < depth - 1 else body
            start, end = "0", n
            if blocked:
                lines.append(f"{indent}for b in range(({n} + {BLOCK - 1}) // {BLOCK}):")
                indent += "    "
                start, end = f"b * {BLOCK}", f"min(b * {BLOCK} + {BLOCK}, {n})"
            if level == depth - 1:
                self._begin_partial(indent)
            else:
                lines.append(f"{indent}for i{level} in range({n}):")
            indent += "    "
            ahead = "" if inner is body else indent
            walks: dict[str, str] = {}  # several arrays are often walked through alike
            for a in accesses:
                stride = a.strides[level]
                if not stride:
                    continue
                step = f"i{level}"
                if stride != 1:
                    sign = "" if stride > 0 else "-"
                    step += f" * {sign}{self._s.size(abs(stride))}"
                place = step if a.place == "0" else f"{a.place} + {step}"
                if place == f"i{level}":
                    a.place = place
                    continue
                if place not in walks:
                    walks[place] = f"{a.name}_{level}"
                    inner.append(f"{ahead}{walks[place]} = {place}")
                a.place = walks[place]
            if level < depth - 1:
                self._begin_sums(level, depth, indent, blocked)
            self._load(level, inner, ahead)
        body += [f"{a.name}_picked = {a.place}" for a in self._picked]
        body += self._code
        body += [f"store({a.memory}, {a.place}, {name})" for a, name in self._stores]
        for node, a, value, name in self._sums:
            if a.level == depth - 1 and depth:
                old = f"load({a.memory}, {a.place})"
                body.append(f"store({a.memory}, {a.place}, {_JOIN[node.code].format(old, value)})")
            elif depth:
                body.append(f"q{name} = {_STEP[node.code].format('q' + name, value)}")
            else:
                body.append(f"{name} = {value}")
        if not depth:
            lines += body
        elif depth == 1 and not self._picked and stages.worthwhile(body, sizes[0]):
            self._write_stages(body, indent[:-4], start, end)
        else:
            of = end if start == "0" else f"{start}, {end}"
            lines.append(f"{indent[:-4]}for i{depth - 1} in range({of}):")
            lines += [indent + line for line in body]
        self._finish(depth, indent, blocked)

    def _write_stages(self, body: list[str], indent: str, start: str, end: str) -> None:
        """The innermost loop as several, over tiles."""
        lines = self._s.lines
        bodies, counts = stages.in_stages(body, self._kinds, "i0 - o")
        lines += [
            f"{indent}tile_{kind} = empty(({count * stages.TILE},), {kind})"
            for kind, count in counts.items()
        ]
        lines.append(f"{indent}for o in range({start}, {end}, {stages.TILE}):")
        indent += "    "
        lines.append(f"{indent}stop = min(o + {stages.TILE}, {end})")
        for statements, ahead in zip(bodies, stages.fetching(body, len(bodies)), strict=True):
            lines += [f"{indent}{line}" for line in [*ahead, "for i0 in range(o, stop):"]]
            lines += [f"{indent}    {line}" for line in statements]

    def _in_memory(self, a: Access, depth: int) -> bool:
        """Whether partial results of a reduction are added up in memory."""
        return any(not s for s in a.strides[: a.level + 1]) or (depth > 0 and a.level == depth - 1)

    def _load(self, level: int, lines: list[str], indent: str) -> None:
        lines += [
            f"{indent}x{a.name} = load({a.memory}, {a.place})"
            for a in self._loads.values()
            if a.level == level
        ]

    def _begin_sums(self, level: int, depth: int, indent: str, blocked: bool) -> None:
        """Start the totals of the reductions whose place is known here."""
        for node, a, _, name in self._sums:
            if a.level == level and a.level != depth - 1 and (a.level < depth - 2 or blocked):
                kind = short(node.output.dtype)
                self._s.lines.append(f"{indent}{name} = {kind}({_START[node.code]})")

    def _begin_partial(self, indent: str) -> None:
        """Start what the innermost loop adds up."""
        for node, a, _, name in self._sums:
            if a.level < len(a.strides) - 1:
                kind = short(node.output.dtype)
                self._s.lines.append(f"{indent}q{name} = {kind}({_START[node.code]})")

    def _finish(self, depth: int, indent: str, blocked: bool) -> None:
        """Behind each loop, from the innermost: add up, and put away what is complete."""
        lines = self._s.lines
        for level in range(depth - 2, -2, -1):
            if blocked:
                outer = indent[:-4]
                for node, a, _, name in self._sums:
                    if a.level == -1:
                        total = _JOIN[node.code].format(name, f"q{name}")
                        lines.append(f"{outer}{name} = {total}")
                indent = indent[:-8]
            else:
                indent = indent[:-4]
                if level == depth - 2:
                    for node, a, _, name in self._sums:
                        if a.level == level:
                            lines.append(f"{indent}{name} = q{name}")
                        elif a.level < level:
                            text = _JOIN[node.code].format(name, f"q{name}")
                            lines.append(f"{indent}{name} = {text}")
            for node, a, _, name in self._sums:
                if a.level == level:
                    self._put_away(node, a, name, indent, depth)
        if depth == 0:
            for node, a, _, name in self._sums:
                self._put_away(node, a, name, indent, depth)

    def _put_away(self, node: Node, a: Access, name: str, indent: str, depth: int) -> None:
        if self._plan.is_single(node.output):
            self._s.single[node.output] = name
            self._s.total_values.add(node.output)
            return
        value = name
        if self._in_memory(a, depth):
            value = _JOIN[node.code].format(f"load({a.memory}, {a.place})", name)
        self._s.lines.append(f"{indent}store({a.memory}, {a.place}, {value})")
