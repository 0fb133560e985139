"""What this machine can do now: the rate of matrix products and the bandwidth of memory.

A lower bound of the time of a problem is the larger of its floating-point operations at the best
rate of a product of matrices, and of its bytes (inputs read once, gradients written once) at the
rate at which a fused loop, ``z = a x + y``, moves as many bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

SIZES = (256, 512)
REPEATS = 5
#: A timing lasts at least so many seconds.
FILL = 0.005
#: Working sets are not measured below the first, or beyond the second number of bytes.
SMALLEST, LARGEST = 1 << 14, 1 << 28


def fastest(work: Callable[[], Any]) -> float:
    """The shortest of a few timings of `work`, in seconds."""
    work()
    start = time.perf_counter()
    work()
    repeats = max(1, round(FILL / (time.perf_counter() - start)))
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        times.append((time.perf_counter() - start) / repeats)
    return min(times)


def peak(dtype: np.dtype[Any]) -> float:
    """Floating-point operations a second of the best product of matrices."""
    rates = []
    for n in SIZES:
        a = np.ones((n, n), dtype)
        out = np.empty_like(a)
        rates.append(2.0 * n**3 / fastest(lambda a=a, out=out: np.dot(a, a, out=out)))
    return max(rates)


def bandwidth(size: int) -> float:
    """Bytes a second that a fused loop reads and writes in a working set of about `size` bytes."""
    n = max(SMALLEST, min(size, LARGEST)) // 24
    x, y, z = np.ones(n), np.ones(n), np.empty(n)
    triad = _triad()
    return 24 * n / fastest(lambda: triad(1.5, x, y, z))


@cache
def _triad() -> Any:
    import numba

    @numba.njit
    def triad(a: float, x: Any, y: Any, z: Any) -> None:
        for i in range(len(x)):
            z[i] = a * x[i] + y[i]

    return triad


def lower_bound(problem: Problem, inputs: Inputs) -> float:
    """Seconds that value and gradients of `problem` take at least, by measurements made now."""
    parameters = sum(array.nbytes for array in inputs.parameters)
    constants = sum(np.asarray(array).nbytes for array in inputs.constants)
    size = 2 * parameters + constants
    seconds = problem.flops(inputs) / peak(inputs.parameters[0].dtype)
    return max(seconds, size / bandwidth(size))
