"""How long the first two calls of a compiled function take, in a process of their own.

Run as ``python -m benchmarks.compile_latency LIBRARY``: prints the seconds that the calls of
Black-Scholes' value and gradients take, after the import of the library, as JSON. `suite.py` gives
it empty caches (cold), and for tapegrad the same cache again (warm). Whatever a library imports
late, such as a compiler, counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.libraries import COMPILED
from benchmarks.libraries.base import Inputs
from benchmarks.problems.suite import SUITE

ROOT = Path(__file__).resolve().parents[1]
KEY = "compile_latency"
TITLE = "cold compilation of Black-Scholes' value and gradients: the first two calls"
LIBRARIES = ("tapegrad", "torch_compile", "jax", "xla")
WARM = "tapegrad, compiled before"
TARGET = 1 / 3
ROUNDS = 3
COUNT = 1000


def first_calls(name: str, threads: int) -> float:
    """Seconds of two calls in this process."""
    problem = SUITE["black_scholes"]
    inputs = Inputs([array[:COUNT] for array in problem.inputs(False).parameters], [])
    step = problem.step(COMPILED[name](threads), inputs)
    start = time.perf_counter()
    step()
    step()
    return time.perf_counter() - start


def fresh(name: str, threads: int, directory: str) -> float:
    """Seconds of two calls in a fresh process whose caches are in `directory`."""
    command = [sys.executable, "-m", "benchmarks.compile_latency", name, "--threads", str(threads)]
    environment = os.environ | {
        "TAPEGRAD_CACHE_DIR": directory,
        "TORCHINDUCTOR_CACHE_DIR": directory,
    }
    process = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return float(json.loads(process.stdout.splitlines()[-1]))


def measure(
    names: list[str], threads: int, rounds: int
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Seconds of each of the libraries in each round, in turn, and what failed."""
    seconds: dict[str, list[float]] = {}
    failures: dict[str, str] = {}
    for _ in range(rounds):
        for name in names:
            if name in failures:
                continue
            with tempfile.TemporaryDirectory() as directory:
                try:
                    seconds.setdefault(name, []).append(fresh(name, threads, directory))
                    if name == "tapegrad":
                        seconds.setdefault(WARM, []).append(fresh(name, threads, directory))
                except subprocess.CalledProcessError as error:
                    failures[name] = error.stderr.strip().splitlines()[-1]
                    seconds.pop(name, None)
    return seconds, failures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=list(COMPILED))
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(first_calls(options.library, options.threads)))


if __name__ == "__main__":
    main()
