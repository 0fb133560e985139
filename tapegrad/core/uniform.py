"""Numbers in place of arrays that hold one number everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np


class Uniform:
    """A weight, or a partial derivative, that is one number for all entries."""

    __slots__ = ("number",)
    __array_ufunc__ = None

    def __init__(self, number: float) -> None:
        self.number = number

    def __mul__(self, other: Any) -> Any:
        if other.__class__ is Uniform:
            return Uniform(self.number * other.number)
        if not getattr(other, "shape", ()):
            return Uniform(self.number * float(other))
        return other if self.number == 1.0 else other * self.number

    __rmul__ = __mul__

    def __neg__(self) -> Uniform:
        return Uniform(-self.number)

    def __add__(self, other: Any) -> Any:
        if other.__class__ is Uniform:
            return Uniform(self.number + other.number)
        return other + self.number

    __radd__ = __add__

    def __eq__(self, other: object) -> Any:
        return np.bool_(self.number == other)

    def __hash__(self) -> int:
        return hash(self.number)

    def spread(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """The same as an array."""
        return np.full(shape, self.number, dtype)
