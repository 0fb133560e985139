"""The largest and the smallest entry so far, along an axis."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.large import by_library
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import require_kinds

__all__ = ("cummax", "cummin")


class RunningExtremes(NamedTuple):
    """The extremes up to each entry, and where they were."""

    values: Tensor
    indices: Tensor


def _positions(x: Any, *, axis: int, reverse: bool, largest: bool, dtype: np.dtype[Any]) -> Any:
    back = along(axis, slice(None, None, -1))
    if reverse:
        x = x[back]
    extremes = (np.maximum if largest else np.minimum).accumulate(x, axis)
    hits = (x == extremes) | (x != x)
    numbers = np.arange(x.shape[axis], dtype=dtype).reshape(-1, *(1,) * (-axis - 1))
    found: Any = np.maximum.accumulate(np.where(hits, numbers, 0), axis)
    return (x.shape[axis] - 1 - found)[back].astype(dtype) if reverse else found.astype(dtype)


_found = general("extreme_positions", by_library("extreme_positions", _positions), NONDIFF)


def _running(op: str, value: Any, axis: Any, reverse: bool, largest: bool) -> RunningExtremes:
    x = operand(value)
    require_kinds(op, x, "iuf", "float32")
    axis = axis_argument(axis, x._value.ndim, op)
    params = {
        "axis": axis,
        "reverse": bool(reverse),
        "largest": largest,
        "dtype": np.dtype(np.int32),
    }
    indices = apply(_found, (x,), params)
    return RunningExtremes(recording.take_along_axis(x, indices, axis=axis), indices)


def cummax(
    x: Any, axis: Any = 0, reverse: bool = False, name: str | None = None
) -> RunningExtremes:
    """The largest entry so far, along an axis, and where it was.

    Parameters
    ----------
    x : Tensor
        A floating point or integer tensor with at least one axis.
    axis : int
        The axis.
    reverse : bool
        Whether to start from the end.
    name : str, optional
        Ignored.

    Returns
    -------
    values : Tensor
        Of the shape and dtype of `x`; NaN from the first NaN on.
    indices : Tensor
        Where they were, int32; of equal entries the latest, to which the gradient goes.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or the dtype has no order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> values, indices = tf.math.cummax([1.0, 3.0, 2.0, 3.0, 5.0])
    >>> values.numpy().tolist(), indices.numpy().tolist()
    ([1.0, 3.0, 3.0, 3.0, 5.0], [0, 1, 1, 3, 4])
    """
    return _running("cummax", x, axis, reverse, largest=True)


def cummin(
    x: Any, axis: Any = 0, reverse: bool = False, name: str | None = None
) -> RunningExtremes:
    """The smallest entry so far, along an axis, and where it was.

    Parameters
    ----------
    x : Tensor
        A floating point or integer tensor with at least one axis.
    axis : int
        The axis.
    reverse : bool
        Whether to start from the end.
    name : str, optional
        Ignored.

    Returns
    -------
    values : Tensor
        Of the shape and dtype of `x`; NaN from the first NaN on.
    indices : Tensor
        Where they were, int32; of equal entries the latest, to which the gradient goes.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or the dtype has no order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> values, indices = tf.math.cummin([4.0, 3.0, 5.0, 3.0])
    >>> values.numpy().tolist(), indices.numpy().tolist()
    ([4.0, 3.0, 3.0, 3.0], [0, 1, 1, 3])
    """
    return _running("cummin", x, axis, reverse, largest=False)
