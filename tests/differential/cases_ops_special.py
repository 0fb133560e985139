"""Special functions."""

from __future__ import annotations

from tests.differential.op_cases import Leaf, OpTable

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
