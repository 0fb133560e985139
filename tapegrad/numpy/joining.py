"""Functions that put arrays together."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type, tensor_of
from tapegrad.numpy.function import HANDLERS, function
from tapegrad.numpy.movers import joiner

__all__ = [
    "append",
    "block",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "hstack",
    "row_stack",
    "stack",
    "vstack",
]


def _common(tensors: list[Tensor], dtype: Any = None) -> list[Tensor]:
    common = (
        np.dtype(dtype) if dtype is not None else np.result_type(*[x._value.dtype for x in tensors])
    )
    return [of_type(x, common) for x in tensors]


@function("np.concatenate([np.ones(2), np.zeros(1)])")
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along an axis that exists."""
    tensors = _common([tensor_of(a) for a in arrays], dtype)
    model = np.concatenate([np.broadcast_to(np.False_, x._value.shape) for x in tensors], axis)
    if axis is None:
        tensors, axis = [R.reshape(x, to=(x._value.size,)) for x in tensors], 0
    negative = axis - model.ndim if axis >= 0 else axis
    return R.concat(*tensors, axis=negative)


concat = concatenate
HANDLERS[np.concat] = concatenate


@function("np.stack([np.ones(2), np.zeros(2)])")
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along a new axis."""
    tensors = _common([tensor_of(a) for a in arrays], dtype)
    shapes = {x._value.shape for x in tensors}
    if len(shapes) > 1:
        raise ValueError("all input arrays must have the same shape")
    ndim = tensors[0]._value.ndim + 1
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, ndim)
    return R.stack(*tensors, axis=axis - ndim)


hstack = joiner(
    "hstack",
    "Joined along the second axis, vectors along the first.",
    "np.hstack([np.ones(2), np.zeros(1)])",
)
vstack = joiner("vstack", "Rows below one another.", "np.vstack([np.ones(2), np.zeros(2)])")
dstack = joiner("dstack", "Joined along the third axis.", "np.dstack([np.ones(2), np.zeros(2)])")
column_stack = joiner(
    "column_stack", "Vectors as columns side by side.", "np.column_stack([np.ones(2), np.zeros(2)])"
)
block = joiner(
    "block",
    "Joined from nested lists of blocks.",
    "np.block([[np.ones((1, 1)), np.zeros((1, 1))]])",
)
row_stack = vstack
append = joiner("append", "With values at the end.", "np.append(np.array([1.0]), 2.0)", 2)
