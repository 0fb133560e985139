"""The commonest functions in single precision proper: twice as many numbers in a vector.

The methods are those of `exponential` and `logarithm`, with shorter polynomials.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

import numpy as np
from numba import float32, int32

from tapegrad.kernels.inline import exact, fast
from tapegrad.kernels.intrinsics import bits_of_single, fma, select, single_from_bits

# Numba takes these as float32: a literal would be a float64, and so would all after it.
_ZERO, _HALF, _ONE, _TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
_INF, _NAN = np.float32(math.inf), np.float32(math.nan)
_ROUND = np.float32(12582912.0)  # 1.5 * 2**23
_ROUND_BIASED = np.float32(12582912.0 + 254.0)  # leaves k + 2 * 127 in the lowest bits
_LOG2E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_SMALLEST, _LARGEST = np.float32(-104), np.float32(89)
_TINY, _2_TO_24, _24 = np.float32(1.1754943508222875e-38), np.float32(2**24), np.float32(24)
_TEN = np.float32(10)


@exact
def _reduced(x):
    k = fma(x, _LOG2E, _ROUND) - _ROUND
    a = fma(-k, _LN2_HIGH, x)
    b = k * _LN2_LOW
    r = a - b
    return k, r, (a - r) - b


@fast
def _expm1_small(r, low):
    p = float32(1.984126984126984e-04)
    p = p * r + float32(1.388888888888889e-03)
    p = p * r + float32(8.333333333333333e-03)
    p = p * r + float32(4.166666666666667e-02)
    p = p * r + float32(0.16666666666666666)
    p = p * r + _HALF
    return r + (r * r * p + low)


@fast
def _power_of_two(k):
    return single_from_bits(int32((int32(k) + 127) << 23))


@exact
def _reduced_plainly(x):
    rounded = fma(x, _LOG2E, _ROUND_BIASED)
    k = rounded - _ROUND_BIASED
    return bits_of_single(rounded), fma(-k, _LN2_LOW, fma(-k, _LN2_HIGH, x))


@fast
def exp_f4(x):
    """At most 1 ulp: a polynomial of degree 6 that is nearly the best one."""
    above = select(x < _SMALLEST, _SMALLEST, x)
    bits, r = _reduced_plainly(select(above > _LARGEST, _LARGEST, above))
    p = float32(0.0013814534544916923)
    p = p * r + float32(0.008368745895497786)
    p = p * r + float32(0.04166839092102062)
    p = p * r + float32(0.1666652039053816)
    p = p * r + float32(0.4999999343134894)
    p = p * r + _ONE
    p = p * r + _ONE
    half = int32(bits >> 1)  # in two steps, so that the result may be subnormal
    return p * single_from_bits(int32(half << 23)) * single_from_bits(int32((bits - half) << 23))


@fast
def tanh_f4(x):
    """At most 2 ulp."""
    size = abs(x)
    k, r, low = _reduced(_TWO * select(size > _TEN, _TEN, size))
    small = _expm1_small(r, low)
    scale = _power_of_two(k)
    e = select(k == _ZERO, small, scale * small + (scale - _ONE))
    y = float32(math.copysign(e / (e + _TWO), x))
    return select(x != x, x, y)


@fast
def sigmoid_f4(x):
    """At most 2 ulp: ``1 / (1 + exp(-x))``, without overflow."""
    e = exp_f4(-abs(x))
    return select(x < _ZERO, e, _ONE) / (_ONE + e)


@fast
def log_f4(x):
    """At most 1 ulp."""
    tiny = x < _TINY
    scaled = select(tiny, x * _2_TO_24, x)
    bits = int32(bits_of_single(scaled) - 0x3F3504F3)
    k = float32(int32(bits >> 23))
    m = single_from_bits(int32((bits & 0x007FFFFF) + 0x3F3504F3))
    k = select(tiny, k - _24, k)
    f = m - _ONE
    s = f / (_TWO + f)
    z = s * s
    p = float32(0.24279078841)
    p = p * z + float32(0.28498786688)
    p = p * z + float32(0.40000972152)
    p = p * z + float32(0.66666662693)
    half = _HALF * f * f
    low = s * (half + z * p) + k * float32(9.0580006145e-06)
    y = k * float32(6.9313812256e-01) - ((half - low) - f)
    y = select(x == _ZERO, -_INF, y)
    y = select(x < _ZERO, _NAN, y)
    return select((x != x) | (x == _INF), x, y)
