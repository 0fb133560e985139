"""Reductions of rows that share a number: the primitives.

The values have shape ``(..., n, ...)`` with the rows on one axis, the numbers of their segments
shape ``(n,)``. Rows with a negative number belong to no segment.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.structural import along
from tapegrad.core.table import raw
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import compare, division, select  # noqa: F401 - used by rules as F.equal...


def _segment_numbers(ids: Any, *, size: int, op: str) -> Any:
    if ids.size and np.maximum.reduce(ids, None) >= size:
        where = np.argwhere(ids >= size)[0]
        raise InvalidArgumentError(
            f"{op}: segment_ids[{', '.join(map(str, where))}] = {ids[tuple(where)]} is out of "
            f"range [0, {size}). Segments are counted from 0; num_segments must be larger than "
            f"every number, and negative numbers leave rows out."
        )
    return ids.reshape(-1)


def _reduced(ufunc: Any, values: Any, ids: Any, size: int, axis: int, empty: Any) -> Any:
    """Rows reduced by `ufunc`; segments without rows are `empty`."""
    order = np.argsort(ids, kind="stable")
    numbers = ids[order]
    start = int(np.searchsorted(numbers, 0))
    order, numbers = order[start:], numbers[start:]
    shape = list(values.shape)
    shape[axis] = size
    found = np.full(shape, empty, values.dtype)
    if len(order):
        starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        rows = ufunc.reduceat(values.take(order, axis), starts, axis, values.dtype)
        found[along(axis, numbers[starts])] = rows
    return found


def _segment_sum(values: Any, ids: Any, *, size: int, axis: int) -> Any:
    if ids.size and np.minimum.reduce(ids) < 0:
        kept = np.flatnonzero(ids >= 0)
        values, ids = values.take(kept, axis), ids[kept]
    to = list(values.shape)
    to[axis] = size
    return raw.scatter_rows(values, ids, to=tuple(to), axis=axis)


def _segment_rows(values: Any, ids: Any, *, axis: int) -> Any:
    if not ids.size or np.minimum.reduce(ids) >= 0:
        return values.take(ids, axis)
    picked = np.zeros((*values.shape[:axis], *ids.shape, *values.shape[axis:][1:]), values.dtype)
    kept = np.flatnonzero(ids >= 0)
    picked[along(axis, kept)] = values.take(ids[kept], axis)
    return picked


def _lengths(ids: Any, *, size: int, dtype: np.dtype[Any]) -> Any:
    return np.bincount(ids[ids >= 0], minlength=size).clip(1).astype(dtype)


def _links(ids: Any, *, reverse: bool) -> Any:
    """Row k names for each row the one that stands 2**k places before it in its segment.

    Rows without such a one, and those of no segment, name row n, and so does row n itself. With
    `reverse` it is the row 2**k places behind.
    """
    n = len(ids)
    order = np.argsort(ids, kind="stable")
    if reverse:
        order = order[::-1]
    numbers = ids[order]
    follows = np.flatnonzero((numbers[1:] == numbers[:-1]) & (numbers[1:] >= 0))
    link = np.full(n + 1, n, np.intp)
    link[order[follows + 1]] = order[follows]
    links = []
    while True:
        links.append(link)
        link = link[link]
        if (link == n).all():
            return np.stack(links)


def _product_around(F: Any, x: Any, ids: Any, axis: int, reverse: bool) -> Any:
    """For each row the product of those before it in its segment.

    It doubles its reach step by step and never divides, so that zeros are right at all orders.
    """
    links = F.unstack(F.segment_links(ids, reverse=reverse), axis=-2)
    row = (*tuple(x.shape)[:axis], 1, *tuple(x.shape)[axis:][1:])
    one = F.broadcast_to(F.zeros_like(x, to=()) + 1.0, to=row)
    product = F.concat(x, one, axis=axis)
    product = F.gather(product, links[0], axis=axis)
    for link in links:
        product = product * F.gather(product, link, axis=axis)
    return F.getitem(product, index=along(axis, slice(None, -1)))


def _other_factors(F: Any, x: Any, ids: Any, axis: int) -> Any:
    before = _product_around(F, x, ids, axis, False)
    return before * _product_around(F, x, ids, axis, True)


def _prod_vjp(F: Any, g: Any, values: Any, ids: Any, axis: int) -> Any:
    others = _other_factors(F, values, ids, axis)
    return F.segment_rows(g, ids, axis=axis) * F.conj(others)


def _prod_jvp(F: Any, t: Any, values: Any, ids: Any, axis: int, size: int) -> Any:
    others = _other_factors(F, values, ids, axis)
    return F.segment_sum(others * t, ids, size=size, axis=axis)


def _ties(F: Any, y: Any, values: Any, ids: Any, axis: int, size: int) -> tuple[Any, Any]:
    """Which entries attain the extreme of their segment, and how many do there."""
    hits = F.equal(values, F.segment_rows(y, ids, axis=axis))
    one = F.zeros_like(values, to=()) + 1.0
    ones = F.masked(F.broadcast_to(one, to=tuple(values.shape)), hits)
    return hits, F.segment_sum(ones, ids, size=size, axis=axis)


def _extreme_vjp(F: Any, g: Any, y: Any, values: Any, ids: Any, axis: int, size: int) -> Any:
    hits, count = _ties(F, y, values, ids, axis, size)
    return F.masked(F.segment_rows(F.divide_no_nan(g, count), ids, axis=axis), hits)


def _extreme_jvp(F: Any, t: Any, y: Any, values: Any, ids: Any, axis: int, size: int) -> Any:
    hits, count = _ties(F, y, values, ids, axis, size)
    return F.divide_no_nan(F.segment_sum(F.masked(t, hits), ids, size=size, axis=axis), count)


def _extreme(ufunc: Any) -> Any:
    def forward(values: Any, ids: Any, *, size: int, axis: int, empty: Any) -> Any:
        return _reduced(ufunc, values, ids, size, axis, empty)

    return forward


# Numbers of segments of any shape, checked and in one line; `op` is who asks, for the message.
general("segment_numbers", _segment_numbers, NONDIFF, inputs="ids")
# How many rows each segment has, at least 1.
general("segment_lengths", _lengths, NONDIFF, inputs="ids")
general("segment_links", _links, NONDIFF, inputs="ids")
general(
    "segment_sum",
    _segment_sum,
    lambda F, g, ids, axis: F.segment_rows(g, ids, axis=axis),
    NONDIFF,
    inputs="values ids",
    jvps=(
        lambda F, t, ids, size, axis: F.segment_sum(t, ids, size=size, axis=axis),
        NONDIFF,
    ),
)
# The adjoint: each row gets what its segment has; zeros if it is in none.
general(
    "segment_rows",
    _segment_rows,
    lambda F, g, ids, shape, axis: F.segment_sum(g, ids, size=shape[axis], axis=axis),
    NONDIFF,
    inputs="values ids",
    jvps=(lambda F, t, ids, axis: F.segment_rows(t, ids, axis=axis), NONDIFF),
)
general(
    "segment_prod",
    lambda values, ids, *, size, axis: _reduced(np.multiply, values, ids, size, axis, 1),
    _prod_vjp,
    NONDIFF,
    inputs="values ids",
    jvps=(_prod_jvp, NONDIFF),
)
for _name, _ufunc in (("segment_max", np.maximum), ("segment_min", np.minimum)):
    general(
        _name,
        _extreme(_ufunc),
        _extreme_vjp,
        NONDIFF,
        inputs="values ids",
        jvps=(_extreme_jvp, NONDIFF),
    )
