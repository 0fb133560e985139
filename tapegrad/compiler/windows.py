"""Convolution and pooling in programs: calls of `kernels.convolution` and `kernels.pooling`.

A convolution is written out as one without padding of an image with its padding around it, which
the loop that makes the image may write; so is the gradient for its images, with the filters turned
around. The functions read sizes from an array, so that many convolutions share one of them.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.layout import contiguous


class Call(NamedTuple):
    """A call ``function(*inputs, numbers, output)`` of a function of a module of `kernels`.

    The inputs are those of the operation with these numbers.
    """

    module: str
    function: str
    inputs: tuple[int, ...]
    numbers: list[int]


def call(step: Operation) -> Call | None:
    """What is called for an operation, if there is something."""
    values = (*step.inputs, *step.outputs)
    if any(v.dtype.kind != "f" or v.dtype.itemsize < 4 or v.size == 0 for v in values):
        return None
    find = _CALLS.get(step.primitive.name)
    return None if find is None else find(step)


#: Convolutions with more outputs go in blocks of so many.
_MOST_OUTPUTS = 64


# Pooling


def _pooling(step: Operation) -> Call | None:
    numbers = _window_numbers(step)
    if numbers is None:
        return None
    name = step.primitive.name
    return Call("pooling", name, (1, 2, 0) if name == "window_max_spread" else (0, 0, 0), numbers)


def _window_numbers(step: Operation) -> list[int] | None:
    """What the walk over windows reads: images, channels, and six numbers for each of three axes.

    None if windows slide along axes that do not follow one another.
    """
    windows, axes = step.params["windows"], step.params["axes"]
    first, last = axes[0], axes[-1]
    if len(axes) > 3 or list(axes) != list(range(first, last + 1)):
        return None
    shape = step.inputs[0].shape
    numbers = [prod(shape[:first]), prod(shape[last + 1 :] if last < -1 else ())]
    numbers += [1, 1, 1, 1, 1, 0] * (3 - len(axes))
    parts = windows.sizes, windows.number, windows.kernel, windows.strides, windows.dilations
    for along in zip(*parts, windows.before, strict=True):
        numbers += along
    return numbers


# Convolution


def _convolution(step: Operation) -> Call | None:
    windows = step.params["windows"]
    if step.params["groups"] != 1 or len(windows.sizes) > 3 or _is_padded(windows):
        return None
    (out,) = step.outputs
    image, other = step.inputs
    to_filters = step.primitive.name == "conv_filter"
    outputs = (other if to_filters else out).shape[-1]
    kind = "filter_correlation" if to_filters else "correlation"
    width = min(_MOST_OUTPUTS, max(4, 1 << (outputs - 1).bit_length()))
    numbers = _convolution_numbers(image, outputs, windows)
    return Call("convolution", f"{kind}({width}, {out.dtype.itemsize})", (0, 1), numbers)


def _convolution_numbers(image: Value, outputs: int, windows: Any) -> list[int]:
    """Images, channels, outputs; windows, steps between them, places; where the places are."""
    n = len(windows.sizes)
    walks = contiguous(image.shape).strides
    steps = [s * a for s, a in zip(windows.strides, walks[1:-1], strict=True)]
    places = np.zeros((), np.int64)
    for k, dilation, walk in zip(windows.kernel, windows.dilations, walks[1:-1], strict=True):
        places = np.add.outer(places, np.arange(k) * (dilation * walk))
    numbers = [image.shape[0], image.shape[-1], outputs]
    numbers += [*(1,) * (3 - n), *windows.number, walks[0], *(0,) * (3 - n), *steps]
    return [*numbers, places.size, *places.reshape(-1).tolist()]


def _reach(windows: Any) -> tuple[int, ...]:
    """How many entries the windows along each axis cover, padding included."""
    return tuple(
        [
            (number - 1) * stride + (k - 1) * dilation + 1
            for number, stride, k, dilation in zip(
                windows.number, windows.strides, windows.kernel, windows.dilations, strict=True
            )
        ]
    )


def _is_padded(windows: Any) -> bool:
    reach = zip(_reach(windows), windows.sizes, strict=True)
    return any(windows.before) or any(n > size for n, size in reach)


def _around(w: Any, image: Value, windows: Any) -> tuple[Value, Any]:
    """An image with its padding, cut to what windows see, and the windows in it."""
    if not _is_padded(windows):
        return image, windows
    buffer, entries = [], []
    reach = _reach(windows)
    for size, before, n in zip(windows.sizes, windows.before, reach, strict=True):
        low, high = max(0, -before), min(size, n - before)
        entries.append(slice(low, high))
        buffer.append(slice(low + before, high + before))
    to = (image.shape[0], *reach, image.shape[-1])
    part = [e.stop - e.start for e in entries]
    if part != list(windows.sizes):
        shape = (image.shape[0], *part, image.shape[-1])
        index = (Ellipsis, *entries, slice(None))
        image = w.shaped("getitem", shape, image, index=index)
    padded = w.shaped("put_slice", to, image, index=(Ellipsis, *buffer, slice(None)), to=to)
    return padded, windows._replace(sizes=reach, before=(0,) * len(reach))


def _is_simple(windows: Any, groups: int) -> bool:
    seen = zip(_reach(windows), windows.sizes, windows.before, strict=True)
    return (
        groups == 1
        and len(windows.sizes) <= 3
        and all(max(0, -before) < min(size, n - before) for n, size, before in seen)
    )


def conv(w: Any, x: Value, f: Value, windows: Any, groups: int) -> None:
    """A convolution of images with their padding."""
    if not _is_simple(windows, groups) or not _is_padded(windows):
        return
    padded, windows = _around(w, x, windows)
    shape = (x.shape[0], *windows.number, f.shape[-1])
    w.result(w.product("conv", shape, padded, f, windows=windows, groups=1))


def conv_filter(w: Any, x: Value, y: Value, windows: Any, groups: int) -> None:
    """The gradient for the filters, of images with their padding."""
    if not _is_simple(windows, groups) or not _is_padded(windows):
        return
    padded, windows = _around(w, x, windows)
    shape = (*windows.kernel, x.shape[-1], y.shape[-1])
    w.result(w.product("conv_filter", shape, padded, y, windows=windows, groups=1))


def conv_input(w: Any, y: Value, f: Value, windows: Any, groups: int) -> None:
    """The gradient for the images, if windows go in steps of one: another convolution."""
    if not _is_simple(windows, groups) or any(s != 1 for s in windows.strides):
        return
    n = len(windows.sizes)
    *kernel, c, out = f.shape
    turned = w.shaped("reverse", f.shape, f, axes=tuple(range(-n - 2, -2)))
    axes = (*range(-n - 2, -2), -1, -2)
    turned = w.shaped("transpose", (*kernel, out, c), turned, axes=axes)
    before = [
        (k - 1) * d - b
        for k, d, b in zip(windows.kernel, windows.dilations, windows.before, strict=True)
    ]
    around = windows._replace(sizes=windows.number, before=tuple(before), number=windows.sizes)
    if not _is_simple(around, 1):
        return
    padded, around = _around(w, y, around)
    shape = (y.shape[0], *around.number, c)
    w.result(w.product("conv", shape, padded, turned, windows=around, groups=1))


_CALLS = {
    "conv": _convolution,
    "conv_filter": _convolution,
    "window_max": _pooling,
    "window_max_spread": _pooling,
    "window_spread": _pooling,
    "window_sum": _pooling,
}
