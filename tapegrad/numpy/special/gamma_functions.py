"""Gamma and beta functions, their incomplete integrals, and what is counted with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import plain
from tapegrad.numpy.special.making import constant, family, floating, model_of, special_function
from tapegrad.numpy.universal import step_of
from tapegrad.ops import combinatorial, incomplete_inverses  # noqa: F401 - of the table
from tapegrad.ops import zeta as _of_the_table  # noqa: F401
from tapegrad.ops.gamma_functions import multigammaln as engine_multigammaln


def _gammaln(x: Tensor) -> Any:
    return R.where(R.equal(x, constant(x, -np.inf)), x, R.lgamma(x))


def _loggamma(x: Tensor) -> Any:
    return R.where(R.less(x, constant(x, 0.0)), constant(x, np.nan), R.lgamma(x))


def _psi(x: Tensor) -> Any:
    pole = computed(lambda a: np.copysign(a.dtype.type(np.inf), -a), x)
    return R.where(R.equal(x, constant(x, 0.0)), pole, R.digamma(x))


family(
    ("gamma", "gamma", "z", "Gamma function.", "[0.5, 5.0]"),
    ("gammaln", _gammaln, "x", "Logarithm of the gamma function's absolute value.", "[0.5, 5.0]"),
    ("loggamma", _loggamma, "z", "Principal branch of the gamma function's logarithm.", "5.0"),
    ("gammasgn", step_of(model_of("gammasgn")), "x", "Sign of the gamma function.", "[-0.5, 5.0]"),
    ("psi", _psi, "z", "Digamma function, the derivative of `gammaln`.", "[0.5, 5.0]"),
    ("rgamma", "rgamma", "z", "Reciprocal of the gamma function.", "[-1.0, 5.0]"),
    ("poch", "poch", "z m", "Rising factorial ``gamma(z + m) / gamma(z)``.", "[0.5, 5.0], 2"),
    ("beta", "beta", "a b", "Beta function.", "[0.5, 5.0], 2.0"),
    ("betaln", "betaln", "a b", "Logarithm of the beta function's absolute value.", "0.5, 2.0"),
    ("binom", "binom", "x y", "Binomial coefficient of real numbers.", "[4.0, 2.5], 2.0"),
    ("gammainc", "igamma", "a x", "Regularised lower incomplete gamma function.", "2.0, 1.0"),
    ("gammaincc", "igammac", "a x", "Regularised upper incomplete gamma function.", "2.0, 1.0"),
    ("gammaincinv", "gammaincinv", "a y", "Inverse of `gammainc` in x.", "2.0, 0.5"),
    ("gammainccinv", "gammainccinv", "a y", "Inverse of `gammaincc` in x.", "2.0, 0.5"),
    ("betainc", "betainc", "a b x", "Regularised incomplete beta function.", "2.0, 3.0, 0.5"),
    ("betaincc", "betaincc", "a b x", "Complement of `betainc`.", "2.0, 3.0, 0.5"),
    ("betaincinv", "betaincinv", "a b y", "Inverse of `betainc` in x.", "2.0, 3.0, 0.5"),
    ("betainccinv", "betainccinv", "a b y", "Inverse of `betaincc` in x.", "2.0, 3.0, 0.5"),
    ("zetac", "zetac", "x", "Riemann's zeta function minus 1.", "[2.0, 30.0]"),
)


@special_function("np.special.zeta([2.0, 4.0])", q="The shift; by default 1.")
def zeta(x: Any, q: Any = None, out: Any = None) -> Any:
    """Riemann's zeta function, or with `q` Hurwitz's, which is NaN for `x` below 1."""
    s, shift = floating(x, 1.0 if q is None else q)
    above = R.zeta(s, shift)
    if q is not None:
        return above
    one = constant(s, 1.0)
    return R.where(R.less(s, one), R.add(R.zetac(s), one), above)


@special_function(
    "np.special.polygamma(1, [1.0, 2.0])",
    n="The order, a whole number: which derivative of `psi`.",
)
def polygamma(n: Any, x: Any) -> Any:
    """Derivative of some order of the digamma function."""
    order, point = floating(n, x)
    return R.where(R.equal(order, constant(order, 0.0)), _psi(point), R.polygamma(order, point))


@special_function(
    "np.special.multigammaln(3.0, 2)",
    a="Numbers above ``(d - 1) / 2``.",
    d="The number of rows of the matrices that are integrated over.",
)
def multigammaln(a: Any, d: Any) -> Any:
    """Logarithm of the multivariate gamma function."""
    (x,) = floating(a)
    if not isinstance(d, (int, np.integer, float)) or d != int(d):
        raise ValueError("d should be a positive integer (dimension)")
    if np.any(x._value <= 0.5 * (d - 1)):
        raise ValueError(f"condition a ({x._value}) > 0.5 * (d-1) ({0.5 * (d - 1)}) not met")
    return engine_multigammaln(x, int(d))


_COUNTED = {
    "N": "The number of things.",
    "k": "The number of them that are taken.",
    "exact": "Whether to count with Python's integers, without a derivative.",
    "repetition": "Whether a thing may be taken again.",
}


def _choices(count: Any, N: Any, k: Any) -> Any:
    """The count where there is something to choose, else 0."""
    n, taken = floating(N, k)
    zero = constant(n, 0.0)
    possible = R.logical_and(
        R.greater_equal(taken, zero),
        R.logical_and(R.greater_equal(n, taken), R.greater_equal(n, zero)),
    )
    return R.where(possible, count(n, taken), zero)


@special_function("np.special.comb(4.0, 2)", **_COUNTED)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """Number of ways to take `k` of `N` things without regard to order."""
    if exact:
        return special.comb(plain(N), plain(k), exact=True, repetition=repetition)
    if repetition:
        n, taken = floating(N, k)
        return comb(n + taken - 1.0, taken)
    return _choices(R.binom, N, k)


@special_function("np.special.perm(4.0, 2)", **_COUNTED)
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """Number of ways to take `k` of `N` things in some order."""
    if exact:
        return special.perm(plain(N), plain(k), exact=True)
    return _choices(lambda n, k: R.poch(n - k + 1.0, k), N, k)
