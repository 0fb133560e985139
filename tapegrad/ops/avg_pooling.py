"""Average pooling: TensorFlow's names for sums over windows, divided by their entries."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.convolution_arguments import dilations_argument, is_channels_first
from tapegrad.ops.pooling import (
    image_axes,
    max_over,
    mean_over,
    mean_pooling,
    pooled_operand,
    pooled_windows,
)

__all__ = ["avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "pool"]


def avg_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The mean of every window, along one, two or three axes.

    Parameters
    ----------
    input
        Of shape ``(batch, *sizes, channels)``, or ``(batch, channels, *sizes)`` for formats such
        as ``"NCHW"``; its rank tells along how many axes windows run.
    ksize
        Size of a window: an integer, one for each image axis, or one for each axis.
    strides
        From one window to the next; like `ksize`.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        One of ``"NWC"``, ``"NHWC"``, ``"NDHWC"`` (by default) or ``"NCW"``, ``"NCHW"``,
        ``"NCDHW"``.

    Returns
    -------
    Tensor
        One entry for every window.

    Raises
    ------
    InvalidArgumentError
        If dtype, window, stride, padding or format are not possible.
    ValueError
        If the rank is not three, four or five, or a list has the wrong length.

    See Also
    --------
    avg_pool1d, avg_pool2d, avg_pool3d : What it is for each rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(1.0, 9.0), [1, 8, 1])
    >>> tf.nn.avg_pool(x, 4, 4, "VALID").numpy().ravel().tolist()
    [2.5, 6.5]
    """
    x = pooled_operand("avg_pool", input, integers=False)
    n = image_axes("avg_pool", x)
    return mean_pooling("avg_pool", n, x, ksize, strides, padding, data_format)


def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The mean of every window of sequences.

    Padding does not count: at the edges the sum is divided by the number of entries seen.

    Parameters
    ----------
    input
        Sequences of shape ``(batch, width, channels)``, or
        ``(batch, channels, width)`` for ``"NCW"``: float or complex.
    ksize
        Size of a window: an integer, or one for each of the three axes.
    strides
        From one window to the next; like `ksize`.
    padding
        ``"VALID"``: windows stay inside; ``"SAME"``: ``ceil(size / stride)`` windows; or a list of
        pairs ``[before, after]``, one for each of the three axes.
    data_format
        ``"NWC"`` or ``"NCW"``.

    Returns
    -------
    Tensor
        One entry for every window.

    Raises
    ------
    InvalidArgumentError
        If shape, dtype, window, stride, padding or format are not possible.
    UnimplementedError
        For windows along the batch.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([[[1.0], [3.0], [2.0], [5.0], [4.0]]])
    >>> tf.nn.avg_pool1d(x, 2, 2, "SAME").numpy().ravel().tolist()
    [2.0, 3.5, 4.0]
    """
    return mean_pooling("avg_pool1d", 1, input, ksize, strides, padding, data_format)


def avg_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of every window of images.

    Padding does not count: at the edges the sum is divided by the number of entries seen.

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``, or
        ``(batch, channels, height, width)`` for ``"NCHW"``: float or complex.
    ksize
        Size of a window: an integer, one for height and width each, or one for each of the four
        axes.
    strides
        From one window to the next; like `ksize`.
    padding
        ``"VALID"``: windows stay inside; ``"SAME"``: ``ceil(size / stride)`` windows; or a list of
        pairs ``[before, after]``, one for each of the four axes.
    data_format
        ``"NHWC"`` or ``"NCHW"``.

    Returns
    -------
    Tensor
        One entry for every window.

    Raises
    ------
    InvalidArgumentError
        If shape, dtype, window, stride, padding or format are not possible.
    UnimplementedError
        For windows along the batch.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> tf.nn.avg_pool2d(x, 2, 2, "VALID").numpy()[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    return mean_pooling("avg_pool2d", 2, input, ksize, strides, padding, data_format)


def avg_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of every window of volumes.

    Padding does not count: at the edges the sum is divided by the number of entries seen.

    Parameters
    ----------
    input
        Volumes of shape ``(batch, depth, height, width, channels)``, or
        ``(batch, channels, depth, height, width)`` for ``"NCDHW"``: float or complex.
    ksize
        Size of a window: an integer, one for each image axis, or one for each of the five axes.
    strides
        From one window to the next; like `ksize`.
    padding
        ``"VALID"``: windows stay inside; ``"SAME"``: ``ceil(size / stride)`` windows; or a list of
        pairs ``[before, after]``, one for each of the five axes.
    data_format
        ``"NDHWC"`` or ``"NCDHW"``.

    Returns
    -------
    Tensor
        One entry for every window.

    Raises
    ------
    InvalidArgumentError
        If shape, dtype, window, stride, padding or format are not possible.
    UnimplementedError
        For windows along the batch.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(16.0), [1, 2, 2, 4, 1])
    >>> tf.nn.avg_pool3d(x, 2, 2, "VALID").numpy().ravel().tolist()
    [6.5, 8.5]
    """
    return mean_pooling("avg_pool3d", 3, input, ksize, strides, padding, data_format)


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The largest entry or the mean of every window, which may be dilated.

    Parameters
    ----------
    input
        Of shape ``(batch, *sizes, channels)``, or ``(batch, channels, *sizes)`` for formats such
        as ``"NCHW"``.
    window_shape
        The places of a window along each image axis.
    pooling_type
        ``"MAX"`` or ``"AVG"``.
    strides
        From one window to the next along each image axis, 1 by default.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        One of ``"NWC"``, ``"NHWC"``, ``"NDHWC"`` (by default) or ``"NCW"``, ``"NCHW"``,
        ``"NCDHW"``.
    dilations
        From one place of a window to the next along each image axis, 1 by default.

    Returns
    -------
    Tensor
        One entry for every window.

    Raises
    ------
    InvalidArgumentError
        If dtype, window, stride, padding or format are not possible.
    ValueError
        For another pooling type, or if ranks do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(1.0, 7.0), [1, 6, 1])
    >>> tf.nn.pool(x, [2], "AVG", dilations=[3]).numpy().ravel().tolist()
    [2.5, 3.5, 4.5]
    """
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"pool: {pooling_type} pooling is not supported. Use 'MAX' or 'AVG'.")
    x = operand(input)
    n = image_axes("pool", x)
    sizes = ints_argument(window_shape, "pool", "window_shape")
    if len(sizes) not in (1, n):
        raise ValueError(
            f"pool: Shape {list(x._value.shape)} must have rank {len(sizes) + 2}, or window_shape "
            f"must have {n} entries. Received: window_shape={list(sizes)}."
        )
    first = is_channels_first(data_format, n, "pool")
    spread = dilations_argument(dilations, n, first, "pool")
    x = pooled_operand("pool", x, integers=pooling_type == "MAX")
    steps = 1 if strides is None else strides
    found = pooled_windows("pool", x, n, sizes, steps, padding, data_format, spread)
    return (max_over if pooling_type == "MAX" else mean_over)(x, *found)
