"""Samples of the primitives that make tensors."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import fixed, sample


def indicators(
    indices: np.ndarray, on: np.ndarray, off: np.ndarray, depth: int, axis: int
) -> np.ndarray:
    rows = [[on if i == j else off for j in range(depth)] for i in indices.ravel()]
    return np.moveaxis(np.array(rows).reshape((*indices.shape, depth)), -1, axis)


sample(
    "one_hot",
    fixed([[0, 2, -1], [1, 1, 5]], np.int32),
    fixed(1.0),
    fixed(0.0),
    params={"depth": 4, "axis": -1},
    reference=indicators,
    order=0,
)
sample(
    "one_hot",
    fixed([[0, 2, -1], [1, 1, 5]], np.int32),
    fixed(2.5),
    fixed(-1.0),
    params={"depth": 4, "axis": -2},
    label="values",
    reference=indicators,
    order=0,
)
sample(
    "reversal",
    fixed([2, 0, 3], np.int32),
    params={"size": 3},
    reference=lambda lengths, size: np.array([[1, 0, 2], [0, 1, 2], [2, 1, 0]]),
    order=0,
)
