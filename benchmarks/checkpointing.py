"""Memory and calls of `tf.fori_checkpointed`: ``python benchmarks/checkpointing.py``.

The gradient of 10,000 time steps of a state of 100,000 numbers, for several bodies. Printed are
the calls of the body beside the fewest that Revolve's schedule allows for as many stored states,
and the peak of memory in states: of Python's and NumPy's allocations (tracemalloc), and, in
another process each, of the resident set. ``--steps 300`` is a quick look.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np

import tapegrad as tf

Body = Callable[[int, Any], Any]


def sine(i: int, x: Any) -> Any:
    return x + 0.001 * tf.sin(x)


def diffusion(i: int, x: Any) -> Any:
    return x + 0.1 * (tf.roll(x, 1, 0) - 2.0 * x + tf.roll(x, -1, 0))


def many_names(i: int, x: Any) -> Any:
    a = tf.sin(x)
    b = tf.exp(-x * x)
    c = a * b
    d = tf.tanh(c + x)
    return x - 0.01 * (d - c)


BODIES: dict[str, Body] = {"sine": sine, "diffusion": diffusion, "many names": many_names}


def fewest_calls(n: int, c: int) -> int:
    """The first run, and the forward steps of the binomial formula (Griewank and Walther 2000)."""
    r = next(r for r in range(n + 1) if comb(c + r, c) >= n)
    return n + r * n - (comb(c + r, c + 1) if r else 0)


def resident() -> int:
    """The largest resident set so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measured(name: str, options: argparse.Namespace, traced: bool) -> dict[str, float]:
    """Calls, seconds and the peak of memory in states."""
    calls = 0

    def body(i: int, x: Any) -> Any:
        nonlocal calls
        calls += 1
        return BODIES[name](i, x)

    def gradient(n: int, size: int) -> None:
        x = tf.Variable(np.linspace(0.0, 1.0, size, dtype=np.float32))
        with tf.GradientTape() as tape:
            y = tf.fori_checkpointed(n, body, x, budget=options.budget, disk=options.disk)
            loss = tf.reduce_sum(y)
        tape.gradient(loss, x)

    tf.config.set_eager_kernels(False)  # a compiler in the background needs memory, too
    gradient(10, 10)
    calls, before = 0, resident()
    if traced:
        tracemalloc.start()
    start = time.perf_counter()
    gradient(options.steps, options.size)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1] if traced else resident() - before
    return {"calls": calls, "seconds": seconds, "states": peak / (4 * options.size)}


def apart(name: str, arguments: list[str]) -> dict[str, float]:
    """`measured` in a process of its own, whose resident set has not grown before."""
    command = [sys.executable, __file__, *arguments, "--alone", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--budget", type=int, default=50)
    parser.add_argument("--disk", type=int, help="0: write nothing, store fewer states")
    parser.add_argument("--alone", choices=BODIES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measured(options.alone, options, traced=False)))
        return
    fewest = fewest_calls(options.steps, options.budget)
    print(f"{options.steps} steps, a budget of {options.budget} states of {options.size} float32")
    print(f"{'body':12}{'calls':>9}{'fewest':>9}{'seconds':>9}{'states':>9}{'resident':>10}")
    # First, because a process begins with the largest resident set of the one that started it.
    processes = {name: apart(name, sys.argv[1:]) for name in BODIES}
    for name, process in processes.items():
        found = measured(name, options, traced=True)
        tracemalloc.stop()
        print(
            f"{name:12}{found['calls']:9.0f}{fewest:9}{process['seconds']:9.1f}"
            f"{found['states']:9.1f}{process['states']:10.1f}"
        )


if __name__ == "__main__":
    main()
