"""Pooling: the largest entry or the mean of every window."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.convolution_arguments import (
    FORMATS,
    is_channels_first,
    padding_argument,
    window_argument,
)
from tapegrad.ops.window_geometry import Windows, make_windows, meeting
from tapegrad.ops.window_reductions import window_max, window_sum

Axes = tuple[int, ...]


def pooled_windows(
    op: str,
    x: Any,
    n: int,
    sizes: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: tuple[int, ...] | None = None,
) -> tuple[Windows, Axes]:
    """The windows of a pooling along `n` image axes, and these axes (with the channels, if those
    are pooled too).

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, or a window would see nothing but padding.
    """
    shape = x._value.shape
    if len(shape) != n + 2:
        raise InvalidArgumentError(
            f"{op}: Input must be {n + 2}-dimensional. Expect: {FORMATS[n][0]} or {FORMATS[n][1]}. "
            f"Actual: shape {list(shape)}."
        )
    first = is_channels_first(data_format, n, op)
    kernel, channels = window_argument(sizes, n, first, op, "ksize")
    steps, channel_step = window_argument(strides, n, first, op, "strides")
    pads = padding_argument(padding, n, first, op)
    axes = tuple(range(-n, 0)) if first else tuple(range(-n - 1, -1))
    spread = dilations or (1,) * n
    windows = make_windows(op, [shape[a] for a in axes], kernel, steps, spread, pads)
    _require_entries(op, windows, padding)
    if channels == channel_step == 1:
        return windows, axes
    at = -n - 1 if first else -1
    along = "SAME" if padding == "SAME" else "VALID"
    more = make_windows(op, [shape[at]], [channels], [channel_step], [1], along)
    parts = [windows, more] if at == -1 else [more, windows]
    merged = Windows(*[a + b for a, b in zip(*parts, strict=True)])
    return merged, tuple(sorted((*axes, at)))


def _require_entries(op: str, windows: Windows, padding: Any) -> None:
    for axis, kernel in enumerate(windows.kernel):
        if _seen(windows, axis).all():
            continue
        raise InvalidArgumentError(
            f"{op}: a window would lie in the padding alone, on spatial axis {axis}. Expect: "
            f"padding that needs to be smaller than the window size {kernel}. Actual: padding "
            f"{padding!r}, sizes {list(windows.sizes)}, dilations {list(windows.dilations)}."
        )


def _seen(windows: Windows, axis: int) -> Any:
    """How many entries each window has along an axis."""
    count = np.zeros(windows.number[axis], np.int64)
    for k in range(windows.kernel[axis]):
        met = meeting(windows, axis, k)
        if met is not None:
            count[met[0]] += 1
    return count


@lru_cache(maxsize=256)
def _entry_counts(windows: Windows, axes: Axes) -> Any:
    """The number of entries of each window, to broadcast against the result."""
    total: Any = np.ones((1,) * -min(axes))
    for i, axis in enumerate(axes):
        total = total * _seen(windows, i).reshape((-1,) + (1,) * (-axis - 1))
    if total.size and (total == total.flat[0]).all():
        return total.reshape(-1)[0]
    total.flags.writeable = False
    return total


def mean_over(x: Any, windows: Windows, axes: Axes) -> Tensor:
    """The mean of the entries of each window, padding not counted."""
    total = window_sum(x, windows=windows, axes=axes)
    count = _entry_counts(windows, axes).astype(x._value.dtype)
    return recording.divide(total, wrap_constant(count))  # type: ignore[no-any-return]


def max_over(x: Any, windows: Windows, axes: Axes) -> Tensor:
    """The largest entry of each window."""
    return window_max(x, windows=windows, axes=axes)  # type: ignore[no-any-return]


def pooled_operand(op: str, value: Any, *, integers: bool) -> Any:
    """What is pooled, as an operand.

    Raises
    ------
    InvalidArgumentError
        If it has a dtype without an order, or without means.
    """
    x = operand(value)
    dtype = x._value.dtype
    if dtype.kind == "f" or dtype.name == "bfloat16" or (integers and dtype.kind in "iu"):
        return x
    if dtype.kind == "c" and not integers:
        return x
    raise InvalidArgumentError(
        f"{op}: tensors of dtype {from_numpy(dtype).name} are not supported. Convert first, for "
        f"example tf.cast(x, tf.float32)."
    )


def max_pooling(
    op: str, n: int, value: Any, ksize: Any, strides: Any, padding: Any, data_format: Any
) -> Tensor:
    """Max pooling along `n` image axes."""
    x = pooled_operand(op, value, integers=True)
    return max_over(x, *pooled_windows(op, x, n, ksize, strides, padding, data_format))


def mean_pooling(
    op: str, n: int, value: Any, ksize: Any, strides: Any, padding: Any, data_format: Any
) -> Tensor:
    """Average pooling along `n` image axes."""
    x = pooled_operand(op, value, integers=False)
    return mean_over(x, *pooled_windows(op, x, n, ksize, strides, padding, data_format))


def image_axes(op: str, x: Any) -> int:
    """The number of image axes of a tensor of any rank.

    Raises
    ------
    ValueError
        If there are other than one, two or three.
    """
    shape = x._value.shape
    n = len(shape) - 2
    if not 1 <= n <= 3:
        raise ValueError(
            f"{op}: `input.shape.rank` must be 3, 4 or 5. Received: input.shape={shape} of rank "
            f"{len(shape)}."
        )
    return n
