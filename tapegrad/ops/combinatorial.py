"""Quotients of gamma functions: binomial coefficients, rising factorials, the reciprocal."""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.ops import gamma_functions, select, sinc  # noqa: F401 - used by rules as F.gamma...
from tapegrad.ops.scipy_forward import from_scipy


def _reciprocal_slope(F: Any, x: Any, y: Any) -> Any:
    """``-psi(x) / gamma(x)``, left of 1/2 by reflection, because psi has poles there.

    https://dlmf.nist.gov/5.5.E3
    """
    left = F.minimum(x, 0.5)
    reflected = F.gamma(1.0 - left) * (
        F.cos(3.141592653589793 * left) - left * F.sinc(left) * F.digamma(1.0 - left)
    )
    return F.where(F.less(x, 0.5), reflected, -y * F.digamma(F.maximum(x, 0.5)))


elementwise("rgamma", from_scipy("rgamma"), _reciprocal_slope)
# https://dlmf.nist.gov/5.2 and https://dlmf.nist.gov/5.12: logarithmic derivatives.
elementwise(
    "poch",
    from_scipy("poch"),
    lambda F, a, b, y: y * F.digamma_step(a, b),
    lambda F, a, b, y: y * F.digamma(a + b),
)
elementwise(
    "binom",
    from_scipy("binom"),
    lambda F, a, b, y: y * F.digamma_step(a - b + 1.0, b),
    lambda F, a, b, y: y * (F.digamma(a - b + 1.0) - F.digamma(b + 1.0)),
)
