"""Constants that kernels use in another form than the one they are given in."""

from __future__ import annotations

from fractions import Fraction
from math import frexp, isfinite
from typing import Any

import numpy as np

#: Divisors between two to the minus this and two to this: what their inverses lack is a number.
_LARGEST_EXPONENT = {4: 60, 8: 500}


def inverse_as_sum(divisor: float, dtype: Any) -> tuple[float, float] | None:
    """The inverse of a number as a sum of two of the same sign, the second being the error.

    A fused ``x * high + x * low`` is the correctly rounded ``x / divisor``, and takes two
    instructions instead of the five to ten of a division. See Brisebarre, Muller and Raina,
    *Accelerating correctly rounded floating-point division when the divisor is known in advance*
    (2004). Equal signs keep infinities from becoming NaN.

    Parameters
    ----------
    divisor
        A number of the dtype.
    dtype
        float32 or float64.

    Returns
    -------
    tuple of two floats, or None
        The second is 0 if the inverse is exact: then a product is enough. None: divide.
    """
    if not isfinite(divisor) or divisor == 0:
        return None
    mantissa, exponent = frexp(divisor)
    if abs(exponent) > _LARGEST_EXPONENT[dtype.itemsize]:
        return None
    if abs(mantissa) == 0.5:
        return 1.0 / divisor, 0.0
    exact = 1 / Fraction(divisor)
    high = dtype.type(1.0 / divisor)
    if abs(Fraction(float(high))) > abs(exact):
        high = np.nextafter(high, dtype.type(0))
    return float(high), float(dtype.type(float(exact - Fraction(float(high)))))
