"""Sums of exponentials, and what is built of them: minus infinity is the logarithm of nothing."""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

NOTHING = "a sum of nothing: 0"
NO_PART = "an entry of minus infinity has no part in the sum"
ALL = "the infinite entries are all of the sum, and share it equally"
INDETERMINATE = "the value is nan"

row("tf.reduce_logsumexp(x)", NO_PART, x=At([-INF, 0.0], [0.0, 1.0], [0.0, 0.0]))
row(
    "tf.reduce_logsumexp(x)",
    NOTHING,
    x=At([-INF, -INF], [0.0, 0.0], [0.0, 0.0]),
    differs="TensorFlow says nan: exp(-inf - -inf)",
)
row(
    "tf.reduce_logsumexp(x)",
    ALL,
    x=At([INF, 0.0], [1.0, 0.0], [0.0, 0.0]),
    differs="TensorFlow says nan: exp(inf - inf)",
)
row(
    "tf.reduce_logsumexp(x)",
    ALL,
    x=At([INF, 0.0, INF], [0.5, 0.0, 0.5], [0.0, 0.0, 0.0]),
    differs="TensorFlow says nan: exp(inf - inf)",
)
row("tf.reduce_logsumexp(x, 1)", "nothing to differentiate", x=At([[], []], [[], []]))
row("tf.reduce_logsumexp(x)", "no overflow", x=At([1000.0, 1000.0], [0.5, 0.5], [0.0, 0.0]))
row(
    "tf.math.cumulative_logsumexp(x)",
    NOTHING,
    x=At([-INF, -INF, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
    differs="TensorFlow says nan: exp(-inf - -inf)",
)
row(
    "tf.math.special.logaddexp(x, y)",
    "as reduce_logsumexp",
    x=At([-INF, INF, INF, 0.0], [0.0, 0.5, 1.0, 0.5]),
    y=At([-INF, INF, -INF, 0.0], [0.0, 0.5, 0.0, 0.5]),
    beyond=True,
)
row("tf.nn.softmax(x)[0]", NO_PART, x=At([0.0, -INF], [0.0, 0.0], [0.0, 0.0]))
row("tf.nn.softmax(x)", INDETERMINATE, x=At([-INF, -INF], [NAN, NAN]))
row("tf.nn.log_softmax(x)[0]", NO_PART, x=At([0.0, -INF, 0.0], [0.5, 0.0, -0.5], [0.0, 0.0, 0.0]))
row(
    "tf.nn.log_softmax(x)",
    "1 - n p, where n entries have the probability p each",
    x=At([0.0, -INF, 0.0], [-0.5, 1.0, -0.5], [0.0, 0.0, 0.0]),
)
row("tf.nn.log_softmax(x)", INDETERMINATE, x=At([-INF, -INF], [NAN, NAN]))
row(
    "tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], x)",
    "a class of probability 0 that no label asks for",
    x=At([[-INF, 1.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
)
row(
    "tf.nn.softmax_cross_entropy_with_logits([[0.5, 0.5]], x)",
    "p - label, also where the loss is infinite",
    x=At([[-INF, 1.0]], [[-0.5, 0.5]], [[0.0, 0.0]]),
)
row(
    "tf.where(tf.math.is_inf(y), 0.0, tf.nn.softmax_cross_entropy_with_logits(x, y)[:, None])",
    "in the labels the gradient is -log p, infinite for p = 0",
    x=At([[0.0, 1.0]], [[INF, 0.0]]),
    y=At([[-INF, 1.0]], [[0.0, 0.0]]),
)
row(
    "tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], x)",
    "p - label",
    x=At([[-INF, 1.0], [-INF, 1.0]], [[0.0, 0.0], [-1.0, 1.0]]),
)
row(
    "tf.nn.sigmoid_cross_entropy_with_logits(tf.constant([0.0, 1.0, 0.0, 1.0], x.dtype), x)",
    "p - label",
    x=At([-INF, INF, INF, -INF], [0.0, 0.0, 1.0, -1.0]),
)
