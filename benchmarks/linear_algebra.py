"""Gradients of linear algebra beside PyTorch's, in one interleaved run.

``python benchmarks/linear_algebra.py`` measures value and gradients, in float64, of one matrix
of 3x3 (the cost of a call), one of 100x100 (LAPACK and BLAS) and a stack of 1,000 of 4x4.
Gradients are compared with each other before anything is timed.
"""

from __future__ import annotations

import argparse
import importlib
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
from benchmarks import harness  # noqa: E402
from benchmarks.overhead import THREAD_VARIABLES  # noqa: E402

SHAPES = ((3, 3), (100, 100), (1000, 4, 4))
TOLERANCE = 1e-7

#: What is differentiated: the function of tapegrad and that of PyTorch's ``linalg``.
CALLS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "solve": (tf.linalg.solve, lambda linalg, a, b: linalg.solve(a, b)),
    "triangular_solve": (
        tf.linalg.triangular_solve,
        lambda linalg, a, b: linalg.solve_triangular(a, b, upper=False),
    ),
    "lstsq": (tf.linalg.lstsq, lambda linalg, a, b: linalg.lstsq(a, b).solution),
    "inv": (tf.linalg.inv, lambda linalg, a: linalg.inv(a)),
    "det": (tf.linalg.det, lambda linalg, a: linalg.det(a)),
    "cholesky": (
        lambda a: tf.linalg.cholesky((a + tf.linalg.matrix_transpose(a)) / 2),
        lambda linalg, a: linalg.cholesky((a + a.mT) / 2),
    ),
    "eigh": (
        lambda a: tf.linalg.eigh((a + tf.linalg.matrix_transpose(a)) / 2)[1] ** 4,
        lambda linalg, a: linalg.eigh((a + a.mT) / 2)[1] ** 4,
    ),
    "svdvals": (
        lambda a: tf.linalg.svd(a, compute_uv=False),
        lambda linalg, a: linalg.svdvals(a),
    ),
    "qr": (lambda a: tf.linalg.qr(a).q ** 4, lambda linalg, a: linalg.qr(a)[0] ** 4),
    "expm": (tf.linalg.expm, lambda linalg, a: linalg.matrix_exp(a)),
}
WITH_COLUMNS = ("solve", "triangular_solve", "lstsq")


def inputs(name: str, shape: tuple[int, ...]) -> list[np.ndarray]:
    generator = np.random.default_rng(len(name))
    n = shape[-1]
    a = generator.standard_normal(shape)
    definite = a @ a.swapaxes(-1, -2) / n + np.diag(1.0 + np.arange(n) / n)
    if name not in WITH_COLUMNS:
        return [definite]
    return [definite, generator.standard_normal((*shape[:-1], 2))]


def of_tapegrad(function: Callable[..., Any], arrays: list[np.ndarray]) -> harness.Step:
    sources = [tf.constant(a) for a in arrays]

    def step() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = function(*sources)
        return tape.gradient(y, sources)

    return step


def of_torch(torch: Any, function: Callable[..., Any], arrays: list[np.ndarray]) -> harness.Step:
    sources = [torch.tensor(a, requires_grad=True) for a in arrays]

    def step() -> Any:
        y = function(torch.linalg, *sources)
        return torch.autograd.grad(y.sum(), sources)

    return step


def measure(torch: Any, name: str, shape: tuple[int, ...], rounds: int) -> bool:
    """Compare and time one call; whether the gradients agree."""
    ours, theirs = CALLS[name]
    arrays = inputs(name, shape)
    steps = {"tapegrad": of_tapegrad(ours, arrays)}
    if torch is not None:
        steps["torch"] = of_torch(torch, theirs, arrays)
    found = {key: [np.asarray(g) for g in step()] for key, step in steps.items()}
    gaps = [
        np.abs(a - b).max() / np.abs(b).max()
        for a, b in zip(found["tapegrad"], found.get("torch", found["tapegrad"]), strict=True)
    ]
    label = f"{name} {'x'.join(map(str, shape))}"
    if not max(gaps) <= TOLERANCE:
        print(f"{label:28} gradients differ by {max(gaps):.1e} (relative)")
        return False
    times = harness.interleave(steps, rounds)
    middle = {key: 1e6 * statistics.median(samples) for key, samples in times.items()}
    part = harness.ratio(times, "tapegrad", "torch")
    text = "  ".join(f"{key} {value:9.1f} us" for key, value in middle.items())
    print(f"{label:28} {text}" + ("" if part is None else f"  ratio {part:5.2f}"))
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(CALLS), help="some of the operations")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="3x3 alone: does it run at all?")
    options = parser.parse_args()

    limits = dict.fromkeys(THREAD_VARIABLES, str(options.threads))
    if any(os.environ.get(name) != value for name, value in limits.items()):
        # They must stand before NumPy is imported.
        command = [sys.executable, __file__, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | limits, check=False).returncode

    try:
        torch: Any = importlib.import_module("torch")
        torch.set_num_threads(options.threads)
    except ImportError:
        print("PyTorch is not installed.")
        torch = None
    names = options.only.split(",")
    for name in names:
        if name not in CALLS:
            parser.error(f"no operation {name}; there are {', '.join(CALLS)}")
    agree = [
        measure(torch, name, shape, options.rounds)
        for shape in (SHAPES[:1] if options.small else SHAPES)
        for name in names
    ]
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
