"""Struve functions: https://dlmf.nist.gov/11.4.

The mean of the neighbouring orders has no quotient by the variable, which would be 0/0 at 0.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import missing
from tapegrad.ops import combinatorial  # noqa: F401 - used by rules as F.rgamma
from tapegrad.ops.scipy_forward import from_scipy

_BY_ORDER = missing("Struve functions are differentiated by their variable, not by their order")


def _rest(F: Any, v: Any, x: Any) -> Any:
    """``(x/2)^v / (sqrt(pi) gamma(v + 3/2))``."""
    return F.pow(0.5 * x, v) * F.rgamma(v + 1.5) * 0.5641895835477563


elementwise(
    "struve",
    from_scipy("struve"),
    _BY_ORDER,
    lambda F, a, b: 0.5 * (F.struve(a - 1.0, b) - F.struve(a + 1.0, b) + _rest(F, a, b)),
)
elementwise(
    "modstruve",
    from_scipy("modstruve"),
    _BY_ORDER,
    lambda F, a, b: 0.5 * (F.modstruve(a - 1.0, b) + F.modstruve(a + 1.0, b) + _rest(F, a, b)),
)
