"""Record what the real libraries do: ``python -m tests.seeds.record [notebook ...]``."""

from __future__ import annotations

import importlib
import os
import sys

from tests.seeds.likeness import common
from tests.seeds.running import NOTEBOOKS, recording_path, run
from tests.snippets.suite import write_recording

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def main(only: list[str]) -> None:
    """Run each notebook twice, the second time with other random numbers."""
    torch = importlib.import_module("torch")
    for notebook in only or NOTEBOOKS:
        first = run(notebook, 0)
        # What is not initialised is filled with nan then, and so differs as well.
        torch.use_deterministic_algorithms(True)
        second = run(notebook, 1)
        torch.use_deterministic_algorithms(False)
        cells = {
            str(number): common(*pair)
            for number, pair in enumerate(zip(first, second, strict=True))
        }
        imported = [name for name in ("torch", "tensorflow") if name in sys.modules]
        versions = {name: sys.modules[name].__version__ for name in imported}
        write_recording(recording_path(notebook), versions, cells)


if __name__ == "__main__":
    main(sys.argv[1:])
