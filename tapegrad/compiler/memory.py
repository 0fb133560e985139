"""Memory for the values that a kernel keeps between its loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapegrad.compiler.fusion import Group, Plan
from tapegrad.compiler.graph import Value
from tapegrad.compiler.text import short

if TYPE_CHECKING:
    from tapegrad.compiler.source import KernelSource


def give_memory(source: KernelSource) -> None:
    """Memory for what is kept between loops; large arrays take turns in as few as possible.

    That of a result serves until the result is written. A loop may write its result over what
    it reads, if it is through with each element when it writes it.
    """
    plan = source.plan
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
        if v in first and v not in source.apart:
            name = source.memory[v]
            tenants[name], kinds[name], heirs[name] = [], (v.size, v.dtype), v
    for v in first:
        if v not in plan.stored or v in source.memory:
            continue
        if v.size * v.dtype.itemsize < source.large:
            source.memory[v] = name = source.fresh("t")
            sizes = "".join(f"{source.size(n)}, " for n in v.shape)
            source.lines.append(f"{name} = empty(({sizes}), {short(v.dtype)})")
            continue
        for name, earlier in tenants.items():
            if (
                kinds[name] == (v.size, v.dtype)
                and (not earlier or before(earlier[-1], v))
                and (name not in heirs or before(v, heirs[name]))
            ):
                break
        else:
            name = f"w{len(source.work)}"
            source.work.append((v.shape, v.dtype))
            tenants[name], kinds[name] = [], (v.size, v.dtype)
        tenants[name].append(v)
        source.memory[v] = name


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
