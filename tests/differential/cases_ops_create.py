"""Creating tensors, changing dtypes, asking for shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, Operations, OpTable, spread

table = OpTable(__name__, "2.2 creation")

MATRIX = spread([2, 3])

VALUES: Operations = {
    "zeros": {
        "list": {"shape": [2, 3]},
        "tuple": {"shape": (2,), "dtype": "int32"},
        "scalar": {"shape": []},
        "number": {"shape": 3},
        "tensor": {"shape": Held([1, 2], "int64"), "dtype": "complex64"},
        "empty": {"shape": [0, 2]},
        "bool": {"shape": [2], "dtype": "bool"},
        "refuses_negative": {"shape": [-1]},
        "refuses_floats": {"shape": [2.5]},
        "refuses_dtype": {"shape": [1], "dtype": "foo"},
    },
    "ones": {
        "list": {"shape": [2, 3]},
        "float64": {"shape": (2,), "dtype": "float64"},
        "scalar": {"shape": ()},
        "bool": {"shape": [2], "dtype": "bool"},
        "refuses_negative": {"shape": [-1]},
    },
    "fill": {
        "float": {"dims": [2, 2], "value": 1.5},
        "int": {"dims": [2], "value": 7},
        "bool": {"dims": [1], "value": True},
        "empty": {"dims": [0], "value": 1.0},
        "refuses_vector": {"dims": [2], "value": [1.0, 2.0]},
        "refuses_negative": {"dims": [-2], "value": 1.0},
    },
    "eye": {
        "square": {"num_rows": 3},
        "wide": {"num_rows": 2, "num_columns": 3},
        "batch": {"num_rows": 2, "num_columns": None, "batch_shape": [2]},
        "int32": {"num_rows": 2, "dtype": "int32"},
        "refuses_negative": {"num_rows": -1},
    },
    "range": {
        "limit": {"start": 4},
        "start_and_limit": {"start": 2, "limit": 5},
        "delta": {"start": 1, "limit": 10, "delta": 3},
        "backwards": {"start": 5, "limit": 0, "delta": -2},
        "float": {"start": 0.0, "limit": 1.0, "delta": 0.25},
        "float_limit": {"start": 3.0},
        "dtype": {"start": 3, "limit": None, "delta": 1, "dtype": "float64"},
        "int64": {"start": Held(2, "int64"), "limit": Held(5, "int64")},
        "mixed": {"start": 1, "limit": 2.5},
        "one_way": {"start": 2, "limit": 2},
        "refuses_wrong_way": {"start": 5, "limit": 2},
        "refuses_zero_delta": {"start": 0, "limit": 5, "delta": 0},
        "refuses_vector": {"start": [1, 2]},
    },
    "linspace": {
        "floats": {"start": 0.0, "stop": 1.0, "num": 5},
        "one": {"start": 2.0, "stop": 3.0, "num": 1},
        "ints": {"start": 0, "stop": 4, "num": 3},
        "float64": {"start": Held(0.0, "float64"), "stop": Held(1.0, "float64"), "num": 4},
        "vectors": {"start": [0.0, 1.0], "stop": [4.0, 5.0], "num": 3},
        "vectors_last_axis": {"start": [0.0, 1.0], "stop": [4.0, 5.0], "num": 3, "axis": -1},
        "backwards": {"start": 1.0, "stop": -1.0, "num": 3},
    },
    "one_hot": {
        "vector": {"indices": [0, 2, 1], "depth": 3},
        "outside": {"indices": [0, -1, 5], "depth": 3},
        "scalar": {"indices": 1, "depth": 3},
        "values": {"indices": [0, 1], "depth": 2, "on_value": 5.0, "off_value": -1.0},
        "axis_0": {"indices": [0, 2], "depth": 3, "on_value": None, "off_value": None, "axis": 0},
        "int_dtype": {"indices": [0, 2], "depth": 3, "dtype": "int32"},
        "bool_values": {"indices": [0, 1], "depth": 2, "on_value": True, "off_value": False},
        "matrix": {"indices": [[0, 2], [1, -1]], "depth": 3, "axis": 1},
        "refuses_floats": {"indices": [0.0], "depth": 3},
        "refuses_dtype": {
            "indices": [0],
            "depth": 2,
            "on_value": 1.0,
            "off_value": 0.0,
            "dtype": "int32",
        },
        "refuses_negative_depth": {"indices": [0], "depth": -1},
    },
    "zeros_like": {
        "tensor": {"input": Leaf(MATRIX)},
        "dtype": {"input": Leaf(MATRIX), "dtype": "int32"},
        "list": {"input": [1, 2]},
    },
    "ones_like": {
        "tensor": {"input": Leaf(MATRIX)},
        "dtype": {"input": Leaf(MATRIX), "dtype": "bool"},
        "complex": {"input": Leaf([1j], "complex64")},
    },
    "shape": {
        "matrix": {"input": Leaf(MATRIX)},
        "scalar": {"input": 1.0},
        "int64": {"input": Leaf(MATRIX), "out_type": "int64"},
        "list": {"input": [[1, 2, 3]]},
    },
    "size": {"matrix": {"input": Leaf(MATRIX)}, "scalar": {"input": 1.0}},
    "rank": {"matrix": {"input": Leaf(MATRIX)}, "scalar": {"input": 2}},
    "cast": {
        "to_int": {"x": Leaf([1.9, -1.9, 0.5]), "dtype": "int32"},
        "to_bool": {"x": Leaf([0.0, 0.5, -1.0]), "dtype": "bool"},
        "from_bool": {"x": [True, False], "dtype": "float32"},
        "to_uint8": {"x": Held([300, -1], "int32"), "dtype": "uint8"},
        "to_complex": {"x": Leaf([1.5]), "dtype": "complex64"},
        "from_complex": {"x": Held([1.5 + 2j], "complex64"), "dtype": "float32"},
        "to_half": {"x": Leaf([1.0 / 3.0]), "dtype": "float16"},
        "python_number": {"x": 3, "dtype": "float64"},
        "refuses_int_type": {"x": Leaf([1.0]), "dtype": int},
        "refuses_none": {"x": None, "dtype": "float32"},
    },
    "constant": {
        "dtype": {"value": [1, 2], "dtype": "float64"},
        "shape_of_scalar": {"value": 7, "dtype": None, "shape": [2, 2]},
        "shape_of_list": {"value": [1, 2, 3, 4], "dtype": None, "shape": (2, 2)},
        "refuses_shape": {"value": [1, 2], "dtype": None, "shape": [3]},
        "refuses_ragged": {"value": [[1.0, 2.0], [3.0]]},
        "refuses_none": {"value": None},
        "refuses_dict": {"value": {}},
        "refuses_huge_int": {"value": 2**70},
        "refuses_float_as_int": {"value": 1.5, "dtype": "int32"},
        "empty_list": {"value": []},
        "nested_tuple": {"value": ((1.0, 2.0), (3.0, 4.0))},
        "range": {"value": range(3)},
    },
}
for op, variants in VALUES.items():
    for variant, arguments in variants.items():
        table.value(op, variant, arguments)

table("fill", "differentiates", {"dims": [2, 2], "value": Leaf(1.5)})
table("linspace", "differentiates", {"start": Leaf(0.5), "stop": Leaf(2.0), "num": 4})
table(
    "linspace",
    "differentiates_vectors",
    {"start": Leaf([0.5, 1.0]), "stop": Leaf([2.0, 5.0]), "num": 3},
)
table("stop_gradient", "cuts", {"input": Leaf(MATRIX)})
table("zeros_like", "cuts", {"input": Leaf(MATRIX)}, dtypes=["float32"])
for target in ("float16", "float32", "float64", "complex64"):
    table(
        "cast",
        f"to_{target}_and_back",
        {"x": Leaf([0.5, -1.25, 3.0]), "dtype": target},
        dtypes=["float32"],
    )
table(
    "cast", "real_to_complex", {"x": Leaf([0.5, -1.25]), "dtype": "complex128"}, dtypes=["float64"]
)
table(
    "cast",
    "complex_to_real",
    {"x": Leaf([0.5 + 1j]), "dtype": "float64"} | {"x": Leaf([0.5 + 1j], "complex")},
    dtypes=["float64"],
)


@case("2.2 creation")
def eye_and_zeros_of_python_and_tensor_sizes_agree(tf: Any) -> Any:
    n = tf.constant(2)
    return (
        tf.eye(n),
        tf.zeros([n, 1]),
        tf.ones(tf.shape(tf.zeros([1, 3]))),
        tf.zeros(tf.TensorShape([2])),
    )


@case("2.2 creation")
def shape_tensors_compute(tf: Any) -> Any:
    x = tf.zeros([2, 3, 4])
    return (
        tf.shape(x)[1:],
        tf.reduce_prod(x.shape),
        tf.reshape(x, tf.concat([[6], tf.shape(x)[2:]], 0)).shape,
    )


@case("2.2 creation")
def aliases_are_the_same_functions(tf: Any) -> Any:
    x = tf.constant([[0.5, 0.25], [0.125, 0.75]])
    pairs = [
        (tf.sigmoid, tf.nn.sigmoid),
        (tf.tanh, tf.math.tanh),
        (tf.math.softplus, tf.nn.softplus),
        (tf.nn.silu, tf.nn.swish),
        (tf.nn.l2_normalize, tf.linalg.l2_normalize),
        (tf.norm, tf.linalg.norm),
        (tf.eye, tf.linalg.eye),
        (tf.abs, tf.math.abs),
        (tf.round, tf.math.round),
        (tf.argmax, tf.math.argmax),
        (tf.reduce_all, tf.math.reduce_all),
    ]
    same = []
    for one, other in pairs:
        left, right = (
            (one(2), other(2))
            if one is tf.eye
            else ((one(x > 0), other(x > 0)) if one is tf.reduce_all else (one(x), other(x)))
        )
        same.append(bool(np.array_equal(left.numpy(), right.numpy())))
    return same


TWO_HOMES = (
    "abs acos acosh add add_n argmax argmin asin asinh atan atan2 atanh cos cosh cumsum "
    "divide equal exp floor greater greater_equal less less_equal logical_and logical_not "
    "logical_or maximum minimum multiply negative not_equal pow reduce_all reduce_any "
    "reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum round "
    "scalar_mul sigmoid sign sin sinh sqrt square subtract tan tanh truediv"
).split()


@case("2.2 aliases")
def functions_at_home_in_tf_and_in_math(tf: Any) -> Any:
    return [[name, hasattr(tf, name), hasattr(tf.math, name)] for name in TWO_HOMES]


@case("2.2 aliases")
def functions_of_linalg(tf: Any) -> Any:
    names = "matmul matvec einsum tensordot norm eye l2_normalize cross trace diag global_norm"
    return [[name, hasattr(tf.linalg, name)] for name in names.split()]


@case("2.2 aliases")
def dtypes_and_their_helpers(tf: Any) -> Any:
    names = (
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 "
    )
    names += "half double complex64 complex128"
    found = [getattr(tf, name) for name in names.split()]
    return [
        *found,
        tf.newaxis is None,
        tf.dtypes.as_dtype("float32") is tf.float32,
        tf.dtypes.cast(1, tf.float64),
    ]
