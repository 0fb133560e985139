"""Picking rows of a table, and the adjoint of that: adding rows up where they came from.

Everything that picks by number comes down to the primitives here, after a reshape: a point
``(i, j)`` of a matrix is a row of the flattened matrix.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, BatchedNamespace
from tapegrad.core.define import general
from tapegrad.core.guarded import GuardedNamespace, unguarded
from tapegrad.core.large import loops_above
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.errors import InvalidArgumentError

# From this number of elements on, a sparse matrix product is faster than `numpy.add.at`.
_MANY = 1 << 14

_UNSIGNED = {np.dtype(f"i{n}"): np.dtype(f"u{n}") for n in (1, 2, 4, 8)}


def check_indices(indices: Any, size: int, op: str) -> None:
    """Raise unless all indices are in ``[0, size)``.

    Raises
    ------
    InvalidArgumentError
        Naming the first index that is not.
    """
    if indices.shape == ():
        if 0 <= indices < size:
            return
    elif indices.size:
        # As unsigned numbers, negative ones are huge: one pass checks both ends.
        unsigned = indices.view(_UNSIGNED.get(indices.dtype, indices.dtype))
        if np.maximum.reduce(unsigned, None) < size:
            return
    else:
        return
    where = np.argwhere((indices < 0) | (indices >= size))[0]
    raise InvalidArgumentError(
        f"{op}: indices[{', '.join(map(str, where))}] = {indices[tuple(where)]} is not in "
        f"[0, {size}). Indices count from 0 and may not be negative."
    )


def _gather(params: Any, indices: Any, *, axis: int) -> Any:
    check_indices(indices, params.shape[axis], "gather")
    return params.take(indices, axis)


def _scatter_rows(values: Any, indices: Any, *, to: tuple[int, ...], axis: int) -> Any:
    leading = len(to) + axis
    size, count = to[axis], indices.size
    inner = leading + indices.ndim
    order = (*range(leading, inner), *range(leading), *range(inner, values.ndim))
    rows = values.transpose(order) if leading else values
    table = _sum_rows(rows.reshape(count, prod(to) // size if size else 0), indices, size)
    if not leading:
        return table.reshape(to)
    table = table.reshape((size, *to[:leading], *to[leading + 1 :]))
    return table.transpose((*range(1, leading + 1), 0, *range(leading + 1, len(to))))


def _sum_rows(rows: Any, indices: Any, size: int) -> Any:
    """Row ``i`` of the result, of shape ``(size, k)``, is the sum of those with index ``i``."""
    indices = indices.reshape(-1)
    if not rows.size:
        return np.zeros((size, rows.shape[1]), rows.dtype)
    loops = loops_above(rows.size)
    if loops is not None:
        return loops.sum_rows(_sum_rows_plainly, rows, indices, size)
    return _sum_rows_plainly(rows, indices, size)


def _sum_rows_plainly(rows: Any, indices: Any, size: int) -> Any:
    count, width = rows.shape
    if width == 1 and rows.dtype.char == "d" and count >= _MANY:
        return np.bincount(indices, rows.reshape(-1), size).reshape(size, 1)
    if rows.size < _MANY or width == 1 or rows.dtype.char not in "fdFD":
        # One axis only, for which `add.at` has a fast path.
        table = np.zeros(size * width, rows.dtype)
        if width > 1:
            indices = (indices.astype(np.intp)[:, None] * width + np.arange(width)).reshape(-1)
        np.add.at(table, indices, rows.reshape(-1))
        return table.reshape(size, width)
    from scipy.sparse import csc_array

    # Column j has a single 1, in row indices[j].
    ones = np.ones(count, rows.dtype)
    return csc_array((ones, indices, np.arange(count + 1)), shape=(size, count)) @ rows


def _batched_scatter_rows(F: Any, args: Any, params: Any) -> Any:
    values, indices = args
    to = (values.value.shape[0], *params["to"])
    return F.scatter_rows(values.value, indices, to=to, axis=params["axis"])


def _batched_gather(F: Any, args: Any, axis: int) -> Any:
    params, indices = args
    if not isinstance(indices, Batched):
        # The indices' axes take the place of one axis: nothing has to be aligned.
        return F.gather(params.value, indices, axis=axis)
    ndim, depth = params.ndim, indices.ndim
    leading = ndim + axis
    if not isinstance(params, Batched):
        found = F.gather(params, indices.value, axis=axis)
        # The batch axis stands where the indices' axes do.
        order = (leading, *range(leading), *range(leading + 1, ndim + depth))
        return F.transpose(found, axes=_from_the_end(order)) if leading else found
    # One table of the rows of all examples, with indices that count through it.
    rows, size = params.value.shape[0], params.value.shape[1 + leading]
    order = (0, 1 + leading, *range(1, 1 + leading), *range(2 + leading, ndim + 1))
    table = F.transpose(params.value, axes=_from_the_end(order)) if leading else params.value
    rest = tuple(table.shape[2:])
    table = F.reshape(table, to=(rows * size, *rest))
    given = getattr(indices.value, "_value", indices.value).dtype
    starts = (np.arange(rows) * size).astype(given).reshape((rows,) + (1,) * depth)
    picked = F.add(indices.value, starts)
    found = F.gather(table, picked, axis=-ndim)
    order = (
        0,
        *range(1 + depth, 1 + depth + leading),
        *range(1, 1 + depth),
        *range(1 + depth + leading, ndim + depth),
    )
    return F.transpose(found, axes=_from_the_end(order)) if leading else found


def _from_the_end(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple([i - len(order) for i in order])


# params (..., n, ...), indices (m, k): result (..., m, k, ...)
gather = general(
    "gather",
    _gather,
    lambda F, g, indices, shape, axis: F.scatter_rows(g, indices, to=shape, axis=axis),
    NONDIFF,
    inputs="params indices",
    jvps=(lambda F, t, indices, axis: F.gather(t, indices, axis=axis), NONDIFF),
    batch=lambda F, args, params: _batched_gather(F, args, **params),
)
# Zeros of shape `to`, to which the slices of `values` are added at their indices.
scatter_rows = general(
    "scatter_rows",
    _scatter_rows,
    lambda F, g, indices, axis: F.gather(g, indices, axis=axis),
    NONDIFF,
    inputs="values indices",
    jvps=(
        lambda F, t, indices, to, axis: F.scatter_rows(t, indices, to=to, axis=axis),
        NONDIFF,
    ),
    batch=_batched_scatter_rows,
)


def _slices(F: Any, g: Any, indices: Any, shape: tuple[int, ...]) -> Any:
    if F.__class__ is GuardedNamespace:
        return _slices(F.base, unguarded(g), indices, shape)
    if F.__class__ is BatchedNamespace:
        return F.scatter_rows(g, indices, to=shape, axis=-len(shape))
    if len(indices.shape) != 1:
        count = prod(indices.shape)
        g = F.reshape(g, to=(count, *shape[1:]))
        indices = F.reshape(indices, to=(count,))
    return Slices(g, indices, shape)


# `gather` along the first axis, whose cotangent stays a collection of rows.
gather_rows = general(
    "gather_rows",
    lambda params, indices: _gather(params, indices, axis=0),
    _slices,
    NONDIFF,
    inputs="params indices",
    jvps=(lambda F, t, indices, shape: F.gather(t, indices, axis=-len(shape)), NONDIFF),
    batch=lambda F, args, params: _batched_gather(F, args, -args[0].ndim),
)


def _rows_of_points(points: Any, *, sizes: tuple[int, ...], batch: tuple[int, ...], op: str) -> Any:
    depth = len(sizes)
    unsigned = points.view(_UNSIGNED.get(points.dtype, points.dtype))
    limits = np.array(sizes, np.int64)
    if depth and (unsigned >= limits.astype(unsigned.dtype)).any():
        outside = (points < 0) | (points >= limits)
        where = tuple(np.argwhere(outside.any(-1))[0])
        raise InvalidArgumentError(
            f"{op}: indices[{', '.join(map(str, where))}] = {points[where].tolist()} does not "
            f"index into shape {[*batch, *sizes]}. Indices count from 0 and may not be negative."
        )
    rows = np.zeros(points.shape[:-1], np.intp)
    for axis, size in enumerate(batch):
        line = np.arange(size).reshape((size, *(1,) * (rows.ndim - 1 - axis)))
        rows = rows * size + line
    for k in range(depth):
        rows = rows * sizes[k] + points[..., k]
    return rows


# Index vectors (..., k) into axes of `sizes` -> numbers of rows when these axes are merged. The
# leading axes, of sizes `batch`, are merged as well, and run along with those of the points. `op`
# is who asks, for the error message.
general("rows_of_points", _rows_of_points, NONDIFF, inputs="points")


def gather_points(x: Any, points: Any, batch_dims: int = 0, op: str = "gather_nd") -> Any:
    """The slices of a tensor at index vectors, of shape ``points.shape[:-1] + rest``.

    The tensor has shape ``(*batch, *sizes, *rest)``, with as many sizes as the vectors are long.
    """
    shape, depth = x._value.shape, points._value.shape[-1]
    end = batch_dims + depth
    batch, sizes, rest = shape[:batch_dims], shape[batch_dims:end], shape[end:]
    if depth == 1 and not batch_dims:
        flat = recording.reshape(points, to=points._value.shape[:-1])
        return recording.gather_rows(x, flat)
    rows = recording.rows_of_points(points, sizes=sizes, batch=batch, op=op)
    merged = recording.reshape(x, to=(prod(shape[:end]), *rest))
    return recording.gather(merged, rows, axis=-1 - len(rest))
