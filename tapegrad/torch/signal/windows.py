"""``torch.signal.windows``: weights that fade a frame of a signal in and out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import get_default_dtype, to_numpy
from tapegrad.torch.from_data import made
from tapegrad.torch.size import device as _device
from tapegrad.torch.size import strided

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]

_MEANINGS = {
    "M": "The length.",
    "sym": "Whether the window is symmetric; otherwise it is one period, for spectral analysis.",
    "a": "The weights of the cosines.",
    "alpha": "The first weight; the second is the rest to 1.",
    "beta": "How narrow the window is.",
    "center": "Where the peak is; by default in the middle.",
    "tau": "How fast the window decays.",
    "std": "The standard deviation.",
    "options": "``dtype``, ``layout``, ``device``, ``requires_grad``, as for `zeros`.",
}


def _window(
    name: str,
    M: int,
    values: Callable[[], Any],
    dtype: Any = None,
    layout: Any = strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A window in its type, computed in double precision."""
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    wanted = get_default_dtype() if dtype is None else dtype
    if not wanted.is_floating_point:
        raise ValueError(f"{name} expects floating point dtypes, got: {wanted}")
    if device is not None:
        _device(device)
    numbers = np.ones(1) if M == 1 else np.zeros(0) if M == 0 else values()
    return made(numbers.astype(to_numpy(wanted)), requires_grad)


def _documented(call: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return documented(f"torch.signal.windows.{call}", "", **_MEANINGS)


@_documented("cosine(4)")
def cosine(M: int, *, sym: bool = True, **options: Any) -> Any:
    """Half a period of a sine."""
    period = M if sym else M + 1
    return _window(
        "cosine", M, lambda: np.sin((np.arange(M) + 0.5) * (math.pi / period)), **options
    )


@_documented("exponential(4, tau=2.0)")
def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, **options: Any
) -> Any:
    r"""A window that decays from its centre like :math:`e^{-|n - c| / \tau}`."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    middle = (M - 1 if sym else M) / 2 if center is None else center
    return _window(
        "exponential", M, lambda: np.exp(-np.abs(np.arange(M) - middle) / tau), **options
    )


@_documented("gaussian(4, std=2.0)")
def gaussian(M: int, *, std: float = 1.0, sym: bool = True, **options: Any) -> Any:
    """The density of a normal distribution, with peak 1."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    middle = (M - 1 if sym else M) / 2
    return _window(
        "gaussian", M, lambda: np.exp(-0.5 * ((np.arange(M) - middle) / std) ** 2), **options
    )


@_documented("kaiser(4, beta=2.0)")
def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, **options: Any) -> Any:
    """The window with nearly the most energy in its main lobe."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def values() -> Any:
        places = 2.0 * np.arange(M) / (M - 1 if sym else M) - 1.0
        return np.i0(beta * np.sqrt(np.maximum(1.0 - places**2, 0.0))) / np.i0(beta)

    return _window("kaiser", M, values, **options)


@_documented("bartlett(4)")
def bartlett(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A triangle that begins at 0."""
    return _window(
        "bartlett",
        M,
        lambda: 1.0 - np.abs(2.0 * np.arange(M) / (M - 1 if sym else M) - 1.0),
        **options,
    )


def _cosines(name: str, M: int, weights: list[float], sym: bool, options: dict[str, Any]) -> Any:
    def values() -> Any:
        phases = 2.0 * np.pi * np.arange(M) / (M - 1 if sym else M)
        return sum((-1) ** i * w * np.cos(i * phases) for i, w in enumerate(weights))

    return _window(name, M, values, **options)


@_documented("general_cosine(4, a=[0.5, 0.5])")
def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, **options: Any) -> Any:
    r"""A sum of cosines, :math:`\sum_i (-1)^i a_i \cos(2 \pi i n / (M - 1))`."""
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    weights = list(a)
    if not weights and M > 1:
        raise ValueError("Coefficients cannot be empty")
    return _cosines("general_cosine", M, weights, sym, options)


@_documented("general_hamming(4, alpha=0.5)")
def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **options: Any) -> Any:
    """A raised cosine."""
    return _cosines("general_hamming", M, [alpha, 1.0 - alpha], sym, options)


@_documented("hamming(4)")
def hamming(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A raised cosine that does not reach 0."""
    return _cosines("hamming", M, [0.54, 0.46], sym, options)


@_documented("hann(4)")
def hann(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A raised cosine that begins at 0."""
    return _cosines("hann", M, [0.5, 0.5], sym, options)


@_documented("blackman(5)[2].round(decimals=2)")
def blackman(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A sum of three cosines whose sides are small."""
    return _cosines("blackman", M, [0.42, 0.5, 0.08], sym, options)


@_documented("nuttall(5)[2].round(decimals=2)")
def nuttall(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A sum of four cosines whose sides are smaller still."""
    return _cosines("nuttall", M, [0.3635819, 0.4891775, 0.1365995, 0.0106411], sym, options)
