"""Reductions of rows that share a number."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 segments, 242, 252")

VECTOR = spread([6])
MATRIX = spread([6, 2])
CUBE = spread([2, 3, 2])
ORDERED = Held([0, 0, 1, 3, 3, 3], "int32")
ANY = Held([3, -1, 0, 3, 1, 3], "int32")
FULL = Held([0, 0, 1, 2, 2, 2], "int32")
TIES = [2.0, 2.0, 1.0, 0.5, 3.0, 3.0]

for name in ("sum", "mean", "prod", "max", "min"):
    op = f"math.segment_{name}"
    smooth = name in ("sum", "prod")  # see below for the tangents of the others
    table(op, "vector", {"data": Leaf(VECTOR), "segment_ids": ORDERED}, tangents=smooth)
    table(op, "matrix", {"data": Leaf(MATRIX), "segment_ids": ORDERED}, tangents=smooth)
    table(op, "full", {"data": Leaf(MATRIX), "segment_ids": FULL}, dtypes=["float64"])
    table(op, "ties", {"data": Leaf(TIES), "segment_ids": FULL}, dtypes=["float64"])
    table.value(op, "none", {"data": Leaf(spread([0, 2])), "segment_ids": Held([], "int32")})
    table.value(op, "int32", {"data": Leaf([1, 2, -5], "int32"), "segment_ids": [0, 1, 1]})
    table.value(op, "int64_ids", {"data": Leaf([1.0, 2.0]), "segment_ids": Held([0, 2], "int64")})
    table.value(op, "refuses_order", {"data": Leaf([1.0, 2.0]), "segment_ids": [2, 1]})
    table.value(op, "refuses_negative", {"data": Leaf([1.0, 2.0]), "segment_ids": [-1, 0]})
    table.value(op, "refuses_matrix", {"data": Leaf(spread([1, 2])), "segment_ids": [[0, 1]]})
    table.value(op, "refuses_length", {"data": Leaf(VECTOR), "segment_ids": [0, 1]})
    table.value(op, "refuses_scalar", {"data": Leaf(1.0), "segment_ids": [0]})
    table.value(op, "refuses_floats", {"data": Leaf([1.0]), "segment_ids": Held([0.0])})
    table.value(op, "refuses_bools", {"data": Leaf([True], "bool"), "segment_ids": [0]})

for name in ("sum", "mean", "prod", "max", "min", "sqrt_n"):
    op = f"math.unsorted_segment_{name}"
    rest = {"segment_ids": ANY, "num_segments": 5}
    smooth = name not in ("max", "min")
    table(op, "vector", {"data": Leaf(VECTOR), **rest}, tangents=smooth)
    table(op, "matrix", {"data": Leaf(MATRIX), **rest}, tangents=smooth)
    full = {"segment_ids": Held([3, -1, 0, 3, 1, 2], "int32"), "num_segments": 4}
    table(op, "full", {"data": Leaf(MATRIX), **full}, dtypes=["float64"])
    table(op, "ties", {"data": Leaf(TIES), **full}, dtypes=["float64"])
    table(
        op,
        "cube",
        {"data": Leaf(CUBE), "segment_ids": [[1, 0, 1], [2, -1, 1]], "num_segments": 3},
        dtypes=["float64"],
    )
    table(
        op,
        "scalar_ids",
        {"data": Leaf(spread([2])), "segment_ids": 1, "num_segments": 2},
        dtypes=["float32"],
    )
    table.value(op, "none", {"data": Leaf([]), "segment_ids": Held([], "int32"), "num_segments": 2})
    table.value(
        op,
        "tensor_size",
        {"data": Leaf([1.0]), "segment_ids": [1], "num_segments": Held(3, "int32")},
    )
    table.value(
        op,
        "float16",
        {"data": Leaf([1.0, 2.0], "float16"), "segment_ids": [0, 0], "num_segments": 2},
    )
    for dtype in ("int32", "uint8"):
        table.value(
            op, dtype, {"data": Leaf([1, 2, 5], dtype), "segment_ids": [0, 2, 2], "num_segments": 4}
        )
    refused = {
        "large_id": {"segment_ids": [0, 5]},
        "length": {"segment_ids": [0]},
        "negative_size": {"num_segments": -1},
        "float_size": {"num_segments": 2.0},
        "floats": {"segment_ids": [0.0, 1.0]},
    }
    for variant, wrong in refused.items():
        right = {"data": Leaf([1.0, 2.0]), "segment_ids": [0, 1], "num_segments": 2}
        table.value(op, f"refuses_{variant}", {**right, **wrong})

for name in ("sum", "mean"):
    numbers = Leaf([1.0 + 1.0j, 2.0 - 0.5j, 0.5j], "complex128")
    arguments = {"data": numbers, "segment_ids": Held([0, 1, 1], "int32")}
    table(f"math.segment_{name}", "complex", arguments, dtypes=["float64"], second=False)
for label, values in (("zero", [2.0, 0.0, 3.0]), ("zeros", [0.0, 0.0, 3.0])):
    table(
        "math.unsorted_segment_prod",
        label,
        {"data": Leaf(values), "segment_ids": [0, 0, 0], "num_segments": 1},
        second=False,
        dtypes=["float64"],
    )


def tangent(tf: Any, function: Any) -> Any:
    x = tf.constant([1.0, 3.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 10.0, 100.0])) as accumulator:
        y = function(x)
    return accumulator.jvp(y)


NOTHING = "TensorFlow divides by the number of rows, zero by zero, in a segment that has none."


@case(242, differs=NOTHING, ours=[10.0, 0.0, 100.0])
def tangent_of_segment_max_without_rows(tf: Any) -> Any:
    return tangent(tf, lambda x: tf.math.segment_max(x, [0, 0, 2]))


@case(242, differs=NOTHING, ours=[5.5, 0.0, 100.0])
def tangent_of_segment_mean_without_rows(tf: Any) -> Any:
    return tangent(tf, lambda x: tf.math.segment_mean(x, [0, 0, 2]))


@case(242, differs=NOTHING, ours=[1.0, 0.0, 100.0])
def tangent_of_unsorted_segment_min_without_rows(tf: Any) -> Any:
    return tangent(tf, lambda x: tf.math.unsorted_segment_min(x, [0, 0, 2], 3))


@case(
    252,
    differs="TensorFlow does not conjugate the other factors, which its own reduce_prod does.",
    ours=[2.0 + 1.0j, 1.0 - 1.0j],
)
def gradient_of_complex_segment_prod(tf: Any) -> Any:
    x = tf.constant([1.0 + 1.0j, 2.0 - 1.0j], tf.complex128)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.unsorted_segment_prod(x, [0, 0], 1)
    return tape.gradient(y, x)
