"""Images in other sizes and places: interpolation, grids, shuffled pixels, unfolded windows."""

from __future__ import annotations

import math
import warnings
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import identity, reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    along_each_axis,
)
from tapegrad.torch.nn.functional.elements import in_order
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = [
    "channel_shuffle",
    "interpolate",
    "pixel_shuffle",
    "pixel_unshuffle",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]

_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


def _centres(size: int, count: int, scale: float | None, corners: bool) -> Any:
    """Where each new entry lies among the old ones."""
    at = np.arange(count)
    if corners:
        return at * ((size - 1) / (count - 1)) if count > 1 else np.zeros(count)
    step = size / count if scale is None else 1 / scale
    return (at + 0.5) * step - 0.5


def _cubic(x: Any, a: float) -> Any:
    """The cubic convolution kernel (Keys, 1981)."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def _matrix(
    mode: str, size: int, count: int, scale: float | None, corners: bool, smooth: bool
) -> Any:
    """Rows of weights: each new entry as a mean of old ones."""
    matrix = np.zeros((count, size))
    rows = np.arange(count)
    if smooth:
        step = (size - 1) / (count - 1) if corners and count > 1 else size / count
        if scale is not None and not corners:
            step = 1 / scale
        wide = max(step, 1.0)
        reach = (2 if mode == "bicubic" else 1) * wide
        for i in rows:
            centre = step * (i + 0.5)
            first = max(int(centre - reach + 0.5), 0)
            last = min(int(centre + reach + 0.5), size)
            x = (np.arange(first, last) - centre + 0.5) / wide
            w = _cubic(x, -0.5) if mode == "bicubic" else np.maximum(1 - np.abs(x), 0)
            matrix[i, first:last] = w / w.sum()
        return matrix
    centres = _centres(size, count, scale, corners)
    if mode == "bicubic":
        low = np.floor(centres).astype(int)
        for k in range(-1, 3):
            places = np.clip(low + k, 0, size - 1)
            np.add.at(matrix, (rows, places), _cubic(centres - (low + k), -0.75))
        return matrix
    centres = np.maximum(centres, 0)
    low = np.minimum(np.floor(centres).astype(int), size - 1)
    high = np.minimum(low + 1, size - 1)
    share = np.clip(centres - low, 0, 1)
    np.add.at(matrix, (rows, low), 1 - share)
    np.add.at(matrix, (rows, high), share)
    return matrix


def _nearest(mode: str, size: int, count: int, scale: float | None) -> Any:
    step = size / count if scale is None else 1 / scale
    at = np.arange(count) + (0.5 if mode == "nearest-exact" else 0.0)
    # In single precision, as PyTorch: what falls on an edge is rounded there.
    found = np.floor(at.astype(np.float32) * np.float32(step)).astype(np.int64)
    return np.minimum(found, size - 1)


def _wanted(
    input: Tensor, size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[list[int], list[float | None]]:
    n = input._value.ndim - 2
    sizes = input._value.shape[2:]
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "either size or scale_factor should be defined"
            if size is None
            else "only one of size or scale_factor should be defined"
        )
    if size is not None:
        wanted = list(size) if isinstance(size, (list, tuple)) else [size] * n
        if len(wanted) != n:
            raise ValueError(
                f"Input and output must have the same number of spatial dimensions, but got input "
                f"with spatial dimensions of {list(sizes)} and output size of {size}. Please "
                f"provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, "
                f"o2, ...,oK) format."
            )
        return [int(w) for w in wanted], [None] * n
    factors = list(scale_factor) if isinstance(scale_factor, (list, tuple)) else [scale_factor] * n
    if len(factors) != n:
        raise ValueError(
            f"Input and scale_factor must have the same number of spatial dimensions, but got "
            f"input with spatial dimensions of {list(sizes)} and scale_factor of shape "
            f"{scale_factor}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and "
            f"scale_factor in (s1, s2, ...,sK) format."
        )
    wanted = [math.floor(s * f) for s, f in zip(sizes, factors, strict=True)]
    return wanted, [None] * n if recompute else [float(f) for f in factors]


@documented(
    "torch.nn.functional.interpolate(torch.tensor([[[1.0, 2.0]]]), scale_factor=2)",
    "tensor([[[1., 1., 2., 2.]]])",
    input="Of shape ``(N, C, *sizes)``.",
    size="The sizes wanted.",
    mode="'nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear' or 'area'.",
)
def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images in another size."""
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | "
                "bilinear | bicubic | trilinear"
            )
    elif mode not in _RANKS:
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input._value.ndim}D) "
            f"for the modes: nearest | linear | bilinear | bicubic | trilinear | area | "
            f"nearest-exact (got {mode})"
        )
    corners = bool(align_corners)
    ndim = input._value.ndim
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    wanted, scales = _wanted(input, size, scale_factor, recompute_scale_factor)
    if antialias and not (mode in ("bilinear", "bicubic") and ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires "
            "a 4-D tensor as input"
        )
    if mode in _RANKS and ndim != _RANKS[mode]:
        raise NotImplementedError(f"Got {ndim}D input, but {mode} mode needs {_RANKS[mode]}D input")
    n = ndim - 2
    if mode == "area":
        pools: Any = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)
        return pools[n - 1](input, wanted)
    if min(wanted, default=1) <= 0:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input "
            f"({'x'.join(map(str, input.shape[2:]))}) and output ({'x'.join(map(str, wanted))})"
        )
    sizes = input._value.shape[2:]
    if mode in _RANKS:
        matrices = [
            _matrix(mode, s, w, f, corners, antialias)
            for s, w, f in zip(sizes, wanted, scales, strict=True)
        ]

        def mix(x: Any) -> Any:
            return along_each_axis(identity(x), matrices)

        name = {3: "Linear1D", 4: "Bilinear2D", 5: "Trilinear3D"}[ndim]
        name = ("Bicubic2D" if mode == "bicubic" else name) + ("Aa" if antialias else "")
        return in_order(run(mix, node_type(f"Upsample{name}Backward0"), (input,), {}))
    numbers = [_nearest(mode, s, w, f) for s, w, f in zip(sizes, wanted, scales, strict=True)]

    def pick(x: Any) -> Any:
        for i, chosen in enumerate(numbers):
            x = recording.gather(x, wrap_constant(chosen), axis=i - n)
        return x

    name = f"UpsampleNearest{'Exact' if mode == 'nearest-exact' else ''}{n}DBackward0"
    return in_order(run(pick, node_type(name), (input,), {}))


@documented(
    "import warnings\n"
    "with warnings.catch_warnings():\n"
    "    warnings.simplefilter('ignore')\n"
    "    larger = torch.nn.functional.upsample(torch.ones(1, 1, 2), scale_factor=2)\n"
    "\n"
    "larger.shape",
    "torch.Size([1, 1, 4])",
    input="Of shape ``(N, C, *sizes)``.",
    size="The sizes wanted.",
)
def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """`interpolate` under its old name."""
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
        UserWarning,
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode, align_corners)


@documented(
    "torch.nn.functional.upsample_nearest(torch.ones(1, 1, 1, 1), scale_factor=2).shape",
    "torch.Size([1, 1, 2, 2])",
    input="Of shape ``(N, C, *sizes)``.",
    size="The sizes wanted.",
)
def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode 'nearest', under its old name."""
    return interpolate(input, size, scale_factor, "nearest")


@documented(
    "torch.nn.functional.upsample_bilinear(torch.ones(1, 1, 1, 1), scale_factor=2).shape",
    "torch.Size([1, 1, 2, 2])",
    input="Of shape ``(N, C, *sizes)``.",
    size="The sizes wanted.",
)
def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode 'bilinear' and aligned corners, under its old name."""
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


@operation("PixelShuffleBackward0", method=False)
def _shuffled(input: Any, r: int) -> Any:
    *lead, channels, height, width = input._value.shape
    split = reshape(input, to=(*lead, channels // r**2, r, r, height, width))
    order = (*range(-5 - len(lead), -5), -5, -2, -4, -1, -3)
    moved = recording.transpose(split, axes=order)
    return reshape(moved, to=(*lead, channels // r**2, height * r, width * r))


@documented(
    "torch.nn.functional.pixel_shuffle(torch.arange(4.0).reshape(1, 4, 1, 1), 2)",
    "tensor([[[[0., 1.],\n          [2., 3.]]]])",
    input="Of shape ``(*, C, H, W)``.",
    upscale_factor="How many times as large images become.",
)
def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Channels as pixels of larger images."""
    ndim = input._value.ndim
    if ndim < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {ndim} "
            f"dimension(s)"
        )
    if upscale_factor <= 0:
        raise RuntimeError(
            f"pixel_shuffle expects a positive upscale_factor, but got {upscale_factor}"
        )
    channels = input._value.shape[-3]
    if channels % upscale_factor**2:
        raise RuntimeError(
            f"pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={channels} is not divisible by "
            f"{upscale_factor**2}"
        )
    return _shuffled(input, upscale_factor)


@operation("PixelUnshuffleBackward0", method=False)
def _unshuffled(input: Any, r: int) -> Any:
    *lead, channels, height, width = input._value.shape
    split = reshape(input, to=(*lead, channels, height // r, r, width // r, r))
    order = (*range(-5 - len(lead), -5), -5, -3, -1, -4, -2)
    moved = recording.transpose(split, axes=order)
    return reshape(moved, to=(*lead, channels * r**2, height // r, width // r))


@documented(
    "torch.nn.functional.pixel_unshuffle(torch.ones(1, 1, 2, 2), 2).shape",
    "torch.Size([1, 4, 1, 1])",
    input="Of shape ``(*, C, H, W)``.",
    downscale_factor="How many times smaller images become.",
)
def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Pixels as channels of smaller images: the inverse of `pixel_shuffle`."""
    height, width = input._value.shape[-2:]
    for name, size in (("height", height), ("width", width)):
        if size % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                f"input.size({-2 if name == 'height' else -1})={size} is not divisible by "
                f"{downscale_factor}"
            )
    return _unshuffled(input, downscale_factor)


@operation("ChannelShuffleBackward0", method=False)
def _mixed(input: Any, groups: int) -> Any:
    n, channels, *sizes = input._value.shape
    split = reshape(input, to=(n, groups, channels // groups, prod(sizes)))
    moved = recording.transpose(split, axes=(-4, -2, -3, -1))
    return reshape(moved, to=(n, channels, *sizes))


@documented(
    "torch.nn.functional.channel_shuffle(torch.arange(4.0).reshape(1, 4, 1), 2).flatten()",
    "tensor([0., 2., 1., 3.])",
    input="Of shape ``(N, C, *sizes)``.",
)
def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Channels in another order: the first of each group, then the second of each, and so on."""
    shape = input._value.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}"
        )
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and "
            f"{groups} groups."
        )
    return _mixed(input, groups)
