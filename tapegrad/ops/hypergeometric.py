"""Hypergeometric functions.

Quotients such as ``(K(m) - E(m)) / m`` are 0/0 at a point where the function itself is smooth.
`hyp2f1` and `kummer`, whose parameters are fixed, are closed under differentiation and have no such
point. The other functions have their parameters as inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.primitive import missing
from tapegrad.ops.scipy_forward import from_scipy, require_float

#: From here on Kummer's function is infinite, or the first terms for large arguments.
_FAR = 1e6


def _hyp2f1(z: Any, *, a: float, b: float, c: float) -> Any:
    from scipy import special

    dtype = require_float(z)
    return special.hyp2f1(a, b, c, z).astype(dtype, copy=False)[()]


def _kummer(z: Any, *, a: float, b: float) -> Any:
    from scipy import special

    dtype = require_float(z)
    far = np.abs(z) > _FAR
    y = special.hyp1f1(a, b, np.where(far, 0.0, z))
    if far.any():
        y = np.where(far, _kummer_far(np.where(far, z, _FAR), a, b), y)
    return y.astype(dtype, copy=False)[()]


def _kummer_far(z: Any, a: float, b: float) -> Any:
    """For huge arguments, where SciPy's loop does not end: https://dlmf.nist.gov/13.7.E2."""
    from scipy import special

    size = np.abs(z).astype(np.float64)
    c = a - b + 1.0
    falling = special.gamma(b) * special.rgamma(b - a) * size**-a
    falling = falling * (1.0 + a * c / size * (1.0 + (a + 1.0) * (c + 1.0) / (2.0 * size)))
    return np.where(z > 0.0, np.inf, falling)


def _kummer_slope(F: Any, g: Any, z: Any, a: float, b: float) -> Any:
    return g * (F.kummer(z, a=a + 1.0, b=b + 1.0) * (a / b))


def _hyp2f1_slope(F: Any, g: Any, z: Any, a: float, b: float, c: float) -> Any:
    return g * (F.hyp2f1(z, a=a + 1.0, b=b + 1.0, c=c + 1.0) * (a * b / c))


# Gauss's function, https://dlmf.nist.gov/15.5.E1.
general("hyp2f1", _hyp2f1, _hyp2f1_slope, inputs="z", jvps=[_hyp2f1_slope])
# Kummer's function, https://dlmf.nist.gov/13.3.E15.
general("kummer", _kummer, _kummer_slope, inputs="z", jvps=[_kummer_slope])

_BY_PARAMETER = missing(
    "hypergeometric functions are differentiated by their variable, not by their parameters"
)
elementwise(
    "gauss2f1",
    from_scipy("hyp2f1"),
    *(_BY_PARAMETER,) * 3,
    lambda F, a, b, c, d: a * b / c * F.gauss2f1(a + 1.0, b + 1.0, c + 1.0, d),
)
# https://dlmf.nist.gov/13.3, https://dlmf.nist.gov/16.3
elementwise(
    "hyp1f1",
    from_scipy("hyp1f1"),
    *(_BY_PARAMETER,) * 2,
    lambda F, a, b, c: a / b * F.hyp1f1(a + 1.0, b + 1.0, c),
)
elementwise("hyp0f1", from_scipy("hyp0f1"), _BY_PARAMETER, lambda F, a, b: F.hyp0f1(a + 1.0, b) / a)
elementwise(
    "hyperu",
    from_scipy("hyperu"),
    *(_BY_PARAMETER,) * 2,
    lambda F, a, b, c: -a * F.hyperu(a + 1.0, b + 1.0, c),
)
# Wright's function: https://dlmf.nist.gov/10.46.
elementwise(
    "wright_bessel",
    from_scipy("wright_bessel"),
    *(_BY_PARAMETER,) * 2,
    lambda F, a, b, c: F.wright_bessel(a, b + a, c),
)
elementwise(
    "log_wright_bessel",
    from_scipy("log_wright_bessel"),
    *(_BY_PARAMETER,) * 2,
    lambda F, a, b, c, y: F.exp(F.log_wright_bessel(a, b + a, c) - y),
)
