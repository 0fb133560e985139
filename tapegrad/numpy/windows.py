"""Windows: weights that fall towards the ends of a signal."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.numpy.array import holding, plain, tensor_of
from tapegrad.numpy.function import function, not_differentiable
from tapegrad.numpy.selecting import i0

__all__ = ["bartlett", "blackman", "hamming", "hanning", "kaiser"]

hanning = not_differentiable("hanning", "The Hann window.", "np.hanning(3)")
hamming = not_differentiable("hamming", "The Hamming window.", "np.hamming(3)")
bartlett = not_differentiable("bartlett", "The triangular window.", "np.bartlett(3)")
blackman = not_differentiable("blackman", "The Blackman window.", "np.blackman(3)")


@function("np.kaiser(3, 2.0)", M="The number of points.", beta="The shape, a number.")
def kaiser(M: Any, beta: Any) -> Any:
    r"""The Kaiser window, :math:`I_0(\beta \sqrt{1 - t^2}) / I_0(\beta)` for t from -1 to 1.

    It is differentiable by its shape.
    """
    count = len(np.kaiser(plain(M), 0.0))
    shape = tensor_of(beta, np.float64)
    if shape._value.ndim:
        raise ValueError(f"kaiser: beta must be a number, not of the shape {shape._value.shape}")
    if count <= 1:
        return tensor_of(np.ones(count))
    b = holding(shape)
    middle = (count - 1) / 2
    at = np.sqrt(1.0 - ((np.arange(count) - middle) / middle) ** 2)
    return tensor_of(i0(b * at) / i0(b))
