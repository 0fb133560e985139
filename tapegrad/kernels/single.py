"""The commonest functions in single precision proper: twice as many numbers in a vector.

The methods are those of `exponential`, `logarithm` and `error_function`, with shorter polynomials.
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
_THREE_HALVES, _ROOT_LESS_ONE = np.float32(1.5), np.float32(0.41421357)
_ROUND = np.float32(12582912.0)  # 1.5 * 2**23
_TO_EXPONENT, _TO_EXPONENTS = np.float32(12582912.0 + 127), np.float32(12582912.0 + 254)
_LOG2E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_SMALLEST, _LARGEST = np.float32(-104), np.float32(89)
_TINY, _2_TO_24, _24 = np.float32(1.1754943508222875e-38), np.float32(2**24), np.float32(24)
_TEN, _20 = np.float32(10), np.float32(20)


@exact
def _reduced(x):
    k = fma(x, _LOG2E, _ROUND) - _ROUND
    a = fma(-k, _LN2_HIGH, x)
    b = k * _LN2_LOW
    r = a - b
    return k, r, (a - r) - b


@fast
def _excess(r):
    p = float32(0.00019914040112480863)
    p = p * r + float32(0.0013940982360296547)
    p = p * r + float32(0.008333273271281314)
    p = p * r + float32(0.041666355146605154)
    p = p * r + float32(0.1666666681630519)
    return p * r + _HALF


@fast
def _power_of_two(k):
    return single_from_bits(int32(bits_of_single(k + _TO_EXPONENT) << 23))


@exact
def _reduced_plainly(x):
    both = fma(x, _LOG2E, _TO_EXPONENTS)
    k = both - _TO_EXPONENTS
    return bits_of_single(both), fma(-k, _LN2_LOW, fma(-k, _LN2_HIGH, x))


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
def expm1_f4(x):
    """At most 1.5 ulp."""
    inside = select(x > _LARGEST, _LARGEST, select(x < -_20, -_20, x))
    k, r, low = _reduced(inside)
    small = r + (r * r * _excess(r) + (low + low * r))
    scale = _power_of_two(k - _ONE)  # half of 2**k, which overflows for the largest x
    y = _TWO * (scale * small + (scale - _HALF))
    y = select(k == _ZERO, small, y)
    y = select(x == _ZERO, x, y)
    return select(x != x, x, y)


@exact
def _over_itself_and_two(e):
    d = e + _TWO
    inverse = _ONE / d
    q = e * inverse
    return fma(fma(-q, d, e) - q * (e - (d - _TWO)), inverse, q)


@fast
def tanh_f4(x):
    """At most 2 ulp."""
    size = abs(x)
    k, r, low = _reduced(_TWO * select(size > _TEN, _TEN, size))
    small = r + (r * r * _excess(r) + low)
    scale = _power_of_two(k)
    e = select(k == _ZERO, small, scale * small + (scale - _ONE))
    return float32(math.copysign(_over_itself_and_two(e), x))


@fast
def sigmoid_f4(x):
    """At most 2 ulp: ``1 / (1 + exp(-x))``, without overflow."""
    e = exp_f4(-abs(x))
    return select(x < _ZERO, e, _ONE) / (_ONE + e)


@fast
def _log(k, f):
    s = f / (_TWO + f)
    z = s * s
    p = float32(0.24279078841)
    p = p * z + float32(0.28498786688)
    p = p * z + float32(0.40000972152)
    p = p * z + float32(0.66666662693)
    half = _HALF * f * f
    low = s * (half + z * p) + k * float32(9.0580006145e-06)
    return k * float32(6.9313812256e-01) - ((half - low) - f)


@fast
def log_f4(x):
    """At most 1 ulp."""
    tiny = x < _TINY
    scaled = select(tiny, x * _2_TO_24, x)
    bits = int32(bits_of_single(scaled) - 0x3F3504F3)
    k = float32(int32(bits >> 23))
    m = single_from_bits(int32((bits & 0x007FFFFF) + 0x3F3504F3))
    k = select(tiny, k - _24, k)
    y = _log(k, m - _ONE)
    y = select(x == _ZERO, -_INF, y)
    y = select(x < _ZERO, _NAN, y)
    return select((x != x) | (x == _INF), x, y)


@fast
def log1p_f4(x):
    """At most 1.5 ulp: the logarithm of ``1 + x``, corrected for what the sum has lost."""
    u = _ONE + x
    lost = select(abs(x) > _ONE, _ONE - (u - x), x - (u - _ONE))
    y = log_f4(u) + lost / u
    y = select(u == _ONE, x, y)
    y = select(x == -_ONE, -_INF, y)
    return select(x == _INF, x, y)


@fast
def log1p_exp_f4(x):
    """At most 2 ulp: ``log(1 + exp(-abs(x)))``."""
    e = exp_f4(-abs(x))
    large = e > _ROOT_LESS_ONE
    return _log(select(large, _ONE, _ZERO), select(large, _HALF * e - _HALF, e))


@fast
def softplus_f4(x):
    """At most 2 ulp: ``log(1 + exp(x))``."""
    return select(x > _ZERO, x, _ZERO) + log1p_exp_f4(x)


@fast
def _erf_near_zero(x):
    z = x * x
    p = float32(7.853873112925108e-05)
    p = p * z - float32(0.0008010197409440899)
    p = p * z + float32(0.005188328111462913)
    p = p * z - float32(0.0268538121400447)
    p = p * z + float32(0.11283585153059539)
    p = p * z - float32(0.3761262582476394)
    return x + x * (p * z + float32(0.128379165727111))


@fast
def _roughly_scaled_erfc(x):
    t = _ONE / (_THREE_HALVES + x)
    p = float32(-1.4821410874797827)
    p = p * t + float32(2.2267357430343564)
    p = p * t + float32(0.5117201207421529)
    p = p * t + float32(0.6087915016610915)
    return p * t - float32(0.0023765230800716457)


@fast
def erf_with_f4(x, e):
    """See `error_function.erf_with_f8`."""
    size = abs(x)
    far = _ONE - e * _roughly_scaled_erfc(size)
    return select(size < _ONE, _erf_near_zero(x), float32(math.copysign(far, x)))


@fast
def erf_f4(x):
    """At most 2 ulp."""
    return erf_with_f4(x, exp_f4(-(x * x)))
