"""Functions defined by integrals: exponential, Fresnel, Spence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.primitive import NONDIFF
from tapegrad.ops import exponentials, sinc  # noqa: F401 - used by rules as F.exprel...
from tapegrad.ops.describe import FLOATS, unary
from tapegrad.ops.scipy_forward import from_scipy, of_whole_number, require_float

__all__ = (
    "exp1",
    "expint",
    "fresnel_cos",
    "fresnel_sin",
    "spence",
)


def _fresnel_wave(x: Any, *, sine: bool) -> Any:
    """Cosine or sine of ``pi x² / 2``, of which whole turns are taken off without rounding."""
    dtype = require_float(x)
    x = x.astype(np.float64)
    # The square is the sum of two numbers: the halves of x have so few digits that theirs is exact.
    high = x * 134217729.0
    high = high - (high - x)
    low = x - high
    square = x * x
    rest = ((high * high - square) + 2.0 * high * low) + low * low
    rest = np.fmod(np.where(np.isfinite(rest), rest, 0.0), 4.0)
    # Folded to the quarter turns about a zero, by differences that are exact near it.
    turn = np.remainder(square, 4.0)
    if sine:
        falls = (turn > 1.0) & (turn < 3.0)
        turn = np.where(falls, 2.0 - turn, np.where(turn >= 3.0, turn - 4.0, turn))
    else:
        falls = turn < 2.0
        turn = np.where(falls, 1.0 - turn, turn - 3.0)
    turn = turn + np.where(falls, -rest, rest)
    return np.sin(0.5 * np.pi * turn).astype(dtype)[()]


def _fresnel_wave_slope(F: Any, g: Any, x: Any, sine: bool) -> Any:
    wave = g * (x * F.fresnel_wave(x, sine=not sine)) * math.pi
    return wave if sine else -wave


def _spence_slope(x: Any) -> Any:
    return np.where(x == 1, x.dtype.type(-1), np.log(x) / (1 - x))[()]


expint = elementwise(
    "expint",
    from_scipy("expi"),
    lambda F, x: F.exp(x) / x,
    doc=unary(
        r"Exponential integral :math:`\mathrm{Ei}(x) = \int_{-\infty}^x e^t / t\; dt`.",
        "tf.math.special.expint(1.0).numpy().round(4)",
        "np.float32(1.8951)",
        takes=FLOATS,
        notes="The derivative is :math:`e^x / x` [1]_.\n\n.. [1] https://dlmf.nist.gov/6.2",
    ),
)
exp1 = elementwise(
    "exp1",
    from_scipy("exp1"),
    lambda F, x: F.exp(-x) / -x,
    doc=unary(
        r"Exponential integral :math:`E_1(x) = \int_x^\infty e^{-t} / t\; dt`, elementwise.",
        "tf.math.special.exp1(1.0).numpy().round(4)",
        "np.float32(0.2194)",
        takes=FLOATS,
        notes="NaN for negative numbers, where it is complex. The derivative is\n"
        ":math:`-e^{-x} / x` [1]_.\n\n.. [1] https://dlmf.nist.gov/6.2",
    ),
)
general("fresnel_wave", _fresnel_wave, _fresnel_wave_slope, inputs="x", jvps=[_fresnel_wave_slope])
fresnel_cos = elementwise(
    "fresnel_cos",
    from_scipy("fresnel", 1),
    lambda F, x: F.fresnel_wave(x, sine=False),
    doc=unary(
        r"Fresnel's integral :math:`C(x) = \int_0^x \cos(\pi t^2 / 2)\; dt`, elementwise.",
        "tf.math.special.fresnel_cos(1.0).numpy().round(4)",
        "np.float32(0.7799)",
        takes=FLOATS,
        notes="Formulas: [1]_.\n\n.. [1] https://dlmf.nist.gov/7.2",
    ),
)
fresnel_sin = elementwise(
    "fresnel_sin",
    from_scipy("fresnel", 0),
    lambda F, x: F.fresnel_wave(x, sine=True),
    doc=unary(
        r"Fresnel's integral :math:`S(x) = \int_0^x \sin(\pi t^2 / 2)\; dt`, elementwise.",
        "tf.math.special.fresnel_sin(1.0).numpy().round(4)",
        "np.float32(0.4383)",
        takes=FLOATS,
        notes="Formulas: [1]_.\n\n.. [1] https://dlmf.nist.gov/7.2",
    ),
)
spence = elementwise(
    "spence",
    from_scipy("spence"),
    lambda F, x: F.spence_slope(x),
    doc=unary(
        r"Spence's integral :math:`\int_1^x \frac{\log t}{1 - t} dt`, elementwise: "
        r":math:`\mathrm{Li}_2(1 - x)`.",
        "tf.math.special.spence(1.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="The derivative is :math:`\\log(x) / (1 - x)`, and -1 at 1 [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/25.12",
    ),
)
elementwise(
    "spence_slope",
    _spence_slope,
    lambda F, x: 0.5 * F.hyp2f1(1.0 - x, a=2.0, b=2.0, c=3.0),
)

# Those of sine and cosine, and E_n: https://dlmf.nist.gov/6.2, https://dlmf.nist.gov/8.19.
elementwise("sine_integral", from_scipy("sici", 0), lambda F, x: F.sinc(x / math.pi))
elementwise("cosine_integral", from_scipy("sici", 1), lambda F, x: F.cos(x) / x)
elementwise(
    "hyperbolic_sine_integral",
    from_scipy("shichi", 0),
    lambda F, x: 0.5 * (F.exprel(x) + F.exprel(-x)),
)
elementwise("hyperbolic_cosine_integral", from_scipy("shichi", 1), lambda F, x: F.cosh(x) / x)


def _expn(n: Any, x: Any) -> Any:
    from scipy.special import expn

    dtype = require_float(x)
    return of_whole_number(expn, n, x).astype(dtype, copy=False)[()]


elementwise(
    "expn",
    _expn,
    NONDIFF,
    lambda F, a, b, y: F.where(F.less(a, 1.0), -y - y / b, -F.expn(F.maximum(a - 1.0, 0.0), b)),
)
