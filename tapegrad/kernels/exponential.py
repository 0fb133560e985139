"""Exponentials and what is made of them.

Argument reduction by Cody and Waite with the rounding trick of adding ``1.5 * 2**52``, the Taylor
series in Horner's form, exponents moved by integer arithmetic. See Muller, *Elementary Functions*.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from numba import int64

from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import bits_of, fma, from_bits, select

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding and subtracting it rounds to integers
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUND_BIASED = _ROUND + 2046.0  # leaves k + 2 * 1023 in the lowest bits


@exact
def _reduced(x):
    """``k`` and ``r`` with ``x = k ln 2 + r`` and ``|r| <= ln(2) / 2``; what rounds off ``r``."""
    k = fma(x, _LOG2E, _ROUND) - _ROUND
    a = fma(-k, _LN2_HIGH, x)
    b = k * _LN2_LOW
    r = a - b
    return k, r, (a - r) - b


@fast
def _expm1_small(r, low):
    """``exp(r + low) - 1`` for ``|r| <= ln(2) / 2``: the Taylor series up to degree 13."""
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    return r + (r * r * p + (low + low * r))


@fast
def _power_of_two(k):
    """``2**k`` for an integral ``-1022 <= k <= 1023``, by writing the exponent."""
    return from_bits((int64(k) + 1023) << 52)


@exact
def _reduced_plainly(x):
    """``k`` as the bits of ``_ROUND_BIASED + k``, and ``r`` as a single number."""
    rounded = fma(x, _LOG2E, _ROUND_BIASED)
    k = rounded - _ROUND_BIASED
    return bits_of(rounded), fma(-k, _LN2_LOW, fma(-k, _LN2_HIGH, x))


@fast
def exp_f8(x):
    """At most 1 ulp: a polynomial of degree 11 that is nearly the best one."""
    above = select(x < -746.0, -746.0, x)
    bits, r = _reduced_plainly(select(above > 710.0, 710.0, above))
    p = 2.499866190421876e-08
    p = p * r + 2.7630275506281903e-07
    p = p * r + 2.755759094511936e-06
    p = p * r + 2.480149304171786e-05
    p = p * r + 0.00019841269501309983
    p = p * r + 0.0013888888943664494
    p = p * r + 0.008333333333496977
    p = p * r + 0.041666666666530114
    p = p * r + 0.16666666666666408
    p = p * r + 0.5000000000000011
    p = p * r + 1.0
    p = p * r + 1.0
    half = bits >> 1  # in two steps, so that the result may be subnormal
    return p * from_bits(half << 52) * from_bits((bits - half) << 52)


@exact
def _joined(r, low):
    total = r + low
    return total, (r - total) + low


@fast
def exp_of_sum(x, extra):
    """``exp(x + extra)`` for a small ``extra``, which need not change ``x`` if added: 1 ulp."""
    inside = select(x > 710.0, 710.0, select(x < -746.0, -746.0, x))
    k, r, low = _reduced(inside)
    r, low = _joined(r, low + extra)
    half = (k * 0.5 + _ROUND) - _ROUND
    y = (1.0 + _expm1_small(r, low)) * _power_of_two(half) * _power_of_two(k - half)
    return select(x != x, x, y)


@fast
def expm1_f8(x):
    """At most 1.5 ulp."""
    inside = select(x > 710.0, 710.0, select(x < -40.0, -40.0, x))
    k, r, low = _reduced(inside)
    small = _expm1_small(r, low)
    scale = _power_of_two(k - 1.0)  # half of 2**k, which overflows for the largest x
    y = 2.0 * (scale * small + (scale - 0.5))
    y = select(k == 0.0, small, y)
    y = select(x == 0.0, x, y)
    return select(x != x, x, y)


@fast
def _half_of_expm1(size):
    """``(exp(x) - 1) / 2`` for a number that is not negative; it overflows later than exp."""
    k, r, low = _reduced(select(size > 711.0, 711.0, size))
    scale = _power_of_two(k - 3.0)
    return 4.0 * (scale * _expm1_small(r, low) + (scale - 0.125))


@fast
def sinh_f8(x):
    """At most 2 ulp."""
    size = abs(x)
    e = _half_of_expm1(size)
    y = select(size > 40.0, e, e + e / (2.0 * e + 1.0))
    y = select(size < 1e-8, size, y)
    return select(x != x, x, math.copysign(y, x))


@fast
def cosh_f8(x):
    """At most 2 ulp."""
    e = _half_of_expm1(abs(x)) + 0.5
    return select(x != x, x, e + 0.25 / e)


@fast
def tanh_f8(x):
    """At most 2 ulp."""
    size = abs(x)
    e = expm1_f8(2.0 * select(size > 22.0, 22.0, size))
    y = math.copysign(e / (e + 2.0), x)
    return select(x != x, x, y)


@fast
def sigmoid_f8(x):
    """At most 2 ulp: ``1 / (1 + exp(-x))``, without overflow."""
    e = exp_f8(-abs(x))
    return select(x < 0.0, e, 1.0) / (1.0 + e)


expm1_f4 = in_double(expm1_f8)
sinh_f4 = in_double(sinh_f8)
cosh_f4 = in_double(cosh_f8)
