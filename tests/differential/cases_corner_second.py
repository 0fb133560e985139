"""Second derivatives at corners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.expressions import expressions


def twice(function: Callable[[Any, Any], Any], value: Any) -> Callable[[Any], Any]:
    """The gradient of ``function(tf, tensor)``, and the gradient of that; None counts as zero."""

    def run(tf: Any) -> Any:
        x = tf.constant(value)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(tf, x)
            g = tape.gradient(y, x)
        return g, outer.gradient(g, x, unconnected_gradients="zero")

    return run


expressions(
    __name__,
    270,
    {
        "second_of_relu": twice(lambda tf, x: tf.nn.relu(x), [-1.0, 0.0, 2.0]),
        "second_of_relu6": twice(lambda tf, x: tf.nn.relu6(x), [-1.0, 0.0, 2.0, 6.0]),
        "second_of_leaky_relu": twice(lambda tf, x: tf.nn.leaky_relu(x), [-1.0, 0.0, 2.0]),
        "second_of_abs": twice(lambda tf, x: tf.abs(x), [-1.0, 0.0, 2.0]),
        "second_of_maximum": twice(lambda tf, x: tf.maximum(x, 1.0), [0.0, 1.0, 2.0]),
        "second_of_reduce_max": twice(lambda tf, x: tf.reduce_max(x) ** 2, [3.0, 3.0, 1.0]),
        "second_of_square_by_power": twice(lambda tf, x: x**2, [0.0, 3.0]),
        "second_of_square": twice(lambda tf, x: tf.square(x), [0.0, 3.0]),
        "second_of_third_power": twice(lambda tf, x: x**3, [0.0, -2.0]),
        "second_of_first_power": twice(lambda tf, x: x * 1.0, [0.0, 3.0]),
        "second_of_sqrt": twice(lambda tf, x: tf.sqrt(x), [0.0, 4.0]),
        "second_of_log": twice(lambda tf, x: tf.math.log(x), [0.5, 4.0]),
        "second_of_elu": twice(lambda tf, x: tf.nn.elu(x), [0.0, -1.0, 1.0]),
        "second_of_selu": twice(lambda tf, x: tf.nn.selu(x), [-1.0, 1.0]),
        "second_of_softplus": twice(lambda tf, x: tf.nn.softplus(x), [0.0, 100.0, -100.0]),
        "second_of_tanh": twice(lambda tf, x: tf.tanh(x), [0.0, 50.0, 0.5]),
        "second_of_sigmoid": twice(lambda tf, x: tf.sigmoid(x), [0.0, 50.0, 0.5]),
        "second_of_sort": twice(lambda tf, x: tf.sort(x)[0] ** 3, [3.0, 2.0]),
        "second_of_top_k": twice(lambda tf, x: tf.math.top_k(x).values ** 3, [3.0, 2.0]),
        "second_of_gather": twice(lambda tf, x: tf.gather(x * x, [0, 0]) ** 2, [3.0, 2.0]),
        "second_of_clip": twice(lambda tf, x: tf.clip_by_value(x, 0.0, 1.0) ** 2, [0.0, 0.5, 2.0]),
        "second_of_where": twice(lambda tf, x: tf.where(x > 0.0, x**3, -x), [-1.0, 0.0, 2.0]),
        "second_of_sparse_entropy": twice(
            lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits([0], [x * [1.0, 3.0]]),
            [0.5, -0.5],
        ),
        "second_of_softmax_entropy": twice(
            lambda tf, x: tf.nn.softmax_cross_entropy_with_logits([0.25, 0.75], x * [1.0, 3.0]),
            [0.5, -0.5],
        ),
        "second_of_sigmoid_entropy": twice(
            lambda tf, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=[0.25, 0.75], logits=x),
            [0.5, 0.0],
        ),
        "second_of_logsumexp": twice(lambda tf, x: tf.reduce_logsumexp(x) ** 2, [0.5, -0.5]),
        "second_of_norm": twice(lambda tf, x: tf.norm(x) ** 3, [3.0, 4.0]),
        "second_of_cumsum": twice(lambda tf, x: tf.cumsum(x) ** 2, [1.0, 2.0]),
        "second_of_l2_loss": twice(lambda tf, x: tf.nn.l2_loss(x), [1.0, -2.0]),
    },
    rtol=1e-5,
)
