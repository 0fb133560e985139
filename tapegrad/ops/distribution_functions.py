"""Distribution functions that are no incomplete integral as they stand, and their inverses.

The derivatives of an inverse follow from those of the function: along ``F(a, y) = p`` it is
``dy/dp = 1 / density`` and ``dy/da = -slope / density``.
"""

from __future__ import annotations

import math
from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import missing
from tapegrad.ops import (  # noqa: F401 - used by rules as F.ive...
    bessel,
    gamma_functions,
    incomplete_beta,
)
from tapegrad.ops.scipy_forward import from_scipy


def _t_density(F: Any, a: Any, b: Any) -> Any:
    """Student's density at `b`, with `a` degrees of freedom."""
    log_shape = 0.5 * (a + 1.0) * F.log1p(b * b / a) + F.betaln(0.5, 0.5 * a)
    return F.exp(-log_shape) / F.sqrt(a)


def _t_by_df(F: Any, a: Any, b: Any) -> Any:
    """By the parameter of the incomplete beta function, and by its argument."""
    share = b * b / (a + b * b)
    slope = F.betainc_slope(0.5 + 0.0 * a, 0.5 * a, share, n=0, m=1)
    return 0.25 * F.sign(b) * slope - _t_density(F, a, b) * b / (2.0 * a)


elementwise(
    "stdtr",
    from_scipy("stdtr"),
    _t_by_df,
    _t_density,
)
elementwise(
    "stdtrit",
    from_scipy("stdtrit"),
    lambda F, a, y: -_t_by_df(F, a, y) / _t_density(F, a, y),
    lambda F, a, y: 1.0 / _t_density(F, a, y),
)
elementwise(
    "stdtridf",
    from_scipy("stdtridf"),
    lambda F, b, y: 1.0 / _t_by_df(F, y, b),
    lambda F, b, y: -_t_density(F, y, b) / _t_by_df(F, y, b),
)
elementwise(
    "ndtri_exp",
    from_scipy("ndtri_exp"),
    lambda F, x, y: math.sqrt(2.0 * math.pi) * F.exp(x + 0.5 * y * y),
)


def _noncentral_density(F: Any, a: Any, b: Any, c: Any) -> Any:
    """The density at `a` of a noncentral chi-square distribution, with `b` degrees of freedom."""
    root, of_shift = F.sqrt(a), F.sqrt(c)
    height = -0.5 * F.square(root - of_shift) + (0.25 * b - 0.5) * F.log(a / c)
    return 0.5 * F.exp(height) * F.ive(0.5 * b - 1.0, root * of_shift)


# Johnson, Kotz, Balakrishnan: Continuous Univariate Distributions 2, section 29.
elementwise(
    "chndtr",
    from_scipy("chndtr"),
    _noncentral_density,
    missing("the noncentral distribution is not differentiated by its degrees of freedom"),
    lambda F, a, b, c: -_noncentral_density(F, a, b + 2.0, c),
)
