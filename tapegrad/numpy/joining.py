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


def _shaped(arrays: Any, model: Any) -> list[Tensor]:
    """Tensors in the shapes that a function such as `numpy.atleast_2d` gives them."""
    tensors = [tensor_of(a) for a in arrays]
    shapes = [model(np.broadcast_to(np.False_, x._value.shape)).shape for x in tensors]
    return [R.reshape(x, to=shape) for x, shape in zip(tensors, shapes, strict=True)]


@function("np.hstack([np.ones(2), np.zeros(1)])")
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Joined along the second axis, vectors along the first."""
    parts = _shaped(tup, np.atleast_1d)
    axis = 0 if parts and parts[0]._value.ndim == 1 else 1
    return concatenate(parts, axis, dtype=dtype, casting=casting)


@function("np.vstack([np.ones(2), np.zeros(2)])")
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Rows below one another."""
    return concatenate(_shaped(tup, np.atleast_2d), 0, dtype=dtype, casting=casting)


@function("np.dstack([np.ones(2), np.zeros(2)])")
def dstack(tup: Any) -> Any:
    """Joined along the third axis."""
    return concatenate(_shaped(tup, np.atleast_3d), 2)


@function("np.column_stack([np.ones(2), np.zeros(2)])")
def column_stack(tup: Any) -> Any:
    """Vectors as columns side by side."""
    return concatenate(_shaped(tup, lambda a: np.atleast_2d(a).T if a.ndim < 2 else a), 1)


@function("np.append(np.array([1.0]), 2.0)")
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """With values at the end."""
    return concatenate([arr, values], axis)


block = joiner(
    "block",
    "Joined from nested lists of blocks.",
    "np.block([[np.ones((1, 1)), np.zeros((1, 1))]])",
)
row_stack = vstack
