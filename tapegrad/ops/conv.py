"""Convolutions in one, two and three dimensions: TensorFlow's names for the primitive `conv`."""

from __future__ import annotations

from typing import Any

from tapegrad.core.dtypes import from_numpy
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.convolution import conv
from tapegrad.ops.convolution_arguments import (
    channels_back,
    channels_last,
    dilations_argument,
    is_channels_first,
    merge_batch,
    padding_argument,
    split_batch,
    strides_argument,
)
from tapegrad.ops.operands import operand_pair, require_same_dtype
from tapegrad.ops.window_geometry import make_windows

__all__ = ["atrous_conv2d", "conv1d", "conv2d", "conv3d", "convolution"]


def image_and_filters(op: str, input: Any, filters: Any, n: int) -> tuple[Any, Any]:
    """Both as operands of one dtype that can be convolved, the filters of rank ``n + 2``.

    Raises
    ------
    InvalidArgumentError
        If they are not.
    """
    x, f = operand_pair(input, filters)
    require_same_dtype(op, x, f)
    dtype = x._value.dtype
    if dtype.kind not in "fc" and dtype.name not in ("bfloat16", "int32"):
        raise InvalidArgumentError(
            f"{op}: tensors of dtype {from_numpy(dtype).name} are not supported: floating point, "
            f"complex and int32 are. Convert first, for example tf.cast(x, tf.float32)."
        )
    shape = f._value.shape
    if len(shape) != n + 2:
        raise InvalidArgumentError(
            f"{op}: filter must be {n + 2}-dimensional. Expect: {n} window size(s), input "
            f"channels, output channels. Actual: shape {list(shape)}."
        )
    if 0 in shape:
        raise InvalidArgumentError(
            f"{op}: filter must not have zero elements (i.e. all dimensions must be non-zero). "
            f"Actual: shape {list(shape)}."
        )
    return x, f


def group_count(op: str, channels: int, shape: tuple[int, ...], outputs: int) -> int:
    """In how many groups the channels of an image meet filters of `shape`.

    Raises
    ------
    InvalidArgumentError
        If they do not.
    """
    depth = shape[-2]
    if not channels or channels % depth:
        raise InvalidArgumentError(
            f"{op}: input depth must be evenly divisible by filter depth: {channels} vs {depth}. "
            f"Expect: {depth} channels, or a multiple of it for grouped filters. Actual: "
            f"{channels} channels, filters of shape {list(shape)}."
        )
    groups = channels // depth
    if outputs % groups:
        raise InvalidArgumentError(
            f"{op}: output depth must be evenly divisible by number of groups: {outputs} vs "
            f"{groups}. Expect: a multiple of {groups} output channels, since {channels} input "
            f"channels meet filters of {depth}. Actual: filters of shape {list(shape)}."
        )
    return groups


def convolve(
    op: str,
    n: int,
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Tensor:
    """A convolution along `n` image axes, its arguments as users write them."""
    first = is_channels_first(data_format, n, op)
    x, f = image_and_filters(op, input, filters, n)
    steps = strides_argument(strides, n, first, op)
    spread = dilations_argument(dilations, n, first, op)
    pads = padding_argument(padding, n, first, op)
    x, batch = merge_batch(x, n, op)
    x = channels_last(x, first)
    sizes, shape = x._value.shape[1:], f._value.shape
    groups = group_count(op, sizes[-1], shape, shape[-1])
    windows = make_windows(op, sizes[:-1], shape[:-2], steps, spread, pads)
    y = conv(x, f, windows=windows, groups=groups)
    return split_batch(channels_back(y, first), batch)


def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Convolve sequences with filters.

    Parameters
    ----------
    input
        Sequences of shape ``(..., width, channels)``, or ``(..., channels, width)`` for
        ``"NCW"``: float, complex or int32.
    filters
        Filters of shape ``(places, channels / groups, outputs)`` and the same dtype.
    stride
        From one window to the next.
    padding
        ``"VALID"``: windows stay inside; ``"SAME"``: ``ceil(width / stride)`` windows, zeros
        around; or a list of pairs ``[before, after]`` of zeros, one for each of the three axes.
    data_format
        ``"NWC"`` or ``"NCW"``.
    dilations
        From one place of a window to the next.

    Returns
    -------
    Tensor
        Of shape ``(..., windows, outputs)``, or ``(..., outputs, windows)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a stride, dilation, padding or format is not possible.
    ValueError
        If a list has the wrong length.

    See Also
    --------
    conv2d : The sum that is computed, and its derivatives.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([1.0, 2.0, 4.0, 7.0], [1, 4, 1])
    >>> difference = tf.reshape([-1.0, 1.0], [2, 1, 1])
    >>> tf.nn.conv1d(x, difference, 1, "VALID").numpy().ravel().tolist()
    [1.0, 2.0, 3.0]
    """
    return convolve("conv1d", 1, input, filters, stride, padding, data_format, dilations)


def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    r"""Convolve images with filters.

    .. math:: y_{n,p,q,o} = \sum_{i,j,c} x_{n,\,s p + d i - b,\,s' q + d' j - b',\,c} f_{i,j,c,o}

    with strides s, dilations d and b zeros in front. The gradients with respect to `input` and
    `filters` are sums of the same products, so that derivatives of every order are convolutions.

    Parameters
    ----------
    input
        Images of shape ``(..., height, width, channels)``, or ``(..., channels, height, width)``
        for ``"NCHW"``: float, complex or int32.
    filters
        Filters of shape ``(height, width, channels / groups, outputs)`` and the same dtype. If
        they have fewer channels than the images, the channels are convolved in groups.
    strides
        From one window to the next: an integer, one for height and width each, or one for each
        of the four axes.
    padding
        ``"VALID"``: windows stay inside; ``"SAME"``: ``ceil(size / stride)`` windows, zeros
        around; or a list of pairs ``[before, after]`` of zeros, one for each of the four axes.
    data_format
        ``"NHWC"`` or ``"NCHW"``.
    dilations
        From one place of a window to the next; like `strides`.

    Returns
    -------
    Tensor
        Of shape ``(..., height, width, outputs)``, or ``(..., outputs, height, width)``. Half
        precision is summed in float32 and rounded once.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a stride, dilation, padding or format is not possible.
    UnimplementedError
        For strides along the batch or the channels.
    ValueError
        If a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> y = tf.nn.conv2d(x, tf.ones([2, 2, 1, 1]), strides=1, padding="VALID")
    >>> y.numpy()[0, :, :, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    """
    return convolve("conv2d", 2, input, filters, strides, padding, data_format, dilations)


def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Convolve volumes with filters.

    Parameters
    ----------
    input
        Volumes of shape ``(..., depth, height, width, channels)``, or ``(..., channels, depth,
        height, width)`` for ``"NCDHW"``: float, complex or int32.
    filters
        Filters of shape ``(depth, height, width, channels / groups, outputs)``, same dtype.
    strides
        From one window to the next: an integer, one for each image axis, or one for each of the
        five axes.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        ``"NDHWC"`` or ``"NCDHW"``.
    dilations
        From one place of a window to the next; like `strides`.

    Returns
    -------
    Tensor
        Of shape ``(..., depth, height, width, outputs)``, or with the outputs first.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a stride, dilation, padding or format is not possible.
    ValueError
        If a list has the wrong length.

    See Also
    --------
    conv2d : The sum that is computed, and its derivatives.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, f = tf.ones([1, 3, 3, 3, 2]), tf.ones([2, 2, 2, 2, 1])
    >>> tf.nn.conv3d(x, f, [1, 1, 1, 1, 1], "VALID").numpy().ravel()[0].tolist()
    16.0
    """
    return convolve("conv3d", 3, input, filters, strides, padding, data_format, dilations)


def convolution(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """Convolve along as many axes as the filters have: `conv1d`, `conv2d` or `conv3d`.

    Parameters
    ----------
    input
        Of shape ``(..., *sizes, channels)``, or ``(..., channels, *sizes)`` for formats such as
        ``"NCHW"``.
    filters
        Of shape ``(*places, channels / groups, outputs)``, with one, two or three numbers of
        places.
    strides
        From one window to the next, 1 by default.
    padding
        ``"VALID"``, ``"SAME"``, or a list of pairs ``[before, after]``, one for each axis.
    data_format
        One of ``"NWC"``, ``"NHWC"``, ``"NDHWC"`` (by default) or ``"NCW"``, ``"NCHW"``,
        ``"NCDHW"``.
    dilations
        From one place of a window to the next, 1 by default.

    Returns
    -------
    Tensor
        Of shape ``(..., *windows, outputs)``, or ``(..., outputs, *windows)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a stride, dilation, padding or format is not possible.
    ValueError
        If the filters have other than three to five axes, or a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.convolution(tf.ones([1, 5, 4]), tf.ones([2, 4, 3]), strides=2).shape
    TensorShape([1, 2, 3])
    """
    input, filters = operand_pair(input, filters)
    n = filters._value.ndim - 2
    if not 1 <= n <= 3:
        raise ValueError(
            f"convolution: `num_spatial_dims` must be 1, 2, or 3. Received: "
            f"num_spatial_dims={n}, from filters of shape {list(filters._value.shape)}."
        )
    return convolve("convolution", n, input, filters, strides, padding, data_format, dilations)


def atrous_conv2d(
    value: Any, filters: Any, rate: Any, padding: Any, name: str | None = None
) -> Tensor:
    """Convolve images with dilated filters (à trous, with holes).

    Parameters
    ----------
    value
        Images of shape ``(batch, height, width, channels)``.
    filters
        Filters of shape ``(height, width, channels, outputs)`` and the same dtype.
    rate
        From one place of a window to the next, in both directions.
    padding
        ``"VALID"`` or ``"SAME"``.

    Returns
    -------
    Tensor
        Of shape ``(batch, height, width, outputs)``: `conv2d` with ``dilations=rate``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        If the rate is not positive.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.ones([1, 5, 5, 1])
    >>> tf.nn.atrous_conv2d(x, tf.ones([3, 3, 1, 1]), rate=2, padding="VALID").numpy().tolist()
    [[[[9.0]]]]
    """
    rates = ints_argument(rate, "atrous_conv2d", "rate")
    if min(rates, default=0) < 1:
        raise ValueError(
            f"atrous_conv2d: all values of `dilation_rate` must be positive. Received: "
            f"dilation_rate={list(rates)}."
        )
    return convolve("atrous_conv2d", 2, value, filters, 1, padding, "NHWC", rates)
