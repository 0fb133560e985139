"""NumPy without automatic differentiation: the gradients written out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import Inputs, Objective, Step, numpy_operations
from benchmarks.problems.base import ByHand


class NumPyByHand:
    """A problem's own formulas; made for each problem that has them."""

    module = "numpy"
    label = "NumPy by hand"
    version = np.__version__

    def __init__(self, by_hand: ByHand) -> None:
        self.by_hand = by_hand
        self.operations = numpy_operations()

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """The formulas on the arrays themselves."""
        del objective
        return lambda: self.by_hand(inputs.parameters, inputs.constants)

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """The formulas, and an in-place update of copies."""
        del objective
        parameters = [array.copy() for array in inputs.parameters]

        def step() -> tuple[Any, list[Any]]:
            value, gradients = self.by_hand(parameters, inputs.constants)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= rate * gradient
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """An array, or a number as one."""
        return np.asarray(value)
