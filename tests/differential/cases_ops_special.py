"""Special functions."""

from __future__ import annotations

from tests.differential.op_cases import Leaf, OpTable

table = OpTable(__name__, 267)

ANY = [-2.25, -0.5, 0.75, 3.0]
INSIDE = [0.0625, 0.25, 0.5, 0.875]

UNARY = {
    "math.erfcinv": [0.125, 0.75, 1.25, 1.75],
    "math.ndtri": INSIDE,
    "math.special.dawsn": ANY,
}

for op, values in UNARY.items():
    table(op, "vector", {"x": Leaf(values)})
    table(op, "scalar", {"x": Leaf(values[2])}, dtypes=["float64"])

for op in ("math.ndtri", "math.special.dawsn"):
    table.value(op, "refuses_int32", {"x": Leaf([1, 2], "int32")})
