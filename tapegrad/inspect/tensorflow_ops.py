"""The names by which TensorFlow's messages call operations."""

from __future__ import annotations

#: Primitives whose names do not become TensorFlow's by writing them in capitals.
_NAMES = {
    "add": "AddV2",
    "clip": "ClipByValue",
    "concat": "ConcatV2",
    "divide": "RealDiv",
    "divide_no_nan": "DivNoNan",
    "dot": "MatMul",
    "eigh": "SelfAdjointEigV2",
    "floordiv": "FloorDiv",
    "floormod": "FloorMod",
    "gather": "GatherV2",
    "getitem": "StridedSlice",
    "inv": "MatrixInverse",
    "matmul": "BatchMatMulV2",
    "matrix_transpose": "Transpose",
    "multiply": "Mul",
    "multiply_no_nan": "MulNoNan",
    "negative": "Neg",
    "pad": "PadV2",
    "put_slice": "StridedSliceGrad",
    "reduce_max": "Max",
    "reduce_mean": "Mean",
    "reduce_min": "Min",
    "reduce_prod": "Prod",
    "reduce_sum": "Sum",
    "reverse": "ReverseV2",
    "solve": "MatrixSolve",
    "split": "SplitV",
    "stack": "Pack",
    "subtract": "Sub",
    "sum_to": "Sum",
    "truncatediv": "TruncateDiv",
    "truncatemod": "TruncateMod",
    "unstack": "Unpack",
    "where": "SelectV2",
}
#: What TensorFlow does not look at: it moves or picks elements.
UNCHECKED = frozenset(
    [
        "ConcatV2",
        "Identity",
        "Maximum",
        "Minimum",
        "Reshape",
        "StridedSlice",
        "StridedSliceGrad",
        "Transpose",
        "Unpack",
    ]
)
#: Operations whose gradient is an operation of its own in TensorFlow.
_WITH_GRADIENT = frozenset(
    ["Elu", "Relu", "Relu6", "Rsqrt", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Tanh"]
)


def op_type(primitive: str) -> str:
    """TensorFlow's name of what a primitive computes."""
    known = _NAMES.get(primitive)
    return known or "".join(part.capitalize() for part in primitive.split("_"))


def gradient_op(primitive: str) -> str:
    """What computes its gradient, in words."""
    name = op_type(primitive)
    if name in _WITH_GRADIENT:
        return f'eagerly-executing op "{name}Grad"'
    return f'the gradient of op "{name}"'
