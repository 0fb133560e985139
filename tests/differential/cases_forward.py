"""ForwardAccumulator: Jacobian-vector products computed with the forward."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case, raised


@case(213)
def one_product(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(y)


@case(213)
def with_binds_the_accumulator(tf: Any) -> Any:
    acc = tf.autodiff.ForwardAccumulator(tf.constant(3.0), tf.constant(1.0))
    with acc as bound:
        pass
    return acc is bound


@case(213)
def looked_up_any_number_of_times(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(2.0)) as acc:
        y = x * x
        inside = acc.jvp(y)
        z = y * x
    return [inside, acc.jvp(y), acc.jvp(z), acc.jvp(z)]


@case(213)
def keyword_arguments_of_the_accumulator(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(primals=x, tangents=tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(primals=y)


@case(213)
def jacobian_vector_product_of_a_layer(tf: Any) -> Any:
    x = tf.constant([[2.0, 3.0], [1.0, 4.0]])
    kernel = tf.Variable([[0.5], [-0.25]])
    bias = tf.Variable([0.125])
    tangent = tf.constant([[1.0], [0.0]])
    with tf.autodiff.ForwardAccumulator(primals=kernel, tangents=tangent) as acc:
        loss = tf.reduce_sum((tf.constant([1.0, -1.0]) - (x @ kernel + bias)) ** 2.0)
    return [loss, acc.jvp(loss)]


@case(213)
def matches_the_jacobian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    v = tf.constant([0.5, -1.0, 2.0])

    def f(x: Any) -> Any:
        return tf.stack([x[0] * x[1], tf.sin(x[2]) * x[0]])

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    with tf.autodiff.ForwardAccumulator(x, v) as acc:
        z = f(x)
    return [tf.linalg.matvec(tape.jacobian(y, x), v), acc.jvp(z)]


@case(214)
def nests_of_primals(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant([3.0, 4.0])
    results = []
    one, two = tf.constant(1.0), tf.constant([10.0, 100.0])
    for primals, tangents in (
        ([x, z], [one, two]),
        ((x, z), (one, two)),
        ({"x": x, "z": z}, {"x": one, "z": two}),
        ([x, [z]], [one, [two]]),
    ):
        with tf.autodiff.ForwardAccumulator(primals, tangents) as acc:
            y = x * z
        results.append(acc.jvp(y))
    return results


@case(214, match="don't have the same nested structure")
def structures_that_do_not_match(tf: Any) -> Any:
    x = tf.constant(2.0)
    return tf.autodiff.ForwardAccumulator([x], [tf.constant(1.0), tf.constant(2.0)])


@case(214)
def tangents_are_converted(tf: Any) -> Any:
    results = []
    for dtype, tangent in (
        (tf.float32, 2.0),
        (tf.float64, 2.0),
        (tf.float32, np.float32(2.0)),
        (tf.float64, np.array(2.0)),
        (tf.float32, 2),
    ):
        x = tf.constant(3.0, dtype)
        with tf.autodiff.ForwardAccumulator(x, tangent) as acc:
            y = x * x
        results.append(acc.jvp(y))
    return results


@case(214)
def an_integer_tensor_as_tangent(tf: Any) -> Any:
    return tf.autodiff.ForwardAccumulator(tf.constant(3.0), tf.constant(1))


@case(214)
def a_tangent_of_another_float_dtype(tf: Any) -> Any:
    return tf.autodiff.ForwardAccumulator(tf.constant(3.0), tf.constant(1.0, tf.float64))


@case(
    214,
    differs="TensorFlow notices the shape at the first operation, if at all",
    ours=Raises("ValueError", match="shape"),
)
def a_tangent_of_another_shape(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    acc = tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 2.0, 3.0]))
    return acc.jvp(x)


@case(215, match="multiple times")
def the_same_primal_twice(tf: Any) -> Any:
    x = tf.constant(2.0)
    return tf.autodiff.ForwardAccumulator([x, x], [tf.constant(1.0), tf.constant(2.0)])


@case(215)
def equal_primals_are_distinct(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator([x, z], [1.0, 10.0]) as acc:
        y = x * x + z
    return acc.jvp(y)


@case(216)
def the_primal_itself(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.Variable([3.0])
    with tf.autodiff.ForwardAccumulator(
        [x, v], [tf.constant([5.0, 6.0]), tf.constant([7.0])]
    ) as acc:
        inside = acc.jvp(x)
    return [inside, acc.jvp(x), acc.jvp(v)]


@case(216)
def nests_of_results(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y, z = x * x, tf.constant(5.0) * 2.0
    return [acc.jvp([y, z]), acc.jvp((y,)), acc.jvp({"y": y, "rest": [z, y]})]


@case(216)
def unconnected_results(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant([[1.0, 2.0]], tf.float64)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = c * 2.0
    return [
        acc.jvp(y),
        acc.jvp(y, unconnected_gradients="none"),
        acc.jvp(y, unconnected_gradients="zero"),
        acc.jvp([y, x], unconnected_gradients=tf.UnconnectedGradients.ZERO),
    ]


@case(217)
def operations_after_the_forward_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    z = y * x
    return [acc.jvp(y), acc.jvp(z)]


@case(217)
def entering_the_accumulator_again(tf: Any) -> Any:
    x = tf.constant(3.0)
    acc = tf.autodiff.ForwardAccumulator(x, tf.constant(1.0))
    with acc:
        y = x * x
    with acc:
        z = y * x
    return acc.jvp(z)


@case(217, match="already recording")
def entering_an_active_accumulator(tf: Any) -> Any:
    acc = tf.autodiff.ForwardAccumulator(tf.constant(3.0), tf.constant(1.0))
    with acc:
        error = raised(acc.__enter__)
    raise error


@case(217)
def operations_before_the_forward_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    y = x * x
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        z = y + x
    return [acc.jvp(y), acc.jvp(z)]


@case(218)
def variables_as_primals(tf: Any) -> Any:
    v = tf.Variable(3.0)
    w = tf.Variable(3.0, trainable=False)
    with tf.autodiff.ForwardAccumulator([v, w], [1.0, 10.0]) as acc:
        ys = [v * v, w * w, v.read_value(), tf.exp(v), tf.stack([v, w])]
    return acc.jvp(ys)


@case(218)
def a_variable_keeps_its_tangent_after_assign(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        before = v * v
        v.assign(5.0)
        after = v * v
        r = v.read_value()
    return acc.jvp([before, after, r, v])


@case(218)
def the_assigned_tangent_is_dropped(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as acc:
        r = v.assign(v * v)
        ys = [v * v, r * r]
        v.assign_add(1.0)
        ys.append(v * 1.0)
    return acc.jvp(ys)


@case(218)
def state_cuts_the_tangent(tf: Any) -> Any:
    x, v = tf.constant(2.0), tf.Variable(1.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        v.assign(x * x)
        y = v * v
        z = v * x
    return acc.jvp([v, y, z])


@case(218)
def an_integer_primal(tf: Any) -> Any:
    n = tf.constant(3)
    with tf.autodiff.ForwardAccumulator(n, tf.constant(1)) as acc:
        y = n * n
    return acc.jvp(y)


@case(219)
def operations_without_a_tangent(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.autodiff.ForwardAccumulator(x, tf.ones([2])) as acc:
        ys = [tf.floor(x), tf.round(x), tf.argmax(x), tf.stop_gradient(x), x > 0.0]
        ys += [tf.cast(x, tf.int32), tf.zeros_like(x), tf.shape(x)]
    return acc.jvp(ys)


@case(219, differs="TensorFlow gives None; its own gradient of sign is zeros", ours=[0.0, 0.0])
def sign(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.autodiff.ForwardAccumulator(x, tf.ones([2])) as acc:
        y = tf.sign(x)
    return acc.jvp(y)


@case(223, differs="TensorFlow ignores the custom rule", ours=[10.0, 20.0])
def custom_gradient_in_forward_mode(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 1.0, lambda dy: 10.0 * dy

    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 2.0])) as acc:
        y = f(x)
    return acc.jvp(y)


@case(223)
def opaque_custom_gradient_in_forward_mode(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return tf.constant(np.sin(x.numpy())), lambda dy: 10.0 * dy

    x = tf.constant([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 2.0])) as acc:
        y = f(x)
    return acc.jvp(y)


@case(223)
def a_custom_gradient_that_is_the_true_one(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any, z: Any) -> Any:
        return x * tf.sin(z), lambda dy: (dy * tf.sin(z), dy * x * tf.cos(z))

    x, z = tf.constant([1.0, 2.0]), tf.constant([0.5, 1.5])
    with tf.autodiff.ForwardAccumulator([x, z], [tf.ones([2]), tf.constant([3.0, 4.0])]) as acc:
        y = f(x, z)
    return acc.jvp(y)


@case(223)
def custom_gradient_of_none_in_forward_mode(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return tf.constant(np.square(x.numpy())), lambda dy: None

    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = f(x)
    return [acc.jvp(y), acc.jvp(y, unconnected_gradients="zero")]


@case(226)
def stop_recording_of_a_tape_does_not_stop_the_accumulator(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            y = x * x
    return [acc.jvp(y), tape.gradient(y, x)]


@case("213,235")
def accumulator_and_tape_at_once(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape, tf.autodiff.ForwardAccumulator(x, tf.ones([2])) as acc:
        tape.watch(x)
        y = tf.reduce_sum(x**3)
    return [tape.gradient(y, x), acc.jvp(y)]
