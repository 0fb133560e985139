"""output_gradients: cotangents given by the caller."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case


@case(75)
def a_tensor(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 10.0, 100.0]))


@case(75)
def a_variable(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.Variable([10.0, 100.0]))


@case(75)
def an_array(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=np.array([10.0, 100.0], np.float32))


@case(75)
def positional(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, tf.constant([10.0, 100.0]), "zero")


@case(75)
def a_list_for_a_list_of_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = [x * x, x**3, 5.0 * x]
    ogs = [tf.constant(1.0), tf.constant(10.0), tf.constant(100.0)]
    return tape.gradient(ys, x, output_gradients=ogs)


@case(75)
def numbers_for_scalar_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = [x * x, x**3]
    return tape.gradient(ys, [x], output_gradients=[1.0, 10.0])


@case(75)
def dicts_are_flattened_by_sorted_key(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = {"b": x * x, "a": x**3}
    ogs = {"a": tf.constant(1.0), "b": tf.constant(10.0)}
    return tape.gradient(ys, x, output_gradients=ogs)


@case(75)
def a_flat_list_for_a_dict_of_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = {"b": x * x, "a": x**3}
    return tape.gradient(ys, x, output_gradients=[tf.constant(1.0), tf.constant(10.0)])


@case(75)
def nested_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = (x * x, {"k": [x**3, 7.0 * x]})
    ogs = (tf.constant(1.0), {"k": [tf.constant(10.0), tf.constant(100.0)]})
    return tape.gradient(ys, x, output_gradients=ogs)


@case(75)
def zeros_as_cotangents(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.zeros([2]))


@case(76)
def a_float64_array_for_a_float32_target(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=np.array([1.0, 2.0]))


@case(76)
def a_tensor_of_another_dtype(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 2.0], tf.float64))


@case(76)
def integers_for_a_float_target(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1, 2]))


@case(
    77,
    differs="TensorFlow takes the first number for all of the vector",
    ours=Raises("ValueError", match="output_gradients"),
)
def a_list_of_numbers_for_one_vector(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=[10.0, 20.0])


@case(
    78,
    differs="TensorFlow ignores what is too much",
    ours=Raises("ValueError", match="output_gradients"),
)
def more_cotangents_than_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    ogs = [tf.constant(1.0), tf.constant(2.0), tf.constant(3.0)]
    return tape.gradient([y, x], x, output_gradients=ogs)


@case(79)
def a_scalar_is_broadcast_to_the_target(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant(10.0))


@case(79, match="incompatible shapes")
def a_shape_that_does_not_fit(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 2.0, 3.0]))


@case(
    80,
    differs="TensorFlow documents None as ones, but raises",
    ours=[12.0, 32.0],
)
def none_among_the_cotangents(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [x * x, x**3]
    return [
        tape.gradient(ys, x, output_gradients=[None, None]) - 4.0,
        tape.gradient(ys, x, output_gradients=[tf.constant(5.0), None]),
    ]


@case(80)
def none_for_all(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, output_gradients=None)


@case(81)
def for_a_target_that_is_a_source(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = x * x
    return tape.gradient([loss, x], [x], output_gradients=[1.0, 2.0])


@case(82)
def for_the_source_itself(tf: Any) -> Any:
    x, g = tf.constant([3.0, 4.0]), tf.constant([5.0, 6.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(x, x, output_gradients=g)


@case(83)
def linear_in_the_cotangent(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], tf.sin(x[0])])
    a, b = tf.constant([1.0, 0.0]), tf.constant([0.0, 1.0])
    rows = [tape.gradient(y, x, output_gradients=og) for og in (a, b, 2.0 * a - 3.0 * b)]
    return [*rows, 2.0 * rows[0] - 3.0 * rows[1]]


@case(83)
def jacobian_vector_product_by_two_reverse_sweeps(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    v = tf.constant([1.0, -1.0, 2.0])
    u = tf.ones([2])
    with tf.GradientTape() as outer:
        outer.watch(u)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.stack([x[0] * x[1], x[1] * x[2] ** 2])
        g = inner.gradient(y, x, output_gradients=u)
    return outer.gradient(g, u, output_gradients=v)


@case(84)
def rows_of_a_jacobian_from_a_persistent_tape(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], x[0] ** 2, x[1] ** 3])
    return [tape.gradient(y, x, output_gradients=row) for row in tf.eye(3)]


@case(84)
def the_cotangent_is_differentiated(tf: Any) -> Any:
    x, u = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    with tf.GradientTape() as outer:
        outer.watch([x, u])
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        g = inner.gradient(y, x, output_gradients=u * u)
    return outer.gradient(g, [x, u])


@case(84)
def the_cotangent_depends_on_the_source(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
        g = inner.gradient(y, x, output_gradients=tf.sin(x))
    return outer.gradient(g, x)


@case(75)
def targets_of_different_dtypes_with_cotangents(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        ys = [x * x, tf.cast(x, tf.float64) * 3.0]
    ogs = [tf.constant([1.0, 2.0]), tf.constant([10.0, 20.0], tf.float64)]
    return tape.gradient(ys, x, output_gradients=ogs)
