"""Samples of resampling, against the matrix of its weights."""

from __future__ import annotations

import numpy as np

from tapegrad.ops.resampling import Resampling, resampling
from tests.ops.samples import reals, sample


def weighted(x: np.ndarray, along: Resampling, axis: int) -> np.ndarray:
    matrix = np.zeros((len(along.entries), along.size))
    for i, (entries, weights) in enumerate(zip(along.entries, along.weights, strict=True)):
        for entry, weight in zip(entries, weights, strict=True):
            matrix[i, entry] += weight
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


for label, size, new, method, antialias in (
    ("larger", 3, 7, "bilinear", False),
    ("smaller", 7, 3, "bilinear", False),
    ("means", 7, 3, "bilinear", True),
    ("nearest", 4, 6, "nearest", False),
    ("few", 6, 4, "nearest", False),
    ("cubic", 5, 8, "bicubic", False),
    ("area", 5, 3, "area", False),
    ("many_summands", 40, 2, "bilinear", True),
    ("one", 1, 3, "bilinear", False),
):
    along = resampling(size, new, method, antialias)
    for axis, shape in ((-2, (2, size, 2)), (-3, (size, 2, 1))):
        sample(
            "resample",
            reals(*shape),
            params={"along": along, "axis": axis},
            label=f"{label}{axis}",
            reference=weighted,
        )
