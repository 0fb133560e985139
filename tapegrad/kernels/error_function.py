"""The error function, its complement and its inverse."""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from tapegrad.kernels.exponential import exp_f8, exp_of_sum
from tapegrad.kernels.inline import exact, fast, in_double
from tapegrad.kernels.intrinsics import fma, select
from tapegrad.kernels.logarithm import log_f8

_INF, _NAN = math.inf, math.nan
_SQRT_2, _SQRT_HALF = 1.4142135623730951, 0.7071067811865476


@exact
def _exp_of_minus_square(x):
    """``exp(-x * x)``, where the rounding error of the square counts."""
    square = x * x
    return exp_of_sum(-square, -fma(x, x, -square))


@fast
def _erf_near_zero(x):
    """Up to 1, with a relative error of ``2**-56``."""
    z = x * x
    p = -7.779472987255476e-10
    p = p * z + 1.3710983000411098e-08
    p = p * z - 1.620631441899542e-07
    p = p * z + 1.644713166783535e-06
    p = p * z - 1.4924712310965889e-05
    p = p * z + 0.00012055293577446517
    p = p * z - 0.0008548325929336319
    p = p * z + 0.005223977606119026
    p = p * z - 0.02686617064311155
    p = p * z + 0.11283791670944185
    p = p * z - 0.3761263890318352
    return x + x * (p * z + 0.1283791670955126)


@fast
def _scaled_erfc(x):
    """``erfc(x) exp(x**2)`` between 1 and 28: a Chebyshev fit of its product with ``1 + 2 x``."""
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
    return p / (1.0 + 2.0 * x)


@fast
def _erfc_of_large(size):
    """For arguments of at least 1."""
    x = select(size > 28.0, 28.0, select(size < 1.0, 1.0, size))
    return _exp_of_minus_square(x) * _scaled_erfc(x)


@fast
def _roughly_scaled_erfc(x):
    """``erfc(x) exp(x**2)`` from 1 on, as exact as ``1 - erfc(x)`` needs it: to ``2**-57``."""
    t = 1.0 / (3.0 + x)
    p = -5541.0813077038665
    p = p * t + 16396.50124977964
    p = p * t - 19634.623708787443
    p = p * t + 12213.414419079592
    p = p * t - 4547.843103856105
    p = p * t + 1313.7955973085748
    p = p * t - 205.23029650920836
    p = p * t + 44.61777099000689
    p = p * t + 1.7697475066641084
    p = p * t + 1.8842400188267945
    p = p * t + 0.5568851834180886
    return p * t + 0.00012685966430841644


@fast
def erf_with_f8(x, e):
    """The error function by means of ``e = exp(-x * x)``, which its derivative needs, too."""
    size = abs(x)
    far = 1.0 - e * _roughly_scaled_erfc(size)
    return select(size < 1.0, _erf_near_zero(x), math.copysign(far, x))


@fast
def erf_f8(x):
    """At most 2 ulp."""
    return erf_with_f8(x, exp_f8(-(x * x)))


@fast
def erfc_f8(x):
    """At most 5 ulp."""
    size = abs(x)
    large = _erfc_of_large(size)
    large = select(size > 27.3, 0.0, large)
    y = select(size < 1.0, 1.0 - _erf_near_zero(x), select(x < 0.0, 2.0 - large, large))
    return select(x != x, x, y)


@exact
def _exp_of_minus_half_square(x):
    """The same of half the square."""
    square = x * x
    return exp_of_sum(-0.5 * square, -0.5 * fma(x, x, -square))


@fast
def ndtr_f8(x):
    """At most 5 ulp: the normal distribution function."""
    size = abs(x)
    inside = select(size > 39.0, 39.0, select(size < _SQRT_2, _SQRT_2, size))
    large = 0.5 * (_exp_of_minus_half_square(inside) * _scaled_erfc(_SQRT_HALF * inside))
    large = select(x < 0.0, large, 1.0 - large)
    near = 0.5 + 0.5 * _erf_near_zero(_SQRT_HALF * x)
    return select(x != x, x, select(size < _SQRT_2, near, large))


@fast
def erfinv_f8(x):
    """At most 5 ulp: Chebyshev fits in ``-log(1 - x**2)`` or its root, after Giles (2011)."""
    size = abs(x)
    w = -log_f8((1.0 - size) * (1.0 + size))
    small = w < 6.25
    root = math.sqrt(select(small, 6.25, w))
    t = select(small, w, 6.25) - 3.125
    p = -2.362369698566107e-22
    p = p * t - 1.6787330615256773e-19
    p = p * t + 1.1027771591500033e-18
    p = p * t + 1.1125794759379464e-17
    p = p * t - 1.290702354613073e-16
    p = p * t + 2.166994626283574e-17
    p = p * t + 6.581955305929239e-15
    p = p * t - 4.0554139746886e-14
    p = p * t - 8.106594456438496e-14
    p = p * t + 2.6335724924608484e-12
    p = p * t - 1.2977505202014966e-11
    p = p * t - 5.4154417754696635e-11
    p = p * t + 1.0512202440121784e-09
    p = p * t - 4.112633104297614e-09
    p = p * t - 2.907038666019143e-08
    p = p * t + 4.2347877672780653e-07
    p = p * t - 1.3654691796592068e-06
    p = p * t - 1.3882523361276876e-05
    p = p * t + 0.0001867342080212427
    p = p * t - 0.0007407025341669402
    p = p * t - 0.006033670871427011
    p = p * t + 0.2401581824255897
    p = p * t + 1.6536545626831027
    near = p
    t = select(root < 4.0, root, 4.0) - 3.25
    p = -3.831039946072411e-10
    p = p * t + 9.071950571029922e-08
    p = p * t - 2.6860975725571463e-07
    p = p * t + 1.832399988132858e-08
    p = p * t + 1.4958263152984917e-06
    p = p * t - 4.013946398190292e-06
    p = p * t + 2.9273722115986924e-06
    p = p * t + 1.2475343474376931e-05
    p = p * t - 4.731952918337189e-05
    p = p * t + 6.828484052292924e-05
    p = p * t + 2.4031363245440546e-05
    p = p * t - 0.00035503751863069763
    p = p * t + 0.0009532893521118177
    p = p * t - 0.0016882755561681802
    p = p * t + 0.0024914420976198813
    p = p * t - 0.0037512085075638536
    p = p * t + 0.0053709145535581985
    p = p * t + 1.0052589676941592
    p = p * t + 3.0838856104922208
    middle = p
    t = select(root > 4.0, root, 4.0) - 5.0
    p = -1.968931701962242e-11
    p = p * t + 4.2883063927487056e-11
    p = p * t + 6.646144734325842e-11
    p = p * t - 4.3752073162016196e-10
    p = p * t + 1.3217356090705066e-09
    p = p * t - 3.471592786518304e-09
    p = p * t + 7.815701028842222e-09
    p = p * t - 1.525464535688987e-08
    p = p * t + 2.9021987809100164e-08
    p = p * t - 6.755650411430056e-08
    p = p * t + 2.290516780486715e-07
    p = p * t - 9.9302927406069e-07
    p = p * t + 4.526052743790951e-06
    p = p * t - 1.9681770719043677e-05
    p = p * t + 7.599527807604776e-05
    p = p * t - 0.00021503011982656274
    p = p * t - 0.0001387193183793902
    p = p * t + 1.0103004648645453
    p = p * t + 4.849906401408584
    y = x * select(small, near, select(root < 4.0, middle, p))
    y = select(size == 1.0, math.copysign(_INF, x), y)
    return select(size > 1.0, _NAN, y)


erfinv_f4 = in_double(erfinv_f8)
ndtr_f4 = in_double(ndtr_f8)
erfc_f4 = in_double(erfc_f8)
