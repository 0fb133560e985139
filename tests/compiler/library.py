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
