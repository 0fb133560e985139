"""The three products of a convolution, on arrays: output, input gradient and filter gradient.

Arrays have their channels last: inputs ``x`` are ``(n, *sizes, groups * c)``, filters ``f`` are
``(*kernel, c, groups * o)``, outputs ``y`` are ``(n, *count, groups * o)``. All three are parts of
one sum over everything, of ``x[n, entry(p, k), c] f[k, c, o] y[n, p, o]``.

The entries that a block of windows sees are copied into the rows of a matrix (im2col), which
meets the filters in one BLAS product. A block is so small that it stays in cache, and memory is
bounded whatever the input. Windows of single channels (depthwise convolution) are sums over the
places of a window instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tapegrad.ops.window_geometry import Windows, blocks, places

#: Bytes of the matrix of one block.
_BLOCK = 3 << 20
#: Where runs of channels are shorter than this, copies follow the last axis of the image instead.
_SHORT = 16
#: Up to so many outputs for each input channel, a depthwise sum beats matrix products.
_FEW = 4


def _accumulator(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Half precision is summed in float32 and rounded once."""
    half = dtype.itemsize == 2 and dtype.kind not in "iu"
    return np.dtype(np.float32) if half else dtype


class _Plan:
    """How the windows of one product are laid out as a matrix."""

    def __init__(
        self, windows: Windows, groups: int, c: int, dtype: np.dtype[Any], by_place: bool = False
    ) -> None:
        self.windows, self.groups, self.c, self.dtype = windows, groups, c, dtype
        self.columns = prod(windows.kernel) * c
        # How many numbers are copied in one go.
        together = groups == 1 and windows.dilations[-1] == 1 and not by_place
        run = c * windows.kernel[-1] if together else c
        # Channels first: the matrix is (columns, rows), and copies run along the last image axis.
        self.first = run < _SHORT and run < windows.number[-1]
        self.limit = max(1, _BLOCK // max(1, groups * self.columns * dtype.itemsize))

    def blocks(self, n: int) -> Iterator[tuple[slice, ...]]:
        return blocks((n, *self.windows.number), self.limit)

    def frame(self, block: tuple[slice, ...]) -> tuple[list[tuple[int, int]], list[int]]:
        """The reach of a block along each axis, and the shape of a buffer for it."""
        reach = [
            self.windows.reach(axis, part.start, part.stop) for axis, part in enumerate(block[1:])
        ]
        lengths = [stop - start for start, stop in reach]
        n = block[0].stop - block[0].start
        channels = self.groups * self.c
        return reach, [channels, n, *lengths] if self.first else [n, *lengths, channels]

    def inside(self, reach: list[tuple[int, int]]) -> tuple[Any, Any] | None:
        """Indices of the part of a buffer that is no padding, and of the input that it holds."""
        buffer, entries = [], []
        for (start, stop), size in zip(reach, self.windows.sizes, strict=True):
            low, high = max(start, 0), min(stop, size)
            if high <= low:
                return None
            buffer.append(slice(low - start, high - start))
            entries.append(slice(low, high))
        whole = slice(None)
        return (whole, whole, *buffer) if self.first else (whole, *buffer), tuple(entries)

    def view(self, buffer: Any, block: tuple[slice, ...]) -> Any:
        """The windows of a buffer, with the axes of the matrix: ``(groups, n, p, k, c)``.

        With channels first they are ``(groups, c, k, n, p)``.
        """
        windows, groups, c = self.windows, self.groups, self.c
        shape, strides = buffer.shape, buffer.strides
        count = [part.stop - part.start for part in block[1:]]
        if self.first:
            channel, image, *axes = strides
            n = shape[1]
        else:
            image, *axes, channel = strides
            n = shape[0]
        positions = [s * a for s, a in zip(windows.strides, axes, strict=True)]
        steps = [d * a for d, a in zip(windows.dilations, axes, strict=True)]
        if self.first:
            return as_strided(
                buffer,
                (groups, c, *windows.kernel, n, *count),
                (c * channel, channel, *steps, image, *positions),
            )
        return as_strided(
            buffer,
            (groups, n, *count, *windows.kernel, c),
            (c * channel, image, *positions, *steps, channel),
        )

    def matrices(self, x: Any) -> Iterator[tuple[tuple[slice, ...], Any]]:
        """Each block with its windows as a matrix ``(groups, rows, columns)``."""
        if self.first:
            x = x.transpose((x.ndim - 1, *range(x.ndim - 1)))
        buffer = matrix = borders = None
        for block in self.blocks(x.shape[1 if self.first else 0]):
            reach, shape = self.frame(block)
            inside = self.inside(reach)
            if buffer is None or list(buffer.shape) != shape or borders != inside:
                buffer = np.zeros(shape, self.dtype)
            borders = inside
            if inside is not None:
                where, entries = inside
                images = (slice(None), block[0]) if self.first else (block[0],)
                buffer[where] = x[(*images, *entries)]
            view = self.view(buffer, block)
            if matrix is None or matrix.shape != view.shape:
                matrix = np.empty(view.shape, self.dtype)
            matrix[...] = view
            if self.first:
                flat = matrix.reshape(self.groups, self.columns, -1).mT
            else:
                flat = matrix.reshape(self.groups, -1, self.columns)
            yield block, flat

    def filters(self, f: Any) -> Any:
        """Filters as matrices ``(groups, columns, o)``."""
        *kernel, c, out = f.shape
        f = f.astype(self.dtype, copy=False).reshape(*kernel, c, self.groups, -1)
        n = len(kernel)
        order = (n + 1, n, *range(n), n + 2) if self.first else (n + 1, *range(n), n, n + 2)
        return f.transpose(order).reshape(self.groups, self.columns, out // self.groups)

    def unfilters(self, matrices: Any) -> Any:
        """The inverse of `filters`."""
        n, kernel = len(self.windows.kernel), self.windows.kernel
        if self.first:
            shape, order = (self.groups, self.c, *kernel, -1), (*range(2, n + 2), 1, 0, n + 2)
        else:
            shape, order = (self.groups, *kernel, self.c, -1), (*range(1, n + 2), 0, n + 2)
        f = matrices.reshape(shape).transpose(order)
        return f.reshape(*kernel, self.c, -1)

    def outputs(self, y: Any, block: tuple[slice, ...]) -> Any:
        """A block of an output as matrices ``(groups, rows, o)``."""
        part = y[block].reshape(-1, self.groups, y.shape[-1] // self.groups)
        return part.astype(self.dtype, copy=False).transpose(1, 0, 2)


def _is_depthwise(c: int, o: int) -> bool:
    return c == 1 and o <= _FEW


def correlate(x: Any, f: Any, *, windows: Windows, groups: int) -> Any:
    """The output: ``y[n, p, o] = sum over k, c of x[n, entry(p, k), c] f[k, c, o]``."""
    n, (c, out) = x.shape[0], f.shape[-2:]
    dtype = _accumulator(x.dtype)
    shape = (n, *windows.number, out)
    if not prod(shape) or not x.size or not f.size:
        return np.zeros(shape, x.dtype)
    if groups == 1 and windows.is_pointwise():
        flat = x.reshape(-1, c).astype(dtype, copy=False)
        weights = f.reshape(c, out).astype(dtype, copy=False)
        return np.matmul(flat, weights).astype(x.dtype, copy=False).reshape(shape)
    if groups > 1 and _is_depthwise(c, out // groups):
        return _depthwise(x, f, windows).astype(x.dtype, copy=False)
    plan = _Plan(windows, groups, c, dtype)
    weights = plan.filters(f)
    y = np.empty(shape, x.dtype)
    for block, matrix in plan.matrices(x):
        target = plan.outputs(y, block)
        if groups == 1 and y.dtype == dtype:
            np.matmul(matrix, weights, out=target)
        else:
            rows = np.matmul(matrix, weights).transpose(1, 0, 2)
            y[block] = rows.reshape(*y[block].shape)
    return y


def correlate_input(y: Any, f: Any, *, windows: Windows, groups: int) -> Any:
    """The input gradient: ``x[n, i, c]``, the sum of ``f[k, c, o] y[n, p, o]`` that see entry i."""
    n, (c, out) = y.shape[0], f.shape[-2:]
    dtype = _accumulator(y.dtype)
    shape = (n, *windows.sizes, groups * c)
    if not prod(shape) or not y.size or not f.size:
        return np.zeros(shape, y.dtype)
    o = out // groups
    if groups > 1 and _is_depthwise(c, o):
        return _depthwise_input(y, f, windows, groups).astype(y.dtype, copy=False)
    if all(s == 1 for s in windows.strides) and o <= 4 * c:
        turned, around = _turned(f, windows, groups)
        return correlate(y, turned, windows=around, groups=groups)
    plan = _Plan(windows, groups, c, dtype, by_place=True)
    weights = plan.filters(f)
    x = np.zeros(shape, dtype)
    target = x.transpose((x.ndim - 1, *range(x.ndim - 1))) if plan.first else x
    kernel = [range(k) for k in windows.kernel]
    for block in plan.blocks(n):
        reach, size = plan.frame(block)
        inside = plan.inside(reach)
        if inside is None:
            continue
        buffer = np.zeros(size, dtype)
        view = plan.view(buffer, block)
        part = plan.outputs(y, block)
        if plan.first:
            matrix = np.matmul(weights, part.mT).reshape(view.shape)
            at = 2
        else:
            matrix = np.matmul(part, weights.mT).reshape(view.shape)
            at = view.ndim - 1 - len(kernel)
        front = (slice(None),) * at
        for place in np.ndindex(*windows.kernel):
            # Windows overlap, but not in one and the same place of each.
            overlapping = view[(*front, *place)]
            overlapping += matrix[(*front, *place)]
        where, entries = inside
        images = (slice(None), block[0]) if plan.first else (block[0],)
        target[(*images, *entries)] += buffer[where]
    return x.astype(y.dtype, copy=False)


def _turned(f: Any, windows: Windows, groups: int) -> tuple[Any, Windows]:
    """Filters and windows with which steps of one are undone by another correlation."""
    *kernel, c, out = f.shape
    n = len(kernel)
    back = f[(slice(None, None, -1),) * n].reshape(*kernel, c, groups, out // groups)
    turned = back.transpose((*range(n), n + 2, n + 1, n)).reshape(*kernel, out // groups, -1)
    before = [
        (k - 1) * d - b
        for k, d, b in zip(windows.kernel, windows.dilations, windows.before, strict=True)
    ]
    return turned, windows._replace(
        sizes=windows.number, before=tuple(before), number=windows.sizes
    )


def correlate_filter(x: Any, y: Any, *, windows: Windows, groups: int) -> Any:
    """The filter gradient: ``f[k, c, o] = sum over n, p of x[n, entry(p, k), c] y[n, p, o]``."""
    c, out = x.shape[-1] // groups, y.shape[-1]
    dtype = _accumulator(x.dtype)
    shape = (*windows.kernel, c, out)
    if not prod(shape) or not x.size or not y.size:
        return np.zeros(shape, x.dtype)
    if groups == 1 and windows.is_pointwise():
        flat = x.reshape(-1, c).astype(dtype, copy=False)
        rows = y.reshape(-1, out).astype(dtype, copy=False)
        return np.matmul(flat.T, rows).astype(x.dtype, copy=False).reshape(shape)
    if groups > 1 and _is_depthwise(c, out // groups):
        return _depthwise_filter(x, y, windows).astype(x.dtype, copy=False)
    plan = _Plan(windows, groups, c, dtype)
    total: Any = None
    for block, matrix in plan.matrices(x):
        part = np.matmul(matrix.mT, plan.outputs(y, block))
        total = part if total is None else np.add(total, part, out=total)
    return plan.unfilters(total).astype(x.dtype, copy=False)


def _images(n: int, size: int, dtype: np.dtype[Any]) -> Iterator[slice]:
    """Blocks of images whose entries, `size` each, stay in cache."""
    step = max(1, _BLOCK // (4 * max(1, size * dtype.itemsize)))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def _per_output(f: Any, channels: int, dtype: np.dtype[Any]) -> Any:
    """Depthwise filters as ``(o, *kernel, channels)``."""
    *kernel, _, out = f.shape
    split = f.reshape(*kernel, channels, out // channels).astype(dtype, copy=False)
    return np.ascontiguousarray(np.moveaxis(split, -1, 0))


def _depthwise(x: Any, f: Any, windows: Windows) -> Any:
    channels, dtype = x.shape[-1], _accumulator(x.dtype)
    weights = _per_output(f, channels, dtype)
    y = np.empty((x.shape[0], *windows.number, channels, len(weights)), dtype)
    for images in _images(x.shape[0], prod(x.shape[1:]), dtype):
        part = x[images].astype(dtype, copy=False)
        for m, kernel in enumerate(weights):
            total = np.zeros((part.shape[0], *windows.number, channels), dtype)
            for place, seen, entries in places(windows):
                total[(slice(None), *seen)] += part[(slice(None), *entries)] * kernel[place]
            y[(images, ..., m)] = total
    return y.reshape(*y.shape[:-2], -1)


def _depthwise_input(y: Any, f: Any, windows: Windows, channels: int) -> Any:
    dtype = _accumulator(y.dtype)
    o = f.shape[-1] // channels
    weights = _per_output(f, channels, dtype)
    x = np.zeros((y.shape[0], *windows.sizes, channels), dtype)
    for images in _images(y.shape[0], prod(y.shape[1:]), dtype):
        parts = y[images].reshape(-1, *y.shape[1:-1], channels, o)
        for m, kernel in enumerate(weights):
            part = parts[..., m].astype(dtype)
            for place, seen, entries in places(windows):
                x[(images, *entries)] += part[(slice(None), *seen)] * kernel[place]
    return x


def _depthwise_filter(x: Any, y: Any, windows: Windows) -> Any:
    dtype, channels = _accumulator(x.dtype), x.shape[-1]
    o = y.shape[-1] // channels
    f = np.zeros((*windows.kernel, channels, o), dtype)
    for images in _images(x.shape[0], prod(x.shape[1:]), dtype):
        part = x[images].astype(dtype, copy=False)
        outputs = y[images].reshape(-1, *y.shape[1:-1], channels, o)
        for m in range(o):
            output = outputs[..., m].astype(dtype)
            for place, seen, entries in places(windows):
                products = part[(slice(None), *entries)] * output[(slice(None), *seen)]
                axes = tuple(range(products.ndim - 1))
                f[place][:, m] += np.add.reduce(products, axes)
    return f.reshape(*windows.kernel, 1, channels * o)
