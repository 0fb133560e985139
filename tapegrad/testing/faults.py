"""Saying what is wrong with a derivative: where, what it should be, and the likely cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, NoReturn

import numpy as np

from tapegrad.testing.argument import Argument
from tapegrad.testing.diagnosis import Side, likely_cause
from tapegrad.testing.spaces import Vector, is_complex
from tapegrad.testing.tally import fraction

#: Up to how many entries of argument and result a wrong Jacobian is looked at as a whole.
_COLUMNS = 64
_ROWS = 256

_CONSTANT = (
    "the first derivative is taken for a constant: its rule computes with NumPy, or with values "
    "from outside of the tape"
)


class _Values(NamedTuple):
    """What the tape and differences say, the tolerance, and of what result."""

    got: float
    expected: float
    tolerance: float
    result: str


def fail_at_kink(argument: Argument, tangent: Vector) -> NoReturn:
    """Say that one-sided differences differ, and at which element."""
    __tracebackhide__ = True
    place = _located(argument, tangent, lambda t: float(argument.slope(t).kinks.size))
    slope = argument.slope(tangent if place is None else _unit(argument.size, place))
    at = int(slope.kinks[0])
    where = argument.name if place is None else argument.written(place)
    argument.fail(
        f"f seems to have a kink here: {argument.tally.name} has no derivative at {where}",
        [
            ("argument", argument.f.x.described(argument.leaf)),
            ("result", argument.f.y.written(at)),
            ("forwards", f"{slope.forwards[at]:.9g}"),
            ("backwards", f"{slope.backwards[at]:.9g}"),
        ],
        f"a kink (abs, relu, maximum, a tie): move {argument.name} away from it",
        index=None if place is None else argument.element(place).index,
    )


def fail_with_wrong_derivative(argument: Argument, mode: str, tangent: Vector) -> NoReturn:
    """Find an element that is wrong, and how."""
    __tracebackhide__ = True

    def excess(direction: Vector) -> float:
        values = _along(argument, mode, direction)
        apart = abs(values.got - values.expected) - values.tolerance
        return np.inf if np.isnan(apart) else apart

    place = _located(argument, tangent, excess)
    if place is None:
        values = _along(argument, mode, tangent)
        element, index = "no single one, but along a random direction", None
    else:
        values = _entry(argument, mode, place)
        index = argument.element(place).index
        element = argument.written(place)
        if 1 < argument.size <= _COLUMNS:
            wrong = sum(excess(t) > 0 for t in np.eye(argument.size))
            element += f"  ({wrong} of {argument.size} wrong)"
    modes = [mode, *reversed(argument.inner)]
    none = mode == "reverse" and not argument.connected
    argument.fail(
        f"{' over '.join(modes)} mode (order {len(modes)}) is wrong for the argument "
        f"{argument.name} of {argument.tally.name}",
        [
            ("argument", argument.f.x.described(argument.leaf)),
            ("element", element),
            ("derivative of", values.result),
            ("tape", f"{values.got:.9g}" + (" (None)" if none else "")),
            (argument.differences.method, f"{values.expected:.9g}"),
            ("tolerance", f"{values.tolerance:.3g}"),
        ],
        _cause(argument, mode, place),
        index=index,
        got=values.got,
        expected=values.expected,
        tolerance=values.tolerance,
    )


def _unit(size: int, place: int) -> Vector:
    unit = np.zeros(size)
    unit[place] = 1.0
    return unit


def _along(argument: Argument, mode: str, tangent: Vector) -> _Values:
    """The derivative along a direction: of the result that is most wrong, or of a sum of all."""
    f, slope = argument.f, argument.confirmed(tangent)
    if mode == "forward":
        pushed = argument.push(tangent)
        return _most_wrong(argument, pushed, slope.value, argument.tolerance(pushed, slope))
    cotangent, settings = argument.cotangent, argument.settings
    got, expected = float(argument.gradient @ tangent), float(cotangent @ slope.value)
    tolerance = settings.atol + settings.rtol * float(np.fmax(abs(got), abs(expected)))
    tolerance += float(5 * np.abs(cotangent) @ slope.error)
    weighed = " with a random cotangent" if f.y.size > 1 else ""
    return _Values(got, expected, tolerance, ", ".join(f.y.names) + weighed)


def _entry(argument: Argument, mode: str, place: int) -> _Values:
    """The derivative with respect to an element, of the result that is most wrong."""
    f, unit = argument.f, _unit(argument.size, place)
    if mode == "reverse" and 1 < f.y.size <= _ROWS:
        slope = argument.confirmed(unit)
        column = np.array([argument.pull(g)[place] for g in np.eye(f.y.size)])
        tolerance = argument.tolerance(column, slope)
        values = _most_wrong(argument, column, slope.value, tolerance)
        if not abs(values.got - values.expected) <= values.tolerance:
            return values
    return _along(argument, mode, unit)


def _most_wrong(argument: Argument, got: Vector, expected: Vector, tolerance: Vector) -> _Values:
    at = int(np.argmax(fraction(got - expected, tolerance)))
    written = argument.f.y.written(at)
    return _Values(float(got[at]), float(expected[at]), float(tolerance[at]), written)


def _located(argument: Argument, tangent: Vector, excess: Callable[[Vector], float]) -> int | None:
    """An element along which something is wrong: each of a few, or by halving of many."""
    size = argument.size
    if size <= _COLUMNS:
        over = [excess(t) for t in np.eye(size)]
        worst = int(np.argmax(over))
        return worst if over[worst] > 0 else None
    low, high = 0, size
    while high - low > 1:
        middle = (low + high) // 2
        halves = [np.zeros(size), np.zeros(size)]
        for half, part in zip(halves, (slice(low, middle), slice(middle, high)), strict=True):
            half[part] = tangent[part]
        # A half that does not move at all cannot be wrong.
        over = [excess(t) if np.any(t) else 0.0 for t in halves]
        if max(over) <= 0:
            return None
        low, high = (low, middle) if over[0] >= over[1] else (middle, high)
    return low if excess(_unit(size, low)) > 0 else None


def _cause(argument: Argument, mode: str, place: int | None) -> str:
    """The likely cause, from the whole Jacobian where it is small."""
    f = argument.f
    if f.lost and not (mode == "reverse" and argument.connected):
        return (
            f"{f.lost[0]} is a NumPy array or number, not a tensor: it left the tape. Use "
            f"operations of tapegrad instead of NumPy's"
        )
    if argument.inner and not argument.connected:
        return _CONSTANT
    places = _sample(argument, place)
    if f.y.size <= _ROWS and len(places) == argument.size:
        cause = _whole_cause(argument, mode)
    else:
        cause = _sampled_cause(argument, mode, places)
    return _CONSTANT if argument.inner and cause.startswith("the dependence is missing") else cause


def _whole_cause(argument: Argument, mode: str) -> str:
    f, units = argument.f, np.eye(argument.size)
    expected = np.stack([argument.confirmed(t).value for t in units], axis=1)
    if mode == "forward":
        got = np.stack([argument.push(t) for t in units], axis=1)
    else:
        got = np.stack([argument.pull(g) for g in np.eye(f.y.size)])
    if len(f.y.names) == 1:
        result = Side(f.y.names[0], f.y.shapes[0], is_complex(f.y.dtypes[0]))
    else:
        result = Side("the results", (f.y.size,), False)
    side = Side(argument.name, f.x.shapes[argument.leaf], argument.is_complex)
    return likely_cause(got, expected, result, side, _near(argument))


def _sampled_cause(argument: Argument, mode: str, places: list[int]) -> str:
    """The cause as far as some elements show it, for a weighted sum of the results."""
    units = [_unit(argument.size, place) for place in places]
    expected = np.array([[argument.cotangent @ argument.confirmed(t).value for t in units]])
    if mode == "forward":
        got = np.array([[argument.cotangent @ argument.push(t) for t in units]])
    else:
        got = argument.gradient[places][None]
    some = f"{len(places)} elements of {argument.name}" if len(places) > 1 else argument.name
    sides = Side("the result", (), False), Side(some, (len(places),), False)
    return likely_cause(got, expected, *sides, _near(argument))


def _near(argument: Argument) -> float:
    return max(10 * argument.settings.rtol, 1e-5)


def _sample(argument: Argument, place: int | None) -> list[int]:
    if argument.size <= _COLUMNS:
        return list(range(argument.size))
    places = set(argument.tally.rng.permutation(argument.size)[: _COLUMNS - 1].tolist())
    return sorted(places | ({place} if place is not None else set()))
