"""Numbers about images: differences of neighbours, standardisation, likeness."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arranging import pad
from tapegrad.ops.cast import cast
from tapegrad.ops.convolution_arguments import whole_argument
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.ops.separable_conv import depthwise_conv2d

__all__ = [
    "image_gradients",
    "per_image_standardization",
    "psnr",
    "sobel_edges",
    "ssim",
    "total_variation",
]

_PIXELS = [-3, -2, -1]


def _steps(x: Any, axis: int) -> Any:
    """Every entry minus the one before, along an axis."""
    after = (slice(None),) * (-axis - 1)
    later, earlier = (..., slice(1, None), *after), (..., slice(None, -1), *after)
    return recording.getitem(x, index=later) - recording.getitem(x, index=earlier)


def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """Differences of neighbouring pixels, downwards and to the right.

    Parameters
    ----------
    image
        Of shape ``(batch, height, width, channels)``.

    Returns
    -------
    tuple of Tensor
        ``dy[..., i, j, :] = image[..., i + 1, j, :] - image[..., i, j, :]`` and ``dx`` likewise,
        both of the shape of `image`; the last row of ``dy`` and column of ``dx`` are zeros.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> dy, dx = tf.image.image_gradients(tf.reshape([1.0, 3.0, 7.0, 8.0], [1, 2, 2, 1]))
    >>> dy.numpy().ravel().tolist(), dx.numpy().ravel().tolist()
    ([6.0, 5.0, 0.0, 0.0], [2.0, 0.0, 1.0, 0.0])
    """
    x = operand(image)
    shape = x._value.shape
    if len(shape) != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {shape}.")
    none, one = (0, 0), (0, 1)
    dy = recording.pad(_steps(x, -3), paddings=(none, one, none, none))
    dx = recording.pad(_steps(x, -2), paddings=(none, none, one, none))
    return dy, dx


def sobel_edges(image: Any) -> Tensor:
    """Differences across every pixel, downwards and to the right, smoothed along the other axis.

    Parameters
    ----------
    image
        Of shape ``(batch, height, width, channels)``, floating point.

    Returns
    -------
    Tensor
        Of shape ``(batch, height, width, channels, 2)``: the two differences. Images are mirrored
        at their margins.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> tf.image.sobel_edges(x).numpy()[0, 1, 1, 0].tolist()
    [24.0, 8.0]
    """
    x = operand(image)
    shape = x._value.shape
    if len(shape) != 4:
        raise ValueError(f"sobel_edges expects a 4D tensor [batch_size, h, w, d], not {shape}.")
    down = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], x._value.dtype)
    pair = np.stack([down, down.T], axis=-1)[:, :, None, :]
    kernels = wrap_constant(np.repeat(pair, shape[-1], axis=2))
    mirrored = pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = depthwise_conv2d(mirrored, kernels, [1, 1, 1, 1], "VALID")
    return recording.reshape(edges, to=(*shape, 2))  # type: ignore[no-any-return]


def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbouring pixels.

    Parameters
    ----------
    images
        Of shape ``(batch, height, width, channels)`` or ``(height, width, channels)``.

    Returns
    -------
    Tensor
        One number for every image.

    Raises
    ------
    ValueError
        If `images` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.total_variation(tf.reshape([1.0, 3.0, 7.0, 8.0], [2, 2, 1])).numpy().item()
    14.0
    """
    x = operand(images)
    shape = x._value.shape
    if len(shape) not in (3, 4):
        raise ValueError(
            f"total_variation: 'images' must be either 3 or 4-dimensional. Received: shape {shape}."
        )
    vertical = reduce_sum(recording.abs(_steps(x, -3)), _PIXELS)
    return vertical + reduce_sum(recording.abs(_steps(x, -2)), _PIXELS)  # type: ignore[no-any-return]


def per_image_standardization(image: Any) -> Tensor:
    r"""Shift and scale every image to mean 0 and variance 1.

    .. math:: y = (x - \bar x) / \max(\sigma, 1 / \sqrt N)

    with the standard deviation of its N entries, so that uniform images become zeros.

    Parameters
    ----------
    image
        Of shape ``(..., height, width, channels)``, real.

    Returns
    -------
    Tensor
        float32, of the same shape.

    Raises
    ------
    ValueError
        If `image` has fewer than three axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.per_image_standardization([[[1.0], [3.0]]]).numpy().ravel().tolist()
    [-1.0, 1.0]
    """
    x = operand(image)
    shape = x._value.shape
    if len(shape) < 3:
        raise ValueError(
            f"per_image_standardization: 'image' (shape {shape}) must be at least "
            f"three-dimensional."
        )
    x = cast(x, "float32")
    centred = x - reduce_mean(x, _PIXELS, keepdims=True)
    variance = reduce_mean(recording.square(centred), _PIXELS, keepdims=True)
    least = np.float32(1.0 / max(1, prod(shape[-3:])))
    # The larger of the variances, not of their roots: a uniform image has no slope at zero.
    return centred * recording.rsqrt(recording.maximum(variance, wrap_constant(least)))  # type: ignore[no-any-return]


def _two_images(a: Any, b: Any, op: str) -> tuple[Any, Any]:
    x, y = operand(a), operand(b)
    for image in (x, y):
        dtype = image._value.dtype
        if dtype.kind not in "fiu" and dtype.name != "bfloat16":
            raise InvalidArgumentError(
                f"{op}: images of dtype {from_numpy(dtype).name} are not supported: real numbers "
                f"are. Convert first, for example with tf.math.real(x) or tf.cast(x, tf.float32)."
            )
        if image._value.ndim < 3:
            raise InvalidArgumentError(
                f"{op}: images must be at least three-dimensional. Expect: (..., height, width, "
                f"channels). Actual: shape {list(image._value.shape)}."
            )
    shapes = x._value.shape[-3:], y._value.shape[-3:]
    if shapes[0] != shapes[1]:
        raise InvalidArgumentError(
            f"{op}: Incompatible shapes: {list(x._value.shape)} vs. {list(y._value.shape)}. "
            f"Expect: equal heights, widths and channels. Actual: {list(shapes[0])} and "
            f"{list(shapes[1])}."
        )
    return cast(x, "float32"), cast(y, "float32")


def _number(value: Any) -> Any:
    return cast(operand(value), "float32")


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    r"""The peak signal-to-noise ratio of two images, in decibels.

    .. math:: 10 \log_{10} \frac{m^2}{\operatorname{mean}\,(a - b)^2}

    Parameters
    ----------
    a, b
        Images of shape ``(..., height, width, channels)``, real; the leading axes broadcast.
    max_val
        The range m of their values, for example 1.0 or 255.

    Returns
    -------
    Tensor
        float32, one number for every pair of images; infinite for equal ones.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.psnr(tf.zeros([2, 2, 1]), tf.ones([2, 2, 1]), max_val=10.0).numpy().item()
    20.0
    """
    x, y = _two_images(a, b, "psnr")
    error = reduce_mean(recording.squared_difference(x, y), _PIXELS)
    decibels = 10.0 / float(np.log(10.0))
    peak = 2.0 * recording.log(_number(max_val))
    return decibels * (peak - recording.log(error))  # type: ignore[no-any-return]


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: Any = 11,
    filter_sigma: Any = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Tensor:
    r"""The structural similarity of two images.

    .. math:: \frac{2 \mu_x \mu_y + c_1}{\mu_x^2 + \mu_y^2 + c_1} \cdot
              \frac{2 \sigma_{xy} + c_2}{\sigma_x^2 + \sigma_y^2 + c_2}

    with means, variances and covariances under a Gaussian window, averaged over all windows and
    channels; :math:`c_i = (k_i m)^2` (Wang, Bovik, Sheikh and Simoncelli, 2004).

    Parameters
    ----------
    img1, img2
        Images of shape ``(..., height, width, channels)``, real; the leading axes broadcast.
    max_val
        The range m of their values, for example 1.0 or 255.
    filter_size
        Height and width of the window.
    filter_sigma
        Standard deviation of the Gaussian.
    k1, k2
        The constants that keep the quotients finite.
    return_index_map
        Whether to return the similarity at every window, averaged over the channels alone.

    Returns
    -------
    Tensor
        float32, one number for every pair of images, or one map.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, or images are smaller than the window.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape(tf.range(16.0), [4, 4, 1])
    >>> tf.image.ssim(x, x, max_val=16.0, filter_size=3).numpy().item()
    1.0
    """
    x, y = _two_images(img1, img2, "ssim")
    size = whole_argument(filter_size, "ssim", "filter_size", 1)
    height, width, channels = x._value.shape[-3:]
    if min(height, width) < size:
        raise InvalidArgumentError(
            f"ssim: images must be at least as large as the window. Expect: {size} rows and "
            f"columns or more. Actual: shapes {list(x._value.shape)} and {list(y._value.shape)}. "
            f"Use a smaller filter_size."
        )
    places = np.arange(size) - (size - 1) / 2.0
    line = np.exp(-0.5 * (places / float(_number(filter_sigma))) ** 2)
    plane = np.outer(line, line) / line.sum() ** 2
    kernel = wrap_constant(np.repeat(plane[:, :, None, None].astype(np.float32), channels, 2))

    def mean(z: Any) -> Any:
        if z._value.ndim == 3:
            ndim = z._value.shape
            found = depthwise_conv2d(recording.reshape(z, to=(1, *ndim)), kernel, 1, "VALID")
            return recording.reshape(found, to=found._value.shape[1:])
        return depthwise_conv2d(z, kernel, 1, "VALID")

    peak = _number(max_val)
    c1, c2 = recording.square(k1 * peak), recording.square(k2 * peak)
    mean_x, mean_y = mean(x), mean(y)
    product = 2.0 * mean_x * mean_y
    squares = recording.square(mean_x) + recording.square(mean_y)
    luminance = (product + c1) / (squares + c1)
    covariance = 2.0 * mean(x * y) - product
    variances = mean(recording.square(x) + recording.square(y)) - squares
    similarity = luminance * ((covariance + c2) / (variances + c2))
    return reduce_mean(similarity, [-1] if return_index_map else _PIXELS)  # type: ignore[no-any-return]
