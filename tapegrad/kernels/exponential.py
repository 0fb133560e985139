"""Exponentials and what is made of them.

Argument reduction by Cody and Waite with the rounding trick of adding ``1.5 * 2**52``, polynomials
of least error (Remez) in Horner's form, exponents moved by integer arithmetic. See Muller,
*Elementary Functions*.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import bits_of, fma, from_bits, select

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding and subtracting it rounds to integers
_TO_EXPONENT = _ROUND + 1023.0  # the last bits of a sum with it are an exponent
_TO_EXPONENTS = _ROUND + 2046.0  # or what two exponents add up to
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


@exact
def _remainder(x, k):
    """``x - k ln 2`` as a sum of two."""
    a = fma(-k, _LN2_HIGH, x)
    b = k * _LN2_LOW
    r = a - b
    return r, (a - r) - b


@exact
def _reduced(x):
    """``k`` and ``r`` with ``x = k ln 2 + r`` and ``|r| <= ln(2) / 2``; what rounds off ``r``."""
    k = fma(x, _LOG2E, _ROUND) - _ROUND
    r, low = _remainder(x, k)
    return k, r, low


@fast
def _excess(r):
    """``(exp(r) - 1 - r) / r**2`` for ``|r| <= ln(2) / 2``, with an error of ``2**-61 / |r|``."""
    p = 2.0924426982611583e-09
    p = p * r + 2.5109034193718716e-08
    p = p * r + 2.755724283402814e-07
    p = p * r + 2.755724421997889e-06
    p = p * r + 2.480158736043733e-05
    p = p * r + 0.0001984126988611184
    p = p * r + 0.001388888888886692
    p = p * r + 0.00833333333332164
    p = p * r + 0.0416666666666667
    p = p * r + 0.16666666666666677
    return p * r + 0.5


@fast
def _expm1_small(r, low):
    """``exp(r + low) - 1`` for ``|r| <= ln(2) / 2``."""
    return r + (r * r * _excess(r) + (low + low * r))


@fast
def _power_of_two(k):
    """``2**k`` for an integral ``-1022 <= k <= 1023``, by writing the exponent."""
    return from_bits(bits_of(k + _TO_EXPONENT) << 52)


@exact
def _exponent(x):
    """``k`` of `_reduced`, and two powers of two whose product is ``2**k``.

    Two, so that results may be subnormal. For ``x`` between -746 and 710.
    """
    both = fma(x, _LOG2E, _TO_EXPONENTS)
    bits = bits_of(both)
    half = bits >> 1
    return both - _TO_EXPONENTS, from_bits(half << 52), from_bits((bits - half) << 52)


@fast
def _clamped(x):
    """Beyond these numbers exponentials are infinite or zero."""
    x = select(x < -746.0, -746.0, x)
    return select(x > 710.0, 710.0, x)


@fast
def exp_f8(x):
    """At most 1 ulp: a polynomial of degree 11 that is nearly the best one."""
    inside = _clamped(x)
    k, one, other = _exponent(inside)
    r = fma(-k, _LN2_LOW, fma(-k, _LN2_HIGH, inside))
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
    return (p * r + 1.0) * one * other


@fast
def exp_of_minus_size(x):
    """``exp(-abs(x))`` with an error of 0.6 ulp, for functions that add errors of their own."""
    size = abs(x)
    inside = -select(size > 746.0, 746.0, size)
    k, one, other = _exponent(inside)
    r, low = _remainder(inside, k)
    return (1.0 + _expm1_small(r, low)) * one * other


@exact
def _joined(r, low):
    total = r + low
    return total, (r - total) + low


@fast
def exp_of_sum(x, extra):
    """``exp(x + extra)`` for a small ``extra``, which need not change ``x`` if added: 1 ulp."""
    inside = _clamped(x)
    k, one, other = _exponent(inside)
    r, low = _remainder(inside, k)
    r, low = _joined(r, low + extra)
    return (1.0 + _expm1_small(r, low)) * one * other


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


@exact
def _over_itself_and_two(e):
    """``e / (e + 2)``, with the rounding errors of the sum and the quotient put right."""
    d = e + 2.0
    inverse = 1.0 / d
    q = e * inverse
    return fma(fma(-q, d, e) - q * (e - (d - 2.0)), inverse, q)


@fast
def tanh_f8(x):
    """At most 2 ulp."""
    size = abs(x)
    k, r, low = _reduced(2.0 * select(size > 22.0, 22.0, size))
    small = _expm1_small(r, low)
    scale = _power_of_two(k)
    e = select(k == 0.0, small, scale * small + (scale - 1.0))
    return math.copysign(_over_itself_and_two(e), x)


@fast
def sigmoid_f8(x):
    """At most 2 ulp: ``1 / (1 + exp(-x))``, without overflow."""
    e = exp_of_minus_size(x)
    return select(x < 0.0, e, 1.0) / (1.0 + e)


sinh_f4 = in_double(sinh_f8)
cosh_f4 = in_double(cosh_f8)
