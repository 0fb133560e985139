"""Samples of reductions and cumulative operations."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from scipy import special

from tests.ops.samples import booleans, fixed, integers, positive, reals, sample

#: label, shape, axes
AXES: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("all", (2, 3), (-2, -1)),
    ("leading", (2, 3), (-2,)),
    ("last", (2, 3), (-1,)),
    ("middle", (2, 3, 2), (-2,)),
    ("outer", (2, 3, 2), (-1, -3)),
    ("none", (2, 3), ()),
    ("scalar", (), ()),
    ("one", (1, 1), (-1,)),
)


def _centred(x: np.ndarray, axes: tuple[int, ...], keepdims: bool) -> np.ndarray:
    """The Euclidean norm by another way: that of each line in turn."""
    for axis in sorted(axes):
        x = np.apply_along_axis(lambda line: np.array([np.linalg.norm(line)]), axis, x)
    return (
        x if keepdims else x.reshape([n for i, n in enumerate(x.shape) if i - x.ndim not in axes])
    )


REDUCTIONS: dict[str, tuple[Any, bool]] = {
    "reduce_sum": (lambda x, axes, keepdims: x.sum(axis=axes, keepdims=keepdims), True),
    "reduce_mean": (lambda x, axes, keepdims: x.mean(axis=axes, keepdims=keepdims), True),
    "reduce_prod": (lambda x, axes, keepdims: x.prod(axis=axes, keepdims=keepdims), True),
    "reduce_max": (lambda x, axes, keepdims: x.max(axis=axes, keepdims=keepdims), False),
    "reduce_min": (lambda x, axes, keepdims: x.min(axis=axes, keepdims=keepdims), False),
    "reduce_logsumexp": (
        lambda x, axes, keepdims: special.logsumexp(x, axis=axes, keepdims=keepdims) if axes else x,
        False,
    ),
    "reduce_euclidean_norm": (
        lambda x, axes, keepdims: _centred(x, axes, keepdims) if axes else np.fabs(x),
        False,
    ),
}
for name, (reference, with_complex) in REDUCTIONS.items():
    for label, shape, axes in AXES:
        for keepdims in (False, True):
            sample(
                name,
                reals(*shape),
                params={"axes": axes, "keepdims": keepdims},
                label=f"{label}_kept" if keepdims else label,
                reference=reference,
                complex=with_complex,
            )
for label, shape, axes in AXES:
    if axes:
        for p in (-1.5, 0.5, 1.5, 3.0):
            sample(
                "reduce_p_norm",
                reals(*shape),
                params={"p": p, "axes": axes, "keepdims": False},
                label=f"{label}_{p}",
                reference=lambda x, p, axes, keepdims: np.exp(
                    special.logsumexp(p * np.log(np.fabs(x)), axis=axes) / p
                ),
                rtol=1e-5,
            )

PARAMS = {"axes": (-1,), "keepdims": False}
for name, expected in (
    ("reduce_sum", [0.0, 0.0]),
    ("reduce_mean", [np.nan, np.nan]),
    ("reduce_prod", [1.0, 1.0]),
    ("reduce_max", [-np.inf, -np.inf]),
    ("reduce_min", [np.inf, np.inf]),
    ("reduce_logsumexp", [-np.inf, -np.inf]),
    ("reduce_euclidean_norm", [0.0, 0.0]),
):
    sample(
        name,
        reals(2, 0),
        params=PARAMS,
        label="of_nothing",
        reference=lambda x, axes, keepdims, expected=expected: np.array(expected),
        order=0,
    )
    sample(
        name,
        reals(0, 2),
        params=PARAMS,
        label="no_rows",
        reference=lambda x, axes, keepdims: np.zeros(0),
    )
for name, expected in (
    ("reduce_sum", [7, -6]),
    ("reduce_mean", [2, -2]),
    ("reduce_prod", [-15, -4]),
    ("reduce_max", [5, -1]),
    ("reduce_min", [-1, -4]),
    ("reduce_euclidean_norm", [5, 4]),
):
    sample(
        name,
        fixed([[3, -1, 5], [-1, -4, -1]], np.int32),
        params=PARAMS,
        label="integers",
        reference=lambda x, axes, keepdims, expected=expected: np.array(expected),
        order=0,
    )
# Derivatives of products at zeros.
for zeros in ([2.0, 0.0, 3.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]):
    sample(
        "reduce_prod",
        fixed(zeros),
        params=PARAMS,
        label=f"{zeros.count(0.0)}_zeros",
        reference=lambda x, axes, keepdims: np.float64(0.0),
    )
sample("reduce_any", booleans(3, 2), params=PARAMS, reference=lambda x, **_: x.any(-1), order=0)
sample("reduce_all", booleans(3, 2), params=PARAMS, reference=lambda x, **_: x.all(-1), order=0)
sample(
    "count_nonzero",
    integers(-1, 2, 3, 4),
    params={"axes": (-2,), "keepdims": True, "dtype": np.dtype(np.int64)},
    reference=lambda x, **_: (x != 0).sum(0, keepdims=True),
    order=0,
)


# Cumulative operations.
def _cumulative(step: Any, first: float) -> Any:
    """The cumulative form of a function of two numbers, written as a loop over lines."""

    def reference(x: np.ndarray, axis: int, exclusive: bool, reverse: bool) -> np.ndarray:
        def line(numbers: np.ndarray) -> list[Any]:
            values = list(numbers[::-1] if reverse else numbers)
            if exclusive:
                values = [x.dtype.type(first), *values[:-1]]
            found = list(accumulate(values, step))
            return found[::-1] if reverse else found

        return np.apply_along_axis(line, axis, x) if x.size else x

    return reference


SCANS: dict[str, tuple[Any, bool]] = {
    "cumsum": (_cumulative(lambda a, b: a + b, 0.0), True),
    "cumprod": (_cumulative(lambda a, b: a * b, 1.0), True),
    "cumulative_logsumexp": (_cumulative(np.logaddexp, -np.inf), False),
}
for name, (reference, with_complex) in SCANS.items():
    for shape, axis in (((5,), -1), ((2, 4), -2), ((2, 4), -1), ((2, 3, 2), -2), ((0, 2), -2)):
        for exclusive in (False, True):
            for reverse in (False, True):
                if exclusive and name == "cumulative_logsumexp":
                    continue  # the first is minus infinity: see below
                sample(
                    name,
                    reals(*shape),
                    params={"axis": axis, "exclusive": exclusive, "reverse": reverse},
                    label=f"{'x'.join(map(str, shape))}{axis}"
                    + "_exclusive" * exclusive
                    + "_reverse" * reverse,
                    reference=reference,
                    complex=with_complex,
                )
for reverse in (False, True):
    sample(
        "cumulative_logsumexp",
        reals(4),
        params={"axis": -1, "exclusive": True, "reverse": reverse},
        label=f"exclusive_reverse_{reverse}",
        reference=SCANS["cumulative_logsumexp"][0],
        order=0,
    )
for zeros in ([2.0, 0.0, 3.0, 4.0], [0.0, 2.0, 0.0, 3.0], [0.0, 0.0, 0.0]):
    for exclusive in (False, True):
        sample(
            "cumprod",
            fixed(zeros),
            params={"axis": -1, "exclusive": exclusive, "reverse": False},
            label=f"zeros_{zeros}" + "_exclusive" * exclusive,
            reference=SCANS["cumprod"][0],
        )


def _recurrence(a: np.ndarray, b: np.ndarray, axis: int, reverse: bool) -> np.ndarray:
    a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    h = np.zeros_like(b)
    order = range(len(b) - 1, -1, -1) if reverse else range(len(b))
    previous = np.zeros_like(b[0]) if len(b) else 0.0
    for k in order:
        previous = h[k] = a[k] * previous + b[k]
    return np.moveaxis(h, 0, axis)


for shape, axis in (((7,), -1), ((8, 2), -2), ((2, 1, 3), -3), ((2, 1), -1), ((0,), -1)):
    for reverse in (False, True):
        sample(
            "linear_recurrence",
            reals(*shape),
            reals(*shape),
            params={"axis": axis, "reverse": reverse},
            label=f"{'x'.join(map(str, shape))}" + "_reverse" * reverse,
            reference=_recurrence,
            complex=True,
        )
sample(
    "shift",
    reals(2, 3),
    params={"axis": -1, "by": 1},
    reference=lambda x, axis, by: np.hstack([np.zeros((2, 1)), x[:, :2]]),
    complex=True,
)
sample(
    "shift",
    reals(3, 2),
    params={"axis": -2, "by": -1},
    label="back",
    reference=lambda x, axis, by: np.vstack([x[1:], np.zeros((1, 2))]),
)
sample(
    "shift",
    positive(1, 0),
    params={"axis": -1, "by": 1},
    label="empty",
    reference=lambda x, axis, by: x,
)
