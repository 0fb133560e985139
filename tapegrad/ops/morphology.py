"""Dilation and erosion of images: convolution with maxima in place of sums."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import spread
from tapegrad.core.define import general
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.convolution_arguments import (
    dilations_argument,
    padding_argument,
    strides_argument,
)
from tapegrad.ops.operands import operand_pair, require_same_dtype
from tapegrad.ops.window_geometry import Windows, make_windows, places
from tapegrad.ops.window_reductions import entry_numbers, lowest, pick, put

__all__ = ["dilation2d", "erosion2d"]

_AXES = (-3, -2)


def _batch(name: str) -> Any:
    """Elements of a batch each have their images: the axes of these stand between."""

    def batch(F: Any, args: Any, params: Any) -> Any:
        lead = len(args[0].shape) - 3
        x, f, *others = spread(F, args)
        size, *inner = f.shape
        f = F.reshape(f, to=(size, *(1,) * lead, *inner))
        return getattr(F, name)(x, f, *others, **params)

    return batch


def _dilation(x: Any, f: Any, *, windows: Windows) -> Any:
    lead = np.broadcast_shapes(x.shape[:-3], f.shape[:-3])
    y = np.full((*lead, *windows.number, x.shape[-1]), lowest(x.dtype), x.dtype)
    for place, seen, entries in places(windows):
        at = (..., *seen, slice(None))
        np.maximum(y[at], x[(..., *entries, slice(None))] + _at(f, place), out=y[at])
    return y


def _at(f: Any, place: tuple[int, ...]) -> Any:
    """One place of the structuring elements, beside the entries of all windows."""
    return f[(..., *place, None, None, slice(None))]


def _dilation_places(x: Any, f: Any, y: Any, *, windows: Windows) -> Any:
    """The number of the first place of each window that gives the maximum."""
    found = np.zeros(y.shape, np.intp)
    for place, seen, entries in reversed(list(places(windows))):
        at = (..., *seen, slice(None))
        value = x[(..., *entries, slice(None))] + _at(f, place)
        found[at][(value == y[at]) | np.isnan(value)] = np.ravel_multi_index(place, windows.kernel)
    return found


def _dilation_entries(x: Any, numbers: Any, *, windows: Windows) -> Any:
    """Where these places are in the flattened images."""
    return entry_numbers(numbers, x.shape[-3:], windows, _AXES)


def _filter_entries(numbers: Any) -> Any:
    """Where these places are in the flattened filters."""
    channels = numbers.shape[-1]
    return numbers * channels + np.arange(channels)


general(
    "dilation_places",
    _dilation_places,
    NONDIFF,
    NONDIFF,
    NONDIFF,
    inputs="x f y",
    batch=_batch("dilation_places"),
)
general("dilation_entries", _dilation_entries, NONDIFF, NONDIFF, inputs="x numbers")
general("filter_entries", _filter_entries, NONDIFF, inputs="numbers")


def _image_vjp(F: Any, g: Any, x: Any, f: Any, y: Any, windows: Any, shape: Any) -> Any:
    numbers = F.dilation_places(x, f, y, windows=windows)
    return put(F, g, F.dilation_entries(x, numbers, windows=windows), _AXES, shape)


def _image_jvp(F: Any, t: Any, x: Any, f: Any, y: Any, windows: Any) -> Any:
    numbers = F.dilation_places(x, f, y, windows=windows)
    return pick(F, t, F.dilation_entries(x, numbers, windows=windows), _AXES)


def _filter_vjp(F: Any, g: Any, x: Any, f: Any, y: Any, windows: Any, shapes: Any) -> Any:
    where = F.filter_entries(F.dilation_places(x, f, y, windows=windows))
    _, to = shapes
    rows, entries = prod(to[:-3]), prod(to[-3:])
    seen = rows, prod(where.shape) // max(rows, 1)
    flat = F.put_along_axis(
        F.reshape(g, to=seen), F.reshape(where, to=seen), to=(rows, entries), axis=-1
    )
    return F.reshape(flat, to=to)


def _filter_jvp(F: Any, t: Any, x: Any, f: Any, y: Any, windows: Any) -> Any:
    where = F.filter_entries(F.dilation_places(x, f, y, windows=windows))
    rows = prod(t.shape[:-3])
    flat = F.reshape(t, to=(rows, prod(t.shape[-3:])))
    seen = rows, prod(where.shape) // max(rows, 1)
    picked = F.take_along_axis(flat, F.reshape(where, to=seen), axis=-1)
    return F.reshape(picked, to=tuple(where.shape))


# The largest ``x[entry] + f[place]`` of each window; the first of several gets the cotangent.
dilation = general(
    "dilation",
    _dilation,
    _image_vjp,
    _filter_vjp,
    inputs="x f",
    jvps=(_image_jvp, _filter_jvp),
    batch=_batch("dilation"),
)


def dilation2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    r"""Grayscale dilation: a convolution with maxima in place of sums.

    .. math:: y_{n,p,q,c} = \max_{i,j} \big(x_{n,\,s p + d i,\,s' q + d' j,\,c} + f_{i,j,c}\big)

    The gradient goes to the first entry and the first place that give the maximum. Padding never
    does.

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``, float or integer.
    filters
        Structuring elements of shape ``(height, width, channels)`` and the same dtype.
    strides
        From one window to the next: one for each of the four axes.
    padding
        ``"SAME"`` or ``"VALID"``.
    data_format
        ``"NHWC"``.
    dilations
        From one place of a window to the next: one for each of the four axes.

    Returns
    -------
    Tensor
        Of shape ``(batch, windows, windows, channels)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        For another data format, or if a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([0.0, 5.0, 0.0, 0.0], [1, 1, 4, 1])
    >>> f, ones = tf.zeros([1, 3, 1]), [1, 1, 1, 1]
    >>> tf.nn.dilation2d(x, f, ones, "SAME", "NHWC", ones).numpy().ravel().tolist()
    [5.0, 5.0, 5.0, 0.0]
    """
    return _dilated("dilation2d", input, filters, strides, padding, data_format, dilations)


def _dilated(
    op: str, input: Any, filters: Any, strides: Any, padding: Any, data_format: Any, dilations: Any
) -> Tensor:
    if data_format != "NHWC":
        raise ValueError(
            f"{op}: `data_format` values other than 'NHWC' are not supported. Received: "
            f"data_format={data_format}. Use tf.transpose."
        )
    x, f = operand_pair(input, filters)
    require_same_dtype(op, x, f)
    dtype, shape, size = x._value.dtype, x._value.shape, f._value.shape
    if dtype.kind not in "fiu" and dtype.name != "bfloat16":
        raise InvalidArgumentError(
            f"{op}: tensors of dtype {from_numpy(dtype).name} are not supported: real numbers are."
        )
    if len(shape) != 4 or len(size) != 3 or shape[-1] != size[-1]:
        raise InvalidArgumentError(
            f"{op}: input and filter must have the same depth. Expect: (batch, height, width, "
            f"channels) and (height, width, channels). Actual: {list(shape)} and {list(size)}."
        )
    steps = strides_argument(strides, 2, False, op)
    spread = dilations_argument(dilations, 2, False, op)
    pads = padding_argument(padding, 2, False, op)
    windows = make_windows(op, shape[1:3], size[:2], steps, spread, pads)
    return dilation(x, f, windows=windows)  # type: ignore[no-any-return]


def erosion2d(
    value: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    r"""Grayscale erosion: a convolution with minima in place of sums.

    .. math:: y_{n,p,q,c} = \min_{i,j} \big(x_{n,\,s p + d i,\,s' q + d' j,\,c} - f_{i,j,c}\big)

    It is the negative of the `dilation2d` of the negative image with the reversed filters.

    Parameters
    ----------
    value
        Images of shape ``(batch, height, width, channels)``, float or integer.
    filters
        Structuring elements of shape ``(height, width, channels)`` and the same dtype.
    strides
        From one window to the next: one for each of the four axes.
    padding
        ``"SAME"`` or ``"VALID"``.
    data_format
        ``"NHWC"``.
    dilations
        From one place of a window to the next: one for each of the four axes.

    Returns
    -------
    Tensor
        Of shape ``(batch, windows, windows, channels)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        For another data format, or if a list has the wrong length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([5.0, 5.0, 1.0, 5.0], [1, 1, 4, 1])
    >>> f, ones = tf.zeros([1, 3, 1]), [1, 1, 1, 1]
    >>> tf.nn.erosion2d(x, f, ones, "SAME", "NHWC", ones).numpy().ravel().tolist()
    [5.0, 1.0, 1.0, 1.0]
    """
    x, f = operand_pair(value, filters)
    f = recording.reverse(f, axes=(-3, -2)) if f._value.ndim == 3 else f
    y = _dilated("erosion2d", -x, f, strides, padding, data_format, dilations)
    return -y
