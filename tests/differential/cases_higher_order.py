"""Derivatives of derivatives: nested tapes, persistent tapes, Hessian-vector products."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(94)
def gradient_outside_the_outer_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
    g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(95)
def the_canonical_second_derivative(tf: Any) -> Any:
    x = tf.Variable(1.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x * x
        dy_dx = inner.gradient(y, x)
    return [dy_dx, outer.gradient(dy_dx, x)]


@case(95)
def four_derivatives_of_a_sine(tf: Any) -> Any:
    x = tf.constant(0.5, tf.float64)
    with tf.GradientTape() as t4:
        t4.watch(x)
        with tf.GradientTape() as t3:
            t3.watch(x)
            with tf.GradientTape() as t2:
                t2.watch(x)
                with tf.GradientTape() as t1:
                    t1.watch(x)
                    y = tf.sin(x)
                d1 = t1.gradient(y, x)
            d2 = t2.gradient(d1, x)
        d3 = t3.gradient(d2, x)
    return [y, d1, d2, d3, t4.gradient(d3, x)]


def derivatives(tf: Any, f: Any, x: Any, order: int) -> list[Any]:
    if order == 0:
        return [f(x)]
    with tf.GradientTape() as tape:
        tape.watch(x)
        lower = derivatives(tf, f, x, order - 1)
    return [*lower, tape.gradient(lower[-1], x)]


@case(95)
def six_derivatives_by_recursion(tf: Any) -> Any:
    x = tf.constant(0.75, tf.float64)
    return [
        derivatives(tf, tf.exp, x, 6),
        derivatives(tf, lambda x: x**6, x, 6),
        derivatives(tf, tf.tanh, x, 5),
        derivatives(tf, lambda x: 1.0 / (1.0 + x * x), x, 5),
    ]


@case(95)
def second_derivatives_of_smooth_functions(tf: Any) -> Any:
    x = tf.constant([0.25, 0.75], tf.float64)
    functions = [tf.exp, tf.sqrt, tf.tanh, tf.sigmoid, tf.nn.softplus, tf.asin, tf.math.erf]
    functions += [tf.math.log, lambda x: x**x, lambda x: tf.sin(x) * tf.cos(x)]
    functions += [lambda x: x**2.5, lambda x: 1.0 / x, tf.nn.softmax]
    return [derivatives(tf, f, x, 2)[2] for f in functions]


@case(95)
def mixed_partials(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, z])
        with tf.GradientTape() as inner:
            inner.watch([x, z])
            y = x**2 * z**3 + tf.sin(x * z)
        gx, gz = inner.gradient(y, [x, z])
    return [outer.gradient(gx, [x, z]), outer.gradient(gz, [x, z])]


@case(96)
def outer_watch_after_the_inner_forward(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
        outer.watch(x)
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(97)
def persistent_inner_tape_used_twice(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(x)
            y = x**3
            z = x**2
        product = inner.gradient(y, x) * inner.gradient(z, x)
    return [product, outer.gradient(product, x)]


@case(98)
def inner_gradient_added_to_the_forward(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        y += inner.gradient(y, x)
    return outer.gradient(y, x)


@case(99)
def inner_tape_watches_an_intermediate_of_the_outer(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        h = x * x
        with tf.GradientTape() as inner:
            inner.watch(h)
            y = h**3
        g = inner.gradient(y, h)
        z = g * x
    return [g, outer.gradient(z, [x, h])]


@case(99)
def intermediate_of_the_outer_not_watched_by_the_inner(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        h = x * x
        with tf.GradientTape() as inner:
            inner.watch(c)
            y = h * c
        g = inner.gradient(y, [h, c])
    return [g, outer.gradient(y, [x, h, c])]


@case(100)
def hessian_vector_product_by_double_backward(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    v = tf.constant([1.0, 0.0, -1.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x[0] ** 2 * x[1] + x[1] * x[2] ** 3
        g = inner.gradient(y, x)
    return outer.gradient(g, x, output_gradients=v)


@case(100)
def hessian_vector_product_over_a_nest(tf: Any) -> Any:
    params = {
        "w": tf.constant([[0.5, -0.25], [1.0, 0.75]], tf.float64),
        "b": tf.constant([0.125, -0.5], tf.float64),
    }
    vector = {
        "w": tf.constant([[1.0, 0.0], [0.5, -1.0]], tf.float64),
        "b": tf.constant([2.0, 0.25], tf.float64),
    }
    data = tf.constant([[1.0, 2.0], [-1.0, 0.5]], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(params)
        with tf.GradientTape() as inner:
            inner.watch(params)
            loss = tf.reduce_sum(tf.tanh(data @ params["w"] + params["b"]) ** 2)
        grads = inner.gradient(loss, params)
    return outer.gradient(grads, params, output_gradients=vector)


@case(101)
def gradient_penalty(tf: Any) -> Any:
    x = tf.constant([[1.0, -2.0], [0.5, 1.5]])
    w = tf.Variable([[0.5], [-0.75]])
    with tf.GradientTape() as outer:
        with tf.GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(x)
            y = tf.tanh(x @ w)
        g = inner.gradient(y, x)
        penalty = tf.reduce_mean((tf.norm(g, axis=1) - 1.0) ** 2)
    return [penalty, outer.gradient(penalty, w)]


@case(101)
def input_gradient_regularisation(tf: Any) -> Any:
    x = tf.constant([[1.0, -2.0, 0.5]])
    w0 = tf.Variable([[0.5, 1.0], [-0.75, 0.25], [0.125, -0.5]])
    w1 = tf.Variable([[1.0], [-0.5]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.sigmoid(x @ w0) @ w1
        g = inner.gradient(y, x)
        loss = tf.reduce_sum(y**2) + 10.0 * tf.reduce_sum(g**2)
    return outer.gradient(loss, [w0, w1])


@case(102)
def sparse_gradient_differentiated_again(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.gather(x, [0, 2, 0]) ** 3
        g = tf.convert_to_tensor(inner.gradient(y, x))
    return [g, outer.gradient(g, x)]


@case(103)
def second_derivative_of_a_product_without_zeros(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0, 4.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_prod(x)
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(103, differs="TensorFlow's second derivative is wrong beside a zero", ours=[3.0, 2.0, 1.0])
def second_derivative_of_a_product_with_a_zero(tf: Any) -> Any:
    x = tf.constant([0.0, 1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_prod(x)
        g = inner.gradient(y, x)
    return outer.gradient(g, x)


@case(95)
def meta_learning_step(tf: Any) -> Any:
    w = tf.Variable([1.0, -2.0])
    x = tf.constant([[1.0, 2.0], [3.0, -1.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean((tf.linalg.matvec(x, w) - 1.0) ** 2)
        g = inner.gradient(loss, w)
        adapted = w - 0.1 * g
        outer_loss = tf.reduce_sum(tf.sin(adapted))
    return [outer_loss, outer.gradient(outer_loss, w)]


@case(95)
def inner_gradient_with_respect_to_an_inner_intermediate(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            h = x * x
            y = h**3
        g = inner.gradient(y, h)
    return [g, outer.gradient(g, [x, h])]
