r"""Derivatives of Bessel functions with respect to the order, of every order.

A derivative divided by the function is a mean over a path of steepest descent, see
`bessel_contours`; the function itself is SciPy's. Negative orders follow from those formulas that
connect them with positive ones (DLMF 10.4 and 10.27), differentiated by Leibniz's rule. Of a
derivative with respect to the order, that with respect to the variable obeys the recurrence of the
function.
"""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.ops import complex  # noqa: F401 - used by rules as F.sign
from tapegrad.ops.bessel_contours import (
    hankel_curve,
    inverse_cosine_saddle,
    order_saddle,
    real_axis,
    saddle_curve,
)
from tapegrad.ops.bessel_far import of_order
from tapegrad.ops.scipy_forward import require_float
from tapegrad.ops.side_integrals import by_chunks

# Below this order I and its derivatives are continued as straight lines.
_TINY = 1e-20
_JV, _YV = of_order("jv"), of_order("yv")


def _ratio_k(v: Any, x: Any, n: int) -> Any:
    """The derivative of K divided by K, for orders that are not negative."""
    saddle = order_saddle(v, x)
    t, weights = real_axis(v, np.hypot(v, x), saddle, saddle, x)
    mirrored = np.exp(-2.0 * v[:, None] * t)
    odd = -np.expm1(-2.0 * v[:, None] * t)
    top = (weights * t**n * (odd if n % 2 else 1.0 + mirrored)).sum(axis=1)
    return top / (weights * (1.0 + mirrored)).sum(axis=1)


def _ratio_on(curve: tuple[Any, Any], n: int) -> Any:
    t, weights = curve
    return ((-t) ** n * weights).imag.sum(axis=1) / weights.imag.sum(axis=1)


def _sine(k: int, v: Any) -> Any:
    """The derivative of order `k` of ``sin(pi v)``, exactly 0 where it is."""
    turned = np.remainder(v + 0.5 * k, 2.0)
    turned = np.where(turned > 1.0, turned - 2.0, turned)
    turned = np.where(np.abs(turned) > 0.5, np.sign(turned) - turned, turned)
    return np.pi**k * np.sin(np.pi * turned)


def _of_i(v: Any, x: Any, n: int, scaled: bool) -> Any:
    """The derivative of I for orders that are not negative."""
    from scipy import special

    value = (special.ive if scaled else special.iv)(v, x)
    found = _ratio_on(saddle_curve(np.maximum(v, _TINY), x, 1.0), n) * value
    tiny = v < _TINY
    if tiny.any():
        # The odd part of I in its order is -sin(pi v) K / pi.
        at, of = x[tiny], np.zeros_like(x[tiny])
        line = [_odd_at_zero(at, k, scaled) if k % 2 else found[tiny] for k in (n, n + 1)]
        if n % 2:
            curve = saddle_curve(of + _TINY, at, 1.0)
            line[1] = _ratio_on(curve, n + 1) * value[tiny]
        found[tiny] = line[0] + v[tiny] * line[1]
    return found


def _odd_at_zero(x: Any, n: int, scaled: bool) -> Any:
    total = sum(
        comb(n, k) * _sine(n - k, np.zeros_like(x)) * _of_k(np.zeros_like(x), x, k, scaled)
        for k in range(0, n, 2)
    )
    return -total / np.pi * (np.exp(-2.0 * x) if scaled else 1.0)


def _of_k(v: Any, x: Any, n: int, scaled: bool) -> Any:
    """The derivative of K, an even function of the order."""
    from scipy import special

    value = (special.kve if scaled else special.kv)(v, x)
    found = value if n == 0 else value * _ratio_k(np.abs(v), x, n)
    return np.where(v < 0, -found, found) if n % 2 else found


def _of_hankel(v: Any, x: Any, n: int) -> tuple[Any, Any]:
    """The derivatives of J and Y for orders that are not negative."""
    j, y = _JV(v, x), _YV(v, x)
    if n == 0:
        return j, y
    below = v < x
    first, second = np.empty_like(x), np.empty_like(x)
    if below.any():
        t, weights = hankel_curve(v[below], x[below])
        z = ((-t) ** n * weights).sum(axis=1) / weights.sum(axis=1) * (j[below] + 1j * y[below])
        first[below], second[below] = z.real, z.imag
    above = ~below
    if above.any():
        order, at = v[above], x[above]
        curve = saddle_curve(order, at, -1.0)
        first[above] = _ratio_on(curve, n) * j[above]
        t, weights = curve
        height = np.sqrt((order - at) * (order + at))
        saddle = inverse_cosine_saddle(order, at)
        s, main = real_axis(order, height, saddle, 2.0 * saddle, at)
        rest = np.exp(-2.0 * (order * saddle - height))
        top = (main * s**n).sum(axis=1) + rest * ((-t) ** n * weights).real.sum(axis=1)
        second[above] = top / (main.sum(axis=1) + rest * weights.real.sum(axis=1)) * y[above]
    return first, second


def _derivative(kind: str, v: Any, x: Any, n: int) -> Any:
    """The derivative of order `n` for positive `x`."""
    letter, scaled = kind[0], kind.endswith("e")
    if letter == "k":
        return _of_k(v, x, n, scaled)
    u = np.abs(v)
    if letter == "i":
        mirrored = _of_i(u, x, n, scaled)
        negative = v < 0
        if negative.any():
            order, at = u[negative], x[negative]
            more = sum(
                comb(n, k) * _sine(n - k, order) * _of_k(order, at, k, scaled) for k in range(n + 1)
            )
            more = more * (2.0 / np.pi) * (np.exp(-2.0 * at) if scaled else 1.0)
            mirrored[negative] = (-1.0) ** n * (mirrored[negative] + more)
        return mirrored
    place = 0 if letter == "j" else 1
    found = _of_hankel(u, x, n)[place]
    negative = v < 0
    if negative.any():
        # J and Y of the order -u are the parts of exp(i pi u) (J + iY).
        order, at = u[negative], x[negative]
        total: Any = 0.0
        for k in range(n + 1):
            j, y = _of_hankel(order, at, k)
            sine, cosine = _sine(n - k, order), _sine(n - k + 1, order) / np.pi
            turned = (cosine * j - sine * y) if place == 0 else (sine * j + cosine * y)
            total = total + comb(n, k) * turned
        found[negative] = (-1.0) ** n * total
    return found


def _bessel_slope(v: Any, x: Any, *, kind: str, n: int) -> Any:
    def at(v: Any, x: Any) -> Any:
        inside = (x > 0) & np.isfinite(x) & np.isfinite(v)
        out = np.full(x.shape, np.nan)
        if inside.any():
            out[inside] = _derivative(kind, v[inside], x[inside], n)
        border = np.isfinite(v) & ~inside
        if border.any():
            out[border] = _at_border(kind, v[border], x[border], n)
        return out

    return by_chunks(at, (v, x), require_float(x))


def _at_border(kind: str, v: Any, x: Any, n: int) -> Any:
    """The limits at 0 and infinity, as far as there are any."""
    from scipy import special

    value = getattr(special, kind)(v, x)
    sign = (-1.0) ** n
    if kind[0] in "ij":
        at_zero = np.where(v > 0, 0.0, np.where(v == 0, sign * np.inf, np.nan))
    elif kind[0] == "k":
        at_zero = np.where(v != 0, np.sign(v) ** n * np.inf, 0.0 if n % 2 else np.inf)
    else:
        at_zero = np.where(v > 0, -np.inf, np.nan)
    far = np.where(value == 0, 0.0, np.nan)
    return np.where(x == 0, at_zero, np.where(x == np.inf, far, np.nan))


def _by_variable(F: Any, v: Any, x: Any, kind: str, n: int) -> Any:
    """The derivative with respect to the variable, by the recurrence of the function."""
    before = F.bessel_slope(v - 1.0, x, kind=kind, n=n)
    after = F.bessel_slope(v + 1.0, x, kind=kind, n=n)
    if kind in ("jv", "yv"):
        return 0.5 * (before - after)
    mean = 0.5 * (before + after)
    if kind == "kv":
        return -mean
    if kind == "iv":
        return mean
    same = F.bessel_slope(v, x, kind=kind, n=n)
    return mean - same if kind == "ive" else same - mean


general(
    "bessel_slope",
    _bessel_slope,
    lambda F, g, v, x, kind, n, shapes: F.sum_to(
        g * F.bessel_slope(v, x, kind=kind, n=n + 1), to=shapes[0]
    ),
    lambda F, g, v, x, kind, n, shapes: F.sum_to(g * _by_variable(F, v, x, kind, n), to=shapes[1]),
    inputs="v x",
    jvps=[
        lambda F, t, v, x, kind, n: t * F.bessel_slope(v, x, kind=kind, n=n + 1),
        lambda F, t, v, x, kind, n: t * _by_variable(F, v, x, kind, n),
    ],
)
