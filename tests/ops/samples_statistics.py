"""Samples of order statistics, reductions without NaN, interpolation and lines of indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.samples import fixed, integers, reals, sample

NAN = np.nan


def _ranked(x: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    lines = np.broadcast_shapes(x.shape[:-1], ranks.shape[:-1])
    wanted = np.broadcast_to(ranks, (*lines, ranks.shape[-1]))
    found = np.empty(wanted.shape)
    for at in np.ndindex(lines):
        found[at] = [sorted(x[at])[k] for k in wanted[at]]
    return found


SHARED, OWN = fixed([3, 0, 3]), fixed([[[0, 1], [2, 2], [1, 3]]])
MANY = fixed([0, 1, 2, 3, 0, 1, 2, 3, 2])
for label, shape, ranks in (
    ("line", (5,), SHARED),
    ("shared", (2, 4), SHARED),
    ("own", (2, 3, 4), OWN),
    ("many", (2, 4), MANY),
):
    sample("order_statistics", reals(*shape), ranks, label=label, reference=_ranked)
TIES = np.array([[2.0, 1.0, 2.0, NAN, 2.0], [NAN, 0.0, NAN, 0.0, 5.0]])
for label, ranks_of_ties in (("few", [0, 2, 4]), ("many", [0, 2, 4] * 3)):
    order = np.argsort(TIES, axis=-1, kind="stable")
    sample(
        "order_positions",
        fixed(TIES),
        fixed(np.sort(TIES, axis=-1)[:, ranks_of_ties]),
        fixed(ranks_of_ties),
        label=label,
        reference=lambda x, y, r, order=order: order[:, r],
        order=0,
    )
sample(
    "quantile_ranks",
    fixed([[1.0, NAN, 2.0, 3.0], [1.0, 5.0, 2.0, 3.0], [NAN] * 4]),
    fixed([0.0, 0.5]),
    params={"method": "linear", "ignore_nan": True},
    reference=lambda *_, **__: (
        np.array([[0, 1, 1, 2], [0, 1, 1, 2], [0, -1, 0, 0]]).clip(0),
        np.array([[0.0, 0.0], [0.0, 0.5], [0.0, 0.5]]),
        np.array([[2.0], [3.0], [-1.0]]),
        np.array([[0.0], [0.0], [NAN]]),
    ),
    order=0,
)
sample(
    "lerp",
    reals(2, 3),
    reals(3),
    reals(2, 1),
    reference=lambda a, b, c: (1 - c) * a + c * b,
    complex=True,
)
INF = np.inf
sample(
    "lerp",
    fixed([INF, 1.0, 1.0, INF, -INF, 1.0]),
    fixed([INF, INF, INF, 2.0, INF, NAN]),
    fixed([0.25, 0.0, 0.5, 1.0, 0.5, 0.0]),
    label="infinite",
    reference=lambda a, b, c: np.array([INF, 1.0, INF, 2.0, NAN, 1.0]),
    order=0,
)
HOLES = fixed([[3.0, NAN, 1.0], [3.0, 3.0, NAN], [NAN, NAN, NAN]])
for name, reduce, expected in (
    ("nanmax", np.nanmax, [3.0, 3.0, NAN]),
    ("nanmin", np.nanmin, [1.0, 3.0, NAN]),
):
    for keepdims in (False, True):
        params: dict[str, Any] = {"axes": (-1,), "keepdims": keepdims}
        shape = (3, 1) if keepdims else (3,)
        sample(
            name,
            HOLES,
            params=params,
            label=f"holes_{keepdims}",
            reference=lambda x, expected=expected, shape=shape, **_: np.reshape(expected, shape),
            order=0,
        )
        sample(
            name,
            reals(2, 3, 2),
            params={"axes": (-3, -1), "keepdims": keepdims},
            label=f"axes_{keepdims}",
            reference=lambda x, axes, keepdims, reduce=reduce: reduce(
                x, axis=axes, keepdims=keepdims
            ),
        )
sample("is_number", HOLES, reference=lambda x: x == x, order=0)
sample(
    "interval",
    fixed([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, NAN]),
    fixed([0.0, 1.0, 1.0, 2.0]),
    reference=lambda x, xp: (np.array([0, 0, 0, 2, 2, 2, 2]), np.array([1, 1, 1, 3, 3, 3, 3])),
    order=0,
)
sample(
    "indices_from_zero",
    integers(-4, 4, 2, 3),
    params={"size": 4, "op": "take_along_axis"},
    reference=lambda x, **_: x % 4,
    order=0,
)
sample(
    "last_written",
    fixed([[2, 0, 2], [1, 1, 1]]),
    params={"to": (2, 3), "axis": -1},
    reference=lambda *_, **__: (
        np.array([[1, 0, 2], [0, 2, 0]]),
        np.array([[True, False, True], [False, True, False]]),
    ),
    order=0,
)
PHASES = [0.0, 3.0, 6.5, 10.0, -3.0, 3.5, np.pi + 3.5, 0.25]
for axis, values in ((-1, PHASES), (-2, np.reshape(PHASES, (4, 2)))):
    sample(
        "unwrap_turns",
        fixed(values),
        params={"axis": axis, "discont": np.pi, "period": 2 * np.pi},
        label=f"axis_{axis}",
        reference=lambda x, axis, **_: np.unwrap(x, axis=axis) - x,
        order=0,
    )
