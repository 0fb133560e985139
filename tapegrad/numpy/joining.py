"""Functions that put arrays together."""

from __future__ import annotations

import operator
from collections.abc import Callable
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


def _common(tensors: list[Tensor], dtype: Any = None, casting: str = "same_kind") -> list[Tensor]:
    """Tensors in one type: the given one, or that to which NumPy promotes theirs."""
    if dtype is not None:
        common = np.dtype(dtype)
        for x in tensors:
            if not np.can_cast(x._value.dtype, common, casting):  # type: ignore[arg-type]
                raise TypeError(
                    f"Cannot cast array data from {x._value.dtype!r} to {common!r} according to "
                    f"the rule '{casting}'"
                )
    else:
        found = [x._value.dtype for x in tensors]
        if not found or found.count(found[0]) == len(found):
            return tensors
        common = np.result_type(*found)
    return [of_type(x, common) for x in tensors]


def _joined(tensors: list[Tensor], axis: Any, dtype: Any = None, casting: str = "same_kind") -> Any:
    tensors = _common(tensors, dtype, casting)
    if axis is None:
        tensors, axis = [R.reshape(x, to=(x._value.size,)) for x in tensors], 0
    if not tensors:
        raise ValueError("need at least one array to concatenate")
    axis, ndim = operator.index(axis), tensors[0]._value.ndim
    if ndim and not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return R.concat(*tensors, axis=axis - ndim if axis >= 0 else axis)


@function("np.concatenate([np.ones(2), np.zeros(1)])")
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along an axis that exists."""
    return _joined([tensor_of(a) for a in arrays], axis, dtype, casting)


concat = concatenate
HANDLERS[np.concat] = concatenate


@function("np.stack([np.ones(2), np.zeros(2)])")
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along a new axis."""
    tensors = _common([tensor_of(a) for a in arrays], dtype, casting)
    if not tensors:
        raise ValueError("need at least one array to stack")
    shapes = {x._value.shape for x in tensors}
    if len(shapes) > 1:
        raise ValueError("all input arrays must have the same shape")
    ndim = tensors[0]._value.ndim + 1
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, ndim)
    return R.stack(*tensors, axis=axis - ndim)


def _shaped(arrays: Any, shape_of: Callable[[tuple[int, ...]], tuple[int, ...]]) -> list[Tensor]:
    """Tensors in the shapes that a function of shapes gives them."""
    if not isinstance(arrays, (list, tuple)):
        arrays = _of_sequence(arrays)
    tensors = [tensor_of(a) for a in arrays]
    shapes = [shape_of(x._value.shape) for x in tensors]
    return [
        x if x._value.shape == to else R.reshape(x, to=to)
        for x, to in zip(tensors, shapes, strict=True)
    ]


def _of_sequence(arrays: Any) -> Any:
    if not hasattr(arrays, "__getitem__"):
        raise TypeError(
            'arrays to stack must be passed as a "sequence" type such as list or tuple.'
        )
    return arrays


def _columns(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) > 1 else (*(shape or (1,)), 1)


def _deep(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) > 2 else (*_rows(shape), 1)


def _rows(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) > 1 else (1, *(shape or (1,)))


@function("np.hstack([np.ones(2), np.zeros(1)])")
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Joined along the second axis, vectors along the first."""
    parts = _shaped(tup, lambda shape: shape or (1,))
    axis = 0 if parts and parts[0]._value.ndim == 1 else 1
    return _joined(parts, axis, dtype, casting)


@function("np.vstack([np.ones(2), np.zeros(2)])")
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Rows below one another."""
    return _joined(_shaped(tup, _rows), 0, dtype, casting)


@function("np.dstack([np.ones(2), np.zeros(2)])")
def dstack(tup: Any) -> Any:
    """Joined along the third axis."""
    return _joined(_shaped(tup, _deep), 2)


@function("np.column_stack([np.ones(2), np.zeros(2)])")
def column_stack(tup: Any) -> Any:
    """Vectors as columns side by side."""
    return _joined(_shaped(tup, _columns), 1)


@function("np.append(np.array([1.0]), 2.0)")
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """With values at the end."""
    return _joined([tensor_of(arr), tensor_of(values)], axis)


block = joiner(
    "block",
    "Joined from nested lists of blocks.",
    "np.block([[np.ones((1, 1)), np.zeros((1, 1))]])",
)
row_stack = vstack
