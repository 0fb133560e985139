"""Logarithms and the inverses of hyperbolic functions.

The logarithm follows the scheme of FreeBSD's e_log.c.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from numba import float64

from tapegrad.kernels.exponential import exp_of_minus_size
from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import bits_of, fma, from_bits, select

_INF, _NAN = math.inf, math.nan
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@fast
def split(x):
    """``k`` and ``m`` with ``x = m * 2**k`` and ``m`` between sqrt(1/2) and sqrt(2)."""
    tiny = x < 2.2250738585072014e-308
    scaled = select(tiny, x * 18014398509481984.0, x)  # 2**54: subnormal numbers become normal
    bits = bits_of(scaled) - 0x3FE6A09E667F3BCD
    k = float64(bits >> 52)
    m = from_bits((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD)
    return select(tiny, k - 54.0, k), m


@fast
def _excess(f):
    """What ``log(1 + f)`` is more than ``f - f**2 / 2``, for the numbers of `split`."""
    s = f / (2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = p * z + 1.531383769920937332e-01
    p = p * z + 1.818357216161805012e-01
    p = p * z + 2.222219843214978396e-01
    p = p * z + 2.857142874366239149e-01
    p = p * z + 3.999999999940941908e-01
    p = p * z + 6.666666666666735130e-01
    return s * (0.5 * f * f + z * p)


@fast
def _with_cases(x, y):
    y = select(x == 0.0, -_INF, y)
    y = select(x < 0.0, _NAN, y)
    return select((x != x) | (x == _INF), x, y)


@fast
def _log(k, f):
    """``log((1 + f) * 2**k)``."""
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - (_excess(f) + k * _LN2_LOW)) - f)


@fast
def log_f8(x):
    """At most 1 ulp."""
    k, m = split(x)
    return _with_cases(x, _log(k, m - 1.0))


@exact
def _scaled(f, high, low):
    """``log(1 + f)`` times a number given as a sum, as a sum of two."""
    half = 0.5 * f * f
    a = f - half
    a_low = (((f - a) - half) - fma(0.5 * f, f, -half)) + _excess(f)
    y = a * high
    return y, fma(a, high, -y) + (a * low + a_low * high)


@exact
def _sum(a, b, low):
    """``a + b + low`` for an ``a`` that is zero or larger."""
    total = a + b
    return total + (((a - total) + b) + low)


@fast
def log2_f8(x):
    """At most 1 ulp; exact for powers of two."""
    k, m = split(x)
    y, low = _scaled(m - 1.0, 1.4426950408889634, 2.0355273740931033e-17)
    return _with_cases(x, _sum(k, y, low))


@fast
def log10_f8(x):
    """At most 1 ulp."""
    k, m = split(x)
    y, low = _scaled(m - 1.0, 0.4342944819032518, 1.098319650216765e-17)
    # log10(2) with so few bits that the product is exact.
    return _with_cases(
        x, _sum(k * 3.01029995663611771306e-01, y, low + k * 3.69423907715893078616e-13)
    )


@fast
def log1p_f8(x):
    """At most 1.5 ulp: the logarithm of ``1 + x``, corrected for what the sum has lost."""
    u = 1.0 + x
    lost = select(abs(x) > 1.0, 1.0 - (u - x), x - (u - 1.0))
    y = log_f8(u) + lost / u
    y = select(u == 1.0, x, y)
    y = select(x == -1.0, -_INF, y)
    return select(x == _INF, x, y)


@fast
def log1p_exp_f8(x):
    """At most 2 ulp: ``log(1 + exp(-abs(x)))``."""
    e = exp_of_minus_size(x)
    large = e > 0.41421356237309503
    return _log(select(large, 1.0, 0.0), select(large, 0.5 * e - 0.5, e))


@fast
def softplus_f8(x):
    """At most 2 ulp: ``log(1 + exp(x))``."""
    return select(x > 0.0, x, 0.0) + log1p_exp_f8(x)


log2_f4 = in_double(log2_f8)
log10_f4 = in_double(log10_f8)


@fast
def asinh_f8(x):
    """At most 2.5 ulp."""
    size = abs(x)
    square = size * size
    y = log1p_f8(size + square / (1.0 + math.sqrt(square + 1.0)))
    y = select(size > 1e150, log_f8(size) + 0.6931471805599453, y)
    return select(x != x, x, math.copysign(y, x))


@fast
def acosh_f8(x):
    """At most 2.5 ulp."""
    t = x - 1.0
    y = log1p_f8(t + math.sqrt(2.0 * t + t * t))
    y = select(x < 1.0, _NAN, y)
    return select(x > 1e150, log_f8(x) + 0.6931471805599453, y)


@fast
def atanh_f8(x):
    """At most 2.5 ulp."""
    size = abs(x)
    y = 0.5 * log1p_f8(2.0 * size / (1.0 - size))
    return select(x != x, x, math.copysign(y, x))


asinh_f4 = in_double(asinh_f8)
acosh_f4 = in_double(acosh_f8)
atanh_f4 = in_double(atanh_f8)
