"""Spherical Bessel functions of whole orders: https://dlmf.nist.gov/10.51.

The mean of the neighbouring orders has no quotient by the variable, which would be 0/0 at 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF
from tapegrad.ops import select  # noqa: F401 - used by rules as F.maximum
from tapegrad.ops.scipy_forward import require_float


def _of_order(name: str) -> Any:
    def forward(n: Any, x: Any) -> Any:
        from scipy import special

        dtype = require_float(x)
        order = np.asarray(n).astype(np.int64)
        return np.asarray(getattr(special, name)(order, x)).astype(dtype, copy=False)[()]

    return forward


def _define(name: str, of_lower: float, of_higher: float) -> None:
    def slope(F: Any, a: Any, b: Any) -> Any:
        spherical = getattr(F, name)
        lower = a * spherical(F.maximum(a - 1.0, 0.0), b)
        higher = (a + 1.0) * spherical(a + 1.0, b)
        return (of_lower * lower + of_higher * higher) / (2.0 * a + 1.0)

    elementwise(name, _of_order(name), NONDIFF, slope)


_define("spherical_jn", 1.0, -1.0)
_define("spherical_yn", 1.0, -1.0)
_define("spherical_in", 1.0, 1.0)
_define("spherical_kn", -1.0, -1.0)
