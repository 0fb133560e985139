"""The incomplete beta function, with derivatives of every order in all arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import special, transcendental  # noqa: F401 - used by rules as F.polygamma...
from tapegrad.ops.operands import operands_of_one_dtype, require_kinds
from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.side_integrals import bell, by_chunks, integral_over, reach_of

__all__ = ("betainc",)


def three_operands(op: str, a: Any, b: Any, x: Any, last: str) -> list[Any]:
    """Three floating point tensors of one dtype, whose shapes broadcast.

    Raises
    ------
    InvalidArgumentError
        For others.
    """
    operands = operands_of_one_dtype(op, (a, b, x))
    require_kinds(op, operands[0], "f", "float32")
    shapes = [list(v._value.shape) for v in operands]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: the shapes of a, b and {last} do not broadcast: {shapes[0]}, {shapes[1]} and "
            f"{shapes[2]}. Shapes broadcast from the right, where sizes must be equal or 1: use "
            f"tf.reshape or tf.expand_dims."
        ) from None
    return operands


def _betainc_density(a: Any, b: Any, x: Any) -> Any:
    from scipy.special import betaln, xlog1py, xlogy

    dtype = require_float(x)
    a, b, x = (v.astype(np.float64) for v in (a, b, x))
    log_density = xlogy(a - 1.0, x) + xlog1py(b - 1.0, -x) - betaln(a, b)
    return np.exp(log_density).astype(dtype)[()]


def _betainc_slope(a: Any, b: Any, x: Any, *, n: int, m: int) -> Any:
    return by_chunks(lambda a, b, x: _beta_integral(a, b, x, n, m), (a, b, x), require_float(x))


def _beta_integral(a: Any, b: Any, x: Any, n: int, m: int) -> Any:
    """The derivative of I_x(a, b) of order `n` with respect to `a` and `m` to `b`."""
    from scipy.special import betaln, digamma, polygamma

    valid = (a > 0) & (b > 0) & (x >= 0) & (x <= 1) & np.isfinite(a + b)
    inside = valid & (x > 0) & (x < 1)
    a, b, x = np.where(inside, a, 1.0), np.where(inside, b, 1.0), np.where(inside, x, 0.5)
    log_x, log_rest = np.log(x), np.log1p(-x)
    u = log_x - log_rest
    sign = np.where(u < digamma(a) - digamma(b), -1.0, 1.0)
    height = a * log_x + b * log_rest - betaln(a, b)
    mean_a, mean_b = digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)

    def higher(i: int, j: int) -> Any:
        value = polygamma(i + j - 1, a + b)
        if not j:
            value = value - polygamma(i - 1, a)
        if not i:
            value = value - polygamma(j - 1, b)
        return value[:, None]

    def growth(x: Any, d: Any) -> Any:
        """``log(1 - x + x e^d)``, by how much the odds lower both logarithms."""
        near = np.log1p(x * np.expm1(np.minimum(d, 30.0)))
        return np.where(d > 30.0, d + np.log(x + (1.0 - x) * np.exp(-np.abs(d))), near)

    def drop(step: Any) -> Any:
        return (a + b) * growth(x, sign * step) - a * sign * step

    def integrand(step: Any) -> Any:
        d = sign[:, None] * step
        w = growth(x[:, None], d)
        of_a = (log_x - mean_a)[:, None] + d - w
        of_b = (log_rest - mean_b)[:, None] - w
        first = {(1, 0): of_a, (0, 1): of_b}

        def log_derivative(i: int, j: int) -> Any:
            return first[i, j] if (i, j) in first else higher(i, j)

        fall = (a + b)[:, None] * w - a[:, None] * d
        return np.exp(height[:, None] - fall) * bell((n, m), log_derivative)

    reach = reach_of(drop, x.shape)
    left, right = -np.log1p(b), np.log1p(a)
    bends = (left - 37, left - 8, left, 0.5 * (left + right), right, right + 8, right + 37)
    ends = np.sort([np.clip(sign * (bend - u), 0.0, reach) for bend in bends], axis=0)
    total = integral_over(integrand, [*ends, reach])
    return np.where(inside, -sign * total, np.where(valid, 0.0, np.nan))


def _betainc_factor(F: Any, a: Any, b: Any, x: Any, n: int, m: int) -> Any:
    """The derivative of order `n`, `m` of the density with respect to `a`, `b`."""

    def log_derivative(i: int, j: int) -> Any:
        order = float(i + j - 1)
        value = F.polygamma(order, a + b)
        if not j:
            value = value - F.polygamma(order, a)
        if not i:
            value = value - F.polygamma(order, b)
        if i + j > 1:
            return value
        return value + (F.log(x) if i else F.log1p(-x))

    return F.betainc_density(a, b, x) * bell((n, m), log_derivative)


elementwise(
    "betainc_density",
    _betainc_density,
    lambda F, a, b, c, y: y * (F.log(c) + F.digamma(a + b) - F.digamma(a)),
    lambda F, a, b, c, y: y * (F.log1p(-c) + F.digamma(a + b) - F.digamma(b)),
    lambda F, a, b, c, y: y * ((a - 1.0) / c - (b - 1.0) / (1.0 - c)),
)
general(
    "betainc_slope",
    _betainc_slope,
    lambda F, g, a, b, x, n, m, shapes: F.sum_to(
        g * F.betainc_slope(a, b, x, n=n + 1, m=m), to=shapes[0]
    ),
    lambda F, g, a, b, x, n, m, shapes: F.sum_to(
        g * F.betainc_slope(a, b, x, n=n, m=m + 1), to=shapes[1]
    ),
    lambda F, g, a, b, x, n, m, shapes: F.sum_to(
        g * _betainc_factor(F, a, b, x, n, m), to=shapes[2]
    ),
    inputs="a b x",
    jvps=[
        lambda F, t, a, b, x, n, m: t * F.betainc_slope(a, b, x, n=n + 1, m=m),
        lambda F, t, a, b, x, n, m: t * F.betainc_slope(a, b, x, n=n, m=m + 1),
        lambda F, t, a, b, x, n, m: t * _betainc_factor(F, a, b, x, n, m),
    ],
)
_betainc = elementwise(
    "betainc",
    from_scipy("betainc"),
    lambda F, a, b, c: F.betainc_slope(a, b, c, n=1, m=0),
    lambda F, a, b, c: F.betainc_slope(a, b, c, n=0, m=1),
    lambda F, a, b, c: F.betainc_density(a, b, c),
)

elementwise(
    "betaincc",
    from_scipy("betaincc"),
    lambda F, a, b, c: -F.betainc_slope(a, b, c, n=1, m=0),
    lambda F, a, b, c: -F.betainc_slope(a, b, c, n=0, m=1),
    lambda F, a, b, c: -F.betainc_density(a, b, c),
)


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    r"""Regularised incomplete beta function :math:`I_x(a, b)`, elementwise.

    It is :math:`\frac{1}{B(a, b)} \int_0^x t^{a-1} (1-t)^{b-1} dt` [1]_. The derivative with
    respect to `x` is the integrand at `x`. Those with respect to `a` and `b`, which TensorFlow
    does not have, are integrals too, right to about 12 digits; there are derivatives of every
    order.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of positive numbers.
    b : Tensor
        A tensor of the same dtype, of positive numbers.
    x : Tensor
        A tensor of the same dtype, of numbers between 0 and 1. The three shapes must broadcast.
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
    .. [1] https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.betainc(1.0, 1.0, 0.25).numpy()
    np.float32(0.25)
    """
    return _betainc(*three_operands("betainc", a, b, x, "x"))  # type: ignore[no-any-return]
