"""What the eager tape costs, beside its peers, in one interleaved run.

``python benchmarks/overhead.py`` measures, for both dialects of tapegrad and those of TensorFlow,
PyTorch, HIPS autograd and MyGrad that are installed:

(a) a scalar chain of 3,000 operations      (e) Black-Scholes on 1,000,000 options
(b) a training step of a small network      (f) import time
(c) the gradient of a larger network        (g) peak memory of a chain of 50 operations
(d) ADBench's LSTM                          (h) a convolution of images

Every library has one thread; (c), (e) and (h) are repeated with two. With ``--threads``
everything runs once, with so many.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALL = "a,b,c,d,e,f,g,h"
MORE_THREADS = "c,e,h"
LIBRARIES = "tapegrad,tapegrad_torch,torch,tensorflow,autograd,mygrad"
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def keys(text: str) -> str:
    """A list like ``a,c``, checked."""
    unknown = sorted(set(text.split(",")) - set(ALL.split(",")))
    if unknown:
        raise argparse.ArgumentTypeError(f"no problem {', '.join(unknown)}; there are {ALL}")
    return text


def run(only: str, threads: int, options: argparse.Namespace, report: Path) -> int:
    """Run problems in a process whose libraries find `threads` in their environment."""
    command = [sys.executable, "-m", "benchmarks.worker", "--only", only, "--json", str(report)]
    command += ["--threads", str(threads), "--libraries", options.libraries]
    command += ["--rounds", str(options.rounds)] if options.rounds else []
    command += ["--small"] if options.small else []
    environment = os.environ | {variable: str(threads) for variable in THREAD_VARIABLES}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=keys, default=ALL, help=f"some of {ALL}")
    parser.add_argument("--libraries", default=LIBRARIES, help=f"some of {LIBRARIES}")
    parser.add_argument("--rounds", type=int, help="default: as many as each problem needs")
    parser.add_argument("--threads", type=int, help="default: 1, then 2 for (c), (e) and (h)")
    parser.add_argument("--json", type=Path, help="write every measurement to this file")
    parser.add_argument("--small", action="store_true", help="tiny sizes: does it run at all?")
    options = parser.parse_args()

    runs = [(options.only, options.threads or 1)]
    again = [key for key in options.only.split(",") if key in MORE_THREADS.split(",")]
    if again and not options.threads:
        runs.append((",".join(again), 2))
    reports, status = [], 0
    with tempfile.TemporaryDirectory() as directory:
        for number, (only, threads) in enumerate(runs):
            report = Path(directory) / f"{number}.json"
            status = max(status, run(only, threads, options, report))
            if report.exists():
                reports.append(json.loads(report.read_text(encoding="utf-8")))
            print()
    if options.json:
        options.json.write_text(json.dumps(reports, indent=1), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
