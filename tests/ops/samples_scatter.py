"""Samples of the primitives that write rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.samples import fixed, reals, sample

ROWS = fixed([2, 0, 2], np.int32)


def writing(combine: Callable[[Any, Any], Any]) -> Callable[..., np.ndarray]:
    """A loop that writes ``combine(old, new)`` row by row, the rows being those of `axis`."""

    def write(x: np.ndarray, indices: np.ndarray, values: np.ndarray, axis: int) -> np.ndarray:
        written = np.moveaxis(x, axis, 0).copy()
        for i, row in zip(indices, np.moveaxis(values, axis, 0), strict=True):
            written[i] = combine(written[i], row)
        return np.moveaxis(written, 0, axis)

    return write


for name, combine in (
    ("replace_rows", lambda old, new: new),
    ("max_rows", np.maximum),
    ("min_rows", np.minimum),
):
    reference = writing(combine)
    options: dict[str, Any] = {"reference": reference}
    sample(name, reals(4, 2), ROWS, reals(3, 2), params={"axis": -2}, **options)
    sample(name, reals(3), ROWS, reals(3), params={"axis": -1}, label="vector", **options)
    sample(
        name,
        reals(2, 3, 2),
        ROWS,
        reals(2, 3, 2),
        params={"axis": -2},
        label="middle",
        **options,
    )
    sample(
        name,
        reals(3, 2),
        fixed([], np.int32),
        reals(0, 2),
        params={"axis": -2},
        label="nothing",
        **options,
    )
sample(
    "is_last",
    fixed([3, 1, 3, 0], np.int64),
    reference=lambda indices: np.array([False, True, True, True]),
    order=0,
)
