"""Functions defined by integrals: exponential, Fresnel, Spence, elliptic; and Lambert's W."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops import hypergeometric  # noqa: F401 - used by rules as F.hyp2f1
from tapegrad.ops.describe import FLOATS, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float

__all__ = (
    "ellipe",
    "ellipk",
    "expint",
    "fresnel_cos",
    "fresnel_sin",
    "lambertw",
    "sinc",
    "spence",
)


def _fresnel(place: int) -> Any:
    def forward(x: Any) -> Any:
        from scipy.special import fresnel

        dtype = require_float(x)
        return fresnel(x)[place].astype(dtype, copy=False)[()]

    return forward


def _spence_slope(x: Any) -> Any:
    return np.where(x == 1, x.dtype.type(-1), np.log(x) / (1 - x))[()]


def _ellipd(m: Any) -> Any:
    """``(K(m) - E(m)) / m`` without the quotient: Legendre's integral D."""
    from scipy.special import elliprd

    dtype = require_float(m)
    m = m.astype(np.float64)
    return (elliprd(0.0, 1.0 - m, 1.0) / 3.0).astype(dtype)[()]


def _lambertw(x: Any) -> Any:
    from scipy.special import lambertw as branches

    dtype = require_float(x)
    w = branches(x)
    return np.where(w.imag == 0, w.real, np.nan).astype(dtype)[()]


def _sinc(x: Any) -> Any:
    return np.sinc(x).astype(require_float(x), copy=False)[()]


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
fresnel_cos = elementwise(
    "fresnel_cos",
    _fresnel(1),
    lambda F, x: F.cos(0.5 * math.pi * x * x),
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
    _fresnel(0),
    lambda F, x: F.sin(0.5 * math.pi * x * x),
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
ellipk = elementwise(
    "ellipk",
    from_scipy("ellipk"),
    lambda F, x, y: (y - F.ellipd(x)) / (2.0 * (1.0 - x)),
    doc=unary(
        "Complete elliptic integral of the first kind, of the parameter `x`,\n"
        r":math:`K(x) = \int_0^{\pi/2} (1 - x \sin^2 t)^{-1/2} dt`, elementwise.",
        "tf.math.special.ellipk(0.0).numpy().round(4)",
        "np.float32(1.5708)",
        takes=FLOATS,
        notes="The derivative is :math:`(E - (1 - x) K) / (2 x (1 - x))` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/19.4",
    ),
)
ellipe = elementwise(
    "ellipe",
    from_scipy("ellipe"),
    lambda F, x: -0.5 * F.ellipd(x),
    doc=unary(
        "Complete elliptic integral of the second kind, of the parameter `x`,\n"
        r":math:`E(x) = \int_0^{\pi/2} (1 - x \sin^2 t)^{1/2} dt`, elementwise.",
        "tf.math.special.ellipe(1.0).numpy()",
        "np.float32(1.0)",
        takes=FLOATS,
        notes="The derivative is :math:`(E - K) / (2 x)` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/19.4",
    ),
)
elementwise(
    "ellipd",
    _ellipd,
    lambda F, x: F.hyp2f1(x, a=1.5, b=2.5, c=3.0) * (3.0 * math.pi / 32.0),
)
lambertw = elementwise(
    "lambertw",
    _lambertw,
    lambda F, y: F.exp(-y) / (1.0 + y),
    doc=unary(
        "Principal branch of Lambert's W: the solution of :math:`y e^y = x`, elementwise.",
        "tf.math.special.lambertw(1.0).numpy().round(4)",
        "np.float32(0.5671)",
        takes=FLOATS,
        notes="NaN below :math:`-1/e`. The derivative is :math:`e^{-y} / (1 + y)` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/4.13",
    ),
)
sinc = elementwise(
    "sinc",
    _sinc,
    lambda F, x: F.spherical_jn(math.pi * x, n=1) * -math.pi,
    doc=unary(
        r"Normalised sinc, :math:`\sin(\pi x) / (\pi x)`, elementwise, and 1 at 0.",
        "tf.math.special.sinc([0.0, 0.5]).numpy().round(4)",
        "array([1.    , 0.6366], dtype=float32)",
        takes=FLOATS,
        notes="The derivative is :math:`-\\pi j_1(\\pi x)`, with the spherical Bessel function,\n"
        "which is right at 0 for every order [1]_.\n\n.. [1] https://dlmf.nist.gov/10.49",
    ),
)
