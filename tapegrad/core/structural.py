"""The primitives that the engine itself needs: shapes, sums over broadcasts, identity, picking."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import batched_raw, shaped_batch, spread_batch
from tapegrad.core.define import general, linear
from tapegrad.core.leading_sums import sum_of_rows
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.short_rows import are_short, sum_of_columns
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """The index that takes `part` of a negative axis, whatever stands in front."""
    return (Ellipsis, part, *(slice(None),) * (-axis - 1))


def _sum_to(x: Any, *, to: tuple[int, ...]) -> Any:
    if x.shape == to:
        return x
    if x.shape[1:] == to:  # the bias of a layer
        return sum_of_rows(x)
    extra = x.ndim - len(to)
    if not extra and to[-1] == 1 and x.shape[:-1] == to[:-1] and are_short(x):
        return sum_of_columns(x).reshape(to)
    axes = tuple(range(extra)) + tuple(
        i for i in range(extra, x.ndim) if to[i - extra] == 1 and x.shape[i] != 1
    )
    return np.add.reduce(x, axes, dtype=x.dtype).reshape(to)[()]


def _batched_sum_to(F: Any, args: Any, params: Any) -> Any:
    x, to = args[0].value, params["to"]
    size, extra = x.shape[0], len(x.shape) - 1 - len(to)
    return F.reshape(F.sum_to(x, to=(size, *(1,) * extra, *to)), to=(size, *to))


def _batched_broadcast_to(F: Any, args: Any, params: Any) -> Any:
    x, to = args[0].value, params["to"]
    size, *inner = x.shape
    aligned = F.reshape(x, to=(size, *(1,) * (len(to) - len(inner)), *inner))
    return F.broadcast_to(aligned, to=(size, *to))


sum_to = linear(
    "sum_to", _sum_to, lambda F, g, shape: F.broadcast_to(g, to=shape), batch=_batched_sum_to
)


def _broadcast_to(x: Any, *, to: tuple[int, ...]) -> Any:
    if prod(to) > 4096:
        return np.broadcast_to(x, to)[()]
    # Copying a little costs less than NumPy's view does.
    spread = np.empty(to, x.dtype)
    spread[...] = x
    return spread[()]


broadcast_to = linear(
    "broadcast_to",
    _broadcast_to,
    lambda F, g, shape: F.sum_to(g, to=shape),
    batch=_batched_broadcast_to,
)
reshape = linear(
    "reshape",
    lambda x, *, to: x.reshape(to)[()],
    lambda F, g, shape: F.reshape(g, to=shape),
    batch=shaped_batch("reshape"),
)
identity = linear("identity", lambda x: x, lambda F, g: g)
zeros_like = general(
    "zeros_like",
    lambda x, *, to: np.zeros(to, x.dtype)[()],
    NONDIFF,
    batch=shaped_batch("zeros_like"),
)
stop_gradient = general("stop_gradient", lambda x: x, NONDIFF)
conj = linear("conj", lambda x: x.conj() if x.dtype.kind == "c" else x, lambda F, g: F.conj(g))


def _cast(x: Any, *, dtype: np.dtype[Any], source: np.dtype[Any]) -> Any:
    if source.kind == "c" and dtype.kind != "c":
        x = x.real
    return x.astype(dtype)


# Between floating point and complex types; casts to integers are not differentiable and are
# `cast_discrete`. From complex to real keeps the real part.
cast = linear("cast", _cast, lambda F, g, dtype, source: F.cast(g, dtype=source, source=dtype))
cast_discrete = general("cast_discrete", _cast, NONDIFF)


def _of_block(F: Any, g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    if F is raw or F is batched_raw:
        return Slices(g, index, shape)
    return F.put_slice(g, index=index, to=shape)


# Basic indexing. An index starts with an ellipsis and then names every axis, so that the same
# index also works behind a batch axis.
getitem = linear(
    "getitem",
    lambda x, *, index: x[index][()],
    _of_block,
)


def _put_slice(x: Any, *, index: Any, to: tuple[int, ...]) -> Any:
    placed = np.zeros(to, x.dtype)
    placed[index] = x
    return placed[()]


put_slice = linear(
    "put_slice",
    _put_slice,
    lambda F, g, index: F.getitem(g, index=index),
    batch=shaped_batch("put_slice"),
)


# Joining and its adjoint, taking apart.


def _stack(*values: Any, axis: int) -> Any:
    if values[0].ndim == 0 and values[0].dtype.kind != "O":
        return np.array(values)
    index = along(axis, None)
    return np.concatenate([v[index] for v in values], axis)


def _unstack(x: Any, *, axis: int) -> tuple[Any, ...]:
    return tuple(x if axis == -x.ndim else np.moveaxis(x, axis, 0))


def _split(x: Any, *, sizes: tuple[int, ...], axis: int) -> tuple[Any, ...]:
    parts, start = [], 0
    for size in sizes:
        parts.append(x[along(axis, slice(start, start + size))])
        start += size
    return tuple(parts)


stack = linear(
    "stack",
    _stack,
    lambda F, g, axis: F.unstack(g, axis=axis),
    inputs="values*",
    batch=spread_batch("stack"),
)
unstack = linear("unstack", _unstack, lambda F, g, axis: F.stack(*g, axis=axis))
concat = linear(
    "concat",
    lambda *values, axis: np.concatenate(values, axis),
    lambda F, g, axis, shapes: F.split(g, sizes=tuple([s[axis] for s in shapes]), axis=axis),
    inputs="values*",
    batch=spread_batch("concat"),
)
split = linear("split", _split, lambda F, g, axis: F.concat(*g, axis=axis))
