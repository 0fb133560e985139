"""Elementary functions that LLVM vectorises: no branches, no calls, only arithmetic and selects.

Each function comes for float64 (``_f8``) and float32 (``_f4``). The error bounds stated are against
correctly rounded results, in units in the last place, from comparisons with mpmath; single
precision is computed in double where that is said, and is then correctly rounded nearly always.
Special values are those of NumPy: infinities, NaN, overflow to infinity, gradual underflow.

Methods: argument reduction by Cody and Waite with the rounding trick of adding ``1.5 * 2**52``,
Taylor or Chebyshev polynomials in Horner's form, exponents moved by integer arithmetic. See Muller,
*Elementary Functions*; log follows the scheme of FreeBSD's e_log.c.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from numba import float32, float64, int64, njit

from tapegrad.kernels.intrinsics import bits_of, from_bits, select

__all__ = [
    f"{name}_{kind}"
    for name in (
        "acos acosh asin asinh atan atan2 atanh cos cosh erf erfc exp expm1 lgamma "
        "log log1p pow sigmoid sin sinh softplus tan tanh"
    ).split()
    for kind in ("f4", "f8")
]

_INF, _NAN = math.inf, math.nan
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding and subtracting it rounds to integers
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10

_fast = njit(error_model="numpy", fastmath={"contract"}, forceinline=True)


# Exponentials


@_fast
def _reduced(x):
    """``k`` and ``r`` with ``x = k ln 2 + r`` and ``|r| <= ln(2) / 2``."""
    k = (x * _LOG2E + _ROUND) - _ROUND
    return k, (x - k * _LN2_HIGH) - k * _LN2_LOW


@_fast
def _expm1_small(r):
    """``exp(r) - 1`` for ``|r| <= ln(2) / 2``: the Taylor series up to degree 13."""
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
    return r + r * r * p


@_fast
def _power_of_two(k):
    """``2**k`` for an integral ``-1022 <= k <= 1023``, by writing the exponent."""
    return from_bits((int64(k) + 1023) << 52)


@_fast
def exp_f8(x):
    """At most 1 ulp."""
    inside = select(x > 710.0, 710.0, select(x < -746.0, -746.0, x))
    k, r = _reduced(inside)
    half = (k * 0.5 + _ROUND) - _ROUND  # in two steps, so that the result may be subnormal
    y = (1.0 + _expm1_small(r)) * _power_of_two(half) * _power_of_two(k - half)
    return select(x != x, x, y)


@_fast
def expm1_f8(x):
    """At most 2 ulp."""
    inside = select(x > 710.0, 710.0, select(x < -40.0, -40.0, x))
    k, r = _reduced(inside)
    scale = _power_of_two(k - 1.0)  # half of 2**k, which overflows for the largest x
    y = 2.0 * (scale * _expm1_small(r) + (scale - 0.5))
    y = select(k == 0.0, _expm1_small(r), y)
    y = select(x == 0.0, x, y)
    return select(x != x, x, y)


@_fast
def exp_f4(x):
    """At most 1 ulp, computed in double precision with a shorter series."""
    d = float64(x)
    inside = select(d > 90.0, 90.0, select(d < -105.0, -105.0, d))
    k, r = _reduced(inside)
    p = 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    y = (1.0 + (r + r * r * p)) * _power_of_two(k)
    return float32(select(d != d, d, y))


@_fast
def expm1_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(expm1_f8(float64(x)))


@_fast
def sinh_f8(x):
    """At most 3 ulp."""
    size = abs(x)
    e = expm1_f8(select(size > 709.0, 709.0, size))
    y = 0.5 * (e + e / (e + 1.0))
    large = exp_f8(0.5 * size)
    y = select(size > 709.0, (0.5 * large) * large, y)
    return math.copysign(y, x)


@_fast
def cosh_f8(x):
    """At most 2 ulp."""
    size = abs(x)
    half = exp_f8(0.5 * size)
    e = exp_f8(select(size > 709.0, 709.0, size))
    return select(size > 709.0, (0.5 * half) * half, 0.5 * (e + 1.0 / e))


@_fast
def tanh_f8(x):
    """At most 3 ulp."""
    size = abs(x)
    e = expm1_f8(2.0 * select(size > 22.0, 22.0, size))
    y = math.copysign(e / (e + 2.0), x)
    return select(x != x, x, y)


@_fast
def sigmoid_f8(x):
    """At most 3 ulp: ``1 / (1 + exp(-x))``, without overflow."""
    e = exp_f8(-abs(x))
    return select(x < 0.0, e, 1.0) / (1.0 + e)


@_fast
def tanh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(tanh_f8(float64(x)))


@_fast
def sinh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(sinh_f8(float64(x)))


@_fast
def cosh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(cosh_f8(float64(x)))


@_fast
def sigmoid_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(sigmoid_f8(float64(x)))


# Logarithms


@_fast
def log_f8(x):
    """At most 1 ulp."""
    tiny = x < 2.2250738585072014e-308
    scaled = select(tiny, x * 18014398509481984.0, x)  # 2**54: subnormal numbers become normal
    # The mantissa between sqrt(1/2) and sqrt(2), and its exponent.
    bits = bits_of(scaled) - 0x3FE6A09E667F3BCD
    k = float64(bits >> 52)
    m = from_bits((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD)
    k = select(tiny, k - 54.0, k)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.479819860511658591e-01
    p = p * z + 1.531383769920937332e-01
    p = p * z + 1.818357216161805012e-01
    p = p * z + 2.222219843214978396e-01
    p = p * z + 2.857142874366239149e-01
    p = p * z + 3.999999999940941908e-01
    p = p * z + 6.666666666666735130e-01
    half = 0.5 * f * f
    y = k * _LN2_HIGH - ((half - (s * (half + z * p) + k * _LN2_LOW)) - f)
    y = select(x == 0.0, -_INF, y)
    y = select(x < 0.0, _NAN, y)
    return select((x != x) | (x == _INF), x, y)


@_fast
def log1p_f8(x):
    """At most 2 ulp: the logarithm of ``1 + x``, corrected for what the sum has lost."""
    u = 1.0 + x
    lost = select(abs(x) > 1.0, 1.0 - (u - x), x - (u - 1.0))
    y = log_f8(u) + lost / u
    y = select(u == 1.0, x, y)
    y = select(x == -1.0, -_INF, y)
    return select(x == _INF, x, y)


@_fast
def softplus_f8(x):
    """At most 2 ulp: ``log(1 + exp(x))``."""
    return select(x > 0.0, x, select(x != x, x, 0.0)) + log1p_f8(exp_f8(-abs(x)))


@_fast
def log_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(log_f8(float64(x)))


@_fast
def log1p_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(log1p_f8(float64(x)))


@_fast
def softplus_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(softplus_f8(float64(x)))


@_fast
def asinh_f8(x):
    """At most 4 ulp."""
    size = abs(x)
    square = size * size
    y = log1p_f8(size + square / (1.0 + math.sqrt(square + 1.0)))
    y = select(size > 1e150, log_f8(size) + 0.6931471805599453, y)
    return select(x != x, x, math.copysign(y, x))


@_fast
def acosh_f8(x):
    """At most 4 ulp."""
    t = x - 1.0
    y = log1p_f8(t + math.sqrt(2.0 * t + t * t))
    y = select(x < 1.0, _NAN, y)
    return select(x > 1e150, log_f8(x) + 0.6931471805599453, y)


@_fast
def atanh_f8(x):
    """At most 4 ulp."""
    size = abs(x)
    y = 0.5 * log1p_f8(2.0 * size / (1.0 - size))
    return select(x != x, x, math.copysign(y, x))


@_fast
def asinh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(asinh_f8(float64(x)))


@_fast
def acosh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(acosh_f8(float64(x)))


@_fast
def atanh_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(atanh_f8(float64(x)))


# The error function


@_fast
def _exp_of_minus_square(x):
    """``exp(-x * x)``, where the rounding error of the square counts (Dekker's product)."""
    high = x * 134217729.0
    high = high - (high - x)
    low = x - high
    square = x * x
    error = ((high * high - square) + 2.0 * high * low) + low * low
    e = exp_f8(-square)
    return e - e * error


@_fast
def _erf_near_zero(x):
    z = x * x
    p = -7.795898827002142e-10
    p = p * z + 1.3720064546777686e-08
    p = p * z - 1.6208483801871705e-07
    p = p * z + 1.6447424703317362e-06
    p = p * z - 1.492473690741966e-05
    p = p * z + 0.00012055294904839707
    p = p * z - 0.0008548325975389692
    p = p * z + 0.0052239776071164225
    p = p * z - 0.02686617064323777
    p = p * z + 0.11283791670945006
    p = p * z - 0.37612638903183543
    return x * (p * z + 1.1283791670955126)


@_fast
def _erfc_of_large(size):
    """For arguments of at least 1: a Chebyshev fit of ``erfc(x) exp(x**2) (1 + 2 x)``."""
    x = select(size > 28.0, 28.0, select(size < 1.0, 1.0, size))
    t = (x - 3.0) / (x + 3.0)
    p = 7.23836264088232e-08
    p = p * t - 3.488717438931172e-08
    p = p * t - 6.365990664505642e-07
    p = p * t + 2.730832878062673e-07
    p = p * t + 3.511140012093374e-06
    p = p * t - 7.011353093802864e-07
    p = p * t - 2.0120630971894566e-05
    p = p * t + 4.943777043005545e-06
    p = p * t + 0.00012510457495314677
    p = p * t - 0.0001051592646522116
    p = p * t - 0.0007798330417962237
    p = p * t + 0.0018886903422674797
    p = p * t + 0.0025293918810437186
    p = p * t - 0.023770514919374913
    p = p * t + 0.06830802734101987
    p = p * t - 0.11927366341525403
    p = p * t + 0.1296451587028223
    p = p * t - 0.047562294353451516
    p = p * t - 0.13562110612458156
    p = p * t + 1.2530080582697296
    return _exp_of_minus_square(x) * (p / (1.0 + 2.0 * x))


@_fast
def erf_f8(x):
    """At most 2 ulp."""
    size = abs(x)
    y = select(size < 1.0, _erf_near_zero(size), 1.0 - _erfc_of_large(size))
    return select(x != x, x, math.copysign(y, x))


@_fast
def erfc_f8(x):
    """At most 5 ulp."""
    size = abs(x)
    large = _erfc_of_large(size)
    large = select(size > 27.3, 0.0, large)
    y = select(size < 1.0, 1.0 - _erf_near_zero(x), select(x < 0.0, 2.0 - large, large))
    return select(x != x, x, y)


@_fast
def erf_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(erf_f8(float64(x)))


@_fast
def erfc_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(erfc_f8(float64(x)))


# From the C library, one number after the other: exact for huge angles, but not vectorised.


@_fast
def sin_f8(x):
    """At most 1 ulp."""
    return math.sin(x)


@_fast
def cos_f8(x):
    """At most 1 ulp."""
    return math.cos(x)


@_fast
def tan_f8(x):
    """At most 1 ulp."""
    return math.tan(x)


@_fast
def asin_f8(x):
    """At most 1 ulp."""
    return math.asin(x)


@_fast
def acos_f8(x):
    """At most 1 ulp."""
    return math.acos(x)


@_fast
def atan_f8(x):
    """At most 1 ulp."""
    return math.atan(x)


@_fast
def atan2_f8(y, x):
    """At most 1 ulp."""
    return math.atan2(y, x)


@_fast
def pow_f8(x, y):
    """At most 1 ulp."""
    return math.pow(x, y)


@_fast
def lgamma_f8(x):
    """At most 4 ulp."""
    return math.lgamma(x)


@_fast
def sin_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.sin(float64(x)))


@_fast
def cos_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.cos(float64(x)))


@_fast
def tan_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.tan(float64(x)))


@_fast
def asin_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.asin(float64(x)))


@_fast
def acos_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.acos(float64(x)))


@_fast
def atan_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.atan(float64(x)))


@_fast
def atan2_f4(y, x):
    """At most 1 ulp, in double precision."""
    return float32(math.atan2(float64(y), float64(x)))


@_fast
def pow_f4(x, y):
    """At most 1 ulp, in double precision."""
    return float32(math.pow(float64(x), float64(y)))


@_fast
def lgamma_f4(x):
    """At most 1 ulp, in double precision."""
    return float32(math.lgamma(float64(x)))
