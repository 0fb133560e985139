"""Derivatives by differences: complex step, or central differences with an estimate of the error.

The complex step (Squire and Trapp, SIAM Review 40, 1998) has no cancellation, but needs a function
that is analytic; that is found out by trying, and by comparing with central differences. These are
extrapolated to step zero from shrinking steps, and each element keeps the entry of its tableau
whose neighbours agree best (Ridders, Advances in Engineering Software 4, 1982).
"""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tapegrad.testing.functions import Function
from tapegrad.testing.spaces import Vector, is_complex

_DOUBLE = float(np.finfo(np.float64).eps)
_IMAGINARY = 1e-20
_LEVELS = 24
_COLUMNS = 6

#: What a function may raise for arguments of a precision or kind that it was not written for.
REFUSALS = (
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    AttributeError,
    np.exceptions.ComplexWarning,
)


Positions = np.ndarray[Any, np.dtype[np.int64]]


class Slope(NamedTuple):
    """A directional derivative of each entry of a result.

    Attributes
    ----------
    value, error
        The derivative, and by how much it may be wrong; infinite where there is none.
    kinks
        Positions of entries whose one-sided derivatives differ.
    forwards, backwards
        The one-sided differences of the smallest step.
    scale
        A derivative that would be large: of the size of the result over that of the argument.
    """

    value: Vector
    error: Vector
    kinks: Positions
    forwards: Vector
    backwards: Vector
    scale: float


def central(function: Function, tangent: Vector, step: float) -> Vector:
    """The plain central difference, in the function's own precision."""
    high, low = (function.at(function.point + s * tangent) for s in (step, -step))
    return (high - low) / (2 * step)


class Differences:
    """The derivatives of a function at its point, without the tape.

    Attributes
    ----------
    method
        ``"complex step"``, ``"central differences"`` or both, as used so far.
    methods
        The same as a set.
    """

    def __init__(
        self, function: Function, step: float | None = None, *, may_widen: bool = True
    ) -> None:
        self._f = function
        self._step = step
        self._coarse = function.epsilon
        self._wide = self._coarse <= _DOUBLE or (may_widen and _computes_wide(function))
        self.epsilon = _DOUBLE if self._wide else self._coarse
        self._narrow: Differences | None = None
        self._checked: dict[int, bool] = {}
        self._center = function.at(function.point, wide=self._wide)
        real = not any(map(is_complex, (*function.x.dtypes, *function.y.dtypes)))
        self._may_be_analytic = real and self._wide and step is None and not function.lost
        self._analytic: dict[int, bool] = {}
        self.methods: set[str] = set()

    @property
    def method(self) -> str:
        """How derivatives were taken."""
        return " and ".join(sorted(self.methods, reverse=True))

    def along(self, tangent: Vector, leaf: int) -> Slope:
        """The derivative along a tangent that moves one array only."""
        if self._wide and self._coarse > _DOUBLE and not self._may_widen(tangent, leaf):
            assert self._narrow is not None
            self.methods.add("central differences")
            return self._narrow.along(tangent, leaf)
        if self._analytic.get(leaf):
            slope = self._complex_step(tangent, leaf)
            if slope is not None:
                self.methods.add("complex step")
                return slope
        slope = self._extrapolated(tangent, leaf)
        if leaf not in self._analytic:
            better = self._complex_step(tangent, leaf) if self._may_be_analytic else None
            self._analytic[leaf] = better is not None and _agree(better, slope)
            if better is not None and self._analytic[leaf]:
                self.methods.add("complex step")
                return slope._replace(value=better.value, error=better.error)
        self.methods.add("central differences")
        return slope

    def _may_widen(self, tangent: Vector, leaf: int) -> bool:
        """Whether double precision shows the same derivative, if roughly, as the own precision.

        It does not where a function also knows an argument in another way than by its parameter,
        as a Variable that it closes over.
        """
        if leaf not in self._checked:
            wide = self._extrapolated(tangent, leaf)
            step = float(np.cbrt(self._coarse)) * self._reach(tangent, leaf)
            rough = central(self._f, tangent, step)
            size = np.max(np.abs(self._f.result), initial=0.0)
            allowed = 0.1 * np.max(np.abs(rough), initial=0.0) + 8 * self._coarse * size / step
            apart = np.abs(wide.value - rough)
            self._checked[leaf] = bool(np.all((apart <= allowed) | ~np.isfinite(apart)))
            if not self._checked[leaf] and self._narrow is None:
                self._narrow = Differences(self._f, self._step, may_widen=False)
        return self._checked[leaf]

    def _complex_step(self, tangent: Vector, leaf: int) -> Slope | None:
        f = self._f
        if not self._may_be_analytic:
            return None
        arrays = [
            a + 1j * _IMAGINARY * t
            for a, t in zip(f.x.split(f.point), f.x.split(tangent, wide=True), strict=True)
        ]
        outputs = _tried(f, [a.astype(np.complex128) for a in arrays])
        if outputs is None:
            self._may_be_analytic = False
            return None
        if [y.shape for y in outputs] != f.y.shapes:
            return None
        value = f.y.flatten([y.imag / _IMAGINARY for y in outputs])
        apart = np.abs(f.y.flatten(outputs) - self._center)
        same = apart <= 1e-9 * np.max(np.abs(self._center), initial=0.0)
        if not np.all(np.isfinite(value) & same):
            return None
        error, none = 64 * _DOUBLE * np.abs(value), np.zeros(0, np.int64)
        scale = np.max(np.abs(self._center), initial=0.0) / self._reach(tangent, leaf)
        return Slope(value, error, none, value, value, float(scale))

    def confirmed(self, tangent: Vector, leaf: int, slope: Slope) -> Slope:
        """A slope that differences of much smaller steps agree to, or theirs.

        Larger steps may have met a kink beside the point again and again, in all agreement.
        """
        if self._analytic.get(leaf):
            return slope
        other = (self._narrow or self)._extrapolated(tangent, leaf, 0.004)
        apart = np.abs(slope.value - other.value)
        agree = apart <= 2 * (slope.error + other.error)
        value = np.where(agree, slope.value, other.value)
        error = np.where(agree, np.maximum(slope.error, apart), other.error)
        return slope._replace(value=value, error=error)

    def _extrapolated(self, tangent: Vector, leaf: int, shrink: float = 1.0) -> Slope:
        f = self._f
        reach = self._reach(tangent, leaf)
        h = (self._first_step if self._step is None else self._step) * reach * shrink
        levels = _LEVELS if self._wide else 9
        best = np.full(f.y.size, np.nan)
        error = np.full(f.y.size, np.inf)
        row: list[Vector] = []
        gaps: list[Vector] = []
        forwards = backwards = best
        largest = 0.0
        for level in range(levels):
            high = f.at(f.point + h * tangent, wide=self._wide)
            low = f.at(f.point - h * tangent, wide=self._wide)
            size = np.maximum(np.abs(high), np.abs(low))
            # Rounding inside of the function is as large as its larger values ask for.
            largest = max(largest, float(np.nanmax(size, initial=0.0)))
            size = size + (1e-2 if self._wide else 1.0) * np.nanmax(size, initial=0.0)
            noise = self.epsilon * (size / h + np.abs(high - low) * reach / h**2)
            previous, row = row, [(high - low) / (2 * h)]
            for column, old in enumerate(previous[: _COLUMNS - 1]):
                factor = 4.0 ** (column + 1)
                new = row[column] + (row[column] - old) / (factor - 1)
                wrong = np.maximum(np.abs(new - row[column]), np.abs(new - old)) + noise
                better = wrong < error
                best, error = np.where(better, new, best), np.where(better, wrong, error)
                row.append(new)
            forwards, backwards = (high - self._center) / h, (self._center - low) / h
            gaps.append(forwards - backwards)
            if level >= 3 and np.all(error <= 1e5 * self.epsilon * np.abs(best) + 4 * noise):
                break
            h /= 2
        kinks = _kinks(gaps, np.maximum(np.abs(forwards), np.abs(backwards)), 4 * noise)
        if kinks.size:
            kinks = self._confirmed_kinks(tangent, kinks, h / 64, gaps[-1])
        return Slope(best, error, kinks, forwards, backwards, largest / reach)

    def _confirmed_kinks(
        self, tangent: Vector, kinks: Positions, h: float, gaps: Vector
    ) -> Positions:
        """Those whose one-sided differences are still as far apart with a much smaller step."""
        f = self._f
        high = f.at(f.point + h * tangent, wide=self._wide)
        low = f.at(f.point - h * tangent, wide=self._wide)
        gap = ((high - self._center) - (self._center - low)) / h
        noise = 8 * self.epsilon * np.maximum(np.abs(high), np.abs(low)) / h
        stays = (np.abs(gap) > 0.5 * np.abs(gaps)) & (np.abs(gap) > 10 * noise)
        return kinks[stays[kinks]]

    @property
    def _first_step(self) -> float:
        """Relative to the argument; large where rounding is coarse."""
        return 2.0**-5 if self._wide else 2.0**-3 if self.epsilon < 1e-5 else 2.0**-2

    def sizes(self, leaf: int) -> Vector:
        """How far the entries of an array may be moved: as far as they are from zero."""
        x = np.abs(self._f.point[self._f.x.part(leaf)])
        x = np.where(np.isfinite(x), x, 0.0)  # data may be missing
        typical = np.sqrt(np.mean(x**2)) or 1.0
        found: Vector = np.where(x == 0, typical, np.maximum(x, typical * self.epsilon**0.5))
        return found

    def _reach(self, tangent: Vector, leaf: int) -> float:
        """The largest multiple of a tangent that moves each entry by no more than its size."""
        return float(1 / np.max(np.abs(tangent[self._f.x.part(leaf)]) / self.sizes(leaf)))


def _computes_wide(f: Function) -> bool:
    """Whether a function also computes in double precision, without saying otherwise."""
    if f.parent is not None and not _computes_wide(f.parent):
        return False
    outputs = _tried(f, f.x.split(f.point, wide=True))
    if outputs is None:
        return False
    if any(y.real.dtype != np.float64 for y in outputs):
        return False
    if any(y.shape != shape for y, shape in zip(outputs, f.y.shapes, strict=True)):
        return False
    rounding = 100 * f.epsilon
    largest = np.max(np.abs(f.result), initial=0.0)
    return bool(np.allclose(f.y.flatten(outputs), f.result, rtol=rounding, atol=rounding * largest))


def _tried(f: Function, arrays: list[Any]) -> list[Any] | None:
    """The results for other dtypes; None where the function refuses them or drops a part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            return f.arrays(arrays)
        except REFUSALS:
            return None


def _agree(exact: Slope, rough: Slope) -> bool:
    known = np.isfinite(rough.error)
    allowed = 10 * rough.error + 1e-7 * np.abs(rough.value)
    return bool(np.all(known) and np.all(np.abs(exact.value - rough.value) <= allowed))


def _kinks(gaps: list[Vector], size: Vector, noise: Vector) -> Positions:
    """Where the one-sided differences stay apart as the step goes to zero.

    Their gap is an odd power series in the step where a function is smooth, so that two steps of
    extrapolation leave a small rest; at a kink they leave the gap.
    """
    if len(gaps) < 4:
        return np.zeros(0, np.int64)
    first = [2 * b - a for a, b in pairwise(gaps[-4:])]
    second = [(8 * b - a) / 7 for a, b in pairwise(first)]
    rest, change = second[-1], np.abs(second[-1] - second[-2])
    stays = (change < 0.2 * np.abs(rest)) & (np.abs(gaps[-1]) > 0.8 * np.abs(gaps[-2]))
    large = (np.abs(rest) > 1e-4 * size) & (np.abs(rest) > 100 * noise)
    return np.flatnonzero(stays & large).astype(np.int64)
