"""Carlson's symmetric elliptic integrals, with first derivatives: https://dlmf.nist.gov/19.18.

Second derivatives are quotients by differences of arguments, 0/0 where two are equal.
"""

from __future__ import annotations

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import missing
from tapegrad.ops.scipy_forward import from_scipy

_WHY = missing("second derivatives of Carlson's integrals, and those of RD, are not implemented")

elementwise("elliprd", from_scipy("elliprd"), _WHY, _WHY, _WHY)
elementwise(
    "elliprf",
    from_scipy("elliprf"),
    lambda F, a, b, c: F.elliprd(b, c, a) / -6.0,
    lambda F, a, b, c: F.elliprd(a, c, b) / -6.0,
    lambda F, a, b, c: F.elliprd(a, b, c) / -6.0,
)
elementwise(
    "elliprc",
    from_scipy("elliprc"),
    lambda F, a, b: F.elliprd(b, b, a) / -6.0,
    lambda F, a, b: F.elliprd(a, b, b) / -3.0,
)
elementwise(
    "elliprg",
    from_scipy("elliprg"),
    lambda F, a, b, c: 0.25 * (F.elliprf(a, b, c) - a * F.elliprd(b, c, a) / 3.0),
    lambda F, a, b, c: 0.25 * (F.elliprf(a, b, c) - b * F.elliprd(a, c, b) / 3.0),
    lambda F, a, b, c: 0.25 * (F.elliprf(a, b, c) - c * F.elliprd(a, b, c) / 3.0),
)
