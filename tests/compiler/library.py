"""The functions of the kernel library that programs call, in NumPy, with checked memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def _flat(array: Any, places: Any) -> Any:
    """The elements at places in an array's memory."""
    assert array.flags.c_contiguous
    assert np.all((places >= 0) & (places < array.size))
    return array.reshape(-1)[places]


class Convolution:
    """As `tapegrad.kernels.convolution`."""

    @staticmethod
    def correlation(outputs: int, size: int) -> Callable[..., None]:
        def correlate(x: Any, f: Any, geometry: Any, y: Any) -> None:
            assert y.flags.c_contiguous
            windows = _flat(x, _windows(geometry))
            filters = f.reshape(windows.shape[1], geometry[2])
            y[...] = (windows @ filters).reshape(y.shape)

        return correlate

    @staticmethod
    def filter_correlation(outputs: int, size: int) -> Callable[..., None]:
        def correlate_filter(x: Any, g: Any, geometry: Any, f: Any) -> None:
            assert f.flags.c_contiguous
            windows = _flat(x, _windows(geometry))
            f[...] = (windows.T @ g.reshape(-1, geometry[2])).reshape(f.shape)

        return correlate_filter


def _windows(geometry: Any) -> Any:
    """The place of each entry (a column) of each window (a row)."""
    n, c, _, *counts = geometry[:6]
    image, *steps = geometry[6:10]
    places = geometry[11:]
    assert len(places) == geometry[10]
    starts = np.arange(n) * image
    for count, step in zip(counts, steps, strict=True):
        starts = np.add.outer(starts, np.arange(count) * step)
    shifts = np.add.outer(places, np.arange(c))
    return np.add.outer(starts.reshape(-1), shifts.reshape(-1))


class Pooling:
    """As `tapegrad.kernels.pooling`."""

    @staticmethod
    def window_max(x: Any, y: Any, g: Any, geometry: Any, out: Any) -> None:
        for window, entries in _entries(geometry, out):
            values = _flat(x, entries)
            out.reshape(-1)[window] = np.max(values, initial=-np.inf)

    @staticmethod
    def window_sum(x: Any, y: Any, g: Any, geometry: Any, out: Any) -> None:
        for window, entries in _entries(geometry, out):
            out.reshape(-1)[window] = np.sum(_flat(x, entries))

    @staticmethod
    def window_max_spread(x: Any, y: Any, g: Any, geometry: Any, out: Any) -> None:
        out[...] = 0
        for window, entries in _entries(geometry, g):
            values, largest = _flat(x, entries), _flat(y, window)
            same = (values == largest) | np.isnan(values)
            if same.any():
                out.reshape(-1)[entries[np.argmax(same)]] += _flat(g, window)

    @staticmethod
    def window_spread(x: Any, y: Any, g: Any, geometry: Any, out: Any) -> None:
        out[...] = 0
        for window, entries in _entries(geometry, g):
            out.reshape(-1)[entries] += _flat(g, window)


def _entries(geometry: Any, windows: Any) -> Iterator[tuple[int, Any]]:
    """The places of the entries of each window, whose own place is that in `windows`."""
    assert windows.flags.c_contiguous
    n, c = geometry[:2]
    axes = geometry[2:].reshape(3, 6)
    sizes, counts = axes[:, 0], axes[:, 1]
    number = 0
    for image, *p in itertools.product(range(n), *[range(count) for count in counts]):
        seen = []
        for i, (size, _, kernel, stride, dilation, before) in zip(p, axes, strict=True):
            entries = i * stride - before + np.arange(kernel) * dilation
            seen.append(entries[(entries >= 0) & (entries < size)])
        places = np.ravel_multi_index(np.ix_([image], *seen), (n, *sizes)).reshape(-1) * c
        for channel in range(c):
            yield number, places + channel
            number += 1
    assert number == windows.size


class Scans:
    """As `tapegrad.kernels.scans`, entry by entry."""

    @staticmethod
    def _steps(geometry: Any) -> Iterator[tuple[int, int, int]]:
        """The number of an entry along the axis, its place, and that of the one before."""
        outer, n, inner, _, reverse, *_ = geometry
        for o, j in itertools.product(range(outer), range(inner)):
            line = [(o * n + k) * inner + j for k in range(n)]
            numbers = list(range(n))
            if reverse:
                line, numbers = line[::-1], numbers[::-1]
            yield from zip(numbers, line, [-1, *line[:-1]], strict=True)

    @staticmethod
    def _totals(x: Any, geometry: Any, out: Any, join: Any, first: float) -> None:
        totals = np.empty_like(x)
        for _, at, before in Scans._steps(geometry):
            new = _flat(x, at)
            totals.flat[at] = new if before < 0 else join(_flat(totals, before), new)
            if geometry[3]:
                out.flat[at] = first if before < 0 else totals.flat[before]
            else:
                out.flat[at] = totals.flat[at]

    @staticmethod
    def cumsum(x: Any, geometry: Any, out: Any) -> None:
        Scans._totals(x, geometry, out, np.add, 0.0)

    @staticmethod
    def cumprod(x: Any, geometry: Any, out: Any) -> None:
        Scans._totals(x, geometry, out, np.multiply, 1.0)

    @staticmethod
    def linear_recurrence(a: Any, b: Any, geometry: Any, out: Any) -> None:
        for _, at, before in Scans._steps(geometry):
            more = 0.0 if before < 0 else _flat(a, at) * _flat(out, before)
            out.flat[at] = _flat(b, at) + more

    @staticmethod
    def extreme_positions(x: Any, geometry: Any, out: Any) -> None:
        best = np.empty_like(x)
        for number, at, before in Scans._steps(geometry):
            new, old = _flat(x, at), x.dtype.type(0) if before < 0 else _flat(best, before)
            hit = before < 0 or new != new or (new >= old if geometry[5] else new <= old)
            best.flat[at] = new if hit else old
            out.flat[at] = number if hit else _flat(out, before)

    @staticmethod
    def take_along_axis(x: Any, indices: Any, geometry: Any, out: Any) -> None:
        outer, n, inner, *_, m = geometry
        lines, chosen = x.reshape(outer, n, inner), indices.reshape(outer, m, inner)
        out[...] = np.take_along_axis(lines, chosen, 1).reshape(out.shape)

    @staticmethod
    def put_along_axis(x: Any, indices: Any, geometry: Any, out: Any) -> None:
        outer, n, inner, *_, m = geometry
        values, chosen = x.reshape(outer, m, inner), indices.reshape(outer, m, inner)
        lines = np.zeros((outer, n, inner), x.dtype)
        for o, j, k in np.ndindex(*values.shape):
            lines[o, chosen[o, j, k], k] += values[o, j, k]
        out[...] = lines.reshape(out.shape)
