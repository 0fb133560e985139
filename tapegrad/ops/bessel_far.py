r"""Values of Bessel functions of large arguments, by Hankel's expansion (DLMF 10.17 and 10.40).

SciPy's lose digits there, because the phase :math:`x - (\nu/2 + 1/4) \pi` is rounded, and are NaN
in the end. Here the sine and cosine of x and of the rest are combined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.sinc import sine_of_turns

_FAR = 500.0
_TERMS = 14


def _is_far(v: Any, x: Any) -> Any:
    return (x > _FAR) & (4.0 * v * v < x)


def _waves(v: Any, x: Any) -> tuple[Any, Any]:
    """J and Y."""
    even, odd = np.ones_like(x), np.zeros_like(x)
    term = np.ones_like(x)
    for k in range(1, _TERMS):
        term = term * ((4.0 * v * v - (2.0 * k - 1.0) ** 2) / (8.0 * k * x))
        turned = -term if k % 4 > 1 else term
        if k % 2:
            odd = odd + turned
        else:
            even = even + turned
    finite = np.where(np.isfinite(x), x, 0.0)
    turns = 0.5 * v + 0.25
    sin_rest, cos_rest = sine_of_turns(turns, 0), sine_of_turns(turns, 1)
    sin_x, cos_x = np.sin(finite), np.cos(finite)
    cosine = cos_x * cos_rest + sin_x * sin_rest
    sine = sin_x * cos_rest - cos_x * sin_rest
    size = np.sqrt(2.0 / np.pi) / np.sqrt(x)
    return size * (even * cosine - odd * sine), size * (even * sine + odd * cosine)


def _scaled(v: Any, x: Any) -> tuple[Any, Any]:
    """``e^-x I`` and ``e^x K``."""
    first = second = term = np.ones_like(x)
    for k in range(1, _TERMS):
        term = term * ((4.0 * v * v - (2.0 * k - 1.0) ** 2) / (8.0 * k * x))
        first = first + (-term if k % 2 else term)
        second = second + term
    root = np.sqrt(2.0 * np.pi) * np.sqrt(x)
    return first / root, np.pi * second / root


_KINDS = {"jv": (_waves, 0), "yv": (_waves, 1), "ive": (_scaled, 0), "kve": (_scaled, 1)}


def of_order(kind: str) -> Callable[..., Any]:
    """SciPy's function of an order and an argument, with Hankel's expansion far out."""
    near, (expansion, place) = from_scipy(kind), _KINDS[kind]

    def forward(v: Any, x: Any) -> Any:
        dtype = require_float(x)
        value = near(v, x)
        v, x = np.broadcast_arrays(np.asarray(v, np.float64), x.astype(np.float64))
        far = _is_far(v, x)
        if not far.any():
            return value
        value = np.array(value, dtype)
        value[far] = expansion(v[far], x[far])[place]
        return value[()]

    return forward


def of_whole_order(name: str, kind: str, order: int) -> Callable[..., Any]:
    """SciPy's function `name`, that of `kind` and `order`, with Hankel's expansion far out."""
    near, (expansion, place) = from_scipy(name), _KINDS[kind]

    def forward(x: Any) -> Any:
        dtype = require_float(x)
        value = near(x)
        size = np.abs(x.astype(np.float64)) if place == 0 else x.astype(np.float64)
        far = size > _FAR
        if not far.any():
            return value
        value = np.array(value, dtype)
        at = size[far]
        found = expansion(np.full_like(at, float(order)), at)[place]
        value[far] = np.where(x[far] < 0, (-1.0) ** order, 1.0) * found
        return value[()]

    return forward
