"""Windows as columns, and images sampled at the points of a grid."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape, unstack
from tapegrad.core.structural import stack as stacked
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.complex import abs as absolute
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose, in_order, per_axis
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = ["affine_grid", "fold", "grid_sample", "unfold"]


def _blocks(
    sizes: Any, kernel: Any, dilation: Any, padding: Any, stride: Any
) -> tuple[list[int], list[tuple[slice, ...]]]:
    """The numbers of windows, and for each place of them the entries of the padded image."""
    counts = [
        (s + 2 * p - d * (k - 1) - 1) // t + 1
        for s, k, d, p, t in zip(sizes, kernel, dilation, padding, stride, strict=True)
    ]
    parts = [
        tuple(
            [
                slice(i * d, i * d + (c - 1) * t + 1, t)
                for i, d, c, t in zip(place, dilation, counts, stride, strict=True)
            ]
        )
        for place in product(*map(range, kernel))
    ]
    return counts, parts


@documented(
    "torch.nn.functional.unfold(torch.arange(4.0).reshape(1, 1, 2, 2), (1, 2))",
    "tensor([[[0., 2.],\n         [1., 3.]]])",
    input="Of shape ``(N, C, H, W)``, or without N.",
)
def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """The windows of images as columns, ``(N, C * places, windows)``."""
    if input._value.ndim not in (3, 4):
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(input.shape)}"
        )
    names = ("kernel_size", "dilation", "padding", "stride")
    given = (kernel_size, dilation, padding, stride)
    kernel, spread, around, steps = (per_axis(v, 2, k) for v, k in zip(given, names, strict=True))
    counts, parts = _blocks(input._value.shape[-2:], kernel, spread, around, steps)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, "
            f"dilation={spread}, padding={around}, calculated shape of the array of sliding blocks "
            f"as {tuple(counts)}, but its components must be at least one."
        )

    def columns(x: Any) -> Any:
        lead = x._value.shape[:-2]
        padded = recording.pad(x, paddings=tuple([(p, p) for p in around]))
        taken = [recording.getitem(padded, index=(Ellipsis, *part)) for part in parts]
        together = stacked(*taken, axis=-3)
        return reshape(together, to=(*lead[:-1], lead[-1] * len(parts), prod(counts)))

    return in_order(run(columns, node_type("Im2ColBackward0"), (input,), {}))


@documented(
    "torch.nn.functional.fold(torch.ones(1, 2, 1), (1, 2), (1, 2))",
    "tensor([[[[1., 1.]]]])",
    input="Of shape ``(N, C * places, windows)``, or without N.",
    output_size="The size of the images.",
)
def fold(
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """The transpose of `unfold`: columns added up where their windows lie."""
    names = ("output_size", "kernel_size", "dilation", "padding", "stride")
    given = (output_size, kernel_size, dilation, padding, stride)
    sizes, kernel, spread, around, steps = (
        per_axis(v, 2, k) for v, k in zip(given, names, strict=True)
    )
    counts, parts = _blocks(sizes, kernel, spread, around, steps)
    *lead, rows, windows = input._value.shape
    if rows % prod(kernel):
        raise RuntimeError(
            f"Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={rows} and kernel_size={kernel}."
        )
    if windows != prod(counts):
        raise RuntimeError(
            f"Given output_size={sizes}, kernel_size={kernel}, dilation={spread}, "
            f"padding={around}, stride={steps}, expected size of input's dimension 2 to match the "
            f"calculated number of sliding blocks {' * '.join(map(str, counts))} = "
            f"{prod(counts)}, but got input.size(2)={windows}."
        )
    channels = rows // prod(kernel)
    padded = tuple([s + 2 * p for s, p in zip(sizes, around, strict=True)])

    def image(x: Any) -> Any:
        blocks = reshape(x, to=(*lead, channels, len(parts), *counts))
        to = (*lead, channels, *padded)
        total = None
        for block, part in zip(unstack(blocks, axis=-3), parts, strict=True):
            placed = recording.put_slice(block, index=(Ellipsis, *part), to=to)
            total = placed if total is None else total + placed
        inside = tuple([slice(p, p + s) for s, p in zip(sizes, around, strict=True)])
        return recording.getitem(total, index=(Ellipsis, *inside))

    return in_order(run(image, node_type("Col2ImBackward0"), (input,), {}))


@operation("AffineGridGeneratorBackward0", method=False)
def _affine(theta: Any, size: tuple[int, ...], corners: bool) -> Any:
    n, _, *sizes = size
    axes = []
    for s in reversed(sizes):
        line = np.linspace(-1, 1, s) if s > 1 else np.zeros(1)
        axes.append(line if corners else line * (s - 1) / s)
    meshed = np.meshgrid(*axes[::-1], indexing="ij")
    points = np.stack([*meshed[::-1], np.ones(sizes)], -1).reshape(-1, len(sizes) + 1)
    base = wrap_constant(np.ascontiguousarray(points.astype(theta._value.dtype)))
    moved = recording.matmul(base, recording.transpose(theta, axes=(-3, -1, -2)))
    return reshape(moved, to=(n, *sizes, len(sizes)))


@documented(
    "theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])\n"
    "torch.nn.functional.affine_grid(theta, (1, 1, 1, 2), align_corners=False)",
    "tensor([[[[-0.5000,  0.0000],\n          [ 0.5000,  0.0000]]]])",
    theta="Matrices of shape ``(N, 2, 3)``, or ``(N, 3, 4)`` for volumes.",
    size="The size of the images: ``(N, C, H, W)`` or ``(N, C, D, H, W)``.",
    align_corners="Whether -1 and 1 are centres of pixels, rather than edges of images.",
)
def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """Points of images, moved by affine maps, for `grid_sample`."""
    wanted = tuple([int(s) for s in size])
    rows = len(wanted) - 2
    if rows not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, "
            f"respectively. Got size {list(wanted)}."
        )
    if theta._value.ndim != 3 or theta._value.shape[1:] != (rows, rows + 1):
        raise ValueError(
            f"Expected a batch of {rows}D affine matrices of shape Nx{rows}x{rows + 1} for size "
            f"{list(wanted)}. Got {theta.shape}."
        )
    return _affine(theta, wanted, bool(align_corners))


def _reflected(x: Any, low: float, high: float) -> Any:
    """Points folded back into an interval."""
    if low == high:
        return x * 0.0
    span = high - low
    away = absolute(x - low)
    turns = np.floor(away._value / span)
    inside = away - wrap_constant((turns * span).astype(x._value.dtype))
    even = wrap_constant(turns % 2 == 0)
    return choose(even, inside + low, span - inside + low)


def _into_image(x: Any, size: int, padding: str, corners: bool) -> Any:
    if padding == "reflection":
        x = _reflected(x, *((0.0, size - 1.0) if corners else (-0.5, size - 0.5)))
    if padding in ("reflection", "border"):
        value = x._value
        # The slope is 0 from the first and last entry on.
        below, above = wrap_constant(value <= 0), wrap_constant(value >= size - 1)
        x = choose(below, 0, choose(above, size - 1, x))
    return x


def _cubic_shares(t: Any) -> list[Any]:
    """The weights of four neighbours, the second and third of which surround a point."""
    a = -0.75

    def near(x: Any) -> Any:
        return (x * (a + 2) - (a + 3)) * x * x + 1.0

    def far(x: Any) -> Any:
        return ((x - 5.0) * x + 8.0) * x * a - 4.0 * a

    return [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]


def _sampled(image: Any, grid: Any, mode: str, padding: str, corners: bool) -> Any:
    n, channels, *sizes = image._value.shape
    lines = list(unstack(grid, axis=-1))[::-1]  # the grid's last entry is the first axis
    points = []
    for line, size in zip(lines, sizes, strict=True):
        scaled = (line + 1.0) * ((size - 1) / 2) if corners else ((line + 1.0) * size - 1.0) * 0.5
        points.append(scaled if mode == "bicubic" else _into_image(scaled, size, padding, corners))
    choices: list[list[tuple[Any, Any]]] = []
    for point in points:
        value = point._value
        if mode == "nearest":
            # Points have a say, but their gradient is 0.
            choices.append([(np.round(value), choose(wrap_constant(np.bool_(False)), point, 1))])
            continue
        low = np.floor(value)
        share = point - wrap_constant(low.astype(value.dtype))
        if mode == "bilinear":
            choices.append([(low, 1.0 - share), (low + 1, share)])
        else:
            shares = _cubic_shares(share)
            choices.append([(low + k - 1, w) for k, w in enumerate(shares)])
    flat = reshape(image, to=(n, channels, prod(sizes)))
    shape = lines[0]._value.shape
    total = None
    for corner in product(*choices):
        number = np.zeros(shape, np.int64)
        inside = np.ones(shape, bool)
        weight = None
        for (place, share), size in zip(corner, sizes, strict=True):
            if mode == "bicubic" and padding != "zeros":
                place = _bounded(place, size, padding, corners)
            inside &= (place >= 0) & (place < size)
            number = number * size + np.clip(np.nan_to_num(place), 0, size - 1).astype(np.int64)
            weight = share if weight is None else weight * share
        spread = np.broadcast_to(number.reshape(n, 1, -1), (n, channels, number[0].size))
        taken = recording.take_along_axis(flat, wrap_constant(np.array(spread)), axis=-1)
        taken = reshape(taken, to=(n, channels, *shape[1:]))
        taken = taken * reshape(weight, to=(n, 1, *shape[1:]))
        if not inside.all():
            taken = choose(wrap_constant(inside[:, None]), taken, 0)
        total = taken if total is None else total + taken
    return total


def _bounded(place: Any, size: int, padding: str, corners: bool) -> Any:
    if padding == "reflection":
        low, high = (0.0, size - 1.0) if corners else (-0.5, size - 0.5)
        span = high - low
        if not span:
            return place * 0
        away = np.abs(place - low)
        turns = np.floor(away / span)
        rest = away - turns * span
        place = np.where(turns % 2 == 0, rest + low, span - rest + low)
    return np.clip(place, 0, size - 1)


@documented(
    "x = torch.tensor([[[[1.0, 3.0]]]])\n"
    "torch.nn.functional.grid_sample(x, torch.zeros(1, 1, 1, 2), align_corners=False)",
    "tensor([[[[2.]]]])",
    input="Images ``(N, C, H, W)`` or volumes ``(N, C, D, H, W)``.",
    grid="Points ``(N, *, 2)`` or ``(N, *, 3)``, whose coordinates reach from -1 to 1, x first.",
    mode="'bilinear', 'nearest' or 'bicubic'.",
    padding_mode="What is outside: 'zeros', 'border' or 'reflection'.",
    align_corners="Whether -1 and 1 are centres of pixels, rather than edges of images.",
)
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """The values of images at points."""
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            f"nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )
    x, points = input._value, grid._value
    if x.shape[0] != points.shape[0]:
        raise RuntimeError(
            f"grid_sampler(): expected grid and input to have same batch size, but got input with "
            f"sizes {list(x.shape)} and grid with sizes {list(points.shape)}"
        )
    if points.shape[-1] != x.ndim - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {x.ndim - 2} in last dimension, but got "
            f"grid with sizes {list(points.shape)}"
        )
    corners = bool(align_corners)

    def sample(image: Any, where: Any) -> Any:
        return _sampled(image, where, mode, padding_mode, corners)

    kind = node_type(f"GridSampler{x.ndim - 2}DBackward0")
    return in_order(run(sample, kind, (input, grid), {}))
