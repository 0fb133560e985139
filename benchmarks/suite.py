"""Compiled and eager tapegrad beside compiled and eager peers, in one interleaved run.

``python benchmarks/suite.py`` measures value and gradients of each problem in tapegrad's
`tf.function` and eager tape, PyTorch eager and ``torch.compile``, JAX's jit, TensorFlow eager and
compiled by XLA, HIPS autograd, and NumPy with the gradients written out. What disagrees is not
timed; what is missing or fails is named. Two calls come first, and are reported by themselves: they
compile.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks import compile_latency, harness, limits, table  # noqa: E402
from benchmarks.libraries import COMPILED  # noqa: E402
from benchmarks.libraries.base import Inputs, Library, Step  # noqa: E402
from benchmarks.libraries.by_hand import NumPyByHand  # noqa: E402
from benchmarks.overhead import THREAD_VARIABLES  # noqa: E402
from benchmarks.problems.base import Problem  # noqa: E402
from benchmarks.problems.suite import PRODUCTS, SUITE, TOGETHER  # noqa: E402

SUBJECT = table.SUBJECT
PRODUCTS_LABEL = "bare matrix products"
#: Not peers: the judged library itself, and what needs no derivative to be found.
NOT_PEERS = (SUBJECT, "tapegrad_eager", "numpy", "products")
CALLS = 2
ROUNDS = 9
NAMES = [*COMPILED, "numpy"]


def environment(threads: int) -> dict[str, str]:
    """What has to stand before NumPy and its peers are imported."""
    variables = dict.fromkeys(THREAD_VARIABLES, str(threads))
    variables |= {"NPROC": str(threads)}  # the pools of JAX
    variables |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    if threads == 1:
        variables["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return variables


def load(names: list[str], threads: int) -> tuple[dict[str, Library], dict[str, str]]:
    """The libraries that are installed, and why the others are not here."""
    libraries: dict[str, Library] = {}
    missing: dict[str, str] = {}
    for name in names:
        if name not in COMPILED:
            continue
        try:
            libraries[name] = COMPILED[name](threads)
        except ImportError as error:
            missing[name] = str(error)
    return libraries, missing


def best_peer(seconds: Mapping[str, list[float]]) -> str | None:
    """The peer with the smallest median."""
    peers = [name for name in seconds if name not in NOT_PEERS]
    return min(peers, key=lambda name: statistics.median(seconds[name]), default=None)


def verdict(ratio: float | None, target: float) -> str:
    """The ratio, and whether the target is met."""
    if ratio is None:
        return "not measured"
    return f"{ratio:.2f}, {'met' if ratio <= target else 'NOT MET'}"


def reason(text: str) -> str:
    """The first and the last line of a message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1]}"


def run(
    problem: Problem, libraries: Mapping[str, Library], options: argparse.Namespace
) -> dict[str, Any]:
    """Time one problem, print its table, and return what was measured."""
    rounds = options.rounds or min(problem.rounds, ROUNDS)
    print(f"\n{problem.key}: {problem.title}{', but tiny' if options.small else ''}")
    if "numpy" in options.libraries.split(",") and problem.by_hand:
        libraries = {**libraries, "numpy": NumPyByHand(problem.by_hand)}

    def others(inputs: Inputs) -> dict[str, Step]:
        return {"products": PRODUCTS[problem.key](inputs)} if problem.key in PRODUCTS else {}

    bound = limits.lower_bound(problem, problem.inputs(options.small))
    outcome = harness.run(
        problem, libraries, small=options.small, rounds=rounds, calls=CALLS, others=others
    )
    seconds = outcome.seconds
    labels = {name: library.label for name, library in libraries.items()}
    labels["products"] = PRODUCTS_LABEL
    rows = [["", "first 2 calls", "median", "quartiles", "tapegrad's /", "of the limit"]]
    for name, values in seconds.items():
        median = statistics.median(values)
        ratio = harness.ratio(seconds, SUBJECT, name)
        rows.append(
            [
                labels[name],
                table.duration(outcome.first[name]) if name in outcome.first else "",
                table.duration(median),
                table.spread(values, table.duration),
                "-" if ratio is None else f"{ratio:.2f}",
                "" if name == "products" else f"{bound / median:.1%}",
            ]
        )
    print(table.grid(rows))
    print(f"  the machine's limit: {table.duration(bound)}")
    for name, text in (outcome.notes | outcome.failures).items():
        print(f"  {labels[name]} is not timed: {reason(text)}")
    best = best_peer(seconds)
    ratios = {"best": harness.ratio(seconds, SUBJECT, best) if best else None}
    for name, target in problem.targets.items():
        ratios[name] = ratios["best"] if name == "best" else harness.ratio(seconds, SUBJECT, name)
        of = f"the best peer, {labels.get(best or '', 'which is missing')}"
        of = of if name == "best" else labels.get(name, name)
        print(f"  to reach: {target:g} of {of}: {verdict(ratios[name], target)}")
    sys.stdout.flush()
    return outcome._asdict() | {"bound": bound, "best": best, "ratios": ratios}


def run_latency(names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Time cold compilation in fresh processes and print the table."""
    print(f"\n{compile_latency.KEY}: {compile_latency.TITLE}")
    rounds = options.rounds or compile_latency.ROUNDS
    wanted = [name for name in compile_latency.LIBRARIES if name in names]
    seconds, failures = compile_latency.measure(wanted, options.threads, rounds)
    rows = [["", "median", "quartiles", "tapegrad's /"]]
    for name, values in seconds.items():
        ratio = harness.ratio(seconds, SUBJECT, name)
        rows.append(
            [
                name,
                table.duration(statistics.median(values)),
                table.spread(values, table.duration),
                "-" if ratio is None else f"{ratio:.2f}",
            ]
        )
    print(table.grid(rows))
    for name, text in failures.items():
        print(f"  {name} failed: {text}")
    ratio = harness.ratio(seconds, SUBJECT, "torch_compile")
    target = compile_latency.TARGET
    print(f"  to reach: {target:.2f} of torch.compile: {verdict(ratio, target)}")
    sys.stdout.flush()
    return {"seconds": seconds, "failures": failures, "ratios": {"torch_compile": ratio}}


def summary(outcomes: Mapping[str, dict[str, Any]]) -> str:
    """A row for each target."""
    rows = [["", "best peer", "tapegrad", "of the limit", "ratio", "to reach", ""]]

    def add(key: str, cells: list[str], of: str, ratio: float | None, target: float) -> None:
        number, _, word = verdict(ratio, target).partition(", ")
        rows.append([key, *cells, number, f"{target:.2f} of {of}", word])

    for key, outcome in outcomes.items():
        if key == compile_latency.KEY:
            ratio = outcome["ratios"]["torch_compile"]
            add(key, ["", "", ""], "torch_compile", ratio, compile_latency.TARGET)
            continue
        seconds, best = outcome["seconds"], outcome["best"]
        own = statistics.median(seconds[SUBJECT]) if SUBJECT in seconds else None
        cells = [
            f"{best} {table.duration(statistics.median(seconds[best]))}" if best else "-",
            table.duration(own) if own else "-",
            f"{outcome['bound'] / own:.1%}" if own else "-",
        ]
        for name, target in SUITE[key].targets.items():
            add(key, cells, name, outcome["ratios"][name], target)
        if not SUITE[key].targets:
            ratio = outcome["ratios"]["best"]
            rows.append([key, *cells, "-" if ratio is None else f"{ratio:.2f}", "together", ""])
    ratios = {key: outcome["ratios"].get("best") for key, outcome in outcomes.items()}
    for name, together in TOGETHER.items():
        if any(key in outcomes for key in together.keys):
            ratio = together.ratio(ratios)
            add(f"{name}, geometric mean", ["", "", ""], "best", ratio, together.target)
    return table.grid(rows)


def chosen(text: str) -> list[str]:
    """Keys of problems, in order; each part of the list is a key or the beginning of some."""
    every = [*SUITE, compile_latency.KEY]
    found = []
    for part in text.split(","):
        matching = [key for key in every if key.startswith(part)]
        if not matching:
            raise argparse.ArgumentTypeError(f"no problem {part}; there are {', '.join(every)}")
        found += matching
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = ",".join([*SUITE, compile_latency.KEY])
    parser.add_argument("--only", type=chosen, default=every, help=f"some of {every}")
    parser.add_argument("--libraries", default=",".join(NAMES), help=f"some of {','.join(NAMES)}")
    parser.add_argument("--rounds", type=int, help="default: as many as each problem needs")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write every measurement to this file")
    parser.add_argument("--small", action="store_true", help="tiny sizes: does it run at all?")
    options = parser.parse_args()
    names = options.libraries.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"no library {', '.join(unknown)}; there are {', '.join(NAMES)}")

    variables = environment(options.threads)
    if any(os.environ.get(name) != value for name, value in variables.items()):
        command = [sys.executable, __file__, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | variables, check=False).returncode

    libraries, missing = load(names, options.threads)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, ", end="")
    print(f"{options.threads} thread{'s' if options.threads > 1 else ''} for each library:")
    for library in libraries.values():
        print(f"  {library.label} {library.version}")
    for name, reason in missing.items():
        print(f"  {name} takes no part: {reason}")
    outcomes: dict[str, dict[str, Any]] = {}
    for key in options.only:
        if key == compile_latency.KEY:
            outcomes[key] = run_latency([*libraries], options)
        else:
            outcomes[key] = run(SUITE[key], libraries, options)
    print(f"\n{summary(outcomes)}")
    if options.json:
        versions = {name: library.version for name, library in libraries.items()}
        report = {"threads": options.threads, "versions": versions, "missing": missing}
        text = json.dumps(report | {"problems": outcomes}, indent=1)
        options.json.write_text(text, encoding="utf-8")
    return 1 if any(outcome["failures"] for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
