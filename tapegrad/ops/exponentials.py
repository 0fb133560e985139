"""Relatives of the exponential function, and trigonometry in degrees."""

from __future__ import annotations

import math

from tapegrad.core.define import elementwise
from tapegrad.ops import hypergeometric  # noqa: F401 - used by rules as F.kummer
from tapegrad.ops.scipy_forward import from_scipy

_DEGREE = math.pi / 180.0


elementwise("exp10", from_scipy("exp10"), lambda F, y: math.log(10.0) * y)
# (e^x - 1) / x is 1F1(1; 2; x), which says what it and its derivatives are at 0.
elementwise("exprel", from_scipy("exprel"), lambda F, x: 0.5 * F.kummer(x, a=2.0, b=3.0))


elementwise(
    "powm1",
    from_scipy("powm1"),
    lambda F, a, b: b * F.pow(a, b - 1.0),
    lambda F, a, b: F.pow(a, b) * F.log(a),
)
elementwise("wrightomega", from_scipy("wrightomega"), lambda F, y: y / (1.0 + y))
elementwise("sindg", from_scipy("sindg"), lambda F, x: _DEGREE * F.cosdg(x))
elementwise("cosdg", from_scipy("cosdg"), lambda F, x: -_DEGREE * F.sindg(x))
elementwise("tandg", from_scipy("tandg"), lambda F, y: _DEGREE * (1.0 + y * y))
elementwise("cotdg", from_scipy("cotdg"), lambda F, y: -_DEGREE * (1.0 + y * y))
