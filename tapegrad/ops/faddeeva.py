"""Faddeeva's function of complex numbers, and the error function along the imaginary axis."""

from __future__ import annotations

import math
from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.ops.scipy_forward import from_scipy

_2_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


def _wofz(z: Any) -> Any:
    from scipy.special import wofz

    if z.dtype.kind != "c":
        raise TypeError
    return wofz(z).astype(z.dtype, copy=False)[()]


# https://dlmf.nist.gov/7.10
elementwise("wofz", _wofz, lambda F, x, y: -2.0 * x * y + 1j * _2_OVER_SQRT_PI)
elementwise("erfi", from_scipy("erfi"), lambda F, x: _2_OVER_SQRT_PI * F.exp(x * x))
