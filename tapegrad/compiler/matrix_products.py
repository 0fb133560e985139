"""The text of matrix products in kernels: calls of BLAS on parts of arrays."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout, collapsed, contiguous
from tapegrad.compiler.node import Node

if TYPE_CHECKING:
    from tapegrad.compiler.source import KernelSource

#: Up to so many multiplications a product is a small one to OpenBLAS.
SMALL_PRODUCT = 1_000_000

#: Shorter pieces of a product are not worth a call each.
SHORTEST_PIECE = 128


def write_product(source: KernelSource, node: Node) -> None:
    """Write the calls of BLAS for a product of matrices, or of batches of them."""
    out = node.view(contiguous(node.output.shape))
    assert out is not None
    batch = out.shape[:-2]
    layouts = [_matrix(source, v) for v in node.inputs]
    layouts = [
        layout.turned if turned else layout
        for layout, turned in zip(layouts, node.transposed, strict=True)
    ]
    a, b = [layout.over((*batch, *layout.shape[-2:])) for layout in layouts]
    memory = [source.memory[source.plan.where(v)[0]] for v in node.inputs]
    memory.append(source.memory[node.output])
    if out.matrix is not None and out.matrix[1]:
        a, b, out, memory = b.turned, a.turned, out.turned, [memory[1], memory[0], memory[2]]
    a, b, out = _without_batches(a, b, out)
    sizes, strides = collapsed(out.shape[:-2], [x.strides[:-2] for x in (a, b, out)])
    starts = [source.size(x.offset) for x in (a, b, out)]
    indent = ""

    def move(i: int, step: str) -> None:
        starts[i] = step if starts[i] == "0" else f"{starts[i]} + {step}"

    for n in sizes:
        level = len(indent) // 4
        source.lines.append(f"{indent}for i{level} in range({source.size(n)}):")
        indent += "    "
    for level in range(len(sizes)):
        for i, walk in enumerate(strides):
            if walk[level]:
                sign = "-" if walk[level] < 0 else ""
                move(i, f"i{level} * {sign}{source.size(abs(walk[level]))}")
    rows, columns = out.shape[-2:]
    inner = a.shape[-1]
    numbers = [source.size(n) for n in (rows, columns, inner)]
    added = "0"
    split = _split(rows, columns, inner) if b.matrix is not None and not b.matrix[1] else None
    if split is not None:
        axis, step = split
        source.lines.append(f"{indent}for j in range(0, {numbers[axis]}, {source.size(step)}):")
        indent += "    "
        numbers[axis] = f"min({source.size(step)}, {numbers[axis]} - j)"
        walks = [(0, a.strides[-2]), (2, out.strides[-2])]
        if axis == 2:
            walks, added = [(0, a.strides[-1]), (1, b.strides[-2])], "j"
        for i, stride in walks:
            move(i, f"j * {source.size(stride)}")
    arguments = numbers
    for layout, name, start in zip((a, b, out), memory, starts, strict=True):
        assert layout.matrix is not None
        ahead, turned = layout.matrix
        arguments += [name, start, source.size(ahead), str(int(turned))]
    arguments[-1] = added  # the result is not turned
    source.lines.append(f"{indent}multiply_matrices({', '.join(arguments)})")
    if node.code:
        source.watch(*_telling(source, node))


def _telling(source: KernelSource, node: Node) -> tuple[Value, bool]:
    """What shows that a zero may have met infinity or NaN, and whether it has to be finite.

    The result has NaN then. Or, if that is less to read, the factor whose zeros do not count: a
    product with a finite one needs no other look, whatever it is.
    """
    out = node.output
    value = node.inputs[1 if node.code == "a" else 0]
    base, layout = source.plan.where(value)
    whole = prod(layout.shape) == base.size and 0 not in layout.strides
    if whole and base.size < out.size and not source.plan.is_single(base):
        return base, True
    return out, False


def _matrix(source: KernelSource, value: Value) -> Layout:
    """Where a matrix, or a batch of them, is in memory."""
    base, layout = source.plan.where(value)
    memory = source.memory[base] if base in source.memory else source.constant(base)
    if base in source.plan.stored and source.plan.is_single(base):
        source.lines.append(f"store({memory}, 0, {source.single[base]})")
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
