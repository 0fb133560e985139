"""Special functions beside mpmath at 50 digits: values and first derivatives, extremes included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest

import tapegrad as tf

mp = mpmath.mp.clone()
mp.dps = 50

special = tf.math.special


class Row(NamedTuple):
    """A function, its definition by mpmath, and the points at which they are compared.

    `slopes` are the derivatives where mpmath's differences do not serve, else None; `fixed` names
    the arguments, by position, that have no derivative.
    """

    function: Callable[..., Any]
    exact: Callable[..., Any]
    points: Sequence[Any]
    rtol: float = 1e-13
    slope_rtol: float = 1e-12
    slopes: Callable[..., Sequence[Any]] | None = None
    fixed: tuple[int, ...] = ()


ERROR_FUNCTIONS = [
    Row(
        tf.math.erfcinv,
        lambda x: mp.erfinv(1 - x),
        [1e-4, 0.3, 0.999, 1.25, 1.9],
    ),
    Row(
        tf.math.ndtri,
        lambda x: mp.sqrt(2) * mp.erfinv(2 * x - 1),
        [1e-4, 0.02, 0.4, 0.75, 0.999],
    ),
    Row(
        special.ndtr,
        mp.ncdf,
        [-35.0, -8.0, -0.5, 0.0, 1e-12, 3.0, 8.0, 30.0],
        slopes=lambda x: [mp.npdf(x)],
    ),
    Row(
        special.log_ndtr,
        lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
        [-1e5, -300.0, -20.0, -3.0, -0.1, 0.0, 0.7, 4.0, 12.0],
    ),
    Row(
        special.erfcx,
        lambda x: mp.exp(x * x) * mp.erfc(x),
        [-20.0, -3.0, -1e-9, 0.0, 0.4, 3.0, 11.9, 12.1, 40.0, 1e3],
        slope_rtol=1e-11,
    ),
    Row(
        special.dawsn,
        lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
        [-1e3, -40.0, -12.1, -2.0, -1e-9, 0.0, 0.4, 3.0, 11.9, 1e4],
        slope_rtol=1e-11,
    ),
    Row(
        special.owens_t,
        lambda h, a: (
            mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), mp.linspace(0, a, 9))
            / (2 * mp.pi)
        ),
        [(0.0, 1.0), (0.3, -2.0), (-1.5, 0.25), (4.0, 1.0), (10.0, 0.5)],
        rtol=1e-12,
    ),
]

# Orders of both signs, whole, half and others, beside small, equal and large arguments.
ORDERS = [
    (0.0, 2.0),
    (0.0, 1e-8),
    (0.5, 1.0),
    (2.5, 0.1),
    (-0.3, 4.0),
    (-3.0, 1.5),
    (-2.5, 7.0),
    (1e-9, 0.7),
    (20.0, 9.0),
    (60.0, 2.0),
    (1.25, 40.0),
]

BESSEL = [
    Row(special.bessel_i0, lambda x: mp.besseli(0, x), [-30.0, -1e-8, 0.0, 0.7, 5.0, 700.0]),
    Row(special.bessel_i1, lambda x: mp.besseli(1, x), [-30.0, -1e-8, 0.0, 0.7, 5.0, 700.0]),
    Row(
        special.bessel_i0e,
        lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
        [-30.0, -0.4, 1e-8, 5.0, 700.0],
        slope_rtol=1e-11,  # the difference of I0 and I1, which are nearly equal far out
    ),
    Row(
        special.bessel_i1e,
        lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
        [-30.0, -0.4, 1e-8, 5.0, 700.0],
        slope_rtol=1e-11,
    ),
    Row(special.bessel_k0, lambda x: mp.besselk(0, x), [1e-200, 1e-8, 0.7, 5.0, 600.0]),
    Row(special.bessel_k1, lambda x: mp.besselk(1, x), [1e-100, 1e-8, 0.7, 5.0, 600.0]),
    Row(
        special.bessel_k0e,
        lambda x: mp.exp(x) * mp.besselk(0, x),
        [1e-100, 1e-8, 0.7, 5.0, 1e3],
        slope_rtol=1e-11,
    ),
    Row(
        special.bessel_k1e,
        lambda x: mp.exp(x) * mp.besselk(1, x),
        [1e-100, 1e-8, 0.7, 5.0, 1e3],
        slope_rtol=1e-11,
    ),
    Row(special.bessel_j0, lambda x: mp.besselj(0, x), [-7.0, 0.0, 1e-8, 0.7, 5.0, 100.0]),
    Row(special.bessel_j1, lambda x: mp.besselj(1, x), [-7.0, 0.0, 1e-8, 0.7, 5.0, 100.0]),
    Row(special.bessel_y0, lambda x: mp.bessely(0, x), [1e-200, 1e-8, 0.7, 5.0, 100.0]),
    Row(special.bessel_y1, lambda x: mp.bessely(1, x), [1e-100, 1e-8, 0.7, 5.0, 100.0]),
    Row(special.jv, mp.besselj, [*ORDERS, (3.0, 3.0), (7.5, 7.4999)], slope_rtol=1e-11),
    Row(special.yv, mp.bessely, [*ORDERS, (3.0, 3.0), (7.5, 7.4999)], slope_rtol=1e-11),
    Row(special.iv, mp.besseli, [*ORDERS, (20.0, 90.0), (0.0, 60.0), (1e-12, 20.0)]),
    Row(special.kv, mp.besselk, [*ORDERS, (20.0, 90.0), (0.0, 600.0), (1e-12, 20.0)]),
    Row(
        special.ive,
        lambda v, x: mp.exp(-abs(x)) * mp.besseli(v, x),
        [*ORDERS, (20.0, 900.0), (0.0, 5000.0)],
        slope_rtol=1e-11,
    ),
    Row(
        special.kve,
        lambda v, x: mp.exp(x) * mp.besselk(v, x),
        [*ORDERS, (20.0, 900.0), (0.0, 5000.0)],
        slope_rtol=1e-11,
    ),
]

INTEGRALS = [
    Row(special.expint, mp.ei, [-30.0, -1.0, -1e-8, 1e-200, 0.7, 5.0, 700.0]),
    Row(special.fresnel_cos, mp.fresnelc, [-3.25, 0.0, 1e-8, 0.7, 20.0], slope_rtol=1e-11),
    Row(special.fresnel_sin, mp.fresnels, [-3.25, 1e-5, 1e-8, 0.7, 20.25], slope_rtol=1e-11),
    Row(
        special.spence,
        lambda x: mp.polylog(2, 1 - x),
        [1e-12, 0.3, 0.999999, 1.0, 1.75, 5.0, 1e6],
        slopes=lambda x: [mp.log(x) / (1 - x) if x != 1 else mp.mpf(-1)],
    ),
    Row(special.ellipk, mp.ellipk, [-1e8, -3.0, -1e-9, 0.0, 1e-9, 0.7, 1 - 2.0**-40]),
    Row(special.ellipe, mp.ellipe, [-1e8, -3.0, -1e-9, 0.0, 1e-9, 0.7, 1 - 2.0**-40]),
    Row(
        special.lambertw,
        lambda x: mp.lambertw(x).real,
        [-0.36, -0.1, -1e-9, 0.0, 1.0, 50.0, 1e300],
        slope_rtol=1e-11,
    ),
    Row(special.sinc, mp.sincpi, [-2.5, -1e-9, 0.0, 1e-5, 0.3, 7.25], slope_rtol=1e-12),
]


def lbeta_of_three(a: Any, b: Any, c: Any) -> Any:
    return tf.math.lbeta(tf.stack([a, b, c]))


def multigammaln_of_three(a: Any) -> Any:
    return special.multigammaln(a, 3)


def exact_log_beta(*numbers: Any) -> Any:
    return sum(mp.loggamma(x) for x in numbers) - mp.loggamma(sum(numbers))


GAMMA = [
    Row(tf.math.lgamma, mp.loggamma, [1e-200, 1e-8, 0.7, 3.5, 1e10]),
    Row(tf.math.digamma, mp.digamma, [1e-100, 1e-8, 0.7, 3.5, 1e10]),
    Row(special.gamma, mp.gamma, [-2.5, 1e-8, 0.5, 5.0, 170.0], slope_rtol=1e-11),
    Row(special.beta, mp.beta, [(0.5, 2.0), (1e-3, 3.0), (40.0, 30.0)], slope_rtol=1e-11),
    Row(special.betaln, exact_log_beta, [(0.5, 2.0), (1e-3, 3.0), (1e5, 2e5)]),
    Row(tf.math.zeta, mp.zeta, [(2.0, 1.0), (1.5, 0.1), (10.0, 3.5), (1.1, 1e3)], fixed=(0,)),
    Row(
        lbeta_of_three,
        exact_log_beta,
        [(0.5, 2.0, 3.5), (1e-3, 1e-5, 8.0), (20.0, 30.0, 1e3)],
        slope_rtol=1e-11,
    ),
    Row(
        multigammaln_of_three,
        lambda a: (
            mp.mpf(3) / 2 * mp.log(mp.pi) + sum(mp.loggamma(a - mp.mpf(j) / 2) for j in range(3))
        ),
        [1.0625, 3.5, 1e6],
    ),
]

ENTROPY = [
    Row(special.entr, lambda x: -x * mp.log(x), [1e-300, 0.3, 1.0, 5.0]),
    Row(special.rel_entr, lambda x, y: x * mp.log(x / y), [(0.3, 0.7), (1e-10, 5.0), (3.0, 3.0)]),
    Row(
        special.kl_div,
        lambda x, y: x * mp.log(x / y) - x + y,
        [(0.3, 0.7), (1e-10, 5.0), (2.0, 2.5)],
        slope_rtol=1e-12,
    ),
    Row(special.logit, lambda x: mp.log(x / (1 - x)), [1e-200, 0.3, 0.9990234375]),
    Row(
        special.logaddexp,
        lambda x, y: x + mp.log1p(mp.exp(y - x)),
        [(1000.0, 0.0), (0.3, -2.0), (-800.0, -800.0)],
    ),
    Row(
        special.logaddexp2,
        lambda x, y: x + mp.log1p(mp.mpf(2) ** (y - x)) / mp.log(2),
        [(1000.0, 0.0), (0.3, -2.0), (-800.0, -800.0)],
    ),
]

INCOMPLETE = [
    Row(
        tf.math.igamma,
        lambda a, x: mp.gammainc(a, 0, x, regularized=True),
        [
            (0.5, 0.5),
            (1e-3, 1e-300),
            (1e-3, 1e-5),
            (3.0, 0.1),
            (3.0, 30.0),
            (50.0, 20.0),
            (50.0, 50.0),
            (1e4, 1.02e4),
        ],
        rtol=1e-12,
    ),
    Row(
        tf.math.igammac,
        lambda a, x: mp.gammainc(a, x, mp.inf, regularized=True),
        [(0.5, 0.5), (1e-3, 2.0), (3.0, 30.0), (50.0, 90.0), (1e4, 1.02e4)],
        rtol=1e-12,
    ),
    Row(
        tf.math.betainc,
        lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        [
            (0.5, 0.5, 0.5),
            (2.0, 3.0, 0.1),
            (2.0, 3.0, 0.9),
            (1e-3, 2.0, 1e-200),
            (50.0, 60.0, 0.45),
            (50.0, 0.0078125, 0.99),
            (1000.0, 2.0, 0.999),
            (1000.0, 1000.0, 0.5),
        ],
        rtol=1e-11,
        slope_rtol=1e-11,
    ),
]

TABLE = [*ERROR_FUNCTIONS, *BESSEL, *INTEGRALS, *GAMMA, *ENTROPY, *INCOMPLETE]


def cases() -> list[Any]:
    found = []
    for row in TABLE:
        for point in row.points:
            numbers = point if isinstance(point, tuple) else (point,)
            name = row.function.__name__
            found.append(pytest.param(row, numbers, id=f"{name}{numbers}"))
    return found


def close(got: Any, expected: Any, rtol: float) -> None:
    expected = float(expected)
    assert float(got) == pytest.approx(expected, rel=rtol, abs=1e-300)


def slope_at(function: Callable[..., Any], point: list[Any], i: int) -> Any:
    """A partial derivative by a central difference, right to 25 digits and more."""
    with mp.workdps(90):
        x = point[i]
        step = mp.mpf(10) ** -25 * (abs(x) or 1)
        high, low = (function(*point[:i], moved, *point[i + 1 :]) for moved in (x + step, x - step))
        return (high - low) / (2 * step)


@pytest.mark.parametrize(("row", "point"), cases())
def test_value_is_mpmaths(row: Row, point: tuple[float, ...]) -> None:
    got = row.function(*[tf.constant(x, tf.float64) for x in point])
    close(got, row.exact(*[mp.mpf(x) for x in point]), row.rtol)


@pytest.mark.parametrize(("row", "point"), cases())
def test_derivatives_are_mpmaths(row: Row, point: tuple[float, ...]) -> None:
    followed = [i for i in range(len(point)) if i not in row.fixed]
    inputs = [tf.constant(x, tf.float64) for x in point]
    with tf.GradientTape() as tape:
        tape.watch([inputs[i] for i in followed])
        y = row.function(*inputs)
    got = tape.gradient(y, [inputs[i] for i in followed])
    exact = [mp.mpf(x) for x in point]
    if row.slopes is not None:
        expected = list(row.slopes(*exact))
    else:
        expected = [slope_at(row.exact, exact, i) for i in followed]
    for slope, e in zip(got, expected, strict=True):
        close(slope, e, row.slope_rtol)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.function.__name__)
def test_float32_is_the_rounded_value(row: Row) -> None:
    point = row.points[len(row.points) // 2]
    numbers = [np.float32(x) for x in (point if isinstance(point, tuple) else (point,))]
    got = row.function(*map(tf.constant, numbers))
    assert got.dtype == tf.float32
    close(got, row.exact(*[mp.mpf(float(x)) for x in numbers]), 1e-5)
