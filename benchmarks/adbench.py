"""ADBench's two Jacobians beside the time of their objectives, in one interleaved run.

``python benchmarks/adbench.py`` measures, for tapegrad and those of PyTorch and JAX that are
installed:

ba      bundle adjustment, ``ba1`` (31,843 observations): all 31 p values of the sparse Jacobian
simple  hand tracking, 800 correspondences: the Jacobian of 2,400 residuals by 26 parameters
complicated  the same with barycentric coordinates, by 2 + 26

The yardstick is the objective in vectorised NumPy. Values are compared with ADBench's golden data
(tapegrad, on its small instances) and with one another before anything is timed. PyTorch runs
``vmap(jacrev)`` and ``jacfwd``; JAX the same, compiled for ba only: HAND branches on an angle.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

import tapegrad as tf  # noqa: E402
from benchmarks import harness, table  # noqa: E402
from benchmarks.objectives import bundle_adjustment, hand  # noqa: E402
from benchmarks.objectives.dialects import (  # noqa: E402
    jax_dialect,
    numpy_dialect,
    torch_dialect,
)
from benchmarks.objectives.files import ADBENCH  # noqa: E402
from benchmarks.overhead import THREAD_VARIABLES  # noqa: E402

ROUNDS = 15
LABELS = {
    "objective": "objective in NumPy",
    "tapegrad": "tapegrad",
    "torch": "PyTorch",
    "jax": "JAX",
}
#: Problem -> what tapegrad's time should be at most, of the objective's and of PyTorch's.
TARGETS = {"ba": {"objective": 12.0, "torch": 1.0}, "simple": {}, "complicated": {}}

Step = Callable[[], Any]


def check_golden_data() -> None:
    """Raise unless tapegrad gives the values that ADBench's own tests expect."""
    golden = json.loads((ADBENCH / "golden.json").read_text(encoding="ascii"))
    small = bundle_adjustment.read(ADBENCH / "ba" / "test.txt")
    found = {
        "ba.jacobian_calculation_correctness.expected_J_values": (
            bundle_adjustment.jacobian_values(tf, small)
        )
    }
    for variant, name in (("simple", "test.txt"), ("complicated", "hand_complicated.txt")):
        complicated = variant == "complicated"
        model = ADBENCH / "hand" / "model"
        posed = hand.read(ADBENCH / "hand" / name, model, complicated=complicated)
        key = f"hand.{variant}_jacobian_calculation_correctness.expected_jacobian"
        found[key] = hand.jacobian(tf, posed, "forward")
    for key, values in found.items():
        np.testing.assert_allclose(values, golden[key], rtol=1e-8, atol=1e-8, err_msg=key)


# Bundle adjustment


def ba_steps(libraries: list[str], small: bool) -> tuple[Step, dict[str, Step]]:
    """The objective in NumPy, and the Jacobian values in each library: blocks and weights."""
    name = "test.txt" if small else "ba1_n49_m7776_p31843.txt"
    data = bundle_adjustment.read(ADBENCH / "ba" / name)
    dialect = numpy_dialect()

    def objective() -> Any:
        e = bundle_adjustment.reprojection_errors(dialect, data.blocks, data.features)
        return e, bundle_adjustment.weight_errors(dialect, data.blocks[:, -1])

    makers = {"tapegrad": ba_tapegrad, "torch": ba_torch, "jax": ba_jax}
    return objective, {name: makers[name](data) for name in libraries}


def ba_tapegrad(data: bundle_adjustment.Observations) -> Step:
    blocks, features = tf.constant(data.blocks), tf.constant(data.features)
    weights = tf.constant(data.blocks[:, -1])

    def step() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(blocks)
            e = bundle_adjustment.reprojection_errors(tf, blocks, features)
        values = tape.batch_jacobian(e, blocks)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            ew = bundle_adjustment.weight_errors(tf, weights)
        return np.ascontiguousarray(values), np.asarray(tape.gradient(ew, weights))

    return step


def ba_torch(data: bundle_adjustment.Observations) -> Step:
    torch = sys.modules["torch"]
    dialect = torch_dialect()
    blocks, features = torch.tensor(data.blocks), torch.tensor(data.features)
    weights = blocks[:, -1].clone()

    def one(block: Any, feature: Any) -> Any:
        return bundle_adjustment.reprojection_errors(dialect, block[None], feature[None])[0]

    of_blocks = torch.func.vmap(torch.func.jacrev(one))
    of_weights = torch.func.vmap(
        torch.func.grad(lambda w: bundle_adjustment.weight_errors(dialect, w))
    )
    return lambda: (of_blocks(blocks, features).numpy(), of_weights(weights).numpy())


def ba_jax(data: bundle_adjustment.Observations) -> Step:
    dialect = jax_dialect()
    jax = sys.modules["jax"]

    def one(block: Any, feature: Any) -> Any:
        return bundle_adjustment.reprojection_errors(dialect, block[None], feature[None])[0]

    of_blocks = jax.jit(jax.vmap(jax.jacrev(one)))
    of_weights = jax.jit(jax.vmap(jax.grad(lambda w: bundle_adjustment.weight_errors(dialect, w))))
    blocks, features = jax.numpy.asarray(data.blocks), jax.numpy.asarray(data.features)
    weights = blocks[:, -1]
    return lambda: (
        np.asarray(of_blocks(blocks, features)),
        np.asarray(of_weights(weights)),
    )


# Hand tracking


def hand_steps(libraries: list[str], small: bool, *, complicated: bool) -> tuple[Step, Any]:
    """The objective in NumPy, and the Jacobian in each library: by the shift, by the parameters."""
    variant = "complicated" if complicated else "simple"
    name = f"{variant}_t26_c800.txt"
    if small:
        name = "hand_complicated.txt" if complicated else "test.txt"
    data = hand.read(ADBENCH / "hand" / name, ADBENCH / "hand" / "model", complicated=complicated)
    dialect = numpy_dialect()

    def objective() -> Any:
        return hand.objective(dialect, data.theta, data.us, data)

    makers = {"tapegrad": hand_tapegrad, "torch": hand_torch, "jax": hand_jax}
    return objective, {name: makers[name](data) for name in libraries}


def hand_tapegrad(data: hand.Hand) -> Step:
    return lambda: (hand.jacobian(tf, data),)


def _hand_step(data: hand.Hand, dialect: Any, jacfwd: Any, array: Any) -> Step:
    theta = array(data.theta)
    if data.us is None:
        simple = jacfwd(lambda t: hand.moved(dialect, t, None, data))
        return lambda: (np.asarray(simple(theta)),)
    shift = array(np.zeros(2))
    both = jacfwd(lambda s, t: hand.moved(dialect, t, s, data), (0, 1))
    return lambda: (np.concatenate([np.asarray(j) for j in both(shift, theta)], axis=1),)


def hand_torch(data: hand.Hand) -> Step:
    torch = sys.modules["torch"]
    return _hand_step(data, torch_dialect(), torch.func.jacfwd, torch.tensor)


def hand_jax(data: hand.Hand) -> Step:
    dialect = jax_dialect()
    jax = sys.modules["jax"]
    return _hand_step(data, dialect, jax.jacfwd, jax.numpy.asarray)


# The program


def steps_of(problem: str, libraries: list[str], small: bool) -> tuple[Step, dict[str, Step]]:
    if problem == "ba":
        return ba_steps(libraries, small)
    return hand_steps(libraries, small, complicated=problem == "complicated")


def run(problem: str, libraries: list[str], rounds: int, small: bool) -> dict[str, list[float]]:
    """Compare the libraries' values, time them in turn, print the table."""
    objective, steps = steps_of(problem, libraries, small)
    expected = steps["tapegrad"]()
    for name, step in steps.items():
        for a, b in zip(step(), expected, strict=True):
            scale = np.max(np.abs(b))
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-9 * scale, err_msg=name)
    seconds = harness.interleave({"objective": objective, **steps}, rounds)
    print(f"\n{problem}: {sum(a.size for a in expected):,} values   [{rounds} rounds]")
    others = [name for name in seconds if name != "tapegrad"]
    rows = [["", "median", "quartiles", *(f"tapegrad / {LABELS[n]}" for n in others)]]
    for name, samples in seconds.items():
        cells = [
            "" if name != "tapegrad" else f"{harness.ratio(seconds, 'tapegrad', other):.3g}"
            for other in others
        ]
        middle = table.duration(statistics.median(samples))
        rows.append([LABELS[name], middle, table.spread(samples, table.duration), *cells])
    print(table.grid(rows))
    for other, target in TARGETS[problem].items():
        ratio = harness.ratio(seconds, "tapegrad", other)
        print(f"  at most {target:g} of {LABELS[other]}: {table.verdict(ratio, target)}")
    sys.stdout.flush()
    return seconds


def installed(names: list[str], threads: int) -> list[str]:
    """Those of the libraries that can be imported."""
    found = ["tapegrad"]
    for name in names:
        try:
            module = __import__(name)
        except ImportError:
            print(f"  {LABELS[name]} takes no part: it is not installed")
            continue
        if name == "torch":
            module.set_num_threads(threads)
        print(f"  {LABELS[name]} {module.__version__}")
        found.append(name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(TARGETS), help="some of ba,simple,complicated")
    parser.add_argument("--libraries", default="torch,jax", help="some of torch,jax")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write every measurement to this file")
    parser.add_argument("--small", action="store_true", help="tiny sizes: does it run at all?")
    options = parser.parse_args()

    limits = dict.fromkeys(THREAD_VARIABLES, str(options.threads))
    if options.threads == 1:
        limits["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if any(os.environ.get(name) != value for name, value in limits.items()):
        # They must stand before NumPy is imported.
        command = [sys.executable, __file__, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | limits, check=False).returncode

    print(f"NumPy {np.__version__}, {options.threads} thread(s) for each library:")
    libraries = installed([n for n in options.libraries.split(",") if n], options.threads)
    check_golden_data()
    report = {}
    for problem in options.only.split(","):
        if problem not in TARGETS:
            parser.error(f"no problem {problem}; there are {', '.join(TARGETS)}")
        report[problem] = run(problem, libraries, options.rounds, options.small)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
