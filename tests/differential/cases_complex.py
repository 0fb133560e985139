"""Complex gradients: conjugated, so that they point uphill for a real loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.expressions import expressions
from tests.differential.harness import case


def at(function: Callable[..., Any], *values: Any) -> Callable[[Any], Any]:
    """The value of ``function(tf, *tensors)`` and its gradients."""

    def run(tf: Any) -> Any:
        leaves = [tf.constant(value) for value in values]
        with tf.GradientTape() as tape:
            tape.watch(leaves)
            y = function(tf, *leaves)
        return y, tape.gradient(y, leaves)

    return run


Z = 1 + 2j
expressions(
    __name__,
    268,
    {
        "gradient_of_square": at(lambda tf, z: z * z, Z),
        "gradient_of_cube": at(lambda tf, z: z**3, Z),
        "gradient_of_real_part": at(lambda tf, z: tf.math.real(z), Z),
        "gradient_of_imaginary_part": at(lambda tf, z: tf.math.imag(z), Z),
        "gradient_of_complex_abs": at(lambda tf, z: tf.abs(z), Z),
        "gradient_of_complex_abs_at_zero": at(lambda tf, z: tf.abs(z), 0j),
        "gradient_of_conjugate": at(lambda tf, z: tf.math.conj(z), Z),
        "gradient_of_squared_modulus": at(lambda tf, z: z * tf.math.conj(z), Z),
        "gradient_of_complex_exp": at(lambda tf, z: tf.exp(z), Z),
        "gradient_of_complex_log": at(lambda tf, z: tf.math.log(z), Z),
        "gradient_of_complex_sqrt": at(lambda tf, z: tf.sqrt(z), Z),
        "gradient_of_complex_reciprocal": at(lambda tf, z: 1.0 / z, Z),
        "gradient_of_angle": at(lambda tf, z: tf.math.angle(z), Z),
        "gradient_of_a_real_loss": at(lambda tf, z: tf.abs(z * z - 1.0) ** 2, Z),
        "gradient_of_complex_parts": at(lambda tf, x, y: tf.complex(x, y) ** 2, 1.5, -0.5),
        "gradient_of_complex_parts_of_a_real_loss": at(
            lambda tf, x, y: tf.abs(tf.complex(x, y) * Z), 1.5, -0.5
        ),
        "gradient_of_a_product": at(lambda tf, z, w: z * w, Z, 3 - 1j),
        "gradient_of_a_quotient": at(lambda tf, z, w: z / w, Z, 3 - 1j),
        "gradient_of_a_difference": at(lambda tf, z, w: z - w, Z, 3 - 1j),
        "gradient_of_a_scaled_value": at(lambda tf, z: 2j * z, Z),
        "gradient_of_a_complex_sum": at(
            lambda tf, z: tf.reduce_sum(z * tf.constant([1j, 2.0 + 0j])), [Z, 3 - 1j]
        ),
        "gradient_of_a_complex_product_of_all": at(lambda tf, z: tf.reduce_prod(z), [Z, 3 - 1j]),
        "gradient_of_a_complex_matmul": at(
            lambda tf, a, b: tf.reduce_sum(a @ b), [[Z, 1j]], [[3 - 1j], [2 + 0j]]
        ),
        "gradient_of_a_cast_to_complex": at(lambda tf, x: tf.cast(x, tf.complex64) * Z, 1.5),
        "gradient_of_a_cast_to_real": at(lambda tf, z: tf.cast(z, tf.float64) * 2.0, Z),
        "gradient_of_complex_broadcasting": at(lambda tf, z, w: z * w, [Z, 1j], 3 - 1j),
    },
    rtol=1e-6,
)


@case(268)
def cotangents_may_be_complex(tf: Any) -> Any:
    z = tf.constant(Z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    return tape.gradient(y, z, output_gradients=tf.constant(1j, tf.complex128))


@case(268)
def second_derivative_of_a_complex_cube(tf: Any) -> Any:
    z = tf.constant(Z)
    with tf.GradientTape() as outer:
        outer.watch(z)
        with tf.GradientTape() as tape:
            tape.watch(z)
            y = z * z * z
        g = tape.gradient(y, z)
    return g, outer.gradient(g, z)


@case(268)
def tangent_of_a_complex_square(tf: Any) -> Any:
    z = tf.constant(Z)
    with tf.autodiff.ForwardAccumulator(z, tf.constant(1j, tf.complex128)) as accumulator:
        y = z * z
    return accumulator.jvp(y)


@case(268)
def steps_downhill_in_the_plane(tf: Any) -> Any:
    z = tf.Variable(1 + 1j)
    seen = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.abs(z - (2 - 1j)) ** 2
        z.assign_sub(0.25 * tape.gradient(loss, z))
        seen.append(z.numpy())
    return seen
