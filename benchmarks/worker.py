"""Run problems in one process, with the number of threads fixed, and print their tables.

`overhead.py` starts this program: the environment variables that set the threads of BLAS must
stand before NumPy is imported.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import harness, table
from benchmarks.libraries import LIBRARIES
from benchmarks.libraries.base import Library
from benchmarks.problems import PROBLEMS, import_time, peak_memory

ROOT = Path(__file__).resolve().parents[1]


def load(names: list[str], threads: int) -> tuple[dict[str, Library], dict[str, str]]:
    """Those of the libraries that are installed, and why the others are not here."""
    libraries, missing = {}, {}
    for name in names:
        try:
            libraries[name] = LIBRARIES[name](threads)
        except ImportError as error:
            missing[name] = str(error)
    return libraries, missing


def heading(key: str, title: str, rounds: int, options: argparse.Namespace) -> None:
    size = ", but of a tiny size" if options.small else ""
    threads = f"{options.threads} thread{'s' if options.threads > 1 else ''}"
    print(f"\n({key}) {title}{size}   [{threads}, {rounds} round{'s' if rounds > 1 else ''}]")


def run_problem(
    key: str, libraries: Mapping[str, Library], options: argparse.Namespace
) -> dict[str, Any]:
    """Time one of `PROBLEMS` and print its table."""
    problem = PROBLEMS[key]
    rounds = options.rounds or problem.rounds
    heading(key, problem.title, rounds, options)
    outcome = harness.run(problem, libraries, small=options.small, rounds=rounds)
    print(
        table.comparison(
            {n: [s / problem.operations for s in v] for n, v in outcome.seconds.items()},
            {name: library.label for name, library in libraries.items()},
            problem.targets,
            lambda name, peer: harness.ratio(outcome.seconds, name, peer),
            table.duration,
        )
    )
    for name, text in (outcome.notes | outcome.failures).items():
        print(f"  {libraries[name].label}: {text}")
    return outcome._asdict() | {"operations": problem.operations}


def run_import_time(
    libraries: Mapping[str, Library], options: argparse.Namespace
) -> dict[str, Any]:
    """Measure (f) and print its table. The peers are there for orientation: fewer rounds."""
    rounds = options.rounds or import_time.ROUNDS
    heading(import_time.KEY, import_time.TITLE, rounds, options)
    subject = {n: library.module for n, library in libraries.items() if n == table.SUBJECT}
    peers = {n: library.module for n, library in libraries.items() if n != table.SUBJECT}
    times = import_time.measure(subject, rounds, ROOT)
    times |= import_time.measure(peers, min(rounds, import_time.PEER_ROUNDS), ROOT)
    rows = [["", "median", "quartiles", "NumPy", "/ NumPy", "to reach"]]
    for name, samples in times.items():
        seconds = [sample.module for sample in samples]
        ratio = import_time.ratio(samples)
        numpy_median = statistics.median(sample.numpy for sample in samples)
        target = f"{import_time.TARGET:g} of NumPy: {table.verdict(ratio, import_time.TARGET)}"
        rows.append(
            [
                name,
                table.duration(statistics.median(seconds)),
                table.spread(seconds, table.duration),
                table.duration(numpy_median),
                f"{ratio:.3f}",
                target if name == table.SUBJECT else "",
            ]
        )
    print(table.grid(rows))
    return {"seconds": {name: [s._asdict() for s in samples] for name, samples in times.items()}}


def run_peak_memory(libraries: Mapping[str, Library], options: argparse.Namespace) -> Any:
    """Measure (g), each library in fresh processes, and print its table."""
    rounds = options.rounds or peak_memory.ROUNDS
    heading(peak_memory.KEY, peak_memory.TITLE, rounds, options)
    elements = 100_000 if options.small else peak_memory.ELEMENTS
    resident: dict[str, list[float]] = {}
    traced: dict[str, float] = {}
    failures: dict[str, str] = {}
    for _ in range(rounds):
        for name in libraries:
            if name in failures:
                continue
            command = [sys.executable, "-m", "benchmarks.problems.peak_memory", name]
            command += ["--threads", str(options.threads), "--elements", str(elements)]
            try:
                resident.setdefault(name, []).append(peak_memory.ask(command, ROOT)["rss"])
                if name in peak_memory.NUMPY_BASED and name not in traced:
                    traced[name] = peak_memory.ask([*command, "--trace"], ROOT)["tracemalloc"]
            except subprocess.CalledProcessError as error:
                failures[name] = error.stderr.strip().splitlines()[-1]
                resident.pop(name, None)
    print(
        table.comparison(
            resident,
            {name: library.label for name, library in libraries.items()},
            peak_memory.TARGETS,
            lambda name, peer: harness.ratio(resident, name, peer),
            table.megabytes,
        )
    )
    for name, count in traced.items():
        print(f"  {libraries[name].label}: {table.megabytes(count)} of NumPy arrays (tracemalloc)")
    for name, text in failures.items():
        print(f"  {libraries[name].label}: {text}")
    return {"rss": resident, "tracemalloc": traced, "failures": failures}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", required=True)
    parser.add_argument("--libraries", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args()

    libraries, missing = load(options.libraries.split(","), options.threads)
    versions = {name: library.version for name, library in libraries.items()}
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, ", end="")
    print(f"{options.threads} thread{'s' if options.threads > 1 else ''} for each library:")
    for name, library in libraries.items():
        print(f"  {library.label} {versions[name]}")
    for name, reason in missing.items():
        print(f"  {name} takes no part: {reason}")

    outcomes: dict[str, Any] = {}
    for key in options.only.split(","):
        if key == import_time.KEY:
            outcomes[key] = run_import_time(libraries, options)
        elif key == peak_memory.KEY:
            outcomes[key] = run_peak_memory(libraries, options)
        else:
            outcomes[key] = run_problem(key, libraries, options)
        sys.stdout.flush()
    report = {"threads": options.threads, "versions": versions, "missing": missing}
    options.json.write_text(json.dumps(report | {"problems": outcomes}), encoding="utf-8")
    return 1 if any(outcome.get("failures") for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
