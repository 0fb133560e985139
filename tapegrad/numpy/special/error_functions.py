"""The error function and its relatives, Fresnel's and other integrals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type
from tapegrad.numpy.special.making import constant, family, floating, special_function
from tapegrad.ops import complex as engine_complex
from tapegrad.ops import (  # noqa: F401 - of the table
    distribution_functions,
    error_functions,
    faddeeva,
    integrals,
)
from tapegrad.ops import lambertw as _lambertw  # noqa: F401


def _voigt_profile(x: Tensor, sigma: Tensor, gamma: Tensor) -> Any:
    """By Faddeeva's function; without a Gaussian part it is Lorentz's profile."""
    zero, one = constant(x, 0.0), constant(x, 1.0)
    narrow = R.equal(sigma, zero)
    width = R.where(narrow, one, sigma)
    z = engine_complex.complex(*_of_one_shape(x / width, gamma / width)) / math.sqrt(2.0)
    gaussian = R.real(R.wofz(z)) / (width * math.sqrt(2.0 * math.pi))
    square = x * x + gamma * gamma
    peak = R.where(R.equal(square, zero), constant(x, np.inf), zero)
    lorentzian = gamma / (math.pi * R.where(R.equal(square, zero), one, square)) + peak
    return R.where(narrow, lorentzian, gaussian)


def _of_one_shape(a: Tensor, b: Tensor) -> tuple[Any, Any]:
    shape = np.broadcast_shapes(a._value.shape, b._value.shape)
    return R.broadcast_to(a, to=shape), R.broadcast_to(b, to=shape)


def _pair(first: str, second: str) -> Any:
    return lambda x: (getattr(R, first)(x), getattr(R, second)(x))


family(
    ("erf", "erf", "z", "Error function.", "[0.0, 1.0]"),
    ("erfc", "erfc", "x", "Complementary error function ``1 - erf(x)``.", "[0.0, 5.0]"),
    ("erfcx", "erfcx", "x", "Scaled complementary error function.", "[0.0, 100.0]"),
    ("erfi", "erfi", "z", "Imaginary error function ``-i erf(i z)``.", "[0.0, 1.0]"),
    ("erfinv", "erfinv", "y", "Inverse of the error function.", "[0.0, 0.5]"),
    ("erfcinv", "erfcinv", "y", "Inverse of the complementary error function.", "[1.0, 0.5]"),
    ("dawsn", "dawsn", "x", "Dawson's integral.", "[0.0, 1.0]"),
    ("ndtr", "ndtr", "x", "Distribution function of the normal distribution.", "[0.0, 1.0]"),
    ("ndtri", "ndtri", "y", "Quantile of the normal distribution.", "[0.5, 0.9]"),
    ("ndtri_exp", "ndtri_exp", "y", "Quantile of the logarithm of a probability.", "[-1.0]"),
    ("log_ndtr", "log_ndtr", "x", "Logarithm of `ndtr`, which does not underflow.", "-100.0"),
    ("owens_t", "owens_t", "h a", "Owen's T function.", "0.5, 1.0"),
    (
        "fresnel",
        _pair("fresnel_sin", "fresnel_cos"),
        "z",
        "Fresnel's integrals of sine and cosine.",
        "1.0",
    ),
    (
        "sici",
        _pair("sine_integral", "cosine_integral"),
        "x",
        "Integrals of ``sin(t) / t`` and ``cos(t) / t``.",
        "1.0",
    ),
    (
        "shichi",
        _pair("hyperbolic_sine_integral", "hyperbolic_cosine_integral"),
        "x",
        "Integrals of ``sinh(t) / t`` and ``cosh(t) / t``.",
        "1.0",
    ),
    ("expi", "expint", "x", "Exponential integral Ei.", "[0.5, 1.0]"),
    ("exp1", "exp1", "z", "Exponential integral E1.", "[0.5, 1.0]"),
    ("expn", "expn", "n x", "Exponential integral En.", "2, [0.5, 1.0]"),
    ("spence", "spence", "z", "Spence's function, the dilogarithm of ``1 - z``.", "[1.0, 2.0]"),
    (
        "voigt_profile",
        _voigt_profile,
        "x sigma gamma",
        "Voigt's profile: the density of a Gaussian and a Cauchy variable added up.",
        "0.5, 1.0, 1.0",
    ),
)
family(
    ("wofz", "wofz", "z", "Faddeeva's function ``exp(-z**2) erfc(-i z)``.", "1.0 + 1.0j"),
    complex_too=True,
)


@special_function(
    "np.special.lambertw([0.0, 1.0])",
    z="The numbers.",
    k="The branch; 0 is the principal one.",
    tol="Without effect: the value is SciPy's for its default.",
)
def lambertw(z: Any, k: int = 0, tol: float = 1e-8) -> Any:
    """Lambert's W, the solution w of ``w exp(w) = z``, as complex numbers."""
    (x,) = floating(z)
    return R.lambertw(of_type(x, np.dtype(np.complex128)), k=int(k))
