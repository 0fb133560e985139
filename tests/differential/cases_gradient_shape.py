"""gradient(): shapes and dtypes of targets, sources and results."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(44)
def a_vector_target_is_summed(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * tf.constant([3.0, 4.0])
    return tape.gradient(y, x)


@case(44)
def elementwise_gradient_of_a_vector(tf: Any) -> Any:
    x = tf.linspace(-2.0, 2.0, 5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.sigmoid(x)
    return tape.gradient(y, x)


@case(44)
def targets_of_different_dtypes(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = tf.cast(x, tf.float64) * 3.0
    return tape.gradient([y, z], x)


@case(44)
def targets_of_different_shapes(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = x * tf.ones([2, 3])
    return tape.gradient([y, z], x)


@case(44)
def an_empty_target(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * tf.zeros([0, 3])
    return tape.gradient(y, x)


@case(51)
def integer_target(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x * x, tf.int32)
    return tape.gradient(y, x)


@case(51)
def integer_source(tf: Any) -> Any:
    x, n = tf.constant(2.0), tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch([x, n])
        y = x * tf.cast(n, tf.float32)
    return tape.gradient(y, [x, n])


@case(51)
def bool_target_and_source(tf: Any) -> Any:
    x, b = tf.constant(2.0), tf.constant(True)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, b])
        y = tf.where(b, x, 2.0 * x)
        z = x > 1.0
    return [tape.gradient(y, [x, b]), tape.gradient(z, x)]


@case(51)
def string_source(tf: Any) -> Any:
    x, s = tf.constant(2.0), tf.constant("text")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, s])


@case(51, differs="TensorFlow returns an integer one", ours=None)
def integer_target_that_is_the_source(tf: Any) -> Any:
    n = tf.constant(3)
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(n, n)


@case(51)
def integer_among_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        n = tf.cast(y, tf.int32)
    return tape.gradient([y, n], x)


@case(52)
def cast_through_an_integer_cuts(tf: Any) -> Any:
    x = tf.constant(2.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(tf.cast(x, tf.int32), tf.float32) * 2.0
    return tape.gradient(y, x)


@case(52)
def casts_between_floats(tf: Any) -> Any:
    x = tf.constant([1.5, 2.5])
    results = []
    for dtype in (tf.float16, tf.float32, tf.float64, tf.bfloat16):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.cast(x, dtype) * 3.0
        results.append(tape.gradient(y, x))
    return results


@case(52)
def cast_and_back(tf: Any) -> Any:
    x = tf.constant(1.5, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = tf.cast(x, tf.float32)
        y = tf.cast(h * h, tf.float64)
    return tape.gradient(y, [x, h])


@case(52)
def cast_from_integer_is_a_constant(tf: Any) -> Any:
    x = tf.constant(2.0)
    n = tf.constant([1, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x ** tf.cast(n, tf.float32))
    return tape.gradient(y, x)


@case(53)
def shapes_with_one_element_are_kept_apart(tf: Any) -> Any:
    results = []
    for shape in ([], [1], [1, 1], [1, 1, 1]):
        x = tf.fill(shape, 2.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * tf.ones([2, 3]) + x
        results.append(tape.gradient(y, x))
    return results


@case(53)
def empty_sources_keep_their_shape(tf: Any) -> Any:
    results = []
    for shape in ([0], [0, 3], [2, 0, 1]):
        x = tf.zeros(shape)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        results.append(tape.gradient(y, x))
    return results


@case(54)
def gradient_has_the_dtype_of_its_source(tf: Any) -> Any:
    results = []
    for dtype in (tf.float16, tf.bfloat16, tf.float32, tf.float64):
        x = tf.constant([1.0, 2.0], dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x)
        results.append(tape.gradient(y, x))
    return results


@case(54)
def complex_gradients(tf: Any) -> Any:
    results = []
    for dtype in (tf.complex64, tf.complex128):
        x = tf.constant([1.0 + 2.0j, -1.0j], dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        results.append(tape.gradient(y, x))
    return results


@case(54)
def real_source_of_a_complex_target(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = tf.complex(x, 2.0 * x)
        y = z * z
        w = tf.cast(x, tf.complex64) * (1.0 + 2.0j)
    return [tape.gradient(y, x), tape.gradient(w, x), tape.gradient(tf.constant(1.0), x)]


@case(55)
def broadcast_operands(tf: Any) -> Any:
    results = []
    for left, right in (
        ([], [3]),
        ([3], [2, 3]),
        ([2, 1], [1, 3]),
        ([2, 1, 3], [4, 1]),
        ([1], [2]),
        ([1, 1], [3]),
        ([0, 3], [1, 3]),
        ([0, 3], []),
    ):
        a, b = tf.fill(left, 2.0), tf.fill(right, 3.0)
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = a * b + a
        results.append(tape.gradient(y, (a, b)))
    return results


@case(55)
def every_broadcasting_operator(tf: Any) -> Any:
    a, b = tf.constant([[1.5], [2.5]]), tf.constant([2.0, 3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        ys = [a + b, a - b, a * b, a / b, a**b, tf.maximum(a, b), tf.minimum(a, b)]
        ys += [tf.math.squared_difference(a, b), tf.atan2(a, b), tf.where(a > 2.0, a, b)]
    return [tape.gradient(y, [a, b]) for y in ys]


@case(55)
def python_scalars_on_either_side(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [2.0 + x, 2.0 - x, 2.0 * x, 2.0 / x, 2.0**x, x + 2, x - 2, x * 2, x / 2, x**2]
    return [tape.gradient(y, x) for y in ys]
