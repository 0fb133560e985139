"""One convolution: its output and the gradients for images and filters, all products and copies."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs
from benchmarks.problems.base import Problem

SEED = 23


def inputs(small: bool) -> Inputs:
    """Images with the channels last, filters, and weights for the outputs."""
    generator = np.random.default_rng(SEED)
    images, size, channels, outputs = (2, 6, 3, 4) if small else (32, 32, 32, 64)
    shapes = [
        (images, size, size, channels),
        (3, 3, channels, outputs),
        (images, size, size, outputs),
    ]
    x, filters, weights = [generator.normal(size=s).astype(np.float32) for s in shapes]
    return Inputs([x, filters], [weights])


def objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    x, filters = parameters
    (weights,) = constants
    return ops.reduce_sum(ops.conv2d(x, filters) * weights)


CONVOLUTION = Problem(
    key="h",
    title="conv2d of 32x32x32x32 images with 3x3x32x64 filters, float32, and both gradients",
    objective=objective,
    inputs=inputs,
    tolerance=1e-3,
    targets={"torch": 2.0},
    missing={"autograd": "has no convolution of images"},
)
