"""Jacobians: many cotangents, or many tangents, through one tape at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.backward import sweep
from tapegrad.core.batching import Batched, batched_raw, batched_recording
from tapegrad.core.context import active_recorders, restore_float_errors, silence_float_errors
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.core.unconnected import zeros_for

#: Rows of a Jacobian are pulled back together as long as one cotangent stays below this size.
_CHUNK_ELEMENTS = 1 << 22


def jacobian(tape: Tape, y: Any, sources: list[Any], chunk: int | None) -> list[Any]:
    """Jacobians of `y` of shapes ``y.shape + source.shape``, None for unconnected sources."""
    size = y._value.size
    rows = _rows_at_once(tape, y, sources, chunk, size)
    pieces: list[list[Any]] = [[] for _ in sources]
    for start in range(0, max(size, 1), rows):
        stop = min(start + rows, size)
        seed = np.zeros((stop - start, size), y._value.dtype)
        seed[np.arange(stop - start), np.arange(start, stop)] = 1
        seed = seed.reshape((stop - start, *y._value.shape))
        for piece, j in zip(pieces, _pull_rows(tape, y, sources, seed), strict=True):
            piece.append(j)
    found: list[Any] = []
    for js, x in zip(pieces, sources, strict=True):
        if all(j is None for j in js):
            found.append(None)
            continue
        # A custom gradient may say None for some rows only.
        counts = [min(rows, size - i * rows) for i in range(len(js))]
        js = [zeros_for(x, (n,)) if j is None else j for j, n in zip(js, counts, strict=True)]
        found.append(_joined(js, (*y._value.shape, *x._value.shape)))
    return found


def batch_jacobian(tape: Tape, y: Any, x: Any, chunk: int | None) -> Tensor:
    """Jacobians of each example, shape ``(b, *y.shape[1:], *x.shape[1:])``."""
    batch, *inner = y._value.shape
    size = int(np.prod(inner))
    rows = _rows_at_once(tape, y, [x], chunk, size)
    pieces = []
    for start in range(0, max(size, 1), rows):
        stop = min(start + rows, size)
        seed = np.zeros((stop - start, batch, size), y._value.dtype)
        seed[np.arange(stop - start), :, np.arange(start, stop)] = 1
        (j,) = _pull_rows(tape, y, [x], seed.reshape((stop - start, *y._value.shape)))
        if j is None:
            j = zeros_for(x, (stop - start,))
        pieces.append(j)
    shape = x._value.shape
    joined = _joined(pieces, (size, *shape))
    order = (1, 0, *range(2, 1 + len(shape)))
    return _reshape(_transpose(joined, order), (batch, *inner, *shape[1:]))


def _rows_at_once(tape: Tape, y: Any, sources: list[Any], chunk: int | None, size: int) -> int:
    if chunk is not None:
        return chunk
    largest: int = max([y._value.size, *(x._value.size for x in sources), 1])
    return max(1, min(max(size, 1), _CHUNK_ELEMENTS // largest))


def _pull_rows(tape: Tape, y: Any, sources: list[Any], seed: np.ndarray[Any, Any]) -> list[Any]:
    """Pull a stack of cotangents back; per source a Tensor of shape ``(rows, *source.shape)``."""
    wanted = {x._id for x in sources if is_differentiable(x._value)}
    if not is_differentiable(y._value) or not (y._id in tape.followed or y._id in wanted):
        return [None] * len(sources)
    base = recording if active_recorders() else raw
    F = batched_raw if base is raw else batched_recording
    g = Batched(wrap(seed) if base is recording else seed, F)
    token = silence_float_errors()
    try:
        found = sweep(tape.records, {y._id: g}, wanted, F, roots=tape.roots)
    finally:
        restore_float_errors(token)
    return [_rows(found.get(x._id), F, len(seed), x) for x in sources]


def _rows(g: Any, F: Any, rows: int, x: Any) -> Tensor | None:
    if g is None:
        return None
    if g.__class__ is Slices:
        g = g.dense(F)
    if g.__class__ is not Batched:  # does not depend on the row
        g = F.base.broadcast_to(g, to=(rows, *x._value.shape))
        return g if isinstance(g, Tensor) else wrap(g)
    return g.value if isinstance(g.value, Tensor) else wrap(g.value)


def _joined(pieces: list[Tensor], shape: tuple[int, ...]) -> Tensor:
    whole = pieces[0] if len(pieces) == 1 else recording.concat(*pieces, axis=-pieces[0].ndim)
    return _reshape(whole, shape)


def _reshape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    if x._value.shape == shape:
        return x
    reshaped: Tensor = recording.reshape(x, to=shape)
    return reshaped


def _transpose(x: Tensor, order: tuple[int, ...]) -> Tensor:
    transposed: Tensor = recording.transpose(x, axes=tuple(a - len(order) for a in order))
    return transposed
