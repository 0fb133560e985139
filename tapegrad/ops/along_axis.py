"""Taking and putting entries along an axis, each line with indices of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import where  # noqa: F401 - a primitive
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import indices_operand, require_same_dtype

__all__ = ("put_along_axis", "take_along_axis")


def _from_zero(indices: Any, *, size: int, op: str) -> Any:
    """Indices that count from the start; negative ones count from the end."""
    outside = (indices < -size) | (indices >= size)
    if outside.any():
        at = tuple(np.argwhere(outside)[0])
        raise InvalidArgumentError(
            f"{op}: indices[{', '.join(map(str, at))}] = {indices[at]} is not in [{-size}, {size})."
        )
    return np.where(indices < 0, indices + size, indices)


def _last_written(indices: Any, *, to: tuple[int, ...], axis: int) -> tuple[Any, Any]:
    """For each place of an array, which of the values comes there, the last; and where any does."""
    source = np.full(to, -1, np.int64)
    numbers = np.arange(indices.shape[axis]).reshape(-1, *(1,) * (-axis - 1))
    np.put_along_axis(source, indices, np.broadcast_to(numbers, indices.shape), axis)
    return np.maximum(source, 0), source >= 0


_counted = general("indices_from_zero", _from_zero, NONDIFF, inputs="indices")
_written = general("last_written", _last_written, NONDIFF, inputs="indices")


def _aligned(op: str, arr: Any, indices: Any, axis: Any) -> tuple[Any, Any, int]:
    """Tensor, indices and axis, all other sizes broadcast."""
    x, numbers = operand(arr), indices_operand(indices, op)
    if axis is None:
        x = recording.reshape(x, to=(x._value.size,))
        axis = -1
    shape, wanted = x._value.shape, numbers._value.shape
    axis = axis_argument(axis, len(shape), op)
    if len(wanted) != len(shape):
        raise InvalidArgumentError(
            f"{op}: indices must have as many axes as the tensor, but the shapes are "
            f"{list(wanted)} and {list(shape)}."
        )
    lines, chosen = list(shape), list(wanted)
    size, count = lines[axis], chosen[axis]
    lines[axis] = chosen[axis] = 1
    try:
        common = list(np.broadcast_shapes(tuple(lines), tuple(chosen)))
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: but for axis {axis + len(shape)}, the shape {list(wanted)} of the indices must "
            f"broadcast with {list(shape)}, that of the tensor."
        ) from None
    numbers = apply(_counted, (numbers,), {"size": size, "op": op})
    common[axis] = size
    if tuple(common) != shape:
        x = recording.broadcast_to(x, to=tuple(common))
    common[axis] = count
    if tuple(common) != wanted:
        numbers = recording.broadcast_to(numbers, to=tuple(common))
    return x, numbers, axis


def take_along_axis(arr: Any, indices: Any, axis: Any = -1, name: str | None = None) -> Tensor:
    """Take entries along an axis, each line by its own indices.

    Parameters
    ----------
    arr : Tensor
        A tensor of any dtype.
    indices : Tensor
        Integers, negative ones counting from the end. They have as many axes as `arr`, of which
        all but `axis` broadcast with those of `arr`.
    axis : int, optional
        The axis; None flattens `arr` first.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape of `indices` (broadcast): ``y[i, j] = arr[i, indices[i, j]]`` for the last
        axis. The gradient adds up where an entry was taken repeatedly.

    Raises
    ------
    InvalidArgumentError
        If an index is out of range or not an integer, or shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([[10, 30, 20], [60, 40, 50]])
    >>> tf.math.take_along_axis(x, tf.argsort(x), axis=1).numpy().tolist()
    [[10, 20, 30], [40, 50, 60]]
    """
    x, numbers, axis = _aligned("take_along_axis", arr, indices, axis)
    return recording.take_along_axis(x, numbers, axis=axis)  # type: ignore[no-any-return]


def put_along_axis(
    arr: Any, indices: Any, values: Any, axis: Any = -1, name: str | None = None
) -> Tensor:
    """Replace entries along an axis, each line by its own indices.

    Parameters
    ----------
    arr : Tensor
        A tensor of any dtype; it is not changed.
    indices : Tensor
        Integers, negative ones counting from the end. They have as many axes as `arr`, of which
        all but `axis` broadcast with those of `arr`.
    values : Tensor
        What to put there, of the dtype of `arr`, broadcast to the shape of `indices`.
    axis : int, optional
        The axis; None means the flattened tensor, in whose shape the result is.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A tensor like `arr` with ``y[i, indices[i, j]] = values[i, j]`` for the last axis. Where an
        index is repeated, the last value counts, and only it gets a gradient; entries that were
        replaced get none.

    Raises
    ------
    InvalidArgumentError
        If an index is out of range or not an integer, or shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.put_along_axis([[1, 2, 3], [4, 5, 6]], [[0], [2]], 0, axis=1).numpy().tolist()
    [[0, 2, 3], [4, 5, 0]]
    """
    whole = operand(arr)
    x, numbers, along = _aligned("put_along_axis", whole, indices, axis)
    new = operand(values, x._value.dtype)
    require_same_dtype("put_along_axis", x, new)
    shape = numbers._value.shape
    if new._value.shape != shape:
        try:
            fits = np.broadcast_shapes(new._value.shape, shape) == shape
        except ValueError:
            fits = False
        if not fits:
            raise InvalidArgumentError(
                f"put_along_axis: values of shape {list(new._value.shape)} do not broadcast to "
                f"{list(shape)}, the shape of the indices."
            )
        new = recording.broadcast_to(new, to=shape)
    if not new._value.size:
        return recording.identity(whole)  # type: ignore[no-any-return]
    source, replaced = apply(_written, (numbers,), {"to": x._value.shape, "axis": along})
    merged = recording.where(replaced, recording.take_along_axis(new, source, axis=along), x)
    return recording.reshape(merged, to=whole._value.shape) if axis is None else merged  # type: ignore[no-any-return]
