"""Relatives of the error function: inverses, scaled forms, the normal distribution, Owen's T."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops import special  # noqa: F401 - used by rules as F.erf
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float

__all__ = (
    "dawsn",
    "erfcinv",
    "erfcx",
    "log_ndtr",
    "ndtr",
    "ndtri",
    "owens_t",
)

_SQRT_HALF = math.sqrt(0.5)
_SQRT_2_OVER_PI = math.sqrt(2.0 / math.pi)
_2_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_SQRT_2_PI = math.sqrt(2.0 * math.pi)

# From here on a difference of nearly equal numbers gives way to an asymptotic series.
_FAR = 12.0


def _tail(x: Any, sign: float) -> Any:
    """``1/(2 x²) ± 3/(4 x⁴) + 15/(8 x⁶) ± ...``, `sign` being that of every second term."""
    step = 1.0 / (2.0 * x * x)
    term = total = step
    for k in range(3, 25, 2):
        term = term * (sign * k * step)
        total = total + term
    return total


def _erfcx_fall(x: Any) -> Any:
    """``2 / sqrt(pi) - 2 x erfcx(x)``, the derivative of erfcx with its sign turned."""
    from scipy.special import erfcx as scaled

    dtype = require_float(x)
    x = x.astype(np.float64)
    far = x > _FAR
    near = _2_OVER_SQRT_PI - 2.0 * x * scaled(x)
    series = _2_OVER_SQRT_PI * _tail(np.where(far, x, _FAR), -1.0)
    return np.where(far, series, near).astype(dtype)[()]


def _dawsn_slope(x: Any) -> Any:
    """``1 - 2 x dawsn(x)``, the derivative of Dawson's integral."""
    from scipy.special import dawsn as integral

    dtype = require_float(x)
    x = np.abs(x.astype(np.float64))
    far = x > _FAR
    near = 1.0 - 2.0 * x * integral(x)
    series = -_tail(np.where(far, x, _FAR), 1.0)
    return np.where(far, series, near).astype(dtype)[()]


erfcinv = elementwise(
    "erfcinv",
    from_scipy("erfcinv"),
    lambda F, y: F.exp(y * y) / -_2_OVER_SQRT_PI,
    doc=unary(
        "Inverse of the complementary error function, elementwise; NaN outside ``[0, 2]``.",
        "tf.math.erfcinv(0.5).numpy().round(4)",
        "np.float32(0.4769)",
        takes=FLOATS,
        notes="The derivative is :math:`-\\frac{\\sqrt\\pi}{2} e^{y^2}` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/7.17",
    ),
)
ndtr = elementwise(
    "ndtr",
    from_scipy("ndtr"),
    lambda F, x: F.exp(-0.5 * x * x) / _SQRT_2_PI,
    doc=unary(
        "Distribution function of the standard normal distribution,\n"
        r":math:`\Phi(x) = \frac{1}{\sqrt{2\pi}} \int_{-\infty}^x e^{-t^2/2} dt`.",
        "tf.math.special.ndtr(0.0).numpy()",
        "np.float32(0.5)",
        takes=FLOATS,
        notes="Formulas: [1]_.\n\n.. [1] https://dlmf.nist.gov/7.18",
    ),
)
ndtri = elementwise(
    "ndtri",
    from_scipy("ndtri"),
    lambda F, y: F.exp(0.5 * y * y) * _SQRT_2_PI,
    doc=unary(
        r"Quantile of the standard normal distribution: :math:`\Phi^{-1}(x)`, elementwise.",
        "tf.math.ndtri(0.5).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="NaN outside ``[0, 1]``. The derivative is :math:`\\sqrt{2\\pi} e^{y^2/2}` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/7.17",
    ),
)
log_ndtr = elementwise(
    "log_ndtr",
    from_scipy("log_ndtr"),
    lambda F, x: _SQRT_2_OVER_PI / F.erfcx(-_SQRT_HALF * x),
    doc=unary(
        r"Logarithm of the normal distribution function, :math:`\log \Phi(x)`, elementwise.",
        "tf.math.special.log_ndtr(-100.0).numpy().round(2)",
        "np.float32(-5005.52)",
        takes=FLOATS,
        notes="It does not underflow, nor does its derivative\n"
        ":math:`\\sqrt{2/\\pi} / \\mathrm{erfcx}(-x/\\sqrt 2)` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/7.8",
    ),
)
erfcx = elementwise(
    "erfcx",
    from_scipy("erfcx"),
    lambda F, x: -F.erfcx_fall(x),
    doc=unary(
        r"Scaled complementary error function :math:`e^{x^2} \mathrm{erfc}(x)`, elementwise.",
        "tf.math.special.erfcx(1000.0).numpy().round(6)",
        "np.float32(0.000564)",
        takes=FLOATS,
        notes="The derivative is :math:`2 x y - 2/\\sqrt\\pi`, for large `x` by the asymptotic\n"
        "series [1]_, because there the difference cancels.\n\n"
        ".. [1] https://dlmf.nist.gov/7.12",
    ),
)
_erfcx_fall_of = elementwise(
    "erfcx_fall",
    _erfcx_fall,
    lambda F, x, y: 2.0 * (x * y - F.erfcx(x)),
)
dawsn = elementwise(
    "dawsn",
    from_scipy("dawsn"),
    lambda F, x: F.dawsn_slope(x),
    doc=unary(
        r"Dawson's integral :math:`e^{-x^2} \int_0^x e^{t^2} dt`, elementwise.",
        "tf.math.special.dawsn(0.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="The derivative is :math:`1 - 2 x y`, for large `x` by the asymptotic\n"
        "series [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/7.12",
    ),
)
_dawsn_slope_of = elementwise(
    "dawsn_slope",
    _dawsn_slope,
    lambda F, x, y: -2.0 * (F.dawsn(x) + x * y),
)
owens_t = elementwise(
    "owens_t",
    from_scipy("owens_t"),
    lambda F, a, b: F.exp(-0.5 * a * a) * F.erf(_SQRT_HALF * a * b) * (-0.5 / _SQRT_2_PI),
    lambda F, a, b: F.exp(-0.5 * a * a * (1.0 + b * b)) / (2.0 * math.pi * (1.0 + b * b)),
    doc=binary(
        "Owen's T function\n"
        r":math:`T(x, y) = \frac{1}{2\pi} \int_0^y \frac{e^{-x^2 (1+t^2)/2}}{1+t^2} dt`.",
        "tf.math.special.owens_t(0.0, 1.0).numpy()",
        "np.float32(0.125)",
        takes=FLOATS,
        notes="It is the probability of :math:`X > x, 0 < Y < yX` for independent standard normal\n"
        "variables [1]_.\n\n"
        ".. [1] D. B. Owen, Tables for computing bivariate normal probabilities, 1956.",
    ),
)
