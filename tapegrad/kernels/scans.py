"""Cumulative operations along an axis: what NumPy does entry by entry, several lines at once.

One total after the other waits for the one before it; the totals of several lines do not wait for
each other. `geometry` holds: lines outside of the axis, its length, entries inside of it, whether
an entry is left out of its own total, whether the axis is walked backwards, whether the largest
entry is looked for, and how many entries of each line are taken or put.
"""

# Functions for Numba: arguments are contiguous arrays.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from tapegrad.kernels.intrinsics import load, select, store

_whole = njit(nogil=True, error_model="numpy")
_inline = njit(error_model="numpy", forceinline=True)

#: So many lines go together.
_LINES = 4


@_inline
def _plus(a, b):
    return a + b


@_inline
def _times(a, b):
    return a * b


def _scan(join: Any, neutral: float, first: float) -> Any:
    """``scan(x, geometry, out)``; `neutral` changes nothing, not even the sign of a zero."""

    @_whole
    def line(x, out, begin, n, step, exclusive):
        total = x.dtype.type(neutral)
        at = begin
        for k in range(n):
            new = join(total, load(x, at))
            if exclusive:
                store(out, at, total if k else x.dtype.type(first))
            else:
                store(out, at, new)
            total = new
            at += step

    @_whole
    def scan(x, geometry, out):
        outer, n, inner = load(geometry, 0), load(geometry, 1), load(geometry, 2)
        exclusive, reverse = load(geometry, 3), load(geometry, 4)
        step = -inner if reverse else inner
        if inner > 1:
            for o in range(outer):
                at = o * n * inner + (n - 1) * inner * reverse
                for j in range(inner):
                    start = x.dtype.type(first) if exclusive else load(x, at + j)
                    store(out, at + j, start)
                for k in range(1, n):
                    at += step
                    source = at - step if exclusive else at
                    if exclusive and k == 1:
                        for j in range(inner):
                            store(out, at + j, load(x, source + j))
                        continue
                    for j in range(inner):
                        store(out, at + j, join(load(out, at - step + j), load(x, source + j)))
            return
        together = outer // _LINES * _LINES
        for o in range(0, together, _LINES):
            total0 = total1 = total2 = total3 = x.dtype.type(neutral)
            at = o * n + (n - 1) * reverse
            for k in range(n):
                new0 = join(total0, load(x, at))
                new1 = join(total1, load(x, at + n))
                new2 = join(total2, load(x, at + 2 * n))
                new3 = join(total3, load(x, at + 3 * n))
                if exclusive and not k:
                    total0 = total1 = total2 = total3 = x.dtype.type(first)
                store(out, at, total0 if exclusive else new0)
                store(out, at + n, total1 if exclusive else new1)
                store(out, at + 2 * n, total2 if exclusive else new2)
                store(out, at + 3 * n, total3 if exclusive else new3)
                total0, total1, total2, total3 = new0, new1, new2, new3
                at += step
        for o in range(together, outer):
            line(x, out, o * n + (n - 1) * reverse, n, step, exclusive)

    return scan


cumsum = _scan(_plus, -0.0, 0.0)
cumprod = _scan(_times, 1.0, 1.0)


@_whole
def linear_recurrence(a, b, geometry, out):
    """``out[k] = a[k] * out[k - 1] + b[k]``."""
    outer, n, inner = load(geometry, 0), load(geometry, 1), load(geometry, 2)
    reverse = load(geometry, 4)
    step = -inner if reverse else inner
    if inner > 1:
        for o in range(outer):
            at = o * n * inner + (n - 1) * inner * reverse
            for j in range(inner):
                store(out, at + j, load(b, at + j))
            for _ in range(1, n):
                at += step
                for j in range(inner):
                    before = load(out, at - step + j)
                    store(out, at + j, load(a, at + j) * before + load(b, at + j))
        return
    together = outer // _LINES * _LINES
    for o in range(0, together, _LINES):
        at = o * n + (n - 1) * reverse
        h0, h1 = load(b, at), load(b, at + n)
        h2, h3 = load(b, at + 2 * n), load(b, at + 3 * n)
        for k in range(n):
            if k:
                h0 = load(a, at) * h0 + load(b, at)
                h1 = load(a, at + n) * h1 + load(b, at + n)
                h2 = load(a, at + 2 * n) * h2 + load(b, at + 2 * n)
                h3 = load(a, at + 3 * n) * h3 + load(b, at + 3 * n)
            store(out, at, h0)
            store(out, at + n, h1)
            store(out, at + 2 * n, h2)
            store(out, at + 3 * n, h3)
            at += step
    for o in range(together, outer):
        at = o * n + (n - 1) * reverse
        h = load(b, at)
        for k in range(n):
            if k:
                h = load(a, at) * h + load(b, at)
            store(out, at, h)
            at += step


@_whole
def extreme_positions(x, geometry, out):
    """Where the largest or smallest entry so far is: the last of equals, and of NaN."""
    outer, n, inner = load(geometry, 0), load(geometry, 1), load(geometry, 2)
    reverse, largest = load(geometry, 4), load(geometry, 5)
    step = -inner if reverse else inner
    sign = x.dtype.type(1 if largest else -1)
    if inner == 1:
        for o in range(outer):
            at = o * n + (n - 1) * reverse
            position = np.int32((n - 1) * reverse)
            found, old = position, sign * load(x, at)
            for _ in range(n):
                entry = sign * load(x, at)
                hit = (entry >= old) | (entry != entry)
                old = select(hit, entry, old)
                found = select(hit, position, found)
                store(out, at, found)
                at += step
                position = np.int32(position + step)
        return
    best = np.empty(inner, x.dtype)
    for o in range(outer):
        at = o * n * inner + (n - 1) * inner * reverse
        position = (n - 1) * reverse
        for j in range(inner):
            store(best, j, sign * load(x, at + j))
            store(out, at + j, np.int32(position))
        for _ in range(1, n):
            at += step
            position += -1 if reverse else 1
            for j in range(inner):
                entry, old = sign * load(x, at + j), load(best, j)
                hit = (entry >= old) | (entry != entry)
                store(best, j, select(hit, entry, old))
                store(out, at + j, select(hit, np.int32(position), load(out, at - step + j)))


@_whole
def take_along_axis(x, indices, geometry, out):
    """``out[i, j, k] = x[i, indices[i, j, k], k]``, with so many `j` as the last of `geometry`."""
    outer, n, inner, m = load(geometry, 0), load(geometry, 1), load(geometry, 2), load(geometry, 6)
    for o in range(outer):
        for j in range(m):
            at = (o * m + j) * inner
            for k in range(inner):
                store(out, at + k, load(x, (o * n + load(indices, at + k)) * inner + k))


@_whole
def put_along_axis(x, indices, geometry, out):
    """Zeros, to which ``x[i, j, k]`` is added at ``[i, indices[i, j, k], k]``."""
    outer, n, inner, m = load(geometry, 0), load(geometry, 1), load(geometry, 2), load(geometry, 6)
    for i in range(out.size):
        store(out, i, out.dtype.type(0))
    for o in range(outer):
        for j in range(m):
            at = (o * m + j) * inner
            for k in range(inner):
                place = (o * n + load(indices, at + k)) * inner + k
                store(out, place, load(out, place) + load(x, at + k))
