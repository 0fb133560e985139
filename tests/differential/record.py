"""Record TensorFlow's answers: ``python -m tests.differential.record [module ...]``."""

from __future__ import annotations

import importlib
import os
import sys

from tests.differential.harness import TENSORFLOW

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

if __name__ == "__main__":
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.get_logger().setLevel("ERROR")
    sys.exit(1 if TENSORFLOW.record(tensorflow, sys.argv[1:]) else 0)
