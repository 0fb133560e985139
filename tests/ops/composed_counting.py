"""Polynomials, weighted counts and the largest entries, as whole functions."""

from __future__ import annotations

from typing import Any

import numpy as np

import tapegrad as tf
from tests.ops.composed import composed
from tests.ops.samples import fixed, positive, reals

VALUES = [0.1, 0.9, 1.7, 2.0, 0.4, 5.0, -1.0]


def weighted(density: bool) -> Any:
    def call(w: Any) -> Any:
        data = tf.constant(VALUES, w.dtype)
        return tf.math.histogram(data, 4, (0.0, 2.0), density, w).hist

    return call


for density in (False, True):
    composed(
        f"histogram-density_{density}",
        weighted(density),
        lambda w, density=density: np.histogram(VALUES, 4, (0.0, 2.0), density, w)[0],
        positive(7),
    )
composed(
    "histogram2d-weights",
    lambda w: tf.math.histogram2d(VALUES, VALUES[::-1], [2, 3], weights=w).hist,
    lambda w: np.histogram2d(
        np.array(VALUES, "f4"), np.array(VALUES[::-1], "f4"), [2, 3], weights=w
    )[0],
    positive(7),
)
composed(
    "confusion_matrix-weights",
    lambda w: tf.math.confusion_matrix([0, 1, 1], [1, 1, 1], weights=w, dtype=w.dtype),
    lambda w: np.array([[0, w[0]], [0, w[1] + w[2]]]),
    reals(3),
)
composed(
    "polyval",
    lambda a, b, c, x: tf.math.polyval([a, b, c], x),
    lambda a, b, c, x: np.polyval([a, b, c], x),
    reals(),
    reals(),
    reals(),
    reals(2, 3),
    complex=True,
)
composed(
    "polyfit",
    lambda x, y: tf.math.polyfit(x, y, 2),
    lambda x, y: np.polyfit(x, y, 2),
    reals(6),
    reals(6),
    rtol=1e-5,
)
composed(
    "polyfit-weights",
    lambda x, y, w: tf.math.polyfit(x, y, 1, w),
    lambda x, y, w: np.polyfit(x, y, 1, w=w),
    reals(5),
    reals(5, 2),
    positive(5),
    rtol=1e-5,
)
for name, k, axis in (("approx_max_k", 2, -1), ("approx_min_k", 1, 0)):
    composed(
        name,
        lambda x, name=name, k=k, axis=axis: getattr(tf.math, name)(x, k, axis),
        lambda x, name=name, k=k, axis=axis: (
            np.flip(np.sort(x, axis), axis).take(range(k), axis)
            if "max" in name
            else np.sort(x, axis).take(range(k), axis),
            (np.argsort(-x, axis) if "max" in name else np.argsort(x, axis)).take(range(k), axis),
        ),
        reals(3, 4),
    )
composed(
    "top_k",
    lambda x: tf.math.top_k(x, 3).values,
    lambda x: -np.sort(-x, -1)[..., :3],
    fixed(np.arange(10.0).reshape(2, 5) ** 2 % 7 + np.arange(10).reshape(2, 5) / 100),
)
for sparse in (False, True):
    composed(
        f"sparse.segment_sum-{sparse}",
        lambda x, s=sparse: tf.sparse.segment_sum(x, [0, 3, 3], [0, 2, 2], sparse_gradient=s),
        lambda x: np.stack([x[0], 0 * x[0], 2 * x[3]]),
        reals(4, 2),
    )
