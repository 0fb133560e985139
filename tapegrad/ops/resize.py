"""Images of another size."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.resampling import KERNELS, resample, resampling

__all__ = ["ResizeMethod", "resize"]


class ResizeMethod:
    """The methods of `resize`, by name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.ResizeMethod.NEAREST_NEIGHBOR
    'nearest'
    """

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def _sizes(size: Any) -> tuple[int, int]:
    wanted = getattr(size, "_value", size)
    try:
        sizes = ints_argument(size, "resize", "size")
    except TypeError:
        raise ValueError(
            f"resize: 'size' must be a 1-D int32 Tensor or two integers, new_height and new_width. "
            f"Received: {size!r}."
        ) from None
    if len(sizes) != 2 or np.ndim(wanted) != 1:
        raise ValueError(
            f"resize: 'size' must be a 1-D Tensor of 2 elements: new_height, new_width. Received: "
            f"{size!r}."
        )
    return sizes[0], sizes[1]


def resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Tensor:
    """Resize images: every new pixel is a weighted mean of old ones.

    Pixels are squares, with their centres at halves. The gradient is the transposed map: every
    old pixel gets the cotangents of those made of it, with the same weights.

    Parameters
    ----------
    images
        Of shape ``(batch, height, width, channels)`` or ``(height, width, channels)``, real.
    size
        The new height and width.
    method
        ``"bilinear"``, ``"nearest"``, ``"bicubic"`` (Keys' cubic, a = -1/2), ``"area"`` (means
        over squares), ``"lanczos3"``, ``"lanczos5"``, ``"gaussian"`` or ``"mitchellcubic"``, or
        one of `ResizeMethod`.
    preserve_aspect_ratio
        Whether to make the images as large as fits into `size` instead.
    antialias
        Whether to take means over more pixels where images become smaller; without effect on
        ``"nearest"`` and ``"area"``.

    Returns
    -------
    Tensor
        float32; with ``"nearest"`` of the dtype of `images`.

    Raises
    ------
    ValueError
        If `images` has another rank, `size` is not two integers, or there is no such method.
    InvalidArgumentError
        If a size is not positive, images have no pixels, or they are not real numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([0.0, 1.0], [1, 2, 1])
    >>> tf.image.resize(x, [1, 4]).numpy().ravel().tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    x = operand(images)
    shape = x._value.shape
    if len(shape) not in (3, 4):
        raise ValueError(
            f"resize: 'images' must have either 3 or 4 dimensions. Received: shape {list(shape)}."
        )
    if not isinstance(method, str) or method not in (*KERNELS, "nearest", "area"):
        raise ValueError(
            f"resize: Resize method is not implemented: {method}. There are 'nearest', 'area', "
            f"{', '.join(map(repr, KERNELS))}."
        )
    dtype = x._value.dtype
    if dtype.kind not in "fiu" and dtype.name != "bfloat16":
        raise InvalidArgumentError(
            f"resize: images of dtype {from_numpy(dtype).name} are not supported: real numbers "
            f"are. Convert first, for example tf.cast(images, tf.float32)."
        )
    height, width = _sizes(size)
    old_height, old_width = shape[-3:-1]
    if not old_height or not old_width:
        raise InvalidArgumentError(
            f"resize: input image must be of non-zero size. Actual: shape {list(shape)}."
        )
    if preserve_aspect_ratio:
        factor = min(height / old_height, width / old_width)
        height, width = round(factor * old_height), round(factor * old_width)
    if height < 1 or width < 1:
        raise InvalidArgumentError(
            f"resize: output dimensions must be positive. Actual: {[height, width]}, from images "
            f"of shape {list(shape)} and size {size!r}."
        )
    if method != "nearest":
        x = cast(x, "float32")
    for axis, old, new in ((-3, old_height, height), (-2, old_width, width)):
        if old != new or method in ("gaussian", "mitchellcubic"):  # which blur
            along = resampling(old, new, method, bool(antialias))
            x = resample(x, along=along, axis=axis)
    return x if x.__class__ is Tensor else recording.identity(x)
