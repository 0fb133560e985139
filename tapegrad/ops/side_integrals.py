"""Derivatives of incomplete integrals in their parameters, by Gauss's rule on one side.

The derivative of order n with respect to a parameter is the integral of the density times a
polynomial in the logarithm of the variable (a complete Bell polynomial, because the density is the
exponential of a function whose derivatives are polygammas). Over the whole range that integral is
zero, so it may be taken over either side of the argument: on the side away from the bulk the
integrand of the first derivative has one sign, and nothing cancels. The side is cut where the
density has fallen by the factor ``exp(-_DEPTH)``, split where the density bends, and integrated by
Gauss's rule in the logarithm of the variable.
"""

from __future__ import annotations

from functools import cache
from math import comb
from typing import Any

import numpy as np

# The density falls to exp(-_DEPTH) of what it is at the argument, beyond which nothing counts.
_DEPTH = 46.0
_NODES = 40
_CHUNK = 2048


@cache
def gauss_rule() -> tuple[Any, Any]:
    """Gauss's nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 + 0.5 * nodes, 0.5 * weights


def reach_of(drop: Any, shape: tuple[int, ...]) -> Any:
    """How far the side goes: where the convex `drop`, 0 at 0, reaches `_DEPTH`; by bisection."""
    low, high = np.full(shape, -30.0), np.full(shape, 35.0)
    for _ in range(14):
        middle = 0.5 * (low + high)
        beyond = ~(drop(np.exp(middle)) < _DEPTH)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.exp(high)


def integral_over(integrand: Any, ends: Any) -> Any:
    """The integral from 0 to the last of `ends`, piece by piece; `integrand` takes an axis more."""
    nodes, weights = gauss_rule()
    total: Any = 0.0
    start = np.zeros_like(ends[0])
    for end in ends:
        end = np.maximum(end, start)
        width = end - start
        values = integrand(start[..., None] + width[..., None] * nodes)
        total = total + width * (values @ weights)
        start = end
    return total


def panels(low: Any, high: Any, breaks: list[Any]) -> tuple[Any, Any]:
    """Points and weights from `low` to `high`, in rows, with panels that end at the breaks."""
    inner = [np.clip(b, low, high) for b in breaks]
    ends = np.sort([low, *inner, high], axis=0)
    width = np.diff(ends, axis=0)
    # The panels of each row first; the rest has no weight, and no points at singular ends either.
    order = np.argsort(width == 0.0, axis=0, kind="stable")[: (width > 0.0).sum(axis=0).max()]
    width = np.take_along_axis(width, order, 0)
    start = np.take_along_axis(ends, order, 0)
    start = np.where(width > 0.0, start, 0.5 * (low + high)).T[..., None]
    width = width.T[..., None]
    nodes, weights = gauss_rule()
    rows = len(low)
    return (start + width * nodes).reshape(rows, -1), (width * weights).reshape(rows, -1)


def bell(orders: tuple[int, ...], log_derivative: Any) -> Any:
    """The mixed derivative of ``exp(L)``, divided by it, from the derivatives of ``L``."""
    known: dict[tuple[int, ...], Any] = {}

    def at(n: int, m: int) -> Any:
        if n == m == 0:
            return 1.0
        if (n, m) not in known:
            total: Any = 0.0
            for i in range(n if n else 1):
                for j in range(m + 1 if n else m):
                    first = (i + 1, j) if n else (0, j + 1)
                    rest = (n - 1 - i, m - j) if n else (0, m - 1 - j)
                    ways = comb(n - 1, i) * comb(m, j) if n else comb(m - 1, j)
                    total = total + ways * (at(*rest) * log_derivative(*first))
            known[n, m] = total
        return known[n, m]

    return at(*orders)


def by_chunks(function: Any, arguments: tuple[Any, ...], dtype: Any) -> Any:
    """``function(*arguments)`` over flat float64 chunks of the broadcast arguments."""
    arrays = np.broadcast_arrays(*[np.asarray(x, np.float64) for x in arguments])
    flat = [x.reshape(-1) for x in arrays]
    out = np.empty(flat[0].shape)
    for start in range(0, out.size, _CHUNK):
        piece = slice(start, start + _CHUNK)
        out[piece] = function(*[x[piece] for x in flat])
    return out.reshape(arrays[0].shape).astype(dtype)[()]
