"""Jacobi's elliptic functions of the argument u and the parameter m.

All follow from the amplitude, which inverts the integral of the first kind:
https://dlmf.nist.gov/22.13 and https://dlmf.nist.gov/19.4.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.ops import elliptic  # noqa: F401 - used by rules as F.elliptic_moment
from tapegrad.ops.scipy_forward import from_scipy


def _amplitude_by_m(F: Any, a: Any, b: Any) -> Any:
    moment = F.elliptic_moment(F.jacobi_am(a, b), b, p=1, r=-3)
    return -0.5 * F.jacobi_dn(a, b) * moment


elementwise(
    "jacobi_sn",
    from_scipy("ellipj", 0),
    lambda F, a, b: F.jacobi_cn(a, b) * F.jacobi_dn(a, b),
    lambda F, a, b: F.jacobi_cn(a, b) * _amplitude_by_m(F, a, b),
)
elementwise(
    "jacobi_cn",
    from_scipy("ellipj", 1),
    lambda F, a, b: -F.jacobi_sn(a, b) * F.jacobi_dn(a, b),
    lambda F, a, b: -F.jacobi_sn(a, b) * _amplitude_by_m(F, a, b),
)


def _dn_by_m(F: Any, a: Any, b: Any, y: Any) -> Any:
    sine = F.jacobi_sn(a, b)
    return -sine * (0.5 * sine + b * F.jacobi_cn(a, b) * _amplitude_by_m(F, a, b)) / y


elementwise(
    "jacobi_dn",
    from_scipy("ellipj", 2),
    lambda F, a, b: -b * F.jacobi_sn(a, b) * F.jacobi_cn(a, b),
    _dn_by_m,
)
elementwise(
    "jacobi_am",
    from_scipy("ellipj", 3),
    lambda F, a, b: F.jacobi_dn(a, b),
    _amplitude_by_m,
)
