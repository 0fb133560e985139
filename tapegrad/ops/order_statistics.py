"""Entries by rank: the k-th smallest of each line, and where it stands.

The cotangent of an order statistic goes to the entry that a stable sort puts at its rank, so that
among equal entries it is the same one in every run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF
from tapegrad.ops import division  # noqa: F401 - primitives
from tapegrad.ops.select import summed, widened

# Up to this number of ranks, finding each by itself is faster than sorting positions.
_FEW = 8


def _order_statistics(x: Any, ranks: Any) -> Any:
    if ranks.size == ranks.shape[-1]:  # the same ranks in all lines
        wanted = ranks.reshape(-1)
        if x.dtype.kind == "f" and wanted.size <= _FEW:
            ordered = np.partition(x, np.unique(wanted), axis=-1)
        else:
            ordered = np.sort(x, axis=-1)
        return ordered[..., wanted]
    lines = np.broadcast_shapes(x.shape[:-1], ranks.shape[:-1])
    ordered = np.broadcast_to(np.sort(x, axis=-1), (*lines, x.shape[-1]))
    return np.take_along_axis(ordered, np.broadcast_to(ranks, (*lines, ranks.shape[-1])), axis=-1)


def _order_positions(x: Any, y: Any, ranks: Any) -> Any:
    ranks = np.broadcast_to(ranks, y.shape)
    if ranks.shape[-1] > _FEW:
        order = np.argsort(x, axis=-1, kind="stable")
        return np.take_along_axis(order, ranks, axis=-1)
    positions = np.empty(y.shape, np.int64)
    for k in range(ranks.shape[-1]):
        positions[..., k] = _position_of(x, y[..., k : k + 1], ranks[..., k : k + 1])
    return positions


def _position_of(x: Any, value: Any, rank: Any) -> Any:
    """Where the entry of a rank stands in each line, given its value; NaN sorts last."""
    hits, before = x == value, x < value
    unknown = np.isnan(value)
    if unknown.any():
        hits, before = np.where(unknown, np.isnan(x), hits), np.where(unknown, ~np.isnan(x), before)
    place = rank - before.sum(axis=-1, keepdims=True)
    if place.any():
        hits = np.cumsum(hits, axis=-1) > place
    return hits.argmax(axis=-1)


# x (..., n), ranks (..., m) from 0 to n - 1: the entries of these ranks (..., m).
general(
    "order_statistics",
    _order_statistics,
    lambda F, g, x, y, ranks, shape: F.put_along_axis(
        g, F.order_positions(x, y, ranks), to=shape, axis=-1
    ),
    NONDIFF,
    inputs="x ranks",
    jvps=(
        lambda F, t, x, y, ranks: F.take_along_axis(t, F.order_positions(x, y, ranks), axis=-1),
        NONDIFF,
    ),
)
general("order_positions", _order_positions, NONDIFF, NONDIFF, NONDIFF, inputs="x y ranks")


def _lerp(a: Any, b: Any, c: Any) -> Any:
    rise = b - a
    y = np.where(c.real < 0.5, a + rise * c, b - rise * (1 - c))
    y = np.where(np.isinf(rise), a * (1 - c) + b * c, y)
    # The ends are exact, and between equal ends nothing changes, also if they are infinite.
    y = np.where((c == 0) | ((a == b) & (c == c)), a, y)
    return np.where(c == 1, b, y)[()]


def _share(F: Any, g: Any, weight: Any, shape: tuple[int, ...]) -> Any:
    """The part of a cotangent with some weight; without weight nothing, also of an infinite one."""
    return summed(F, F.multiply_no_nan(g, F.conj(weight)), shape)


def _part(F: Any, t: Any, c: Any, shapes: Any) -> Any:
    return widened(F, F.multiply_no_nan(t, c), shapes)


# a + (b - a) * c, between a and b.
general(
    "lerp",
    _lerp,
    lambda F, g, c, shapes: _share(F, g, 1.0 - c, shapes[0]),
    lambda F, g, c, shapes: _share(F, g, c, shapes[1]),
    lambda F, g, a, b, shapes: summed(F, g * F.conj(b - a), shapes[2]),
    inputs="a b c",
    jvps=(
        lambda F, t, c, shapes: _part(F, t, 1.0 - c, shapes),
        _part,
        lambda F, t, a, b, shapes: widened(F, t * (b - a), shapes),
    ),
)
