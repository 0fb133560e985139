"""Record TensorFlow's answers: ``python -m tests.differential.record [module ...]``."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from typing import Any

import numpy as np

from tests.differential.harness import answer, has_words, load_cases, recording_path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def record(tf: Any, only: list[str]) -> int:
    """Write one file of answers per case module; return the number of cases that failed."""
    modules: dict[str, dict[str, Any]] = {}
    failures = 0
    for case in load_cases():
        if only and case.module not in only:
            continue
        try:
            result = answer(tf, case.run)
        except TypeError as error:  # not a result that can be recorded
            failures += 1
            sys.stderr.write(f"{case.module}.{case.name}: {error}\n")
            continue
        if case.differs is None and not has_words(case.match, result):
            failures += 1
            sys.stderr.write(f"{case.module}.{case.name}: TensorFlow says {result}\n")
        entry: dict[str, Any] = {"row": case.row, "result": result}
        if case.differs is not None:
            entry["differs"] = case.differs
        modules.setdefault(case.module, {})[case.name] = entry
    versions = {
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    for module, cases in modules.items():
        path = recording_path(module)
        path.parent.mkdir(exist_ok=True)
        # One case a line, so that a difference between two recordings can be read.
        head = json.dumps(versions)[:-1]
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(cases[name])}" for name in cases)
        path.write_text(f'{head}, "cases": {{\n{lines}\n}}}}\n')
        sys.stdout.write(f"{path.name}: {len(cases)} cases\n")
    return failures


if __name__ == "__main__":
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.get_logger().setLevel("ERROR")
    sys.exit(1 if record(tensorflow, sys.argv[1:]) else 0)
