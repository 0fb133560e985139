"""The functions that generated kernels use, one loop each, beside NumPy's and SciPy's.

``python benchmarks/vector_math.py`` prints nanoseconds per element, on one thread and in the cache,
and how long the loop takes to compile. Results are compared before anything is timed. Inside a
kernel a function costs less than here, because it shares loads and stores with others; for a lone
call of a function that is marked ``*``, NumPy is faster.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from numba import njit  # noqa: E402
from scipy import special  # noqa: E402

from tapegrad.kernels import vector_math  # noqa: E402
from tapegrad.kernels.intrinsics import load, store  # noqa: E402

KINDS = {"f8": np.float64, "f4": np.float32}
SIZE = 16384
TOLERANCE = 64

#: What does the same, and the interval of the arguments.
PEERS: dict[str, tuple[Callable[..., Any], float, float]] = {
    "acos": (np.arccos, -1, 1),
    "acosh": (np.arccosh, 1, 10),
    "asin": (np.arcsin, -1, 1),
    "asinh": (np.arcsinh, -10, 10),
    "atan": (np.arctan, -10, 10),
    "atan2": (np.arctan2, -10, 10),
    "atanh": (np.arctanh, -0.99, 0.99),
    "cbrt": (np.cbrt, -10, 10),
    "cos": (np.cos, -10, 10),
    "cosh": (np.cosh, -10, 10),
    "digamma": (special.digamma, 0.1, 20),
    "erf": (special.erf, -4, 4),
    "erfc": (special.erfc, -4, 4),
    "erfinv": (special.erfinv, -0.99, 0.99),
    "exp": (np.exp, -10, 10),
    "expm1": (np.expm1, -10, 10),
    "hypot": (np.hypot, -10, 10),
    "lgamma": (special.gammaln, 0.1, 20),
    "log": (np.log, 0.01, 10),
    "log10": (np.log10, 0.01, 10),
    "log1p": (np.log1p, -0.99, 10),
    "log2": (np.log2, 0.01, 10),
    "ndtr": (special.ndtr, -6, 6),
    "pow": (np.power, 0.01, 10),
    "sigmoid": (special.expit, -10, 10),
    "sin": (np.sin, -10, 10),
    "sinh": (np.sinh, -10, 10),
    "softplus": (lambda x, out: np.logaddexp(x, x.dtype.type(0), out=out), -10, 10),
    "tan": (np.tan, -10, 10),
    "tanh": (np.tanh, -10, 10),
}


def loop_of(function: Any, count: int) -> Any:
    if count == 1:

        @njit(error_model="numpy")
        def unary(x, y):
            for i in range(x.size):
                store(y, i, function(load(x, i)))

        return unary

    @njit(error_model="numpy")
    def binary(a, b, y):
        for i in range(a.size):
            store(y, i, function(load(a, i), load(b, i)))

    return binary


def nanoseconds(step: Callable[[], Any]) -> float:
    """For one element."""
    repeats = 10
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return 1e9 * (time.perf_counter() - start) / repeats / SIZE


def measure(name: str, kind: str, rounds: int) -> bool:
    """Compare and time one function; whether it agrees with its peer."""
    peer, low, high = PEERS[name]
    generator = np.random.default_rng(0)
    count = 2 if name in ("atan2", "hypot", "pow") else 1
    inputs = [generator.uniform(low, high, SIZE).astype(KINDS[kind]) for _ in range(count)]
    ours, theirs = np.empty_like(inputs[0]), np.empty_like(inputs[0])
    loop = loop_of(getattr(vector_math, f"{name}_{kind}"), count)
    start = time.perf_counter()
    loop(*inputs, ours)
    compilation = time.perf_counter() - start
    peer(*inputs, out=theirs)
    slack = TOLERANCE * np.finfo(KINDS[kind]).eps
    # Next to a zero, absolutely.
    if not np.allclose(ours, theirs, rtol=slack, atol=slack):
        gap = np.max(np.abs(ours - theirs))
        print(f"{name}_{kind:10} differs from its peer by {gap:.1e}")
        return False
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(nanoseconds(lambda: loop(*inputs, ours)))
        times[1].append(nanoseconds(lambda: peer(*inputs, out=theirs)))
    a, b = [statistics.median(t) for t in times]
    ratio = statistics.median([x / y for x, y in zip(*times, strict=True)])
    mark = "*" if ratio > 1 else " "
    print(f"{name + '_' + kind:12} {a:7.2f} {b:9.2f} {ratio:8.2f} {mark} {1e3 * compilation:9.0f}")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(PEERS), help="some of the functions")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    names = options.only.split(",")
    for name in names:
        if name not in PEERS:
            parser.error(f"no function {name}; there are {', '.join(PEERS)}")
    loop_of(vector_math.exp_f8, 1)(np.ones(1), np.ones(1))  # the first compilation takes longer
    print(f"{'function':12} {'kernel':>7} {'its peer':>9} {'ratio':>8}   {'compile':>9}")
    print(f"{'':12} {'ns':>7} {'ns':>9} {'':>8}   {'ms':>9}")
    agree = [measure(name, kind, options.rounds) for name in names for kind in KINDS]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
