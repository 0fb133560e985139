"""Sums of products: as matrix products, or written out where the sums are short."""

from __future__ import annotations

from math import prod

from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.layout import Layout, contiguous, reshaped
from tapegrad.compiler.node import Node

#: BLAS counts in 32 bits.
_LONGEST = 2**31 - 1

#: Sums of so few products are arithmetic in a loop: less than a call of BLAS, and fused.
_SHORT = 4


def product_of(step: Operation) -> list[Node] | None:
    """A matrix product, also of batches."""
    (a, b), (out,) = step.inputs, step.outputs
    if out.dtype.kind != "f" or max(*a.shape, *b.shape, *out.shape) > _LONGEST:
        return None
    flags = (step.params.get("transpose_a", False), step.params.get("transpose_b", False))
    return [Node("product", _code(step), (a, b), out, transposed=flags)]


def _code(step: Operation) -> str:
    """Which factor of a product is guarded."""
    return "" if step.guarded is None else "ab"[step.guarded]


def einsum_of(step: Operation) -> list[Node] | None:
    """An einsum of two operands in which each subscript occurs once in a group."""
    (a, b), (out,) = step.inputs, step.outputs
    groups, letters = step.params["equation"].split("->")
    left, right = groups.split(",")
    sizes = dict(zip(left + right, a.shape + b.shape, strict=True))
    if (
        out.dtype.kind != "f"
        or any(len(set(x)) < len(x) for x in (left, right, letters))
        or any(x not in letters and (x not in left or x not in right) for x in left + right)
        or tuple([sizes[x] for x in left]) != a.shape
    ):
        return None
    summed = [x for x in left if x not in letters]
    count = prod([sizes[x] for x in summed])
    if max(*a.shape, *b.shape, *out.shape, count, 0) > _LONGEST:
        return None
    if count <= _SHORT:
        return _written_out(step, left, right, letters, summed, sizes)
    batch = [x for x in letters if x in left and x in right]
    rows = [x for x in left if x in letters and x not in right]
    columns = [x for x in right if x in letters and x not in left]
    nodes: list[Node] = []

    def arranged(x: Value, names: str, *axes: list[str]) -> Value:
        """A value as a batch of matrices."""
        order = [names.index(name) for group in (batch, *axes) for name in group]
        turned = Value.between(tuple([x.shape[i] for i in order]), x.dtype)
        nodes.append(Node("view", "", (x,), turned, view=lambda of: of.transposed(order)))
        to = (*[sizes[i] for i in batch], *[prod([sizes[i] for i in group]) for group in axes])
        matrices = Value.between(to, x.dtype)
        nodes.append(Node("view", "", (turned,), matrices, view=lambda of: reshaped(of, to)))
        return matrices

    inputs = arranged(a, left, rows, summed), arranged(b, right, summed, columns)
    shape = (*inputs[0].shape[:-1], inputs[1].shape[-1])
    order = [letters.index(x) for x in (*batch, *rows, *columns)]

    def matrices(whole: Layout) -> Layout | None:
        return reshaped(whole.transposed(order), shape)

    found = matrices(contiguous(out.shape))
    if found is not None and found.matrix is not None:
        return [*nodes, Node("product", _code(step), inputs, out, view=matrices)]
    whole = Value.between(shape, out.dtype)
    apart = Value.between(tuple([out.shape[i] for i in order]), out.dtype)
    back = [order.index(i) for i in range(len(order))]
    return [
        *nodes,
        Node("product", _code(step), inputs, whole),
        Node("view", "", (whole,), apart, view=lambda of: reshaped(of, apart.shape)),
        Node("view", "", (apart,), out, view=lambda of: of.transposed(back)),
    ]


def _written_out(
    step: Operation,
    left: str,
    right: str,
    letters: str,
    summed: list[str],
    sizes: dict[str, int],
) -> list[Node]:
    """Products, and sums of up to `_SHORT` of them, element by element."""
    (a, b), (out,) = step.inputs, step.outputs
    code = "{a} * {b}"
    if step.guarded is not None:
        code = f"select({{{_code(step)}}} == {{zero}}, {{zero}}, {{a}} * {{b}})"
    places: list[dict[str, int]] = [{}]
    for x in summed:
        places = [{**place, x: i} for place in places for i in range(sizes[x])]
    nodes: list[Node] = []

    def part(x: Value, names: str, place: dict[str, int]) -> Value:
        """What an operand has at a place of the subscripts that are summed over."""
        seen = Value.between(tuple([sizes[n] if n in names else 1 for n in letters]), x.dtype)

        def view(of: Layout) -> Layout:
            stride = dict(zip(names, of.strides, strict=True))
            offset = of.offset + sum([stride[n] * i for n, i in place.items()])
            return Layout(offset, seen.shape, tuple([stride.get(n, 0) for n in letters]))

        nodes.append(Node("view", "", (x,), seen, view=view))
        return seen

    total: Value | None = None
    for i, place in enumerate(places):
        factors = part(a, left, place), part(b, right, place)
        last = i == len(places) - 1
        term = out if last and total is None else Value.between(out.shape, out.dtype)
        nodes.append(Node("map", code, factors, term))
        if total is not None:
            joined = out if last else Value.between(out.shape, out.dtype)
            nodes.append(Node("map", "{a} + {b}", (total, term), joined))
            term = joined
        total = term
    return nodes
