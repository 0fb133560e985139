"""Hurwitz's zeta function, with derivatives of every order in both arguments."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.tensor import Tensor
from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.side_integrals import by_chunks

__all__ = ("zeta",)

# So many terms are added one by one; the rest is Euler's and Maclaurin's formula.
_TERMS = 12
_CORRECTIONS = 12


@cache
def _bernoulli() -> tuple[float, ...]:
    """``B_2j / (2j)!`` for j from 1 on: twice a zeta value over a power of 2 pi."""
    from scipy.special import zeta

    return tuple(
        -((-1.0) ** j) * 2.0 * float(zeta(2 * j)) / (2.0 * math.pi) ** (2 * j)
        for j in range(1, _CORRECTIONS + 1)
    )


def _zeta_slope(s: Any, q: Any, *, n: int) -> Any:
    return by_chunks(lambda s, q: _slope(s, q, n), (s, q), require_float(q))


def _slope(s: Any, q: Any, n: int) -> Any:
    """The derivative of order `n` with respect to the exponent, by Euler's and Maclaurin's formula.

    All terms are power series in the change of the exponent, cut after order `n`.
    """
    # Riemann's function goes on below 1, where the formula has lost few digits down to -2.
    inside = (s > 1) | ((s >= -2) & (s != 1) & (q == 1))
    inside = inside & (q > 0) & np.isfinite(s) & np.isfinite(q)
    pole = (s == 1) & (q > 0)
    border = np.where(pole, (-1.0) ** n * np.inf, np.where((s == np.inf) & (q >= 1), 0.0, np.nan))
    s, q = np.where(inside, s, 2.0), np.where(inside, q, 1.0)
    scale = math.factorial(n)
    total: Any = 0.0
    for k in range(_TERMS):
        total = total + (q + k) ** -s * (-np.log(q + k)) ** n
    # (q + k)^-(s + e) = p sum of power[i] e^i, with p = (q + k)^-s.
    base = q + _TERMS
    falling = -np.log(base)
    power = [falling**i / math.factorial(i) for i in range(n + 1)]
    ends = [0.5 * part for part in power]
    inverse = [(-1.0) ** i / (s - 1.0) ** (i + 1) for i in range(n + 1)]
    ends = [e + base * i for e, i in zip(ends, _times(power, inverse, n), strict=True)]
    rising = power
    shift = 0.0
    for j, weight in enumerate(_bernoulli(), start=1):
        for _ in range(1 if j == 1 else 2):
            rising = _times(rising, [s + shift, np.ones_like(s)][: n + 1], n)
            shift += 1.0
        rising = [part / base for part in rising] if j == 1 else [part / base**2 for part in rising]
        ends = [e + weight * part for e, part in zip(ends, rising, strict=True)]
    total = total + base**-s * ends[n] * scale
    return np.where(inside, total, border)


def _times(first: list[Any], second: list[Any], n: int) -> list[Any]:
    """The product of two power series up to order `n`."""
    return [
        sum((first[i - k] * second[k] for k in range(min(i, len(second) - 1) + 1)), start=0.0)
        for i in range(n + 1)
    ]


def _by_q(F: Any, s: Any, q: Any, n: int) -> Any:
    """The derivative of ``-s zeta(s + 1, q)`` of order `n` with respect to `s`."""
    lower = F.zeta(s + 1.0, q) if n == 1 else F.zeta_slope(s + 1.0, q, n=n - 1)
    return -(s * F.zeta_slope(s + 1.0, q, n=n) + float(n) * lower)


general(
    "zeta_slope",
    _zeta_slope,
    lambda F, g, s, q, n, shapes: F.sum_to(g * F.zeta_slope(s, q, n=n + 1), to=shapes[0]),
    lambda F, g, s, q, n, shapes: F.sum_to(g * _by_q(F, s, q, n), to=shapes[1]),
    inputs="s q",
    jvps=[
        lambda F, t, s, q, n: t * F.zeta_slope(s, q, n=n + 1),
        lambda F, t, s, q, n: t * _by_q(F, s, q, n),
    ],
)
_zeta = elementwise(
    "zeta",
    from_scipy("zeta"),
    lambda F, a, b: F.zeta_slope(a, b, n=1),
    lambda F, a, b: -a * F.zeta(a + 1.0, b),
)

# Riemann's zeta function less 1, which keeps its digits where that is small.
elementwise(
    "zetac", from_scipy("zetac"), lambda F, x: F.zeta_slope(x, F.stop_gradient(1.0 + 0.0 * x), n=1)
)


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    r"""Hurwitz's zeta function :math:`\zeta(x, q) = \sum_{n=0}^\infty (q + n)^{-x}`, elementwise.

    The derivative with respect to `q` is :math:`-x\, \zeta(x + 1, q)` [1]_. That with respect to
    `x`, which TensorFlow does not have, is :math:`-\sum \ln(q + n) (q + n)^{-x}`, summed by Euler's
    and Maclaurin's formula [1]_; there are derivatives of every order in both.

    Parameters
    ----------
    x : Tensor
        The exponent, a floating point tensor of numbers above 1.
    q : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `x`. Where it is
        negative, `x` must be a whole number, so that there is no derivative with respect to it:
        NaN.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the operands' dtype and common shape; NaN for `x` below 1.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    References
    ----------
    .. [1] https://dlmf.nist.gov/25.11

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.zeta(2.0, 1.0).numpy().round(4)
    np.float32(1.6449)
    """
    return _zeta(x, q)  # type: ignore[no-any-return]
