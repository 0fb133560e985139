"""Transposed convolutions: TensorFlow's names for the primitive `conv_input`."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.conv import group_count, image_and_filters
from tapegrad.ops.convolution import conv_input
from tapegrad.ops.convolution_arguments import (
    FORMATS,
    channels_back,
    channels_last,
    dilations_argument,
    is_channels_first,
    output_shape_argument,
    padding_argument,
    strides_argument,
)
from tapegrad.ops.window_geometry import make_windows

__all__ = [
    "atrous_conv2d_transpose",
    "conv1d_transpose",
    "conv2d_transpose",
    "conv3d_transpose",
    "conv_transpose",
]


def _transposed(
    op: str,
    n: int,
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Tensor:
    """A transposed convolution along `n` image axes, its arguments as users write them."""
    first = is_channels_first(data_format, n, op)
    y, f = image_and_filters(op, input, filters, n)
    if y._value.ndim != n + 2:
        raise InvalidArgumentError(
            f"{op}: the input must have {n + 2} axes. Expect: {FORMATS[n][0]} or {FORMATS[n][1]}. "
            f"Actual: shape {list(y._value.shape)}."
        )
    steps = strides_argument(strides, n, first, op)
    spread = dilations_argument(dilations, n, first, op)
    pads = padding_argument(padding, n, first, op)
    batch, sizes, channels = output_shape_argument(output_shape, n, first, op)
    y = channels_last(y, first)
    images, *count, outputs = y._value.shape
    shape = f._value.shape
    groups = group_count(op, shape[-2] if channels is None else channels, shape, outputs)
    if outputs != shape[-1]:
        raise InvalidArgumentError(
            f"{op}: input and filter must have the same depth: {outputs} vs {shape[-1]}. Expect: "
            f"filters of shape (*window, output channels, input channels). Actual: filters of "
            f"shape {list(shape)}, input with {outputs} channels."
        )
    windows = make_windows(op, sizes, shape[:-2], steps, spread, pads)
    if windows.number != tuple(count) or batch not in (None, images):
        raise InvalidArgumentError(
            f"{op}: Size of out_backprop doesn't match computed. Expect: for an output_shape of "
            f"sizes {list(sizes)}, an input of batch {images if batch is None else batch} and "
            f"sizes {list(windows.number)}. Actual: batch {images}, sizes {count} (strides "
            f"{list(steps)}, padding {padding!r}, filters {list(shape)}). Change output_shape."
        )
    x = conv_input(y, f, windows=windows, groups=groups)
    return channels_back(x, first)  # type: ignore[no-any-return]


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv1d`: its gradient with respect to the input.

    Parameters
    ----------
    input
        Sequences of shape ``(batch, width, channels)``, or ``(batch, channels, width)``.
    filters
        Filters of shape ``(places, outputs, channels)`` and the same dtype.
    output_shape
        The three sizes of the result, or its width alone.
    strides
        The strides of the convolution: windows are added up this far apart.
    padding
        That of the convolution: ``"SAME"``, ``"VALID"`` or a list of pairs.
    data_format
        ``"NWC"`` or ``"NCW"``.
    dilations
        From one place of a window to the next.

    Returns
    -------
    Tensor
        Of shape `output_shape`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `output_shape` is not one that `conv1d` would take to
        the shape of `input`.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([1.0, 10.0], [1, 2, 1])
    >>> f = tf.reshape([1.0, 2.0], [2, 1, 1])
    >>> tf.nn.conv1d_transpose(x, f, [1, 4, 1], strides=2).numpy().ravel().tolist()
    [1.0, 2.0, 10.0, 20.0]
    """
    return _transposed(
        "conv1d_transpose",
        1,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv2d`: its gradient with respect to the input.

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``, or ``(batch, channels, height,
        width)`` for ``"NCHW"``.
    filters
        Filters of shape ``(height, width, outputs, channels)`` and the same dtype.
    output_shape
        The four sizes of the result (-1 for the batch of `input`), or its height and width.
    strides
        The strides of the convolution: windows are added up this far apart.
    padding
        That of the convolution: ``"SAME"``, ``"VALID"`` or a list of pairs.
    data_format
        ``"NHWC"`` or ``"NCHW"``.
    dilations
        From one place of a window to the next.

    Returns
    -------
    Tensor
        Of shape `output_shape`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `output_shape` is not one that `conv2d` would take to
        the shape of `input`.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, f = tf.ones([1, 2, 2, 1]), tf.ones([3, 3, 1, 1])
    >>> y = tf.nn.conv2d_transpose(x, f, [1, 4, 4, 1], strides=1, padding="VALID")
    >>> y.numpy()[0, :, :, 0].tolist()[1]
    [2.0, 4.0, 4.0, 2.0]
    """
    return _transposed(
        "conv2d_transpose",
        2,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv3d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv3d`: its gradient with respect to the input.

    Parameters
    ----------
    input
        Volumes of shape ``(batch, depth, height, width, channels)``, or with the channels first.
    filters
        Filters of shape ``(depth, height, width, outputs, channels)`` and the same dtype.
    output_shape
        The five sizes of the result, or those of its three image axes.
    strides
        The strides of the convolution: windows are added up this far apart.
    padding
        That of the convolution: ``"SAME"``, ``"VALID"`` or a list of pairs.
    data_format
        ``"NDHWC"`` or ``"NCDHW"``.
    dilations
        From one place of a window to the next.

    Returns
    -------
    Tensor
        Of shape `output_shape`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `output_shape` is not one that `conv3d` would take to
        the shape of `input`.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, f = tf.ones([1, 1, 1, 1, 2]), tf.ones([2, 2, 2, 1, 2])
    >>> tf.nn.conv3d_transpose(x, f, [1, 2, 2, 2, 1], strides=2).numpy().ravel().tolist()[:3]
    [2.0, 2.0, 2.0]
    """
    return _transposed(
        "conv3d_transpose",
        3,
        input,
        filters,
        output_shape,
        strides,
        padding,
        data_format,
        dilations,
    )


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `convolution`, along as many axes as `output_shape` says.

    Parameters
    ----------
    input
        Of shape ``(batch, *sizes, channels)``, or ``(batch, channels, *sizes)``.
    filters
        Of shape ``(*places, outputs, channels)`` and the same dtype.
    output_shape
        The three, four or five sizes of the result.
    strides
        The strides of the convolution: windows are added up this far apart.
    padding
        That of the convolution: ``"SAME"``, ``"VALID"`` or a list of pairs.
    data_format
        As for `convolution`.
    dilations
        From one place of a window to the next.

    Returns
    -------
    Tensor
        Of shape `output_shape`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `output_shape` is not one that a convolution would
        take to the shape of `input`.
    ValueError
        If `output_shape` has another length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.conv_transpose(tf.ones([1, 3, 2]), tf.ones([2, 4, 2]), [1, 6, 4], strides=2).shape
    TensorShape([1, 6, 4])
    """
    if not isinstance(output_shape, (list, tuple, ArrayLike)) and not hasattr(
        output_shape, "__len__"
    ):
        raise ValueError(
            f"conv_transpose: `output_shape` must be a tensor or sized collection. Received: "
            f"output_shape={output_shape!r}."
        )
    sizes = ints_argument(output_shape, "conv_transpose", "output_shape")
    n = len(sizes) - 2
    if not 1 <= n <= 3:
        raise ValueError(
            f"conv_transpose: `output_shape` must be of length 3, 4 or 5. Received: "
            f"output_shape={list(sizes)} of length {len(sizes)}."
        )
    return _transposed(
        "conv_transpose", n, input, filters, sizes, strides, padding, data_format, dilations
    )


def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: Any, padding: Any, name: str | None = None
) -> Tensor:
    """The transpose of `atrous_conv2d`: its gradient with respect to the input.

    Parameters
    ----------
    value
        Images of shape ``(batch, height, width, channels)``.
    filters
        Filters of shape ``(height, width, outputs, channels)`` and the same dtype.
    output_shape
        The four sizes of the result.
    rate
        From one place of a window to the next, in both directions.
    padding
        That of the convolution: ``"SAME"`` or ``"VALID"``.

    Returns
    -------
    Tensor
        Of shape `output_shape`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or the rate is not positive.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, f = tf.ones([1, 1, 1, 1]), tf.ones([2, 2, 1, 1])
    >>> y = tf.nn.atrous_conv2d_transpose(x, f, [1, 3, 3, 1], rate=2, padding="VALID")
    >>> y.numpy()[0, :, :, 0].tolist()
    [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]
    """
    op = "atrous_conv2d_transpose"
    return _transposed(op, 2, value, filters, output_shape, 1, padding, "NHWC", rate)
