"""Samples of sorting and searching."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.samples import fixed, integers, reals, sample


def _ordered(line: np.ndarray, descending: bool) -> list[int]:
    return sorted(range(len(line)), key=lambda i: (-line[i] if descending else line[i], i))


def _argsort(x: np.ndarray, axis: int, descending: bool, **_: Any) -> np.ndarray:
    return np.apply_along_axis(_ordered, axis, x, descending) if x.size else x.astype(int)


def _sort(x: np.ndarray, axis: int, descending: bool) -> np.ndarray:
    return np.apply_along_axis(lambda v: sorted(v, reverse=descending), axis, x) if x.size else x


for descending in (False, True):
    for shape, axis in (((5,), -1), ((3, 4), -2), ((2, 3, 2), -2), ((2, 0), -1)):
        label = "x".join(map(str, shape)) + "_descending" * descending
        params = {"axis": axis, "descending": descending}
        sample("sort", reals(*shape), params=params, label=label, reference=_sort)
        sample(
            "argsort",
            reals(*shape),
            params={**params, "dtype": np.dtype(np.int64)},
            label=label,
            reference=_argsort,
            order=0,
        )
    sample(
        "argsort",
        integers(0, 3, 20),
        params={"axis": -1, "descending": descending, "dtype": np.dtype(np.int32)},
        label="ties" + "_descending" * descending,
        reference=_argsort,
        order=0,
    )
TIES = fixed([[1.0, 3.0, 3.0], [2.0, 0.5, 0.5]])
POSITION = {"axis": -1, "dtype": np.dtype(np.int64)}
sample("argmax", TIES, params=POSITION, reference=lambda x, **_: np.array([1, 0]), order=0)
sample("argmin", TIES, params=POSITION, reference=lambda x, **_: np.array([0, 1]), order=0)
sample(
    "in_top_k",
    fixed([0, 1, 2, 5], np.int32),
    fixed([[0.5, 0.25, 0.5], [0.5, 0.25, 0.5], [0.1, 0.2, np.nan], [0.1, 0.2, 0.3]]),
    params={"k": 2},
    reference=lambda targets, predictions, k: np.array([True, False, False, False]),
    order=0,
)
for side, expected in (("left", [0, 1, 4]), ("right", [0, 3, 4])):
    sample(
        "searchsorted",
        fixed([[0.0, 1.0, 1.0, 2.0]] * 2),
        fixed([[-1.0, 1.0, 3.0]] * 2),
        params={"side": side, "dtype": np.dtype(np.int32)},
        label=side,
        reference=lambda s, v, side, dtype, expected=expected: np.array([expected] * 2),
        order=0,
    )
