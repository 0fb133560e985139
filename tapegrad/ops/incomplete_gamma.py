"""Incomplete gamma functions, with derivatives of every order in both arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.tensor import Tensor
from tapegrad.ops import special, transcendental  # noqa: F401 - used by rules as F.polygamma...
from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.side_integrals import bell, by_chunks, integral_over, reach_of

__all__ = ("igamma", "igammac")


def _log_gamma_density(a: Any, x: Any) -> Any:
    """``a log(x) - x - lgamma(a)``, for large `a` without the cancellation of large terms."""
    from scipy.special import gammaln

    large = np.maximum(a, 10.0)
    m = (x - large) / large
    bend = np.where(np.abs(m) < 0.5, np.log1p(m), np.log(x / large)) - m
    r = 1.0 / (large * large)
    stirling = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / large
    stirling = stirling - 691 / 360360 * r**5 / large
    far = large * bend - stirling + 0.5 * np.log(large / (2.0 * np.pi))
    return np.where(a >= 10.0, far, a * np.log(x) - x - gammaln(a))


def _igamma_density(a: Any, x: Any) -> Any:
    from scipy.special import gammaln, xlogy

    dtype = require_float(x)
    a, x = a.astype(np.float64), x.astype(np.float64)
    near = xlogy(a - 1.0, x) - x - gammaln(a)
    log_density = np.where((a < 10.0) | (x == 0), near, _log_gamma_density(a, x) - np.log(x))
    valid = (a > 0) & (x >= 0)
    density = np.where(x == np.inf, 0.0, np.exp(log_density))
    return np.where(valid, density, np.nan).astype(dtype)[()]


def _igamma_slope(a: Any, x: Any, *, n: int) -> Any:
    return by_chunks(lambda a, x: _gamma_integral(a, x, n), (a, x), require_float(x))


def _gamma_integral(a: Any, x: Any, n: int) -> Any:
    """The derivative of order `n` of P(a, x) with respect to `a`."""
    from scipy.special import digamma, polygamma

    valid = (a > 0) & (x >= 0) & np.isfinite(a)
    inside = valid & (x > 0) & np.isfinite(x)
    a, x = np.where(inside, a, 1.0), np.where(inside, x, 1.0)
    u, psi = np.log(x), digamma(a)
    sign = np.where(u < psi, -1.0, 1.0)
    height = _log_gamma_density(a, x)
    higher = {i: -polygamma(i - 1, a)[:, None] for i in range(2, n + 1)}

    def drop(step: Any) -> Any:
        return x * (np.expm1(sign * step) - sign * step) + sign * (x - a) * step

    def integrand(step: Any) -> Any:
        d = sign[:, None] * step
        fall = x[:, None] * (np.expm1(d) - d) + (x - a)[:, None] * d
        first = u[:, None] + d - psi[:, None]
        factor = bell((n, 0), lambda i, j: first if i == 1 else higher[i])
        return np.exp(height[:, None] - fall) * factor

    reach = reach_of(drop, x.shape)
    upwards = sign > 0
    ends = [np.where(upwards, np.clip(bend - u, 0.0, reach), 0.0) for bend in (-37, -12, -4, 0)]
    total = integral_over(integrand, [*ends, np.where(upwards, ends[-1], 0.15 * reach), reach])
    return np.where(inside, -sign * total, np.where(valid, 0.0, np.nan))


def _igamma_factor(F: Any, a: Any, x: Any, n: int) -> Any:
    """The derivative of order `n` of the density with respect to `a`."""

    def log_derivative(i: int, j: int) -> Any:
        return F.log(x) - F.digamma(a) if i == 1 else -F.polygamma(float(i - 1), a)

    return F.igamma_density(a, x) * bell((n, 0), log_derivative)


elementwise(
    "igamma_density",
    _igamma_density,
    lambda F, a, b, y: y * (F.log(b) - F.digamma(a)),
    lambda F, a, b, y: y * ((a - 1.0 - b) / b),
)
general(
    "igamma_slope",
    _igamma_slope,
    lambda F, g, a, x, n, shapes: F.sum_to(g * F.igamma_slope(a, x, n=n + 1), to=shapes[0]),
    lambda F, g, a, x, n, shapes: F.sum_to(g * _igamma_factor(F, a, x, n), to=shapes[1]),
    inputs="a x",
    jvps=[
        lambda F, t, a, x, n: t * F.igamma_slope(a, x, n=n + 1),
        lambda F, t, a, x, n: t * _igamma_factor(F, a, x, n),
    ],
)
_igamma = elementwise(
    "igamma",
    from_scipy("gammainc"),
    lambda F, a, b: F.igamma_slope(a, b, n=1),
    lambda F, a, b: F.igamma_density(a, b),
)
_igammac = elementwise(
    "igammac",
    from_scipy("gammaincc"),
    lambda F, a, b: -F.igamma_slope(a, b, n=1),
    lambda F, a, b: -F.igamma_density(a, b),
)


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    r"""Regularised lower incomplete gamma function :math:`P(a, x)`.

    It is :math:`\frac{1}{\Gamma(a)} \int_0^x t^{a-1} e^{-t} dt`.

    The derivative with respect to `x` is :math:`x^{a-1} e^{-x} / \Gamma(a)` [1]_. That with
    respect to `a` is an integral too, right to about 13 digits; there are derivatives of every
    order in both.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of positive numbers.
    x : Tensor
        A tensor of the same dtype, not negative, of a shape that broadcasts with that of `a`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the operands' dtype and common shape; NaN for numbers that are not in the domain.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    References
    ----------
    .. [1] https://dlmf.nist.gov/8.2

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.igamma(1.0, 2.0).numpy().round(4)
    np.float32(0.8647)
    """
    return _igamma(a, x)  # type: ignore[no-any-return]


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    r"""Regularised upper incomplete gamma function :math:`Q(a, x) = 1 - P(a, x)`.

    It is :math:`\frac{1}{\Gamma(a)} \int_x^\infty t^{a-1} e^{-t} dt`.

    The derivative with respect to `x` is :math:`-x^{a-1} e^{-x} / \Gamma(a)` [1]_. That with
    respect to `a` is an integral too, right to about 13 digits; there are derivatives of every
    order in both.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of positive numbers.
    x : Tensor
        A tensor of the same dtype, not negative, of a shape that broadcasts with that of `a`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the operands' dtype and common shape; NaN for numbers that are not in the domain.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    References
    ----------
    .. [1] https://dlmf.nist.gov/8.2

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.igammac(1.0, 2.0).numpy().round(4)
    np.float32(0.1353)
    """
    return _igammac(a, x)  # type: ignore[no-any-return]
