"""Reductions, norms, cumulative sums and products."""

from __future__ import annotations

import numpy as np

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 reductions")

CUBE = spread([3, 2, 3])
SQUARE = spread([2, 3], 0.25, 2.0, start=5)

REDUCTIONS = (
    "reduce_sum",
    "reduce_mean",
    "reduce_prod",
    "reduce_max",
    "reduce_min",
    "reduce_logsumexp",
    "math.reduce_std",
    "math.reduce_variance",
    "math.reduce_euclidean_norm",
)
AXES: Variants = {
    "all": {},
    "axis_0": {"axis": 0},
    "axis_minus_1_kept": {"axis": -1, "keepdims": True},
    "axes": {"axis": [0, 2]},
    "negative_axes_kept": {"axis": (-1, 1), "keepdims": True},
    "all_kept": {"axis": None, "keepdims": True},
}

for op in REDUCTIONS:
    for variant, options in AXES.items():
        dtypes = ["float64", "float32"] if variant in ("all", "axis_0") else ["float64"]
        table(op, variant, {"input_tensor": Leaf(CUBE), **options}, dtypes=dtypes)
    # An empty list of axes reduces nothing; a tensor and a NumPy integer are axes as well.
    # (What the gradient of a standard deviation of zero is has its own case.)
    small: Variants = {
        "no_axes": {"input_tensor": Leaf(SQUARE), "axis": []},
        "scalar": {"input_tensor": Leaf(1.5)},
        "one_element": {"input_tensor": Leaf([[1.5]]), "axis": 1},
    }
    for variant, arguments in small.items():
        if op == "math.reduce_std":
            table.value(op, variant, arguments)
        else:
            table(op, variant, arguments, dtypes=["float32"])
    two_axes = {"input_tensor": Leaf(CUBE), "axis": Held([0, -1], "int64")}
    table(op, "tensor_of_axes", two_axes, dtypes=["float32"])
    table(op, "tensor_axis", {"input_tensor": Leaf(SQUARE), "axis": Held(1, "int32")})
    table(
        op, "empty_kept_axis", {"input_tensor": Leaf(spread([3, 0])), "axis": 0}, dtypes=["float32"]
    )
    table(op, "empty_axis", {"input_tensor": Leaf(spread([3, 0])), "axis": 1}, dtypes=["float32"])
    table.value(op, "of_int32", {"input_tensor": Leaf([[3, -1, 5], [2, 2, 2]], "int32"), "axis": 1})
    table.value(op, "refuses_axis", {"input_tensor": Leaf(SQUARE), "axis": 2})
    table.value(op, "refuses_negative_axis", {"input_tensor": Leaf(SQUARE), "axis": -3})
    table.value(op, "refuses_same_axis_twice", {"input_tensor": Leaf(SQUARE), "axis": [0, 0]})
    table.value(op, "refuses_same_axis_negative", {"input_tensor": Leaf(SQUARE), "axis": [1, -1]})
    table.value(op, "refuses_float_axis", {"input_tensor": Leaf(SQUARE), "axis": 1.0})
    table.value(op, "refuses_bool", {"input_tensor": Leaf([True, False], "bool")})
    table.value(op, "python_list", {"input_tensor": [[1.0, 2.0], [3.0, 5.0]], "axis": 0})

COMPLEX = [[1.5 + 0.5j, -0.75 + 1.25j], [0.25 - 1.5j, 1.0 - 0.5j]]
for op in ("reduce_sum", "reduce_mean", "reduce_prod", "math.reduce_variance", "math.reduce_std"):
    table(op, "complex", {"input_tensor": Leaf(COMPLEX, "complex"), "axis": 1})
for op in ("reduce_max", "reduce_min", "reduce_logsumexp"):
    table.value(op, "refuses_complex", {"input_tensor": Leaf(COMPLEX, "complex64")})

for op in ("reduce_any", "reduce_all"):
    truths = [[True, False], [True, True]]
    TRUTHS: Variants = {
        "all": {},
        "axis": {"axis": 1},
        "kept": {"axis": 0, "keepdims": True},
    }
    for variant, options in TRUTHS.items():
        table.value(op, variant, {"input_tensor": Leaf(truths, "bool"), **options})
    table.value(op, "empty", {"input_tensor": Leaf([], "bool")})
    table.value(op, "refuses_floats", {"input_tensor": Leaf([1.0])})
    table.value(op, "refuses_axis", {"input_tensor": Leaf(truths, "bool"), "axis": 2})

# Large and infinite values.
table(
    "reduce_logsumexp",
    "large",
    {"input_tensor": Leaf([1000.0, 1001.0, -1000.0])},
    dtypes=["float32"],
)
table(
    "reduce_logsumexp",
    "minus_infinity",
    {"input_tensor": Leaf([float("-inf"), 0.0])},
    dtypes=["float32"],
)
table("reduce_prod", "one_zero", {"input_tensor": Leaf([2.0, 0.0, 3.0])}, second=False)
table("reduce_prod", "two_zeros", {"input_tensor": Leaf([2.0, 0.0, 0.0])}, second=False)
table(
    "reduce_prod",
    "zeros_by_row",
    {"input_tensor": Leaf([[2.0, 0.0], [3.0, 4.0]]), "axis": 1},
    second=False,
)
table("reduce_max", "ties", {"input_tensor": Leaf([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), "axis": 1})
table("reduce_min", "ties", {"input_tensor": Leaf([1.0, 1.0, 5.0])})
table(
    "reduce_max",
    "infinite",
    {"input_tensor": Leaf([float("-inf"), float("-inf")])},
    dtypes=["float32"],
)

# Norms.
MATRIX = spread([3, 4])
NORMS: Variants = {
    "euclidean": {},
    "axis": {"axis": 1},
    "axis_kept": {"axis": 0, "keepdims": True},
    "ord_1": {"ord": 1, "axis": 1},
    "ord_2": {"ord": 2, "axis": -1},
    "ord_3": {"ord": 3, "axis": 1},
    "ord_1_and_a_half": {"ord": 1.5},
    "ord_inf": {"ord": float("inf"), "axis": 1},
    "frobenius": {"ord": "fro", "axis": [0, 1]},
    "frobenius_euclidean_axes": {"ord": "euclidean", "axis": [-2, -1], "keepdims": True},
    "matrix_1": {"ord": 1, "axis": [0, 1]},
    "matrix_inf": {"ord": float("inf"), "axis": [0, 1]},
}
for variant, options in NORMS.items():
    table("norm", variant, {"tensor": Leaf(MATRIX), "ord": "euclidean", **options})
table("norm", "complex", {"tensor": Leaf(COMPLEX, "complex")})
table("norm", "scalar", {"tensor": Leaf(-1.5)}, dtypes=["float32"])
table.value("norm", "refuses_ord", {"tensor": Leaf(MATRIX), "ord": "nuclear-ish"})
BEYOND = "orders that are not positive, and the nuclear norm, are NumPy's: TensorFlow refuses them"
for order, expected in {0: 2.0, -1: 0.0, -2: 0.0, -np.inf: 0.0}.items():
    table.value(
        "norm",
        f"of_order_{order}".replace("-", "minus_"),
        {"tensor": Leaf([3.0, 0.0, -4.0]), "ord": order},
        differs=BEYOND,
        ours=expected,
    )
for order, expected in {-1: 3.0, -2: 3.0, "nuc": 7.0, -np.inf: 3.0}.items():
    table.value(
        "norm",
        f"of_matrix_order_{order}".replace("-", "minus_"),
        {"tensor": Leaf([[3.0, 0.0], [0.0, -4.0]]), "ord": order, "axis": [0, 1]},
        differs=BEYOND,
        ours=expected,
        rtol=1e-5,
    )
table.value("norm", "refuses_three_axes", {"tensor": Leaf(CUBE), "axis": [0, 1, 2]})
table.value("norm", "refuses_frobenius_of_vector", {"tensor": Leaf(CUBE), "ord": "fro", "axis": 0})
table.value("norm", "refuses_int32", {"tensor": Leaf([3, 4], "int32")})
table.value("norm", "refuses_axis", {"tensor": Leaf(MATRIX), "axis": 2})
NORMALISATIONS: Variants = {
    "all": {},
    "axis": {"axis": 1},
    "axes": {"axis": [0, 1]},
    "epsilon": {"axis": 0, "epsilon": 4.0},
}
for variant, options in NORMALISATIONS.items():
    table("math.l2_normalize", variant, {"x": Leaf(MATRIX), **options})
table("math.l2_normalize", "complex", {"x": Leaf(COMPLEX, "complex"), "axis": 1})
table("linalg.normalize", "axis", {"tensor": Leaf(MATRIX), "ord": "euclidean", "axis": 1})
table("linalg.normalize", "ord_1", {"tensor": Leaf(MATRIX), "ord": 1})

# Counting.
COUNTED = [[0.0, 1.5, -2.0], [0.0, 0.0, 3.0]]
COUNTS: Variants = {
    "all": {},
    "axis": {"axis": 1},
    "kept": {"axis": 0, "keepdims": True},
    "int32": {"axis": 1, "keepdims": None, "dtype": "int32"},
}
for variant, options in COUNTS.items():
    table.value("math.count_nonzero", variant, {"input": Leaf(COUNTED), **options})
table.value("math.count_nonzero", "of_bool", {"input": Leaf([True, False, True], "bool")})
table.value("math.count_nonzero", "of_int32", {"input": Leaf([0, 2, 3], "int32")})
table("nn.zero_fraction", "vector", {"value": Leaf([0.0, 1.0, 0.0, 2.0])}, dtypes=["float32"])

# Cumulative operations.
for op in ("math.cumsum", "math.cumprod", "math.cumulative_logsumexp"):
    for axis in (0, 1, -1):
        for exclusive in (False, True):
            # The first entry is -inf, of which TensorFlow makes nan in the other derivatives.
            finite = not (exclusive and op == "math.cumulative_logsumexp")
            for reverse in (False, True):
                table(
                    op,
                    f"axis_{axis}_exclusive_{exclusive}_reverse_{reverse}".replace("-", "minus_"),
                    {"x": Leaf(MATRIX), "axis": axis, "exclusive": exclusive, "reverse": reverse},
                    dtypes=["float64"],
                    second=finite,
                    tangents=finite,
                )
    table(op, "default_axis", {"x": Leaf(MATRIX)}, dtypes=["float32"])
    table(op, "empty", {"x": Leaf(spread([0, 3]))}, dtypes=["float32"])
    table.value(op, "refuses_axis", {"x": Leaf(MATRIX), "axis": 2})
    table.value(op, "refuses_bool", {"x": Leaf([True], "bool")})
for op in ("math.cumsum", "math.cumprod"):
    table.value(op, "of_int32", {"x": Leaf([1, 2, 3, 4], "int32"), "reverse": True})
    table.value(op, "complex", {"x": Leaf(COMPLEX, "complex64"), "axis": 1})
    table.value(op, "refuses_scalar", {"x": Leaf(2.0)})
