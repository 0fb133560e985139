"""The problems of `suite.py`, in the order of its tables, and what tapegrad is to reach.

A target is a ratio to a library, to the best peer (``best``) or to the bare matrix products
(``products``).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.libraries.base import Inputs
from benchmarks.problems import networks
from benchmarks.problems.base import Problem
from benchmarks.problems.black_scholes import BLACK_SCHOLES, by_hand
from benchmarks.problems.elementary import CHAINS, ELEMENTARY, LOGSUMEXPS, ROSENBROCK
from benchmarks.problems.lstm_steps import LSTM_STEPS
from benchmarks.problems.mixture import MIXTURES
from benchmarks.problems.models import ATTENTION, DIGITS_NETWORK, REGRESSION

SUITE: dict[str, Problem] = {
    problem.key: problem
    for problem in (
        BLACK_SCHOLES._replace(
            key="black_scholes",
            targets={"best": 0.35},
            missing={},
            # erf twice, exp three times, log and sqrt
            flops=lambda inputs: (7 * ELEMENTARY + 40) * inputs.parameters[0].size,
            by_hand=by_hand,
        ),
        networks.TANH_NETWORK._replace(
            key="tanh_network",
            title="16-32-32-1 tanh network, batch 32, float32, value and gradients",
            targets={"best": 0.35},
            rounds=15,
            learning_rate=None,
        ),
        networks.RELU_NETWORK._replace(key="relu_network", targets={"best": 1.0, "products": 1.3}),
        *MIXTURES,
        LSTM_STEPS,
        *LOGSUMEXPS,
        ROSENBROCK,
        *CHAINS,
        REGRESSION,
        ATTENTION,
        DIGITS_NETWORK,
    )
}

#: Problem -> the step of bare matrix products to time beside it.
PRODUCTS: Mapping[str, Callable[[Inputs], Callable[[], None]]] = {"relu_network": networks.products}


class Together(NamedTuple):
    """Problems that are judged by the geometric mean of their ratios to the best peer."""

    keys: tuple[str, ...]
    target: float

    def ratio(self, ratios: Mapping[str, float | None]) -> float | None:
        """The mean, or None if one of them was not measured."""
        found = [ratios.get(key) for key in self.keys]
        if any(ratio is None for ratio in found):
            return None
        return math.exp(statistics.fmean(math.log(ratio) for ratio in found if ratio))


TOGETHER = {"gmm": Together(tuple(problem.key for problem in MIXTURES), 0.8)}
