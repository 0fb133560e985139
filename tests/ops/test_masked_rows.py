"""Rows that a mask drops are as if they were not there, whatever stands in them.

A function of each row of a matrix, some rows of which are zeros, infinite or NaN and masked out:
gradients, those of weights that all rows share, tangents, Jacobians and second derivatives are
those of the other rows alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tests.ops.policy import INF, NAN

RNG = np.random.default_rng(7)
ROWS = np.abs(RNG.normal(size=(3, 4))) + 0.3
WEIGHTS = tf.constant(RNG.normal(size=(4, 3)))
RAMP = tf.constant([1.0, -2.0, 3.0, 0.5], tf.float64)
DROPPED = {
    "nan": [NAN, NAN, NAN, NAN],
    "zeros": [0.0, 0.0, 0.0, 0.0],
    "infinities": [INF, INF, INF, INF],
    "mixed": [0.0, INF, -1.0, NAN],
    "negative": [-1.0, -1.0, -2.0, 1.0],
}


def matrices(x: tf.Tensor) -> tf.Tensor:
    return tf.reshape(x, [-1, 2, 2])


def images(x: tf.Tensor) -> tf.Tensor:
    return tf.reshape(x, [-1, 2, 2, 1])


def kernel(w: tf.Tensor) -> tf.Tensor:
    return tf.reshape(w[:, 0], [2, 2, 1, 1])


def repeated(x: tf.Tensor, w: tf.Tensor) -> tf.Tensor:
    return w[None, :2] * tf.ones([len(x), 1, 1], tf.float64)


FUNCTIONS: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "log": lambda x, w: tf.math.log(x),
    "sqrt_of_log": lambda x, w: tf.sqrt(tf.math.log(x + 1.0)),
    "quotient": lambda x, w: x[:, :2] / x[:, 2:],
    "power": lambda x, w: tf.pow(x, x),
    "xlogy": lambda x, w: tf.math.xlogy(x[:, :2], x[:, 2:]),
    "atan2": lambda x, w: tf.atan2(x[:, :2], x[:, 2:]),
    "gelu": lambda x, w: tf.nn.gelu(x),
    "lgamma": lambda x, w: tf.math.lgamma(x),
    "layer": lambda x, w: tf.tanh(tf.matmul(x, w)),
    "einsum": lambda x, w: tf.einsum("bi,ij,bk->bjk", x, w, x),
    "tensordot": lambda x, w: tf.tensordot(x, w, 1),
    "matvec": lambda x, w: tf.linalg.matvec(w, x, transpose_a=True),
    "outer": lambda x, w: tf.einsum("bi,bj->bij", x, 1.0 / x),
    "softmax": lambda x, w: tf.nn.softmax(x) * RAMP,
    "log_softmax": lambda x, w: tf.nn.log_softmax(x) * RAMP,
    "logsumexp": lambda x, w: tf.reduce_logsumexp(x, 1),
    "product": lambda x, w: tf.reduce_prod(x, 1),
    "cumprod": lambda x, w: tf.math.cumprod(x, 1),
    "cumsum": lambda x, w: tf.square(tf.cumsum(x, 1)),
    "norm": lambda x, w: tf.norm(x, axis=1),
    "norm_3": lambda x, w: tf.norm(x, 3, axis=1),
    "norm_inf": lambda x, w: tf.norm(x, INF, axis=1),
    "standardised": lambda x, w: (
        (x - tf.reduce_mean(x, 1, keepdims=True)) / tf.math.reduce_std(x, 1, keepdims=True) * RAMP
    ),
    "max": lambda x, w: tf.square(tf.reduce_max(x, 1)),
    "sort": lambda x, w: tf.sort(x, 1) * RAMP,
    "top_k": lambda x, w: tf.square(tf.math.top_k(x, 2).values),
    "l2_normalize": lambda x, w: tf.math.l2_normalize(x, 1) * RAMP,
    "clip_by_norm": lambda x, w: tf.clip_by_norm(x, 1.0, axes=1) * RAMP,
    "cross_entropy": lambda x, w: tf.nn.softmax_cross_entropy_with_logits(
        tf.nn.softmax(x * RAMP), x
    ),
    "sparse_cross_entropy": lambda x, w: tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.ones([len(x)], tf.int32), x
    ),
    "matrix_product": lambda x, w: tf.matmul(matrices(x), 1.0 / matrices(x)),
    "pad": lambda x, w: tf.pad(tf.math.log(x), [[0, 0], [1, 1]]),
    "roll": lambda x, w: tf.roll(1.0 / x, 1, 1) * x,
    "stack": lambda x, w: tf.stack([1.0 / x, tf.math.log(x)], 1),
    "spectrum": lambda x, w: tf.abs(tf.signal.rfft(x)),
    "convolution": lambda x, w: tf.nn.conv2d(images(x), kernel(w), 1, "SAME"),
    "max_pool": lambda x, w: tf.square(tf.nn.max_pool2d(images(x), 2, 1, "SAME")),
    "median": lambda x, w: tf.math.median(x, 1),
    "igamma": lambda x, w: tf.math.igamma(x[:, :2], x[:, 2:]),
    "distances": lambda x, w: tf.norm(x[:, None, :] - tf.transpose(w)[None], axis=-1),
    "cross": lambda x, w: tf.linalg.cross(x[:, :3], x[:, 1:]),
}
# These refuse matrices of NaN, or singular ones, in the forward direction already.
SOME = {"triangular_solve": ("nan", "infinities"), "determinant": ("zeros", "negative")}
OF_MATRICES: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "triangular_solve": lambda x, w: tf.linalg.triangular_solve(matrices(x), repeated(x, w)),
    "determinant": lambda x, w: tf.linalg.det(matrices(x)),
}
CASES = [(name, kind) for name in FUNCTIONS for kind in DROPPED] + [
    (name, kind) for name in OF_MATRICES for kind in SOME[name]
]


def derivatives(function: Callable[..., tf.Tensor], rows: Any, mask: Any) -> dict[str, Any]:
    """Derivatives by the rows, and by the weights, of the masked sums of each row's results."""
    x, w = tf.constant(rows), tf.identity(WEIGHTS)
    ones = tf.ones_like(x)

    def masked() -> tf.Tensor:
        y = function(x, w)
        return tf.where(mask, tf.reduce_sum(y, tuple(range(1, len(y.shape)))), 0.0)

    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, w])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, w])
            y = masked()
        by_rows, by_weights = tape.gradient(y, [x, w], unconnected_gradients="zero")
        total = tf.reduce_sum(by_rows * by_rows) + tf.reduce_sum(by_weights)
    second, second_by_weights = outer.gradient(total, [x, w], unconnected_gradients="zero")
    with tf.autodiff.ForwardAccumulator(x, ones) as forward:
        with tf.GradientTape() as inner:
            inner.watch(x)
            z = masked()
        g = inner.gradient(z, x)
    with tf.GradientTape() as last:
        last.watch(x)
        with tf.autodiff.ForwardAccumulator(x, ones) as forward_inside:
            z_again = masked()
        t = forward_inside.jvp(z_again)
    return {
        "gradient": by_rows,
        "jacobian": tf.reduce_sum(tape.jacobian(y, x), 0),
        "tangent": forward.jvp(z),
        "second": second,
        "forward over reverse": forward.jvp(g, "zero"),
        "reverse over forward": last.gradient(t, x, unconnected_gradients="zero"),
        "weights": by_weights,
        "second of weights": second_by_weights,
    }


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_dropped_rows_do_not_matter(name: str, kind: str) -> None:
    function = (FUNCTIONS | OF_MATRICES)[name]
    alone = derivatives(function, ROWS, [True, True, True])
    rows = np.insert(ROWS, 1, DROPPED[kind], axis=0)
    together = derivatives(function, rows, [True, False, True, True])
    for what, expected in alone.items():
        found = together[what].numpy()
        if "weights" not in what:
            assert (found[1] == 0).all(), what
            found = np.delete(found, 1, 0)
        np.testing.assert_allclose(found, expected, 1e-9, 1e-11, err_msg=what)
        assert np.isfinite(found).all(), what
