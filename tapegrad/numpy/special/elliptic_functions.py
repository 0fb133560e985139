"""Elliptic integrals and functions of the parameter m."""

from __future__ import annotations

import math
from typing import Any

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.special.making import constant, family
from tapegrad.ops import carlson, elliptic, jacobi_elliptic  # noqa: F401 - of the table


def _ellipj(u: Tensor, m: Tensor) -> Any:
    return R.jacobi_sn(u, m), R.jacobi_cn(u, m), R.jacobi_dn(u, m), R.jacobi_am(u, m)


def _agm(a: Tensor, b: Tensor) -> Any:
    """By the complete integral of the first kind: https://dlmf.nist.gov/19.8.E5."""
    total = a + b
    mean = 0.25 * math.pi * total / R.ellipkm1(4.0 * (a / total) * (b / total))
    border = R.logical_or(R.equal(a, constant(a, 0.0)), R.is_inf(a))
    return R.where(R.logical_and(R.equal(a, b), border), a, mean)


family(
    ("ellipk", "ellipk", "m", "Complete elliptic integral of the first kind.", "[0.0, 0.5]"),
    ("ellipkm1", "ellipkm1", "p", "The same of ``1 - p``.", "[1e-30, 0.5]"),
    ("ellipkinc", "ellipkinc", "phi m", "Incomplete integral of the first kind.", "0.5, 0.5"),
    ("ellipe", "ellipe", "m", "Complete elliptic integral of the second kind.", "[0.0, 0.5]"),
    ("ellipeinc", "ellipeinc", "phi m", "Incomplete integral of the second kind.", "0.5, 0.5"),
    ("ellipj", _ellipj, "u m", "Jacobi's functions sn, cn, dn and the amplitude.", "0.5, 0.5"),
    ("elliprc", "elliprc", "x y", "Carlson's degenerate integral.", "1.0, 2.0"),
    ("elliprd", "elliprd", "x y z", "Carlson's integral RD, not differentiable.", "1.0, 2.0, 3.0"),
    ("elliprf", "elliprf", "x y z", "Carlson's integral of the first kind.", "1.0, 2.0, 3.0"),
    ("elliprg", "elliprg", "x y z", "Carlson's integral of the second kind.", "1.0, 2.0, 3.0"),
    ("agm", _agm, "a b", "Arithmetic-geometric mean.", "1.0, 2.0"),
)
