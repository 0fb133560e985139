"""Jacobians: many cotangents pulled back through the graph at once, many tangents pushed along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, BatchedNamespace, batched_raw
from tapegrad.core.jacobians import ranges, rows_at_once
from tapegrad.core.one_hot import ones
from tapegrad.core.structural import identity
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.torch import graph
from tapegrad.torch.batched import as_example, batched, bottom, expanded, levels_of
from tapegrad.torch.gathering import gather, leading_to
from tapegrad.torch.node import node_type, records_of
from tapegrad.torch.recorded import Level
from tapegrad.torch.running import run
from tapegrad.torch.shaping import cat, reshape
from tapegrad.torch.tensor import Tensor, wrapped

_ALIAS = node_type("AliasBackward0")


def alias(x: Tensor) -> Tensor:
    """The same memory under another identity, with the tangents and the graph of `x`."""
    if x._level is not None:
        return batched(alias(x.whole), x._level)
    same: Tensor = run(identity, _ALIAS, (x,), {})
    same._value = x._value
    return same


def rows_of(
    output: Tensor, inputs: Sequence[Tensor], create_graph: bool, chunk: int | None = None
) -> list[Tensor | None]:
    """Jacobians of one output, of shape ``(output.numel(), *input.shape)``.

    Parameters
    ----------
    output
        What is differentiated.
    inputs
        With respect to what.
    create_graph
        Whether the Jacobians get a graph.
    chunk
        How many rows go together; by default as many as fit in moderate memory.

    Returns
    -------
    list
        None for inputs that the output does not depend on.
    """
    if output._node is None:
        return [None] * len(inputs)
    wanted = {x._id for x in inputs}
    gathered = leading_to(gather([output._node]), wanted)
    size = int(output._value.size)
    if not gathered.nodes and output._id not in wanted:
        return [None] * len(inputs)
    records = records_of(gathered.nodes)
    pieces: list[dict[int, Tensor]] = []
    for start, stop in ranges(size, chunk or rows_at_once(records, (output, *inputs))):
        found = graph.pull_back(
            gathered,
            {output._id: partial(_unit_rows, output, start, stop)},
            wanted,
            retain_graph=True,
            create_graph=create_graph,
            rows=stop - start,
        )
        pieces.append({x: wrapped(graph.owned(g[0], set()), *g[1:]) for x, g in found.items()})
    results: list[Tensor | None] = []
    for x in inputs:
        rows = [p[x._id] for p in pieces if x._id in p]
        whole = None if not rows else rows[0] if len(rows) == 1 else cat(rows)
        results.append(None if whole is None else _stack_of(output, whole))
    return results


def _unit_rows(x: Tensor, start: int, stop: int, F: BatchedNamespace) -> Batched:
    if x._level is None:
        return ones(x._value.shape, x._value.dtype, F, 0, start, stop)
    rows = np.zeros((stop - start, int(x._value.size)), x._value.dtype)
    rows[np.arange(stop - start), np.arange(start, stop)] = 1
    seed = _for_all_examples(x, rows)
    return Batched(wrap_constant(seed) if F.base is recording else seed, F)


def _for_all_examples(x: Tensor, rows: Any) -> Any:
    """Rows of the size of one example as rows of the shape of all."""
    between = (1,) * len(levels_of(x))
    n = len(rows)
    whole = (n, *bottom(x)._value.shape)
    return np.broadcast_to(rows.reshape(n, *between, *x._value.shape), whole)


def _stack_of(x: Tensor, whole: Tensor) -> Tensor:
    """A stack of derivatives of all examples of `x` as one example of stacks."""
    levels = levels_of(x)
    return as_example(whole.movedim(0, len(levels)), levels) if levels else whole


def jacobians_of(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    create_graph: bool,
    chunk: int | None = None,
) -> list[list[Tensor | None]]:
    """Per output and input the Jacobian of shape ``(*output.shape, *input.shape)``, or None."""
    found = []
    for y in outputs:
        rows = rows_of(y, inputs, create_graph, chunk)
        found.append(
            [
                None if r is None else reshape(r, (*y._value.shape, *x._value.shape))
                for r, x in zip(rows, inputs, strict=True)
            ]
        )
    return found


def unit_level(inputs: Sequence[Tensor]) -> tuple[Level, list[Tensor]]:
    """A level on which the inputs, under other identities, have all unit tangents at once."""
    sizes = [int(x._value.size) for x in inputs]
    ends = list(accumulate(sizes))
    total = ends[-1]
    level = Level(total)
    duals = [alias(expanded(x)) for x in inputs]
    for dual, size, end in zip(duals, sizes, ends, strict=True):
        shape, dtype = dual._value.shape, dual._value.dtype
        if len(inputs) == 1 and size and dual._level is None:
            level.tangents[dual._id] = ones(shape, dtype, batched_raw, 0, 0, size)
            continue
        seed = np.zeros((total, size), dtype)
        seed[np.arange(end - size, end), np.arange(size)] = 1
        level.tangents[dual._id] = Batched(_for_all_examples(dual, seed), batched_raw)
    return level, duals


def columns_of(level: Level, output: Tensor, inputs: Sequence[Tensor]) -> list[Tensor]:
    """The Jacobians of an output computed at a `unit_level`, per input."""
    stack = level.tangent(output._id)
    shape = output._value.shape
    if stack is None:
        dtype = output._value.dtype
        return [wrapped(np.zeros((*shape, *x._value.shape), dtype)[()]) for x in inputs]
    stack = _stack_of(output, stack)
    found, start = [], 0
    for x in inputs:
        stop = start + int(x._value.size)
        own: Any = stack if len(inputs) == 1 else stack[start:stop]
        found.append(reshape(own.movedim(0, -1), (*shape, *x._value.shape)))
        start = stop
    return found
