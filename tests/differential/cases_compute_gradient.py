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
