"""Brightness, contrast, hue, saturation and gamma of images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.cast import cast
from tapegrad.ops.division import floormod
from tapegrad.ops.image_colour import (
    convert_image_dtype,
    floating,
    hue_of,
    of_hue,
    rgb_to_hsv,
    scaled,
)
from tapegrad.ops.reduce import reduce_mean
from tapegrad.ops.select import clip_by_value

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
]


def _adjusted(image: Any, change: Callable[[Any], Any], saturate: bool = True) -> Tensor:
    """Images changed in floating point, and back in their own dtype."""
    x = operand(image)
    y = change(scaled(x))
    return convert_image_dtype(y, x.dtype, saturate=saturate)


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """Add a number to all pixels.

    Parameters
    ----------
    image
        Of any shape; integers are scaled to [0, 1] in between.
    delta
        The number, in the scale of [0, 1].

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.adjust_brightness([[[0.25]]], 0.5).numpy().tolist()
    [[[0.75]]]
    """
    return _adjusted(image, lambda x: x + cast(delta, x.dtype))


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """Multiply the distance of every pixel from the mean of its channel.

    Parameters
    ----------
    images
        Of shape ``(..., height, width, channels)``; integers are scaled to [0, 1] in between.
    contrast_factor
        The factor.

    Returns
    -------
    Tensor
        Of the same shape and dtype: ``(x - mean) * contrast_factor + mean``.

    Raises
    ------
    InvalidArgumentError
        If there are fewer than three axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.adjust_contrast([[[1.0], [3.0]]], 2.0).numpy().ravel().tolist()
    [0.0, 4.0]
    """

    def change(x: Any) -> Any:
        if x._value.ndim < 3:
            raise InvalidArgumentError(
                f"adjust_contrast: input must be at least 3-D, got shape{list(x._value.shape)}"
            )
        wide = x if x.dtype.name == "float64" else cast(x, "float32")
        mean = reduce_mean(wide, [-3, -2], keepdims=True)
        return cast((wide - mean) * cast(contrast_factor, wide.dtype) + mean, x.dtype)

    return _adjusted(images, change)


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """Raise all pixels to a power: ``gain * image ** gamma``.

    Parameters
    ----------
    image
        Of any shape; integers are scaled to [0, 1] in between.
    gamma
        The exponent, not negative.
    gain
        The factor.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    ValueError
        If `gamma` is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.adjust_gamma([[[0.5]]], gamma=2.0).numpy().tolist()
    [[[0.25]]]
    """
    if operand(gamma)._read() < 0:
        raise ValueError("Gamma should be a non-negative real number.")
    return _adjusted(image, lambda x: cast(gain, x.dtype) * x ** cast(gamma, x.dtype))


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Turn the hue of colours.

    Parameters
    ----------
    image
        Of shape ``(..., 3)``; integers are scaled to [0, 1] in between.
    delta
        How far, in [-1, 1]; 1 is once around.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    ValueError
        If `delta` is out of range.
    InvalidArgumentError
        If there are not three channels.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.adjust_hue([[[1.0, 0.5, 0.25]]], 1 / 3).numpy().round(4).tolist()
    [[[0.25, 1.0, 0.5]]]
    """
    if not -1 <= operand(delta)._read() <= 1:
        raise ValueError("delta must be in the interval [-1, 1]")

    def change(x: Any) -> Any:
        hue, value, chroma = hue_of(floating(x, "adjust_hue"))
        turned = floormod(hue + cast(delta, x.dtype), operand(1.0, x._value.dtype))
        return of_hue(turned, value, chroma)

    return _adjusted(image, change, saturate=False)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Multiply the saturation of colours.

    Parameters
    ----------
    image
        Of shape ``(..., 3)``; integers are scaled to [0, 1] in between.
    saturation_factor
        The factor; saturations stay in [0, 1].

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
    >>> tf.image.adjust_saturation([[[1.0, 0.5, 0.5]]], 0.5).numpy().tolist()
    [[[1.0, 0.75, 0.75]]]
    """

    def change(x: Any) -> Any:
        hsv = rgb_to_hsv(floating(x, "adjust_saturation"))
        hue, saturation, value = (hsv[..., i] for i in range(3))
        scaled = clip_by_value(saturation * cast(saturation_factor, x.dtype), 0.0, 1.0)
        return of_hue(hue, value, recording.multiply(value, scaled))

    return _adjusted(image, change, saturate=False)
