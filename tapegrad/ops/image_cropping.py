"""Parts of images, and margins around them."""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument, ints_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.gather import gather_nd
from tapegrad.ops.joining import stack
from tapegrad.ops.resize import resize
from tapegrad.ops.rounding import floor as rounded_down
from tapegrad.ops.shape import expand_dims
from tapegrad.ops.where import where

__all__ = [
    "central_crop",
    "crop_and_resize",
    "crop_to_bounding_box",
    "pad_to_bounding_box",
    "resize_with_crop_or_pad",
    "resize_with_pad",
]


def _image(image: Any, op: str) -> tuple[Any, int, int]:
    """An image or a batch of them, its height and its width."""
    x = operand(image)
    shape = x._value.shape
    if len(shape) not in (3, 4):
        raise ValueError(
            f"{op}: 'image' (shape {shape}) must have either 3 or 4 dimensions. Expect: (height, "
            f"width, channels) or (batch, height, width, channels)."
        )
    return x, shape[-3], shape[-2]


def _part(x: Any, top: int, left: int, height: int, width: int) -> Tensor:
    index = (..., slice(top, top + height), slice(left, left + width), slice(None))
    return recording.getitem(x, index=index)  # type: ignore[no-any-return]


def central_crop(image: Any, central_fraction: Any) -> Tensor:
    """The middle of images.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    central_fraction
        The share of height and width that stays, in (0, 1].

    Returns
    -------
    Tensor
        A part of the image.

    Raises
    ------
    ValueError
        If `central_fraction` is out of range, or `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.central_crop(tf.ones([8, 6, 3]), 0.5).shape
    TensorShape([4, 4, 3])
    """
    share = float(operand(central_fraction)._read())
    if not 0.0 < share <= 1.0:
        raise ValueError("central_fraction must be within (0, 1]")
    x, height, width = _image(image, "central_crop")
    top, left = (int((n - n * share) / 2) for n in (height, width))
    return _part(x, top, left, height - 2 * top, width - 2 * left)


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """A part of images.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    offset_height, offset_width
        Where the part begins.
    target_height, target_width
        Its size.

    Returns
    -------
    Tensor
        The part.

    Raises
    ------
    ValueError
        If it does not lie in the image, or `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(9), [3, 3, 1])
    >>> tf.image.crop_to_bounding_box(x, 1, 0, 2, 2).numpy()[:, :, 0].tolist()
    [[3, 4], [6, 7]]
    """
    op = "crop_to_bounding_box"
    x, height, width = _image(image, op)
    top, left, rows, columns = _box(op, offset_height, offset_width, target_height, target_width)
    for what, size, end in (("height", height, top + rows), ("width", width, left + columns)):
        if end > size:
            raise ValueError(
                f"{op}: {what} must be >= target + offset. Received: an image of {what} {size}, "
                f"and a part that ends at {end}."
            )
    return _part(x, top, left, rows, columns)


def _box(op: str, *numbers: Any) -> tuple[int, int, int, int]:
    names = ("offset_height", "offset_width", "target_height", "target_width")
    box = [int_argument(n, op, name) for n, name in zip(numbers, names, strict=True)]
    for n, name, least in zip(box, names, (0, 0, 1, 1), strict=True):
        if n < least:
            raise ValueError(f"{op}: {name} must be {'> 0' if least else '>= 0'}. Received: {n}.")
    return box[0], box[1], box[2], box[3]


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Images with zeros around them.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    offset_height, offset_width
        The rows of zeros above, and the columns of zeros to the left.
    target_height, target_width
        The size of the result.

    Returns
    -------
    Tensor
        The larger image.

    Raises
    ------
    ValueError
        If the image does not fit, or has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.pad_to_bounding_box([[[5]]], 1, 0, 2, 2).numpy()[:, :, 0].tolist()
    [[0, 0], [5, 0]]
    """
    op = "pad_to_bounding_box"
    x, height, width = _image(image, op)
    top, left, rows, columns = _box(op, offset_height, offset_width, target_height, target_width)
    after = rows - top - height, columns - left - width
    if min(after) < 0:
        raise ValueError(
            f"{op}: {'height' if after[0] < 0 else 'width'} must be <= target - offset. Received: "
            f"an image of {height} x {width} at ({top}, {left}), and a target of {rows} x "
            f"{columns}."
        )
    margins = ((top, after[0]), (left, after[1]), (0, 0))
    none = ((0, 0),) * (x._value.ndim - 3)
    return recording.pad(x, paddings=(*none, *margins))  # type: ignore[no-any-return]


def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """Images of another size: their middle, or with zeros around them.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    target_height, target_width
        The size of the result.

    Returns
    -------
    Tensor
        The images.

    Raises
    ------
    ValueError
        If a size is not positive, or `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.resize_with_crop_or_pad(tf.ones([8, 6, 3]), 4, 10).shape
    TensorShape([4, 10, 3])
    """
    op = "resize_with_crop_or_pad"
    x, height, width = _image(image, op)
    _, _, rows, columns = _box(op, 0, 0, target_height, target_width)
    top, left = max(-(rows - height) // 2, 0), max(-(columns - width) // 2, 0)
    part = _part(x, top, left, min(rows, height), min(columns, width))
    above, before = max((rows - height) // 2, 0), max((columns - width) // 2, 0)
    return pad_to_bounding_box(part, above, before, rows, columns)


def resize_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: str = "bilinear",
    antialias: bool = False,
) -> Tensor:
    """Images of another size: resized without distortion, with zeros around them.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    target_height, target_width
        The size of the result.
    method, antialias
        See `resize`.

    Returns
    -------
    Tensor
        The images.

    Raises
    ------
    ValueError
        If a size is not positive, or `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = tf.image.resize_with_pad(tf.ones([4, 8, 1]), 8, 8)
    >>> float(tf.reduce_sum(y))
    32.0
    """
    op = "resize_with_pad"
    x, height, width = _image(image, op)
    _, _, rows, columns = _box(op, 0, 0, target_height, target_width)
    one = np.float32
    ratio = max(one(width) / one(columns), one(height) / one(rows))
    tall, wide = one(height) / ratio, one(width) / ratio
    top, left = (
        max(0, floor((one(n) - size) / one(2))) for n, size in ((rows, tall), (columns, wide))
    )
    resized = resize(x, [floor(tall), floor(wide)], method, antialias=antialias)
    return pad_to_bounding_box(resized, top, left, rows, columns)


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Tensor:
    """Parts of images, all resized to one size; differentiable in the images and in the boxes.

    Parameters
    ----------
    image
        Of shape ``(batch, height, width, channels)``.
    boxes
        Of shape ``(number, 4)``: top, left, bottom and right of every part, where 0 is the first
        row and 1 the last. Boxes may be turned around, and may reach out of the image.
    box_indices
        The image of each box.
    crop_size
        Height and width of all results.
    method
        ``"bilinear"`` or ``"nearest"``.
    extrapolation_value
        What stands outside of the image.

    Returns
    -------
    Tensor
        float32, of shape ``(number, *crop_size, channels)``.

    Raises
    ------
    InvalidArgumentError
        If shapes, indices or the method do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(4.0), [1, 2, 2, 1])
    >>> y = tf.image.crop_and_resize(x, [[0.0, 0.0, 1.0, 1.0]], [0], [3, 3])
    >>> y.numpy()[0, :, :, 0].tolist()
    [[0.0, 0.5, 1.0], [1.0, 1.5, 2.0], [2.0, 2.5, 3.0]]
    """
    op = "crop_and_resize"
    x, b, which = cast(image, "float32"), cast(boxes, "float32"), cast(box_indices, "int32")
    shape, number = x._value.shape, b._value.shape[0] if b._value.ndim else 0
    rows, columns = ints_argument(crop_size, op, "crop_size")
    if len(shape) != 4 or b._value.shape != (number, 4) or which._value.shape != (number,):
        raise InvalidArgumentError(
            f"{op}: expect an image of shape (batch, height, width, channels), boxes of shape "
            f"(number, 4) and box_indices of shape (number,). Actual: {list(shape)}, "
            f"{list(b._value.shape)} and {list(which._value.shape)}."
        )
    if method not in ("bilinear", "nearest"):
        raise InvalidArgumentError(f"{op}: method must be 'bilinear' or 'nearest', not {method!r}.")
    if rows <= 0 or columns <= 0:
        raise InvalidArgumentError(f"{op}: crop dimensions must be positive, not {crop_size}.")
    y = _places(b[:, 0:1], b[:, 2:3], shape[1], rows)
    z = _places(b[:, 1:2], b[:, 3:4], shape[2], columns)
    inside = recording.logical_and(
        expand_dims(_within(y, shape[1]), 2), expand_dims(_within(z, shape[2]), 1)
    )

    def pixels(row: Any, column: Any) -> Tensor:
        to = (number, rows, columns)
        parts = (
            recording.reshape(which, to=(number, 1, 1)),
            expand_dims(_index(row, shape[1]), 2),
            expand_dims(_index(column, shape[2]), 1),
        )
        return gather_nd(x, stack([recording.broadcast_to(p, to=to) for p in parts], axis=-1))

    if method == "nearest":
        found = pixels(rounded_down(y + 0.5), rounded_down(z + 0.5))
    else:
        top, left = rounded_down(y), rounded_down(z)
        down = recording.reshape(y - top, to=(number, rows, 1, 1))
        right = recording.reshape(z - left, to=(number, 1, columns, 1))
        above = pixels(top, left) * (1.0 - right) + pixels(top, left + 1.0) * right
        below = pixels(top + 1.0, left) * (1.0 - right) + pixels(top + 1.0, left + 1.0) * right
        found = above * (1.0 - down) + below * down
    outside = operand(extrapolation_value, np.dtype(np.float32))
    return where(expand_dims(inside, -1), found, outside)


def _places(start: Any, end: Any, size: int, count: int) -> Any:
    """Where the pixels of every part lie, in pixels of the image."""
    if count == 1:
        return 0.5 * (start + end) * (size - 1.0)
    steps = operand(np.arange(count, dtype=np.float32))
    return start * (size - 1.0) + steps * ((end - start) * ((size - 1.0) / (count - 1.0)))


def _within(places: Any, size: int) -> Any:
    return recording.logical_and(places >= 0.0, places <= size - 1.0)


def _index(places: Any, size: int) -> Any:
    """Pixel numbers; those outside, which nobody will see, moved inside."""
    limits = (operand(np.float32(n)) for n in (0.0, size - 1.0))
    low, high = limits
    return cast(recording.minimum(recording.maximum(places, low), high), "int32")
