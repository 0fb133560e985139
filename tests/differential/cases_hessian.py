"""Jacobians of gradients and of Jacobians."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(116)
def hessian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            loss = x[0] ** 2 * x[1] + tf.sin(x[2]) * x[0]
        g = t1.gradient(loss, x)
    return t2.jacobian(g, x)


@case(116)
def hessian_of_a_layer(tf: Any) -> Any:
    x = tf.constant([[0.5, -1.0], [1.5, 0.25]], tf.float64)
    w = tf.Variable([[0.5, -0.25], [1.0, 0.75]], dtype=tf.float64)
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            loss = tf.reduce_mean(tf.tanh(x @ w) ** 2)
        g = t1.gradient(loss, w)
    return t2.jacobian(g, w)


@case(116)
def hessian_of_relu_layers(tf: Any) -> Any:
    x = tf.constant([[0.5, -1.0], [1.5, 0.25]])
    w0 = tf.Variable([[0.5, -0.25], [1.0, 0.75]])
    w1 = tf.Variable([[1.0], [-0.5]])
    with tf.GradientTape() as t2:
        with tf.GradientTape() as t1:
            loss = tf.reduce_mean((tf.nn.relu(x @ w0) @ w1) ** 2)
        g = t1.gradient(loss, w0)
    return t2.jacobian(g, w0)


@case(116)
def newton_step(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0], tf.float64)
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            loss = (x[0] - 3.0) ** 2 + 2.0 * (x[1] + 1.0) ** 2 + x[0] * x[1]
        g = t1.gradient(loss, x)
    h = t2.jacobian(g, x)
    determinant = h[0, 0] * h[1, 1] - h[0, 1] * h[1, 0]
    step = tf.stack([h[1, 1] * g[0] - h[0, 1] * g[1], h[0, 0] * g[1] - h[1, 0] * g[0]])
    return x - step / determinant


@case(116)
def blocks_of_a_hessian(tf: Any) -> Any:
    x, z = tf.constant([1.0, 2.0]), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as t2:
        t2.watch([x, z])
        with tf.GradientTape() as t1:
            t1.watch([x, z])
            loss = tf.reduce_sum(x**3) * z**2
        gx, gz = t1.gradient(loss, [x, z])
    return [t2.jacobian(gx, [x, z]), t2.jacobian(gz, [x, z])]


@case(116)
def jacobian_of_a_jacobian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            y = tf.stack([x[0] ** 2 * x[1], tf.exp(x[0]) * x[1] ** 2])
        j = t1.jacobian(y, x)
    return t2.jacobian(j, x)


@case(116)
def gradient_of_a_jacobian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            y = x**3 * tf.reduce_sum(x)
        norm = tf.reduce_sum(t1.jacobian(y, x) ** 2)
    return t2.gradient(norm, x)


@case(116)
def third_order(tf: Any) -> Any:
    x = tf.constant([0.5, 1.5], tf.float64)
    with tf.GradientTape() as t3:
        t3.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            with tf.GradientTape() as t1:
                t1.watch(x)
                y = tf.sin(x[0]) * x[1] ** 3
            g = t1.gradient(y, x)
        h = t2.jacobian(g, x)
    return t3.jacobian(h, x)


@case(116)
def nested_batch_jacobian(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            y = tf.stack([x[:, 0] ** 2 * x[:, 1], x[:, 1] ** 3], axis=1)
        j = t1.batch_jacobian(y, x)
    return t2.batch_jacobian(j, x)


@case(116)
def batch_hessian(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]])
    with tf.GradientTape() as t2:
        t2.watch(x)
        with tf.GradientTape() as t1:
            t1.watch(x)
            y = tf.sin(x[:, 0]) * x[:, 1] ** 2
        g = t1.gradient(y, x)
    return t2.batch_jacobian(g, x)


@case(117)
def same_tape_twice_outside_its_block(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
    j = tape.jacobian(y, x)
    return [tape.jacobian(j, x), tape.gradient(j, x)]


@case(117)
def batch_jacobian_twice_outside_its_block(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
    return tape.batch_jacobian(tape.batch_jacobian(y, x), x)
