"""Resampling of an axis: every new entry is a weighted sum of old ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapegrad.core.define import linear

#: With more summands than this, one matrix product beats a sum over them.
_MANY = 16

Numbers = NDArray[np.float64]


class Resampling:
    """Which entries the new ones are sums of, and their weights.

    Attributes
    ----------
    size
        Number of old entries.
    entries, weights
        Of shape ``(new, summands)``.
    picks
        Whether every new entry is an old one.
    """

    __slots__ = ("_matrix", "_transposed", "entries", "picks", "size", "weights")

    def __init__(self, size: int, entries: NDArray[np.intp], weights: Numbers) -> None:
        self.size, self.entries, self.weights = size, entries, weights
        self.picks = entries.shape[1] == 1 and bool((weights == 1.0).all())
        self._transposed: Resampling | None = None
        self._matrix: Numbers | None = None

    @property
    def transposed(self) -> Resampling:
        """The adjoint: how old entries are sums of new ones."""
        if self._transposed is None:
            new, summands = np.nonzero(self.weights)
            old = self.entries[new, summands]
            order = np.argsort(old, kind="stable")
            old, new, summands = old[order], new[order], summands[order]
            counts = np.bincount(old, minlength=self.size)
            starts = np.cumsum(counts) - counts
            place = np.arange(len(old)) - starts[old]
            shape = (self.size, max(1, int(counts.max(initial=0))))
            entries, weights = np.zeros(shape, np.intp), np.zeros(shape)
            entries[old, place] = new
            weights[old, place] = self.weights[new, summands]
            self._transposed = Resampling(len(self.entries), entries, weights)
            self._transposed._transposed = self
        return self._transposed

    @property
    def matrix(self) -> Numbers:
        """The weights as a matrix of shape ``(new, old)``."""
        if self._matrix is None:
            self._matrix = np.zeros((len(self.entries), self.size))
            rows = np.arange(len(self.entries))[:, None]
            np.add.at(self._matrix, (rows, self.entries), self.weights)
        return self._matrix


def _resample(x: Any, *, along: Resampling, axis: int) -> Any:
    if along.picks:
        return x.take(along.entries[:, 0], axis)
    new, summands = along.entries.shape
    if summands > _MANY:
        moved = np.moveaxis(x, axis, -1) @ along.matrix.T.astype(x.dtype)
        return np.moveaxis(moved, -1, axis).astype(x.dtype, copy=False)
    total: Any = None
    for entries, weights in zip(along.entries.T, along.weights.T, strict=True):
        part = x.take(entries, axis)
        part *= weights.astype(x.dtype).reshape((new,) + (1,) * (-axis - 1))
        total = part if total is None else np.add(total, part, out=total)
    return total


resample = linear(
    "resample",
    _resample,
    lambda F, g, along, axis: F.resample(g, along=along.transposed, axis=axis),
)


# Weights of interpolation. Pixels have their centres at halves: 0.5, 1.5, ...


def _triangle(x: Numbers) -> Numbers:
    return np.maximum(1.0 - x, 0.0)


def _keys_cubic(x: Numbers) -> Numbers:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _mitchell_cubic(x: Numbers) -> Numbers:
    near = ((7.0 / 6.0 * x - 2.0) * x) * x + 8.0 / 9.0
    far = ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _gaussian(x: Numbers) -> Numbers:
    return np.where(x < 1.5, np.exp(-2.0 * x * x), 0.0)


def _lanczos(radius: float) -> Callable[[Numbers], Numbers]:
    return lambda x: np.where(x <= radius, np.sinc(x) * np.sinc(x / radius), 0.0)


#: Kernels and their radii.
KERNELS: dict[str, tuple[Callable[[Numbers], Numbers], float]] = {
    "bilinear": (_triangle, 1.0),
    "bicubic": (_keys_cubic, 2.0),
    "mitchellcubic": (_mitchell_cubic, 2.0),
    "gaussian": (_gaussian, 1.5),
    "lanczos3": (_lanczos(3.0), 3.0),
    "lanczos5": (_lanczos(5.0), 5.0),
}


@lru_cache(maxsize=128)
def resampling(size: int, new: int, method: str, antialias: bool) -> Resampling:
    """How `new` pixels are made of `size` old ones."""
    if method == "nearest":
        # In float32, as in TensorFlow: which pixel is nearest can depend on it.
        scale = np.float32(size) / np.float32(new)
        nearest = np.floor((np.arange(new, dtype=np.float32) + np.float32(0.5)) * scale)
        entries = np.minimum(nearest.astype(np.intp), size - 1)[:, None]
        return Resampling(size, entries, np.ones((new, 1)))
    ratio = size / new
    if method == "area":
        low, high = np.arange(new) * ratio, np.arange(1, new + 1) * ratio
        first, last = np.floor(low), np.ceil(high)
    else:
        kernel, radius = KERNELS[method]
        stretch: float = max(ratio, 1.0) if antialias else 1.0
        centre = (np.arange(new) + 0.5) * ratio
        first = np.ceil(centre - radius * stretch - 0.5)
        last = np.floor(centre + radius * stretch - 0.5) + 1
    first, last = np.clip(first, 0, size), np.clip(last, 0, size)
    entries = first.astype(np.intp)[:, None] + np.arange(int((last - first).max()))
    if method == "area":
        weights = np.minimum(entries + 1, high[:, None]) - np.maximum(entries, low[:, None])
        weights = np.maximum(weights, 0.0)
    else:
        weights = kernel(np.abs((entries + 0.5 - centre[:, None]) / stretch))
    weights = np.where(entries < last[:, None], weights, 0.0)
    weights /= weights.sum(1, keepdims=True)
    return Resampling(size, np.minimum(entries, size - 1), weights)
