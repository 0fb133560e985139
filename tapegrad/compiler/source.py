"""The source text of a kernel: loops over contiguous memory that LLVM can vectorise.

A kernel is written for a pattern, not for sizes: sizes and strides come in an array of integers,
except for strides of 0 and 1, which decide whether a loop vectorises. So another batch size needs
no new compilation.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.fusion import Group, Plan
from tapegrad.compiler.graph import Value
from tapegrad.compiler.loop_nest import LoopNest
from tapegrad.compiler.matrix_products import write_product
from tapegrad.compiler.memory import give_memory
from tapegrad.compiler.text import DIRECT, short

#: Numbers that the machine code may know.
_OFTEN = (0.0, 0.5, 1.0, 2.0)


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
    lines
        The body.
    memory, single
        The names of arrays, and of values that are one number.
    arrays
        Constants that are passed behind the given values.
    work
        Shapes and dtypes of arrays that are passed behind the results, for what is large and
        needed only inside.
    flag
        Which of these arrays tells of a NaN, if one does; see `watch`.
    """

    #: From so many bytes on, an array that is needed only inside is kept from call to call.
    large = 1 << 14

    #: Results whose memory must hold nothing else.
    apart: Collection[Value] = ()

    def __init__(self, plan: Plan, given: Sequence[Value], wanted: Sequence[Value]) -> None:
        self.plan = plan
        self.single: dict[Value, str] = {}
        self.memory: dict[Value, str] = {}
        self.total_values: set[Value] = set()  # sums that are single numbers
        self.lines: list[str] = []
        self._sizes: dict[int, str] = {}
        self._numbers: dict[float, str] = {}
        self._globals: dict[str, str] = {}
        self._count = 0
        self.even: list[int] = []  # sizes of loops whose elements are walked through in order
        self.arrays: list[Value] = []
        self.work: list[tuple[tuple[int, ...], Any]] = []
        self.flag: int | None = None
        parameters = []
        for i, v in enumerate(given):
            name = f"a{i}"
            parameters.append(name)
            if v.shape == ():
                self.single[v] = name
            else:
                self.memory[v] = name
                if v.size == 1:
                    self.single[v] = f"g{i}"
                    self.lines.append(f"g{i} = load({name}, 0)")
        results = [plan.results[v] for v in wanted]
        outs = []
        for i, v in enumerate(results):
            outs.append(f"r{i}")
            if v not in self.memory:
                self.memory[v] = f"r{i}"
        give_memory(self)
        for group in plan.groups:
            self._group(group)
        for i, v in enumerate(results):
            if v in self.total_values:
                self.lines.append(f"store(r{i}, 0, {self.single[v]})")
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
        return f"{numbers}\n\n{DIRECT}\ndef kernel({signature}):\n{body}\n"

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
        plan = self.plan
        alone = len(plan.groups) == 1 and not self.work and list(self._sizes) == self.even
        own = plan.stored <= set(plan.results.values())
        return self.even[0] if alone and own and self.even else 0

    def totals(self, wanted: Sequence[Value]) -> dict[int, str]:
        """Which of the wanted values are totals of all elements, and of what kind."""
        (group,) = self.plan.groups
        kinds = {node.output: node.code for node in group.nodes if node.kind == "reduce"}
        results = [self.plan.results[v] for v in wanted]
        return {i: kinds[v] for i, v in enumerate(results) if v in self.total_values}

    def fresh(self, prefix: str) -> str:
        """A name that is not used yet."""
        self._count += 1
        return f"{prefix}{self._count}"

    # Numbers

    def size(self, n: int) -> str:
        """A size or stride; the kernel gets all but 0 and 1 in its array of integers."""
        if n in (0, 1):
            return str(n)
        if n not in self._sizes:
            self._sizes[n] = f"n{len(self._sizes)}"
        return self._sizes[n]

    def literal(self, number: Any, dtype: Any) -> str:
        """A constant number."""
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
            write_product(self, first)
        elif first.kind == "fill":
            self.fill(first.output, "0")
        else:
            assert group.space is not None
            LoopNest(self, group, group.space).write()

    def fill(self, value: Value, number: str) -> None:
        """Write a loop that fills the memory of a value."""
        self.lines += [
            f"for i in range({self.size(value.size)}):",
            f"    store({self.memory[value]}, i, {short(value.dtype)}({number}))",
        ]

    def watch(self, value: Value, finite: bool) -> None:
        """Write a look at a product in which zeros of one factor count.

        Reported is a NaN in a value; or, if it should be `finite`, an infinity as well.
        """
        if self.flag is None:
            self.flag = len(self.work)
            self.work.append(((1,), np.dtype(bool)))
        total, kind = self.fresh("z"), short(value.dtype)
        number = f"load({self.memory[value]}, i)"
        if finite:  # zero times anything else is NaN
            number += f" * {self.literal(0.0, value.dtype)}"
        self.lines += [
            f"{total} = {kind}(0)",
            f"for i in range({self.size(value.size)}):",
            f"    {total} = sum_any_order({total}, {number})",
            f"if {total} != {total}:",
            f"    store(w{self.flag}, 0, b1(True))",
        ]

    def constant(self, value: Value) -> str:
        """The name of a constant array, which is passed to the kernel."""
        if value not in self.memory:
            self.memory[value] = f"k{len(self.arrays)}"
            self.arrays.append(value)
        return self.memory[value]
