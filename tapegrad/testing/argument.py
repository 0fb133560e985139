"""One argument of a function while it is checked: its derivatives, and where its elements are."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from tapegrad.errors import GradientCheckError
from tapegrad.testing.differences import Differences, Slope
from tapegrad.testing.functions import Function
from tapegrad.testing.spaces import Element, Vector, is_complex
from tapegrad.testing.tally import Tally


class Argument:
    """One argument of a function, and what reverse mode says about it.

    Directions of the argument are vectors of its own entries.

    Attributes
    ----------
    cotangent, gradient
        A cotangent of the result, and what reverse mode makes of it for this argument.
    connected
        False where it made None.
    inner
        The modes that made the function from the user's: none for the first order.
    """

    def __init__(
        self,
        tally: Tally,
        f: Function,
        differences: Differences,
        leaf: int,
        cotangent: Vector,
        pulled: Vector,
        connected: bool,
        inner: tuple[str, ...],
    ) -> None:
        self.tally, self.f, self.differences = tally, f, differences
        self.leaf, self.part, self.name = leaf, f.x.part(leaf), f.x.names[leaf]
        self.size = self.part.stop - self.part.start
        self.cotangent, self.gradient, self.connected = cotangent, pulled[self.part], connected
        self.inner = inner
        self.settings = tally.settings
        self.epsilon = f.epsilon
        self.is_complex = is_complex(f.x.dtypes[leaf])

    def slope(self, tangent: Vector) -> Slope:
        """The derivative of the result along a direction, by differences."""
        return self.differences.along(self._placed(tangent), self.leaf)

    def confirmed(self, tangent: Vector) -> Slope:
        """The same, confirmed by other steps."""
        placed = self._placed(tangent)
        return self.differences.confirmed(placed, self.leaf, self.slope(tangent))

    def push(self, tangent: Vector) -> Vector:
        """The derivative of the result along a direction, by forward mode."""
        return self.f.push(self._placed(tangent))

    def pull(self, cotangent: Vector) -> Vector:
        """The cotangent of this argument, by reverse mode."""
        return self.f.pull(cotangent)[0][self.part]

    def _placed(self, tangent: Vector) -> Vector:
        whole = np.zeros(self.f.x.size)
        whole[self.part] = tangent
        return whole

    def tolerance(self, got: Vector, slope: Slope) -> Vector:
        """By how much the entries of the result's tangent may differ."""
        relative = self.settings.rtol * np.fmax(np.abs(got), np.abs(slope.value))
        found: Vector = self.settings.atol + relative + self.rounding(slope) + 5 * slope.error
        return found

    def rounding(self, slope: Slope) -> float:
        """What the tape's own precision may cost where terms cancel."""
        largest = np.nanmax(np.abs(slope.value), initial=0.0)
        return float(16 * self.epsilon * (largest + slope.scale))

    def element(self, place: int) -> Element:
        """What one of its entries is."""
        return self.f.x.element(self.part.start + place)

    def written(self, place: int) -> str:
        """One of its entries as one writes it in Python."""
        return self.f.x.written(self.part.start + place)

    def fail(
        self,
        what: str,
        lines: list[tuple[str, str]],
        cause: str,
        *,
        index: tuple[int, ...] | None = None,
        name: str | None = None,
        got: float | None = None,
        expected: float | None = None,
        tolerance: float | None = None,
    ) -> NoReturn:
        """Raise the error that says so."""
        __tracebackhide__ = True
        width = max(len(word) for word, _ in lines) + 2
        text = "\n".join(f"  {word:<{width}}{value}" for word, value in lines)
        raise GradientCheckError(
            f"{what}.\n{text}\n  likely cause: {cause or 'not known'}",
            argument=name or self.name,
            index=index,
            got=got,
            expected=expected,
            tolerance=tolerance,
            cause=cause,
        )
