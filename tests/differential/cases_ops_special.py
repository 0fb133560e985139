"""Special functions."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, OpTable

table = OpTable(__name__, 267)

ANY = [-2.25, -0.5, 0.75, 3.0]
POSITIVE = [0.25, 0.75, 2.5, 6.0]
INSIDE = [0.0625, 0.25, 0.5, 0.875]

UNARY = {
    "math.erfcinv": [0.125, 0.75, 1.25, 1.75],
    "math.ndtri": INSIDE,
    "math.special.dawsn": ANY,
    "math.special.expint": POSITIVE,
    "math.special.fresnel_cos": ANY,
    "math.special.fresnel_sin": ANY,
    "math.special.spence": POSITIVE,
    "math.bessel_i0": ANY,
    "math.bessel_i0e": ANY,
    "math.bessel_i1": ANY,
    "math.bessel_i1e": ANY,
    "math.special.bessel_k0": POSITIVE,
    "math.special.bessel_k0e": POSITIVE,
    "math.special.bessel_k1": POSITIVE,
    "math.special.bessel_k1e": POSITIVE,
    "math.special.bessel_j0": ANY,
    "math.special.bessel_j1": ANY,
    "math.special.bessel_y0": POSITIVE,
    "math.special.bessel_y1": POSITIVE,
}

for op, values in UNARY.items():
    table(op, "vector", {"x": Leaf(values)})
    table(op, "scalar", {"x": Leaf(values[2])}, dtypes=["float64"])

for op in ("math.ndtri", "math.special.dawsn"):
    table.value(op, "refuses_int32", {"x": Leaf([1, 2], "int32")})

table("math.lbeta", "matrix", {"x": Leaf([[0.5, 1.25, 3.0], [2.0, 0.25, 0.75]])})
table("math.lbeta", "vector", {"x": Leaf([0.5, 1.25, 3.0])}, dtypes=["float64"])
table("math.zeta", "vector", {"x": Held([1.5, 2.0, 5.0]), "q": Leaf([0.5, 2.0, 1.25])})

# The derivative by `a` of TensorFlow has no derivative, and about ten digits.
for op in ("math.igamma", "math.igammac"):
    table(
        op,
        "vector",
        {"a": Leaf([0.5, 2.0, 3.5, 8.0]), "x": Leaf([0.75, 0.25, 3.0, 9.5])},
        second=False,
        rtol=1e-5,
    )
    table(op, "by_x", {"a": Held([0.5, 2.0, 3.5]), "x": Leaf([[0.75], [3.0]])}, dtypes=["float64"])

# By `a` and `b` TensorFlow has no derivatives.
table(
    "math.betainc",
    "by_x",
    {"a": Held([0.5, 2.0, 3.5]), "b": Held([1.5, 0.75, 4.0]), "x": Leaf([0.25, 0.5, 0.875])},
)


@case(
    267,
    differs="TensorFlow has no derivative of Hurwitz's zeta function by its exponent.",
    ours=-0.9375482543158438,  # of Riemann's at 2
)
def gradient_of_zeta_by_its_exponent(tf: Any) -> Any:
    x = tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.zeta(x, 1.0)
    return tape.gradient(y, x)


@case(
    267,
    differs="TensorFlow has no derivatives of the incomplete beta function by its parameters.",
    ours=[-0.34657359027997264, 0.34657359027997264],  # of x^a and 1 - (1 - x)^b
)
def gradients_of_betainc_by_its_parameters(tf: Any) -> Any:
    a, b = tf.constant(1.0, tf.float64), tf.constant(1.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = tf.math.betainc(a, b, tf.constant(0.5, tf.float64))
    return tape.gradient(y, [a, b])
