"""Distribution functions that are no incomplete integral as they stand, and their inverses.

The derivatives of an inverse follow from those of the function: along ``F(a, y) = p`` it is
``dy/dp = 1 / density`` and ``dy/da = -slope / density``.
"""

from __future__ import annotations

import math
from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import missing
from tapegrad.ops import bessel, incomplete_beta  # noqa: F401 - used by rules as F.ive...
from tapegrad.ops.scipy_forward import from_scipy


def _t_density(F: Any, df: Any, t: Any) -> Any:
    """Student's density."""
    log_shape = 0.5 * (df + 1.0) * F.log1p(t * t / df) + F.betaln(0.5, 0.5 * df)
    return F.exp(-log_shape) / F.sqrt(df)


def _t_by_df(F: Any, df: Any, t: Any) -> Any:
    """By the parameter of the incomplete beta function, and by its argument."""
    share = t * t / (df + t * t)
    slope = F.betainc_slope(0.5 + 0.0 * df, 0.5 * df, share, n=0, m=1)
    return 0.25 * F.sign(t) * slope - _t_density(F, df, t) * t / (2.0 * df)


elementwise(
    "stdtr",
    from_scipy("stdtr"),
    lambda F, a, b: _t_by_df(F, a, b),
    lambda F, a, b: _t_density(F, a, b),
)
elementwise(
    "stdtrit",
    from_scipy("stdtrit"),
    lambda F, a, y: -_t_by_df(F, a, y) / _t_density(F, a, y),
    lambda F, a, y: 1.0 / _t_density(F, a, y),
)
elementwise(
    "ndtri_exp",
    from_scipy("ndtri_exp"),
    lambda F, x, y: math.sqrt(2.0 * math.pi) * F.exp(x + 0.5 * y * y),
)


def _noncentral_density(F: Any, x: Any, df: Any, shift: Any) -> Any:
    root, of_shift = F.sqrt(x), F.sqrt(shift)
    height = -0.5 * F.square(root - of_shift) + (0.25 * df - 0.5) * F.log(x / shift)
    return 0.5 * F.exp(height) * F.ive(0.5 * df - 1.0, root * of_shift)


# Johnson, Kotz, Balakrishnan: Continuous Univariate Distributions 2, section 29.
elementwise(
    "chndtr",
    from_scipy("chndtr"),
    lambda F, a, b, c: _noncentral_density(F, a, b, c),
    missing("the noncentral distribution is not differentiated by its degrees of freedom"),
    lambda F, a, b, c: -_noncentral_density(F, a, b + 2.0, c),
)
