"""Record PyTorch's answers: ``python -m tests.torch.record [module ...]``."""

from __future__ import annotations

import importlib
import sys

from tests.torch.harness import TORCH

if __name__ == "__main__":
    sys.exit(1 if TORCH.record(importlib.import_module("torch"), sys.argv[1:]) else 0)
