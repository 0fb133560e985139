"""Histograms, confusion matrices, permutations, order, polynomials, approximate extremes."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 sorting")
NAN, INF = float("nan"), float("inf")

for op in ("math.is_non_decreasing", "math.is_strictly_increasing"):
    for variant, values in (
        ("rising", [1.0, 2.0, 4.0]),
        ("level", [1.0, 1.0, 2.0]),
        ("falling", [2.0, 1.0]),
        ("nan", [1.0, NAN]),
        ("rows", [[1.0, 2.0], [2.0, 3.0]]),
        ("scalar", 3.0),
        ("empty", []),
    ):
        table.value(op, variant, {"x": Leaf(values)})
    table.value(op, "integers", {"x": Leaf([1, 2, 2], "int64")})
    table.value(op, "refuses_bool", {"x": Leaf([True, False], "bool")})
table.value("math.invert_permutation", "four", {"x": Held([2, 0, 3, 1], "int32")})
table.value("math.invert_permutation", "int64", {"x": Held([1, 0], "int64")})
table.value("math.invert_permutation", "empty", {"x": Held([], "int32")})
for variant, values in (("repeated", [2, 0, 0]), ("large", [2, 0, 5]), ("negative", [2, 0, -1])):
    table.value("math.invert_permutation", f"refuses_{variant}", {"x": Held(values, "int32")})
table.value("math.invert_permutation", "refuses_matrix", {"x": Held([[0]], "int32")})
table.value("math.invert_permutation", "refuses_floats", {"x": Leaf([0.0])})
table.value("unravel_index", "vector", {"indices": Held([22, 41, 37], "int32"), "dims": [7, 6]})
table.value("unravel_index", "scalar", {"indices": Held(5, "int64"), "dims": Held([7, 6], "int64")})
table.value("unravel_index", "refuses_large", {"indices": Held([50], "int32"), "dims": [7, 6]})
table.value("unravel_index", "refuses_matrix", {"indices": Held([[5]], "int32"), "dims": [7, 6]})

COEFFICIENTS = [Leaf(0.5), Leaf(-2.0), Leaf(1.5)]
table("math.polyval", "vector", {"coeffs": COEFFICIENTS, "x": Leaf(spread([4]))})
table("math.polyval", "scalar", {"coeffs": [Leaf(2.0), Leaf(1.0)], "x": Leaf(3.0)})
table("math.polyval", "vectors", {"coeffs": [Leaf([1.0, 2.0]), Leaf(3.0)], "x": Leaf([2.0, 0.5])})
table.value("math.polyval", "one", {"coeffs": [Leaf(2.0)], "x": Leaf([3.0, 1.0])})
table.value("math.polyval", "none", {"coeffs": [], "x": Leaf([3.0, 1.0])})
table.value("math.polyval", "int32", {"coeffs": [1, 2], "x": Leaf([3, 1], "int32")})
table.value("math.polyval", "refuses_tensor", {"coeffs": Leaf([1.0, 2.0]), "x": Leaf([3.0])})
table.value("math.polyval", "refuses_mixture", {"coeffs": [1.0, 2.0], "x": Leaf([3], "int32")})

CONFUSION: Variants = {
    "default": {},
    "num_classes": {"num_classes": 6},
    "weights_float": {
        "num_classes": None,
        "weights": Leaf([0.5, 2.0, 1.0, 0.25]),
        "dtype": "float32",
    },
    "weights_truncated": {"num_classes": 4, "weights": Leaf([0.5, 2.0, 1.0, 0.25])},
    "refuses_few_classes": {"num_classes": 3},
    "refuses_weights": {"num_classes": 4, "weights": Leaf([0.5])},
}
for variant, options in CONFUSION.items():
    labels, predictions = Held([0, 1, 3, 1], "int32"), Held([0, 2, 3, 2], "int64")
    table.value(
        "math.confusion_matrix",
        variant,
        {"labels": labels, "predictions": predictions, **options},
    )
table(
    "math.confusion_matrix",
    "gradient",
    {
        "labels": Held([0, 1, 1], "int32"),
        "predictions": Held([0, 0, 0], "int32"),
        "num_classes": 2,
        "weights": Leaf([0.5, 2.0, 1.0]),
        "dtype": "float64",
    },
    dtypes=["float64"],
)
COLUMN = {"labels": Held([[0], [1]], "int32"), "predictions": Held([1, 1], "int32")}
table.value("math.confusion_matrix", "column", COLUMN)
NEGATIVE = {"labels": Held([0, -1], "int32"), "predictions": Held([1, 1], "int32")}
table.value("math.confusion_matrix", "refuses_negative", NEGATIVE)
EMPTY = {"labels": Held([], "int32"), "predictions": Held([], "int32")}
table.value("math.confusion_matrix", "refuses_nothing", EMPTY)
table.value("math.confusion_matrix", "nothing", {**EMPTY, "num_classes": 2})

for op in ("histogram_fixed_width", "histogram_fixed_width_bins"):
    values = Leaf([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0, INF, -INF])
    limits = Leaf([0.0, 5.0])
    table.value(op, "default", {"values": values, "value_range": limits})
    table.value(op, "five", {"values": values, "value_range": limits, "nbins": 5})
    matrix = Leaf(spread([3, 4]))
    table.value(op, "matrix", {"values": matrix, "value_range": [-1.0, 1.0], "nbins": 7})
    table.value(op, "empty", {"values": Leaf([]), "value_range": limits, "nbins": 3})
    table.value(op, "scalar", {"values": Leaf(1.0), "value_range": limits, "nbins": 3})
    table.value(op, "refuses_bins", {"values": values, "value_range": limits, "nbins": 0})
table.value(
    "histogram_fixed_width",
    "int64",
    {"values": Leaf([1, 2, 7], "int64"), "value_range": [0, 6], "nbins": 3, "dtype": "int64"},
)
for variant, bad in (("range", [5.0, 5.0]), ("three_limits", [0.0, 1.0, 2.0]), ("scalar", 3.0)):
    arguments = {"values": Leaf([1.0]), "value_range": Leaf(bad), "nbins": 3}
    table.value("histogram_fixed_width", f"refuses_{variant}", arguments)
table.value(
    "histogram_fixed_width", "refuses_nan", {"values": Leaf([NAN]), "value_range": [0.0, 1.0]}
)
table.value(
    "histogram_fixed_width",
    "refuses_dtype",
    {"values": Leaf([1.0]), "value_range": [0.0, 1.0], "nbins": 2, "dtype": "float32"},
)

for op in ("math.approx_max_k", "nn.approx_max_k"):
    lines = Leaf([5.0, 1.0, 3.0, 4.0])
    table(op, "two", {"operand": lines, "k": 2}, dtypes=["float32"])
    table.value(op, "refuses_k", {"operand": lines, "k": 5})
    table.value(op, "refuses_integers", {"operand": Leaf([1, 2], "int32"), "k": 1})

ROWS = {"data": Leaf(spread([4, 2])), "indices": Held([0, 3, 1, 3], "int32")}
for op in ("sparse.segment_sum", "sparse.segment_mean", "sparse.segment_sqrt_n"):
    numbered = {**ROWS, "segment_ids": Held([0, 0, 2, 2], "int32")}
    # TensorFlow knows no second order of these.
    table(op, "gap", numbered, second=False, tangents=False)
    more = {**numbered, "num_segments": 4}
    table(op, "more_segments", more, second=False, tangents=False)
    table.value(op, "no_rows", {"data": Leaf(spread([4, 2])), "indices": [], "segment_ids": []})
    table.value(op, "refuses_descending", {**ROWS, "segment_ids": Held([0, 2, 1, 3], "int32")})
    table.value(op, "refuses_negative", {**ROWS, "segment_ids": Held([-1, 0, 1, 3], "int32")})
    table.value(op, "refuses_short", {**ROWS, "segment_ids": Held([0, 2], "int32")})
    table.value(op, "refuses_few", {**numbered, "num_segments": 2})
    outside = {**numbered, "indices": Held([0, 1, 2, 4], "int32")}
    table.value(op, "refuses_outside", outside)
    scalar = {"data": Leaf(1.0), "indices": Held([0], "int32"), "segment_ids": Held([0], "int32")}
    table.value(op, "refuses_scalar", scalar)
whole = {**ROWS, "data": Leaf([1, 2, 3, 4], "int32"), "segment_ids": Held([0, 0, 0, 1], "int32")}
table.value("sparse.segment_sum", "int32", whole)
table.value("sparse.segment_mean", "refuses_int32", whole)
table.value(
    "sparse.segment_sum",
    "int64_ids",
    {"data": Leaf([1.0, 2.0]), "indices": Held([1], "int64"), "segment_ids": Held([1], "int64")},
)
