r"""Derivatives of the exponentially scaled Bessel functions with respect to their variable.

By the recurrence they are differences, :math:`(I_{\nu-1} + I_{\nu+1}) / 2 - I_\nu` times
:math:`e^{-x}`, of numbers that agree ever better for large x. There Hankel's expansion (DLMF
10.40) is differentiated term by term, and where the order is too large for it, the factor
:math:`\cosh t - 1` is averaged over the path of steepest descent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops import bessel_orders, complex  # noqa: F401 - used by rules as F.sign...
from tapegrad.ops.bessel_contours import mean_on_real_axis, mean_on_saddle_curve
from tapegrad.ops.scipy_forward import require_float
from tapegrad.ops.side_integrals import by_chunks

# From here on nothing is left to differences.
_FAR = 30.0
_TERMS = 28


def _hankel_slope(v: Any, x: Any, sign: float) -> Any:
    """The derivative of ``(2 pi x)^(-1/2) sum(sign^k a_k / x^k)``, of which K is pi times more."""
    term = np.ones_like(x)
    slope = np.full_like(x, -0.5)
    for k in range(1, _TERMS):
        term = term * (sign * (4.0 * v * v - (2.0 * k - 1.0) ** 2) / (8.0 * k * x))
        slope = slope - (k + 0.5) * term
    return slope / x / np.sqrt(2.0 * np.pi * x)


def _slope(kind: str, v: Any, x: Any) -> Any:
    from scipy import special

    function = getattr(special, kind)
    modified = kind == "ive"
    mean = 0.5 * (function(v - 1.0, x) + function(v + 1.0, x))
    value = function(v, x)
    found = mean - np.sign(x) * value if modified else value - mean
    # Of negative numbers I of whole orders is even or odd; all others are NaN.
    sign = np.where(x > 0, 1.0, np.where(v % 2 == 1, 1.0, np.where(v % 2 == 0, -1.0, np.nan)))
    far = (np.abs(x) > _FAR) & np.isfinite(x) & np.isfinite(v) & (modified | (x > 0))
    far &= (v >= 0) | (4.0 * v * v <= np.abs(x))  # else I of a negative order is mostly K
    if far.any():
        order, at = np.abs(v[far]), np.abs(x[far])
        slope = (
            _hankel_slope(order, at, -1.0) if modified else np.pi * _hankel_slope(order, at, 1.0)
        )
        large = 4.0 * order * order > at
        if large.any():
            order, at = order[large], at[large]
            if modified:
                slope[large] = mean_on_saddle_curve(order, at) * function(order, at)
            else:
                slope[large] = -mean_on_real_axis(order, at) * function(order, at)
        found[far] = sign[far] * slope
    return found


def _slope_of(kind: str) -> Any:
    return lambda v, x: by_chunks(lambda v, x: _slope(kind, v, x), (v, x), require_float(x))


def _mean_of_orders(F: Any, v: Any, x: Any, kind: str) -> Any:
    before, after = (F.bessel_slope(v + step, x, kind=kind, n=1) for step in (-1.0, 1.0))
    return 0.5 * (before + after)


elementwise(
    "ive_slope",
    _slope_of("ive"),
    lambda F, a, b: _mean_of_orders(F, a, b, "ive") - F.bessel_slope(a, b, kind="ive", n=1),
    lambda F, a, b, y: 0.5 * (F.ive_slope(a - 1.0, b) + F.ive_slope(a + 1.0, b)) - F.sign(b) * y,
)
elementwise(
    "kve_slope",
    _slope_of("kve"),
    lambda F, a, b: F.bessel_slope(a, b, kind="kve", n=1) - _mean_of_orders(F, a, b, "kve"),
    lambda F, a, b, y: y - 0.5 * (F.kve_slope(a - 1.0, b) + F.kve_slope(a + 1.0, b)),
)
