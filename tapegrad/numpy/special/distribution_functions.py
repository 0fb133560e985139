"""Distribution functions, their complements and inverses, as SciPy names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.special.making import constant, family
from tapegrad.ops import distribution_functions, incomplete_inverses  # noqa: F401 - of the table


def _fdtr(dfn: Tensor, dfd: Tensor, x: Tensor) -> Any:
    return R.betainc(0.5 * dfn, 0.5 * dfd, dfn * x / (dfd + dfn * x))


def _fdtrc(dfn: Tensor, dfd: Tensor, x: Tensor) -> Any:
    return R.betainc(0.5 * dfd, 0.5 * dfn, dfd / (dfd + dfn * x))


def _fdtri(dfn: Tensor, dfd: Tensor, p: Tensor) -> Any:
    share = R.betaincinv(0.5 * dfn, 0.5 * dfd, p)
    rest = R.betainccinv(0.5 * dfd, 0.5 * dfn, p)
    return dfd * share / (dfn * rest)


def _within(inside: Callable[..., Any], at_least: float, at_most: float) -> Callable[..., Any]:
    """Of a number k of events among n: constant below 0, and from n on."""

    def compute(k: Tensor, n: Tensor, p: Tensor) -> Any:
        whole = R.floor(k)
        zero, one = constant(k, 0.0), constant(k, 1.0)
        valid = R.logical_and(R.less(whole, n), R.greater_equal(whole, zero))
        safe_k = R.where(valid, whole, zero)
        safe_n = R.where(valid, n, one)
        value = inside(safe_k, safe_n, p)
        beyond = R.where(R.less(whole, zero), constant(k, at_least), constant(k, at_most))
        outside = R.logical_or(
            R.logical_not(R.less_equal(whole, n)),  # also if one of them is NaN
            R.logical_or(R.less(p, zero), R.greater(p, one)),
        )
        beyond = R.where(outside, constant(k, np.nan), beyond)
        return R.where(valid, value, beyond)

    return compute


family(
    ("chdtr", lambda v, x: R.igamma(0.5 * v, 0.5 * x), "v x", "Chi-square distribution.", "2, 1.0"),
    (
        "chdtrc",
        lambda v, x: R.igammac(0.5 * v, 0.5 * x),
        "v x",
        "Complement of the chi-square distribution.",
        "2, 1.0",
    ),
    (
        "chdtri",
        lambda v, p: 2.0 * R.gammainccinv(0.5 * v, p),
        "v p",
        "Inverse of `chdtrc` in x.",
        "2, 0.5",
    ),
    ("chndtr", "chndtr", "x df nc", "Noncentral chi-square distribution.", "1.0, 2, 0.5"),
    ("stdtr", "stdtr", "df t", "Student's distribution.", "3, [0.0, 1.0]"),
    ("stdtrit", "stdtrit", "df p", "Quantile of Student's distribution.", "3, [0.5, 0.9]"),
    ("stdtridf", "stdtridf", "p t", "Inverse of `stdtr` in df.", "0.75, 0.7"),
    (
        "chdtriv",
        lambda p, x: 2.0 * R.gdtrib(constant(p, 0.5), p, x),
        "p x",
        "Inverse of `chdtr` in v.",
        "0.5, 1.0",
    ),
    ("gdtrib", "gdtrib", "a p x", "Inverse of `gdtr` in b.", "1.0, 0.5, 2.0"),
    (
        "pdtrik",
        lambda p, m: R.gdtrib(constant(p, 1.0), 1.0 - p, m) - 1.0,
        "p m",
        "Inverse of `pdtr` in k.",
        "0.5, 2.0",
    ),
    ("btdtria", "btdtria", "p b x", "Inverse of `betainc` in a.", "0.5, 2.0, 0.5"),
    ("btdtrib", "btdtrib", "a p x", "Inverse of `betainc` in b.", "2.0, 0.5, 0.5"),
    ("fdtr", _fdtr, "dfn dfd x", "F distribution.", "2, 3, 1.0"),
    ("fdtrc", _fdtrc, "dfn dfd x", "Complement of the F distribution.", "2, 3, 1.0"),
    ("fdtri", _fdtri, "dfn dfd p", "Quantile of the F distribution.", "2, 3, 0.5"),
    ("gdtr", lambda a, b, x: R.igamma(b, a * x), "a b x", "Gamma distribution.", "1.0, 2.0, 1.0"),
    (
        "gdtrc",
        lambda a, b, x: R.igammac(b, a * x),
        "a b x",
        "Complement of the gamma distribution.",
        "1.0, 2.0, 1.0",
    ),
    (
        "gdtria",
        lambda p, b, x: R.gammaincinv(b, p) / x,
        "p b x",
        "Inverse of `gdtr` in a.",
        "0.5, 2.0, 1.0",
    ),
    (
        "gdtrix",
        lambda a, b, p: R.gammaincinv(b, p) / a,
        "a b p",
        "Inverse of `gdtr` in x.",
        "1.0, 2.0, 0.5",
    ),
    (
        "pdtr",
        lambda k, m: R.igammac(R.floor(k) + 1.0, m),
        "k m",
        "Poisson distribution.",
        "2, [0.5, 1.0]",
    ),
    (
        "pdtrc",
        lambda k, m: R.igamma(R.floor(k) + 1.0, m),
        "k m",
        "Complement of the Poisson distribution.",
        "2, [0.5, 1.0]",
    ),
    (
        "pdtri",
        lambda k, y: R.gammainccinv(R.floor(k) + 1.0, y),
        "k y",
        "Inverse of `pdtr` in m.",
        "2, 0.5",
    ),
    (
        "bdtr",
        _within(lambda k, n, p: R.betaincc(k + 1.0, n - k, p), np.nan, 1.0),
        "k n p",
        "Binomial distribution.",
        "2, 5, [0.25, 0.5]",
    ),
    (
        "bdtrc",
        _within(lambda k, n, p: R.betainc(k + 1.0, n - k, p), 1.0, 0.0),
        "k n p",
        "Complement of the binomial distribution.",
        "2, 5, [0.25, 0.5]",
    ),
    (
        "bdtri",
        _within(lambda k, n, y: R.betainccinv(k + 1.0, n - k, y), np.nan, np.nan),
        "k n y",
        "Inverse of `bdtr` in p.",
        "2, 5, 0.5",
    ),
    (
        "nbdtr",
        lambda k, n, p: R.betainc(n, R.floor(k) + 1.0, p),
        "k n p",
        "Negative binomial distribution.",
        "2, 5, [0.25, 0.5]",
    ),
    (
        "nbdtrc",
        lambda k, n, p: R.betaincc(n, R.floor(k) + 1.0, p),
        "k n p",
        "Complement of the negative binomial distribution.",
        "2, 5, [0.25, 0.5]",
    ),
    (
        "nbdtri",
        lambda k, n, y: R.betaincinv(n, R.floor(k) + 1.0, y),
        "k n y",
        "Inverse of `nbdtr` in p.",
        "2, 5, 0.5",
    ),
    (
        "nrdtrimn",
        lambda p, std, x: x - std * R.ndtri(p),
        "p std x",
        "Mean of a normal distribution, of which a quantile is known.",
        "0.5, 1.0, 2.0",
    ),
    (
        "nrdtrisd",
        lambda mn, p, x: (x - mn) / R.ndtri(p),
        "mn p x",
        "Standard deviation of a normal distribution, of which a quantile is known.",
        "0.0, 0.75, 2.0",
    ),
)
