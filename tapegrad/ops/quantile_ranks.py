"""Which order statistics a quantile lies between, by Hyndman and Fan's and other definitions.

R. J. Hyndman and Y. Fan, Sample quantiles in statistical packages, The American Statistician 50
(1996) 361-365; the names are NumPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF

#: Methods whose quantiles move continuously with q, at rank ``(n + 1 - a - b) q + a - 1``.
_CONTINUOUS = {
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "linear": (1.0, 1.0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


def _inverted_cdf(n: Any, q: Any) -> Any:
    return np.ceil(n * q) - 1


def _averaged(n: Any, q: Any) -> Any:
    rank = n * q - 1
    return np.where(rank == np.floor(rank), rank + 0.5, np.ceil(rank))


def _closest(n: Any, q: Any) -> Any:
    rank = n * q - 1.5
    below = np.floor(rank)
    return np.where((rank == below) & (below % 2 == 1), below, below + 1)


def _midpoint(n: Any, q: Any) -> Any:
    rank = (n - 1) * q
    return 0.5 * (np.floor(rank) + np.ceil(rank))


def _lower(n: Any, q: Any) -> Any:
    return np.floor((n - 1) * q)


def _higher(n: Any, q: Any) -> Any:
    return np.ceil((n - 1) * q)


def _nearest(n: Any, q: Any) -> Any:
    return np.around((n - 1) * q)


#: Methods that jump from one order statistic, or mean of two, to the next.
_STEPS = {
    "inverted_cdf": _inverted_cdf,
    "averaged_inverted_cdf": _averaged,
    "closest_observation": _closest,
    "lower": _lower,
    "higher": _higher,
    "midpoint": _midpoint,
    "nearest": _nearest,
}

METHODS = (*_CONTINUOUS, *_STEPS)


def _ranks(x: Any, q: Any, *, method: str, ignore_nan: bool) -> tuple[Any, Any, Any, Any]:
    unknown = np.isnan(x)
    size = x.shape[-1]
    n = np.full((1,) * x.ndim, size)
    offset = np.zeros(n.shape)
    if unknown.any():
        known = size - unknown.sum(axis=-1, keepdims=True)
        offset = np.where((known == 0) if ignore_nan else (known < size), np.nan, 0.0)
        n = known if ignore_nan else n
    q = np.asarray(q, np.float64)
    slope: Any = 0.0
    if method in _STEPS:
        rank = _STEPS[method](n, q)
    else:
        a, b = _CONTINUOUS[method]
        slope = n + (1.0 - a - b)
        rank = slope * q + (a - 1.0)
        if method == "interpolated_inverted_cdf":
            rank = n * q - 1
    low = np.floor(rank)
    weight = rank - low
    last = np.maximum(n - 1, 0)
    ranks = np.concatenate(
        [np.clip(low, 0, last).astype(np.int64), np.clip(low + 1, 0, last).astype(np.int64)], -1
    )
    slopes = np.broadcast_to(slope, n.shape)
    return ranks, weight.astype(x.dtype), slopes.astype(x.dtype), offset.astype(x.dtype)


# x (..., n), q (m,): the ranks below and above (..., 2 m), the weight of the second of them
# (..., m), how fast it grows with q (..., 1), and NaN instead of 0 where there is no quantile.
general("quantile_ranks", _ranks, NONDIFF, NONDIFF, inputs="x q")
