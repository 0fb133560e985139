"""Convolution as a primitive: one bilinear form in three guises, closed under differentiation.

Inputs ``x``, filters ``f`` and outputs ``y`` (see `convolution_products`) meet in one sum over
everything that is linear in each of the three. Leaving one of them out gives the output, the input
gradient and the filter gradient, which are therefore each other's derivatives: nothing else is
needed for any order, in reverse or forward mode.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.batching import Batched
from tapegrad.core.define import bilinear
from tapegrad.core.large import by_library
from tapegrad.ops.convolution_products import correlate, correlate_filter, correlate_input
from tapegrad.ops.window_geometry import Windows

#: Which axis a batch rides on, by those of the three that have it: the images, the input channels
#: or the output channels where two have it, or groups of their own where all three do.
_CARRIERS = {
    frozenset("xy"): {"x": 0, "y": 0},
    frozenset("xf"): {"x": -1, "f": -2},
    frozenset("fy"): {"f": -1, "y": -1},
    frozenset("xfy"): {"x": -1, "f": -1, "y": -1},
}


def _fold(F: Any, value: Any, axis: int, groups: int) -> Any:
    """Merge the batch axis into another, inside each group of it."""
    size, *rest = value.shape
    if axis == 0:
        return F.reshape(value, to=(size * rest[0], *rest[1:]))
    at = len(rest) + axis
    before, merged, after = rest[:at], rest[at], rest[at + 1 :]
    split = F.reshape(value, to=(size, *before, groups, merged // groups, *after))
    rank = len(rest) + 2
    order = (*range(1, at + 2), 0, *range(at + 2, rank))
    moved = F.transpose(split, axes=tuple([i - rank for i in order]))
    return F.reshape(moved, to=(*before, size * merged, *after))


def _unfold(F: Any, value: Any, axis: int, groups: int, to: tuple[int, ...]) -> Any:
    """The inverse of `_fold`, to the shape `to` with the batch axis in front."""
    if axis == 0:
        return F.reshape(value, to=to)
    size, *rest = to
    at = len(rest) + axis
    before, merged, after = rest[:at], rest[at], rest[at + 1 :]
    split = F.reshape(value, to=(*before, groups, size, merged // groups, *after))
    rank = len(rest) + 2
    order = (at + 1, *range(at + 1), *range(at + 2, rank))
    moved = F.transpose(split, axes=tuple([i - rank for i in order]))
    return F.reshape(moved, to=to)


def _shape(result: str, shapes: Any, windows: Windows, groups: int) -> tuple[int, ...]:
    """The shape of one of the three by those of the two others."""
    if result == "y":
        x, f = shapes
        return (x[0], *windows.number, f[-1])
    if result == "x":
        y, f = shapes
        return (y[0], *windows.sizes, groups * f[-2])
    x, y = shapes
    return (*windows.kernel, x[-1] // groups, y[-1])


def _batched(name: str, operands: str, result: str) -> Any:
    """The `batch` rule of a product of two of the three, which gives the third."""

    def batch(F: Any, args: Any, params: Any) -> Any:
        groups, windows = params["groups"], params["windows"]
        batched = [a for a in args if a.__class__ is Batched]
        size = batched[0].value.shape[0]
        to = (size, *_shape(result, [tuple(a.shape) for a in args], windows, groups))
        if not size:
            return F.zeros_like(batched[0].value, to=to)
        rides = [o for o, a in zip(operands, args, strict=True) if a.__class__ is Batched]
        carriers = _CARRIERS[frozenset([*rides, result])]
        # Groups of their own are the outer part of the channels; else the batch is the inner one.
        inner = {"x": groups, "y": groups, "f": groups}
        if len(carriers) == 3:
            inner = {"x": 1, "y": 1, "f": 1}
            groups *= size
        elif carriers.get("f") == -2:
            inner["f"] = 1
        folded = [
            _fold(F, a.value, carriers[o], inner[o]) if a.__class__ is Batched else a
            for o, a in zip(operands, args, strict=True)
        ]
        value = getattr(F, name)(*folded, windows=windows, groups=groups)
        return _unfold(F, value, carriers[result], inner[result], to)

    return batch


conv = bilinear(
    "conv",
    by_library("conv", correlate),
    lambda F, g, b, windows, groups: F.conv_input(g, F.conj(b), windows=windows, groups=groups),
    lambda F, g, a, windows, groups: F.conv_filter(F.conj(a), g, windows=windows, groups=groups),
    batch=_batched("conv", "xf", "y"),
)
conv_input = bilinear(
    "conv_input",
    by_library("conv_input", correlate_input),
    lambda F, g, b, windows, groups: F.conv(g, F.conj(b), windows=windows, groups=groups),
    lambda F, g, a, windows, groups: F.conv_filter(g, F.conj(a), windows=windows, groups=groups),
    batch=_batched("conv_input", "yf", "x"),
)
conv_filter = bilinear(
    "conv_filter",
    by_library("conv_filter", correlate_filter),
    lambda F, g, b, windows, groups: F.conv_input(F.conj(b), g, windows=windows, groups=groups),
    lambda F, g, a, windows, groups: F.conv(F.conj(a), g, windows=windows, groups=groups),
    batch=_batched("conv_filter", "xy", "f"),
)
