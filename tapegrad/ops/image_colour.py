"""Colours of images in other coordinates: grey, hue and saturation, luminance and chrominance."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.cast import cast, saturate_cast
from tapegrad.ops.contract import tensordot
from tapegrad.ops.joining import stack
from tapegrad.ops.select import clip_by_value
from tapegrad.ops.where import where

__all__ = [
    "convert_image_dtype",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "yiq_to_rgb",
    "yuv_to_rgb",
]


def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """Convert images to another dtype, and its scale: [0, 1] for floats, all values for integers.

    Parameters
    ----------
    image
        Of any shape, floating point or integers.
    dtype
        The other dtype.
    saturate
        Whether values that do not fit become the nearest that do.

    Returns
    -------
    Tensor
        Of the same shape. Conversions between floating point dtypes do not scale.

    Raises
    ------
    AttributeError
        If a dtype is neither floating point nor of integers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.convert_image_dtype(tf.constant([0, 255], tf.uint8), tf.float32).numpy().tolist()
    [0.0, 1.0]
    """
    x, to = operand(image), as_dtype(dtype)
    if not (to.is_floating or to.is_integer):
        raise AttributeError("dtype must be either floating point or integer")
    if not (x.dtype.is_floating or x.dtype.is_integer):
        raise AttributeError("image dtype must be either floating point or integer")
    if to == x.dtype:
        return recording.identity(x)  # type: ignore[no-any-return]
    convert: Any = saturate_cast if saturate else cast
    if x.dtype.is_integer and to.is_integer:
        old, new = int(x.dtype.max), int(to.max)
        if old > new:
            return convert(x // ((old + 1) // (new + 1)), to)  # type: ignore[no-any-return]
        return convert(x, to) * ((new + 1) // (old + 1))  # type: ignore[no-any-return]
    if x.dtype.is_floating and to.is_floating:
        return cast(x, to)  # type: ignore[no-any-return]
    if x.dtype.is_integer:
        return cast(x, to) * (1.0 / float(x.dtype.max))  # type: ignore[no-any-return]
    return convert(x * (float(to.max) + 0.5), to)  # type: ignore[no-any-return]


def floating(image: Any, op: str) -> Any:
    """Images of three channels in floating point, scaled to [0, 1] if they were integers."""
    x = operand(image)
    shape = x._value.shape
    if len(shape) < 1 or shape[-1] != 3:
        raise InvalidArgumentError(
            f"{op}: images must have 3 channels as their last axis. Expect: (..., 3). Actual: "
            f"{list(shape)}."
        )
    return scaled(x)


def scaled(x: Tensor) -> Tensor:
    """Images in floating point: integers are scaled to [0, 1]."""
    if x.dtype.is_complex or x.dtype.is_bool:
        raise TypeError(f"Images are real numbers or integers, not {x.dtype.name}.")
    return x if x.dtype.is_floating else convert_image_dtype(x, "float32")


def _times(images: Any, matrix: Any, op: str) -> Tensor:
    x = floating(images, op) if operand(images).dtype.is_floating else operand(images)
    kernel = wrap_constant(np.asarray(matrix, x._value.dtype))
    y: Tensor = tensordot(x, kernel, [[-1], [0]])
    return y


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """The brightness of colours, ``0.2989 r + 0.587 g + 0.114 b``.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``; integers are scaled to [0, 1] in between.

    Returns
    -------
    Tensor
        Of shape ``(..., 1)`` and the same dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.rgb_to_grayscale([[[1.0, 0.0, 0.0]]]).numpy().round(4).tolist()
    [[[0.2989000082015991]]]
    """
    x = operand(images)
    weights = [[0.2989], [0.5870], [0.1140]]
    grey = _times(floating(x, "rgb_to_grayscale"), weights, "rgb_to_grayscale")
    return convert_image_dtype(grey, x.dtype)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Grey as a colour: the same red, green and blue.

    Parameters
    ----------
    images
        Of shape ``(..., 1)``.

    Returns
    -------
    Tensor
        Of shape ``(..., 3)`` and the same dtype.

    Raises
    ------
    InvalidArgumentError
        If there is not one channel.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.grayscale_to_rgb([[[1.0]]]).numpy().tolist()
    [[[1.0, 1.0, 1.0]]]
    """
    x = operand(images)
    shape = x._value.shape
    if len(shape) < 1 or shape[-1] != 1:
        raise InvalidArgumentError(
            f"grayscale_to_rgb: images must have one channel as their last axis. Expect: (..., 1). "
            f"Actual: {list(shape)}."
        )
    return recording.broadcast_to(x, to=(*shape[:-1], 3))  # type: ignore[no-any-return]


def hue_of(rgb: Any) -> tuple[Any, Any, Any]:
    """Hue in [0, 1), the largest channel, and how much less the smallest is."""
    r, g, b = (rgb[..., i] for i in range(3))
    red = recording.logical_and(r >= g, r >= b)
    green = recording.logical_and(g > r, g >= b)
    value = where(red, r, where(green, g, b))
    least_red = recording.logical_and(r < g, r < b)
    least_green = recording.logical_and(g <= r, g < b)
    chroma = value - where(least_red, r, where(least_green, g, b))
    some = chroma > 0.0
    # Where there is no colour the hue is 0, with no slope.
    sixth = 1.0 / (6.0 * where(some, chroma, chroma * 0.0 + 1.0))
    hue = where(
        red,
        sixth * (g - b),
        where(green, sixth * (b - r) + 2.0 / 6.0, sixth * (r - g) + 4.0 / 6.0),
    )
    hue = where(some, hue, hue * 0.0)
    return where(hue < 0.0, hue + 1.0, hue), value, chroma


def of_hue(hue: Any, value: Any, chroma: Any) -> Tensor:
    """Red, green and blue from what `hue_of` returned."""
    sector = hue * 6.0
    channels = (
        clip_by_value(recording.abs(sector - 3.0) - 1.0, 0.0, 1.0),
        clip_by_value(2.0 - recording.abs(sector - 2.0), 0.0, 1.0),
        clip_by_value(2.0 - recording.abs(sector - 4.0), 0.0, 1.0),
    )
    return stack([value - chroma * (1.0 - c) for c in channels], axis=-1)


def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value of colours.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point in [0, 1].

    Returns
    -------
    Tensor
        Of the same shape and dtype, all channels in [0, 1].

    Raises
    ------
    InvalidArgumentError
        If there are not three channels, or the dtype is not floating point.

    Notes
    -----
    Of equal channels the first counts as the largest, and the last as the smallest; the hue of grey
    has no slope.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.rgb_to_hsv([[[0.25, 1.0, 0.5]]]).numpy().round(3).tolist()
    [[[0.3889999985694885, 0.75, 1.0]]]
    """
    x = _colours(images, "rgb_to_hsv")
    hue, value, chroma = hue_of(x)
    bright = value > 0.0
    saturation = where(bright, chroma / where(bright, value, value * 0.0 + 1.0), chroma * 0.0)
    return stack([hue, saturation, value], axis=-1)


def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Red, green and blue of colours given by hue, saturation and value.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point in [0, 1].

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels, or the dtype is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.hsv_to_rgb([[[0.0, 1.0, 0.5]]]).numpy().tolist()
    [[[0.5, 0.0, 0.0]]]
    """
    x = _colours(images, "hsv_to_rgb")
    hue, saturation, value = (x[..., i] for i in range(3))
    return of_hue(hue, value, value * saturation)


def _colours(images: Any, op: str) -> Any:
    x = operand(images)
    if not x.dtype.is_floating:
        raise InvalidArgumentError(
            f"{op}: images must be floating point, not {x.dtype.name}: convert them first with "
            f"tf.image.convert_image_dtype(images, tf.float32)."
        )
    return floating(x, op)


_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1.0, 1.0, 1.0],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [
    [1.0, 1.0, 1.0],
    [0.0, -0.394642334, 2.03206185],
    [1.13988303, -0.58062185, 0.0],
]


def rgb_to_yiq(images: Any) -> Tensor:
    """Luminance and chrominance as in NTSC television.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point in [0, 1].

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.rgb_to_yiq([[[1.0, 2.0, 3.0]]]).numpy()[0, 0].round(3).tolist()
    [1.815000057220459, -0.9169999957084656, 0.10000000149011612]
    """
    return _times(images, _YIQ, "rgb_to_yiq")


def yiq_to_rgb(images: Any) -> Tensor:
    """Red, green and blue from luminance and chrominance as in NTSC television.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.yiq_to_rgb([[[0.5, 0.0, 0.0]]]).numpy().tolist()
    [[[0.5, 0.5, 0.5]]]
    """
    return _times(images, _FROM_YIQ, "yiq_to_rgb")


def rgb_to_yuv(images: Any) -> Tensor:
    """Luminance and chrominance as in PAL television.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point in [0, 1].

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.rgb_to_yuv([[[0.0, 0.0, 0.0]]]).numpy().tolist()
    [[[0.0, 0.0, 0.0]]]
    """
    return _times(images, _YUV, "rgb_to_yuv")


def yuv_to_rgb(images: Any) -> Tensor:
    """Red, green and blue from luminance and chrominance as in PAL television.

    Parameters
    ----------
    images
        Of shape ``(..., 3)``, floating point.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.yuv_to_rgb([[[0.5, 0.0, 0.0]]]).numpy().tolist()
    [[[0.5, 0.5, 0.5]]]
    """
    return _times(images, _FROM_YUV, "yuv_to_rgb")
