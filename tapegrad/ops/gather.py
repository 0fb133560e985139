"""Picking by number: gather, gather_nd, and one entry out of each line."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.large import by_library
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.rows import gather as gather_primitive
from tapegrad.core.rows import gather_points, gather_rows
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument
from tapegrad.ops.operands import indices_operand

__all__ = ["gather", "gather_nd"]


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
    name: str | None = None,
) -> Tensor:
    """Pick slices along an axis by their numbers.

    Parameters
    ----------
    params
        Tensor of rank at least ``axis + 1``.
    indices
        Integer tensor; numbers in ``[0, params.shape[axis])``, as often as wanted.
    validate_indices
        Ignored: indices are always checked.
    axis
        Along which axis; by default `batch_dims`.
    batch_dims
        The number of leading axes that `params` and `indices` share and run along together.

    Returns
    -------
    Tensor
        Of shape ``params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]``.
        Along the first axis, its gradient with respect to `params` is an `IndexedSlices`.

    Raises
    ------
    InvalidArgumentError
        If an index is out of range or not an integer, or shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.gather([10, 20, 30], [2, 0, 2]).numpy().tolist()
    [30, 10, 30]
    >>> tf.gather([[1, 2, 3], [4, 5, 6]], [[2], [0]], batch_dims=1).numpy().tolist()
    [[3], [4]]
    """
    x = params if params.__class__ is Tensor else operand(params)
    numbers = indices_operand(indices, "gather")
    ndim = x._value.ndim
    if batch_dims.__class__ is int and batch_dims == 0:
        at = 0 if axis is None else axis
        if at.__class__ is not int or not 0 <= at < ndim:
            at = axis_argument(at, ndim, "gather") + ndim
        if at == 0:
            return apply(gather_rows, (x, numbers), {})  # type: ignore[no-any-return]
        return apply(gather_primitive, (x, numbers), {"axis": at - ndim})  # type: ignore[no-any-return]
    return _gather_in_batches(x, numbers, axis, batch_dims)


def _gather_in_batches(x: Any, numbers: Any, axis: Any, batch_dims: Any) -> Tensor:
    shape, wanted = x._value.shape, numbers._value.shape
    ndim = len(shape)
    b = int_argument(batch_dims, "gather", "batch_dims")
    if not -len(wanted) <= b <= len(wanted):
        raise InvalidArgumentError(
            f"gather: Expected batch_dims in the range [{-len(wanted)}, {len(wanted)}], but got "
            f"{b} for indices of shape {wanted}."
        )
    b = b + len(wanted) if b < 0 else b
    at = axis_argument(b if axis is None else axis, ndim, "gather") + ndim
    if at < b or shape[:b] != wanted[:b]:
        raise InvalidArgumentError(
            f"gather: with batch_dims={b} the first {b} sizes of params {shape} and indices "
            f"{wanted} must be equal, and axis={at} must not be one of them."
        )
    # The axis moves to the batch axes, and the result's new axes back behind what it passed.
    order = (*range(b), at, *range(b, at), *range(at + 1, ndim))
    if at != b:
        x = recording.transpose(x, axes=tuple([i - ndim for i in order]))
    picked = gather_points(x, recording.reshape(numbers, to=(*wanted, 1)), b, "gather")
    if at != b:
        k = len(wanted)
        back = (
            *range(b),
            *range(k, k + at - b),
            *range(b, k),
            *range(k + at - b, ndim + k - b - 1),
        )
        picked = recording.transpose(picked, axes=tuple([i - len(back) for i in back]))
    return picked  # type: ignore[no-any-return]


def gather_nd(params: Any, indices: Any, batch_dims: Any = 0, name: str | None = None) -> Tensor:
    """Pick entries or slices by index vectors: ``params[i, j, ...]`` for each ``(i, j, ...)``.

    Parameters
    ----------
    params
        Tensor of any dtype.
    indices
        Integer tensor of shape ``(..., k)``: vectors that index the first k axes (after the batch
        axes) of `params`.
    batch_dims
        The number of leading axes that `params` and `indices` share and run along together.

    Returns
    -------
    Tensor
        Of shape ``indices.shape[:-1] + params.shape[batch_dims + k:]``. If k is 1, its gradient
        with respect to `params` is an `IndexedSlices`.

    Raises
    ------
    InvalidArgumentError
        If an index is out of range or not an integer, or the vectors are too long.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy().tolist()
    [2, 3]
    """
    x = operand(params)
    points = indices_operand(indices, "gather_nd")
    shape, wanted = x._value.shape, points._value.shape
    b = int_argument(batch_dims, "gather_nd", "batch_dims")
    if not wanted:
        raise InvalidArgumentError("gather_nd: indices must be at least a vector, not a scalar.")
    if not 0 <= b < len(wanted) or shape[:b] != wanted[:b]:
        raise InvalidArgumentError(
            f"gather_nd: with batch_dims={b} the first {b} sizes of params {shape} and indices "
            f"{wanted} must be equal, with an axis of index vectors behind them."
        )
    if b + wanted[-1] > len(shape):
        raise InvalidArgumentError(
            f"gather_nd: index innermost dimension length must be <= params rank; saw: "
            f"{wanted[-1]} vs. {len(shape) - b} (params {shape}, indices {wanted})."
        )
    return gather_points(x, points, b)  # type: ignore[no-any-return]


# One line after another: along an axis, each line of x has its own indices. They broadcast, so
# that one set of indices serves a whole batch.


def _flat(indices: Any, shape: tuple[int, ...]) -> Any:
    """Numbers of entries in a flattened array, from indices along its last axis."""
    lines = shape[:-1]
    starts = (np.arange(prod(lines)) * shape[-1]).reshape((*lines, 1))
    return indices + starts


def _take_along_axis(x: Any, indices: Any, *, axis: int) -> Any:
    if axis == -1:
        return x.reshape(-1).take(_flat(indices, x.shape))
    taken = _take_along_axis(x.swapaxes(axis, -1), indices.swapaxes(axis, -1), axis=-1)
    return taken.swapaxes(axis, -1)


def _put_along_axis(x: Any, indices: Any, *, to: tuple[int, ...], axis: int) -> Any:
    if axis == -1:
        table = np.zeros(prod(to), x.dtype)
        places = _flat(indices, (*x.shape[:-1], to[-1]))
        np.add.at(table, places.reshape(-1), x.reshape(-1))
        return table.reshape(to)
    swapped = list(to)
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    added = _put_along_axis(
        x.swapaxes(axis, -1), indices.swapaxes(axis, -1), to=tuple(swapped), axis=-1
    )
    return added.swapaxes(axis, -1)


def _batched_put_along_axis(F: Any, args: Any, params: Any) -> Any:
    x, indices = args
    to = (x.value.shape[0], *params["to"])
    return F.put_along_axis(x.value, indices, to=to, axis=params["axis"])


general(
    "take_along_axis",
    by_library("take_along_axis", _take_along_axis),
    lambda F, g, indices, shape, axis: F.put_along_axis(g, indices, to=shape, axis=axis),
    NONDIFF,
    inputs="x indices",
    jvps=(lambda F, t, indices, axis: F.take_along_axis(t, indices, axis=axis), NONDIFF),
)
# The adjoint: zeros of shape `to`, to which the entries of x are added at their indices.
general(
    "put_along_axis",
    by_library("put_along_axis", _put_along_axis),
    lambda F, g, indices, axis: F.take_along_axis(g, indices, axis=axis),
    NONDIFF,
    inputs="x indices",
    jvps=(
        lambda F, t, indices, to, axis: F.put_along_axis(t, indices, to=to, axis=axis),
        NONDIFF,
    ),
    batch=_batched_put_along_axis,
)
