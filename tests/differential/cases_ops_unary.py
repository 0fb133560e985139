"""Elementwise operations of one argument: real and complex, all shapes."""

from __future__ import annotations

from tests.differential.op_cases import Leaf, OpTable, spread

table = OpTable(__name__, "2.2 elementwise")

ANY = [-2.25, -0.5, 0.75, 3.0]
POSITIVE = [0.125, 0.75, 1.5, 4.0]
NOT_ZERO = [-2.0, -0.375, 0.625, 3.0]
INSIDE = [-0.875, -0.25, 0.375, 0.75]
ABOVE_ONE = [1.125, 1.5, 2.75, 6.0]
ABOVE_MINUS_ONE = [-0.75, -0.125, 0.5, 3.0]
COMPLEX = [1.5 + 0.5j, -0.75 + 1.25j, 0.25 - 1.5j, -1.0 - 0.5j]

UNARY = {
    "negative": ("x", ANY),
    "abs": ("x", NOT_ZERO),
    "square": ("x", ANY),
    "sqrt": ("x", POSITIVE),
    "math.rsqrt": ("x", POSITIVE),
    "exp": ("x", ANY),
    "math.expm1": ("x", ANY),
    "math.log": ("x", POSITIVE),
    "math.log1p": ("x", ABOVE_MINUS_ONE),
    "sin": ("x", ANY),
    "cos": ("x", ANY),
    "tan": ("x", INSIDE),
    "asin": ("x", INSIDE),
    "acos": ("x", INSIDE),
    "atan": ("x", ANY),
    "sinh": ("x", ANY),
    "cosh": ("x", ANY),
    "tanh": ("x", ANY),
    "asinh": ("x", ANY),
    "acosh": ("x", ABOVE_ONE),
    "atanh": ("x", INSIDE),
    "math.sigmoid": ("x", ANY),
    "math.log_sigmoid": ("x", ANY),
    "math.softplus": ("features", ANY),
    "math.reciprocal": ("x", NOT_ZERO),
    "math.reciprocal_no_nan": ("x", NOT_ZERO),
    "identity": ("input", ANY),
}

# (TensorFlow cannot differentiate softsign twice.)
table("math.softsign", "vector", {"features": Leaf(ANY)}, second=False, tangents=False)

FLAT = {"sign": "x", "round": "x", "floor": "x", "math.ceil": "x", "math.rint": "x"}

for op, (name, values) in UNARY.items():
    table(op, "vector", {name: Leaf(values)})
    table(op, "matrix", {name: Leaf([values[:2], values[2:]])}, dtypes=["float64"])
    table(op, "scalar", {name: Leaf(values[2])}, dtypes=["float64"])
    table(op, "empty", {name: Leaf(spread([0, 3]))}, dtypes=["float32"])

for op, name in FLAT.items():
    table(op, "vector", {name: Leaf([-2.5, -1.5, -0.25, 0.5, 1.25, 2.5, 3.5])})
    table(op, "scalar", {name: Leaf(-0.75)}, dtypes=["float64"])

for op in (
    "negative",
    "square",
    "sqrt",
    "math.rsqrt",
    "exp",
    "math.expm1",
    "math.log",
    "math.log1p",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "math.sigmoid",
    "math.reciprocal",
    "identity",
):
    name = UNARY[op][0]
    table(
        op, "complex", {name: Leaf(COMPLEX, "complex")}, rtol=2e-6 if op == "math.expm1" else None
    )

for op, name in {
    "math.real": "input",
    "math.imag": "input",
    "math.conj": "x",
    "math.angle": "input",
    "abs": "x",
    "sign": "x",
}.items():
    table(op, "of_complex", {name: Leaf(COMPLEX, "complex")})

for op, name in {"math.real": "input", "math.imag": "input", "math.conj": "x"}.items():
    table(op, "of_real", {name: Leaf(NOT_ZERO)})
table("math.angle", "of_real", {"input": Leaf(NOT_ZERO)})

# Integers: kept by the operations that make sense for them, refused by the others.
INTEGERS = [-3, 0, 2]
for op in ("negative", "abs", "square", "sign", "identity", "round", "math.conj", "math.real"):
    name = "input" if op in ("identity", "math.real") else "x"
    table.value(op, "of_int32", {name: Leaf(INTEGERS, "int32")})
for op in ("sqrt", "exp", "math.log", "sin", "tanh", "math.sigmoid", "math.rsqrt", "math.expm1"):
    table.value(op, "refuses_int32", {"x": Leaf(INTEGERS, "int32")})
for op in ("math.softplus", "math.softsign"):
    table.value(op, "refuses_int32", {"features": Leaf(INTEGERS, "int32")})
for op in ("floor", "math.ceil", "math.rint"):
    table.value(op, "of_int32", {"x": Leaf(INTEGERS, "int32")})
for op in ("negative", "abs", "sqrt", "square"):
    table.value(op, "refuses_bool", {"x": Leaf([True, False], "bool")})

for op in ("exp", "sqrt", "negative", "tanh", "abs", "square", "math.sigmoid"):
    table(op, "half", {"x": Leaf([0.5, 1.25, 2.0])}, dtypes=["float16"])

SPECIAL = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0]
for op in ("is_nan", "is_inf", "is_finite"):
    table.value(f"math.{op}", "special", {"x": Leaf([1.0, *SPECIAL])})
    table.value(f"math.{op}", "refuses_int32", {"x": Leaf(INTEGERS, "int32")})
for op in ("exp", "tanh", "math.sigmoid", "math.log1p", "sign", "abs", "sqrt", "math.reciprocal"):
    table(op, "special", {"x": Leaf(SPECIAL)}, dtypes=["float32"])
