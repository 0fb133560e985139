"""tf.test.compute_gradient: symbolic against numerical Jacobians."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case, raised


@case(237, rtol=1e-2)
def numerical_gradient_of_a_square(tf: Any) -> Any:
    return tf.test.compute_gradient(lambda x: x * x, [tf.constant([1.0, 2.0], tf.float64)])


@case(237, rtol=1e-2)
def numerical_gradient_of_two_arguments(tf: Any) -> Any:
    symbolic, numeric = tf.test.compute_gradient(
        tf.matmul,
        [tf.constant([[1.0, 2.0]], tf.float64), tf.constant([[3.0], [4.0]], tf.float64)],
    )
    return [s.shape for s in symbolic], symbolic, numeric


@case(237, rtol=1e-2)
def numerical_gradient_with_a_step(tf: Any) -> Any:
    return tf.test.compute_gradient(tf.sin, [tf.constant(0.5, tf.float64)], delta=1e-3)


@case(237)
def numerical_gradient_needs_a_list(tf: Any) -> Any:
    return raised(lambda: tf.test.compute_gradient(tf.sin, tf.constant(0.5)))


@case(237, rtol=1e-2)
def numerical_gradient_of_complex_numbers(tf: Any) -> Any:
    z = tf.constant([1.0 + 2.0j], tf.complex64)
    return tf.test.compute_gradient(lambda z: z * z, [z]), tf.test.compute_gradient(tf.abs, [z])


@case(237, rtol=1e-2)
def numerical_gradient_of_dtypes_side_by_side(tf: Any) -> Any:
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0], tf.float64)
    return tf.test.compute_gradient(lambda x, y: tf.cast(x, tf.float64) * y, [x, y])


@case(237, rtol=1e-2)
def numerical_gradient_with_repeated_rows(tf: Any) -> Any:
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return tf.test.compute_gradient(lambda x: tf.gather(x, [1, 1]), [rows])


@case(237, rtol=1e-2)
def numerical_gradient_of_what_does_not_matter(tf: Any) -> Any:
    return tf.test.compute_gradient(
        lambda x, y: x * 1.0, [tf.Variable([1.0, 2.0]), tf.constant([3.0, 4.0])]
    )


@case(237)
def numerical_gradient_of_no_elements(tf: Any) -> Any:
    return tf.test.compute_gradient(tf.square, [tf.zeros([0, 2])])


@case(237)
def numerical_gradient_needs_floating_point(tf: Any) -> Any:
    return (
        raised(lambda: tf.test.compute_gradient(tf.square, [3])),
        raised(lambda: tf.test.compute_gradient(lambda x: tf.cast(x, tf.int32), [3.0])),
    )
