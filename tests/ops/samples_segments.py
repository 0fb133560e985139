"""Samples of reductions over rows that share a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.samples import fixed, reals, sample

IDS = fixed([2, 0, 2, -1, 2, 0], np.int32)


def looping(reduce: Callable[..., Any], of_nothing: float) -> Callable[..., np.ndarray]:
    """A loop over the segments."""

    def run(
        values: np.ndarray, ids: np.ndarray, size: int, axis: int, empty: float = of_nothing
    ) -> np.ndarray:
        rows = np.moveaxis(values, axis, 0)
        found = [
            reduce(rows[ids == i], axis=0) if i in ids else rows[0] * 0 + empty for i in range(size)
        ]
        return np.moveaxis(np.array(found).reshape(size, *rows.shape[1:]), 0, axis)

    return run


def rows_of(values: np.ndarray, ids: np.ndarray, axis: int) -> np.ndarray:
    rows = np.moveaxis(values, axis, 0)
    picked = [rows[i] if i >= 0 else rows[0] * 0 for i in ids]
    return np.moveaxis(np.array(picked).reshape(len(ids), *rows.shape[1:]), 0, axis)


for name, reduce, of_nothing in (
    ("segment_sum", np.sum, 0.0),
    ("segment_prod", np.prod, 1.0),
    ("segment_max", np.max, -9.0),
    ("segment_min", np.min, 9.0),
):
    reference = looping(reduce, of_nothing)
    extreme = name in ("segment_max", "segment_min")
    more: dict[str, Any] = {"empty": of_nothing} if extreme else {}
    options: dict[str, Any] = {"reference": reference, "complex": not extreme}
    column = {"size": 4, "axis": -1, **more}
    middle = {"size": 4, "axis": -2, **more}
    sample(name, reals(6), IDS, params=column, **options)
    sample(name, reals(2, 6, 2), IDS, params=middle, label="middle", **options)
    sample(name, reals(3), fixed([0, 1, 1], np.int64), params=column, label="sorted", **options)
    sample(
        name,
        reals(0, 2),
        fixed([], np.int32),
        params={**middle, "size": 0},
        label="nothing",
        **options,
    )
for label, values in (("one_zero", [2.0, 0.0, 3.0, 1.5]), ("zeros", [0.0, 0.0, 3.0, 0.0])):
    sample(
        "segment_prod",
        fixed(values),
        fixed([0, 0, 0, 1], np.int32),
        params={"size": 2, "axis": -1},
        label=label,
        reference=looping(np.prod, 1.0),
    )
for label, ids in (("", IDS), ("all", fixed([1, 0, 1], np.int32))):
    sample(
        "segment_rows",
        reals(2, 3, 2),
        ids,
        params={"axis": -2},
        label=label,
        reference=rows_of,
        complex=True,
    )
sample(
    "segment_numbers",
    fixed([[1, -1], [0, 1]], np.int32),
    params={"size": 2, "op": "sum"},
    reference=lambda ids, size, op: ids.ravel(),
    order=0,
)
sample(
    "segment_lengths",
    IDS,
    params={"size": 4, "dtype": np.dtype(np.float32)},
    reference=lambda ids, size, dtype: np.array([2, 1, 3, 1], dtype),
    order=0,
)
for reverse, links in (
    (False, [[6, 6, 0, 6, 2, 1, 6], [6, 6, 6, 6, 0, 6, 6]]),
    (True, [[2, 5, 4, 6, 6, 6, 6], [4, 6, 6, 6, 6, 6, 6]]),
):
    sample(
        "segment_links",
        IDS,
        params={"reverse": reverse},
        label="reverse" if reverse else "",
        reference=lambda ids, reverse, links=links: np.array(links),
        order=0,
    )
