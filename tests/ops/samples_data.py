"""Samples of sequences: convolution, running extremes, partial orders."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.samples import fixed, reals, sample


def _lines(a: np.ndarray, b: np.ndarray) -> Any:
    lead = np.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    y = np.zeros((*lead, a.shape[-1] + b.shape[-1] - 1), np.result_type(a, b))
    for i in range(a.shape[-1]):
        for j in range(b.shape[-1]):
            y[..., i + j] += a[..., i] * b[..., j]
    return y


for label, first, second in (
    ("short", (4,), (3,)),
    ("shorter_first", (2,), (5,)),
    ("one", (1,), (1,)),
    ("lines", (2, 1, 4), (3, 2)),
    ("nothing", (0, 2), (1, 3)),
):
    sample("convolve", reals(*first), reals(*second), label=label, reference=_lines, complex=True)


def _running(x: np.ndarray, axis: int, reverse: bool, largest: bool, **_: Any) -> np.ndarray:
    def of_line(line: np.ndarray) -> list[int]:
        found, best = [], None
        order = range(len(line))
        for i in reversed(order) if reverse else order:
            better = best is None or np.isnan(line[i])
            better = better or (line[i] >= line[best] if largest else line[i] <= line[best])
            best = i if better else best
            found.append(best)
        return found[::-1] if reverse else found

    return np.apply_along_axis(of_line, axis, x)


TIES = fixed([[1.0, 3.0, 3.0, np.nan, 5.0], [2.0, 1.0, 4.0, 1.0, 0.5]])
for largest in (False, True):
    for reverse in (False, True):
        for axis in (-1, -2):
            sample(
                "extreme_positions",
                TIES,
                params={
                    "axis": axis,
                    "reverse": reverse,
                    "largest": largest,
                    "dtype": np.dtype(np.int32),
                },
                label=f"{largest}_{reverse}_{axis}",
                reference=_running,
                order=0,
            )
POSITIONS = {"axis": -1, "dtype": np.dtype(np.int32)}
sample(
    "argpartition",
    fixed([3.0, 1.0, 2.0]),
    params={"kth": (0, 1), **POSITIONS},
    reference=lambda x, **_: np.array([1, 2, 0]),
    order=0,
)
sample(
    "lexsort",
    fixed([9.0, 4.0, 0.0, 4.0, 0.0]),
    fixed([1, 5, 1, 4, 1]),
    params=POSITIONS,
    reference=lambda *keys, **_: np.array([2, 4, 0, 3, 1]),
    order=0,
)
