"""Peak memory of the gradient of a chain of 50 elementwise operations, in a fresh process.

Run as ``python -m benchmarks.problems.peak_memory LIBRARY``; prints one JSON object, in bytes. The
resident set is read from Linux's ``/proc``: its high-water mark can be reset there, so that what
importing and warming up took does not count. ``--trace`` measures NumPy's arrays by `tracemalloc`
instead, in a process of its own because tracing takes memory too.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np

from benchmarks.libraries import LIBRARIES
from benchmarks.libraries.base import Inputs
from benchmarks.problems.chain import chain

KEY = "g"
OPERATIONS = 50
ELEMENTS = 1_000_000
TITLE = f"peak memory of the gradient of {OPERATIONS} operations on {ELEMENTS:,} float64"
TARGETS = {"torch": 1.0}
ROUNDS = 3
NUMPY_BASED = ("tapegrad", "autograd", "mygrad")

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


def resident(field: str) -> int:
    """``VmRSS`` or ``VmHWM``, its high-water mark, in bytes."""
    for line in STATUS.read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return 1024 * int(rest.split()[0])
    raise RuntimeError(f"{STATUS} has no {field}: peak memory is measured on Linux only")


def measure(name: str, threads: int, elements: int, trace: bool) -> dict[str, int]:
    """Bytes above the state after a warm-up, at the peak of one gradient step."""
    library = LIBRARIES[name](threads)
    objective = chain(OPERATIONS)
    generator = np.random.default_rng(3)
    library.gradient_step(objective, Inputs([generator.uniform(size=4)], []))()
    step = library.gradient_step(objective, Inputs([generator.uniform(size=elements)], []))
    gc.collect()
    if trace:
        tracemalloc.start()
        step()
        _, peak = tracemalloc.get_traced_memory()
        return {"tracemalloc": peak}
    CLEAR_REFS.write_text("5", encoding="ascii")
    before = resident("VmRSS")
    step()
    return {"rss": resident("VmHWM") - before}


def ask(command: list[str], directory: Path) -> dict[str, int]:
    """Run this program as `command` in `directory` and read its answer."""
    process = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    answer: dict[str, int] = json.loads(process.stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", choices=list(LIBRARIES))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--elements", type=int, default=ELEMENTS)
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    print(json.dumps(measure(options.library, options.threads, options.elements, options.trace)))


if __name__ == "__main__":
    main()
