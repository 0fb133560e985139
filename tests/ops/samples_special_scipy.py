"""Samples of the special functions that SciPy alone has; mpmath is the judge of their values."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np

from tests.ops.samples import elementwise_samples, fixed, positive, reals, sample, unit

# SciPy's loops take no half precision, or find no solution in it.
_SINGLE = ("float32", "float64")


def _mp(function: Any) -> Any:
    """A function of mpmath's on arrays."""
    return np.vectorize(lambda *numbers: float(mpmath.re(function(*numbers))), otypes=[float])


def _fixed(*values: float) -> Any:
    """A maker of arrays that repeat some numbers."""
    return lambda *shape: fixed(np.resize(values, shape))


_degrees = _fixed(0.0, 1.0, 2.0, 3.0, 5.0)
_orders = _fixed(0.0, 1.0, 2.0)
_probabilities = _fixed(0.1, 0.35, 0.6, 0.9, 0.75)


# Airy functions.
def _scaled(derivative: int, function: Any, sign: float) -> Any:
    def exact(x: float) -> Any:
        scale = mpmath.exp(sign * mpmath.mpf(2) / 3 * mpmath.mpf(max(x, 0.0)) ** 1.5)
        return scale * function(x, derivative=derivative)

    return exact


for _name, _function in (("ai", mpmath.airyai), ("bi", mpmath.airybi)):
    _sign, _make = (1.0, positive) if _name == "ai" else (-1.0, reals)
    for _n, _suffix in enumerate(("", "_slope")):
        elementwise_samples(
            f"airy_{_name}{_suffix}", reals, reference=_mp(partial(_function, derivative=_n))
        )
        elementwise_samples(
            f"scaled_airy_{_name}{_suffix}",
            _make,
            reference=_mp(_scaled(_n, _function, _sign)),
        )

# Kelvin functions; their derivatives by mpmath's differences.
for _name in ("ber", "bei", "ker", "kei"):
    _function = partial(getattr(mpmath, _name), 0)
    elementwise_samples(f"kelvin_{_name}", positive, reference=_mp(_function))
    elementwise_samples(
        f"kelvin_{_name}p", positive, reference=_mp(partial(mpmath.diff, _function))
    )

# Struve functions, by their variable.
elementwise_samples("struve", _fixed(0.0, 0.5, 1.25), positive, reference=_mp(mpmath.struveh))
elementwise_samples("modstruve", _fixed(0.0, 0.5, 1.25), positive, reference=_mp(mpmath.struvel))


# Spherical Bessel functions.
def _spherical(function: Any, factor: Any) -> Any:
    return lambda n, x: mpmath.sqrt(factor / mpmath.mpf(x)) * function(n + 0.5, x)


for _name, _function, _factor in (
    ("jn", mpmath.besselj, mpmath.pi / 2),
    ("yn", mpmath.bessely, mpmath.pi / 2),
    ("in", mpmath.besseli, mpmath.pi / 2),
    ("kn", mpmath.besselk, mpmath.pi / 2),
):
    elementwise_samples(
        f"spherical_{_name}", _orders, positive, reference=_mp(_spherical(_function, _factor))
    )

# Quotients of gamma functions.
elementwise_samples("rgamma", reals, reference=_mp(mpmath.rgamma))
elementwise_samples("zetac", _fixed(1.5, 2.0, 4.25), reference=_mp(lambda s: mpmath.zeta(s) - 1))
elementwise_samples("poch", positive, positive, reference=_mp(mpmath.rf))
elementwise_samples("binom", positive, positive, reference=_mp(mpmath.binomial))

# Hypergeometric functions, by their variable.
elementwise_samples("hyp0f1", positive, reals, reference=_mp(mpmath.hyp0f1))
elementwise_samples("hyp1f1", positive, positive, reals, reference=_mp(mpmath.hyp1f1))
sample(
    "kummer",
    reals(2, 3),
    params={"a": 0.5, "b": 1.25},
    reference=lambda z, a, b: _mp(lambda x: mpmath.hyp1f1(a, b, x))(z),
)
elementwise_samples("hyperu", positive, positive, positive, reference=_mp(mpmath.hyperu))
elementwise_samples(
    "gauss2f1",
    positive,
    positive,
    positive,
    lambda *shape: lambda rng: 0.7 * unit(*shape)(rng),
    reference=_mp(mpmath.hyp2f1),
)


def _wright(a: float, b: float, x: float) -> Any:
    return mpmath.nsum(
        lambda k: mpmath.mpf(x) ** k * mpmath.rgamma(a * k + b) * mpmath.rgamma(k + 1),
        [0, mpmath.inf],
        method="d",
    )


elementwise_samples("wright_bessel", positive, positive, positive, reference=_mp(_wright))
elementwise_samples(
    "log_wright_bessel",
    positive,
    positive,
    positive,
    reference=_mp(lambda a, b, x: mpmath.log(_wright(a, b, x))),
)

# Jacobi's elliptic functions.
_parameters = _fixed(0.1, 0.5, 0.9)
for _name in ("sn", "cn", "dn"):
    elementwise_samples(
        f"jacobi_{_name}",
        reals,
        _parameters,
        reference=_mp(lambda u, m, kind=_name: mpmath.ellipfun(kind, u, m=m)),
    )
elementwise_samples(
    "jacobi_am",
    reals,
    _parameters,
    reference=_mp(
        lambda u, m: mpmath.findroot(lambda phi: mpmath.ellipf(phi, m) - u, mpmath.mpf(u))
    ),
)

# Carlson's integrals.
for _name in ("rf", "rg", "rd"):
    elementwise_samples(
        f"ellip{_name}",
        *(positive,) * 3,
        reference=_mp(getattr(mpmath, f"ellip{_name}")),
        order=0 if _name == "rd" else 1,
    )
elementwise_samples("elliprc", positive, positive, reference=_mp(mpmath.elliprc), order=1)

# Exponentials and degrees.
elementwise_samples("exp10", reals, reference=lambda x: 10.0**x)
elementwise_samples("exprel", reals, reference=_mp(lambda x: mpmath.expm1(x) / x))
elementwise_samples("powm1", positive, reals, reference=_mp(lambda a, b: mpmath.mpf(a) ** b - 1))
elementwise_samples("wrightomega", reals, reference=_mp(lambda x: mpmath.lambertw(mpmath.exp(x))))
for _name in ("sin", "cos", "tan", "cot"):
    elementwise_samples(
        f"{_name}dg",
        reals,
        reference=_mp(lambda x, name=_name: getattr(mpmath, name)(mpmath.radians(x))),
    )

# Integrals.
elementwise_samples("sine_integral", reals, reference=_mp(mpmath.si))
elementwise_samples("cosine_integral", positive, reference=_mp(mpmath.ci))
elementwise_samples("hyperbolic_sine_integral", reals, reference=_mp(mpmath.shi))
elementwise_samples("hyperbolic_cosine_integral", positive, reference=_mp(mpmath.chi))
elementwise_samples("expn", _orders, positive, reference=_mp(mpmath.expint))


# The error function of complex numbers.
def _faddeeva(z: Any) -> Any:
    exact = [complex(mpmath.exp(-(v**2)) * mpmath.erfc(-1j * mpmath.mpc(v))) for v in z.flat]
    return np.array(exact).reshape(z.shape)


sample(
    "wofz",
    lambda rng: reals(4)(rng) + 1j * positive(4)(rng),
    reference=_faddeeva,
    dtypes=(),
)
elementwise_samples("erfi", reals, reference=_mp(mpmath.erfi))

# Orthogonal polynomials.
_POLYNOMIALS = {
    "legendre": (mpmath.legendre, ()),
    "laguerre": (lambda n, x: mpmath.laguerre(n, 0, x), ()),
    "chebyt": (mpmath.chebyt, ()),
    "chebyu": (mpmath.chebyu, ()),
    "hermite": (mpmath.hermite, ()),
    "hermitenorm": (lambda n, x: mpmath.hermite(n, x / mpmath.sqrt(2)) / mpmath.sqrt(2) ** n, ()),
    "genlaguerre": (mpmath.laguerre, (positive,)),
    "gegenbauer": (mpmath.gegenbauer, (positive,)),
    "jacobi": (mpmath.jacobi, (positive, positive)),
}
for _name, (_function, _makers) in _POLYNOMIALS.items():
    elementwise_samples(
        f"eval_{_name}", _degrees, *_makers, reals, reference=_mp(_function), dtypes=_SINGLE
    )
elementwise_samples(
    "lpmv",
    _orders,
    _fixed(2.0, 3.0, 1.0),
    unit,
    reference=_mp(
        lambda m, v, x: (
            # with the phase of Condon and Shortley, on the cut
            mpmath.legenp(v, m, x, type=2)
        )
    ),
)


# Distribution functions.
def _student(df: float, t: float) -> Any:
    share = mpmath.betainc(df / 2, 0.5, 0, df / (df + mpmath.mpf(t) ** 2), regularized=True) / 2
    return share if t < 0 else 1 - share


def _quantile(distribution: Any, p: float) -> Any:
    low, high = mpmath.mpf(-(10**9)), mpmath.mpf(10**9)
    for _ in range(110):
        middle = (low + high) / 2
        low, high = (middle, high) if distribution(middle) < p else (low, middle)
    return low


_freedom = _fixed(1.0, 2.5, 6.0)
elementwise_samples("stdtr", _freedom, reals, reference=_mp(_student))
elementwise_samples(
    "stdtrit",
    _freedom,
    _probabilities,
    reference=_mp(lambda df, p: _quantile(partial(_student, df), p)),
    dtypes=_SINGLE,
)
elementwise_samples(
    "ndtri_exp",
    lambda *shape: lambda rng: -positive(*shape)(rng),
    reference=_mp(lambda y: mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.exp(y) - 1)),
)


def _noncentral(x: float, df: float, shift: float) -> Any:
    def term(j: Any) -> Any:
        weight = mpmath.exp(-shift / 2) * (mpmath.mpf(shift) / 2) ** j / mpmath.factorial(j)
        return weight * mpmath.gammainc(df / 2 + j, 0, x / 2, regularized=True)

    return mpmath.nsum(term, [0, mpmath.inf], method="d")


elementwise_samples("chndtr", positive, _freedom, positive, reference=_mp(_noncentral))
elementwise_samples(
    "betaincc",
    positive,
    positive,
    _probabilities,
    reference=_mp(lambda a, b, x: mpmath.betainc(a, b, x, 1, regularized=True)),
)


def _beta_quantile(a: float, b: float, q: float) -> Any:
    with mpmath.workdps(30):
        low, high = mpmath.mpf(0), mpmath.mpf(1)
        for _ in range(90):
            middle = (low + high) / 2
            above = mpmath.betainc(a, b, middle, 1, regularized=True) > q
            low, high = (middle, high) if above else (low, middle)
        return low


elementwise_samples(
    "betainccinv",
    positive,
    positive,
    _probabilities,
    reference=_mp(_beta_quantile),
    dtypes=_SINGLE,
)


# Inverses in the parameters, by bisection.
def _parameter(function: Any, target: float, rising: bool) -> Any:
    with mpmath.workdps(30):
        low, high = mpmath.mpf("1e-6"), mpmath.mpf("1e4")
        for _ in range(130):
            middle = mpmath.sqrt(low * high)
            below = (function(middle) < target) == rising
            low, high = (middle, high) if below else (low, middle)
        return low


_INVERSE = {"dtypes": ("float32", "float64"), "rtol": 1e-5}
elementwise_samples(
    "gdtrib",
    positive,
    _probabilities,
    positive,
    reference=_mp(
        lambda a, p, x: _parameter(
            lambda b: mpmath.gammainc(b, 0, a * x, regularized=True), p, False
        )
    ),
    **_INVERSE,
)
elementwise_samples(
    "btdtria",
    _probabilities,
    positive,
    _fixed(0.4, 0.6, 0.5),
    reference=_mp(
        lambda p, b, x: _parameter(lambda a: mpmath.betainc(a, b, 0, x, regularized=True), p, False)
    ),
    **_INVERSE,
)
elementwise_samples(
    "btdtrib",
    positive,
    _probabilities,
    _fixed(0.4, 0.6, 0.5),
    reference=_mp(
        lambda a, p, x: _parameter(lambda b: mpmath.betainc(a, b, 0, x, regularized=True), p, True)
    ),
    **_INVERSE,
)
for _label, _p, _t in (
    ("column", [[0.65], [0.72]], [0.65, 0.7]),
    ("scalar", 0.71, 0.6),
    ("empty", np.zeros((0, 2)), np.zeros(2)),
):
    sample(
        "stdtridf",
        fixed(_p),
        fixed(_t),
        label=_label,
        reference=_mp(lambda p, t: _parameter(lambda df: _student(df, t), p, True)),
        **_INVERSE,
    )
elementwise_samples(
    "sph_legendre_p",
    _fixed(2.0, 3.0, 4.0),
    _fixed(0.0, 1.0, 2.0),
    reals,
    reference=_mp(lambda n, m, theta: mpmath.spherharm(n, m, theta, 0)),
)


# Of complex numbers.
def _complex(function: Any) -> Any:
    def exact(*arrays: Any) -> Any:
        rows = np.broadcast_arrays(*arrays)
        found = [
            complex(function(*map(mpmath.mpc, each)))
            for each in zip(*(r.flat for r in rows), strict=True)
        ]
        return np.array(found).reshape(rows[0].shape)

    return exact


def _plane(rng: np.random.Generator) -> Any:
    return positive(4)(rng) + 1j * reals(4)(rng)


_HOLOMORPHIC = {
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfi": mpmath.erfi,
    "erfcx": lambda z: mpmath.exp(z * z) * mpmath.erfc(z),
    "dawsn": lambda z: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-z * z) * mpmath.erfi(z),
    "ndtr": lambda z: mpmath.erfc(-z / mpmath.sqrt(2)) / 2,
    "gamma": mpmath.gamma,
    "loggamma": mpmath.loggamma,
    "rgamma": mpmath.rgamma,
    "psi": mpmath.digamma,
    "expi": mpmath.ei,
    "exp1": mpmath.e1,
    "spence": lambda z: mpmath.polylog(2, 1 - z),
    "expm1": mpmath.expm1,
    "log1p": lambda z: mpmath.log(1 + z),
    "wrightomega": lambda z: mpmath.lambertw(mpmath.exp(z)),
}
_ORDERS_OF_DERIVATIVES = {"psi": 0, "gamma": 1, "loggamma": 1, "rgamma": 1}
for _name, _function in _HOLOMORPHIC.items():
    sample(
        f"complex_{_name}",
        _plane,
        reference=_complex(_function),
        dtypes=(),
        order=_ORDERS_OF_DERIVATIVES.get(_name, 2),
    )
for _name, _function in {
    "jv": mpmath.besselj,
    "yv": mpmath.bessely,
    "iv": mpmath.besseli,
    "kv": mpmath.besselk,
    "hankel1": mpmath.hankel1,
    "hankel2": mpmath.hankel2,
}.items():
    sample(
        f"complex_{_name}",
        fixed([0.5, 1.0, 2.25, 0.0], complex),
        _plane,
        reference=_complex(_function),
        dtypes=(),
    )
