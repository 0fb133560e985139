"""Covariance, averages, convolution, running extremes, scans, turned matrices: whole functions."""

from __future__ import annotations

from typing import Any

import numpy as np

import tapegrad as tf
from tests.ops.composed import composed
from tests.ops.samples import fixed, positive, reals

math = tf.math

for label, options in (
    ("default", {}),
    ("columns", {"rowvar": False}),
    ("bias", {"bias": True}),
    ("ddof", {"ddof": 2}),
    ("fweights", {"fweights": [1, 0, 2, 3]}),
):
    composed(
        f"cov-{label}",
        lambda x, o=options: math.cov(x, **o),
        lambda x, o=options: np.cov(x, **o),
        reals(3, 4) if label != "columns" else reals(4, 3),
        complex=True,
    )
composed(
    "cov-aweights",
    lambda x, w: math.cov(x, aweights=w, fweights=[1, 2, 1, 1]),
    lambda x, w: np.cov(x, aweights=np.abs(w), fweights=[1, 2, 1, 1]),
    reals(2, 4),
    positive(4),
)
composed("cov-pair", math.cov, np.cov, reals(2, 5), reals(5), complex=True)
composed("cov-vector", math.cov, np.cov, reals(5))
composed("corrcoef", math.corrcoef, np.corrcoef, reals(3, 5), complex=True)
composed("corrcoef-pair", math.corrcoef, np.corrcoef, reals(5), reals(5))
composed(
    "corrcoef-columns",
    lambda x: math.corrcoef(x, rowvar=False),
    lambda x: np.corrcoef(x, rowvar=False),
    reals(5, 2),
)
composed("corrcoef-one", math.corrcoef, np.corrcoef, reals(5), order=1)

composed("average", lambda a: math.average(a, 1), lambda a: np.average(a, 1), reals(2, 3))
composed(
    "average-weights",
    lambda a, w: math.average(a, weights=w, returned=True),
    lambda a, w: np.average(a, weights=w, returned=True),
    reals(2, 3),
    positive(2, 3),
    complex=True,
)
composed(
    "average-along",
    lambda a, w: math.average(a, 1, w, keepdims=True),
    lambda a, w: np.average(a, 1, w, keepdims=True),
    reals(2, 3, 2),
    positive(3),
)
composed(
    "average-axes",
    lambda a, w: math.average(a, (2, 0), w),
    lambda a, w: np.einsum("ijk,ki->j", a, w) / w.sum(),
    reals(2, 3, 4),
    positive(4, 2),
)
for name, f, reference in (("var", math.var, np.var), ("std", math.std, np.std)):
    composed(
        name,
        lambda x, f=f: f(x, (0, 2), 1, True),
        lambda x, f=reference: f(x, (0, 2), ddof=1, keepdims=True),
        reals(2, 3, 4),
        complex=True,
    )
composed("ptp", lambda x: math.ptp(x, 0), lambda x: np.ptp(x, 0), reals(3, 4))

for mode in ("full", "same", "valid"):
    for n, m in ((5, 3), (3, 5), (4, 4), (6, 2), (2, 6), (3, 6), (1, 1)):
        composed(
            f"convolve-{mode}_{n}_{m}",
            lambda a, v, mode=mode: math.convolve(a, v, mode),
            lambda a, v, mode=mode: np.convolve(a, v, mode),
            reals(n),
            reals(m),
        )
        composed(
            f"correlate-{mode}_{n}_{m}",
            lambda a, v, mode=mode: math.correlate(a, v, mode),
            lambda a, v, mode=mode: np.correlate(a, v, mode),
            reals(n),
            reals(m),
            complex=True,
        )
composed(
    "convolve-lines",
    lambda a, v: math.convolve(a, v, "same"),
    lambda a, v: np.stack([np.convolve(line, v, "same") for line in a]),
    reals(2, 5),
    reals(3),
)


def running(x: np.ndarray, axis: int, reverse: bool, ufunc: Any) -> np.ndarray:
    x = np.flip(x, axis) if reverse else x
    y = ufunc.accumulate(x, axis)
    return np.flip(y, axis) if reverse else y


for name, ufunc in (("cummax", np.maximum), ("cummin", np.minimum)):
    for reverse in (False, True):
        composed(
            f"{name}-{reverse}",
            lambda x, name=name, r=reverse: getattr(math, name)(x, 1, r).values,
            lambda x, u=ufunc, r=reverse: running(x, 1, r, u),
            reals(2, 6),
        )
composed(
    "logcumsumexp",
    lambda x: math.logcumsumexp(x, 1),
    lambda x: np.logaddexp.accumulate(x, 1),
    reals(2, 5),
)


def loop(fn: Any, *elems: np.ndarray) -> Any:
    """A scan along the first axis, one step after the other."""
    states = [tuple(x[0] for x in elems)]
    for i in range(1, len(elems[0])):
        states.append(fn(states[-1], tuple(x[i] for x in elems)))
    return tuple(np.stack(parts) for parts in zip(*states, strict=True))


def affine(f: Any, g: Any) -> Any:
    return g[0] * f[0], g[0] * f[1] + g[1]


for n in (1, 2, 3, 4, 5, 8, 11):
    composed(
        f"associative_scan-affine_{n}",
        lambda a, b: math.associative_scan(affine, (a, b)),
        lambda a, b: loop(affine, a, b),
        reals(n, 2),
        reals(n, 2),
        complex=n == 5,
    )
composed(
    "associative_scan-matrices",
    lambda x: math.associative_scan(tf.matmul, x),
    lambda x: loop(lambda f, g: (f[0] @ g[0],), x)[0],
    reals(5, 2, 2),
)
composed(
    "associative_scan-reverse",
    lambda x: math.associative_scan(
        lambda a, b: {"x": tf.matmul(a["x"], b["x"])}, {"x": x}, reverse=True
    )["x"],
    lambda x: loop(lambda f, g: (f[0] @ g[0],), x[::-1])[0][::-1],
    reals(6, 2, 2),
)
composed(
    "associative_scan-axis",
    lambda x: math.associative_scan(tf.multiply, x, axis=-1),
    lambda x: np.cumprod(x, -1),
    reals(2, 7),
)

composed("partition", lambda x: math.partition(x, [1, 3], 0), lambda x: np.sort(x, 0), reals(4, 2))
composed(
    "nan_to_num",
    lambda x: math.nan_to_num(tf.where([True, False], x, tf.constant(np.nan, x.dtype)), 7.0),
    lambda x: np.where([True, False], x, 7.0),
    reals(3, 2),
)
composed(
    "clip",
    math.clip,
    np.clip,
    fixed([[-2.0, 0.1, 3.0], [0.3, -0.2, 0.9]]),
    fixed([-0.5, -0.1, 0.2]),
    fixed(0.5),
)
composed("clip-above", lambda x: math.clip(x, None, 0.5), lambda x: np.clip(x, None, 0.5), reals(6))
composed("flip", lambda x: math.flip(x, (0, -1)), lambda x: np.flip(x, (0, -1)), reals(2, 3, 2))
composed("fliplr", math.fliplr, np.fliplr, reals(2, 3))
composed("flipud", math.flipud, np.flipud, reals(3))
for k in range(-1, 4):
    for axes in ((0, 1), (1, 0), (-1, 0)):
        composed(
            f"rot90-{k}_{axes}",
            lambda x, k=k, axes=axes: math.rot90(x, k, axes),
            lambda x, k=k, axes=axes: np.rot90(x, k, axes),
            reals(2, 3, 2),
        )
for k in (-3, -1, 0, 2, 5):
    composed(
        f"tril-{k}", lambda x, k=k: math.tril(x, k), lambda x, k=k: np.tril(x, k), reals(2, 3, 4)
    )
    composed(
        f"triu-{k}",
        lambda x, k=k: math.triu(x, k),
        lambda x, k=k: np.triu(x, k),
        reals(3, 2),
        complex=True,
    )
