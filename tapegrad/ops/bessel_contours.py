r"""Paths of steepest descent for Bessel functions, on which nothing cancels.

Every Bessel function is an integral of :math:`e^{\phi(t) - \nu t}` over t, with
:math:`\phi = x \sinh t` (J and Y) or :math:`x \cosh t` (I and K): DLMF 10.9 and 10.32. Its
derivative of order n with respect to the order is the same integral with the factor
:math:`(-t)^n`. Where the path is that of steepest descent through the saddle, the exponent has one
phase, so that the derivative divided by the function is a weighted mean of powers of t, right to
nearly all digits however large or small both are. A path is returned as points t and weights
:math:`e^{...} dt` relative to the largest, made by Gauss's rule on panels that end where the
integrand changes its scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.ops.side_integrals import panels, reach_of

# Panels grow by this factor away from a branch point; 40 nodes are then right to 16 digits.
_GRADE = 16.0
# Distances from a bend of the integrand, which dies out exponentially on both sides of it.
_NEAR = (-40.0, -14.0, -5.0, -1.5, 0.0, 1.5, 5.0, 14.0, 40.0)


def real_axis(v: Any, height: Any, saddle: Any, farthest: Any, x: Any) -> tuple[Any, Any]:
    """The real axis: the weight falls by ``v (sinh s - s) + height (cosh s - 1)`` from `saddle`.

    It goes at most `farthest` to the left of the saddle.
    """
    below = np.where(height > v, 1.0, -1.0) * x * x / (height + v)  # height - v

    def right(s: Any, v: Any = v, height: Any = height) -> Any:
        return v * (np.sinh(s) - s) + 2.0 * height * np.sinh(0.5 * s) ** 2

    def left(s: Any, v: Any = v, below: Any = below) -> Any:
        return 2.0 * below * np.sinh(0.5 * s) ** 2 + v * (np.expm1(-s) + s)

    limit = np.maximum(farthest, 0.0)
    low = -np.minimum(reach_of(lambda s: left(np.minimum(s, limit)), v.shape), limit)
    high = reach_of(right, v.shape)
    plateau = np.arcsinh(1.0 / x) - saddle
    s, weights = panels(low, high, [np.zeros_like(v), *_NEAR, *(plateau + step for step in _NEAR)])
    column = (v[:, None], height[:, None])
    fall = np.where(
        s > 0,
        right(np.maximum(s, 0.0), *column),
        left(np.maximum(-s, 0.0), column[0], below[:, None]),
    )
    return saddle[:, None] + s, weights * np.exp(-fall)


def saddle_curve(v: Any, x: Any, sign: float) -> tuple[Any, Any]:
    r"""The path of I (`sign` 1) or of J for :math:`\nu \ge x` (`sign` -1): t and complex weights.

    With t = a + i s it is :math:`x \sinh a = \nu s / \sin s`, or with cosh, for s from 0 to pi; the
    other half is its mirror image. The weight of t = a(0) is 1.
    """
    height = np.hypot(v, x) if sign > 0 else np.sqrt((v - x) * (v + x))
    start = order_saddle(v, x) if sign > 0 else inverse_cosine_saddle(v, x)

    def point(s: Any, q: Any, v: Any, height: Any) -> tuple[Any, Any, Any]:
        """Where the path is at s = pi - q: a - a(0), its slope, and the fall of the exponent."""
        from_end = s > 0.5 * np.pi
        sin, cos = np.sin(np.where(from_end, q, s)), np.cos(s)
        excess = np.where(from_end, s - sin, _less_sine(s)) * (s + sin) / (sin * sin)
        h = np.hypot(height, v * np.sqrt(excess))
        moved = np.arcsinh(v * excess / (h + s / sin * height))
        fall = v * (moved - v * excess / (h + height) * cos) + 2.0 * height * np.sin(0.5 * s) ** 2
        turned = np.where(from_end, sin - s * cos, _sine_less_cosine(s)) / (sin * sin)
        return moved, v * turned / h, fall

    def fall_to(s: Any, q: Any) -> Any:
        return point(s, q, v, height)[2]

    # Far out the path has little weight but a large factor when I hardly depends on the order.
    depth = 1.0 + (np.log1p(x / v) if sign > 0 else 0.0) / 46.0
    branch = np.sqrt(3.0) * height / v if sign < 0 else np.full_like(v, np.inf)
    return _two_panels(
        v,
        lambda s, q: point(s, q, v[:, None], height[:, None]),
        lambda s, q: fall_to(s, q) / depth,
        start,
        np.zeros_like(v),
        branch,
        [np.log(np.pi * v / x), np.log(np.pi * v)],
    )


def hankel_curve(v: Any, x: Any) -> tuple[Any, Any]:
    r"""The path of J + iY for :math:`0 \le \nu < x`, from minus infinity to infinity + i pi.

    With t = a + i s it is :math:`\cosh a = 1 + (C (d - \sin d) + 2 S \sin^2(d/2)) / \sin s`, where
    :math:`\cos\beta = C = \nu / x`, S is the sine and :math:`s = \beta + d`. The weight of the
    saddle, :math:`i \beta`, is 1.
    """
    cosine, sine = v / x, np.sqrt((x - v) * (x + v)) / x
    beta = np.arctan2(np.sqrt((x - v) * (x + v)), v)

    def point(s: Any, q: Any, d: Any, at: Any) -> tuple[Any, Any, Any]:
        x, cosine, sine, beta = at
        sin = np.sin(np.where(s > 0.5 * np.pi, q, s))
        cos = np.cos(s)
        excess = (cosine * _less_sine(d) + 2.0 * sine * np.sin(0.5 * d) ** 2) / sin
        a = np.sign(d) * 2.0 * np.arcsinh(np.sqrt(0.5 * excess))
        sinh = np.sign(d) * np.sqrt(excess * (excess + 2.0))
        gap = 2.0 * np.sin(0.5 * (s + beta)) * np.sin(0.5 * d)
        fall = x * (a * gap - _hyperbolic_sine_less(a) * cos)
        return a, (gap - excess * cos) / (sinh * sin), fall

    flat = (x, cosine, sine, beta)
    column = tuple(part[:, None] for part in flat)
    end = x * (cosine * -_less_sine(beta) + 2.0 * sine * np.sin(0.5 * beta) ** 2)
    upper = _two_panels(
        v,
        lambda s, q: point(s, q, s - column[3], column),
        lambda s, q: point(s, q, s - beta, flat)[2],
        np.zeros_like(v),
        beta,
        beta,
        [np.log(np.pi * v + end)],
    )
    # Below the saddle s falls to 0 while a goes to minus infinity, so log(s) is the variable.
    reach = reach_of(
        lambda u: point(beta * np.exp(-u), np.pi, beta * np.expm1(-u), flat)[2], v.shape
    )
    bend, drop = np.log(beta * x / end), np.log(beta / end)
    u, weights = panels(
        np.zeros_like(v),
        reach,
        [*_NEAR, *(bend + step for step in _NEAR), *(drop + step for step in _NEAR)],
    )
    s = column[3] * np.exp(-u)
    a, slope, fall = point(s, np.pi - s, column[3] * np.expm1(-u), column)
    weights = weights * s * np.exp(-fall) * (slope + 1j)
    return np.hstack([a + 1j * s, upper[0]]), np.hstack([weights, upper[1]])


def _two_panels(
    v: Any, point: Any, fall: Any, start: Any, first: Any, branch: Any, ends: list[Any]
) -> tuple[Any, Any]:
    """A path from s = `first` to pi, whose last part has log(pi - s) as its variable."""
    half = 0.5 * (np.pi - first)
    reach = reach_of(
        lambda d: fall(first + np.minimum(d, half), np.pi - first - np.minimum(d, half)), v.shape
    )
    reach = np.minimum(reach, half)
    graded = [branch * _GRADE**k for k in range(9)]
    d, weights = panels(np.zeros_like(v), reach, [*graded, reach / 3.0])
    s = first[:, None] + d
    a, slope, falls = point(s, np.pi - s)
    points = [start[:, None] + a + 1j * s]
    found = [weights * np.exp(-falls) * (slope + 1j)]
    through = reach >= half
    if through.any():
        top = np.log(half)

        def fall_at(u: Any) -> Any:
            q = np.exp(top - u)
            return fall(np.pi - q, q)

        lowest = top - reach_of(fall_at, v.shape)
        breaks = [z + step for z in (top, *ends) for step in _NEAR]
        z, weights = panels(lowest, top, breaks)
        q = np.exp(z)
        a, slope, falls = point(np.pi - q, q)
        weights = np.where(through[:, None], weights, 0.0) * q
        points.append(start[:, None] + a + 1j * (np.pi - q))
        found.append(weights * np.exp(-falls) * (slope + 1j))
    return np.hstack(points), np.hstack(found)


def _series(y: Any, count: int, sign: float, first: int) -> Any:
    """``1 + sign y/((first+1)(first+2)) + y²/(...) + ...``, the tails of sines and their like."""
    total = np.ones_like(y)
    for k in range(count, 0, -1):
        n = first + 2 * k
        total = 1.0 + sign * y / ((n - 1) * n) * total
    return total


def _less_sine(s: Any) -> Any:
    """``s - sin(s)``."""
    small = np.clip(s, -1.0, 1.0)
    near = small**3 / 6.0 * _series(small * small, 8, -1.0, 3)
    return np.where(np.abs(s) < 1.0, near, s - np.sin(s))


def _hyperbolic_sine_less(a: Any) -> Any:
    """``sinh(a) - a``."""
    small = np.clip(a, -1.0, 1.0)
    near = small**3 / 6.0 * _series(small * small, 8, 1.0, 3)
    return np.where(np.abs(a) < 1.0, near, np.sinh(a) - a)


def _sine_less_cosine(s: Any) -> Any:
    """``sin(s) - s cos(s)``."""
    small = np.clip(s, -1.0, 1.0)
    y = small * small
    near = small**3 * (0.5 * _series(y, 8, -1.0, 2) - _series(y, 8, -1.0, 3) / 6.0)
    return np.where(np.abs(s) < 1.0, near, np.sin(s) - s * np.cos(s))


def order_saddle(v: Any, x: Any) -> Any:
    """``asinh(v / x)``, also where the quotient overflows."""
    return np.where(v > 1e6 * x, np.log(v + np.hypot(v, x)) - np.log(x), np.arcsinh(v / x))


def inverse_cosine_saddle(v: Any, x: Any) -> Any:
    """``acosh(v / x)``, also where the quotient overflows or is nearly 1."""
    height = np.sqrt((v - x) * (v + x))
    near = np.log1p((v - x + height) / x)
    return np.where(v > 2.0 * x, np.log(v + height) - np.log(x), near)


def mean_on_real_axis(v: Any, x: Any) -> Any:
    """The mean of ``cosh(t) - 1`` under the integral of K."""
    saddle = order_saddle(v, x)
    t, weights = real_axis(v, np.hypot(v, x), saddle, saddle, x)
    weights = weights * (1.0 + np.exp(-2.0 * v[:, None] * t))
    return (2.0 * np.sinh(0.5 * t) ** 2 * weights).sum(axis=1) / weights.sum(axis=1)


def mean_on_saddle_curve(v: Any, x: Any) -> Any:
    """The mean of ``cosh(t) - 1`` under the integral of I."""
    t, weights = saddle_curve(v, x, 1.0)
    return (2.0 * np.sinh(0.5 * t) ** 2 * weights).imag.sum(axis=1) / weights.imag.sum(axis=1)
