"""Pooling to a size that is given, norms of windows, and the inverse of max pooling."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import identity, reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.activations import relu
from tapegrad.ops.complex import abs as absolute
from tapegrad.ops.complex import sign
from tapegrad.ops.reduce import reduce_mean
from tapegrad.ops.window_reductions import window_sum
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose, in_order, per_axis
from tapegrad.torch.nn.functional.pooling import check_image, pool_windows
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]


def along_each_axis(x: Any, matrices: list[Any]) -> Any:
    """The last axes, each multiplied by a constant matrix; None leaves one alone."""
    n = len(matrices)
    for i, matrix in enumerate(matrices):
        if matrix is None:
            continue
        rank, axis = x._value.ndim, i - n
        weights = wrap_constant(np.ascontiguousarray(matrix.T.astype(x._value.dtype)))
        if axis == -1:
            x = recording.matmul(x, weights)
            continue
        order = [a for a in range(-rank, 0) if a != axis] + [axis]
        moved = recording.matmul(recording.transpose(x, axes=tuple(order)), weights)
        back = [*range(-rank, axis), -1, *range(axis, -1)]
        x = recording.transpose(moved, axes=tuple(back))
    return x


def _bounds(size: int, count: int) -> tuple[Any, Any]:
    """First entries and ends of `count` windows that cover an axis."""
    i = np.arange(count)
    return i * size // count, -(-(i + 1) * size // count)


def _sizes(name: str, n: int, input: Tensor, output_size: Any) -> tuple[int, ...]:
    check_image(name, n, input)
    shape = input._value.shape[-n:]
    if output_size is None or hasattr(output_size, "__index__"):
        output_size = (output_size,) * n
    if len(output_size) != n:
        raise RuntimeError(f"{name}: internal error: output_size.size() must be {n}")
    return tuple(
        [s if o is None else o.__index__() for s, o in zip(shape, output_size, strict=True)]
    )


def _mean_to(n: int, input: Tensor, output_size: Any) -> Tensor:
    wanted = _sizes(f"adaptive_avg_pool{n}d", n, input, output_size)
    sizes = input._value.shape[-n:]
    whole = all(o == 1 for o in wanted)
    matrices: list[Any] = []
    for size, count in zip(sizes, wanted, strict=True):
        start, end = _bounds(size, count)
        entry = np.arange(size)
        inside = (entry >= start[:, None]) & (entry < end[:, None])
        matrices.append(None if size == count else inside / (end - start)[:, None])

    def mean(x: Any) -> Any:
        if whole:
            return reduce_mean(x, list(range(-n, 0)), True)
        return along_each_axis(identity(x), matrices)

    kind = {1: "SqueezeBackward1", 2: "MeanBackward1" if whole else "AdaptiveAvgPool2DBackward0"}
    if n == 3:
        kind[3] = "MeanBackward1" if whole else "AdaptiveAvgPool3DBackward0"
    return in_order(run(mean, node_type(kind[n]), (input,), {}))


def _largest_places(array: Any, n: int, wanted: tuple[int, ...]) -> Any:
    """Where the largest entry of each window is, in the flattened image."""
    sizes = array.shape[-n:]
    lead = array.shape[:-n]
    bounds = [_bounds(s, o) for s, o in zip(sizes, wanted, strict=True)]
    found = np.empty((*lead, *wanted), np.int64)
    for cell in np.ndindex(*wanted):
        starts = [int(b[0][c]) for b, c in zip(bounds, cell, strict=True)]
        ends = [int(b[1][c]) for b, c in zip(bounds, cell, strict=True)]
        part = array[(..., *[slice(a, b) for a, b in zip(starts, ends, strict=True)])]
        extent = part.shape[len(lead) :]
        first = part.reshape(*lead, prod(extent)).argmax(-1)
        place = np.unravel_index(first, extent)
        found[(..., *cell)] = np.ravel_multi_index(
            tuple([p + a for p, a in zip(place, starts, strict=True)]), sizes
        )
    return found


def picked(x: Any, where: Any, n: int) -> Any:
    """The entries at places in the flattened image."""
    shape = x._value.shape
    lead = shape[:-n]
    rows = reshape(x, to=(*lead, prod(shape[-n:])))
    flat = wrap_constant(where.reshape(*lead, -1))
    return reshape(recording.take_along_axis(rows, flat, axis=-1), to=where.shape)


def _max_to(n: int, input: Tensor, output_size: Any, return_indices: bool) -> Any:
    wanted = _sizes(f"adaptive_max_pool{n}d", n, input, output_size)
    where = _largest_places(input._value, n, wanted)

    def largest(x: Any) -> Any:
        return picked(x, where, n)

    kind = {1: "SqueezeBackward1"}.get(n, f"AdaptiveMaxPool{n}DBackward0")
    y = in_order(run(largest, node_type(kind), (input,), {}))
    return (y, wrapped(where)) if return_indices else y


_SHAPE = {"input": "Of shape ``(N, C, *sizes)``, or without N."}


@documented(
    "torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[[1.0, 3.0, 2.0, 4.0]]]), 2)",
    "tensor([[[2., 3.]]])",
    **_SHAPE,
)
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Means of as many windows as are wanted, which cover the sequences."""
    return _mean_to(1, input, output_size)


@documented(
    "torch.nn.functional.adaptive_avg_pool2d(torch.arange(4.0).reshape(1, 2, 2), 1)",
    "tensor([[[1.5000]]])",
    **_SHAPE,
)
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Means of as many windows as are wanted, which cover the images."""
    return _mean_to(2, input, output_size)


@documented(
    "torch.nn.functional.adaptive_avg_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 1)",
    "tensor([[[[3.5000]]]])",
    **_SHAPE,
)
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Means of as many windows as are wanted, which cover the volumes."""
    return _mean_to(3, input, output_size)


@documented(
    "torch.nn.functional.adaptive_max_pool1d(torch.tensor([[[1.0, 3.0, 2.0, 4.0]]]), 2)",
    "tensor([[[3., 4.]]])",
    **_SHAPE,
)
def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entries of as many windows as are wanted, which cover the sequences."""
    return _max_to(1, input, output_size, return_indices)


@documented(
    "torch.nn.functional.adaptive_max_pool2d(torch.arange(4.0).reshape(1, 2, 2), 1)",
    "tensor([[[3.]]])",
    **_SHAPE,
)
def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entries of as many windows as are wanted, which cover the images."""
    return _max_to(2, input, output_size, return_indices)


@documented(
    "torch.nn.functional.adaptive_max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 1)",
    "tensor([[[[7.]]]])",
    **_SHAPE,
)
def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entries of as many windows as are wanted, which cover the volumes."""
    return _max_to(3, input, output_size, return_indices)


def _norm_pool(
    n: int, input: Tensor, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool
) -> Tensor:
    name = f"lp_pool{n}d"
    check_image(name, n, input)
    windows = pool_windows(name, input._value.shape[-n:], kernel_size, stride, 0, 1, ceil_mode)
    axes = tuple(range(-n, 0))

    def norm(x: Any) -> Any:
        exponent = wrap_constant(x._value.dtype.type(norm_type))
        total: Any = window_sum(recording.pow(x, exponent), windows=windows, axes=axes)
        if ceil_mode:
            # PyTorch takes the mean of the entries that exist, times the number of all places.
            total = total * wrap_constant(_missing(windows).astype(x._value.dtype))
        total = sign(total) * relu(absolute(total))
        root = wrap_constant(x._value.dtype.type(1 / norm_type))
        zero = total == 0
        return choose(zero, 0, recording.pow(choose(zero, 1, total), root))

    return in_order(run(norm, node_type("PowBackward0"), (input,), {}))


def _missing(windows: Any) -> Any:
    """By window, how many times as many places as entries there are."""
    n = len(windows.sizes)
    total: Any = np.ones((1,) * n)
    for axis in range(n):
        start = np.arange(windows.number[axis]) * windows.strides[axis]
        entries = np.minimum(start + windows.kernel[axis], windows.sizes[axis]) - start
        along = windows.kernel[axis] / entries
        total = total * along.reshape((-1,) + (1,) * (n - 1 - axis))
    return total


@documented(
    "torch.nn.functional.lp_pool1d(torch.tensor([[[3.0, 4.0]]]), 2, 2)",
    "tensor([[[5.]]])",
    **_SHAPE,
)
def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """The norm of every window of sequences."""
    return _norm_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


@documented(
    "torch.nn.functional.lp_pool2d(torch.ones(1, 1, 2, 2), 2, 2)",
    "tensor([[[[2.]]]])",
    **_SHAPE,
)
def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """The norm of every window of images."""
    return _norm_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


@documented(
    "torch.nn.functional.lp_pool3d(torch.ones(1, 1, 2, 2, 4), 2, (2, 2, 4))",
    "tensor([[[[[4.]]]]])",
    **_SHAPE,
)
def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """The norm of every window of volumes."""
    return _norm_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _unpool(
    n: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
) -> Tensor:
    name = f"max_unpool{n}d"
    check_image(name, n, input)
    if indices._value.dtype != np.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype}")
    if input._value.shape != indices._value.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({input.shape}) but "
            f"got indices tensor with shape: {indices.shape}"
        )
    kernel = per_axis(kernel_size, n, "kernel_size")
    strides = per_axis(stride, n, "stride") or kernel
    before = per_axis(padding, n, "padding")
    count = input._value.shape[-n:]
    sizes = tuple(
        [(c - 1) * s - 2 * p + k for c, s, p, k in zip(count, strides, before, kernel, strict=True)]
    )
    if output_size is not None:
        wanted = tuple([int(o) for o in output_size])[-n:]
        for d, (w, size, s) in enumerate(zip(wanted, sizes, strides, strict=True)):
            if not size - s < w < size + s:
                raise ValueError(
                    f'invalid output_size "{list(wanted)}" (dim {d} must be between {size - s} and '
                    f"{size + s})"
                )
        sizes = wanted
    lead, places = input._value.shape[:-n], indices._value
    total = prod(sizes)
    if places.size and (places.min() < 0 or places.max() >= total):
        raise RuntimeError(
            f"Found an invalid max index: {places.max()} (output volumes are of size "
            f"{'x'.join(map(str, sizes))}"
        )
    flat = places.reshape(*lead, prod(count))
    last = np.full((*lead, total), -1, np.int64)
    numbers = np.broadcast_to(np.arange(prod(count)), flat.shape)
    np.put_along_axis(last, flat, numbers, -1)

    def spread(x: Any) -> Any:
        rows = reshape(x, to=(*lead, prod(count)))
        y = recording.put_along_axis(rows, wrap_constant(flat), to=(*lead, total), axis=-1)
        # Of several entries for one place the last stays, but all get its gradient.
        stays = np.take_along_axis(rows._value, np.maximum(last, 0), -1)
        rest = np.where(last >= 0, stays, 0) - y._value
        if rest.any():
            y = y + wrap_constant(rest.astype(y._value.dtype))
        return reshape(y, to=(*lead, *sizes))

    kind = {1: "SqueezeBackward1"}.get(n, f"MaxUnpool{n}DBackward0")
    return in_order(run(spread, node_type(kind), (input,), {}))


def _unpooling(n: int, example: str, result: str) -> Any:
    def unpool(
        input: Tensor,
        indices: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        output_size: Any = None,
    ) -> Tensor:
        return _unpool(n, input, indices, kernel_size, stride, padding, output_size)

    unpool.__name__ = unpool.__qualname__ = f"max_unpool{n}d"
    unpool.__doc__ = f"Entries back at the places that `max_pool{n}d` found, zeros elsewhere."
    meanings = {"indices": "Places in the flattened result.", **_SHAPE}
    return documented(f"torch.nn.functional.max_unpool{n}d({example})", result, **meanings)(unpool)


max_unpool1d = _unpooling(
    1, "torch.tensor([[[3.0, 4.0]]]), torch.tensor([[[1, 3]]]), 2", "tensor([[[0., 3., 0., 4.]]])"
)
max_unpool2d = _unpooling(
    2,
    "torch.tensor([[[3.0]]]), torch.tensor([[[1]]]), 2",
    "tensor([[[0., 3.],\n         [0., 0.]]])",
)
max_unpool3d = _unpooling(
    3, "torch.tensor([[[[3.0]]]]), torch.tensor([[[[1]]]]), (1, 1, 2)", "tensor([[[[0., 3.]]]])"
)
