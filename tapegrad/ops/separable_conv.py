"""Depthwise and separable convolutions: `conv` in as many groups as there are channels."""

from __future__ import annotations

from math import prod
from typing import Any

from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.conv import convolve, image_and_filters
from tapegrad.ops.convolution_arguments import is_channels_first

__all__ = ["depthwise_conv2d", "separable_conv2d"]


def _depthwise(
    op: str, input: Any, filter: Any, strides: Any, padding: Any, data_format: Any, dilations: Any
) -> Tensor:
    x, f = image_and_filters(op, input, filter, 2)
    height, width, channels, multiplier = shape = f._value.shape
    given, first = x._value.shape, is_channels_first(data_format, 2, op)
    if len(given) >= 4 and given[-3 if first else -1] != channels:
        actual = given[-3 if first else -1]
        raise InvalidArgumentError(
            f"{op}: input depth must be evenly divisible by filter depth: {actual} vs {channels}. "
            f"Expect: as many channels as the filter's third axis. Actual: input of shape "
            f"{list(given)}, filter of shape {list(shape)}."
        )
    f = recording.reshape(f, to=(height, width, 1, channels * multiplier))
    return convolve(op, 2, x, f, strides, padding, data_format, dilations)


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Convolve every channel of images with filters of its own.

    Parameters
    ----------
    input
        Images of shape ``(..., height, width, channels)``, or ``(..., channels, height, width)``
        for ``"NCHW"``.
    filter
        Filters of shape ``(height, width, channels, multiplier)`` and the same dtype.
    strides
        From one window to the next: an integer, two, or one for each of the four axes.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        ``"NHWC"`` (by default) or ``"NCHW"``.
    dilations
        From one place of a window to the next, for height and width.

    Returns
    -------
    Tensor
        ``channels * multiplier`` outputs: output ``c * multiplier + m`` is channel ``c``
        convolved with ``filter[:, :, c, m]``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a stride, dilation, padding or format is not possible.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([[[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]])
    >>> f = tf.ones([1, 2, 2, 1])
    >>> tf.nn.depthwise_conv2d(x, f, [1, 1, 1, 1], "VALID").numpy().tolist()
    [[[[3.0, 30.0], [5.0, 50.0]]]]
    """
    return _depthwise("depthwise_conv2d", input, filter, strides, padding, data_format, dilations)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Convolve every channel by itself, then mix the channels of every pixel.

    Parameters
    ----------
    input
        Images, as for `depthwise_conv2d`.
    depthwise_filter
        Filters of shape ``(height, width, channels, multiplier)``.
    pointwise_filter
        The mixture, of shape ``(1, 1, channels * multiplier, outputs)``.
    strides
        Strides of the depthwise convolution.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        ``"NHWC"`` (by default) or ``"NCHW"``.
    dilations
        Dilations of the depthwise convolution.

    Returns
    -------
    Tensor
        Of shape ``(..., height, width, outputs)``, or ``(..., outputs, height, width)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        If `pointwise_filter` has windows of more than one pixel, or a list the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, d, p = tf.ones([1, 3, 3, 2]), tf.ones([2, 2, 2, 1]), tf.ones([1, 1, 2, 4])
    >>> tf.nn.separable_conv2d(x, d, p, [1, 1, 1, 1], "VALID").numpy()[0, 0, 0].tolist()
    [8.0, 8.0, 8.0, 8.0]
    """
    op = "separable_conv2d"
    x, p = image_and_filters(op, input, pointwise_filter, 2)
    if prod(p._value.shape[:2]) != 1:
        raise ValueError(
            f"{op}: Dimensions {p._value.shape[0]} and 1 are not compatible. Expect: "
            f"pointwise_filter of shape [1, 1, inputs, outputs]. Actual: {list(p._value.shape)}."
        )
    y = _depthwise(op, x, depthwise_filter, strides, padding, data_format, dilations)
    return convolve(op, 2, y, p, 1, "VALID", data_format, None)
