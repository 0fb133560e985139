"""Samples of histograms, permutations and questions about order."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import fixed, integers, reals, sample

for label, values, strict, expected in (
    ("rising", [1.0, 2.0, 5.0], True, True),
    ("level", [1.0, 1.0, 5.0], True, False),
    ("level_allowed", [1.0, 1.0, 5.0], False, True),
    ("falling", [1.0, 0.5, 5.0], False, False),
    ("nan", [1.0, np.nan], False, False),
    ("rows", [[1.0, 2.0], [2.0, 3.0]], False, True),
    ("one", 3.0, True, True),
    ("none", [], True, True),
):
    sample(
        "in_order",
        fixed(values, np.float64),
        params={"strict": strict},
        label=label,
        reference=lambda x, strict, expected=expected: np.bool_(expected),
        order=0,
    )
sample(
    "invert_permutation",
    fixed([2, 0, 3, 1], np.int32),
    reference=lambda x: np.array([1, 3, 0, 2]),
    order=0,
)
sample(
    "unravel_index",
    integers(0, 24, 5),
    params={"sizes": (2, 3, 4)},
    reference=lambda x, sizes: np.array([x // 12, x // 4 % 3, x % 4]),
    order=0,
)
sample(
    "histogram_fixed_width_bins",
    fixed([-1.0, 0.0, 0.9, 1.0, 4.99, 5.0, 7.0, np.inf, -np.inf]),
    params={"low": 0.0, "high": 5.0, "count": 5},
    reference=lambda x, **_: np.array([0, 0, 0, 1, 4, 4, 4, 4, 0]),
    order=0,
)
sample(
    "bin_of",
    fixed([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 3.1, np.nan]),
    fixed([0.0, 1.0, 3.0]),
    reference=lambda x, edges: np.array([-1, 0, 0, 1, 1, 1, -1, -1]),
    order=0,
)
EDGES = np.linspace(-0.7, 1.1, 7)
sample(
    "bin_of",
    fixed([*EDGES, *np.nextafter(EDGES, -9.0), *np.nextafter(EDGES, 9.0), np.nan, 3.0, -np.inf]),
    fixed(EDGES),
    label="uniform",
    reference=lambda x, edges: np.array(
        [
            max([i for i in range(6) if edges[i] <= v <= edges[6]], default=-1)  # the last counts
            for v in x
        ]
    ),
    order=0,
)
for right in (False, True):
    sample(
        "digitize",
        reals(2, 3),
        fixed([-1.0, 0.0, 1.0, 1.5]),
        params={"right": right, "dtype": np.dtype(np.int32)},
        label="right" if right else "left",
        reference=lambda x, bins, right, dtype: sum(
            (b < x if right else b <= x).astype(int) for b in bins
        ),
        order=0,
    )
