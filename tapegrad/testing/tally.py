"""What the comparisons of one check share: its options and counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tapegrad.testing.spaces import Vector


class Settings(NamedTuple):
    """The options of `check_gradients` that concern each comparison."""

    modes: tuple[str, ...]
    rtol: float
    atol: float
    step: float | None
    directions: int


class Tally:
    """The options of a check, and how much it compared.

    Attributes
    ----------
    name, results
        What the user's function and its results are called.
    methods
        How derivatives were taken without the tape.
    """

    def __init__(
        self, name: str, results: list[str], settings: Settings, rng: np.random.Generator
    ) -> None:
        self.name = name
        self.results = results
        self.settings = settings
        self.rng = rng
        self.methods: set[str] = set()
        self.count = 0
        self.largest = 0.0

    def within(self, got: Vector, expected: Vector, tolerance: Vector) -> bool:
        """Whether all of `got` is as near to `expected` as it must be; NaN never is."""
        worst = np.max(fraction(got - expected, tolerance), initial=0.0)
        if worst <= 1:
            self.count += got.size
            self.largest = max(self.largest, float(worst))
        return bool(worst <= 1)


def fraction(difference: Vector, tolerance: Vector) -> Vector:
    """Differences as multiples of their tolerances; infinite for NaN."""
    found = np.abs(difference) / np.maximum(tolerance, np.finfo(np.float64).tiny)
    return np.where(np.isnan(found), np.inf, found)
