"""Orthogonal polynomials of a degree n: https://dlmf.nist.gov/18.9.

Derivatives are polynomials of one degree less and of shifted parameters; those of degree 0 are 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF, missing
from tapegrad.ops import select  # noqa: F401 - used by rules as F.maximum
from tapegrad.ops.scipy_forward import from_scipy, of_whole_number, require_float

_BY_PARAMETER = missing(
    "orthogonal polynomials are differentiated by their variable, not by their parameters"
)


def _of_degree(name: str) -> Any:
    """SciPy's polynomial; for whole degrees by recurrence, which takes integers."""

    def forward(n: Any, *arrays: Any) -> Any:
        from scipy import special

        dtype = require_float(arrays[-1])
        degree = np.asarray(n)
        if (degree == np.floor(degree)).all():
            degree = degree.astype(np.int64)
        arrays = tuple([a.astype(np.float64) for a in arrays])
        return np.asarray(getattr(special, name)(degree, *arrays)).astype(dtype)[()]

    return forward


def _of_whole_degree(name: str) -> Any:
    """SciPy's polynomial, where it is defined for whole degrees alone."""

    def forward(n: Any, x: Any) -> Any:
        from scipy import special

        dtype = require_float(x)
        found = of_whole_number(getattr(special, name), n, x.astype(np.float64))
        return found.astype(dtype)[()]

    return forward


def _lower(F: Any, n: Any, slope: Any) -> Any:
    """A derivative, as a function of the degree below; 0 for degree 0."""
    constant = F.equal(n, 0.0)
    value = slope(F.where(constant, 1.0 + n, n) - 1.0)
    return F.where(constant, 0.0 * value, value)


elementwise(
    "eval_jacobi",
    _of_degree("eval_jacobi"),
    NONDIFF,
    _BY_PARAMETER,
    _BY_PARAMETER,
    lambda F, a, b, c, d: _lower(
        F, a, lambda n: 0.5 * (a + b + c + 1.0) * F.eval_jacobi(n, b + 1.0, c + 1.0, d)
    ),
)
elementwise(
    "eval_gegenbauer",
    _of_degree("eval_gegenbauer"),
    NONDIFF,
    _BY_PARAMETER,
    lambda F, a, b, c: _lower(F, a, lambda n: 2.0 * b * F.eval_gegenbauer(n, b + 1.0, c)),
)
elementwise(
    "eval_genlaguerre",
    _of_degree("eval_genlaguerre"),
    NONDIFF,
    _BY_PARAMETER,
    lambda F, a, b, c: _lower(F, a, lambda n: -F.eval_genlaguerre(n, b + 1.0, c)),
)
elementwise(
    "eval_legendre",
    _of_degree("eval_legendre"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: 0.5 * (a + 1.0) * _jacobi(F, n, 1.0, b)),
)
elementwise(
    "eval_laguerre",
    _of_degree("eval_laguerre"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: -F.eval_genlaguerre(n, 1.0 + 0.0 * n, b)),
)
elementwise(
    "eval_chebyt",
    _of_degree("eval_chebyt"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: a * F.eval_chebyu(n, b)),
)
elementwise(
    "eval_chebyu",
    _of_degree("eval_chebyu"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: 2.0 * F.eval_gegenbauer(n, 2.0 + 0.0 * n, b)),
)
elementwise(
    "eval_hermite",
    _of_whole_degree("eval_hermite"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: 2.0 * a * F.eval_hermite(n, b)),
)
elementwise(
    "eval_hermitenorm",
    _of_whole_degree("eval_hermitenorm"),
    NONDIFF,
    lambda F, a, b: _lower(F, a, lambda n: a * F.eval_hermitenorm(n, b)),
)


def _jacobi(F: Any, n: Any, parameter: float, x: Any) -> Any:
    shift = parameter + 0.0 * n
    return F.eval_jacobi(n, shift, shift, x)


def _spherical_legendre(n: Any, m: Any, theta: Any) -> Any:
    from scipy.special import sph_legendre_p

    dtype = require_float(theta)
    degree, order = np.asarray(n).astype(np.int64), np.asarray(m).astype(np.int64)
    found = np.asarray(sph_legendre_p(degree, order, theta.astype(np.float64)))
    shape = np.broadcast_shapes(np.shape(n), np.shape(m), np.shape(theta))
    return found.reshape(shape).astype(dtype, copy=False)[()]


def _spherical_slope(F: Any, a: Any, b: Any, c: Any) -> Any:
    """By the functions of the neighbouring orders, which are smooth at the poles, too."""
    up = F.sqrt(F.maximum((a - b) * (a + b + 1.0), 0.0)) * F.sph_legendre_p(a, b + 1.0, c)
    down = F.sqrt(F.maximum((a + b) * (a - b + 1.0), 0.0)) * F.sph_legendre_p(a, b - 1.0, c)
    slope = 0.5 * (up - down)
    # They are functions of the cosine, whose angle goes back after half a turn.
    return F.where(F.less(F.sin(c), 0.0), -slope, slope)


# https://dlmf.nist.gov/14.30
elementwise("sph_legendre_p", _spherical_legendre, NONDIFF, NONDIFF, _spherical_slope)
# https://dlmf.nist.gov/14.10.E5, infinite at the ends where the function is.
elementwise(
    "lpmv",
    from_scipy("lpmv"),
    NONDIFF,
    missing("Legendre functions are differentiated by their variable, not by their degree"),
    lambda F, a, b, c, y: (b * c * y - (a + b) * F.lpmv(a, b - 1.0, c)) / (c * c - 1.0),
)
