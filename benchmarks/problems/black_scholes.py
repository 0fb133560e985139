"""Black-Scholes: the value of many call options and three of their gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

STRIKE = 100.0
INTEREST = 0.03
OPTIONS = 1_000_000


def inputs(small: bool) -> Inputs:
    generator = np.random.default_rng(7)
    count = 10 if small else OPTIONS
    spot = generator.uniform(60.0, 140.0, count)
    volatility = generator.uniform(0.1, 0.5, count)
    years = generator.uniform(0.2, 2.0, count)
    return Inputs([spot, volatility, years], [])


def objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    """The sum of the values: its gradients are delta, vega and minus theta of each option."""
    spot, volatility, years = parameters

    def normal_cdf(x: Any) -> Any:
        return 0.5 * (1.0 + ops.math.erf(x * math.sqrt(0.5)))

    deviation = volatility * ops.sqrt(years)
    drift = (INTEREST + 0.5 * volatility * volatility) * years
    d1 = (ops.math.log(spot * (1.0 / STRIKE)) + drift) / deviation
    d2 = d1 - deviation
    discount = ops.exp(-INTEREST * years)
    return ops.reduce_sum(spot * normal_cdf(d1) - STRIKE * discount * normal_cdf(d2))


def by_hand(parameters: list[Any], constants: list[Any]) -> tuple[Any, list[Any]]:
    """The closed forms of the value, delta, vega and minus theta."""
    spot, volatility, years = parameters
    root = np.sqrt(years)
    deviation = volatility * root
    d1 = (np.log(spot / STRIKE) + (INTEREST + 0.5 * volatility * volatility) * years) / deviation
    d2 = d1 - deviation
    delta = scipy.special.ndtr(d1)
    strike = STRIKE * np.exp(-INTEREST * years) * scipy.special.ndtr(d2)
    vega = spot * root * np.exp(-0.5 * d1 * d1) * (1.0 / math.sqrt(2.0 * math.pi))
    theta = vega * volatility / (2.0 * years) + INTEREST * strike
    return np.sum(spot * delta - strike), [delta, vega, theta]


BLACK_SCHOLES = Problem(
    key="e",
    title="Black-Scholes value and three gradients, 1,000,000 options, float64",
    objective=objective,
    inputs=inputs,
    tolerance=1e-9,
    targets={"torch": 1.5},
    rounds=7,
    missing={"mygrad": "MyGrad has no erf"},
)
