"""Sine, cosine, tangent and their inverses.

Angles are reduced by Cody and Waite with pi / 2 in three parts and fused products, so that nothing
is lost next to its multiples; beyond 1e14 the C library is asked, see `libm`. The kernels on
``[-pi/4, pi/4]`` follow FreeBSD's k_sin.c and k_cos.c; the inverses are Chebyshev fits.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from numba import float32, float64

from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import bits_of, fma, from_bits, round_down, select
from tapegrad.kernels.libm import rarely

_NAN = math.nan
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to integers, in the lowest bits
_TWO_OVER_PI = 0.6366197723675814
# pi / 2 as a sum, and pi / 4.
_P1, _P2, _P3 = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33
_Q1, _Q2 = 0.7853981633974483, 3.061616997868383e-17
_HUGE = 1e14

_huge_sin = rarely("sin", _HUGE)
_huge_cos = rarely("cos", _HUGE)
_huge_tan = rarely("tan", _HUGE)


@exact
def _reduced(x):
    """The number of quarter turns (its last bits), and the remaining angle as a sum of two."""
    shifted = fma(x, _TWO_OVER_PI, _ROUND)
    k = shifted - _ROUND
    a = fma(-k, _P1, x)  # exact
    b = k * _P2
    b_low = fma(k, _P2, -b)
    r = a - b
    back = r - a
    low = ((a - (r - back)) - (b + back)) - fma(k, _P3, b_low)
    high = r + low
    return bits_of(shifted), high, (r - high) + low


@fast
def _sin_kernel(r, low):
    z = r * r
    p = 1.58969099521155010221e-10
    p = p * z - 2.50507602534068634195e-08
    p = p * z + 2.75573137070700676789e-06
    p = p * z - 1.98412698298579493134e-04
    p = p * z + 8.33333333332248946124e-03
    cube = z * r
    return r - ((z * (0.5 * low - cube * p) - low) + cube * 1.66666666666666324348e-01)


@fast
def _cos_kernel(r, low):
    z = r * r
    p = -1.13596475577881948265e-11
    p = p * z + 2.08757232129817482790e-09
    p = p * z - 2.75573143513906633035e-07
    p = p * z + 2.48015872894767294178e-05
    p = p * z - 1.38888888888741095749e-03
    p = p * z + 4.16666666666666019037e-02
    half = 0.5 * z
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (z * z * p - r * low))


@exact
def _turned(k, one, other):
    """``one`` after an even number of quarter turns, else ``other``; minus after two."""
    y = select((k & 1) == 0, one, other)
    return from_bits(bits_of(y) ^ ((k & 2) << 62))


@fast
def sin_f8(x):
    """At most 1 ulp up to 1e14, then as good as the C library's."""
    k, r, low = _reduced(x)
    y = _turned(k, _sin_kernel(r, low), _cos_kernel(r, low))
    y = select(x == 0.0, x, y)
    return select(abs(x) >= _HUGE, _huge_sin(x), y)


@fast
def cos_f8(x):
    """At most 1 ulp up to 1e14, then as good as the C library's."""
    k, r, low = _reduced(x)
    y = _turned(k + 1, _sin_kernel(r, low), _cos_kernel(r, low))
    return select(abs(x) >= _HUGE, _huge_cos(x), y)


@fast
def tan_f8(x):
    """At most 2 ulp up to 1e14, then as good as the C library's."""
    k, r, low = _reduced(x)
    s, c = _sin_kernel(r, low), _cos_kernel(r, low)
    odd = (k & 1) != 0
    y = select(odd, -c, s) / select(odd, s, c)
    y = select(x == 0.0, x, y)
    return select(abs(x) >= _HUGE, _huge_tan(x), y)


@exact
def _reduced_less(x):
    """The same for single precision: an angle that is right to 2**-50 or so."""
    shifted = fma(x, _TWO_OVER_PI, _ROUND)
    k = shifted - _ROUND
    return bits_of(shifted), fma(-k, _P2, fma(-k, _P1, x))


@fast
def _short_sin_kernel(r):
    z = r * r
    p = 2.7171509424376824e-06
    p = p * z - 0.00019839181133439959
    p = p * z + 0.008333328712611648
    p = p * z - 0.1666666663087105
    p = p * z + 0.9999999999955617
    return p * r


@fast
def _short_cos_kernel(r):
    z = r * r
    p = 2.4377694116500734e-05
    p = p * z - 0.0013886594866756585
    p = p * z + 0.041666615925969
    p = p * z - 0.4999999960695406
    p = p * z + 0.9999999999512669
    return p


@fast
def sin_f4(x):
    """At most 1 ulp, in double precision with shorter polynomials."""
    d = float64(x)
    k, r = _reduced_less(d)
    y = _turned(k, _short_sin_kernel(r), _short_cos_kernel(r))
    y = select(d == 0.0, d, y)
    return float32(select(abs(d) >= _HUGE, _huge_sin(d), y))


@fast
def cos_f4(x):
    """At most 1 ulp, in double precision with shorter polynomials."""
    d = float64(x)
    k, r = _reduced_less(d)
    y = _turned(k + 1, _short_sin_kernel(r), _short_cos_kernel(r))
    return float32(select(abs(d) >= _HUGE, _huge_cos(d), y))


@fast
def tan_f4(x):
    """At most 1 ulp, in double precision with shorter polynomials."""
    d = float64(x)
    k, r = _reduced_less(d)
    s, c = _short_sin_kernel(r), _short_cos_kernel(r)
    odd = (k & 1) != 0
    y = select(odd, -c, s) / select(odd, s, c)
    y = select(d == 0.0, d, y)
    return float32(select(abs(d) >= _HUGE, _huge_tan(d), y))


@exact
def _eighths(x):
    """Twice a number rounded (its last bits), and pi times what remains."""
    shifted = 2.0 * x + _ROUND
    r = x - 0.5 * (shifted - _ROUND)
    high = r * (2.0 * _P1)
    return bits_of(shifted), high, fma(r, 2.0 * _P1, -high) + r * (2.0 * _P2)


@fast
def cotangent_of_pi_times(x):
    """Pi times the cotangent of pi times a number; NaN at integers."""
    k, r, low = _eighths(x)
    s, c = _sin_kernel(r, low), _cos_kernel(r, low)
    odd = (k & 1) != 0
    y = (2.0 * _P1) * (select(odd, -s, c) / select(odd, c, s))
    return select((x == round_down(x)) | (abs(x) > 2251799813685248.0), _NAN, y)


# Inverses


@fast
def _asin_excess(t):
    """``asin(s) / s - 1`` for ``t = s**2 <= 1/4``."""
    p = 0.028757871950528664
    p = p * t - 0.014851916576046951
    p = p * t + 0.017400897906589077
    p = p * t + 0.005457500096667434
    p = p * t + 0.010322815852339485
    p = p * t + 0.01147917719077094
    p = p * t + 0.013971212995845226
    p = p * t + 0.017352392719417596
    p = p * t + 0.022372172942209625
    p = p * t + 0.030381944138529803
    p = p * t + 0.04464285714635545
    p = p * t + 0.07499999999998433
    p = p * t + 0.16666666666666669
    return p * t


@exact
def _root(t):
    """A square root and what it lacks."""
    s = math.sqrt(t)
    lack = fma(-s, s, t) / (s + s)
    return s, select(t > 0.0, lack, 0.0)


@exact
def _right_angle_minus(a, low):
    high = _P1 - a
    return high + (((_P1 - high) - a) + (_P2 - low))


@fast
def asin_f8(x):
    """At most 1 ulp."""
    size = abs(x)
    small = size <= 0.5
    t = select(small, x * x, 0.5 - 0.5 * size)
    s, lack = _root(t)
    e = _asin_excess(t)
    large = _right_angle_minus(2.0 * s, 2.0 * (s * e + lack))
    y = select(small, size + size * e, large)
    y = select(size > 1.0, _NAN, y)
    return select(x != x, x, math.copysign(y, x))


@fast
def acos_f8(x):
    """At most 1 ulp."""
    size = abs(x)
    small = size <= 0.5
    t = select(small, x * x, 0.5 - 0.5 * size)
    s, lack = _root(t)
    e = _asin_excess(t)
    near_one = 2.0 * (s + (s * e + lack))
    near_minus_one = 2.0 * (_P1 - (s + ((s * e + lack) - _P2)))
    y = select(x < 0.0, near_minus_one, near_one)
    y = select(small, _P1 - (x - (_P2 - x * e)), y)
    return select(size > 1.0, _NAN, y)


@exact
def _octants(n):
    """``n`` times pi / 4 as a sum of two."""
    high = n * _Q1
    return high, fma(n, _Q1, -high) + n * _Q2


@fast
def _angle(opposite, adjacent, mirrored):
    """The angle of a right triangle, or pi minus it."""
    steep = opposite > adjacent
    a = select(steep, opposite, adjacent)
    b = select(steep, adjacent, opposite)
    middle = b > 0.41421356237309503 * a
    u = select(middle, b - a, b) / select(middle, b + a, a)
    z = u * u
    p = -0.019165906506211375
    p = p * z + 0.03922268882339241
    p = p * z - 0.0508513914870339
    p = p * z + 0.05858089538609499
    p = p * z - 0.06664504610032554
    p = p * z + 0.07692182705246312
    p = p * z - 0.09090904557214266
    p = p * z + 0.11111111014741562
    p = p * z - 0.1428571428466014
    p = p * z + 0.1999999999999549
    p = p * z - 0.3333333333333333
    n = select(middle, 1.0, 0.0)
    n = select(steep, 2.0 - n, n)
    n = select(mirrored, 4.0 - n, n)
    high, low = _octants(n)
    u = select(steep != mirrored, -u, u)
    return high + (u + (u * z * p + low))


@fast
def atan_f8(x):
    """At most 2 ulp."""
    y = _angle(abs(x), 1.0, False)
    y = select(abs(x) > 1e300, _P1, y)
    return select(x != x, x, math.copysign(y, x))


@fast
def atan2_f8(y, x):
    """At most 2 ulp."""
    a, b = abs(y), abs(x)
    larger = select(a > b, a, b)
    scale = select(larger > 1e300, 1e-20, select(larger < 1e-280, 1e20, 1.0))
    a, b = a * scale, b * scale
    infinite = larger == math.inf
    a = select(infinite, select(a == math.inf, 1.0, 0.0), a)
    b = select(infinite, select(b == math.inf, 1.0, 0.0), b)
    b = select(larger == 0.0, 1.0, b)
    angle = math.copysign(_angle(a, b, bits_of(x) < 0), y)
    return select((x != x) | (y != y), x + y, angle)


asin_f4 = in_double(asin_f8)
acos_f4 = in_double(acos_f8)
atan_f4 = in_double(atan_f8)


@fast
def atan2_f4(y, x):
    """At most 1 ulp, in double precision."""
    return float32(atan2_f8(float64(y), float64(x)))
