"""Pooling over windows at random places (Graham, "Fractional max-pooling", 2014)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.torch.examples import as_array
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.random import rand
from tapegrad.torch.tensor import wrapped

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d"]

_TEXTS = {
    "output_size": "The size of the result: a number, or one per axis; or give `output_ratio`.",
    "output_ratio": "The size of the result over that of the image, between 0 and 1.",
    "_random_samples": "Numbers between 0 and 1, which say where windows are: ``(N, C, axes)``.",
}


def _starts(samples: Any, size: int, outputs: int, window: int) -> Any:
    """Where windows begin along an axis, for each image and channel."""
    last = size - window
    found = np.full((*samples.shape, outputs), last)
    if outputs > 1:
        step = samples.dtype.type(last / (outputs - 1))
        numbers = np.arange(outputs - 1)
        shifted = ((numbers + samples[..., None]) * step).astype(np.int64)
        found[..., :-1] = shifted - (samples * step).astype(np.int64)[..., None]
    return found


def _sizes(name: str, axes: int, value: Any) -> tuple[Any, ...]:
    found = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    if len(found) != axes:
        raise ValueError(
            f"fractional_max_pool{axes}d requires {name} to either be a single Int or tuple of "
            f"Ints."
        )
    return found


def _pool(
    axes: int,
    input: Any,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    samples: Any,
) -> Any:
    name = f"fractional_max_pool{axes}d"
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if input.dim() not in (axes + 1, axes + 2):
        raise RuntimeError(
            f"{name}: Expected {axes + 1}D or {axes + 2}D tensor, but got: {input.dim()}D"
        )
    shape = tuple(input.shape[-axes:])
    windows = _sizes("kernel_size", axes, kernel_size)
    if output_size is None:
        ratios = _sizes("output_ratio", axes, output_ratio)
        output_size = [int(n * ratio) for n, ratio in zip(shape, ratios, strict=True)]
    outputs = _sizes("output_size", axes, output_size)
    for n, out, k in zip(shape, outputs, windows, strict=True):
        if out + k - 1 > n:
            raise RuntimeError(f"{name}: pool size {k} and output size {out} are too large for {n}")
    alone = input.dim() == axes + 1
    x = input.unsqueeze(0) if alone else input
    if samples is None:
        samples = rand(x.shape[0], x.shape[1], axes, dtype=x.dtype)
    u = as_array(samples._value)
    # PyTorch takes the samples of images for width and height, and of volumes in order.
    order = (1, 0) if axes == 2 else (0, 1, 2)
    flat: Any = 0
    for axis in range(axes):
        starts = _starts(u[..., order[axis]], shape[axis], outputs[axis], windows[axis])
        places = starts[..., None] + np.arange(windows[axis])
        spread = [1] * (2 * axes)
        spread[axis], spread[axes + axis] = outputs[axis], windows[axis]
        flat = flat * shape[axis] + places.reshape(*places.shape[:2], *spread)
    count = math.prod(windows)
    index = wrapped(np.ascontiguousarray(flat.reshape(*x.shape[:2], -1)))
    values = x.flatten(2).gather(2, index).reshape(*x.shape[:2], *outputs, count)
    largest = values.max(-1)
    found = largest.values.squeeze(0) if alone else largest.values
    if not return_indices:
        return found
    chosen = index.reshape(values.shape).gather(-1, largest.indices.unsqueeze(-1)).squeeze(-1)
    return found, chosen.squeeze(0) if alone else chosen


@documented(
    "torch.nn.functional.fractional_max_pool2d(torch.ones(1, 1, 5, 5), 2, output_size=3).shape",
    "torch.Size([1, 1, 3, 3])",
    **_TEXTS,
)
def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest entries of windows whose places in an image are drawn."""
    options = output_size, output_ratio, return_indices, _random_samples
    return _pool(2, input, kernel_size, *options)


@documented(
    "x = torch.ones(1, 1, 5, 5, 5)\n"
    "torch.nn.functional.fractional_max_pool3d(x, 2, output_ratio=0.5).shape",
    "torch.Size([1, 1, 2, 2, 2])",
    **_TEXTS,
)
def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest entries of windows whose places in a volume are drawn."""
    options = output_size, output_ratio, return_indices, _random_samples
    return _pool(3, input, kernel_size, *options)
