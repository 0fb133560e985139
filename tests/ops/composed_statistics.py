"""Quantiles, reductions without NaN, integrals, differences, interpolation: whole functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate

import tapegrad as tf
from tapegrad.ops.quantile_ranks import METHODS
from tests.ops.composed import composed
from tests.ops.samples import fixed, positive, reals

math = tf.math

for method in METHODS:
    composed(
        f"quantile-{method}",
        lambda x, method=method: math.quantile(x, [0.0, 0.17, 0.5, 0.83, 1.0], 0, method),
        lambda x, method=method: np.quantile(x, [0.0, 0.17, 0.5, 0.83, 1.0], 0, method=method),
        reals(6, 2),
    )
for axis in (None, 0, -1, (0, 2), (2, 1), ()):
    for keepdims in (False, True):
        composed(
            f"percentile-axis_{axis}_{keepdims}",
            lambda x, a=axis, k=keepdims: math.percentile(x, [[20.0], [65.0]], a, keepdims=k),
            lambda x, a=axis, k=keepdims: (
                np.stack([x, x])[:, None]
                if a == ()
                else np.percentile(x, [[20.0], [65.0]], a, keepdims=k)
            ),
            reals(2, 3, 4),
        )
composed("median", lambda x: math.median(x, 1), lambda x: np.median(x, 1), reals(2, 4, 3))
composed("median-scalar", math.median, np.median, reals())
composed("median-odd", math.median, np.median, reals(7))
composed(
    "quantile-of_tensor_q",
    lambda x, q: math.quantile(x, q, 0),
    lambda x, q: np.quantile(x, q, 0),
    reals(5, 2),
    fixed([0.1, 0.55, 0.9]),
)
composed(
    "quantile-of_tensor_q_weibull",
    lambda x, q: math.quantile(x, q, method="weibull", keepdims=True),
    lambda x, q: np.quantile(x, q, method="weibull", keepdims=True),
    reals(5),
    fixed(0.37),
)


def filled(f: Any) -> Any:
    """Differences cannot be taken of NaN: a function of all entries that puts holes in itself."""
    mask = np.array([[True, False, True, True], [False, True, True, False]])

    def call(x: Any) -> Any:
        return f(tf.where(mask, x, tf.constant(np.nan, x.dtype)))

    return call


def filled_reference(f: Any) -> Any:
    mask = np.array([[True, False, True, True], [False, True, True, False]])
    return lambda x: f(np.where(mask, x, np.nan))


for name in ("nansum", "nanmean", "nanprod", "nanmax", "nanmin", "nanvar", "nanstd", "nanmedian"):
    ours, theirs = getattr(math, name), getattr(np, name)
    for axis in (None, -1, 0):
        orderable = name in ("nanmax", "nanmin", "nanmedian")
        if axis == 0 and name == "nanstd":
            continue  # of one entry: the kink of the norm at zero
        composed(
            f"{name}-axis_{axis}",
            filled(lambda x, f=ours, a=axis: f(x, a, keepdims=True)),
            filled_reference(lambda x, f=theirs, a=axis: f(x, a, keepdims=True)),
            reals(2, 4),
            complex=not orderable,
        )
composed(
    "nanvar-ddof",
    filled(lambda x: math.nanvar(x, 1, ddof=1)),
    filled_reference(lambda x: np.nanvar(x, 1, ddof=1)),
    reals(2, 4),
    complex=True,
)
for name in ("nancumsum", "nancumprod"):
    ours, theirs = getattr(math, name), getattr(np, name)
    composed(
        name,
        filled(lambda x, f=ours: f(x, 1)),
        filled_reference(lambda x, f=theirs: f(x, 1)),
        reals(2, 4),
        complex=True,
    )
composed(
    "nanquantile",
    filled(lambda x: math.nanquantile(x, [0.3, 0.9], 1)),
    filled_reference(lambda x: np.nanquantile(x, [0.3, 0.9], 1)),
    reals(2, 4),
)
composed(
    "nanpercentile",
    filled(lambda x: math.nanpercentile(x, 40.0, method="hazen")),
    filled_reference(lambda x: np.nanpercentile(x, 40.0, method="hazen")),
    reals(2, 4),
)

XP = fixed([-1.5, -0.25, 0.5, 0.75, 2.0])
WHERE = fixed([[-2.0, -1.0, 0.1], [0.6, 1.9, 3.0]])
composed("interp", math.interp, np.interp, WHERE, XP, reals(5))
composed(
    "interp-ends",
    math.interp,
    np.interp,
    WHERE,
    XP,
    reals(5),
    reals(),
    reals(),
)
composed(
    "interp-period",
    lambda x, xp, fp: math.interp(x, xp, fp, period=3.0),
    lambda x, xp, fp: np.interp(x, xp, fp, period=3.0),
    fixed([-7.0, -1.0, 0.1, 5.9, 2.9]),
    fixed([2.5, -0.25, 7.0, 0.75]),
    reals(4),
)
composed("interp-one", math.interp, np.interp, fixed([-1.0, 2.0]), fixed([0.5]), reals(1))
composed(
    "interp-duplicates",
    lambda x, fp: math.interp(x, np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0]), fp),
    lambda x, fp: np.interp(x, [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], fp),
    fixed([-0.5, 0.5, 1.5, 2.5]),
    reals(6),
)
composed(
    "interp-complex",
    lambda x, xp, a, b: math.interp(x, xp, tf.complex(a, b)),
    lambda x, xp, a, b: np.interp(x, xp, a + 1j * b),
    WHERE,
    XP,
    reals(5),
    reals(5),
    dtypes=("float64",),
)

EVEN, ODD = fixed([0.0, 0.5, 0.75, 2.0]), fixed([0.0, 0.5, 0.75, 2.0, 2.5])
for name, reference in (
    ("trapezoid", np.trapezoid),
    ("cumulative_trapezoid", scipy.integrate.cumulative_trapezoid),
    ("simpson", scipy.integrate.simpson),
):
    f = getattr(math, name)
    for n, places in ((4, EVEN), (5, ODD)):
        composed(
            f"{name}-places_{n}",
            lambda y, x, f=f: f(y, x, axis=0),
            lambda y, x, f=reference: f(y, x, axis=0),
            reals(n, 2),
            places,
        )
        composed(
            f"{name}-distance_{n}",
            lambda y, dx, f=f: f(y, dx=dx),
            lambda y, dx, f=reference: f(y, dx=dx),
            reals(2, n),
            positive(),
        )
    composed(
        f"{name}-complex",
        lambda y, f=f: f(y, dx=0.5),
        lambda y, f=reference: f(y, dx=0.5),
        reals(6),
        complex=True,
    )
    composed(
        f"{name}-two",
        lambda y, x, f=f: f(y, x),
        lambda y, x, f=reference: f(y, x),
        reals(3, 2),
        positive(3, 2),
    )
composed(
    "cumulative_trapezoid-initial",
    lambda y: math.cumulative_trapezoid(y, initial=0),
    lambda y: scipy.integrate.cumulative_trapezoid(y, initial=0),
    reals(2, 4),
)

for n in (0, 1, 2, 5):
    composed(
        f"diff-{n}",
        lambda x, n=n: math.diff(x, n, 0),
        lambda x, n=n: np.diff(x, n, 0),
        reals(4, 2),
        complex=True,
    )
composed(
    "diff-edges",
    lambda x, a, b: math.diff(x, 1, 0, a, b),
    lambda x, a, b: np.diff(x, 1, 0, a, b),
    reals(3, 2),
    reals(2, 2),
    reals(),
)
composed(
    "ediff1d",
    math.ediff1d,
    np.ediff1d,
    reals(2, 3),
    reals(2),
    reals(),
)
composed("unwrap", math.unwrap, np.unwrap, fixed([0.1, 3.0, -2.5, 1.0, 12.0, -9.0]))
for order in (1, 2):
    composed(
        f"gradient-{order}",
        lambda f, h, order=order: math.gradient(f, h, edge_order=order),
        lambda f, h, order=order: tuple(np.gradient(f, h, edge_order=order)),
        reals(3, 4),
        positive(),
    )
    composed(
        f"gradient-places_{order}",
        lambda f, x, order=order: math.gradient(f, x, axis=0, edge_order=order),
        lambda f, x, order=order: np.gradient(f, x, axis=0, edge_order=order),
        reals(5, 2),
        fixed([0.0, 0.5, 0.75, 2.0, 2.5]),
        complex=False,
    )
composed(
    "gradient-mixed",
    lambda f, h, x: math.gradient(f, h, x, axis=(1, 0)),
    lambda f, h, x: tuple(np.gradient(f, h, x, axis=(1, 0))),
    reals(4, 3),
    positive(),
    fixed([0.0, 0.5, 0.75, 2.0]),
)
composed("gradient-complex", math.gradient, np.gradient, reals(5), complex=True)

PICKS = np.array([[2, -1, 0, 2], [1, 1, 1, 0]])
composed(
    "take_along_axis",
    lambda x: math.take_along_axis(x, PICKS, 1),
    lambda x: np.take_along_axis(x, PICKS, 1),
    reals(2, 3),
    complex=True,
)
composed(
    "take_along_axis-broadcast",
    lambda x: math.take_along_axis(x, [[[1], [0]]], 2),
    lambda x: np.take_along_axis(x, np.array([[[1], [0]]]), 2),
    reals(3, 1, 2),
)
composed(
    "take_along_axis-flat",
    lambda x: math.take_along_axis(x, [4, -1, 4], None),
    lambda x: np.take_along_axis(x, np.array([4, -1, 4]), None),
    reals(2, 3),
)


def put(x: np.ndarray, indices: Any, values: Any, axis: int | None) -> np.ndarray:
    x = x.copy()
    np.put_along_axis(x, np.array(indices), values, axis)
    return x


for label, indices, shape, axis in (
    ("repeated", PICKS, (2, 4), 1),
    ("broadcast_values", PICKS, (1,), 1),
    ("first_axis", [[1, 0, 1]], (1, 3), 0),
    ("flat", [4, -1, 4], (3,), None),
):
    composed(
        f"put_along_axis-{label}",
        lambda x, v, i=indices, a=axis: math.put_along_axis(x, i, v, a),
        lambda x, v, i=indices, a=axis: put(x, i, v, a),
        reals(2, 3),
        reals(*shape),
    )
