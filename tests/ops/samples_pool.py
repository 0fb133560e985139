"""Samples of sums and maxima over windows, and of where the maxima are."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tapegrad.ops.window_geometry import Windows
from tests.ops.samples import fixed, reals, sample
from tests.ops.samples_conv import entry


def each_window(windows: Windows, axes: tuple[int, ...], ndim: int) -> Any:
    """The index of every window, and those of its entries, both for all leading axes."""

    def index(numbers: tuple[int, ...]) -> tuple[Any, ...]:
        at: list[Any] = [slice(None)] * ndim
        for axis, number in zip(axes, numbers, strict=True):
            at[axis] = number
        return tuple(at)

    for p in product(*map(range, windows.number)):
        found = [entry(windows, p, k) for k in product(*map(range, windows.kernel))]
        yield index(p), [index(i) for i in found if i is not None]


def resized(x: np.ndarray, axes: tuple[int, ...], sizes: tuple[int, ...]) -> np.ndarray:
    shape = list(x.shape)
    for axis, size in zip(axes, sizes, strict=True):
        shape[axis] = size
    return np.zeros(shape, x.dtype)


def sums(x: np.ndarray, windows: Windows, axes: tuple[int, ...]) -> np.ndarray:
    y = resized(x, axes, windows.number)
    for p, entries in each_window(windows, axes, x.ndim):
        for i in entries:
            y[p] += x[i]
    return y


def spread(y: np.ndarray, windows: Windows, axes: tuple[int, ...]) -> np.ndarray:
    x = resized(y, axes, windows.sizes)
    for p, entries in each_window(windows, axes, y.ndim):
        for i in entries:
            x[i] += y[p]
    return x


def maxima(x: np.ndarray, windows: Windows, axes: tuple[int, ...]) -> np.ndarray:
    y = resized(x, axes, windows.number)
    for p, entries in each_window(windows, axes, x.ndim):
        y[p] = np.stack([x[i] for i in entries]).max(0)
    return y


def spread_to_first(
    g: np.ndarray, x: np.ndarray, y: np.ndarray, windows: Windows, axes: tuple[int, ...]
) -> np.ndarray:
    total = np.zeros_like(x)
    for p, entries in each_window(windows, axes, x.ndim):
        rest = g[p]
        for i in entries:
            total[i] += np.where(x[i] == y[p], rest, 0)
            rest = np.where(x[i] == y[p], 0, rest)
    return total


def first_maxima(
    x: np.ndarray, y: np.ndarray, windows: Windows, axes: tuple[int, ...]
) -> np.ndarray:
    flat = np.arange(x[(0,) * (x.ndim + min(axes))].size).reshape(x.shape[min(axes) :])
    flat = np.broadcast_to(flat, x.shape)
    where = resized(flat, axes, windows.number)
    for p, entries in each_window(windows, axes, x.ndim):
        values = np.stack([x[i] for i in entries])
        places = np.stack([flat[i] for i in entries])
        where[p] = np.take_along_axis(places, values.argmax(0)[None], 0)[0]
    return where


# label: shape, axes, windows
CASES: dict[str, tuple[tuple[int, ...], tuple[int, ...], Windows]] = {
    "halves": ((2, 6, 2), (-2,), Windows((6,), (2,), (2,), (1,), (0,), (3,))),
    "overlapping": ((1, 5, 2), (-2,), Windows((5,), (3,), (1,), (1,), (1,), (5,))),
    "dilated": ((1, 6, 1), (-2,), Windows((6,), (2,), (1,), (3,), (0,), (3,))),
    "squares": ((2, 4, 4, 1), (-3, -2), Windows((4, 4), (2, 2), (2, 2), (1, 1), (0, 0), (2, 2))),
    "padded": ((1, 3, 4, 2), (-3, -2), Windows((3, 4), (3, 2), (2, 1), (1, 1), (1, 0), (2, 4))),
    "first": ((2, 2, 3, 3), (-2, -1), Windows((3, 3), (2, 2), (1, 1), (1, 1), (0, 0), (2, 2))),
    "channels": ((1, 2, 4), (-1,), Windows((4,), (3,), (1,), (1,), (1,), (4,))),
    "volumes": (
        (1, 2, 3, 2, 1),
        (-4, -3, -2),
        Windows((2, 3, 2), (2, 2, 1), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 2, 2)),
    ),
    "many_places": (
        (1, 17, 17, 1),
        (-3, -2),
        Windows((17, 17), (17, 17), *[(1, 1)] * 2, (0, 0), (1, 1)),
    ),
    "one_place": ((1, 3, 2), (-2,), Windows((3,), (1,), (1,), (1,), (0,), (3,))),
}
for label, (shape, axes, windows) in CASES.items():
    options: dict[str, Any] = {"params": {"windows": windows, "axes": axes}, "label": label}
    count = resized(np.zeros(shape), axes, windows.number).shape
    x = reals(*shape)
    sample("window_sum", x, reference=sums, complex=label == "padded", **options)
    sample("window_spread", reals(*count), reference=spread, complex=label == "padded", **options)
    sample("window_max", x, reference=maxima, **options)
    tied = np.random.default_rng(5).integers(0, 3, shape).astype(np.float64)
    sample(
        "window_argmax",
        fixed(tied),
        fixed(maxima(tied, windows, axes)),
        reference=first_maxima,
        order=0,
        **options,
    )
    sample(
        "window_max_spread",
        reals(*count),
        fixed(tied),
        fixed(maxima(tied, windows, axes)),
        reference=spread_to_first,
        **options,
    )
