"""The source text of a kernel: loops over contiguous memory that LLVM can vectorise.

A kernel is written for a pattern, not for sizes: sizes and strides come in an array of integers,
except for strides of 0 and 1, which decide whether a loop vectorises. So another batch size needs
no new compilation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler import stages
from tapegrad.compiler.constants import inverse_as_sum
from tapegrad.compiler.fusion import Group, Plan
from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout, collapsed, contiguous
from tapegrad.compiler.node import Node
from tapegrad.compiler.simplify import uniform

DECORATOR = '@njit(nogil=True, error_model="numpy")'

#: Sums over more elements than this are sums of sums: quick, and nearly as exact as NumPy's.
BLOCK = 4096

#: Numbers that the machine code may know.
_OFTEN = (0.0, 0.5, 1.0, 2.0)

#: Up to so many multiplications a product is a small one to OpenBLAS.
SMALL_PRODUCT = 1_000_000

#: Shorter pieces of a product are not worth a call each.
SHORTEST_PIECE = 128

_NUMBER = re.compile(r"\[([-+.e0-9]+)\]")

_START = {"sum": "0", "prod": "1", "max": "-inf", "min": "inf"}
_STEP = {
    "sum": "sum_any_order({0}, {1})",
    "prod": "{0} * {1}",
    "max": "maximum({0}, {1})",
    "min": "minimum({0}, {1})",
}
_JOIN = {**_STEP, "sum": "{0} + {1}"}


def short(dtype: Any) -> str:
    """The name of a dtype in kernels, such as ``f8``."""
    return "b1" if dtype.kind == "b" else f"{dtype.kind}{dtype.itemsize}"


class KernelSource:
    """Writes a kernel.

    Parameters
    ----------
    plan
        Its loops.
    given
        The values that it gets, in order.
    wanted
        The values that it makes, in order.

    Attributes
    ----------
    arrays
        Constants that are passed behind the given values.
    work
        Shapes and dtypes of arrays that are passed behind the results, for what is large and
        needed only inside.
    """

    #: From so many bytes on, an array that is needed only inside is kept from call to call.
    large = 1 << 14

    #: Results whose memory must hold nothing else.
    apart: Collection[Value] = ()

    def __init__(self, plan: Plan, given: Sequence[Value], wanted: Sequence[Value]) -> None:
        self._plan = plan
        self._names: dict[Value, str] = {}
        self._single: dict[Value, str] = {}
        self._memory: dict[Value, str] = {}
        self._totals: set[Value] = set()  # sums that are single numbers
        self._lines: list[str] = []
        self._sizes: dict[int, str] = {}
        self._numbers: dict[float, str] = {}
        self._globals: dict[str, str] = {}
        self._count = 0
        self._even: list[int] = []  # sizes of loops whose elements are walked through in order
        self.arrays: list[Value] = []
        self.work: list[tuple[tuple[int, ...], Any]] = []
        self.functions: set[str] = set()
        parameters = []
        for i, v in enumerate(given):
            name = f"a{i}"
            parameters.append(name)
            if v.shape == ():
                self._single[v] = name
            else:
                self._memory[v] = name
                if v.size == 1:
                    self._single[v] = f"g{i}"
                    self._lines.append(f"g{i} = load({name}, 0)")
        results = [plan.results[v] for v in wanted]
        outs = []
        for i, v in enumerate(results):
            outs.append(f"r{i}")
            if v not in self._memory:
                self._memory[v] = f"r{i}"
        self._give_memory(plan)
        for group in plan.groups:
            self._group(group)
        for i, v in enumerate(results):
            if v in self._totals:
                self._lines.append(f"store(r{i}, 0, {self._single[v]})")
        constants = [f"k{i}" for i in range(len(self.arrays))]
        work = [f"w{i}" for i in range(len(self.work))]
        self._parameters = [*parameters, *constants, *outs, *work]

    @property
    def text(self) -> str:
        """The source of ``def kernel(...)``, behind the numbers that it knows."""
        return self.definition(self._parameters, self.lines)

    def definition(self, parameters: Sequence[str], lines: Sequence[str]) -> str:
        """A kernel that begins with the names of its sizes and numbers."""
        head = [f"{name} = d[{i}]" for i, name in enumerate(self._sizes.values())]
        head += [f"{name} = c[{i}]" for i, name in enumerate(self._numbers.values())]
        signature = ", ".join([*parameters, "d", "c"])
        body = "\n".join(f"    {line}" for line in [*head, *lines])
        numbers = "".join(f"{name} = {text}\n" for name, text in sorted(self._globals.items()))
        return f"{numbers}\n\n{DECORATOR}\ndef kernel({signature}):\n{body}\n"

    @property
    def lines(self) -> list[str]:
        """The body."""
        return self._lines

    @property
    def sizes(self) -> Any:
        """What is passed as the array of integers."""
        return np.array([*self._sizes, 0], np.int64)

    @property
    def numbers(self) -> Any:
        """What is passed as the array of floats."""
        return np.array([*self._numbers, 0.0], np.float64)

    @property
    def divisible(self) -> int:
        """The number of elements, if pieces of all arrays make a kernel for pieces; else 0."""
        plan = self._plan
        alone = len(plan.groups) == 1 and not self.work and list(self._sizes) == self._even
        own = plan.stored <= set(plan.results.values())
        return self._even[0] if alone and own and self._even else 0

    def totals(self, wanted: Sequence[Value]) -> dict[int, str]:
        """Which of the wanted values are totals of all elements, and of what kind."""
        (group,) = self._plan.groups
        kinds = {node.output: node.code for node in group.nodes if node.kind == "reduce"}
        results = [self._plan.results[v] for v in wanted]
        return {i: kinds[v] for i, v in enumerate(results) if v in self._totals}

    def _give_memory(self, plan: Plan) -> None:
        """Memory for what is kept between loops; large arrays take turns in as few as possible.

        That of a result serves until the result is written. A loop may write its result over what
        it reads, if it is through with each element when it writes it.
        """
        first: dict[Value, int] = {}
        last: dict[Value, int] = {}
        for i, group in enumerate(plan.groups):
            for node in group.nodes:
                first.setdefault(node.output, i)
                for v in (*[plan.where(x)[0] for x in node.inputs], node.output):
                    last[v] = i

        def before(v: Value, w: Value) -> bool:
            """Whether a value is needed no more when another one is written."""
            i = first[w]
            return last[v] < i or (last[v] == i and _is_read_in_step(plan, plan.groups[i], v, w))

        tenants: dict[str, list[Value]] = {}  # of each large piece of memory, in order
        kinds: dict[str, tuple[int, Any]] = {}
        heirs: dict[str, Value] = {}  # the result that it has to hold in the end
        for v in dict.fromkeys(plan.results.values()):
            if v in first and v not in self.apart:
                name = self._memory[v]
                tenants[name], kinds[name], heirs[name] = [], (v.size, v.dtype), v
        for v in first:
            if v not in plan.stored or v in self._memory:
                continue
            if v.size * v.dtype.itemsize < self.large:
                self._memory[v] = name = self._fresh("t")
                sizes = "".join(f"{self._size(n)}, " for n in v.shape)
                self._lines.append(f"{name} = empty(({sizes}), {short(v.dtype)})")
                continue
            for name, earlier in tenants.items():
                if (
                    kinds[name] == (v.size, v.dtype)
                    and (not earlier or before(earlier[-1], v))
                    and (name not in heirs or before(v, heirs[name]))
                ):
                    break
            else:
                name = f"w{len(self.work)}"
                self.work.append((v.shape, v.dtype))
                tenants[name], kinds[name] = [], (v.size, v.dtype)
            tenants[name].append(v)
            self._memory[v] = name

    def _fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    # Numbers

    def _size(self, n: int) -> str:
        if n in (0, 1):
            return str(n)
        if n not in self._sizes:
            self._sizes[n] = f"n{len(self._sizes)}"
        return self._sizes[n]

    def _literal(self, number: Any, dtype: Any) -> str:
        kind = short(dtype)
        if dtype.kind == "b":
            return str(bool(number))
        if dtype.kind != "f":
            return f"{kind}({int(number)})"
        number = float(number)
        if abs(number) in _OFTEN:  # others, such as the count of a mean, may come from sizes
            return self.global_number(kind, repr(number))
        if number not in self._numbers:
            self._numbers[number] = f"c{len(self._numbers)}"
        name = self._numbers[number]
        return name if kind == "f8" else f"{kind}({name})"

    def global_number(self, kind: str, text: str) -> str:
        """The name of a number that the machine code may know."""
        name = f"{kind}_{text.replace('-', 'm').replace('.', 'p').replace('+', '')}"
        self._globals[name] = f"{kind}({text})"
        return name

    # Loops

    def _group(self, group: Group) -> None:
        (first, *_) = group.nodes
        if first.kind == "product":
            self._product(first)
        elif first.kind == "fill":
            self._fill(first.output, "0")
        else:
            assert group.space is not None
            _Loop(self, group, group.space).write()

    def _fill(self, value: Value, number: str) -> None:
        self._lines += [
            f"for i in range({self._size(value.size)}):",
            f"    store({self._memory[value]}, i, {short(value.dtype)}({number}))",
        ]

    def _constant(self, value: Value) -> str:
        """The name of a constant array, which is passed to the kernel."""
        if value not in self._memory:
            self._memory[value] = f"k{len(self.arrays)}"
            self.arrays.append(value)
        return self._memory[value]

    def _product(self, node: Node) -> None:
        out = node.view(contiguous(node.output.shape))
        assert out is not None
        batch = out.shape[:-2]
        layouts = [self._matrix(v) for v in node.inputs]
        layouts = [
            layout.turned if turned else layout
            for layout, turned in zip(layouts, node.transposed, strict=True)
        ]
        a, b = [layout.over((*batch, *layout.shape[-2:])) for layout in layouts]
        memory = [self._memory[self._plan.where(v)[0]] for v in node.inputs]
        if out.matrix is not None and out.matrix[1]:
            a, b, out, memory = b.turned, a.turned, out.turned, memory[::-1]
        a, b, out = _without_batches(a, b, out)
        sizes, strides = collapsed(out.shape[:-2], [x.strides[:-2] for x in (a, b, out)])
        starts = [self._size(x.offset) for x in (a, b, out)]
        indent = ""

        def move(i: int, step: str) -> None:
            starts[i] = step if starts[i] == "0" else f"{starts[i]} + {step}"

        for n in sizes:
            level = len(indent) // 4
            self._lines.append(f"{indent}for i{level} in range({self._size(n)}):")
            indent += "    "
        for level in range(len(sizes)):
            for i, walk in enumerate(strides):
                if walk[level]:
                    sign = "-" if walk[level] < 0 else ""
                    move(i, f"i{level} * {sign}{self._size(abs(walk[level]))}")
        rows, columns = out.shape[-2:]
        inner = a.shape[-1]
        numbers = [self._size(n) for n in (rows, columns, inner)]
        added = "0"
        split = _split(rows, columns, inner) if b.matrix is not None and not b.matrix[1] else None
        if split is not None:
            axis, step = split
            self._lines.append(f"{indent}for j in range(0, {numbers[axis]}, {self._size(step)}):")
            indent += "    "
            numbers[axis] = f"min({self._size(step)}, {numbers[axis]} - j)"
            walks = [(0, a.strides[-2]), (2, out.strides[-2])]
            if axis == 2:
                walks, added = [(0, a.strides[-1]), (1, b.strides[-2])], "j"
            for i, stride in walks:
                move(i, f"j * {self._size(stride)}")
        arguments = numbers
        for layout, name, start in zip((a, b), memory, starts, strict=False):
            assert layout.matrix is not None
            ahead, turned = layout.matrix
            arguments += [name, start, self._size(ahead), str(int(turned))]
        assert out.matrix is not None
        arguments += [self._memory[node.output], starts[2], self._size(out.matrix[0]), added]
        self._lines.append(f"{indent}multiply_matrices({', '.join(arguments)})")

    def _matrix(self, value: Value) -> Layout:
        """Where a matrix, or a batch of them, is in memory."""
        base, layout = self._plan.where(value)
        memory = self._memory[base] if base in self._memory else self._constant(base)
        if base in self._plan.stored and self._plan.is_single(base):
            self._lines.append(f"store({memory}, 0, {self._single[base]})")
        return layout


def _split(rows: int, columns: int, inner: int) -> tuple[int, int] | None:
    """Along which axis to cut a long, narrow product into pieces, and their size.

    OpenBLAS has kernels for small products that copy nothing first. Measured: 1.2 to 2.7 times as
    fast if one of `rows` and `inner` is large and what the others span is small.
    """
    if rows * columns * inner <= SMALL_PRODUCT:
        return None
    axis, across = (0, columns * inner) if rows >= inner else (2, rows * columns)
    if across * SHORTEST_PIECE > SMALL_PRODUCT:
        return None
    return axis, SMALL_PRODUCT // across // 16 * 16


def _without_batches(a: Layout, b: Layout, out: Layout) -> tuple[Layout, Layout, Layout]:
    """Products with one and the same matrix as a single one, where rows go on evenly."""
    while len(out.shape) > 2 and not b.strides[-3]:
        joined = [_joined_rows(x) for x in (a, out)]
        if any(x is None or x.matrix is None for x in joined):
            break
        a, out = [x for x in joined if x is not None]
        b = Layout(b.offset, (*b.shape[:-3], *b.shape[-2:]), (*b.strides[:-3], *b.strides[-2:]))
    return a, b, out


def _joined_rows(x: Layout) -> Layout | None:
    """A batch of matrices as one, of the rows of all of them."""
    *sizes, count, rows, columns = x.shape
    *strides, far, near, step = x.strides
    if count > 1 and rows > 1 and far != near * rows:
        return None
    walk = far if rows == 1 else near
    return Layout(x.offset, (*sizes, count * rows, columns), (*strides, walk, step))


def _is_read_in_step(plan: Plan, group: Group, v: Value, w: Value) -> bool:
    """Whether a loop that writes `w` reads only that element of `v` which is at the same place."""
    space = group.space
    if space is None or w.shape != space:
        return False
    for node in group.nodes:
        if node.output is v or (node.output is w and node.kind not in ("map", "gather")):
            return False
        for x in node.inputs:
            base, layout = plan.where(x)
            if base is v and (node.kind == "gather" or not layout.over(space).is_whole):
                return False
    return True


class _Access:
    """A walk through memory: where the element of each step is."""

    __slots__ = ("level", "memory", "name", "offset", "place", "strides")

    def __init__(self, memory: str, offset: int, strides: tuple[int, ...], name: str) -> None:
        self.memory = memory
        self.offset = offset
        self.strides = strides
        self.name = name
        self.level = -1
        self.place = ""


class _Loop:
    """Writes the loop nest of one group."""

    def __init__(self, source: KernelSource, group: Group, space: tuple[int, ...]) -> None:
        self._s = source
        self._plan = source._plan
        self._group = group
        self._space = space
        self._at_hand: dict[Value, str] = {}
        self._loads: dict[Any, _Access] = {}
        self._code: list[str] = []  # of the innermost level
        self._known: dict[str, str] = {}  # the names of expressions
        self._kinds: dict[str, str] = {}  # the dtypes of names
        self._stores: list[tuple[_Access, str]] = []
        self._sums: list[tuple[Node, _Access, str, str]] = []
        self._picked: list[_Access] = []  # whose places depend on what is loaded

    def write(self) -> None:
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
            self._s._even.append(sizes[0])
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
            self._sums.append((node, access, values[0], s._fresh("s")))

    def _named(self, text: str, kind: str) -> str:
        """The name of an expression; what has one already is not computed again."""
        name = self._known.get(text)
        if name is None:
            name = self._s._fresh("v")
            self._code.append(f"{name} = {text}")
            self._kinds[name] = kind
            if "load(" not in text:
                self._known[text] = name
        return name

    def _define(self, out: Value, text: str) -> None:
        name = self._at_hand[out] = self._named(text, short(out.dtype))
        if self._plan.is_single(out):
            self._s._single[out] = name
        if out in self._plan.stored:
            layout = contiguous(out.shape)
            self._stores.append((self._access(out, layout.offset, layout.strides), name))

    def _gather(self, node: Node) -> None:
        x, index = node.inputs
        base, layout = self._plan.where(x)
        if base.kind == "constant":
            self._s._constant(base)
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
        step = f"{picked} * {sign}{self._s._size(abs(stride))}"
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
        high, low = [self._s._literal(part, divisor.dtype) for part in inverse]
        return f"{{a}} * {high}" if not inverse[1] else f"times_sum({{a}}, {high}, {low})"

    def _reduced(self, node: Node, axis: int) -> bool:
        return axis - len(self._space) in node.axes

    def _access(self, value: Value, offset: int, strides: tuple[int, ...]) -> _Access:
        memory = self._s._memory.get(value, "")
        return _Access(memory, offset, strides, self._s._fresh("p"))

    def _number_over(self, index: Value, behind: int) -> str:
        """The element of an index of so many axes less, as a number."""
        base, layout = self._plan.where(index)
        if base.kind == "constant":
            if base.size == 1:
                return f"i8({int(np.reshape(base.array, ()))})"
            self._s._constant(base)
        if base in self._s._single:
            return f"i8({self._s._single[base]})"
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
                return s._literal(number, base.dtype)
            if base not in s._memory:
                s._constant(base)
        if base in s._single:
            return s._single[base]
        walk = layout.over(self._space)
        key = base, walk.offset, walk.strides
        if key not in self._loads:
            self._loads[key] = self._access(base, walk.offset, walk.strides)
        return f"x{self._loads[key].name}"

    # The loops

    def _nest(self, sizes: list[int], accesses: list[_Access]) -> None:
        lines = self._s._lines
        depth = len(sizes)
        blocked = depth == 1 and any(a.level == -1 for _, a, _, _ in self._sums)
        for _, a, _, _ in self._sums:
            if self._in_memory(a, depth):
                node = next(n for n, b, _, _ in self._sums if b is a)
                self._s._fill(node.output, _START[node.code])
        for a in accesses:
            a.place = "0" if not a.offset else self._s._size(a.offset)
        indent = ""
        self._begin_sums(-1, depth, indent, blocked)
        self._load(-1, lines, indent)
        body: list[str] = []  # of the innermost loop
        for level in range(depth):
            n = self._s._size(sizes[level])
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
                    step += f" * {sign}{self._s._size(abs(stride))}"
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
        lines = self._s._lines
        bodies, counts = stages.in_stages(body, self._kinds, "i0 - o")
        lines += [
            f"{indent}tile_{kind} = empty(({count * stages.TILE},), {kind})"
            for kind, count in counts.items()
        ]
        lines.append(f"{indent}for o in range({start}, {end}, {stages.TILE}):")
        indent += "    "
        lines.append(f"{indent}stop = min(o + {stages.TILE}, {end})")
        for statements in bodies:
            lines.append(f"{indent}for i0 in range(o, stop):")
            lines += [f"{indent}    {line}" for line in statements]

    def _in_memory(self, a: _Access, depth: int) -> bool:
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
                self._s._lines.append(f"{indent}{name} = {kind}({_START[node.code]})")

    def _begin_partial(self, indent: str) -> None:
        """Start what the innermost loop adds up."""
        for node, a, _, name in self._sums:
            if a.level < len(a.strides) - 1:
                kind = short(node.output.dtype)
                self._s._lines.append(f"{indent}q{name} = {kind}({_START[node.code]})")

    def _finish(self, depth: int, indent: str, blocked: bool) -> None:
        """Behind each loop, from the innermost: add up, and put away what is complete."""
        lines = self._s._lines
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

    def _put_away(self, node: Node, a: _Access, name: str, indent: str, depth: int) -> None:
        if self._plan.is_single(node.output):
            self._s._single[node.output] = name
            self._s._totals.add(node.output)
            return
        value = name
        if self._in_memory(a, depth):
            value = _JOIN[node.code].format(f"load({a.memory}, {self._place_at(a)})", name)
        self._s._lines.append(f"{indent}store({a.memory}, {self._place_at(a)}, {value})")

    def _place_at(self, a: _Access) -> str:
        return a.place
