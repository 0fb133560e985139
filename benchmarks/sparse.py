"""Sparse derivatives against the function they are taken of: ``python benchmarks/sparse.py``.

For each problem the function, the gradient or the matrix run in turns, so that all see the same
load. Printed are ratios to the function (medians of rounds); finding the pattern and colouring is
paid once and stands apart. ``--size 1000`` is a quick look.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import tapegrad as tf  # noqa: E402
import tapegrad.numpy as tnp  # noqa: E402


class Problem(NamedTuple):
    """A function of a vector, and whether its Jacobian or its Hessian is meant."""

    name: str
    f: Callable[[Any], Any]
    hessian: bool = False
    #: For Jacobians whether vectors are pushed forward or pulled back; None for the fewer.
    mode: str | None = None
    of_numpy: bool = False


def differences(x: Any) -> Any:
    return x[1:] - x[:-1]


def neighbours(x: Any) -> Any:
    return x[1:] * x[:-1]


def beam(x: Any) -> Any:
    return x[:-4] - 4.0 * x[1:-3] + 6.0 * x[2:-2] - 4.0 * x[3:-1] + x[4:]


def five_of_a_kind(x: Any) -> Any:
    return x[:-4] * x[1:-3] + x[2:-2] * x[3:-1] * x[4:]


def circle(x: Any) -> Any:
    around = tnp.concatenate([x[-1:], x, x[:1]])
    return around[:-2] - 2.0 * around[1:-1] + around[2:] - x * x


def diffusion(x: Any) -> Any:
    return x[:-2] - 2.0 * x[1:-1] + x[2:] - 0.01 * tf.exp(x[1:-1])


def ring(x: Any) -> Any:
    left, right = tf.roll(x, 1, 0), tf.roll(x, -1, 0)
    return tf.exp(-x * x) * left + tf.sin(right) * x - left * right


def wide_band(x: Any) -> Any:
    return tf.add_n([tf.sin(x[i : i - 8]) * x[8 - i : x.shape[0] - i] for i in range(8)])


def gathered(x: Any) -> Any:
    n = x.shape[0]
    order = np.random.default_rng(0).permutation(n)
    return tf.gather(x, order) * tf.tanh(x)


def rosenbrock(x: Any) -> Any:
    return tf.reduce_sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def arrow(x: Any) -> Any:
    return x[0] * tf.reduce_sum(tf.sin(x)) + tf.reduce_sum(x**4)


PROBLEMS = [
    Problem("differences", differences),
    Problem("neighbours", neighbours),
    Problem("neighbours, reverse", neighbours, mode="reverse"),
    Problem("neighbours, in NumPy", neighbours, of_numpy=True),
    Problem("beam, 5 diagonals", beam),
    Problem("products, 5 diagonals", five_of_a_kind),
    Problem("circle, in NumPy", circle, of_numpy=True),
    Problem("diffusion, 3 diagonals", diffusion),
    Problem("ring, 3 diagonals", ring),
    Problem("wide band, 9 diagonals", wide_band),
    Problem("gathered at random", gathered),
    Problem("Rosenbrock, Hessian", rosenbrock, hessian=True),
    Problem("neighbours, Hessian", lambda x: tf.reduce_sum(neighbours(x)), hessian=True),
    Problem("arrow, Hessian", arrow, hessian=True),
]


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measured(problem: Problem, size: int, rounds: int) -> str:
    """One row of the table."""
    numbers = np.random.default_rng(0).standard_normal(size) * 0.5
    x = tnp.array(numbers) if problem.of_numpy else tf.constant(numbers)
    start = time.perf_counter()
    matrix: Any
    if problem.hessian:
        matrix = tf.autodiff.SparseHessian(problem.f, x)
    else:
        matrix = tf.autodiff.SparseJacobian(problem.f, x, problem.mode)
    learned = time.perf_counter() - start
    matrix(x)
    pairs = [(seconds(lambda: problem.f(x)), seconds(lambda: matrix(x))) for _ in range(rounds)]
    function = median(f for f, _ in pairs)
    ratio = median(m / f for f, m in pairs)
    return (
        f"{problem.name:26}{matrix.products:10}{matrix.pattern.nnz:10}{learned:12.2f}"
        f"{1e3 * function:14.3f}{ratio:12.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=100_000, help="numbers in the vector")
    parser.add_argument("--rounds", type=int, default=31, help="runs of each, in turns")
    chosen = parser.parse_args()
    print(f"{chosen.size} numbers, float64")
    heads = ("products", "entries", "learning, s", "function, ms", "ratio")
    print(f"{'':26}{heads[0]:>10}{heads[1]:>10}{heads[2]:>12}{heads[3]:>14}{heads[4]:>12}")
    for problem in PROBLEMS:
        print(measured(problem, chosen.size, chosen.rounds))


if __name__ == "__main__":
    main()
