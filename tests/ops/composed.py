"""Operations that are composed of primitives, judged as a whole, in every mode.

A row of the table is a function of tensors with its inputs and an independent reference. The
functions stand in ``composed_<family>.py``, which fill the table by calling `composed`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.ops.samples import Maker


@dataclass
class Composed:
    """One use of an operation.

    Attributes
    ----------
    name
        What is tested.
    call
        A function of tensors that returns a tensor or a tuple of them.
    reference
        The same function of arrays, by another library or another way.
    inputs
        Makers of the input arrays.
    order
        Up to which order derivatives are checked.
    followed
        Positions of the inputs that are differentiated; None for all that are floating point.
    complex
        Whether to check complex inputs too.
    dtypes
        Dtypes in which floating point results must have the dtype of the inputs.
    rtol
        Tolerance of comparisons with differences.
    """

    name: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    inputs: tuple[Maker, ...]
    order: int = 2
    followed: tuple[int, ...] | None = None
    complex: bool = False
    dtypes: tuple[str, ...] = ("float32", "float64")
    rtol: float = 1e-6

    def arrays(self) -> list[np.ndarray]:
        """The inputs, always the same."""
        rng = np.random.default_rng([*self.name.encode()])
        return [np.asarray(make(rng)) for make in self.inputs]

    def which(self, arrays: list[np.ndarray]) -> list[int]:
        """Positions of the inputs that are differentiated."""
        if self.followed is not None:
            return list(self.followed)
        return [i for i, a in enumerate(arrays) if a.dtype.kind in "fc"]

    def __str__(self) -> str:
        return self.name


COMPOSED: list[Composed] = []


def composed(
    name: str, call: Callable[..., Any], reference: Any, *inputs: Maker, **options: Any
) -> None:
    """Add a row to the table."""
    COMPOSED.append(Composed(name, call, reference, inputs, **options))


def load() -> list[Composed]:
    """All rows of all families."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("composed_"):
            importlib.import_module(f"tests.ops.{module.name}")
    return COMPOSED
