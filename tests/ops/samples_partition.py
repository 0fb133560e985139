"""Samples of the primitives that number rows."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import fixed, sample

sample(
    "members",
    fixed([[0, 2], [0, 2]], np.int32),
    params={"count": 3},
    reference=lambda partitions, count: (np.array([0, 2]), np.array([], int), np.array([1, 3])),
    order=0,
)
sample(
    "stitch_sources",
    fixed([0, 3], np.int32),
    fixed(3, np.int64),
    reference=lambda a, b: (np.array([0, 0, 0, 2]), np.array([True, False, False, True])),
    order=0,
)
