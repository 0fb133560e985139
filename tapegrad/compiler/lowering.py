"""From operations to what loops are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.compiler.assembling import assembly
from tapegrad.compiler.contraction import einsum_of, product_of
from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.layout import Layout, indexed, viewed
from tapegrad.compiler.node import Node, constant
from tapegrad.kernels.scalars import BOOLEANS, COMPARISONS, FLOATS, INTEGERS


def lowered(step: Operation) -> list[Node] | None:
    """An operation in pieces, or None if it stays a call of its primitive."""
    values = (*step.inputs, *step.outputs)
    if any(v.dtype.kind not in "fiub" or v.dtype.itemsize not in _SIZES for v in values):
        return None
    if any(v.dtype.kind == "f" and v.dtype.itemsize == 2 for v in values):
        return None
    if any(v.size == 0 for v in values):
        return None
    primitive = step.primitive
    found = _LOWERINGS.get(primitive.name)
    if found is not None:
        return found(step)
    code = _code(step)
    return None if code is None else [Node("map", code, step.inputs, step.outputs[0])]


_SIZES = (1, 4, 8)


def _code(step: Operation) -> str | None:
    name, out = step.primitive.name, step.outputs[0]
    of = step.inputs[-1].dtype if step.inputs else out.dtype
    if out.dtype.kind == "b" and of.kind != "b":
        return COMPARISONS.get(name) if of.kind == "f" or not name.startswith("is_") else None
    table = {"f": FLOATS, "b": BOOLEANS}.get(out.dtype.kind, INTEGERS)
    if name == "masked":
        of = step.inputs[0].dtype
    return table.get(name) if of == out.dtype else None


# Moving entries around


def _view(step: Operation) -> list[Node]:
    def of(place: int) -> Callable[[Layout], Layout | None]:
        def view(layout: Layout) -> Layout | None:
            views = viewed(step, layout)
            return None if views is None else views[place]

        return view

    return [Node("view", "", step.inputs, out, view=of(i)) for i, out in enumerate(step.outputs)]


def _put_slice(step: Operation) -> list[Node]:
    (out,), index = step.outputs, step.params["index"]
    return [
        Node("fill", "", (), out),
        Node("place", "", step.inputs, out, view=lambda whole: indexed(whole, index)),
    ]


def _joined(step: Operation) -> list[Node]:
    """Concatenations and stacks: each input has its place."""
    (out,), axis = step.outputs, step.params["axis"]
    start, nodes = 0, []
    for x in step.inputs:
        one = step.primitive.name == "stack"
        part: Any = start if one else slice(start, start + x.shape[axis])
        start += 1 if one else x.shape[axis]
        index = (Ellipsis, part, *(slice(None),) * (-axis - 1))

        def view(whole: Layout, index: Any = index) -> Layout | None:
            return indexed(whole, index)

        nodes.append(Node("place", "apart", (x,), out, view=view))
    return nodes


# Reductions


def _sum(step: Operation) -> list[Node] | None:
    return _reduction(step, "sum")


def _max(step: Operation) -> list[Node] | None:
    return _reduction(step, "max")


def _min(step: Operation) -> list[Node] | None:
    return _reduction(step, "min")


def _reduction(step: Operation, code: str) -> list[Node] | None:
    (x,), (out,) = step.inputs, step.outputs
    if x.dtype != out.dtype or x.dtype.kind != "f":
        return None
    return [Node("reduce", code, (x,), out, axes=step.params["axes"])]


def _sum_to(step: Operation) -> list[Node] | None:
    (x,), (out,) = step.inputs, step.outputs
    if x.dtype.kind != "f":
        return None
    extra = len(x.shape) - len(out.shape)
    axes = [i for i, n in enumerate(x.shape) if i < extra or (out.shape[i - extra] == 1 and n != 1)]
    return [Node("reduce", "sum", (x,), out, axes=tuple([a - len(x.shape) for a in axes]))]


# Arithmetic


def _leaky_relu(step: Operation) -> list[Node]:
    alpha = constant(step.params["alpha"], step.outputs[0])
    code = "select({a} > {zero}, {a}, {a} * {b})"
    return [Node("map", code, (*step.inputs, alpha), step.outputs[0])]


def _leaky_step(step: Operation) -> list[Node]:
    alpha = constant(step.params["alpha"], step.outputs[0])
    code = "select({a} > {zero}, {one}, {b})"
    return [Node("map", code, (*step.inputs, alpha), step.outputs[0])]


def _pow(step: Operation) -> list[Node] | None:
    (a, b), (out,) = step.inputs, step.outputs
    if out.dtype.kind != "f":
        return None
    exponent = b.array if b.kind == "constant" and b.size == 1 else None
    if exponent is not None and float(np.reshape(exponent, ())) == 3 and a.shape == out.shape:
        return [Node("map", "{a} * {a} * {a}", (a,), out)]
    return [Node("map", FLOATS["pow"], step.inputs, out)]


def _add_n(step: Operation) -> list[Node] | None:
    (out,) = step.outputs
    if out.dtype.kind != "f":
        return None
    if len(step.inputs) == 1:
        return [Node("map", "{a}", step.inputs, out)]
    nodes, total = [], step.inputs[0]
    for i, x in enumerate(step.inputs[1:]):
        new = out if i == len(step.inputs) - 2 else Value.between(out.shape, out.dtype)
        nodes.append(Node("map", "{a} + {b}", (total, x), new))
        total = new
    return nodes


def _cast(step: Operation) -> list[Node] | None:
    (x,), (out,) = step.inputs, step.outputs
    if out.dtype.kind == "b":
        return [Node("map", "{a} != {zero}", (x,), out)]
    return [Node("map", "{o}({a})", (x,), out)]


# Elements picked by numbers that are known to be in range


def _gather(step: Operation) -> list[Node] | None:
    (x, index), (out,) = step.inputs, step.outputs
    if index.kind not in ("constant", "known") or x.size == 1:
        return None
    axis = step.params["axis"] % len(x.shape) if "axis" in step.params else 0
    return [Node("gather", "", (x, index), out, axes=(axis,))]


def _scatter_rows(step: Operation) -> list[Node] | None:
    (x, index), (out,) = step.inputs, step.outputs
    if index.kind not in ("constant", "known") or x.dtype != out.dtype or x.dtype.kind != "f":
        return None
    axis = step.params["axis"] % len(out.shape)
    return [
        Node("fill", "", (), out),
        Node("scatter", "", (x, index), out, axes=(axis,)),
    ]


_LOWERINGS: dict[str, Callable[[Operation], list[Node] | None]] = {
    "add_n": _add_n,
    "assemble": assembly,
    "broadcast_to": _view,
    "concat": _joined,
    "cast": _cast,
    "cast_discrete": _cast,
    "dot": product_of,
    "einsum": einsum_of,
    "gather": _gather,
    "gather_rows": _gather,
    "getitem": _view,
    "leaky_relu": _leaky_relu,
    "leaky_step": _leaky_step,
    "matmul": product_of,
    "matrix_transpose": _view,
    "pow": _pow,
    "put_slice": _put_slice,
    "reduce_max": _max,
    "reduce_min": _min,
    "reduce_sum": _sum,
    "reshape": _view,
    "reverse": _view,
    "scatter_rows": _scatter_rows,
    "split": _view,
    "stack": _joined,
    "sum_to": _sum_to,
    "transpose": _view,
    "unstack": _view,
}
