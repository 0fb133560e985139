"""Kelvin functions and their derivatives: parts of Bessel functions along the diagonals.

``w'' + w'/x = i w`` for ``w = ber + i bei`` and ``w = ker + i kei``: https://dlmf.nist.gov/10.61.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.ops import division, select  # noqa: F401 - used by rules as F.maximum...
from tapegrad.ops.scipy_forward import from_scipy


def _over(F: Any, y: Any, x: Any, at_zero: float) -> Any:
    """``y / x``, with its limit at 0."""
    zero = F.equal(x, 0.0)
    return F.where(zero, 0.0 * x + at_zero, F.divide_no_nan(y, x))


elementwise("kelvin_ber", from_scipy("ber"), lambda F, x: F.kelvin_berp(x))
elementwise("kelvin_bei", from_scipy("bei"), lambda F, x: F.kelvin_beip(x))
elementwise("kelvin_ker", from_scipy("ker"), lambda F, x: F.kelvin_kerp(x))
elementwise("kelvin_kei", from_scipy("kei"), lambda F, x: F.kelvin_keip(x))
elementwise(
    "kelvin_berp", from_scipy("berp"), lambda F, x, y: -F.kelvin_bei(x) - _over(F, y, x, 0.0)
)
elementwise(
    "kelvin_beip", from_scipy("beip"), lambda F, x, y: F.kelvin_ber(x) - _over(F, y, x, 0.5)
)
elementwise("kelvin_kerp", from_scipy("kerp"), lambda F, x, y: -F.kelvin_kei(x) - y / x)
elementwise("kelvin_keip", from_scipy("keip"), lambda F, x, y: F.kelvin_ker(x) - y / x)
