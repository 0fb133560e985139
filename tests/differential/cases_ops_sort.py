"""Sorting, the largest entries, positions of extremes, searching."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 sorting")

MATRIX = spread([3, 4])
CUBE = spread([2, 3, 2])
TIES = [[2.0, 1.0, 2.0, 2.0], [0.5, 0.5, 0.5, 0.5]]

for op in ("argmax", "argmin"):
    arg_options: Variants = {
        "default": {},
        "axis_1": {"axis": 1},
        "axis_minus_1": {"axis": -1},
        "int32": {"axis": 0, "output_type": "int32"},
    }
    for variant, options in arg_options.items():
        table(op, variant, {"input": Leaf(MATRIX), **options}, dtypes=["float32"])
    table.value(op, "ties", {"input": Leaf(TIES), "axis": 1})
    table.value(op, "of_int32", {"input": Leaf([3, -1, 5], "int32")})
    table.value(op, "of_bool", {"input": Leaf([False, True, True], "bool")})
    table.value(op, "refuses_axis", {"input": Leaf(MATRIX), "axis": 2})
    table.value(op, "refuses_negative_axis", {"input": Leaf(MATRIX), "axis": -3})
    table.value(
        op, "refuses_output_type", {"input": Leaf(MATRIX), "axis": 0, "output_type": "float32"}
    )
    table.value(op, "refuses_empty_axis", {"input": Leaf(spread([2, 0])), "axis": 1})

for direction in ("ASCENDING", "DESCENDING"):
    for axis in (-1, 0, 1):
        name = f"{direction.lower()}_axis_{axis}".replace("-", "minus_")
        arguments = {"values": Leaf(MATRIX), "axis": axis, "direction": direction}
        table("sort", name, arguments)
        table("argsort", name, arguments, dtypes=["float32"])
    table(
        "sort",
        f"{direction.lower()}_cube",
        {"values": Leaf(CUBE), "axis": 1, "direction": direction},
    )
    of_ties = {"values": Leaf(TIES), "axis": -1, "direction": direction}
    table("sort", f"{direction.lower()}_ties", of_ties, dtypes=["float64"])
    table.value("argsort", f"{direction.lower()}_stable", {**of_ties, "stable": True})
    integers = {"values": Leaf([3, -1, 5, 3], "int32"), "axis": -1, "direction": direction}
    table.value("sort", f"{direction.lower()}_int32", integers)
    table.value("argsort", f"{direction.lower()}_int32", {**integers, "stable": True})
for op in ("sort", "argsort"):
    table.value(op, "empty", {"values": Leaf([])})
    table.value(op, "refuses_scalar", {"values": Leaf(1.0)})
    table.value(op, "refuses_axis", {"values": Leaf(MATRIX), "axis": 2})
    table.value(op, "refuses_direction", {"values": Leaf(MATRIX), "axis": -1, "direction": "UP"})

for op in ("math.top_k", "nn.top_k"):
    table(op, "default", {"input": Leaf(MATRIX)})
    table(op, "two", {"input": Leaf(MATRIX), "k": 2})
    table(op, "all", {"input": Leaf(MATRIX[0]), "k": 4, "sorted": True})
    table(op, "cube", {"input": Leaf(CUBE), "k": 2}, dtypes=["float64"])
    table(op, "ties", {"input": Leaf(TIES), "k": 3}, dtypes=["float64"])
    table.value(op, "tensor_k", {"input": Leaf(MATRIX), "k": Held(2, "int32")})
    table.value(op, "of_int32", {"input": Leaf([3, -1, 5], "int32"), "k": 2})
    table.value(op, "none", {"input": Leaf(MATRIX), "k": 0})
    table.value(
        op, "index_type", {"input": Leaf(MATRIX), "k": 2, "sorted": True, "index_type": "int64"}
    )
    table.value(op, "refuses_k", {"input": Leaf(MATRIX), "k": 5})
    table.value(op, "refuses_negative_k", {"input": Leaf(MATRIX), "k": -1})
    table.value(op, "refuses_scalar", {"input": Leaf(1.0), "k": 1})

PREDICTIONS = [[0.125, 0.75, 0.25], [0.5, 0.25, 0.5], [1.0, 2.0, 3.0]]
for op in ("math.in_top_k", "nn.in_top_k"):
    for k in (1, 2):
        targets = Held([1, 2, 0], "int32")
        table.value(op, f"k_{k}", {"targets": targets, "predictions": Leaf(PREDICTIONS), "k": k})
    table.value(
        op,
        "refuses_batches",
        {"targets": Held([1], "int32"), "predictions": Leaf(PREDICTIONS), "k": 1},
    )

for op in ("math.in_top_k", "nn.in_top_k"):
    odd = [[0.5, float("nan"), 0.25], [0.5, 0.5, 0.25], [0.5, 0.5, 0.25], [0.5, 0.25, 0.125]]
    targets = Held([0, 3, -1, 0], "int32")
    table.value(op, "odd", {"targets": targets, "predictions": Leaf(odd), "k": 1})
    tied = {"targets": Held([1, 2], "int64"), "predictions": Leaf([[2.0, 2.0, 1.0]] * 2), "k": 1}
    table.value(op, "tied", tied)

SORTED = [[0.0, 1.0, 1.0, 2.0], [-1.0, 0.5, 1.5, 1.5]]
for side in ("left", "right"):
    arguments = {
        "sorted_sequence": Leaf(SORTED),
        "values": Leaf([[1.0, 3.0, -5.0]] * 2),
        "side": side,
    }
    table.value("searchsorted", side, arguments)
table.value(
    "searchsorted", "one_row", {"sorted_sequence": Leaf(SORTED[0]), "values": Leaf([1.0, 0.5])}
)
table.value(
    "searchsorted",
    "int64",
    {
        "sorted_sequence": Leaf(SORTED[0]),
        "values": Leaf([1.0]),
        "side": "left",
        "out_type": "int64",
    },
)
table.value(
    "searchsorted",
    "refuses_side",
    {"sorted_sequence": Leaf([1.0]), "values": Leaf([1.0]), "side": "up"},
)
table.value("unique", "int32", {"x": Leaf([3, 1, 3, 2, 1], "int32")})
table.value("unique", "int64_positions", {"x": Leaf([0.5, 0.25, 0.5]), "out_idx": "int64"})
table.value("unique", "refuses_matrix", {"x": Leaf(MATRIX)})
BINCOUNTS: Variants = {
    "counts": {},
    "minlength": {"weights": None, "minlength": 6},
    "maxlength": {"weights": None, "minlength": None, "maxlength": 2},
    "weights": {"weights": Leaf([0.5, 1.0, 2.0, 0.25])},
    "int64": {"weights": None, "minlength": None, "maxlength": None, "dtype": "int64"},
    "limits": {"weights": None, "minlength": 3, "maxlength": 2},
}
for variant, options in BINCOUNTS.items():
    table.value("math.bincount", variant, {"arr": Held([1, 3, 1, 0], "int32"), **options})
MATRIX_COUNTS: Variants = {
    "of_rows": {"axis": -1},
    "of_rows_binary": {"axis": -1, "binary_output": True},
    "of_all": {},
    "of_all_binary": {"binary_output": True},
}
for variant, options in MATRIX_COUNTS.items():
    table.value("math.bincount", variant, {"arr": Held([[1, 3, 1], [0, 0, 2]], "int32"), **options})
table.value("math.bincount", "of_nothing", {"arr": Held([], "int32")})
table.value("math.bincount", "refuses_weights", {"arr": Held([1], "int32"), "weights": [1.0, 2.0]})
table.value("math.bincount", "refuses_negative", {"arr": Held([-1], "int32")})
