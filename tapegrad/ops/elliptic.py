"""Elliptic integrals, complete and incomplete, of the parameter m (the square of the modulus)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.ops import hypergeometric, transcendental  # noqa: F401 - used by rules as F.hyp2f1...
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.side_integrals import by_chunks, panels

__all__ = ("ellipe", "ellipeinc", "ellipk", "ellipkinc", "ellipkm1")

_GRADE = 16.0


def _ellipd(m: Any) -> Any:
    """``(K(m) - E(m)) / m`` without the quotient: Legendre's integral D."""
    from scipy.special import elliprd

    dtype = require_float(m)
    m = m.astype(np.float64)
    return (elliprd(0.0, 1.0 - m, 1.0) / 3.0).astype(dtype)[()]


def _ellipbm1(p: Any) -> Any:
    """``K - D`` of the parameter 1 - p: the integral of ``cos² / sqrt(1 - m sin²)``."""
    from scipy.special import elliprd

    dtype = require_float(p)
    p = p.astype(np.float64)
    return np.where(p == 0, 1.0, p * elliprd(0.0, 1.0, p) / 3.0).astype(dtype)[()]


def _elliptic_moment(phi: Any, m: Any, *, p: int, r: int) -> Any:
    dtype = require_float(m)
    return by_chunks(lambda phi, m: _integral(phi, m, p, r), (phi, m), dtype)


def _integral(phi: Any, m: Any, p: int, r: int) -> Any:
    """The integral of ``sin^2p (1 - m sin²)^(r/2)`` from 0 to `phi`, by Gauss's rule.

    It is odd, and grows by the same amount over every half turn. Panels are graded towards the
    points at which the root is nearly 0: the quarter turn, and near 0 for large negative `m`.
    """
    valid = (m <= 1) & np.isfinite(m) & np.isfinite(phi)
    phi, m = np.where(valid, phi, 0.0), np.where(valid, m, 0.0)
    turns = np.rint(phi / np.pi)
    rest = phi - turns * np.pi
    quarter = np.full_like(rest, 0.5 * np.pi)
    total = np.sign(rest) * _of_quarter(np.minimum(np.abs(rest), quarter), m, p, r)
    if turns.any():
        whole = _of_quarter(quarter, m, p, r)
        total = total + np.where(turns == 0, 0.0, 2.0 * turns * whole)
    return np.where(valid, total, np.nan)


def _of_quarter(phi: Any, m: Any, p: int, r: int) -> Any:
    middle = 0.25 * np.pi
    none = np.zeros_like(phi)
    scale = 1.0 / np.sqrt(np.maximum(-m, 1e-3))
    t, weights = panels(none, np.minimum(phi, middle), [scale * _GRADE**k for k in range(-1, 9)])
    square = np.sin(t) ** 2
    low = (weights * square**p * (1.0 - m[:, None] * square) ** (0.5 * r)).sum(axis=1)
    # From the quarter turn back: t = pi/2 - theta.
    start = np.minimum(0.5 * np.pi - phi, middle)
    scale = np.maximum(np.sqrt((1.0 - m) / np.maximum(np.abs(m), 1e-3)), start)
    t, weights = panels(start, none + middle, [scale * _GRADE**k for k in range(9)])
    cosine, sine = np.cos(t) ** 2, np.sin(t) ** 2
    root = (1.0 - m)[:, None] + m[:, None] * sine
    high = (weights * cosine**p * root ** (0.5 * r)).sum(axis=1)
    pole = (m == 1) & (start == 0) & (r < 0)
    return np.where(pole, np.inf, low + np.where(start < middle, high, 0.0))


def _root(F: Any, phi: Any, m: Any) -> Any:
    """``1 - m sin²``, near a quarter turn from the cosine."""
    cosine = F.cos(phi)
    return (1.0 - m) + m * cosine * cosine


def _density(F: Any, phi: Any, m: Any, p: int, r: int) -> Any:
    sine = F.sin(phi)
    value = F.pow(_root(F, phi, m), 0.5 * r)
    return value * F.pow(sine * sine, float(p)) if p else value


general(
    "elliptic_moment",
    _elliptic_moment,
    lambda F, g, phi, m, p, r, shapes: F.sum_to(g * _density(F, phi, m, p, r), to=shapes[0]),
    lambda F, g, phi, m, p, r, shapes: F.sum_to(
        g * F.elliptic_moment(phi, m, p=p + 1, r=r - 2) * (-0.5 * r), to=shapes[1]
    ),
    inputs="phi m",
    jvps=[
        lambda F, t, phi, m, p, r: t * _density(F, phi, m, p, r),
        lambda F, t, phi, m, p, r: t * F.elliptic_moment(phi, m, p=p + 1, r=r - 2) * (-0.5 * r),
    ],
)
elementwise(
    "ellipbm1",
    _ellipbm1,
    lambda F, x: F.hyp2f1(1.0 - x, a=1.5, b=1.5, c=3.0) * (-math.pi / 32.0),
)
ellipkm1 = elementwise(
    "ellipkm1",
    from_scipy("ellipkm1"),
    lambda F, x: F.ellipbm1(x) / (-2.0 * x),
    doc=unary(
        "Complete elliptic integral of the first kind, `ellipk`, of the parameter ``1 - x``:\n"
        "right for small `x`, where that rounds to 1.",
        "tf.math.special.ellipkm1(1e-30).numpy().round(4)",
        "np.float32(35.9251)",
        takes=FLOATS,
        notes="The derivative is :math:`-B / (2 x)` with :math:`B = (E - x K) / (1 - x)` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/19.4",
    ),
)
ellipkinc = elementwise(
    "ellipkinc",
    from_scipy("ellipkinc"),
    lambda F, a, b: F.pow(_root(F, a, b), -0.5),
    lambda F, a, b: 0.5 * F.elliptic_moment(a, b, p=1, r=-3),
    doc=binary(
        "Incomplete elliptic integral of the first kind, of the amplitude `x` and parameter `y`,\n"
        r":math:`F(x, y) = \int_0^x (1 - y \sin^2 t)^{-1/2} dt`, elementwise.",
        "tf.math.special.ellipkinc(1.0, 0.0).numpy()",
        "np.float32(1.0)",
        takes=FLOATS,
        notes="NaN for `y` above 1. The derivatives are the integrand, and an integral of the\n"
        "same kind, :math:`\\frac{1}{2} \\int_0^x \\sin^2 t (1 - y \\sin^2 t)^{-3/2} dt` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/19.4",
    ),
)
ellipeinc = elementwise(
    "ellipeinc",
    from_scipy("ellipeinc"),
    lambda F, a, b: F.pow(_root(F, a, b), 0.5),
    lambda F, a, b: -0.5 * F.elliptic_moment(a, b, p=1, r=-1),
    doc=binary(
        "Incomplete elliptic integral of the second kind, of the amplitude `x` and parameter `y`,\n"
        r":math:`E(x, y) = \int_0^x (1 - y \sin^2 t)^{1/2} dt`, elementwise.",
        "tf.math.special.ellipeinc(1.0, 0.0).numpy()",
        "np.float32(1.0)",
        takes=FLOATS,
        notes="NaN for `y` above 1. The derivatives are the integrand, and an integral of the\n"
        "same kind, :math:`-\\frac{1}{2} \\int_0^x \\sin^2 t (1 - y \\sin^2 t)^{-1/2} dt` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/19.4",
    ),
)
ellipk = elementwise(
    "ellipk",
    from_scipy("ellipk"),
    lambda F, x: F.ellipbm1(1.0 - x) / (2.0 * (1.0 - x)),
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
