"""Cutting signals into overlapping frames, and adding frames up to a signal."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument
from tapegrad.ops.arranging import pad

__all__ = ("frame", "overlap_and_add")


def _frames(x: Any, *, length: int, step: int, count: int) -> Any:
    if not count or not length:
        return np.zeros((*x.shape[:-1], count, length), x.dtype)
    windows = np.lib.stride_tricks.sliding_window_view(x, length, -1)
    return windows[..., : (count - 1) * step + 1 : step, :]


def _overlap_add(x: Any, *, step: int, size: int) -> Any:
    *leading, count, length = x.shape
    # One addition for each stretch of `step` entries of a frame, of all frames at once.
    stretches = -(-length // step)
    table = np.zeros((*leading, max(count + stretches - 1, 0), step), x.dtype)
    for k in range(stretches if count else 0):
        part = x[..., k * step : (k + 1) * step]
        table[..., k : k + count, : part.shape[-1]] += part
    flat = table.reshape((*leading, -1)) if table.size else np.zeros((*leading, 0), x.dtype)
    if flat.shape[-1] >= size:
        return flat[..., :size]
    signal = np.zeros((*leading, size), x.dtype)
    signal[..., : flat.shape[-1]] = flat
    return signal


# (..., n) -> (..., count, length): a frame begins every `step` entries; and the adjoint.
linear(
    "frames",
    _frames,
    lambda F, g, step, shape: F.overlap_add(g, step=step, size=shape[-1]),
)
linear(
    "overlap_add",
    _overlap_add,
    lambda F, g, step, shape: F.frames(g, length=shape[-1], step=step, count=shape[-2]),
)


def size_argument(value: Any, op: str, name: str, least: int) -> int:
    """An integer that is at least `least`.

    Raises
    ------
    InvalidArgumentError
        For everything else.
    """
    try:
        size = int_argument(value, op, name)
    except TypeError as error:
        raise InvalidArgumentError(str(error)) from None
    if size < least:
        raise InvalidArgumentError(f"{op}: {name} must be at least {least}, not {size}.")
    return size


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """Cut an axis into frames, which overlap if the step is smaller than their length.

    Parameters
    ----------
    signal : Tensor
        A tensor of rank at least 1, of n entries along `axis`.
    frame_length : int or Tensor
        The number of entries of a frame.
    frame_step : int or Tensor
        From the beginning of a frame to that of the next; at least 1.
    pad_end : bool
        Whether frames that reach beyond the end are filled up, rather than left out.
    pad_value : Tensor
        What they are filled up with.
    axis : int
        The axis to cut.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., count, frame_length, ...)``, these two in place of `axis`; count is
        ``ceil(n / frame_step)`` with `pad_end`, else that of the frames that fit.

    Raises
    ------
    InvalidArgumentError
        If a number is not an integer or too small, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.frame([1, 2, 3, 4, 5], frame_length=3, frame_step=2).numpy().tolist()
    [[1, 2, 3], [3, 4, 5]]
    """
    x = operand(signal)
    length = size_argument(frame_length, "frame", "frame_length", 0)
    step = size_argument(frame_step, "frame", "frame_step", 1)
    ndim = x._value.ndim
    at = axis_argument(axis, ndim, "frame")
    if at != -1:
        x = recording.transpose(x, axes=(*range(-ndim, at), *range(at + 1, 0), at))
    size = x._value.shape[-1]
    if pad_end:
        count = -(-size // step)
        lacking = max(0, (count - 1) * step + length - size)
        if lacking and count:
            x = pad(x, [(0, 0)] * (ndim - 1) + [(0, lacking)], "CONSTANT", pad_value)
    else:
        count = max(0, (size - length + step) // step)
    found = recording.frames(x, length=length, step=step, count=count)
    if at != -1:
        # The two new axes stand last: they move to where the axis was.
        rank = ndim + 1
        after = -at - 1
        found = recording.transpose(
            found,
            axes=(*range(-rank, -2 - after), -2, -1, *range(-2 - after, -2)),
        )
    return found  # type: ignore[no-any-return]


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """Add frames up where they overlap.

    Parameters
    ----------
    signal : Tensor
        A tensor of shape ``(..., count, frame_length)``.
    frame_step : int or Tensor
        From the beginning of a frame to that of the next; at least 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., (count - 1) * frame_step + frame_length)``.

    Raises
    ------
    InvalidArgumentError
        If the rank is less than 2, or `frame_step` is not an integer or too small.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.overlap_and_add([[1, 2, 3], [10, 20, 30]], frame_step=2).numpy().tolist()
    [1, 2, 13, 20, 30]
    """
    x = operand(signal)
    shape = x._value.shape
    step = size_argument(frame_step, "overlap_and_add", "frame_step", 1)
    if len(shape) < 2:
        raise InvalidArgumentError(
            f"overlap_and_add: signal must have rank at least 2, (..., count, frame_length), but "
            f"its shape is {list(shape)}."
        )
    size = max(0, shape[-2] - 1) * step + shape[-1]
    return recording.overlap_add(x, step=step, size=size)  # type: ignore[no-any-return]
