"""Derivatives of special functions as functions of one family, so that no order divides 0 by 0.

Quotients such as ``(cos(x) - sin(x) / x) / x`` are 0/0 at a point where the function itself is
smooth. These families are closed under differentiation and have no such point.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import general
from tapegrad.ops.scipy_forward import require_float


def _hyp2f1(z: Any, *, a: float, b: float, c: float) -> Any:
    from scipy import special

    dtype = require_float(z)
    return special.hyp2f1(a, b, c, z).astype(dtype, copy=False)[()]


def _spherical_jn(x: Any, *, n: int) -> Any:
    from scipy import special

    dtype = require_float(x)
    return special.spherical_jn(n, x).astype(dtype, copy=False)[()]


def _hyp2f1_slope(F: Any, g: Any, z: Any, a: float, b: float, c: float) -> Any:
    return g * (F.hyp2f1(z, a=a + 1.0, b=b + 1.0, c=c + 1.0) * (a * b / c))


def _spherical_jn_slope(F: Any, g: Any, x: Any, n: int) -> Any:
    following = F.spherical_jn(x, n=n + 1)
    if n == 0:
        return -g * following
    return g * ((n * F.spherical_jn(x, n=n - 1) - (n + 1.0) * following) / (2.0 * n + 1.0))


# Gauss's function, https://dlmf.nist.gov/15.5.E1, and the spherical Bessel functions of the first
# kind, https://dlmf.nist.gov/10.51.E2.
general("hyp2f1", _hyp2f1, _hyp2f1_slope, inputs="z", jvps=[_hyp2f1_slope])
general("spherical_jn", _spherical_jn, _spherical_jn_slope, jvps=[_spherical_jn_slope])
