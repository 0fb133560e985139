r"""Fourier transforms: the primitives, over any axes.

The transform of x is :math:`y_k = s \sum_j x_j e^{-2\pi i jk/n}`, the inverse has a positive sign;
who carries the factor s is named by `norm` as in NumPy. So the adjoint of a transform is the
inverse one with the other norm. Real transforms keep the n // 2 + 1 first entries of the last axis,
which stand for the others: all but the first, and the middle one if n is even, count twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import linear
from tapegrad.core.structural import along
from tapegrad.ops import arranging  # noqa: F401 - used as F.pad

_ADJOINT_NORM = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def _complex_transform(name: str) -> Any:
    def forward(x: Any, *, axes: tuple[int, ...], norm: str) -> Any:
        from scipy import fft

        if not x.size:
            return x
        if len(axes) == 1:
            return getattr(fft, name)(x, axis=axes[0], norm=norm)
        return getattr(fft, name + "n")(x, axes=axes, norm=norm)

    return forward


def _rfft(x: Any, *, axes: tuple[int, ...], norm: Any) -> Any:
    from scipy import fft

    if not x.size:
        shape = list(x.shape)
        shape[axes[-1]] = shape[axes[-1]] // 2 + 1 if shape[axes[-1]] else 0
        return np.zeros(shape, np.result_type(x.dtype, np.complex64))
    if len(axes) == 1:
        return fft.rfft(x, axis=axes[0], norm=norm)
    return fft.rfftn(x, axes=axes, norm=norm)


def _irfft(x: Any, *, axes: tuple[int, ...], length: int, norm: Any) -> Any:
    from scipy import fft

    if not x.size:
        shape = list(x.shape)
        shape[axes[-1]] = length
        return np.zeros(shape, x.real.dtype)
    if len(axes) == 1:
        return fft.irfft(x, length, axis=axes[0], norm=norm)
    sizes = [x.shape[axis] for axis in axes[:-1]]
    return fft.irfftn(x, (*sizes, length), axes=axes, norm=norm)


def _scale_pairs(x: Any, *, axis: int, length: int, factor: float) -> Any:
    scaled = x.copy()
    scaled[along(axis, slice(1, (length + 1) // 2))] *= factor
    return scaled


def _of_rfft(F: Any, g: Any, axes: tuple[int, ...], norm: str, shape: tuple[int, ...]) -> Any:
    axis, length = axes[-1], shape[axes[-1]]
    g = F.scale_pairs(g, axis=axis, length=length, factor=0.5)
    return F.irfft(g, axes=axes, length=length, norm=_ADJOINT_NORM[norm])


def _of_irfft(F: Any, g: Any, axes: tuple[int, ...], length: int, norm: str) -> Any:
    g = F.rfft(g, axes=axes, norm=_ADJOINT_NORM[norm])
    return F.scale_pairs(g, axis=axes[-1], length=length, factor=2.0)


linear(
    "fft",
    _complex_transform("fft"),
    lambda F, g, axes, norm: F.ifft(g, axes=axes, norm=_ADJOINT_NORM[norm]),
)
linear(
    "ifft",
    _complex_transform("ifft"),
    lambda F, g, axes, norm: F.fft(g, axes=axes, norm=_ADJOINT_NORM[norm]),
)
linear("rfft", _rfft, _of_rfft)
linear("irfft", _irfft, _of_irfft)
# Multiply the entries of a half spectrum that stand for two.
linear(
    "scale_pairs",
    _scale_pairs,
    lambda F, g, axis, length, factor: F.scale_pairs(g, axis=axis, length=length, factor=factor),
)


def fitted(F: Any, x: Any, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Any:
    """Cut axes at their ends, or fill them up with zeros, to the given sizes."""
    ndim = len(x.shape)
    index: list[Any] = [slice(None)] * ndim
    paddings = [(0, 0)] * ndim
    for axis, size in zip(axes, sizes, strict=True):
        have = x.shape[axis]
        if have > size:
            index[axis] = slice(size)
        elif have < size:
            paddings[axis] = (0, size - have)
    if any(part.stop is not None for part in index):
        x = F.getitem(x, index=(Ellipsis, *index))
    if any(after for _, after in paddings):
        x = F.pad(x, paddings=tuple(paddings))
    return x
