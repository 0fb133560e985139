"""Airy functions and their derivatives, also exponentially scaled.

``w'' = x w`` closes the family: https://dlmf.nist.gov/9.2.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.ops.scipy_forward import from_scipy


def _root(F: Any, x: Any) -> Any:
    """By how much the logarithm of the scale grows: it is ``2/3 x^(3/2)`` for positive `x`."""
    return F.sqrt(F.maximum(x, 0.0))


elementwise("airy_ai", from_scipy("airy", 0), lambda F, x: F.airy_ai_slope(x))
elementwise("airy_ai_slope", from_scipy("airy", 1), lambda F, x: x * F.airy_ai(x))
elementwise("airy_bi", from_scipy("airy", 2), lambda F, x: F.airy_bi_slope(x))
elementwise("airy_bi_slope", from_scipy("airy", 3), lambda F, x: x * F.airy_bi(x))

# SciPy's scaled functions of the first kind are NaN for negative numbers.
elementwise(
    "scaled_airy_ai",
    from_scipy("airye", 0),
    lambda F, x, y: F.scaled_airy_ai_slope(x) + _root(F, x) * y,
)
elementwise(
    "scaled_airy_ai_slope",
    from_scipy("airye", 1),
    lambda F, x, y: x * F.scaled_airy_ai(x) + _root(F, x) * y,
)
elementwise(
    "scaled_airy_bi",
    from_scipy("airye", 2),
    lambda F, x, y: F.scaled_airy_bi_slope(x) - _root(F, x) * y,
)
elementwise(
    "scaled_airy_bi_slope",
    from_scipy("airye", 3),
    lambda F, x, y: x * F.scaled_airy_bi(x) - _root(F, x) * y,
)
