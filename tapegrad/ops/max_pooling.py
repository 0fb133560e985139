"""Max pooling: TensorFlow's names for the primitive `window_max`."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.dtypes import as_dtype, int64
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.pooling import image_axes, max_pooling, pooled_operand, pooled_windows
from tapegrad.ops.window_reductions import window_argmax, window_max

__all__ = ["max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "max_pool_with_argmax"]


def max_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The largest entry of every window, along one, two or three axes.

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
    max_pool1d, max_pool2d, max_pool3d : What it is for each rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(1.0, 9.0), [1, 8, 1])
    >>> tf.nn.max_pool(x, 4, 4, "VALID").numpy().ravel().tolist()
    [4.0, 8.0]
    """
    x = pooled_operand("max_pool", input, integers=True)
    n = image_axes("max_pool", x)
    return max_pooling("max_pool", n, x, ksize, strides, padding, data_format)


def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The largest entry of every window of sequences.

    The gradient goes to the first largest entry of a window, as in TensorFlow. Padding is never
    the largest entry; NaN is.

    Parameters
    ----------
    input
        Sequences of shape ``(batch, width, channels)``, or
        ``(batch, channels, width)`` for ``"NCW"``: float or integer.
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
    >>> tf.nn.max_pool1d(x, 2, 2, "SAME").numpy().ravel().tolist()
    [3.0, 5.0, 4.0]
    """
    return max_pooling("max_pool1d", 1, input, ksize, strides, padding, data_format)


def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """The largest entry of every window of images.

    The gradient goes to the first largest entry of a window, as in TensorFlow. Padding is never
    the largest entry; NaN is.

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``, or
        ``(batch, channels, height, width)`` for ``"NCHW"``: float or integer.
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
    >>> tf.nn.max_pool2d(x, 2, 2, "VALID").numpy()[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    return max_pooling("max_pool2d", 2, input, ksize, strides, padding, data_format)


def max_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The largest entry of every window of volumes.

    The gradient goes to the first largest entry of a window, as in TensorFlow. Padding is never
    the largest entry; NaN is.

    Parameters
    ----------
    input
        Volumes of shape ``(batch, depth, height, width, channels)``, or
        ``(batch, channels, depth, height, width)`` for ``"NCDHW"``: float or integer.
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
    >>> tf.nn.max_pool3d(x, 2, 2, "VALID").numpy().ravel().tolist()
    [13.0, 15.0]
    """
    return max_pooling("max_pool3d", 3, input, ksize, strides, padding, data_format)


class MaxPoolWithArgmax(NamedTuple):
    """The two results of `max_pool_with_argmax`."""

    output: Tensor
    argmax: Tensor


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    output_dtype: Any = int64,
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> MaxPoolWithArgmax:
    """The largest entry of every window of images, and where it is.

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``.
    ksize
        Size of a window: an integer, one for height and width each, or one for each axis.
    strides
        From one window to the next; like `ksize`.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        ``"NHWC"``.
    output_dtype
        ``tf.int64`` or ``tf.int32``.
    include_batch_in_index
        Whether positions are those in the whole flattened tensor, ``((b * height + y) * width + x)
        * channels + c``, rather than in the flattened image, ``(y * width + x) * channels + c``.

    Returns
    -------
    MaxPoolWithArgmax
        ``output``, as from `max_pool2d`, and ``argmax``, the positions of the first largest
        entries.

    Raises
    ------
    InvalidArgumentError
        If shape, dtype, window, stride or padding are not possible.
    ValueError
        For another data format, or if a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([3.0, 1.0, 2.0, 7.0], [1, 2, 2, 1])
    >>> y, at = tf.nn.max_pool_with_argmax(x, 2, 1, "VALID")
    >>> y.numpy().item(), at.numpy().item()
    (7.0, 3)
    """
    op = "max_pool_with_argmax"
    if data_format != "NHWC":
        raise ValueError(
            f"{op}: `data_format` values other than 'NHWC' are not supported. Received: "
            f"data_format={data_format}. Use tf.transpose."
        )
    dtype = as_dtype(output_dtype)
    if dtype.name not in ("int32", "int64"):
        raise InvalidArgumentError(
            f"{op}: Value for attr 'Targmax' of {dtype.name} is not in the list of allowed values: "
            f"int32, int64."
        )
    x = pooled_operand(op, input, integers=True)
    windows, axes = pooled_windows(op, x, 2, ksize, strides, padding, data_format)
    y = window_max(x, windows=windows, axes=axes)
    where = window_argmax(x, y, windows=windows, axes=axes)
    return MaxPoolWithArgmax(y, _positions(x, where, dtype, include_batch_in_index))


def _positions(x: Any, where: Any, dtype: Any, with_batch: bool) -> Any:
    if with_batch:
        batch, *image = x._value.shape
        starts = np.arange(batch).reshape((batch, 1, 1, 1)) * prod(image)
        where = recording.add(where, wrap_constant(starts.astype(where._value.dtype)))
    target = dtype.as_numpy_dtype
    return recording.cast_discrete(where, dtype=np.dtype(target), source=where._value.dtype)
