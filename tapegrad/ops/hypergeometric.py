"""Gauss's hypergeometric function: derivatives of every order that never divide 0 by 0.

Quotients such as ``(K(m) - E(m)) / m`` are 0/0 at a point where the function itself is smooth. This
family is closed under differentiation and has no such point.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import general
from tapegrad.ops.scipy_forward import require_float


def _hyp2f1(z: Any, *, a: float, b: float, c: float) -> Any:
    from scipy import special

    dtype = require_float(z)
    return special.hyp2f1(a, b, c, z).astype(dtype, copy=False)[()]


def _hyp2f1_slope(F: Any, g: Any, z: Any, a: float, b: float, c: float) -> Any:
    return g * (F.hyp2f1(z, a=a + 1.0, b=b + 1.0, c=c + 1.0) * (a * b / c))


# Gauss's function, https://dlmf.nist.gov/15.5.E1.
general("hyp2f1", _hyp2f1, _hyp2f1_slope, inputs="z", jvps=[_hyp2f1_slope])
