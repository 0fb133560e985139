"""Derivatives of functions written in NumPy: `tapegrad.numpy` beside HIPS autograd and JAX.

``python benchmarks/numpy_dialect.py`` gives each library the same Python function of its own
``np``, and asks for what its users ask for: `value_and_grad`, `hessian` or `jacobian`. Results are
compared with each other before anything is timed. `tf.function` and JAX's jit compile the same
derivatives; the first two calls, which do so, are timed by themselves. JAX without its jit is left
out: an operation takes it some tenths of a millisecond.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

import tapegrad.numpy  # noqa: E402
from benchmarks import harness, table  # noqa: E402
from benchmarks.libraries.base import Step  # noqa: E402
from benchmarks.overhead import THREAD_VARIABLES  # noqa: E402

SUBJECT, PEER = "tapegrad.numpy", "HIPS autograd"
TOLERANCE = 1e-8
#: To be ahead of the peer everywhere.
TARGET = 1.0


class Question(NamedTuple):
    """A derivative of ``function(np, x)``."""

    title: str
    function: Callable[[Any, Any], Any]
    at: Any
    derivative: str  # as the libraries call it
    without: tuple[str, ...] = ()  # libraries that would take minutes


def gaussian_process(count: int) -> Question:
    """The negative log marginal likelihood in the logarithms of amplitude, length and noise."""
    generator = np.random.default_rng(1)
    x = np.sort(generator.uniform(0.0, 10.0, count))
    y = np.sin(x) + 0.1 * generator.standard_normal(count)
    distances = (x[:, None] - x[None, :]) ** 2
    unit = np.eye(count)

    def likelihood(np: Any, logs: Any) -> Any:
        amplitude, length, noise = np.exp(logs[0]), np.exp(logs[1]), np.exp(logs[2])
        covariance = amplitude**2 * np.exp(-0.5 * distances / length**2) + noise**2 * unit
        factor = np.linalg.cholesky(covariance)
        white = np.linalg.solve(factor, y)
        return 0.5 * np.sum(white**2) + np.sum(np.log(np.diag(factor)))

    at = np.log([1.0, 1.5, 0.2])
    title = f"Gaussian process of {count} points, likelihood and gradient"
    return Question(title, likelihood, at, "value_and_grad")


def logistic_regression(count: int, width: int) -> Question:
    """The Hessian of the negative log-likelihood."""
    generator = np.random.default_rng(2)
    data = generator.standard_normal((count, width))
    labels = generator.uniform(size=count) < 1.0 / (1.0 + np.exp(-data[:, 0]))
    signs = np.where(labels, 1.0, -1.0)

    def loss(np: Any, weights: Any) -> Any:
        return np.sum(np.logaddexp(0.0, -signs * np.dot(data, weights)))

    at = 0.1 * generator.standard_normal(width)
    return Question(f"logistic regression, {count} x {width}, Hessian", loss, at, "hessian")


def rosenbrock(count: int) -> Question:
    """Rosenbrock's function."""

    def function(np: Any, x: Any) -> Any:
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    at = np.linspace(-1.0, 1.5, count)
    return Question(f"Rosenbrock, n = {count}, value and gradient", function, at, "value_and_grad")


def predator_and_prey(steps: int) -> Question:
    """Squares of a trajectory, by Runge and Kutta's method in a Python loop."""

    def loss(np: Any, rates: Any) -> Any:
        def slope(state: Any) -> Any:
            meeting = state[0] * state[1]
            return np.stack(
                [
                    rates[0] * state[0] - rates[1] * meeting,
                    rates[2] * meeting - rates[3] * state[1],
                ]
            )

        state, h, total = np.array([1.0, 0.5]), 0.05, 0.0
        for _ in range(steps):
            a = slope(state)
            b = slope(state + h / 2 * a)
            c = slope(state + h / 2 * b)
            d = slope(state + h * c)
            state = state + h / 6 * (a + 2 * b + 2 * c + d)
            total = total + np.sum(state**2)
        return total

    title = f"Runge-Kutta in a Python loop, {steps} steps, value and gradient"
    at = np.array([1.1, 0.4, 0.3, 0.6])
    # XLA unrolls the loop, and compiles it for minutes.
    return Question(title, loss, at, "value_and_grad", ("JAX jit",))


def square_jacobian(count: int) -> Question:
    """A layer and a nonlinearity."""
    generator = np.random.default_rng(3)
    weights = generator.standard_normal((count, count)) / count**0.5

    def layer(np: Any, x: Any) -> Any:
        return np.tanh(np.dot(weights, x)) * np.sin(x)

    at = generator.standard_normal(count)
    return Question(f"Jacobian of {count} x {count}", layer, at, "jacobian")


def questions(small: bool) -> dict[str, Question]:
    """By their keys."""
    return {
        "gaussian_process": gaussian_process(10 if small else 200),
        "logistic_hessian": logistic_regression(20, 3) if small else logistic_regression(1000, 20),
        "rosenbrock_10": rosenbrock(10),
        "rosenbrock_1000": rosenbrock(20 if small else 1000),
        "runge_kutta": predator_and_prey(3 if small else 100),
        "jacobian": square_jacobian(5 if small else 200),
    }


def of_functions(derivatives: Any, np: Any) -> Callable[[Question], Step]:
    """A library with `value_and_grad`, `hessian` and `jacobian` in one module."""

    def step(question: Question) -> Step:
        derivative = getattr(derivatives, question.derivative)(lambda x: question.function(np, x))
        at = np.array(question.at)
        return lambda: derivative(at)

    return step


def compiled_dialect(question: Question) -> Step:
    """The derivative of `tapegrad.numpy` as a `tf.function`."""
    np = tapegrad.numpy
    derivative = tapegrad.function(
        getattr(np, question.derivative)(lambda x: question.function(np, x))
    )
    at = np.array(question.at)
    return lambda: derivative(at)


def of_jax(jax: Any) -> Callable[[Question], Step]:
    """JAX's jit, whose results are waited for."""
    names = {"value_and_grad": jax.value_and_grad, "hessian": jax.hessian, "jacobian": jax.jacobian}

    def step(question: Question) -> Step:
        derivative = jax.jit(names[question.derivative](lambda x: question.function(jax.numpy, x)))
        at = jax.numpy.asarray(question.at)
        return lambda: jax.block_until_ready(derivative(at))

    return step


def libraries() -> dict[str, Callable[[Question], Step]]:
    """Those that are installed."""
    found = {
        SUBJECT: of_functions(tapegrad.numpy, tapegrad.numpy),
        "tapegrad compiled": compiled_dialect,
    }
    try:
        autograd = importlib.import_module("autograd")
        found[PEER] = of_functions(autograd, importlib.import_module("autograd.numpy"))
    except ImportError as error:
        print(f"{PEER} takes no part: {error}")
    try:
        jax = importlib.import_module("jax")
    except ImportError as error:
        print(f"JAX takes no part: {error}")
    else:
        jax.config.update("jax_enable_x64", True)
        found["JAX jit"] = of_jax(jax)
    return found


def arrays(result: Any) -> list[Any]:
    """What a step gives, as NumPy's arrays."""
    return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


def measure(question: Question, peers: dict[str, Any], rounds: int) -> bool:
    """Compare and time one question; whether the libraries agree."""
    taking_part = {name: make for name, make in peers.items() if name not in question.without}
    steps = {name: make(question) for name, make in taking_part.items()}
    found, first = {}, {}
    for name, step in steps.items():
        start = time.perf_counter()
        step()
        found[name] = arrays(step())
        first[name] = time.perf_counter() - start
    gaps = {
        name: max(map(harness.difference, found[SUBJECT], results))
        for name, results in found.items()
    }
    print(f"\n{question.title}   [{rounds} rounds]")
    wrong = [f"{name} by {gap:.1e}" for name, gap in gaps.items() if not gap <= TOLERANCE]
    if wrong:
        print(f"  differ from {SUBJECT} (relative): {', '.join(wrong)}")
        return False
    times = harness.interleave(steps, rounds)
    rows = [["", "first 2 calls", "median", "quartiles", f"{SUBJECT}'s /"]]
    for name, seconds in times.items():
        ratio = harness.ratio(times, SUBJECT, name)
        rows.append(
            [
                name,
                table.duration(first[name]),
                table.duration(statistics.median(seconds)),
                table.spread(seconds, table.duration),
                "-" if ratio is None else f"{ratio:.3f}",
            ]
        )
    print(table.grid(rows))
    ratio = harness.ratio(times, SUBJECT, PEER)
    if ratio is not None:
        print(f"  to reach: {TARGET:g} of {PEER}: {table.verdict(ratio, TARGET)}")
    return True


def main() -> int:
    every = ",".join(questions(small=True))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=every, help=f"some of {every}")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="tiny sizes: does it run at all?")
    options = parser.parse_args()

    limits = dict.fromkeys(THREAD_VARIABLES, str(options.threads))
    limits |= {"NPROC": str(options.threads)}  # the pools of JAX
    if any(os.environ.get(name) != value for name, value in limits.items()):
        # They must stand before NumPy is imported.
        command = [sys.executable, __file__, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | limits, check=False).returncode

    peers = libraries()
    chosen = questions(options.small)
    agree = [measure(chosen[key], peers, options.rounds) for key in options.only.split(",")]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
