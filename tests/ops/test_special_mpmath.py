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

    `slopes` are the derivatives where mpmath's differences do not serve, else None.
    """

    function: Callable[..., Any]
    exact: Callable[..., Any]
    points: Sequence[Any]
    rtol: float = 1e-13
    slope_rtol: float = 1e-12
    float32_rtol: float = 2e-5
    slopes: Callable[..., Sequence[Any]] | None = None


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

LARGE_ORDERS = [(3.0, 3.0), (7.5, 7.4999), (2.25, 1e6), (0.5, 1e10)]
FAR_ORDERS = [(20.0, 900.0), (0.0, 5e3), (2.5, 1e8), (300.0, 1e4), (-7.0, 40.0), (-99.5, 40.0)]

BESSEL = [
    Row(special.bessel_i0, lambda x: mp.besseli(0, x), [-30.0, -1e-8, 0.0, 0.7, 5.0, 700.0]),
    Row(special.bessel_i1, lambda x: mp.besseli(1, x), [-30.0, -1e-8, 0.0, 0.7, 5.0, 700.0]),
    Row(
        special.bessel_i0e,
        lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
        [-30.0, -31.0, -0.4, 1e-8, 5.0, 29.9, 30.1, 700.0, 1e12],
        rtol=1e-12,
    ),
    Row(
        special.bessel_i1e,
        lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
        [-30.0, -31.0, -0.4, 1e-8, 5.0, 29.9, 30.1, 700.0, 1e12],
    ),
    Row(special.bessel_k0, lambda x: mp.besselk(0, x), [1e-200, 1e-8, 0.7, 5.0, 600.0]),
    Row(special.bessel_k1, lambda x: mp.besselk(1, x), [1e-100, 1e-8, 0.7, 5.0, 600.0]),
    Row(
        special.bessel_k0e,
        lambda x: mp.exp(x) * mp.besselk(0, x),
        [1e-100, 1e-8, 0.7, 5.0, 29.9, 30.1, 1e3, 1e12],
    ),
    Row(
        special.bessel_k1e,
        lambda x: mp.exp(x) * mp.besselk(1, x),
        [1e-100, 1e-8, 0.7, 5.0, 29.9, 30.1, 1e3, 1e12],
    ),
    Row(
        special.bessel_j0,
        lambda x: mp.besselj(0, x),
        [-7.0, 0.0, 1e-8, 0.7, 5.0, 1e6, -1e10],
    ),
    Row(
        special.bessel_j1,
        lambda x: mp.besselj(1, x),
        [-7.0, 0.0, 1e-8, 0.7, 5.0, 1e6, -1e10],
    ),
    Row(special.bessel_y0, lambda x: mp.bessely(0, x), [1e-200, 1e-8, 0.7, 5.0, 100.0, 1e6, 1e10]),
    Row(special.bessel_y1, lambda x: mp.bessely(1, x), [1e-100, 1e-8, 0.7, 5.0, 100.0, 1e6, 1e10]),
    Row(special.jv, mp.besselj, [*ORDERS, *LARGE_ORDERS], slope_rtol=1e-11),
    Row(special.yv, mp.bessely, [*ORDERS, *LARGE_ORDERS], slope_rtol=1e-11),
    Row(special.iv, mp.besseli, [*ORDERS, (20.0, 90.0), (0.0, 60.0), (1e-12, 20.0)]),
    Row(special.kv, mp.besselk, [*ORDERS, (20.0, 90.0), (0.0, 600.0), (1e-12, 20.0)]),
    Row(
        special.ive,
        lambda v, x: mp.exp(-abs(x)) * mp.besseli(v, x),
        [
            *ORDERS,
            (20.0, 900.0),
            (0.0, 5000.0),
            (2.5, 1e8),
            (300.0, 1e4),
            (-7.0, 40.0),
            (-99.5, 40.0),
        ],
    ),
    Row(
        special.kve,
        lambda v, x: mp.exp(x) * mp.besselk(v, x),
        [
            *ORDERS,
            (20.0, 900.0),
            (0.0, 5000.0),
            (2.5, 1e8),
            (300.0, 1e4),
            (-7.0, 40.0),
            (-99.5, 40.0),
        ],
    ),
]


def lower_lambertw(x: Any) -> Any:
    return special.lambertw(x, -1)


AMPLITUDES = [
    (1e-9, 0.5),
    (0.3, -1e4),
    (-1.2, 0.9),
    (1.5707, 1 - 2.0**-20),
    (1.0, 0.0),
    (1.5, 1.0),
    (2.5, 0.75),
    (-20.5, -3.0),
]

INTEGRALS = [
    Row(special.expint, mp.ei, [-30.0, -1.0, -1e-8, 1e-200, 0.7, 5.0, 700.0]),
    Row(special.exp1, mp.e1, [1e-300, 1e-8, 0.7, 5.0, 600.0]),
    Row(
        special.fresnel_cos,
        mp.fresnelc,
        [-3.25, 0.0, 1e-8, 0.7, 1 + 1e-9, 20.0, 12345.678],
        rtol=1e-12,
    ),
    Row(
        special.fresnel_sin,
        mp.fresnels,
        [-3.25, 1e-5, 1e-8, 0.7, 2 - 1e-9, 20.25, 12345.678],
        rtol=1e-12,
    ),
    Row(
        special.spence,
        lambda x: mp.polylog(2, 1 - x),
        [1e-12, 0.3, 0.999999, 1.0, 1.75, 5.0, 1e6],
        slopes=lambda x: [mp.log(x) / (1 - x) if x != 1 else mp.mpf(-1)],
    ),
    Row(special.ellipk, mp.ellipk, [-1e8, -3.0, -1e-9, 0.0, 1e-9, 0.7, 1 - 2.0**-40]),
    Row(special.ellipe, mp.ellipe, [-1e8, -3.0, -1e-9, 0.0, 1e-9, 0.7, 1 - 2.0**-40]),
    Row(
        special.ellipkm1,
        lambda p: mp.pi / (2 * mp.agm(1, mp.sqrt(p))),
        [1e-300, 1e-20, 1e-9, 0.3, 1.0, 5.0],
    ),
    Row(special.ellipkinc, mp.ellipf, AMPLITUDES),
    Row(special.ellipeinc, mp.ellipe, AMPLITUDES),
    Row(
        special.lambertw,
        lambda x: mp.lambertw(x).real,
        [-0.36, -0.1, -1e-9, 0.0, 1.0, 50.0, 1e300],
        slope_rtol=1e-11,
    ),
    Row(
        lower_lambertw,
        lambda x: mp.lambertw(x, -1).real,
        [-0.367, -0.3, -0.1, -1e-9, -1e-300],
        slope_rtol=1e-11,
    ),
    Row(special.sinc, mp.sincpi, [-2.5, -1e-9, 0.0, 1e-5, 0.3, 1 + 1e-9, 7.25, 1e9 + 0.25]),
]


def lbeta_of_three(a: Any, b: Any, c: Any) -> Any:
    return tf.math.lbeta(tf.stack([a, b, c]))


def polygamma_of_third_order(x: Any) -> Any:
    return tf.math.polygamma(3.0, x)


def multigammaln_of_three(a: Any) -> Any:
    return special.multigammaln(a, 3)


def exact_log_beta(*numbers: Any) -> Any:
    return sum(mp.loggamma(x) for x in numbers) - mp.loggamma(sum(numbers))


GAMMA = [
    Row(
        tf.math.lgamma,
        lambda x: mp.log(abs(mp.gamma(x))) if x < 1e6 else mp.loggamma(x),
        [1e-200, 1e-8, 0.7, 1 - 1e-9, 1 + 1e-12, 2 + 1e-9, 3.5, 1e10, -0.5, -3.25],
    ),
    Row(tf.math.digamma, mp.digamma, [1e-100, 1e-8, 0.7, 1.4616321449683622, 3.5, 1e10, -2.5]),
    Row(
        polygamma_of_third_order,
        lambda x: mp.polygamma(3, x),
        [1e-60, 1e-8, 0.7, 3.5, 1e10, -2.5],
    ),
    Row(special.gamma, mp.gamma, [-2.5, 1e-8, 0.5, 5.0, 170.0], slope_rtol=1e-11),
    Row(special.beta, mp.beta, [(0.5, 2.0), (1e-3, 3.0), (40.0, 30.0)], slope_rtol=1e-11),
    Row(special.betaln, exact_log_beta, [(0.5, 2.0), (1e-3, 3.0), (1e5, 2e5), (1e9, 1e-3)]),
    Row(
        tf.math.zeta,
        mp.zeta,
        [
            (2.0, 1.0),
            (1.5, 0.1),
            (10.0, 3.5),
            (1.1, 1e3),
            (1.0000001, 2.5),
            (30.0, 1.0),
            (3.0, 1e-9),
        ],
    ),
    Row(
        lbeta_of_three,
        exact_log_beta,
        [(0.5, 2.0, 3.5), (1e-3, 1e-5, 8.0), (20.0, 30.0, 1e3)],
        slope_rtol=1e-11,
        float32_rtol=2e-4,  # a sum of parts
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
        [(0.3, 0.7), (1e-10, 5.0), (2.0, 2.5), (1.0, 1 + 1e-9), (1e200, 1e-200), (5.0, 4.5)],
    ),
    Row(
        special.logit,
        lambda x: mp.log(x / (1 - x)),
        [1e-200, 0.3, 0.5 + 1e-12, 0.9990234375, 1 - 2.0**-52],
    ),
    Row(
        special.expit, lambda x: 1 / (1 + mp.exp(-x)), [-700.0, -40.0, 0.0, 1e-9, 3.0, 40.0, 700.0]
    ),
    Row(
        special.log_expit,
        lambda x: -mp.log1p(mp.exp(-x)),
        [-700.0, -40.0, 0.0, 1e-9, 3.0, 40.0],
    ),
    Row(tf.math.softplus, lambda x: mp.log1p(mp.exp(x)), [-700.0, -40.0, 0.0, 3.0, 40.0, 1e5]),
    Row(
        special.softplus_inverse,
        lambda x: x + mp.log(-mp.expm1(-x)),
        [1e-300, 1e-9, 0.3, 0.6931471805599453, 40.0, 1e5],
    ),
    Row(
        special.log1mexp,
        lambda x: max(x, 0) + mp.log(-mp.expm1(-abs(x))),
        [-700.0, -40.0, -0.7, -0.69, -1e-9, -1e-300, 1e-9, 2.0, 1e5],
    ),
    Row(
        special.logaddexp,
        lambda x, y: x + mp.log1p(mp.exp(y - x)),
        [(1000.0, 0.0), (0.3, -2.0), (-800.0, -800.0), (-3.0, 30.0)],
    ),
    Row(
        special.logaddexp2,
        lambda x, y: x + mp.log1p(mp.mpf(2) ** (y - x)) / mp.log(2),
        [(1000.0, 0.0), (0.3, -2.0), (-800.0, -800.0)],
    ),
    Row(
        special.logsubexp,
        lambda x, y: max(x, y) + mp.log(-mp.expm1(-abs(x - y))),
        [(1000.0, 0.0), (0.3, -2.0), (-2.0, 0.25), (5.0, 5.0 + 2.0**-30), (700.0, -60.0)],
    ),
    Row(
        tf.math.xlogy,
        lambda x, y: x * mp.log(y),
        [(0.5, 2.0), (1e-300, 1e-300), (-2.0, 1 + 1e-10)],
    ),
    Row(
        tf.math.xlog1py,
        lambda x, y: x * mp.log1p(y),
        [(0.5, 2.0), (1e-200, 1e-100), (-2.0, -1 + 1e-9)],
    ),
    Row(tf.math.xdivy, lambda x, y: x / y, [(0.5, 2.0), (1e-200, 1e90), (-2.0, 1e-100)]),
    Row(special.xexpy, lambda x, y: x * mp.exp(y), [(0.5, 2.0), (1e-200, 600.0), (-2.0, -600.0)]),
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


# The inverses are compared in the functions that they invert: at a solution y found by mpmath.
def exact_gamma_quantile(a: Any, p: Any) -> Any:
    guess = mp.mpf(float(special.gammaincinv(float(a), float(p))))
    return mp.findroot(lambda x: mp.gammainc(a, 0, x, regularized=True) - p, guess)


def exact_upper_gamma_quantile(a: Any, q: Any) -> Any:
    guess = mp.mpf(float(special.gammainccinv(float(a), float(q))))
    return mp.findroot(lambda x: mp.gammainc(a, x, mp.inf, regularized=True) - q, guess)


def exact_beta_quantile(a: Any, b: Any, p: Any) -> Any:
    guess = mp.mpf(float(special.betaincinv(float(a), float(b), float(p))))
    return mp.findroot(lambda x: mp.betainc(a, b, 0, x, regularized=True) - p, guess)


INVERSES = [
    Row(
        special.gammaincinv,
        exact_gamma_quantile,
        [(0.5, 0.5), (3.0, 1e-10), (50.0, 0.999), (1e3, 0.25)],
        rtol=1e-12,
        slope_rtol=1e-11,
    ),
    Row(
        special.gammainccinv,
        exact_upper_gamma_quantile,
        [(0.5, 0.5), (3.0, 1e-10), (50.0, 0.999), (1e3, 0.25)],
        rtol=1e-12,
        slope_rtol=1e-11,
    ),
    Row(
        special.betaincinv,
        exact_beta_quantile,
        [(0.5, 0.5, 0.25), (3.0, 2.0, 1e-10), (50.0, 60.0, 0.75)],
        rtol=1e-12,
        slope_rtol=1e-11,
    ),
]

TABLE = [*INVERSES, *ERROR_FUNCTIONS, *BESSEL, *INTEGRALS, *GAMMA, *ENTROPY, *INCOMPLETE]


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
    inputs = [tf.constant(x, tf.float64) for x in point]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = row.function(*inputs)
    got = tape.gradient(y, inputs)
    exact = [mp.mpf(x) for x in point]
    if row.slopes is not None:
        expected = list(row.slopes(*exact))
    else:
        expected = [slope_at(row.exact, exact, i) for i in range(len(exact))]
    for slope, e in zip(got, expected, strict=True):
        close(slope, e, row.slope_rtol)


def survives(x: np.float32, number: float) -> bool:
    """Whether rounding leaves a number finite, and different from 0 and from 1 and -1."""
    return bool(np.isfinite(x)) and all((x == pole) == (number == pole) for pole in (0, 1, -1))


def in_float32() -> list[Any]:
    """Cases that float32 can tell from others, at which there are poles."""
    with np.errstate(over="ignore"):
        return [
            case
            for case in cases()
            for point in [case.values[1]]
            if all(survives(np.float32(x), x) for x in point)
            and len(set(map(np.float32, point))) == len(set(point))
        ]


@pytest.mark.parametrize(("row", "point"), in_float32())
def test_float32_is_right_to_its_digits(row: Row, point: tuple[float, ...]) -> None:
    """Of the numbers that float32 has: value and derivatives, to what one rounding may do."""
    numbers = [np.float32(x) for x in point]
    exact = [mp.mpf(float(x)) for x in numbers]
    inputs = [tf.constant(x) for x in numbers]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = row.function(*inputs)
    assert y.dtype == tf.float32
    found = [y, *tape.gradient(y, inputs)]
    expected = [row.exact(*exact)]
    if row.slopes is not None:
        expected += row.slopes(*exact)
    else:
        expected += [slope_at(row.exact, exact, i) for i in range(len(exact))]
    for got, e in zip(found, expected, strict=True):
        assert got.dtype == tf.float32
        if 1e-37 < abs(e) < 3e38:
            assert float(got) == pytest.approx(float(e), rel=row.float32_rtol)
