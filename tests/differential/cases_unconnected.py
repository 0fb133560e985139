"""unconnected_gradients: None or zeros where no path leads from the source to the target."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(67)
def the_enum(tf: Any) -> Any:
    kinds = tf.UnconnectedGradients
    return [kinds.NONE.value, kinds.ZERO.value, kinds("zero") is kinds.ZERO, len(list(kinds))]


@case(67)
def enum_and_string_are_the_same(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    kinds = tf.UnconnectedGradients
    return [
        tape.gradient(y, z, unconnected_gradients=kind)
        for kind in (kinds.NONE, "none", kinds.ZERO, "zero")
    ]


@case(67)
def strings_are_accepted_by_jacobians(tf: Any) -> Any:
    x, z = tf.constant([[2.0]]), tf.constant([[3.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    return [
        tape.jacobian(y, z, unconnected_gradients="none"),
        tape.jacobian(y, z, unconnected_gradients="zero"),
        tape.batch_jacobian(y, x, unconnected_gradients="zero"),
    ]


@case(68, match="unconnected_gradients: 'nonsense'")
def a_word_that_is_none_of_them(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, unconnected_gradients="nonsense")


@case(68, match="unconnected_gradients: None")
def none_is_none_of_them(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x, unconnected_gradients=None)


@case(68)
def the_word_is_checked_by_jacobian(tf: Any) -> Any:
    x = tf.constant([2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x, unconnected_gradients="nonsense")


@case(68, match="'q' is not a valid UnconnectedGradients")
def the_word_is_checked_by_jvp(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        y = x * x
    return acc.jvp(y, unconnected_gradients="q")


@case(69)
def zeros_have_shape_and_dtype_of_the_source(tf: Any) -> Any:
    x = tf.constant(2.0)
    sources = [
        tf.constant([[1.0, 2.0]]),
        tf.constant([1.0], tf.float16),
        tf.constant(1.0, tf.float64),
        tf.constant([1 + 2j]),
        tf.constant([1, 2]),
        tf.zeros([0, 3]),
        tf.Variable([1.0, 2.0]),
        tf.Variable([[1.0]], trainable=False, dtype=tf.float64),
    ]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, sources, unconnected_gradients="zero")


@case(69)
def zeros_only_where_unconnected(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, z])
        y = x * x
    return tape.gradient(y, {"x": x, "z": z}, unconnected_gradients="zero")


@case(69)
def zeros_behind_a_cut(tf: Any) -> Any:
    x = tf.constant([2.5, 3.5])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [tf.stop_gradient(x * x), tf.floor(x), tf.cast(tf.cast(x, tf.int32), tf.float32)]
    return [tape.gradient(y, x, unconnected_gradients="zero") for y in ys]


@case(70)
def zeros_for_the_none_of_a_custom_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: None

    x = tf.constant([2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    return [tape.gradient(y, x), tape.gradient(y, x, unconnected_gradients="zero")]


@case(70)
def zeros_for_an_empty_target(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient([], [x], unconnected_gradients="zero")


@case(71)
def jacobian_with_one_unconnected_source(tf: Any) -> Any:
    x, z = tf.constant([1.0, 2.0]), tf.constant([[3.0], [4.0], [5.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    return [
        tape.jacobian(y, [x, z]),
        tape.jacobian(y, {"x": x, "z": z}, unconnected_gradients="zero"),
    ]


@case(72)
def batch_jacobian_of_an_unconnected_source(tf: Any) -> Any:
    x, z = tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 4.0, 5.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x
    return [
        tape.batch_jacobian(y, z),
        tape.batch_jacobian(y, z, unconnected_gradients=tf.UnconnectedGradients.ZERO),
    ]


@case(73)
def second_derivative_of_a_linear_function(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = 2.0 * x
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(73)
def third_derivative_of_a_product_and_of_a_power(tf: Any) -> Any:
    x = tf.constant(3.0)
    results = []
    for f in (lambda x: x * x, lambda x: x**2, tf.square):
        with tf.GradientTape() as t3:
            t3.watch(x)
            with tf.GradientTape() as t2:
                t2.watch(x)
                with tf.GradientTape() as t1:
                    t1.watch(x)
                    y = f(x)
                d1 = t1.gradient(y, x)
            d2 = t2.gradient(d1, x)
        results.append([d1, d2, t3.gradient(d2, x, unconnected_gradients="zero")])
    return results


@case(73)
def third_derivative_of_x_times_x_is_none(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as t3:
        t3.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            with tf.GradientTape() as t1:
                t1.watch(x)
                y = x * x
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    return [d2, t3.gradient(d2, x)]


@case(73)
def third_derivative_of_x_to_the_second_is_zero(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as t3:
        t3.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            with tf.GradientTape() as t1:
                t1.watch(x)
                y = x**2
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    return [d2, t3.gradient(d2, x)]


@case(74)
def partly_connected_elements(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x[1] * x[1]
        z = tf.stack([x[0] * 2.0, tf.constant(5.0)])
    return [tape.gradient(y, x), tape.jacobian(z, x)]
