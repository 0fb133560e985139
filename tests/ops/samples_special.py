"""Samples of the special functions; mpmath is the judge of their values."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np

from tests.ops.samples import elementwise_samples, fixed, positive, reals, sample, unit


def _mp(function: Any) -> Any:
    """A function of mpmath's on arrays."""
    return np.vectorize(
        lambda *numbers, **params: float(function(*numbers, **params)), otypes=[float]
    )


# SciPy's inverses of incomplete integrals find no solution in half precision.
_SINGLE = ("float32", "float64")


def _between_0_and_1(*shape: int) -> Any:
    make = unit(*shape)
    return lambda rng: 0.5 + 0.5 * make(rng)


# Relatives of the error function.
elementwise_samples("erfcinv", positive, reference=_mp(lambda x: mpmath.erfinv(1 - x)))
elementwise_samples("ndtr", reals, reference=_mp(mpmath.ncdf))
elementwise_samples(
    "ndtri",
    _between_0_and_1,
    reference=_mp(lambda x: mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(x) - 1)),
)
elementwise_samples("log_ndtr", reals, reference=_mp(lambda x: mpmath.log(mpmath.ncdf(x))))
elementwise_samples(
    "erfcx", reals, reference=_mp(lambda x: mpmath.exp(x * x) * mpmath.erfc(mpmath.mpf(x)))
)
elementwise_samples(
    "erfcx_fall",
    reals,
    reference=_mp(
        lambda x: 2 / mpmath.sqrt(mpmath.pi) - 2 * x * mpmath.exp(x * x) * mpmath.erfc(x)
    ),
)


def _dawson(x: Any) -> Any:
    return mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x)


elementwise_samples("dawsn", reals, reference=_mp(_dawson))
elementwise_samples("dawsn_slope", reals, reference=_mp(lambda x: 1 - 2 * x * _dawson(x)))


def _owens_t(h: float, a: float) -> Any:
    integral = mpmath.quad(lambda t: mpmath.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a])
    return integral / (2 * mpmath.pi)


elementwise_samples("owens_t", reals, reals, reference=_mp(_owens_t))

# Bessel functions.
for _letter, _make in (("i", reals), ("k", positive), ("j", reals), ("y", positive)):
    _bessel = getattr(mpmath, f"bessel{_letter}")
    for _order in (0, 1):
        elementwise_samples(
            f"bessel_{_letter}{_order}", _make, reference=_mp(partial(_bessel, _order))
        )


def _scaled(function: Any, sign: int) -> Any:
    return _mp(lambda v, x: mpmath.exp(sign * abs(x)) * function(v, x))


for _letter, _make, _sign in (("i", reals, -1), ("k", positive, 1)):
    _bessel = _scaled(getattr(mpmath, f"bessel{_letter}"), _sign)
    for _order in (0, 1):
        elementwise_samples(f"bessel_{_letter}{_order}e", _make, reference=partial(_bessel, _order))


def _orders(*shape: int) -> Any:
    return fixed(np.resize([0.5, 1.0, 2.25], shape))


for _letter in "ikjy":
    _bessel = getattr(mpmath, f"bessel{_letter}")
    elementwise_samples(f"{_letter}v", _orders, positive, reference=_mp(_bessel))
    if _letter in "ik":
        _sign = 1 if _letter == "k" else -1
        elementwise_samples(f"{_letter}ve", _orders, positive, reference=_scaled(_bessel, _sign))


def _order_slope(v: Any, x: Any, kind: str, n: int) -> Any:
    function = {"i": mpmath.besseli, "k": mpmath.besselk, "j": mpmath.besselj, "y": mpmath.bessely}
    sign = {"ive": -1, "kve": 1}.get(kind, 0)
    with mpmath.workdps(40):
        slope = mpmath.diff(lambda v: function[kind[0]](v, mpmath.mpf(x)), mpmath.mpf(v), n)
        return slope * mpmath.exp(sign * x)


for _kind in ("jv", "yv", "iv", "kv", "ive", "kve"):
    for _n in (1, 2):
        sample(
            "bessel_slope",
            reals(2, 1),
            positive(3),
            params={"kind": _kind, "n": _n},
            label=f"{_kind}_{_n}",
            reference=np.vectorize(_order_slope, otypes=[float]),
        )


def _scaled_slope(v: Any, x: Any, sign: int) -> Any:
    function = mpmath.besseli if sign < 0 else mpmath.besselk
    with mpmath.workdps(40):
        return mpmath.diff(lambda x: mpmath.exp(sign * x) * function(v, x), mpmath.mpf(x))


elementwise_samples("ive_slope", _orders, positive, reference=_mp(partial(_scaled_slope, sign=-1)))
elementwise_samples("kve_slope", _orders, positive, reference=_mp(partial(_scaled_slope, sign=1)))
for _name, _sign in (("ive_slope", -1), ("kve_slope", 1)):
    sample(
        _name,
        fixed([1.5, 0.0, 9.0]),
        fixed([40.0, 35.0, 50.0]),
        label="far",
        reference=_mp(partial(_scaled_slope, sign=_sign)),
        dtypes=_SINGLE,
    )


# Integrals.
elementwise_samples("expint", reals, reference=_mp(mpmath.ei))
elementwise_samples("fresnel_cos", reals, reference=_mp(mpmath.fresnelc))
elementwise_samples("fresnel_sin", reals, reference=_mp(mpmath.fresnels))
elementwise_samples("spence", positive, reference=_mp(lambda x: mpmath.polylog(2, 1 - x)))
elementwise_samples("spence_slope", positive, reference=_mp(lambda x: mpmath.log(x) / (1 - x)))
elementwise_samples("ellipk", unit, reference=_mp(mpmath.ellipk))
elementwise_samples("ellipe", unit, reference=_mp(mpmath.ellipe))
elementwise_samples(
    "ellipd", unit, reference=_mp(lambda m: (mpmath.ellipk(m) - mpmath.ellipe(m)) / m)
)


def _lambertw(x: Any, k: int) -> Any:
    return np.array([complex(mpmath.lambertw(v, k)) for v in x.flat]).reshape(x.shape)


sample("lambertw", positive(2, 3), params={"k": 0}, reference=lambda x, k: _lambertw(x, k).real)
sample(
    "lambertw",
    fixed([-0.3, -0.2, -0.05]),
    params={"k": -1},
    label="lower",
    reference=lambda x, k: _lambertw(x, k).real,
)
sample(
    "lambertw",
    lambda rng: reals(4)(rng) + 1j * reals(4)(rng),
    params={"k": 1},
    label="complex",
    reference=_lambertw,
    dtypes=(),
)
elementwise_samples("ellipkm1", positive, reference=_mp(lambda p: mpmath.ellipk(1 - p)))
elementwise_samples(
    "ellipbm1",
    _between_0_and_1,
    reference=_mp(lambda p: (mpmath.ellipe(1 - p) - p * mpmath.ellipk(1 - p)) / (1 - p)),
)
elementwise_samples("ellipkinc", reals, unit, reference=_mp(mpmath.ellipf))
elementwise_samples("ellipeinc", reals, unit, reference=_mp(mpmath.ellipe))


def _elliptic_moment(phi: Any, m: Any, p: int, r: int) -> Any:
    return mpmath.quad(
        lambda t: mpmath.sin(t) ** (2 * p) * (1 - m * mpmath.sin(t) ** 2) ** (r / 2),
        mpmath.linspace(0, phi, 5),
    )


for _p, _r in ((1, -1), (1, -3)):
    sample(
        "elliptic_moment",
        reals(2, 1),
        unit(3),
        params={"p": _p, "r": _r},
        label=f"{_p}_{-_r}",
        reference=_mp(_elliptic_moment),
        dtypes=_SINGLE,
    )
elementwise_samples("sinc", reals, reference=_mp(mpmath.sincpi))


def _sinc_slope(x: Any, n: int) -> Any:
    with mpmath.workdps(40):
        return mpmath.diff(mpmath.sincpi, mpmath.mpf(x), n)


def _fresnel_wave(x: Any, sine: bool) -> Any:
    return (np.sin if sine else np.cos)(0.5 * np.pi * x * x)


for _n in (1, 2, 3):
    sample(
        "sinc_slope",
        reals(2, 3),
        params={"n": _n},
        label=f"order_{_n}",
        reference=_mp(_sinc_slope),
    )
for _sine in (False, True):
    sample(
        "fresnel_wave",
        reals(2, 3),
        params={"sine": _sine},
        label="sine" if _sine else "cosine",
        reference=_fresnel_wave,
    )
elementwise_samples("exp1", positive, reference=_mp(mpmath.e1))
sample(
    "hyp2f1",
    unit(2, 3),
    params={"a": 0.5, "b": 1.25, "c": 2.0},
    reference=lambda z, a, b, c: _mp(lambda x: mpmath.hyp2f1(a, b, c, x))(z),
)


# Gamma and beta functions.
elementwise_samples("gamma", positive, reference=_mp(mpmath.gamma))
elementwise_samples("beta", positive, positive, reference=_mp(mpmath.beta))
elementwise_samples(
    "betaln", positive, positive, reference=_mp(lambda a, b: mpmath.log(mpmath.beta(a, b)))
)


def _exponents(*shape: int) -> Any:
    return fixed(np.resize([1.5, 2.0, 4.25], shape))


elementwise_samples("zeta", _exponents, positive, reference=_mp(mpmath.zeta))
for _n in (1, 2):
    sample(
        "zeta_slope",
        _exponents(2, 1),
        positive(3),
        params={"n": _n},
        label=f"order_{_n}",
        reference=_mp(lambda s, q, n: mpmath.zeta(s, q, int(n))),
    )
elementwise_samples(
    "digamma_step",
    positive,
    positive,
    reference=_mp(lambda a, b: mpmath.digamma(a + b) - mpmath.digamma(a)),
)

# Entropies and their like.
elementwise_samples(
    "log_ratio", positive, positive, reference=_mp(lambda a, b: mpmath.log(mpmath.mpf(a) / b))
)
elementwise_samples("expit", reals, reference=_mp(lambda x: 1 / (1 + mpmath.exp(-x))))
elementwise_samples("share", reals, reals, reference=_mp(lambda a, b: 1 / (1 + mpmath.exp(b - a))))
elementwise_samples("bose", reals, reference=_mp(lambda d: 1 / mpmath.expm1(d)))
elementwise_samples("log1mexp", reals, reference=_mp(lambda x: mpmath.log(abs(mpmath.expm1(x)))))
elementwise_samples(
    "softplus_inverse", positive, reference=_mp(lambda x: mpmath.log(mpmath.expm1(x)))
)
elementwise_samples(
    "logsubexp",
    reals,
    reals,
    reference=_mp(lambda a, b: mpmath.log(abs(mpmath.exp(a) - mpmath.exp(b)))),
)
elementwise_samples("xexpy", reals, reals, reference=lambda a, b: a * np.exp(b))
elementwise_samples("entr", positive, reference=_mp(lambda x: -x * mpmath.log(x)))
elementwise_samples(
    "rel_entr", positive, positive, reference=_mp(lambda x, y: x * mpmath.log(x / y))
)
elementwise_samples(
    "kl_div", positive, positive, reference=_mp(lambda x, y: x * mpmath.log(x / y) - x + y)
)
elementwise_samples("logit", _between_0_and_1, reference=_mp(lambda x: mpmath.log(x / (1 - x))))
elementwise_samples(
    "logaddexp", reals, reals, reference=_mp(lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)))
)
elementwise_samples(
    "logaddexp2", reals, reals, reference=_mp(lambda x, y: mpmath.log(2**x + 2**y, 2))
)


# Incomplete gamma and beta functions, and their derivatives of some order in the parameters.
def _gamma_part(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


def _gamma_slope(a: Any, x: Any, n: int) -> Any:
    with mpmath.workdps(40):
        return mpmath.diff(lambda a: _gamma_part(a, mpmath.mpf(x)), mpmath.mpf(a), int(n))


def _beta_slope(a: Any, b: Any, x: Any, n: int, m: int) -> Any:
    with mpmath.workdps(40):
        point, orders = (mpmath.mpf(a), mpmath.mpf(b)), (int(n), int(m))
        return mpmath.diff(
            lambda a, b: mpmath.betainc(a, b, 0, mpmath.mpf(x), regularized=True), point, orders
        )


elementwise_samples("igamma", positive, positive, reference=_mp(_gamma_part))
elementwise_samples(
    "igammac", positive, positive, reference=_mp(lambda a, x: 1 - _gamma_part(a, x))
)
elementwise_samples(
    "igamma_density",
    positive,
    positive,
    reference=_mp(lambda a, x: x ** (a - 1) * mpmath.exp(-x) / mpmath.gamma(a)),
)
elementwise_samples(
    "betainc",
    positive,
    positive,
    _between_0_and_1,
    reference=_mp(lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True)),
)
elementwise_samples(
    "betainc_density",
    positive,
    positive,
    _between_0_and_1,
    reference=_mp(lambda a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) / mpmath.beta(a, b)),
)
for _n in (1, 2):
    sample(
        "igamma_slope",
        positive(2, 3),
        positive(3),
        params={"n": _n},
        label=f"order_{_n}",
        reference=_mp(_gamma_slope),
    )
for _n, _m in ((1, 0), (0, 1), (1, 1), (0, 2)):
    sample(
        "betainc_slope",
        positive(2, 1),
        positive(3),
        _between_0_and_1(2, 3),
        params={"n": _n, "m": _m},
        label=f"order_{_n}_{_m}",
        reference=_mp(_beta_slope),
    )


# Their inverses.
def _root(rising: Any, low: float, high: float) -> Any:
    """Where a rising function is 0, by bisection."""
    low, high = mpmath.mpf(low), mpmath.mpf(high)
    for _ in range(90):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return low


def _gamma_quantile(a: Any, p: Any, upper: bool = False) -> Any:
    with mpmath.workdps(30):
        p = 1 - mpmath.mpf(p) if upper else mpmath.mpf(p)
        return mpmath.exp(_root(lambda z: _gamma_part(a, mpmath.exp(z)) - p, -80.0, 5.0))


def _beta_quantile(a: Any, b: Any, p: Any) -> Any:
    def part(z: Any) -> Any:
        return mpmath.betainc(a, b, 0, 1 / (1 + mpmath.exp(-z)), regularized=True)

    with mpmath.workdps(30):
        return 1 / (1 + mpmath.exp(-_root(lambda z: part(z) - p, -60.0, 60.0)))


elementwise_samples(
    "gammaincinv", positive, _between_0_and_1, reference=_mp(_gamma_quantile), dtypes=_SINGLE
)
elementwise_samples(
    "gammainccinv",
    positive,
    _between_0_and_1,
    reference=_mp(partial(_gamma_quantile, upper=True)),
    dtypes=_SINGLE,
)
elementwise_samples(
    "betaincinv",
    positive,
    positive,
    _between_0_and_1,
    reference=_mp(_beta_quantile),
    dtypes=_SINGLE,
)
# What was drawn is constant: derivatives are tested in test_pathwise.py.
elementwise_samples(
    "gamma_pathwise",
    positive,
    positive,
    reference=lambda a, b: np.broadcast_arrays(a, b)[1],
    order=0,
)
sample(
    "dirichlet_pathwise",
    positive(2, 3),
    lambda rng: rng.dirichlet([1.0, 2.0, 3.0], 2),
    reference=lambda concentration, drawn: drawn,
    order=0,
)
