"""Powers, cube roots and lengths.

The logarithm of a base is computed as a sum of two numbers, right to about 2**-68, because the
exponential magnifies its error by up to 745.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from numba import float32, float64, int64

from tapegrad.kernels.exponential import exp_f8, exp_of_sum
from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import bits_of, fma, from_bits, round_down, select
from tapegrad.kernels.logarithm import log_f8, split

_INF, _NAN = math.inf, math.nan
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding and subtracting it rounds to integers
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_2_TO_500, _2_TO_600 = 2.0**500, 2.0**600
_2_TO_MINUS_450, _2_TO_MINUS_600 = 2.0**-450, 2.0**-600
_THIRD, _THIRD_LOW = 0.3333333333333333, 1.850371707708594e-17


@fast
def _atanh_tail(z):
    """``1/5 + z/7 + z**2/9 + ...``."""
    p = 0.05381433714049944
    p = p * z + 0.05228139187610312
    p = p * z + 0.058834076517174025
    p = p * z + 0.06666648241986253
    p = p * z + 0.07692307880906311
    p = p * z + 0.09090909089826257
    p = p * z + 0.11111111111114222
    p = p * z + 0.14285714285714282
    p = p * z + 0.2
    return p


@exact
def _log_as_sum(x):
    """The logarithm of a positive number as a sum of two."""
    k, m = split(x)
    f = m - 1.0
    # 2 atanh(s) for s = f / (m + 1), where each first term carries its rounding error.
    d = m + 1.0
    inverse = 1.0 / d
    s = f * inverse
    s_low = (fma(-s, d, f) - s * (m - (d - 1.0))) * inverse
    z = s * s
    z_low = fma(s, s, -z) + 2.0 * s * s_low
    t = z * _atanh_tail(z)
    u = _THIRD + t
    u_low = ((_THIRD - u) + t) + _THIRD_LOW
    w = z * u
    w_low = fma(z, u, -w) + (z * u_low + z_low * u)
    p = s * w
    p_low = fma(s, w, -p) + (s * w_low + s_low * w)
    h = s + p
    h_low = ((s - h) + p) + (s_low + p_low)
    large = k * _LN2_HIGH
    high = large + 2.0 * h
    low = ((large - high) + 2.0 * h) + (2.0 * h_low + k * _LN2_LOW)
    total = high + low
    return total, (high - total) + low


@exact
def _with_cases(x, y, size):
    """A power from its magnitude: signs, and what C99 lays down for zeros, ones, infinities."""
    whole = round_down(y) == y
    odd = whole & (round_down(0.5 * y) != 0.5 * y)
    p = select(abs(x) == 1.0, 1.0, size)
    p = select(odd & (bits_of(x) < 0), -p, p)
    p = select((x < 0.0) & (x > -_INF) & (not whole), _NAN, p)
    p = select((x != x) | (y != y), _NAN, p)
    return select((x == 1.0) | (y == 0.0), 1.0, p)


@exact
def pow_f8(x, y):
    """At most 1 ulp; exact where the power is an integer below 2**53."""
    size = abs(x)
    ordinary = (size > 0.0) & (size < _INF)
    high, low = _log_as_sum(select(ordinary, size, 1.0))
    high = select(size == 0.0, -_INF, select(size == _INF, _INF, high))
    product = y * high
    error = fma(y, high, -product) + y * low
    error = select(abs(product) < 800.0, error, 0.0)
    return _with_cases(x, y, exp_of_sum(product, error))


@fast
def pow_f4(x, y):
    """At most 1 ulp, in double precision."""
    a, b = float64(x), float64(y)
    return float32(_with_cases(a, b, exp_f8(b * log_f8(abs(a)))))


@exact
def cbrt_f8(x):
    """At most 1 ulp: two steps of Halley's method, the second with the exact residual."""
    size = abs(x)
    tiny = size < 2.2250738585072014e-308
    scaled = select(tiny, size * 18014398509481984.0, size)  # 2**54
    bits = bits_of(scaled)
    third = ((float64(bits >> 52) - 1024.0) * _THIRD + _ROUND) - _ROUND
    shift = int64(third)
    m = from_bits(bits - ((3 * shift) << 52))  # between 1 and 8
    p = -0.0002882199346276574
    p = p * m + 0.0069891694835587225
    p = p * m - 0.06797280035500547
    p = p * m + 0.4121814779629245
    p = p * m + 0.6538962985569791
    cube = p * p * p
    p = p * ((cube + 2.0 * m) / (2.0 * cube + m))
    square = p * p
    residual = fma(square, p, -m) + fma(p, p, -square) * p
    p = p - p * (residual / (2.0 * square * p + m))
    y = p * from_bits((shift + 1023) << 52)
    y = math.copysign(select(tiny, y * 3.814697265625e-06, y), x)
    return select((size > 0.0) & (size < _INF), y, x)


@fast
def hypot_f8(x, y):
    """At most 1.5 ulp: the root of a sum of squares, scaled if they would over- or underflow."""
    a, b = abs(x), abs(y)
    larger = select(a > b, a, b)
    huge, tiny = larger > _2_TO_500, larger < _2_TO_MINUS_450
    scale = select(huge, _2_TO_MINUS_600, select(tiny, _2_TO_600, 1.0))
    back = select(huge, _2_TO_600, select(tiny, _2_TO_MINUS_600, 1.0))
    p, q = a * scale, b * scale
    length = math.sqrt(fma(p, p, q * q)) * back
    return select((a == _INF) | (b == _INF), _INF, length)


@fast
def hypot_f4(x, y):
    """At most 1 ulp, in double precision."""
    a, b = float64(x), float64(y)
    length = math.sqrt(a * a + b * b)
    return float32(select((abs(a) == _INF) | (abs(b) == _INF), _INF, length))


cbrt_f4 = in_double(cbrt_f8)
