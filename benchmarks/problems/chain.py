"""A chain of elementwise operations: sin, times 1.1, plus 0.1, and again."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs, Objective
from benchmarks.problems.base import Problem

OPERATIONS = 3000


def chain(operations: int) -> Objective:
    """The objective that applies `operations` operations to its parameter, and sums an array."""

    def objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
        (y,) = parameters
        for _ in range(operations // 3):
            y = ops.sin(y)
            y = y * 1.1
            y = y + 0.1
        if operations % 3 > 0:
            y = ops.sin(y)
        if operations % 3 > 1:
            y = y * 1.1
        return ops.reduce_sum(y) if len(y.shape) else y

    return objective


def inputs(small: bool) -> Inputs:
    # The number of operations belongs to the objective: both sizes are the same scalar.
    return Inputs([np.array(0.5)], [])


CHAIN = Problem(
    key="a",
    title=f"scalar chain of {OPERATIONS} operations, forward and backward, per operation",
    objective=chain(OPERATIONS),
    inputs=inputs,
    tolerance=1e-9,
    targets={"torch": 0.4, "tensorflow": 0.06},
    operations=OPERATIONS,
)
