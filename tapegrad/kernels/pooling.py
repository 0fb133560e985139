"""Sums and maxima over windows, and their adjoints, one window after the other.

Images have three axes along which windows slide (some may be of size 1) and channels behind them,
which go in vectors. The numbers in `geometry` are those of `compiler/windows.py`.
"""

# Functions for Numba: arguments are contiguous arrays and integers.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from tapegrad.kernels.intrinsics import load, store
from tapegrad.kernels.vectors import (
    largest_block,
    to_all_block,
    to_first_largest_block,
    total_block,
)

_WIDTHS = (16, 8, 4, 1)

#: Entries of so many windows are listed before they are read.
_TOGETHER = 2048

_inner = njit(nogil=True, error_model="numpy")


@_inner
def _axis(geometry, axis):
    """Size, windows, places of a window, stride, dilation and padding along an axis."""
    at = 2 + 6 * axis
    return (
        load(geometry, at),
        load(geometry, at + 1),
        load(geometry, at + 2),
        load(geometry, at + 3),
        load(geometry, at + 4),
        load(geometry, at + 5),
    )


@_inner
def _all_places(geometry, places):
    """Where the entries of a window are, from its first."""
    c, size1, size2 = load(geometry, 1), load(geometry, 8), load(geometry, 14)
    count = 0
    for k0 in range(load(geometry, 4)):
        for k1 in range(load(geometry, 10)):
            for k2 in range(load(geometry, 16)):
                line = k0 * load(geometry, 6) * size1 + k1 * load(geometry, 12)
                store(places, count, (line * size2 + k2 * load(geometry, 18)) * c)
                count += 1


@_inner
def _entries(geometry, places, begin, size, entries, counts):
    """The entries of the windows from number `begin` on, and how many each of them has."""
    c, most = load(geometry, 1), places.size
    size0, count0, kernel0, stride0, dilation0, before0 = _axis(geometry, 0)
    size1, count1, kernel1, stride1, dilation1, before1 = _axis(geometry, 1)
    size2, count2, kernel2, stride2, dilation2, before2 = _axis(geometry, 2)
    p2 = begin % count2
    p1 = begin // count2 % count1
    p0 = begin // (count2 * count1) % count0
    image = begin // (count2 * count1 * count0)
    for at in range(size):
        i0, i1, i2 = p0 * stride0 - before0, p1 * stride1 - before1, p2 * stride2 - before2
        first = (((image * size0 + i0) * size1 + i1) * size2 + i2) * c
        inside = (i0 >= 0) & (i0 + (kernel0 - 1) * dilation0 < size0)
        inside &= (i1 >= 0) & (i1 + (kernel1 - 1) * dilation1 < size1)
        inside &= (i2 >= 0) & (i2 + (kernel2 - 1) * dilation2 < size2)
        to = at * most
        count = most
        if inside:
            for k in range(most):
                store(entries, to + k, first + load(places, k))
        else:
            count = 0
            for k in range(most):
                k0 = k // (kernel1 * kernel2)
                j0 = i0 + k0 * dilation0
                j1 = i1 + (k // kernel2 - k0 * kernel1) * dilation1
                j2 = i2 + k % kernel2 * dilation2
                exists = (j0 >= 0) & (j0 < size0) & (j1 >= 0) & (j1 < size1)
                if exists & (j2 >= 0) & (j2 < size2):
                    store(entries, to + count, first + load(places, k))
                    count += 1
        store(counts, at, count)
        p2 += 1
        if p2 == count2:
            p2 = 0
            p1 += 1
            if p1 == count1:
                p1 = 0
                p0 += 1
                if p0 == count0:
                    p0 = 0
                    image += 1


def _over_windows(block_of: Any, adds: bool) -> Any:
    """``walk(x, y, g, geometry, out)``: something for each window, 16, 8, 4 or 1 channels at once.

    All of them take the three arrays; what one does not read may be any of the others.
    """
    wide, middle, narrow, single = [block_of(lanes) for lanes in _WIDTHS]

    @_inner
    def walk(x, y, g, geometry, out):
        for i in range(out.size if adds else 0):
            store(out, i, out.dtype.type(0))
        c = load(geometry, 1)
        windows = load(geometry, 0) * load(geometry, 3) * load(geometry, 9) * load(geometry, 15)
        places = np.empty(load(geometry, 4) * load(geometry, 10) * load(geometry, 16), np.int64)
        _all_places(geometry, places)
        together = min(max(1, _TOGETHER // places.size), windows)
        entries = np.empty(together * places.size, np.int64)
        counts = np.empty(together, np.int64)
        for begin in range(0, windows, together):
            size = min(together, windows - begin)
            _entries(geometry, places, begin, size, entries, counts)
            for at in range(size):
                first, count, target = at * places.size, load(counts, at), (begin + at) * c
                i = 0
                while i + 16 <= c:
                    wide(x, y, g, out, i, target + i, entries, first, count)
                    i += 16
                if i + 8 <= c:
                    middle(x, y, g, out, i, target + i, entries, first, count)
                    i += 8
                if i + 4 <= c:
                    narrow(x, y, g, out, i, target + i, entries, first, count)
                    i += 4
                while i < c:
                    single(x, y, g, out, i, target + i, entries, first, count)
                    i += 1

    return walk


#: The largest entry of each window of x.
window_max = _over_windows(largest_block, False)
#: The sum of each window of x.
window_sum = _over_windows(total_block, False)
#: Each g goes to the first entry of its window of x that is the largest, y.
window_max_spread = _over_windows(to_first_largest_block, True)
#: Each g goes to all entries of its window.
window_spread = _over_windows(to_all_block, True)
