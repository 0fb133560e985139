"""Elementwise operations of two or more arguments: broadcasting, mixed ranks, empty shapes."""

from __future__ import annotations

from tests.differential.harness import Raises
from tests.differential.op_cases import Held, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 elementwise")

#: operation: range of the first argument, range of the second
BINARY = {
    "add": ((-2.0, 2.0), (-2.0, 2.0)),
    "subtract": ((-2.0, 2.0), (-2.0, 2.0)),
    "multiply": ((-2.0, 2.0), (-2.0, 2.0)),
    "divide": ((-2.0, 2.0), (0.5, 2.0)),
    "truediv": ((-2.0, 2.0), (-2.0, -0.5)),
    "math.divide_no_nan": ((-2.0, 2.0), (0.5, 2.0)),
    "math.multiply_no_nan": ((-2.0, 2.0), (0.5, 2.0)),
    "math.xlogy": ((-2.0, 2.0), (0.5, 3.0)),
    "math.xlog1py": ((-2.0, 2.0), (-0.5, 3.0)),
    "math.xdivy": ((-2.0, 2.0), (0.5, 3.0)),
    "math.floordiv": ((-6.0, 6.0), (0.5, 2.0)),
    "math.floormod": ((-6.0, 6.0), (0.5, 2.0)),
    "math.mod": ((-6.0, 6.0), (-2.0, -0.5)),
    "pow": ((0.25, 3.0), (-2.0, 2.0)),
    "math.squared_difference": ((-2.0, 2.0), (-2.0, 2.0)),
    "maximum": ((-2.0, 2.0), (-2.0, 2.0)),
    "minimum": ((-2.0, 2.0), (-2.0, 2.0)),
    "atan2": ((-2.0, 2.0), (0.5, 2.0)),
}

SHAPES = {
    "same": ([2, 3], [2, 3]),
    "row": ([2, 3], [3]),
    "outer": ([2, 1], [1, 3]),
    "scalar_right": ([2, 2], []),
    "scalar_left": ([], [2, 1, 2]),
    "ones": ([1, 1], [1]),
    "scalars": ([], []),
}

for op, (left, right) in BINARY.items():
    names = ("y", "x") if op == "atan2" else ("x", "y")
    for variant, (first, second) in SHAPES.items():
        arguments = {
            names[0]: Leaf(spread(first, *left)),
            names[1]: Leaf(spread(second, *right, start=31)),
        }
        table(
            op,
            variant,
            arguments,
            dtypes=["float64", "float32"] if variant == "row" else ["float64"],
        )
    empty = {names[0]: Leaf(spread([0, 3])), names[1]: Leaf(spread([3], 0.5, 2.0))}
    table(op, "empty", empty, dtypes=["float32"])
    held = {names[0]: Held(spread([3], *left)), names[1]: Leaf(spread([2, 3], *right, start=31))}
    table(op, "only_second_followed", held, dtypes=["float32"])
    # A Python scalar takes the dtype of the tensor in first place; rows of a list are converted.
    table(
        op, "python_scalar", {names[0]: Leaf(spread([3], *left)), names[1]: 1.5}, dtypes=["float32"]
    )
    table(
        op,
        "python_list",
        {names[0]: Leaf(spread([2, 2], *left)), names[1]: [1.5, 0.75]},
        dtypes=["float64"],
    )
    table.value(op, "refuses_shapes", {names[0]: Leaf(spread([2, 3])), names[1]: Leaf(spread([2]))})
    two_dtypes = {names[0]: Leaf([1.0]), names[1]: Leaf([1.0], "float64")}
    if op in ("divide", "truediv", "math.divide_no_nan"):
        table.value(
            op,
            "refuses_two_dtypes",
            two_dtypes,
            differs="TensorFlow's divisions alone say TypeError",
            ours=Raises("InvalidArgumentError", match="float32.*float64"),
        )
    else:
        table.value(op, "refuses_two_dtypes", two_dtypes)

LEFT = [1.5 + 0.5j, -0.75 + 1.25j, 0.25 - 1.5j]
RIGHT = [[0.5 - 1.0j], [1.25 + 0.75j]]
for op in (
    "add",
    "subtract",
    "multiply",
    "divide",
    "pow",
    "math.divide_no_nan",
):
    table(op, "complex", {"x": Leaf(LEFT, "complex"), "y": Leaf(RIGHT, "complex")})
# (TensorFlow's gradients of these are not conjugated: see cases_corner_differences.)
for op in ("math.squared_difference", "math.multiply_no_nan", "math.xlogy", "math.xdivy"):
    pair = {"x": Leaf(LEFT, "complex64"), "y": Leaf(RIGHT, "complex64")}
    table.value(op, "complex", pair, rtol=1e-5)
table("complex", "row", {"real": Leaf(spread([2, 3])), "imag": Leaf(spread([3], start=9))})
table("complex", "scalars", {"real": Leaf(1.5), "imag": Leaf(-0.5)}, dtypes=["float64"])
table.value("complex", "refuses_int32", {"real": Leaf([1], "int32"), "imag": Leaf([2], "int32")})
table.value("complex", "refuses_two_dtypes", {"real": Leaf(1.0), "imag": Leaf(2.0, "float64")})

for op in ("maximum", "minimum", "atan2", "math.floormod"):
    names = ("y", "x") if op == "atan2" else ("x", "y")
    complex_pair = {names[0]: Leaf([1j], "complex64"), names[1]: Leaf([1.0], "complex64")}
    table.value(op, "refuses_complex", complex_pair)
table.value(
    "math.floordiv",
    "refuses_complex",
    {"x": Leaf([1j], "complex64"), "y": Leaf([1.0], "complex64")},
    differs="TensorFlow says NotFoundError: no kernel is registered for complex numbers",
    ours=Raises("InvalidArgumentError", match="complex"),
)

# Integers: floor semantics for // and %, exact powers, wrapping for small types.
INTEGERS = {"x": Leaf([-7, 7, -7, 7], "int32"), "y": Leaf([2, -2, -2, 2], "int32")}
for op in (
    "add",
    "subtract",
    "multiply",
    "divide",
    "truediv",
    "math.floordiv",
    "math.floormod",
    "math.mod",
    "maximum",
    "minimum",
    "math.squared_difference",
):
    table.value(op, "of_int32", INTEGERS)
table.value("pow", "of_int32", {"x": Leaf([-3, 2, 0], "int32"), "y": Leaf([3, 10, 0], "int32")})
table.value("pow", "of_int64", {"x": Leaf([3], "int64"), "y": Leaf([39], "int64")})
table.value("pow", "refuses_negative_int", {"x": Leaf([3], "int32"), "y": Leaf([-1], "int32")})
for op in ("math.floordiv", "math.floormod"):
    table.value(op, "refuses_int_zero", {"x": Leaf([3], "int32"), "y": Leaf([0], "int32")})
for op in ("add", "multiply"):
    table.value(op, "wraps_uint8", {"x": Leaf([200], "uint8"), "y": Leaf([100], "uint8")})
for op in ("atan2", "math.divide_no_nan", "math.xlogy"):
    names = ("y", "x") if op == "atan2" else ("x", "y")
    ints = {names[0]: Leaf([1], "int32"), names[1]: Leaf([2], "int32")}
    table.value(op, "refuses_int32", ints)
for op in ("add", "subtract", "maximum", "pow"):
    booleans = {"x": Leaf([True], "bool"), "y": Leaf([False], "bool")}
    table.value(op, "refuses_bool", booleans)

# Predicates.
for op in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
    pair = {"x": Leaf([[1.0, 2.0, 3.0]]), "y": Leaf([[2.0], [3.0]])}
    table(op, "broadcast", pair, dtypes=["float32"])
    nans = {"x": Leaf([float("nan"), float("inf")]), "y": Leaf([float("nan"), float("inf")])}
    table.value(op, "nan", nans)
    table.value(op, "of_int32", {"x": Leaf([1, 2], "int32"), "y": Leaf([2, 2], "int32")})
    table.value(op, "refuses_two_dtypes", {"x": Leaf([1.0]), "y": Leaf([1], "int32")})
    table.value(op, "python_scalar", {"x": Leaf([1.0, 2.0]), "y": 2})
for op in ("less", "greater_equal"):
    table.value(op, "refuses_complex", {"x": Leaf([1j], "complex64"), "y": Leaf([1j], "complex64")})
    table.value(op, "refuses_shapes", {"x": Leaf([1.0, 2.0]), "y": Leaf([1.0, 2.0, 3.0])})
table.value("equal", "of_complex", {"x": Leaf([1j, 2.0], "complex64"), "y": Leaf(1j, "complex64")})
for op in ("logical_and", "logical_or", "math.logical_xor"):
    both = {"x": Leaf([[True], [False]], "bool"), "y": Leaf([True, False], "bool")}
    table.value(op, "broadcast", both)
    table.value(op, "refuses_floats", {"x": Leaf([1.0]), "y": Leaf([0.0])})
table.value("logical_not", "vector", {"x": Leaf([True, False], "bool")})
table.value("logical_not", "refuses_floats", {"x": Leaf([1.0])})

# Clipping.
VECTOR = [-2.0, -0.5, 0.25, 3.0]
table(
    "clip_by_value",
    "numbers",
    {"t": Leaf(VECTOR), "clip_value_min": -1.0, "clip_value_max": 1.0},
)
table(
    "clip_by_value",
    "tensors",
    {
        "t": Leaf(VECTOR),
        "clip_value_min": Leaf(-1.0),
        "clip_value_max": Leaf([1.0, 2.0, 0.125, 2.0]),
    },
)
table(
    "clip_by_value",
    "broadcast",
    {"t": Leaf([VECTOR, VECTOR]), "clip_value_min": Leaf([[-1.0], [-3.0]]), "clip_value_max": 2.0},
    dtypes=["float64"],
)
table.value(
    "clip_by_value",
    "refuses_shape",
    {"t": Leaf(VECTOR), "clip_value_min": Leaf([0.0, 0.0]), "clip_value_max": 1.0},
)
table("clip_by_norm", "active", {"t": Leaf(VECTOR), "clip_norm": 1.0})
table("clip_by_norm", "inactive", {"t": Leaf(VECTOR), "clip_norm": 10.0})
table(
    "clip_by_norm",
    "axes",
    {"t": Leaf([VECTOR, [0.5, 0.5, 0.25, 0.125]]), "clip_norm": 1.5, "axes": [1]},
)
table("clip_by_norm", "tensor", {"t": Leaf(VECTOR), "clip_norm": Leaf(1.5)}, dtypes=["float64"])
for variant, limit in {"active": 1.5, "inactive": 40.0}.items():
    table(
        "clip_by_global_norm",
        variant,
        {"t_list": [Leaf(VECTOR), Leaf([[1.0, 2.0]])], "clip_norm": limit},
    )
table(
    "clip_by_global_norm",
    "given_norm",
    {"t_list": [Leaf(VECTOR), Leaf(2.0)], "clip_norm": 1.0, "use_norm": Held(2.0)},
)
table.value("clip_by_global_norm", "none_kept", {"t_list": [Leaf(VECTOR), None], "clip_norm": 1.0})
table.value("clip_by_global_norm", "refuses_tensor", {"t_list": Leaf(VECTOR), "clip_norm": 1.0})
table("linalg.global_norm", "list", {"t_list": [Leaf(VECTOR), Leaf([[1.0, 2.0]]), Leaf(0.5)]})
table.value("linalg.global_norm", "none_skipped", {"t_list": [Leaf([3.0]), None, Leaf([4.0])]})
table("add_n", "three", {"inputs": [Leaf([1.0, 2.0]), Leaf([3.0, 4.0]), Leaf([-1.0, 0.5])]})
table("add_n", "one", {"inputs": [Leaf([1.0, 2.0])]})
table("add_n", "bare_tensor", {"inputs": Leaf([1.0, 2.0])}, dtypes=["float32"])
table.value("add_n", "refuses_nothing", {"inputs": []})
table.value("add_n", "refuses_shapes", {"inputs": [Leaf([1.0, 2.0]), Leaf([1.0])]})
table.value("add_n", "refuses_two_dtypes", {"inputs": [Leaf([1.0]), Leaf([1], "int32")]})
