"""The logarithm of the gamma function, and its derivative.

From 8 on by Stirling's series (DLMF 5.11); below by the recurrence (DLMF 5.5) from ``[1, 2)``, with
a Chebyshev fit there that has the zeros as factors.
"""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

import math

from tapegrad.kernels.circular import cotangent_of_pi_times
from tapegrad.kernels.inline import fast, in_double
from tapegrad.kernels.intrinsics import round_down, select
from tapegrad.kernels.libm import rarely
from tapegrad.kernels.logarithm import log_f8

_INF, _NAN = math.inf, math.nan
_ZERO, _ZERO_LOW = 1.4616321449683622, 9.549995429965697e-17  # of the digamma function

_lgamma_of_negative = rarely("lgamma", 0.0, below=True)


@fast
def lgamma_f8(x):
    """At most 4 ulp for positive numbers. The C library does negative ones."""
    below = x < 8.0
    low = select(below, x, 1.0)
    whole = round_down(low)
    z = select(low < 1.0, 1.0, low - whole + 1.0)
    z = select(low < 1.0, low + 1.0, z)
    # From z up to x by the factors x - 1, x - 2, ...
    f = select(low >= 2.0, low - 1.0, 1.0)
    f *= select(low >= 3.0, low - 2.0, 1.0)
    f *= select(low >= 4.0, low - 3.0, 1.0)
    f *= select(low >= 5.0, low - 4.0, 1.0)
    f *= select(low >= 6.0, low - 5.0, 1.0)
    f *= select(low >= 7.0, low - 6.0, 1.0)
    f = select(low < 1.0, low, f)
    log = log_f8(select(below, f, x))
    t = z - 1.5
    p = 1.1820969445467145e-05
    p = p * t - 1.8527803997032962e-05
    p = p * t + 1.3584275459130943e-05
    p = p * t - 2.148770252062576e-05
    p = p * t + 4.281642862794779e-05
    p = p * t - 6.793733027397047e-05
    p = p * t + 0.00010541715222185904
    p = p * t - 0.0001685717945035172
    p = p * t + 0.00027130273545114005
    p = p * t - 0.00043803516132580534
    p = p * t + 0.0007115202752051298
    p = p * t - 0.001164411377219605
    p = p * t + 0.0019229162321227923
    p = p * t - 0.0032120742206072908
    p = p * t + 0.005446457842219553
    p = p * t - 0.009425622444829649
    p = p * t + 0.01679709863121395
    p = p * t - 0.03130848750105327
    p = p * t + 0.06291140107456485
    p = p * t - 0.14595989591430594
    p = p * t + 0.4831289505409809
    y = (z - 1.0) * (select(low < 1.0, low - 1.0, z - 2.0) * p)
    y += select(low < 1.0, -log, log)
    inverse = 1.0 / select(below, 8.0, x)
    z = inverse * inverse
    p = 0.17964437236883057
    p = p * z - 0.029550653594771242
    p = p * z + 0.00641025641025641
    p = p * z - 0.0019175269175269176
    p = p * z + 0.0008417508417508417
    p = p * z - 0.0005952380952380953
    p = p * z + 0.0007936507936507937
    p = p * z - 0.002777777777777778
    p = p * z + 0.08333333333333333
    large = ((x - 0.5) * (log - 1.0) + 0.4189385332046727) + p * inverse
    y = select(below, y, large)
    y = select(x == _INF, x, y)
    return select(x < 0.0, _lgamma_of_negative(x), y)


@fast
def digamma_f8(x):
    """At most 8 ulp for positive numbers; at most 1e-14 of the cotangent's size below 0.

    There by the reflection formula (DLMF 5.5.4). Infinite at 0, NaN at the other poles.
    """
    negative = x < 0.0
    x_or_reflected = select(negative, 1.0 - x, x)
    below = x_or_reflected < 8.0
    low = select(below, x_or_reflected, 1.0)
    z = select(low < 1.0, low + 1.0, low - round_down(low) + 1.0)
    # The sum of 1 / (x - 1), 1 / (x - 2), ... down to z, as one fraction.
    above = select(low >= 2.0, 1.0, 0.0)
    under = select(low >= 2.0, low - 1.0, 1.0)
    f = low - 2.0
    above = select(low >= 3.0, above * f + under, above)
    under = select(low >= 3.0, under * f, under)
    f = low - 3.0
    above = select(low >= 4.0, above * f + under, above)
    under = select(low >= 4.0, under * f, under)
    f = low - 4.0
    above = select(low >= 5.0, above * f + under, above)
    under = select(low >= 5.0, under * f, under)
    f = low - 5.0
    above = select(low >= 6.0, above * f + under, above)
    under = select(low >= 6.0, under * f, under)
    f = low - 6.0
    above = select(low >= 7.0, above * f + under, above)
    under = select(low >= 7.0, under * f, under)
    above = select(low < 1.0, -1.0, select(below, above, 1.0))
    under = select(low < 1.0, low, select(below, under, x_or_reflected))
    fraction = above / under
    t = z - 1.5
    p = 0.0002522590506964885
    p = p * t - 0.0003783907897248858
    p = p * t + 0.00023650171719339814
    p = p * t - 0.00035476352053371977
    p = p * t + 0.0007184107969046378
    p = p * t - 0.0010776863967234226
    p = p * t + 0.0015580749137213761
    p = p * t - 0.002337552647103118
    p = p * t + 0.0035187504361950134
    p = p * t - 0.005280903066090605
    p = p * t + 0.007926972735646359
    p = p * t - 0.011908146513976738
    p = p * t + 0.017907250563619775
    p = p * t - 0.026975800029253667
    p = p * t + 0.0407608338843387
    p = p * t - 0.06192213319072707
    p = p * t + 0.09498872445354183
    p = p * t - 0.14840492305485808
    p = p * t + 0.24054248424078478
    p = p * t - 0.4236274212814573
    p = p * t + 0.9510558760318328
    y = ((z - _ZERO) - _ZERO_LOW) * p + fraction
    z = fraction * fraction
    p = -26.456212121212122
    p = p * z + 3.0539543302701198
    p = p * z - 0.4432598039215686
    p = p * z + 0.08333333333333333
    p = p * z - 0.021092796092796094
    p = p * z + 0.007575757575757576
    p = p * z - 0.004166666666666667
    p = p * z + 0.003968253968253968
    p = p * z - 0.008333333333333333
    p = p * z + 0.08333333333333333
    large = log_f8(x_or_reflected) - (0.5 * fraction + p * z)
    y = select(below, y, large)
    y = select(negative, y - cotangent_of_pi_times(x), y)
    y = select(x == 0.0, math.copysign(_INF, -x), y)
    return select(x == _INF, x, y)


lgamma_f4 = in_double(lgamma_f8)
digamma_f4 = in_double(digamma_f8)
