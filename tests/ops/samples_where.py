"""Samples of the primitives that choose by condition."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import booleans, fixed, reals, sample


def chosen(cond: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    cond, x, y = np.broadcast_arrays(cond, x, y)
    flat = [a if c else b for c, a, b in zip(cond.flat, x.flat, y.flat, strict=True)]
    return np.array(flat, np.result_type(x, y)).reshape(cond.shape)


sample("where", booleans(2, 3), reals(2, 3), reals(2, 3), reference=chosen, complex=True)
sample(
    "where", booleans(2, 1), reals(3), reals(), label="broadcast", reference=chosen, complex=True
)
sample("where", booleans(), reals(2), reals(2), label="scalar_condition", reference=chosen)
sample("where", booleans(), reals(), reals(), label="scalar", reference=chosen)
sample("where", booleans(0, 3), reals(0, 3), reals(3), label="empty", reference=chosen)
sample(
    "positions",
    fixed([[True, False], [True, True]]),
    reference=lambda x: np.array([[0, 0], [1, 0], [1, 1]]),
    order=0,
)
sample(
    "flat_positions",
    fixed([[True, False], [True, True]]),
    reference=lambda x: np.array([0, 2, 3]),
    order=0,
)
