"""Gradients at corners: kinks, ties, zeros, infinities, overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.expressions import expressions
from tests.differential.harness import case

NAN, INF = float("nan"), float("inf")
RTOL = 1e-5  # some gradients are differences of nearly equal float32 numbers


def at(function: Callable[..., Any], *values: Any) -> Callable[[Any], Any]:
    """The value of ``function(tf, *tensors)`` and its gradients; the sum is differentiated."""

    def run(tf: Any) -> Any:
        leaves = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(leaves)
            y = function(tf, *leaves)
        return y, tape.gradient(y, leaves)

    return run


expressions(
    __name__,
    239,
    {
        "relu_at_zero": at(lambda tf, x: tf.nn.relu(x), [0.0, -0.0, NAN, INF, -INF]),
        "relu6_at_its_ends": at(lambda tf, x: tf.nn.relu6(x), [0.0, 6.0, NAN, 7.0]),
        "leaky_relu_at_zero": at(lambda tf, x: tf.nn.leaky_relu(x), [0.0, -0.0, -1.0]),
        "leaky_relu_at_zero_alpha": at(lambda tf, x: tf.nn.leaky_relu(x, 0.5), [0.0, 1.0]),
        "elu_at_zero": at(lambda tf, x: tf.nn.elu(x), [0.0, -1000.0]),
        "selu_at_zero": at(lambda tf, x: tf.nn.selu(x), [0.0, 1.0]),
        "softplus_far_away": at(lambda tf, x: tf.nn.softplus(x), [1000.0, -1000.0, 0.0]),
        "crelu_at_zero": at(lambda tf, x: tf.nn.crelu(x), [0.0, 1.0]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    240,
    {
        "abs_at_zero": at(lambda tf, x: tf.abs(x), [0.0, -0.0, NAN, -INF]),
        "sign_has_zeros": at(lambda tf, x: tf.sign(x), [0.0, 2.0, NAN]),
        "floor_has_none": at(lambda tf, x: tf.floor(x), [0.5]),
        "ceil_has_none": at(lambda tf, x: tf.math.ceil(x), [0.5]),
        "round_has_none": at(lambda tf, x: tf.round(x), [0.5]),
        "rint_has_none": at(lambda tf, x: tf.math.rint(x), [0.5]),
        "argmax_has_none": at(lambda tf, x: tf.argmax(x), [0.5, 1.0]),
        "comparison_has_none": at(lambda tf, x: x > 1.0, [0.5, 2.0]),
        "equality_has_none": at(lambda tf, x: tf.cast(x == 0.5, tf.float32), [0.5, 2.0]),
        "one_hot_has_none": at(lambda tf, x: tf.one_hot([0, 1], 2, on_value=x), 2.0),
        "zeros_like_has_none": at(lambda tf, x: tf.zeros_like(x), [0.5]),
        "ones_like_has_none": at(lambda tf, x: tf.ones_like(x), [0.5]),
        "shape_has_none": at(lambda tf, x: tf.shape(x), [0.5]),
        "floor_division_has_none": at(lambda tf, x: x // 2.0, [5.0]),
        "range_has_none": at(lambda tf, x: tf.range(x), 3.0),
        "searchsorted_has_none": at(lambda tf, x: tf.searchsorted(x, [1.5]), [1.0, 2.0]),
        "count_nonzero_has_none": at(lambda tf, x: tf.math.count_nonzero(x), [1.0, 0.0]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    "241, 242",
    {
        "maximum_ties": at(lambda tf, x, y: tf.maximum(x, y), [1.0, 2.0], [1.0, 1.0]),
        "minimum_ties": at(lambda tf, x, y: tf.minimum(x, y), [1.0, 2.0], [1.0, 3.0]),
        "maximum_ties_with_broadcasting": at(lambda tf, x, y: tf.maximum(x, y), [1.0, 1.0], 1.0),
        "maximum_of_nan": at(lambda tf, x, y: tf.maximum(x, y), [NAN, 1.0], [1.0, NAN]),
        "minimum_of_nan": at(lambda tf, x, y: tf.minimum(x, y), [NAN, 1.0], [1.0, NAN]),
        "reduce_max_ties_of_all": at(lambda tf, x: tf.reduce_max(x), [[3.0, 1.0], [3.0, 3.0]]),
        "reduce_max_ties_by_row": at(lambda tf, x: tf.reduce_max(x, 1), [[3.0, 3.0], [1.0, 2.0]]),
        "reduce_min_ties_by_column": at(
            lambda tf, x: tf.reduce_min(x, 0), [[3.0, 1.0], [3.0, 2.0]]
        ),
        "reduce_max_of_nan": at(lambda tf, x: tf.reduce_max(x), [1.0, NAN]),
        "reduce_max_of_infinities": at(lambda tf, x: tf.reduce_max(x), [INF, INF, 1.0]),
        "norm_inf_ties": at(lambda tf, x: tf.norm(x, INF), [3.0, -3.0, 1.0]),
        "scatter_max_ties": at(
            lambda tf, x, u: tf.tensor_scatter_nd_max(x, [[0], [1]], u), [3.0, 1.0], [3.0, 2.0]
        ),
        "scatter_min_ties": at(
            lambda tf, x, u: tf.tensor_scatter_nd_min(x, [[0], [1]], u), [3.0, 1.0], [3.0, 2.0]
        ),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    "243, 244",
    {
        "top_k_ties": at(lambda tf, x: tf.math.top_k(x, 2).values, [2.0, 3.0, 3.0, 3.0]),
        "sort_ties": at(lambda tf, x: tf.sort(x)[:2], [2.0, 2.0, 2.0]),
        "clip_on_its_bounds": at(
            lambda tf, x: tf.clip_by_value(x, 0.0, 1.0), [0.0, 1.0, -0.5, 1.5]
        ),
        "clip_bounds_get_gradients": at(
            lambda tf, x, low, high: tf.clip_by_value(x, low, high), [0.5, -1.0, 3.0, 0.0], 0.0, 1.0
        ),
        "clip_of_nan": at(lambda tf, x: tf.clip_by_value(x, 0.0, 1.0), [NAN, 0.5]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    245,
    {
        "square_by_power_at_zero": at(lambda tf, x: x**2, [0.0, -2.0]),
        "first_power_at_zero": at(lambda tf, x: x**1.0, [0.0, -2.0]),
        "half_power_at_zero": at(lambda tf, x: x**0.5, [0.0, 4.0]),
        "third_power_at_zero": at(lambda tf, x: x**3, [0.0, -2.0]),
        "negative_power_at_zero": at(lambda tf, x: x**-1.0, [0.0, 2.0]),
        "power_of_negative_base": at(lambda tf, x, y: tf.pow(x, y), [-2.0, -2.0], [0.5, 3.0]),
        "exponent_where_base_is_not_positive": at(
            lambda tf, y: tf.pow(tf.constant([0.0, -2.0, 2.0]), y), [2.0, 2.0, 2.0]
        ),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    "246, 248",
    {
        "sqrt_at_zero": at(lambda tf, x: tf.sqrt(x), [0.0, 4.0]),
        "sqrt_at_zero_behind_where": at(
            lambda tf, x: tf.where(x > 0.0, tf.sqrt(x), 0.0), [0.0, 4.0]
        ),
        "sqrt_of_negative_behind_where": at(
            lambda tf, x: tf.where(x > 0.0, tf.sqrt(tf.where(x > 0.0, x, 1.0)), 0.0), [-1.0, 4.0]
        ),
        "rsqrt_at_zero": at(lambda tf, x: tf.math.rsqrt(x), [0.0, 4.0]),
        "rsqrt_at_zero_behind_where": at(
            lambda tf, x: tf.where(x > 0.0, tf.math.rsqrt(x), 0.0), [0.0, 4.0]
        ),
        "log_at_and_below_zero": at(lambda tf, x: tf.math.log(x), [0.0, -1.0, INF]),
        "log1p_at_minus_one": at(lambda tf, x: tf.math.log1p(x), [-1.0, 0.0]),
        "atan2_at_the_origin": at(
            lambda tf, y, x: tf.atan2(y, x), [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]
        ),
        "asin_at_its_ends": at(lambda tf, x: tf.asin(x), [1.0, -1.0, 0.0]),
        "acos_at_its_ends": at(lambda tf, x: tf.acos(x), [1.0, -1.0, 0.0]),
        "acosh_at_one": at(lambda tf, x: tf.acosh(x), [1.0, 2.0]),
        "atanh_at_its_ends": at(lambda tf, x: tf.atanh(x), [1.0, -1.0, 0.0]),
        "sinh_overflow": at(lambda tf, x: tf.sinh(x), [1000.0, -1000.0]),
        "exp_overflow": at(lambda tf, x: tf.exp(x), [1000.0, -1000.0]),
        "tanh_far_away": at(lambda tf, x: tf.tanh(x), [1000.0, -1000.0, 0.0]),
        "sigmoid_far_away": at(lambda tf, x: tf.sigmoid(x), [1000.0, -1000.0, 0.0]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    249,
    {
        "divide_by_zero": at(lambda tf, x, y: x / y, [1.0, 0.0, -1.0], [0.0, 0.0, 0.0]),
        "divide_no_nan_by_zero": at(
            lambda tf, x, y: tf.math.divide_no_nan(x, y), [1.0, 0.0, 4.0], [0.0, 0.0, 2.0]
        ),
        "multiply_no_nan_by_zero": at(
            lambda tf, x, y: tf.math.multiply_no_nan(x, y), [INF, NAN, 3.0], [0.0, 0.0, 2.0]
        ),
        "xlogy_at_zero": at(lambda tf, x, y: tf.math.xlogy(x, y), [0.0, 0.0, 2.0], [0.0, 3.0, 1.0]),
        "xlog1py_at_zero": at(lambda tf, x, y: tf.math.xlog1py(x, y), [0.0, 2.0], [-1.0, 1.0]),
        "xdivy_at_zero": at(lambda tf, x, y: tf.math.xdivy(x, y), [0.0, 0.0, 2.0], [0.0, 3.0, 4.0]),
        "reciprocal_at_zero": at(lambda tf, x: tf.math.reciprocal(x), [0.0, 2.0]),
        "reciprocal_no_nan_at_zero": at(lambda tf, x: tf.math.reciprocal_no_nan(x), [0.0, 2.0]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    "250, 252, 253",
    {
        "prod_of_one_zero": at(lambda tf, x: tf.reduce_prod(x), [2.0, 0.0, 3.0]),
        "prod_of_two_zeros": at(lambda tf, x: tf.reduce_prod(x), [2.0, 0.0, 0.0]),
        "prod_of_rows_with_zeros": at(
            lambda tf, x: tf.reduce_prod(x, 1), [[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, 2.0, 3.0]]
        ),
        "prod_of_two_axes": at(
            lambda tf, x: tf.reduce_prod(x, [0, 2]),
            [[[2.0, 0.0], [1.0, 2.0]], [[3.0, 1.0], [4.0, 5.0]]],
        ),
        "prod_of_nothing": at(lambda tf, x: tf.reduce_prod(x, 1), [[], []]),
        "logsumexp_with_minus_infinity": at(lambda tf, x: tf.reduce_logsumexp(x), [-INF, 0.0, 1.0]),
        "logsumexp_of_large_values": at(lambda tf, x: tf.reduce_logsumexp(x), [1e4, 1e4 + 1.0]),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    254,
    {
        "softmax_far_away": at(lambda tf, x: tf.nn.softmax(x)[0], [1000.0, -1000.0, 0.0]),
        "softmax_of_minus_infinity": at(lambda tf, x: tf.nn.softmax(x)[1], [-INF, 0.0, 0.0]),
        "log_softmax_far_away": at(lambda tf, x: tf.nn.log_softmax(x)[0], [1000.0, -1000.0, 0.0]),
        "log_sigmoid_far_away": at(lambda tf, x: tf.math.log_sigmoid(x), [1000.0, -1000.0, 0.0]),
        "sigmoid_entropy_far_away": at(
            lambda tf, z, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=z, logits=x),
            [1.0, 1.0, 0.0, 0.0],
            [1000.0, -1000.0, 1000.0, -1000.0],
        ),
        "softmax_entropy_far_away": at(
            lambda tf, x: tf.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], x),
            [[1000.0, -1000.0]],
        ),
        "sparse_entropy_far_away": at(
            lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], x),
            [[1000.0, -1000.0], [1000.0, -1000.0]],
        ),
    },
    rtol=RTOL,
)
expressions(
    __name__,
    "255, 257, 258, 259",
    {
        "norm_of_order_1_at_zero": at(lambda tf, x: tf.norm(x, 1), [0.0, 0.0]),
        "l2_normalize_at_zero": at(lambda tf, x: tf.math.l2_normalize(x), [0.0, 0.0]),
        "clip_by_norm_at_zero": at(lambda tf, x: tf.clip_by_norm(x, 1.0), [0.0, 0.0]),
        "clip_by_norm_active_gradient": at(lambda tf, x: tf.clip_by_norm(x, 1.0)[0], [3.0, 4.0]),
        "floormod_both": at(lambda tf, x, y: tf.math.floormod(x, y), [5.5, -5.5], [2.0, 2.0]),
        "mean_of_nothing": at(lambda tf, x: tf.reduce_mean(x), []),
        "max_of_nothing": at(lambda tf, x: tf.reduce_max(x), []),
        "sum_of_nothing": at(lambda tf, x: tf.reduce_sum(x, 0), [[], []]),
        "mean_over_an_empty_axis": at(lambda tf, x: tf.reduce_mean(x, 1), [[], []]),
    },
    rtol=RTOL,
)


@case(260, rtol=1e-5)
def softmax_entropy_has_gradients_of_labels(tf: Any) -> Any:
    def loss(tf: Any, labels: Any, logits: Any) -> Any:
        return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)

    return at(loss, [[0.25, 0.75]], [[1.0, 2.0]])(tf)


@case(260)
def sparse_entropy_of_a_batch_of_none(tf: Any) -> Any:
    def loss(tf: Any, logits: Any) -> Any:
        labels = tf.zeros([0], tf.int32)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits[:0])

    return at(loss, [[1.0, 2.0]])(tf)


@case(264)
def scatter_nd_with_duplicates(tf: Any) -> Any:
    weights = [1.0, 10.0, 100.0]
    return at(lambda tf, u: tf.scatter_nd([[1], [1], [0]], u, [3]) * weights, [5.0, 6.0, 7.0])(tf)


@case(265)
def creation_that_differentiates(tf: Any) -> Any:
    def total(tf: Any, x: Any, y: Any) -> Any:
        weights = tf.constant([1.0, 2.0, 4.0])
        return tf.linspace(x, y, 3) * weights + tf.fill([3], x) + tf.pad([y, y], [[0, 1]])

    return at(total, 1.0, 2.0)(tf)


@case(265)
def unused_output_of_meshgrid(tf: Any) -> Any:
    return at(lambda tf, x, y: tf.meshgrid(x, y)[0], [1.0, 2.0], [3.0, 4.0, 5.0])(tf)


@case(265)
def pad_with_a_tensor(tf: Any) -> Any:
    def padded(tf: Any, x: Any) -> Any:
        c = tf.constant(7.0)
        return tf.pad(x, [[1, 2]], constant_values=c) * [1.0, 2.0, 3.0, 4.0, 5.0]

    return at(padded, [1.0, 2.0])(tf)


@case(266)
def normal_is_differentiable_in_its_parameters(tf: Any) -> Any:
    mean, stddev = tf.constant([1.0, -1.0]), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([mean, stddev])
        y = tf.random.normal([3, 2], mean, stddev)
    g_mean, g_stddev = tape.gradient(y, [mean, stddev])
    noise = (y - mean) / stddev
    return g_mean, bool(abs(float(g_stddev - tf.reduce_sum(noise))) < 1e-4)


@case(266)
def uniform_is_differentiable_in_its_bounds(tf: Any) -> Any:
    low, high = tf.constant(1.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([low, high])
        y = tf.random.uniform([], low, high)
    g_low, g_high = tape.gradient(y, [low, high])
    return float(g_low + g_high), bool(abs(float(low + 2.0 * g_high - y)) < 1e-5)
