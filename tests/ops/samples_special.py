"""Samples of the special functions; mpmath is the judge of their values."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from tests.ops.samples import elementwise_samples, positive, reals, unit


def _mp(function: Any) -> Any:
    """A function of mpmath's on arrays."""
    return np.vectorize(lambda *numbers: float(function(*numbers)), otypes=[float])


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
