"""custom_gradient: which values of a gradient function are accepted; grad_pass_through."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case


@case(132)
def none_as_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def f(a: Any, b: Any) -> Any:
        return a * b, lambda dy: (None, 100.0 * dy)

    a, b = tf.constant(2.0), tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        y = f(a, b)
    return [tape.gradient(y, [a, b]), tape.gradient(y, [a, b], unconnected_gradients="zero")]


@case(132)
def none_as_gradient_beside_another_path(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: None

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x) + x * 5.0
    return tape.gradient(y, x)


@case(133, differs="TensorFlow returns the Python number itself", ours=np.float32(5.0))
def a_python_number_as_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: 5.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(133, differs="TensorFlow returns a gradient of the wrong shape", ours=Raises("ValueError"))
def a_gradient_of_the_wrong_shape(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: tf.ones([2])

    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(133, differs="TensorFlow does not check the dtype", ours=Raises("ValueError"))
def a_gradient_of_the_wrong_dtype(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: tf.constant(5)

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(143)
def an_exception_in_the_gradient_function(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            raise ZeroDivisionError("from grad")

        return x * 2.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(144)
def indexed_slices_as_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            return tf.IndexedSlices(
                tf.stack([dy, 2.0 * dy]), tf.constant([0, 0]), dense_shape=tf.constant([3])
            )

        return x[0] * 3.0, grad

    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        z = f(x * 1.0)
    return [tape.gradient(y, x), tape.gradient(z, x)]


@case(145)
def once_for_each_gradient_of_a_persistent_tape(tf: Any) -> Any:
    calls = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            calls.append(float(dy))
            return dy * 7.0

        return x * 2.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
        z = y * 4.0
    return [tape.gradient(y, x), tape.gradient(z, x), calls]


@case(145)
def arrays_as_arguments_without_a_tape(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: dy

    return [f(np.array([1.0, 2.0], np.float32)), f(tf.constant(3.0)), f(4.0)]


@case(147, differs="TensorFlow hands out an integer gradient", ours=[6.0, [10.0, None]])
def integer_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def scale(x: Any, n: Any) -> Any:
        return x * tf.cast(n, tf.float32), lambda dy: (10.0 * dy, tf.constant(1))

    x, n = tf.constant(2.0), tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch([x, n])
        y = scale(x, n)
    return [y, tape.gradient(y, [x, n])]


@case(147)
def arguments_of_different_dtypes(tf: Any) -> Any:
    @tf.custom_gradient
    def f(a: Any, b: Any) -> Any:
        def grad(dy: Any) -> Any:
            return 10.0 * dy, tf.cast(100.0 * dy, tf.float64)

        return a * tf.cast(b, tf.float32), grad

    a, b = tf.constant(2.0), tf.constant(3.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = f(a, b)
    return [y, tape.gradient(y, [a, b])]


@case(148)
def gradient_passed_through(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.grad_pass_through(tf.round)(x) * 3.0
    return [y, tape.gradient(y, x)]


@case(148)
def gradient_passed_through_an_assign(tf: Any) -> Any:
    x, z = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(x.assign)(z**2)
    return [y, tape.gradient(y, z), x]


@case(148)
def variables_of_a_passed_through_function(tf: Any) -> Any:
    v = tf.Variable(5.0)
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.grad_pass_through(lambda x: x * v)(x)
    return [y, tape.gradient(y, [x, v])]
