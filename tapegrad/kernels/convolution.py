"""Convolutions as products of blocks, without a matrix of windows in memory.

The entry that window ``q`` sees at place ``t`` (of the window and of the channels) is
``x[starts[q] + shifts[t]]``, where `x` has its padding around it. A convolution is the product of
that matrix with the filters, the gradient for the filters is the product of its transpose with
the cotangent. Both read `x` itself: a row of few sums stays in registers.
"""

# Functions for Numba: arguments are contiguous arrays and integers.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from llvmlite.binding import get_host_cpu_features
from numba import njit

from tapegrad.kernels.intrinsics import load, store
from tapegrad.kernels.vectors import tiles

#: So many windows are looked at together: what they see stays in cache, and sums stay short.
_TOGETHER = 512


@njit(nogil=True, error_model="numpy")
def _starts(starts, begin, size, geometry):
    """Where the windows from number `begin` on start."""
    p1, p2 = load(geometry, 4), load(geometry, 5)
    image, step0, step1, step2 = (
        load(geometry, 6),
        load(geometry, 7),
        load(geometry, 8),
        load(geometry, 9),
    )
    q = begin
    k = q % p2
    q //= p2
    j = q % p1
    q //= p1
    p0 = load(geometry, 3)
    i = q % p0
    n = q // p0
    for at in range(size):
        store(starts, at, n * image + i * step0 + j * step1 + k * step2)
        k += 1
        if k == p2:
            k = 0
            j += 1
            if j == p1:
                j = 0
                i += 1
                if i == p0:
                    i = 0
                    n += 1


@njit(nogil=True, error_model="numpy")
def _shifts(geometry, rows):
    """Where the entries that a window sees are, from its start; the last one is repeated."""
    c, places = load(geometry, 1), load(geometry, 10)
    shifts = np.empty(places * c + rows, np.int64)
    for k in range(places):
        for channel in range(c):
            store(shifts, k * c + channel, load(geometry, 11 + k) + channel)
    for r in range(rows):
        store(shifts, places * c + r, load(shifts, places * c - 1))
    return shifts


@njit(nogil=True, error_model="numpy")
def _packed(f, depth, out, width):
    """Filters in blocks of so many columns; the last is filled up with zeros."""
    blocks = (out + width - 1) // width
    packed = np.zeros(blocks * depth * width, f.dtype)
    for block in range(blocks):
        columns = min(width, out - block * width)
        for t in range(depth):
            for j in range(columns):
                number = load(f, t * out + block * width + j)
                store(packed, (block * depth + t) * width + j, number)
    return packed


@cache
def _blocks(outputs: int, size: int) -> tuple[int, int, int]:
    """Lanes, vectors and rows of a block, so that its sums fit into the registers there are."""
    features = get_host_cpu_features()
    wide = features.get("avx512f", False)
    lanes = (64 if wide else 32 if features.get("avx", False) else 16) // size
    if outputs <= lanes:
        return outputs, 1, 8
    if outputs <= 2 * lanes or not wide:
        return lanes, 2, 8 if wide else 4
    return lanes, 4, 6


@cache
def correlation(outputs: int, size: int) -> Any:
    """The convolution with so many outputs (or blocks of them) of so many bytes.

    ``correlate(x, f, geometry, y)`` for images `x` that have their padding.
    """
    lanes, vectors, rows = _blocks(outputs, size)
    tile = tiles(lanes, vectors, rows)
    width = lanes * vectors

    @njit(nogil=True, error_model="numpy")
    def correlate(x, f, geometry, y):
        out = load(geometry, 2)
        windows = load(geometry, 0) * load(geometry, 3) * load(geometry, 4) * load(geometry, 5)
        shifts = _shifts(geometry, rows)
        depth = shifts.size - rows
        starts = np.empty(_TOGETHER + rows, np.int64)
        rest = np.zeros(rows * width, y.dtype)
        packed = _packed(f, depth, out, width)
        flat = y.reshape(y.size)
        for i in range(flat.size):
            store(flat, i, y.dtype.type(0))
        for begin in range(0, windows, _TOGETHER):
            size = min(_TOGETHER, windows - begin)
            _starts(starts, begin, size, geometry)
            for r in range(rows):  # the last block is full
                store(starts, size + r, load(starts, size - 1))
            for block in range((out + width - 1) // width):
                columns = min(width, out - block * width)
                at = block * depth * width
                for r in range(0, size, rows):
                    to = (begin + r) * out + block * width
                    fits = columns == width and r + rows <= size
                    target, place, step = (flat, to, out) if fits else (rest, 0, width)
                    tile(x, starts, r, shifts, depth, packed, at, width, target, place, step)
                    if not fits:
                        for i in range(min(rows, size - r)):
                            for j in range(columns):
                                store(flat, to + i * out + j, load(rest, i * width + j))
                        for i in range(rows * width):
                            store(rest, i, y.dtype.type(0))

    return correlate


@cache
def filter_correlation(outputs: int, size: int) -> Any:
    """The gradient for the filters, ``correlate_filter(x, g, geometry, f)``, in the same way."""
    lanes, vectors, rows = _blocks(outputs, size)
    tile = tiles(lanes, vectors, rows)
    width = lanes * vectors

    @njit(nogil=True, error_model="numpy")
    def correlate_filter(x, g, geometry, f):
        out = load(geometry, 2)
        windows = load(geometry, 0) * load(geometry, 3) * load(geometry, 4) * load(geometry, 5)
        shifts = _shifts(geometry, rows)
        depth = shifts.size - rows
        starts = np.empty(_TOGETHER, np.int64)
        panel = np.zeros(_TOGETHER * width, g.dtype)  # the cotangents of a block
        rest = np.zeros(rows * width, f.dtype)
        flat = f.reshape(f.size)
        for i in range(flat.size):
            store(flat, i, f.dtype.type(0))
        for begin in range(0, windows, _TOGETHER):
            size = min(_TOGETHER, windows - begin)
            _starts(starts, begin, size, geometry)
            for block in range((out + width - 1) // width):
                columns = min(width, out - block * width)
                for q in range(size):
                    at = (begin + q) * out + block * width
                    for j in range(columns):
                        store(panel, q * width + j, load(g, at + j))
                for r in range(0, depth, rows):
                    to = r * out + block * width
                    fits = columns == width and r + rows <= depth
                    target, place, step = (flat, to, out) if fits else (rest, 0, width)
                    tile(x, shifts, r, starts, size, panel, 0, width, target, place, step)
                    if not fits:
                        for i in range(min(rows, depth - r)):
                            for j in range(columns):
                                at = to + i * out + j
                                store(flat, at, load(flat, at) + load(rest, i * width + j))
                        for i in range(rows * width):
                            store(rest, i, f.dtype.type(0))

    return correlate_filter
