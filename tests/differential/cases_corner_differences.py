"""Corners where TensorFlow's derivative is wrong, or missing, and the right one is known."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case

INF = float("inf")


def gradients(tf: Any, function: Any, *values: Any, dtype: Any = None) -> Any:
    """The gradients of ``function(*tensors)``."""
    leaves = [tf.constant(value, dtype) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        y = function(*leaves)
    return tape.gradient(y, leaves)


def second(tf: Any, function: Any, value: Any) -> Any:
    """The gradient of the sum of the gradient of ``function(tensor)``."""
    x = tf.constant(value)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        g = tape.gradient(y, x)
    return outer.gradient(g, x)


@case(
    245,
    differs="TensorFlow computes 0 * 0**(-1), which is nan; x**0 is the constant 1",
    ours=[[0.0, 0.0]],
)
def zeroth_power_at_zero(tf: Any) -> Any:
    return gradients(tf, lambda x: x**0.0, [0.0, 2.0])


@case(
    245,
    differs="TensorFlow computes 0 * 0**(-1), which is nan; x**0 is the constant 1",
    ours=[[0.0], [0.0]],
)
def power_zero_of_zero(tf: Any) -> Any:
    return gradients(tf, tf.pow, [0.0], [0.0])


@case(
    251,
    differs="TensorFlow divides the product by the factor, and takes 0/0 for 0",
    ours=[[1.0, 32.0, 0.0, 0.0]],
)
def cumprod_with_a_zero(tf: Any) -> Any:
    return gradients(tf, tf.math.cumprod, [2.0, 0.0, 3.0, 4.0])


@case(
    251,
    differs="TensorFlow divides the product by the factor, and takes 0/0 for 0",
    ours=[[[1.0, 22.0, 0.0], [1.0, 0.0, 0.0], [43.0, 14.0, 9.0]]],
)
def cumprod_of_rows_with_zeros(tf: Any) -> Any:
    x = [[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, 3.0, 4.0]]
    return gradients(tf, lambda t: tf.math.cumprod(t, axis=1) * [1.0, 2.0, 3.0], x)


@case(253, differs="TensorFlow says nan: exp(-inf - -inf)", ours=[[0.0, 0.0]])
def logsumexp_of_minus_infinities(tf: Any) -> Any:
    return gradients(tf, tf.reduce_logsumexp, [-INF, -INF])


@case(
    253,
    differs="TensorFlow's tangent of the empty sum, which is the constant -inf, is nan",
    ours=[0.0, 1.0, (2.718281828459045**2 + 10.0) / (2.718281828459045**2 + 1.0)],
)
def tangent_of_an_exclusive_logsumexp(tf: Any) -> Any:
    x = tf.constant([2.0, 0.0, 5.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0, 100.0])) as accumulator:
        y = tf.math.cumulative_logsumexp(x, exclusive=True)
    return accumulator.jvp(y)


@case(255, differs="TensorFlow 2.21 says nan: 0/0", ours=[[0.0, 0.0]])
def norm_at_zero(tf: Any) -> Any:
    return gradients(tf, tf.norm, [0.0, 0.0])


@case(255, differs="TensorFlow 2.21 says nan: 0/0", ours=[[[0.0, 0.0], [0.6, 0.8]]])
def norm_of_a_row_of_zeros(tf: Any) -> Any:
    return gradients(tf, lambda x: tf.norm(x, axis=1), [[0.0, 0.0], [3.0, 4.0]])


@case(255, differs="TensorFlow 2.21 says nan: 0/0", ours=[[0.0, 0.0]])
def euclidean_norm_at_zero(tf: Any) -> Any:
    return gradients(tf, tf.math.reduce_euclidean_norm, [0.0, 0.0])


@case(
    264,
    differs="TensorFlow gives a gradient to the overwritten update as well",
    ours=[[1.0, 0.0, 100.0], [0.0, 10.0]],
)
def update_with_duplicate_indices(tf: Any) -> Any:
    def f(x: Any, updates: Any) -> Any:
        return tf.tensor_scatter_nd_update(x, [[1], [1]], updates) * [1.0, 10.0, 100.0]

    return gradients(tf, f, [1.0, 2.0, 3.0], [5.0, 6.0])


@case(
    207,
    differs="TensorFlow's gradient of one entry picked by gather_nd fails: it wants updates of "
    "rank one",
    ours=[[[0.0, 0.0], [1.0, 0.0]]],
)
def one_entry_by_gather_nd(tf: Any) -> Any:
    return gradients(tf, lambda x: tf.gather_nd(x, [1, 0]), [[1.0, 2.0], [3.0, 4.0]])


@case(
    240,
    differs="TensorFlow sorts the negated values, and zeros come through the integers; an integer "
    "target has no gradient",
    ours=[None],
)
def gradient_of_argsort(tf: Any) -> Any:
    return gradients(tf, tf.argsort, [0.5, 0.25])


@case(
    103,
    differs="TensorFlow has no derivative of its SoftsignGrad; it is -2 sign(x) / (1 + |x|)^3",
    ours=[-0.25, 2.0 / 1.5**3],
)
def second_derivative_of_softsign(tf: Any) -> Any:
    return second(tf, tf.nn.softsign, [1.0, -0.5])


@case(
    103,
    differs="TensorFlow's variance takes the mean for a constant when it is differentiated twice; "
    "the gradient 2 (x - mean) / n sums to zero, so that the derivative of its weighted sum is "
    "2 (w - mean(w)) / n",
    ours=[-2.0, 0.0, 2.0],
)
def second_derivative_of_moments(tf: Any) -> Any:
    x, weights = tf.constant([1.0, 2.0, 6.0]), tf.constant([1.0, 4.0, 7.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            variance = tf.nn.moments(x, [0])[1]
        g = tape.gradient(variance, x)
        weighted = tf.reduce_sum(g * weights)
    return outer.gradient(weighted, x)


CONJUGATES = "TensorFlow forgets to conjugate the partial derivative"


@case(268, differs=CONJUGATES, ours=[3 + 1j, 1 - 2j])
def complex_multiply_no_nan(tf: Any) -> Any:
    return gradients(tf, tf.math.multiply_no_nan, 1 + 2j, 3 - 1j)


@case(268, differs=CONJUGATES, ours=[0.0, -1j])
def complex_xlogy(tf: Any) -> Any:
    return gradients(tf, tf.math.xlogy, 1j, 1 + 0j)


@case(268, differs=CONJUGATES, ours=[0.5j, 0.5 + 0.25j])
def complex_xdivy(tf: Any) -> Any:
    return gradients(tf, lambda x, y: tf.math.xdivy(x, y) * 1j, 1 + 2j, -2 + 0j)


@case(268, differs=CONJUGATES, ours=[[2 - 1j, 1 - 1j]])
def complex_cumprod(tf: Any) -> Any:
    return gradients(tf, tf.math.cumprod, [1 + 1j, 1 + 1j])
