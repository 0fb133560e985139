"""What PyTorch calls the nodes of the engine's primitives, for gradients with a graph."""

from __future__ import annotations

from tapegrad.core.primitive import Primitive
from tapegrad.torch.node import Node, node_type

_NAMES = {
    "negative": "NegBackward0",
    "subtract": "SubBackward0",
    "multiply": "MulBackward0",
    "multiply_no_nan": "MulBackward0",
    "multiply_nonzero": "MulBackward0",
    "divide": "DivBackward0",
    "broadcast_to": "ExpandBackward0",
    "sum_to": "SumBackward1",
    "reduce_sum": "SumBackward1",
    "reduce_mean": "MeanBackward1",
    "reshape": "ViewBackward0",
    "matmul": "MmBackward0",
    "matrix_transpose": "TransposeBackward0",
    "transpose": "PermuteBackward0",
    "getitem": "SliceBackward0",
    "put_slice": "SliceBackward0",
    "cast": "ToCopyBackward0",
    "gather_rows": "IndexBackward0",
    "concat": "CatBackward0",
    "unstack": "UnbindBackward0",
    "masked": "MulBackward0",
    "square": "PowBackward0",
}


_CAMELS = {"log1p": "Log1P", "deg2rad": "Deg2Rad", "rad2deg": "Rad2Deg", "square": "Pow"}


def camel(name: str) -> str:
    """``log_softmax`` -> ``LogSoftmax``."""
    return _CAMELS.get(name) or "".join(part.capitalize() for part in name.split("_"))


def name_of_record(primitive: Primitive) -> type[Node]:
    """The class of nodes for records of a primitive."""
    return node_type(_NAMES.get(primitive.name) or f"{camel(primitive.name)}Backward0")
