"""ForwardAccumulator: nested, over and under tapes, and through families of operations."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(220)
def higher_order_from_the_outer_accumulator(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as outer:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as inner:
            y = x**3
        first = inner.jvp(y)
    return [outer.jvp(y), first, outer.jvp(first)]


@case(220, rtol=1e-5)
def higher_order_inside_both_blocks(tf: Any) -> Any:
    x, one = tf.constant(1.1), tf.constant(1.0)
    forward = tf.autodiff.ForwardAccumulator
    with forward(x, one) as outer, forward(x, one) as inner:
        y = tf.sin(x) * x
        first = inner.jvp(y)
        second = outer.jvp(first)
    return [first, second, outer.jvp(inner.jvp(y))]


@case(220)
def the_inner_accumulator_does_not_see_the_outer_products(tf: Any) -> Any:
    x, one = tf.constant(2.0), tf.constant(1.0)
    forward = tf.autodiff.ForwardAccumulator
    with forward(x, one) as outer, forward(x, one) as inner:
        y = x**3
        first = outer.jvp(y)
    return [first, inner.jvp(first)]


@case(220)
def different_directions(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as outer:
        with tf.autodiff.ForwardAccumulator(x, tf.constant([0.0, 1.0])) as inner:
            y = x[0] ** 2 * x[1] ** 3
        first = inner.jvp(y)
    return [outer.jvp(y), first, outer.jvp(first)]


@case(220)
def third_order_in_forward_mode(tf: Any) -> Any:
    x = tf.constant(0.5, tf.float64)
    one = tf.constant(1.0, tf.float64)
    with tf.autodiff.ForwardAccumulator(x, one) as a3:
        with tf.autodiff.ForwardAccumulator(x, one) as a2:
            with tf.autodiff.ForwardAccumulator(x, one) as a1:
                y = tf.exp(2.0 * x)
            d1 = a1.jvp(y)
        d2 = a2.jvp(d1)
    return [d1, d2, a3.jvp(d2)]


@case(221)
def hessian_vector_product_forward_over_reverse(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0, 3.0]), tf.constant([1.0, 0.0, -1.0])
    with tf.autodiff.ForwardAccumulator(x, v) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[0] ** 2 * x[1] + x[1] * x[2] ** 3
        g = tape.gradient(y, x)
    return [g, acc.jvp(g)]


@case(221)
def forward_over_reverse_with_a_variable(tf: Any) -> Any:
    v = tf.Variable([1.0, 1.0])
    with tf.autodiff.ForwardAccumulator(v, tf.constant([1.0, 0.0])) as acc:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(v**3.0)
        backward = tape.gradient(y, v)
    return [backward, acc.jvp(backward)]


@case("221,225")
def forward_over_reverse_of_a_small_network(tf: Any) -> Any:
    x = tf.constant([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    w0 = tf.Variable([[1.0, -2.0], [0.5, 0.125], [-1.0, 0.75]])
    b0 = tf.Variable([0.0, 0.5])
    w1 = tf.Variable([[0.5, 1.0, -1.0], [0.25, -0.5, 2.0]])
    weights = [w0, b0, w1]
    tangents = [tf.ones([3, 2]), tf.constant([1.0, -1.0]), tf.fill([2, 3], 0.5)]
    labels = tf.constant([0, 2])
    with tf.autodiff.ForwardAccumulator(weights, tangents) as acc:
        with tf.GradientTape() as tape:
            logits = tf.tanh(x @ w0 + b0) @ w1
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        gradients = tape.gradient(loss, weights)
    return [acc.jvp(loss), acc.jvp(gradients)]


@case(221)
def forward_over_reverse_of_a_gather(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0, 100.0])) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.gather(x * x * x, [0, 2, 2]))
        g = tape.gradient(y, x)
    return [g, acc.jvp(g)]


@case(222)
def reverse_over_forward(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, v) as acc:
            y = x**3
        jvp = acc.jvp(y)
    return [jvp, tape.gradient(jvp, x)]


@case(222)
def reverse_over_forward_with_another_source(tf: Any) -> Any:
    x, c = tf.constant(2.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch(c)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
            y = x**3 * c**2
        jvp = acc.jvp(y)
    return [jvp, tape.gradient(jvp, c)]


@case(222)
def reverse_over_forward_differentiates_the_tangent(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(v)
        with tf.autodiff.ForwardAccumulator(x, v) as acc:
            y = x**3
        jvp = acc.jvp(y)
    return tape.gradient(jvp, v)


@case(222)
def a_tape_inside_the_accumulator(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        y = x**3
        jvp = acc.jvp(y)
    return [jvp, tape.gradient(jvp, x)]


@case(225)
def tangents_through_elementwise_operations(tf: Any) -> Any:
    x = tf.constant([0.25, 0.75], tf.float64)
    functions = [tf.exp, tf.math.log, tf.sqrt, tf.math.rsqrt, tf.sin, tf.cos, tf.tan, tf.tanh]
    functions += [tf.sigmoid, tf.nn.softplus, tf.nn.relu, tf.nn.elu, tf.abs, tf.square, tf.negative]
    functions += [tf.math.log1p, tf.math.expm1, tf.asin, tf.atan, tf.math.reciprocal]
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0], tf.float64)) as acc:
        ys = [f(x) for f in functions]
    return acc.jvp(ys)


@case(225)
def tangents_through_binary_operations(tf: Any) -> Any:
    x = tf.constant([[1.5], [2.5]], tf.float64)
    z = tf.constant([2.0, 3.0, 4.0], tf.float64)
    tangents = [tf.constant([[1.0], [2.0]], tf.float64), tf.constant([1.0, 0.0, -1.0], tf.float64)]
    functions = [tf.add, tf.subtract, tf.multiply, tf.divide, tf.pow, tf.maximum, tf.minimum]
    functions += [tf.math.squared_difference, tf.atan2]
    with tf.autodiff.ForwardAccumulator([x, z], tangents) as acc:
        ys = [f(x, z) for f in functions]
    return acc.jvp(ys)


@case(225)
def tangent_of_one_operand_only(tf: Any) -> Any:
    x, c = tf.constant([1.5, 2.5]), tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0])) as acc:
        ys = [x + c, c - x, x * c, c / x, x**c, tf.maximum(x, c), tf.stack([x, c])]
        ys += [tf.tensordot(x, c, 1), tf.where(c > 2.5, x, c), tf.concat([c, x], 0)]
    return acc.jvp(ys)


@case(225)
def tangents_through_reductions(tf: Any) -> Any:
    x = tf.constant([[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])) as acc:
        ys = [tf.reduce_sum(x, 1), tf.reduce_mean(x), tf.reduce_max(x, 0), tf.reduce_min(x, 1)]
        ys += [tf.reduce_prod(x, 1), tf.reduce_logsumexp(x, 0), tf.cumsum(x, 1)]
    return acc.jvp(ys)


@case(225)
def tangents_through_shapes_and_indices(tf: Any) -> Any:
    x = tf.constant([[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])) as acc:
        ys = [tf.reshape(x, [3, 2]), tf.transpose(x), x[1, ::2], tf.gather(x, [2, 0], axis=1)]
        ys += [
            tf.gather(x, [1, 1]),
            tf.concat([x, 2.0 * x], 0),
            tf.stack([x, x]),
            tf.tile(x, [1, 2]),
        ]
        ys += [
            tf.pad(x, [[0, 1], [1, 0]]),
            tf.reverse(x, [1]),
            tf.roll(x, 1, 1),
            tf.expand_dims(x, 0),
        ]
        ys += [tf.boolean_mask(x, [True, False]), tf.gather_nd(x, [[0, 1], [1, 2]])]
        ys += tf.unstack(x, axis=1) + tf.split(x, 3, axis=1)
    return acc.jvp(ys)


@case(225)
def tangents_through_softmax_and_sort(tf: Any) -> Any:
    x = tf.constant([[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])) as acc:
        ys = [tf.nn.softmax(x), tf.nn.log_softmax(x), tf.sort(x), tf.math.top_k(x, 2).values]
    return acc.jvp(ys)


@case(225)
def tangents_through_matmul(tf: Any) -> Any:
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    b = tf.constant([[0.5, -1.0], [2.0, 0.25]])
    tangents = [tf.constant([[1.0, 0.0], [0.0, 1.0]]), tf.constant([[0.0, 1.0], [1.0, 0.0]])]
    with tf.autodiff.ForwardAccumulator([a, b], tangents) as acc:
        ys = [a @ b, tf.matmul(a, b, transpose_a=True), tf.einsum("ij,kj->ik", a, b)]
        ys += [tf.linalg.matvec(a, b[0]), tf.tensordot(a, b, 2)]
    return acc.jvp(ys)


@case(225)
def tangents_of_complex_and_cast(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0])) as acc:
        ys = [tf.cast(x * x, tf.float64), tf.cast(tf.cast(x, tf.float16) * 2.0, tf.float32)]
    return acc.jvp(ys)


@case(213)
def columns_of_a_jacobian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    columns = []
    for column in tf.eye(3):
        with tf.autodiff.ForwardAccumulator(x, column) as acc:
            y = tf.stack([x[0] * x[1], x[1] * x[2] ** 2])
        columns.append(acc.jvp(y))
    return tf.stack(columns, axis=1)
