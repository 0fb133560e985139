"""Norms, deviations, and what is divided by them."""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

SUBGRADIENT = "of the subgradients at 0 the smallest, 0"
ZERO_BY_ZERO = "TensorFlow 2.21 says nan: 0/0"
SCALED = "squares are scaled: they neither overflow nor vanish"
OVERFLOW = "TensorFlow's squares overflow"
CONSTANT = "a deviation is a norm: 0 where there is none"

row("tf.norm(x)", SUBGRADIENT, x=At([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]), differs=ZERO_BY_ZERO)
row(
    "tf.norm(x, axis=1)",
    SUBGRADIENT,
    x=At([[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.6, 0.8]]),
    differs=ZERO_BY_ZERO,
)
row(
    "tf.math.reduce_euclidean_norm(x)",
    SUBGRADIENT,
    x=At([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
    differs=ZERO_BY_ZERO,
)
row("tf.norm(x)", SCALED, x=At([3e200, 4e200], [0.6, 0.8]), differs=OVERFLOW)
row("tf.norm(x)", SCALED, x=At([3e-200, 4e-200], [0.6, 0.8]), differs="TensorFlow's squares vanish")
row("tf.norm(x)", "no direction is known", x=At([INF, 1.0], [NAN, 0.0]))
row("tf.norm(x, 1)", "as abs", x=At([0.0, -2.0], [0.0, -1.0], [0.0, 0.0]))
row("tf.norm(x, INF)", "as abs", x=At([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]))
row(
    "tf.norm(x, 3)",
    SUBGRADIENT,
    x=At([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
    differs="TensorFlow says nan: 0 * 0**(-2/3)",
)
row("tf.norm(x, 3)", "flat in an entry that is 0", x=At([0.0, 2.0], [0.0, 1.0]))
row(
    "tf.norm(x, 'fro', axis=(0, 1))",
    SUBGRADIENT,
    x=At([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    differs=ZERO_BY_ZERO,
)
row(
    "tf.norm(x, 2, axis=(0, 1))",
    "singular values that tie share equally; at 0 they have no direction",
    x=At([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
)
row(
    "tf.linalg.global_norm([x])",
    SUBGRADIENT,
    x=At([0.0, 0.0], [0.0, 0.0]),
    differs=ZERO_BY_ZERO,
)
row(
    "tf.math.hypot(x, y)",
    SUBGRADIENT,
    x=At([0.0, 3e200, 3e-200], [0.0, 0.6, 0.6]),
    y=At([0.0, 4e200, 4e-200], [0.0, 0.8, 0.8]),
    beyond=True,
)
row(
    "tf.abs(tf.complex(x, y))",
    SCALED,
    x=At([3e200, 3e-200], [0.6, 0.6]),
    y=At([4e200, 4e-200], [0.8, 0.8]),
    differs="TensorFlow's squares vanish",
)
row(
    "tf.atan2(y, x)",
    SCALED,
    y=At([1e-200], [5e199]),
    x=At([1e-200], [-5e199]),
    differs="TensorFlow's squares vanish",
)
row(
    "tf.math.reduce_std(x)",
    CONSTANT,
    x=At([1.0, 1.0], [0.0, 0.0], [0.0, 0.0]),
    differs=ZERO_BY_ZERO,
)
row("tf.math.reduce_std(x)", CONSTANT, x=At([1.0], [0.0], [0.0]), differs=ZERO_BY_ZERO)
row("tf.math.reduce_variance(x)", "2 (x - mean) / n", x=At([1.0], [0.0], [0.0]))
row("tf.math.reduce_variance(x)", "nothing to differentiate", x=At([], []))
row("tf.reduce_mean(x)", "nothing to differentiate", x=At([], []))
row(
    "tf.math.l2_normalize(x)",
    "linear near 0, where epsilon takes the place of the norm",
    x=At([0.0, 0.0], [1e6, 1e6], [0.0, 0.0]),
)
row("tf.math.l2_normalize(x)[0]", SCALED, x=At([3e200, 0.0], [0.0, 0.0]))
row(
    "tf.reduce_sum(tf.math.l2_normalize(x) * tf.math.l2_normalize(y))",
    "cosine similarity: epsilon keeps it linear in a vector near 0",
    x=At([0.0, 0.0], [0.6e6, 0.8e6]),
    y=At([3.0, 4.0], [0.0, 0.0]),
)
row("tf.clip_by_norm(x, 1.0)", "not clipped", x=At([0.0, 0.0], [1.0, 1.0], [0.0, 0.0]))
row(
    "tf.linalg.normalize(x)[0]",
    "the part of 1 across the vector, by its length",
    x=At([3.0, 4.0], [0.032, -0.024]),
)
