"""Arguments that convolutions and pooling share: strides, paddings, data formats, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError, UnimplementedError
from tapegrad.ops.arguments import int_argument, ints_argument

#: Data formats by the number of image axes: channels last, channels first.
FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}

#: Padding as `window_geometry` takes it.
Padding = str | Sequence[tuple[int, int]]


def is_channels_first(data_format: Any, n: int, op: str) -> bool:
    """True for ``"NCHW"`` and its like for `n` image axes; None is channels last.

    Raises
    ------
    InvalidArgumentError
        For a format that is not one of the two; for sequences it is a plain ValueError.
    """
    last, first = FORMATS[n]
    if data_format is None or data_format == last:
        return False
    if data_format == first:
        return True
    kind = ValueError if n == 1 else InvalidArgumentError
    raise kind(
        f"{op}: Value for attr 'data_format' of {data_format!r} is not in the list of allowed "
        f"values: {last!r}, {first!r}, for {n} spatial dimension(s)."
    )


def _entries(value: Any, n: int, op: str, name: str) -> tuple[int, ...]:
    """As many integers as were given: one, `n`, or one for every axis."""
    entries = ints_argument(value, op, name)
    if len(entries) not in (1, n, n + 2):
        lengths = "1 or 3" if n == 1 else f"1, {n} or {n + 2}"
        raise ValueError(
            f"{op}: {name} should be of length {lengths}. Received: {name}={list(entries)} of "
            f"length {len(entries)}."
        )
    return entries


def window_argument(
    value: Any, n: int, channels_first: bool, op: str, name: str
) -> tuple[tuple[int, ...], int]:
    """Sizes or strides of pooling windows along the image axes, and that along the channels.

    Raises
    ------
    InvalidArgumentError
        If one is not positive.
    UnimplementedError
        If windows were to run along the batch.
    ValueError
        If there are neither one, nor `n`, nor ``n + 2`` of them.
    """
    entries = _entries(value, n, op, name)
    if min(entries) < 1:
        what = (
            "Stride must be > 0" if name == "strides" else "Sliding window ksize must be positive"
        )
        raise InvalidArgumentError(f"{op}: {what}, but got {min(entries)} ({name}={value!r}).")
    if len(entries) < n + 2:
        return (entries * n if len(entries) == 1 else entries), 1
    batch, *rest = entries
    if batch != 1:
        raise UnimplementedError(
            f"{op}: Pooling is not yet supported on the batch dimension: {name}={list(entries)} "
            f"must begin with 1."
        )
    if channels_first:
        return tuple(rest[1:]), rest[0]
    return tuple(rest[:-1]), rest[-1]


def strides_argument(value: Any, n: int, channels_first: bool, op: str) -> tuple[int, ...]:
    """Steps of a convolution along the image axes; None means ones.

    Raises
    ------
    InvalidArgumentError
        If one is not positive.
    UnimplementedError
        If there are steps along the batch or the channels.
    ValueError
        If there are neither one, nor `n`, nor ``n + 2`` of them.
    """
    return _steps(value, n, channels_first, op, "strides")


def dilations_argument(value: Any, n: int, channels_first: bool, op: str) -> tuple[int, ...]:
    """Distances between the places of a window along the image axes; None means ones.

    Raises
    ------
    InvalidArgumentError
        If one is not positive, or there are any along the batch or the channels.
    ValueError
        If there are neither one, nor `n`, nor ``n + 2`` of them.
    """
    return _steps(value, n, channels_first, op, "dilations")


def _steps(value: Any, n: int, channels_first: bool, op: str, name: str) -> tuple[int, ...]:
    if value is None:
        return (1,) * n
    entries = _entries(value, n, op, name)
    if min(entries) < 1:
        what = (
            "Stride must be > 0" if name == "strides" else "Dilated rates should be larger than 0"
        )
        raise InvalidArgumentError(f"{op}: {what}, but got {name}={list(entries)}.")
    if len(entries) == 1:
        return entries * n
    if len(entries) == n:
        return entries
    batch, *rest = entries
    channel = rest.pop(0) if channels_first else rest.pop()
    if (batch, channel) != (1, 1):
        kind = UnimplementedError if name == "strides" else InvalidArgumentError
        raise kind(
            f"{op}: Current implementation does not yet support {name} in the batch and depth "
            f"dimensions. Expect: 1 for both. Actual: {name}={list(entries)}, data_format="
            f"{FORMATS[n][channels_first]!r}."
        )
    return tuple(rest)


def padding_argument(padding: Any, n: int, channels_first: bool, op: str) -> Padding:
    """``"SAME"``, ``"VALID"``, or the pairs of an explicit padding of the image axes.

    Raises
    ------
    InvalidArgumentError
        For another string, negative numbers, or padding of the batch or the channels.
    ValueError
        For a list that has not one pair for every axis.
    """
    if isinstance(padding, str):
        if padding in ("SAME", "VALID"):
            return padding
        if padding == "EXPLICIT":
            raise ValueError(
                f"{op}: 'EXPLICIT' is not a valid value for `padding`. To use explicit padding, "
                f"`padding` must be a list."
            )
        raise InvalidArgumentError(
            f"{op}: Value for attr 'padding' of {padding!r} is not in the list of allowed values: "
            f"'SAME', 'VALID', or a list of [before, after] for every axis."
        )
    if isinstance(padding, ArrayLike):
        padding = padding._read()
    if hasattr(padding, "tolist"):
        padding = padding.tolist()
    if not isinstance(padding, (list, tuple)):
        raise TypeError(
            f"{op}: padding must be 'SAME', 'VALID' or a list of [before, after] for every axis, "
            f"not {padding!r}."
        )
    if len(padding) != n + 2:
        raise ValueError(
            f"{op}: When padding is a list, it must be of size {n + 2}. Received: "
            f"padding={padding} of size {len(padding)}."
        )
    pairs = []
    for pair in padding:
        numbers = ints_argument(pair, op, "padding")
        if len(numbers) != 2:
            raise ValueError(
                f"{op}: padding must have [before, after] for every axis. Received: {padding}."
            )
        if min(numbers) < 0:
            raise InvalidArgumentError(
                f"{op}: explicit paddings must not be negative. Actual: {padding}. Cut entries off "
                f"with x[...] first."
            )
        pairs.append((numbers[0], numbers[1]))
    batch, *rest = pairs
    channel = rest.pop(0) if channels_first else rest.pop()
    if any(batch) or any(channel):
        raise InvalidArgumentError(
            f"{op}: explicit padding of the batch and the channels must be 0. Actual: {padding}, "
            f"data_format={FORMATS[n][channels_first]!r}."
        )
    return rest


def channels_last(x: Any, channels_first: bool) -> Any:
    """Move the channels of ``(batch, channels, ...)`` to the end."""
    if not channels_first:
        return x
    ndim = x._value.ndim
    return recording.transpose(x, axes=(-ndim, *range(2 - ndim, 0), 1 - ndim))


def channels_back(y: Any, channels_first: bool) -> Any:
    """Undo `channels_last`."""
    if not channels_first:
        return y
    ndim = y._value.ndim
    return recording.transpose(y, axes=(-ndim, -1, *range(1 - ndim, -1)))


def merge_batch(x: Any, n: int, op: str) -> tuple[Any, tuple[int, ...]]:
    """One batch axis in place of all axes in front of the last ``n + 1``, and their sizes.

    Raises
    ------
    InvalidArgumentError
        If there is none.
    """
    shape = x._value.shape
    rank = n + 2
    if len(shape) < rank:
        raise InvalidArgumentError(
            f"{op}: the input must have at least {rank} axes. Expect: {FORMATS[n][0]} or "
            f"{FORMATS[n][1]}. Actual: shape {list(shape)}. Add a batch axis with tf.expand_dims."
        )
    batch = shape[: len(shape) - rank + 1]
    if len(batch) > 1:
        x = recording.reshape(x, to=(prod(batch), *shape[len(batch) :]))
    return x, batch


def split_batch(y: Tensor, batch: tuple[int, ...]) -> Tensor:
    """Undo `merge_batch`."""
    if len(batch) == 1:
        return y
    return recording.reshape(y, to=(*batch, *y._value.shape[1:]))  # type: ignore[no-any-return]


def output_shape_argument(
    value: Any, n: int, channels_first: bool, op: str
) -> tuple[int | None, tuple[int, ...], int | None]:
    """Batch (None if not said), image sizes and channels of a transposed convolution's output.

    Raises
    ------
    ValueError
        If there are neither `n` nor ``n + 2`` sizes.
    InvalidArgumentError
        If one is negative.
    """
    sizes = ints_argument(value, op, "output_shape")
    if len(sizes) == n:
        batch, channel, spatial = None, None, sizes
    elif len(sizes) == n + 2:
        first, *rest = sizes
        batch = None if first == -1 else first
        channel = rest.pop(0) if channels_first else rest.pop()
        spatial = tuple(rest)
    else:
        raise ValueError(
            f"{op}: output_shape should be of length {n} or {n + 2}. Received: "
            f"output_shape={list(sizes)} of length {len(sizes)}."
        )
    if min(spatial) < 0 or (channel or 0) < 0 or (batch or 0) < 0:
        raise InvalidArgumentError(
            f"{op}: output_shape must not be negative (but for a batch of -1). Actual: "
            f"{list(sizes)}."
        )
    return batch, spatial, channel


def whole_argument(value: Any, op: str, name: str, least: int) -> int:
    """An integer of at least `least`.

    Raises
    ------
    InvalidArgumentError
        If it is smaller.
    TypeError
        If it is no integer.
    """
    number = int_argument(value, op, name)
    if number < least:
        raise InvalidArgumentError(f"{op}: {name} must be at least {least}, but got {number}.")
    return number
