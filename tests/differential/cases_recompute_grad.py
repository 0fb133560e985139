"""recompute_grad: the forward is run again by the backward."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(149)
def number_of_calls(tf: Any) -> Any:
    calls = []

    def f(x: Any) -> Any:
        calls.append(len(calls))
        return tf.sin(x) * x

    g = tf.recompute_grad(f)
    x = tf.constant([1.0, 2.0])
    counts = []
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = g(x)
        counts.append(len(calls))
    gradient = tape.gradient(y, x)
    counts.append(len(calls))
    return [counts, y, gradient]


@case(149)
def same_gradient_as_without(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return tf.tanh(x) * tf.exp(-x * x)

    x = tf.constant([0.5, -1.25])
    gradients = []
    for g in (f, tf.recompute_grad(f)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(g(x) * x)
        gradients.append(tape.gradient(y, x))
    return gradients


@case(149)
def without_a_tape(tf: Any) -> Any:
    return tf.recompute_grad(lambda x: x * x)(tf.constant(3.0))


@case(150, rtol=1e-4)  # TensorFlow's float32 tanh is an approximation, and the sum cancels
def variables_read_inside(tf: Any) -> Any:
    w, b = tf.Variable([[1.0, -2.0], [0.5, 0.25]]), tf.Variable([0.125, -0.5])
    layer = tf.recompute_grad(lambda x: tf.tanh(x @ w + b))
    x = tf.constant([[0.5, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(layer(x))
    return tape.gradient(y, [x, w, b])


@case(150)
def unconnected_arguments_get_zeros(tf: Any) -> Any:
    f = tf.recompute_grad(lambda x, z: x * x)
    x, z = tf.constant(3.0), tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch([x, z])
        y = f(x, z)
    return tape.gradient(y, [x, z])


@case(151)
def keyword_arguments_of_the_function(tf: Any) -> Any:
    f = tf.recompute_grad(lambda x, scale=1.0: x * x * scale)
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, scale=5.0)
    return [y, tape.gradient(y, x)]


@case(151)
def structures_of_recomputed_results(tf: Any) -> Any:
    results = []
    for build in (lambda x: [x * x, x * 2.0], lambda x: (x * x, x * 2.0)):
        f = tf.recompute_grad(build)
        x = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            ys = f(x)
        results.append([ys, tape.gradient(ys, x)])
    return results


@case(151)
def integer_beside_float(tf: Any) -> Any:
    f = tf.recompute_grad(lambda x, n: x * tf.cast(n, tf.float32))
    x, n = tf.constant(3.0), tf.constant(4)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, n)
    return [y, tape.gradient(y, x)]


@case(151)
def empty_input(tf: Any) -> Any:
    f = tf.recompute_grad(lambda x: x * x)
    x = tf.zeros([0, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(151)
def same_tensor_twice(tf: Any) -> Any:
    f = tf.recompute_grad(lambda a, b: a * a * b)
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, x)
    return tape.gradient(y, x)


@case(151)
def the_function_behind(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return x * x

    return tf.recompute_grad(f).__wrapped__ is f


@case(152)
def second_order_of_a_recomputed_function(tf: Any) -> Any:
    f = tf.recompute_grad(lambda x: tf.sin(x) * x**2)
    x = tf.constant(0.75)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(
    152,
    differs="TensorFlow has no second order for a variable",
    ours=[[18.0, 8.0], [[18.0, 12.0], [12.0, 8.0 / 3.0]]],
)
def second_order_with_a_variable(tf: Any) -> Any:
    v = tf.Variable(3.0)
    f = tf.recompute_grad(lambda x: x**3 * v**2 / 6.0)
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        gx, gv = inner.gradient(y, [x, v])
    return [[gx, gv], [outer.gradient(gx, [x, v]), outer.gradient(gv, [x, v])]]
