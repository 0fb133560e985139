"""How long `import` takes, in fresh processes, run in turn.

Modules are imported from cached bytecode, as they are once a package is installed: the first import
of each, which is not counted, writes the cache.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

KEY = "f"
TITLE = "import time, above what importing NumPy costs, and NumPy's own"
TARGET = 0.6
ROUNDS = 15
PEER_ROUNDS = 3

#: Imports NumPy, then the module, and prints how long each took in seconds.
PROGRAM = """
import time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
import {module}
print(middle - start, time.perf_counter() - middle)
"""


class ImportTime(NamedTuple):
    """Seconds of one fresh process."""

    numpy: float
    module: float  # after NumPy


def once(module: str, directory: Path, bytecode: str) -> ImportTime:
    """Import `module` in a fresh process that finds packages in `directory`, too."""
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=True
    )
    numpy_seconds, module_seconds = map(float, process.stdout.split())
    return ImportTime(numpy_seconds, module_seconds)


def measure(
    modules: Mapping[str, str], rounds: int, directory: Path
) -> dict[str, list[ImportTime]]:
    """Import each of `modules`, by the names of libraries, `rounds` times, in turn.

    One import before them is not counted.
    """
    times: dict[str, list[ImportTime]] = {name: [] for name in modules}
    with tempfile.TemporaryDirectory() as bytecode:
        for counted in [False] + [True] * rounds:
            for name, module in modules.items():
                time = once(module, directory, bytecode)
                if counted:
                    times[name].append(time)
    return times


def ratio(times: list[ImportTime]) -> float:
    """Median over the processes of the module's time by NumPy's in the same process."""
    return statistics.median(time.module / time.numpy for time in times)
