"""Jacobians: many cotangents, or many tangents, through one tape at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.backward import sweep
from tapegrad.core.batching import Batched, BatchedNamespace, batched_raw, batched_recording
from tapegrad.core.context import active_recorders, restore_float_errors, silence_float_errors
from tapegrad.core.one_hot import ones
from tapegrad.core.replay import Plan, plan, push_through
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Record, Tape, is_differentiable
from tapegrad.core.tensor import Tensor, wrap, wrap_constant
from tapegrad.core.unconnected import zeros_for

#: Rows of a Jacobian travel together as long as no value on the way exceeds this size.
_ELEMENTS_AT_ONCE = 1 << 22


def jacobian(
    tape: Tape, y: Any, sources: list[Any], chunk: int | None, mode: str | None = None
) -> list[Any]:
    """Jacobians of `y` of shapes ``y.shape + source.shape``, None for unconnected sources.

    Parameters
    ----------
    chunk
        How many rows or columns travel at once; None for as many as fit in moderate memory.
    mode
        ``"forward"``, ``"reverse"``, or None for the cheaper one.

    Raises
    ------
    ValueError
        If forward mode is asked for where it would not be right.
    """
    live = {x._id: x for x in sources if is_differentiable(x._value)}
    if not live or not is_differentiable(y._value):
        return [None] * len(sources)
    if y._id not in tape.followed and y._id not in live:
        return [None] * len(sources)
    way = None
    unique = list(live.values())
    if mode == "forward" or (mode is None and _has_fewer_inputs(y, unique)):
        refusal = _why_not_forward(y, unique)
        way = None if refusal else plan(list(tape.records), list(live), y._id)
        if way is None and mode == "forward":
            raise ValueError(
                f"The Jacobian cannot be taken in forward mode: "
                f"{refusal or 'a custom gradient stands on the way, whose rule is for reverse'}. "
                f"Use mode='reverse'."
            )
    F = batched_recording if active_recorders() else batched_raw
    token = silence_float_errors()
    try:
        if way is not None:
            found = _by_columns(way, y, unique, chunk, F)
        else:
            found = _by_rows(tape, y, unique, chunk, F)
    finally:
        restore_float_errors(token)
    return [found.get(x._id) for x in sources]


def _has_fewer_inputs(y: Any, sources: Sequence[Any]) -> bool:
    size: int = y._value.size
    total: int = sum(x._value.size for x in sources)
    return total < size


def _why_not_forward(y: Any, sources: Sequence[Any]) -> str:
    """Why a Jacobian is not what forward mode would give; empty if it is."""
    if any(x._value.dtype.kind != "f" for x in (y, *sources)):
        return "its target and sources must be real, of 16, 32 or 64 bits"
    if any(not x.shape.is_fully_defined() for x in sources):
        return "a Variable of unknown shape may have been read with several shapes"
    return ""


def _by_rows(
    tape: Tape, y: Any, sources: Sequence[Any], chunk: int | None, F: BatchedNamespace
) -> dict[int, Any]:
    """Reverse mode: the cotangents ``e_i``, pulled back."""
    size, shape = y._value.size, y._value.shape
    wanted = {x._id for x in sources}
    pieces = {x._id: _Rows(x, size) for x in sources}
    for start, stop in ranges(size, chunk or rows_at_once(tape.records, (y, *sources))):
        g = ones(shape, y._value.dtype, F, 0, start, stop)
        found = sweep(tape.records, {y._id: g}, wanted, F, roots=tape.roots)
        for x, rows in pieces.items():
            rows.put(start, stop, found.get(x), F)
    joined = {x._id: pieces[x._id].joined() for x in sources}
    return {
        x._id: None if (j := joined[x._id]) is None else _reshape(j, shape + x._value.shape)
        for x in sources
    }


def _by_columns(
    way: Plan, y: Any, sources: Sequence[Any], chunk: int | None, F: BatchedNamespace
) -> dict[int, Any]:
    """Forward mode: the tangents ``e_j``, pushed through the records."""
    sizes = [x._value.size for x in sources]
    ends = list(accumulate(sizes))
    pieces = _Rows(y, ends[-1])
    at_once = chunk or rows_at_once([record for record, _ in way.steps], (y, *sources))
    for start, stop in ranges(ends[-1], at_once):
        tangents = {
            x._id: _unit_tangents(x, end - size, start, stop, F)
            for x, size, end in zip(sources, sizes, ends, strict=True)
            if start < end and end - size < stop
        }
        pieces.put(start, stop, push_through(way, tangents, y._id, F), F)
    columns = pieces.joined()
    if columns is None:
        columns = zeros_for(y, (ends[-1],))
    columns = _reshape(columns, (ends[-1], y._value.size))
    found: dict[int, Any] = {}
    for bit, (x, size, end) in enumerate(zip(sources, sizes, ends, strict=True)):
        if way.reached >> bit & 1:
            index = (Ellipsis, slice(end - size, end), slice(None))
            own = columns if len(sources) == 1 else recording.getitem(columns, index=index)
            j = _reshape(_transpose(own, (1, 0)), y._value.shape + x._value.shape)
            found[x._id] = _cast(j, x._value.dtype)
    return found


def _unit_tangents(x: Any, first: int, start: int, stop: int, F: BatchedNamespace) -> Batched:
    """Tangents of `x` in the columns `start` to `stop`, if its own columns begin at `first`."""
    size, shape, dtype = x._value.size, x._value.shape, x._value.dtype
    if first <= start and stop <= first + size:
        return ones(shape, dtype, F, 0, start - first, stop - first)
    columns = np.arange(max(start, first), min(stop, first + size))
    seed = np.zeros((stop - start, size), dtype)
    seed[columns - start, columns - first] = 1
    seed = seed.reshape((stop - start, *shape))
    return Batched(wrap_constant(seed) if F.base is recording else seed, F)


def batch_jacobian(tape: Tape, y: Any, x: Any, chunk: int | None) -> Tensor:
    """Jacobians of each example, shape ``(b, *y.shape[1:], *x.shape[1:])``."""
    batch, *inner = y._value.shape
    shape = x._value.shape
    joined = None
    connected = y._id in tape.followed or y._id == x._id
    if connected and is_differentiable(y._value) and is_differentiable(x._value):
        F = batched_recording if active_recorders() else batched_raw
        token = silence_float_errors()
        try:
            if prod(shape[1:]) + 1 < prod(inner):
                j = _batch_by_columns(tape, y, x, chunk, F)
                if j is not None:
                    return j
            joined = _batch_by_rows(tape, y, x, chunk, F)
        finally:
            restore_float_errors(token)
    if joined is None:
        joined = zeros_for(x, (prod(inner),))
    order = (1, 0, *range(2, 1 + len(shape)))
    return _reshape(_transpose(joined, order), (batch, *inner, *shape[1:]))


def _batch_by_rows(
    tape: Tape, y: Any, x: Any, chunk: int | None, F: BatchedNamespace
) -> Tensor | None:
    """Reverse mode: cotangents of one entry in every example, pulled back."""
    size = prod(y._value.shape[1:])
    rows = _Rows(x, size)
    for start, stop in ranges(size, chunk or rows_at_once(tape.records, (y, x))):
        g = ones(y._value.shape, y._value.dtype, F, 1, start, stop)
        found = sweep(tape.records, {y._id: g}, {x._id}, F, roots=tape.roots)
        rows.put(start, stop, found.get(x._id), F)
    return rows.joined()


def _batch_by_columns(
    tape: Tape, y: Any, x: Any, chunk: int | None, F: BatchedNamespace
) -> Tensor | None:
    """Forward mode: tangents of one entry in every example; None where that would not be right.

    Where examples mix, rows add up over the examples of the target, but columns would over those of
    the source. One more pass, with a random cotangent, tells whether they do.
    """
    records = list(tape.records)
    way = None if _why_not_forward(y, [x]) else plan(records, [x._id], y._id)
    if way is None or not way.reached:
        return None
    (batch, *inner), (_, *inputs) = y._value.shape, x._value.shape
    size = prod(inputs)
    columns = _Rows(y, size)
    for start, stop in ranges(size, chunk or rows_at_once([r for r, _ in way.steps], (y, x))):
        t = ones(x._value.shape, x._value.dtype, F, 1, start, stop)
        columns.put(start, stop, push_through(way, {x._id: t}, y._id, F), F)
    joined = columns.joined()
    if joined is None:
        return None
    flat = _reshape(joined, (size, batch, prod(inner)))
    j = _transpose(flat, (1, 2, 0))
    v = np.random.default_rng(0).standard_normal(y._value.shape).astype(y._value.dtype)
    pulled = sweep(records, {y._id: v}, {x._id}, raw, roots=tape.roots).get(x._id)
    if pulled is None or not _agree(j._value, v.reshape(batch, prod(inner)), _dense(pulled)):
        return None
    return _cast(_reshape(j, (batch, *inner, *inputs)), x._value.dtype)


def _dense(g: Any) -> Any:
    return g.dense(raw) if g.__class__ is Slices else g


def _agree(j: Any, v: Any, pulled: Any) -> bool:
    """Whether ``v @ j`` is what was pulled back, but for rounding, in each example."""
    expected = np.einsum("bi,bij->bj", v, j)
    scale = np.einsum("bi,bij->bj", np.abs(v), np.abs(j)).max(axis=1, initial=0.0, keepdims=True)
    gap = np.abs(expected - pulled.reshape(expected.shape))
    return bool((gap <= 100 * np.finfo(pulled.dtype).eps * scale).all())


def ranges(size: int, step: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows; one that is empty if there are none, so that connections are found."""
    for start in range(0, max(size, 1), step):
        yield start, min(start + step, size)


def rows_at_once(records: Sequence[Record], ends: Sequence[Any]) -> int:
    """How many rows fit in moderate memory, judged by the values that the records tell of."""
    largest: int = max(1, *(x._value.size for x in ends))
    for _, _, mask, args, _, y, _ in records:
        followed = [a for i, a in enumerate(args) if mask >> i & 1] if _is_tuple(args) else [args]
        for value in (*followed, *(y if _is_tuple(y) else [y])):
            size = getattr(value, "size", 0)
            if size > largest:
                largest = size
    return max(1, _ELEMENTS_AT_ONCE // largest)


def _is_tuple(value: Any) -> bool:
    return value.__class__ is tuple


class _Rows:
    """Stacked rows of shape ``(rows, *x.shape)``, put together from what the sweeps give."""

    def __init__(self, x: Any, size: int) -> None:
        self._x = x
        self._size = size
        self._array: np.ndarray[Any, Any] | None = None
        self._tensors: list[Tensor] = []
        self._connected = False

    def put(self, start: int, stop: int, g: Any, F: BatchedNamespace) -> None:
        """Take rows `start` to `stop`; None means that no cotangent came through."""
        value = None if g is None else self._value(g, F, stop - start)
        self._connected |= value is not None
        if F.base is recording:
            if value is None:
                value = zeros_for(self._x, (stop - start,))
            self._tensors.append(value)
            return
        if value is None:  # a custom gradient may say None for some rows only
            return
        if stop - start == self._size:
            self._array = value
            return
        if self._array is None:
            self._array = np.zeros((self._size, *self._x._value.shape), value.dtype)
        self._array[start:stop] = value

    def _value(self, g: Any, F: BatchedNamespace, rows: int) -> Any:
        if g.__class__ is Slices:
            g = g.dense(F)
        if isinstance(g, Batched):
            return g.value
        return F.base.broadcast_to(g, to=(rows, *self._x._value.shape))

    def joined(self) -> Tensor | None:
        """All rows; None if nothing ever came through."""
        if self._array is not None:
            return wrap(self._array)
        if not self._connected:
            return None
        if len(self._tensors) == 1:
            return self._tensors[0]
        whole: Tensor = recording.concat(*self._tensors, axis=-self._tensors[0].ndim)
        return whole


def _reshape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    if x._value.shape == shape:
        return x
    reshaped: Tensor = recording.reshape(x, to=shape)
    return reshaped


def _transpose(x: Tensor, order: tuple[int, ...]) -> Tensor:
    transposed: Tensor = recording.transpose(x, axes=tuple(a - len(order) for a in order))
    return transposed


def _cast(x: Tensor, dtype: Any) -> Tensor:
    source = x._value.dtype
    return x if source == dtype else recording.cast(x, dtype=dtype, source=source)
