"""Padding, other sizes, shuffled pixels and unfolded windows as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.functional.elements import per_axis
from tapegrad.torch.nn.modules.function_layers import function_layer

__all__ = [
    "CTCLoss",
    "ChannelShuffle",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "Fold",
    "PixelShuffle",
    "PixelUnshuffle",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]

_layer: Any = partial(function_layer, __name__)


def _padding(kind: str, n: int) -> Any:
    """The layer that pads `n` axes."""
    name = f"{kind}Pad{n}d"
    mode = {"Reflection": "reflect", "Replication": "replicate", "Circular": "circular"}.get(kind)
    what = {"Zero": "zeros", "Constant": "a constant"}.get(kind, f"mode '{mode}'")

    def pad(input: Any, padding: Any, value: float = 0.0) -> Any:
        return F.pad(input, padding, mode or "constant", None if mode else value)

    def finish(layer: Any) -> None:
        layer.padding = per_axis(layer.padding, 2 * n, "padding")
        if kind == "Zero":
            layer.value = 0.0

    pair = (1,) * (2 * n)
    constant = kind == "Constant"
    return _layer(
        name,
        pad,
        f"Padding with {what}.",
        f"torch.nn.{name}({'1, 2.0' if constant else '1'})",
        f"{name}(padding={pair}, value=2.0)" if constant else f"{name}({pair})",
        "padding={self.padding}, value={self.value}" if constant else "{self.padding}",
        finish=finish,
        padding=...,
        **({"value": ...} if constant else {}),
    )


ZeroPad1d, ZeroPad2d, ZeroPad3d = (_padding("Zero", n) for n in (1, 2, 3))
ConstantPad1d, ConstantPad2d, ConstantPad3d = (_padding("Constant", n) for n in (1, 2, 3))
CircularPad1d, CircularPad2d, CircularPad3d = (_padding("Circular", n) for n in (1, 2, 3))
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = (_padding("Reflection", n) for n in (1, 2, 3))
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = (
    _padding("Replication", n) for n in (1, 2, 3)
)


def _as_floats(layer: Any) -> None:
    if layer.scale_factor is not None:
        given = layer.scale_factor
        layer.scale_factor = tuple(map(float, given)) if isinstance(given, tuple) else float(given)
    if layer.scale_factor is not None:
        text = f"scale_factor={layer.scale_factor!r}, mode={layer.mode!r}"
    else:
        text = f"size={layer.size!r}, mode={layer.mode!r}"
    layer.__dict__["_text"] = text


Upsample = _layer(
    "Upsample",
    F.interpolate,
    "Images in another size, see `torch.nn.functional.interpolate`.",
    "torch.nn.Upsample(scale_factor=2)",
    "Upsample(scale_factor=2.0, mode='nearest')",
    "{self._text}",
    finish=_as_floats,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
)


def _named_upsampling(name: str, mode: str, corners: bool | None) -> Any:
    def finish(layer: Any) -> None:
        layer.mode, layer.align_corners = mode, corners
        _as_floats(layer)

    return _layer(
        name,
        partial(F.interpolate, mode=mode, align_corners=corners),
        f"Images in another size, with mode '{mode}'.",
        f"torch.nn.{name}(scale_factor=2)",
        f"{name}(scale_factor=2.0, mode='{mode}')",
        "{self._text}",
        finish=finish,
        size=None,
        scale_factor=None,
    )


UpsamplingNearest2d = _named_upsampling("UpsamplingNearest2d", "nearest", None)
UpsamplingBilinear2d = _named_upsampling("UpsamplingBilinear2d", "bilinear", True)
PixelShuffle = _layer(
    "PixelShuffle",
    F.pixel_shuffle,
    "Channels as pixels of larger images.",
    "torch.nn.PixelShuffle(2)",
    "PixelShuffle(upscale_factor=2)",
    upscale_factor=...,
)
PixelUnshuffle = _layer(
    "PixelUnshuffle",
    F.pixel_unshuffle,
    "Pixels as channels of smaller images.",
    "torch.nn.PixelUnshuffle(2)",
    "PixelUnshuffle(downscale_factor=2)",
    downscale_factor=...,
)
ChannelShuffle = _layer(
    "ChannelShuffle",
    F.channel_shuffle,
    "Channels in another order: the first of each group, then the second of each, and so on.",
    "torch.nn.ChannelShuffle(2)",
    "ChannelShuffle(groups=2)",
    groups=...,
)
Unfold = _layer(
    "Unfold",
    F.unfold,
    "The windows of images as columns.",
    "torch.nn.Unfold(2)",
    "Unfold(kernel_size=2, dilation=1, padding=0, stride=1)",
    kernel_size=...,
    dilation=1,
    padding=0,
    stride=1,
)
Fold = _layer(
    "Fold",
    F.fold,
    "Columns added up where their windows lie.",
    "torch.nn.Fold(4, 2)",
    "Fold(output_size=4, kernel_size=2, dilation=1, padding=0, stride=1)",
    output_size=...,
    kernel_size=...,
    dilation=1,
    padding=0,
    stride=1,
)
CTCLoss = _layer(
    "CTCLoss",
    F.ctc_loss,
    "Minus the logarithm of the probability of labels without their times.",
    "torch.nn.CTCLoss()",
    "CTCLoss()",
    (),
    blank=0,
    reduction="mean",
    zero_infinity=False,
)
