"""Comparing the tape with differences, and the tape's modes with one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.table import recording
from tapegrad.errors import GradientCheckError
from tapegrad.testing.argument import Argument
from tapegrad.testing.differences import Differences, Slope
from tapegrad.testing.faults import fail_at_kink, fail_with_wrong_derivative
from tapegrad.testing.functions import Function
from tapegrad.testing.spaces import Vector, is_complex
from tapegrad.testing.tally import Tally


def compare_first_order(tally: Tally, f: Function, inner: tuple[str, ...]) -> None:
    """Compare the first derivatives of a function with differences, in each mode.

    `inner` names the modes that made the function from the user's.
    """
    __tracebackhide__ = True
    _require_finite(tally, f)
    differences = Differences(f, tally.settings.step)
    cotangent = tally.rng.standard_normal(f.y.size) if f.y.size != 1 else np.ones(1)
    pulled, connected = np.zeros(f.x.size), [True] * len(f.x.names)
    if "reverse" in tally.settings.modes:
        pulled, connected = f.pull(cotangent)
        _require_linearity(tally, f, cotangent, pulled)
    for leaf in range(len(f.x.names)):
        part = f.x.part(leaf)
        if part.start == part.stop or not f.y.size:
            continue
        argument = Argument(tally, f, differences, leaf, cotangent, pulled, connected[leaf], inner)
        for tangent in _tangents(tally, differences.sizes(leaf)):
            _compare_along(argument, tangent)
    tally.methods.update(differences.methods)


def _tangents(tally: Tally, sizes: Vector) -> list[Vector]:
    """Random directions, relative and absolute, and single elements that they may hide."""
    n = len(sizes)
    if n == 1:
        return [np.ones(1)]
    found = [tally.rng.standard_normal(n) for _ in range(tally.settings.directions)]
    found[::2] = [t * sizes for t in found[::2]]
    for place in tally.rng.permutation(n)[:2]:
        unit = np.zeros(n)
        unit[place] = 1.0
        found.append(unit)
    return found


def _compare_along(argument: Argument, tangent: Vector) -> None:
    """Compare along one direction, in each mode, and the modes with one another."""
    __tracebackhide__ = True
    slope = argument.slope(tangent)
    if slope.kinks.size:
        fail_at_kink(argument, tangent)
    modes, tally = argument.settings.modes, argument.tally
    if "reverse" in modes:
        _compare(argument, slope, tangent, "reverse", _reverse_is_right)
    if "forward" in modes:
        pushed = argument.push(tangent)

        def is_right(argument: Argument, slope: Slope, tangent: Vector) -> bool:
            return tally.within(pushed, slope.value, argument.tolerance(pushed, slope))

        _compare(argument, slope, tangent, "forward", is_right)
        if "reverse" in modes:
            _require_duality(argument, pushed, slope, tangent)


def _compare(
    argument: Argument,
    slope: Slope,
    tangent: Vector,
    mode: str,
    is_right: Callable[[Argument, Slope, Vector], bool],
) -> None:
    __tracebackhide__ = True
    if not is_right(argument, slope, tangent):
        slope = argument.confirmed(tangent)
        _require_settled(argument, slope)
        if not is_right(argument, slope, tangent):
            fail_with_wrong_derivative(argument, mode, tangent)
    _require_settled(argument, slope)


def _reverse_is_right(argument: Argument, slope: Slope, tangent: Vector) -> bool:
    terms, weighed = argument.gradient * tangent, argument.cotangent * slope.value
    size = np.abs(terms).sum() + np.abs(weighed).sum()
    tolerance = (
        argument.settings.atol
        + 0.5 * argument.settings.rtol * size
        + np.abs(argument.cotangent) @ (5 * slope.error + argument.rounding(slope))
    )
    return argument.tally.within(
        np.array([terms.sum()]), np.array([weighed.sum()]), np.array([tolerance])
    )


def _require_finite(tally: Tally, f: Function) -> None:
    __tracebackhide__ = True
    bad = ~np.isfinite(f.result)
    if not np.any(bad):
        return
    at = int(np.argmax(bad))
    place = f.y.element(at)
    is_derivative = f.y.names[place.leaf] not in tally.results
    raise GradientCheckError(
        f"{tally.name} cannot be checked here: {f.y.written(at)} is {f.result[at]}. "
        f"Move the arguments to where it is finite"
        + (
            ", or make the branch that tf.where does not select safe with an inner tf.where."
            if is_derivative
            else "."
        ),
        argument=f.y.names[place.leaf],
        index=place.index,
        got=float(f.result[at]),
        cause="the result is not finite",
    )


def _require_linearity(tally: Tally, f: Function, cotangent: Vector, pulled: Vector) -> None:
    """Twice the cotangent must give twice the gradient."""
    __tracebackhide__ = True
    twice = f.pull(2 * cotangent)[0]
    close = max(1e3 * f.epsilon, 1e-9)
    for leaf, name in enumerate(f.x.names):
        part = f.x.part(leaf)
        size = np.max(np.abs(pulled[part]), initial=0.0)
        wrong = np.abs(twice[part] - 2 * pulled[part]) > close * size
        if not np.any(wrong):
            continue
        place = part.start + int(np.argmax(wrong))
        got, expected = float(twice[place]), float(2 * pulled[place])
        cause = (
            "the rule is not linear in the cotangent: every term must be multiplied by it (a "
            "custom gradient that forgets dy, or adds something to it)"
        )
        raise GradientCheckError(
            f"reverse mode is wrong for the argument {name} of {tally.name}: twice the cotangent "
            f"does not give twice the gradient.\n"
            f"  element     {f.x.written(place)}\n"
            f"  tape        {got:.9g}\n"
            f"  twice once  {expected:.9g}\n"
            f"  likely cause: {cause}",
            argument=name,
            index=f.x.element(place).index,
            got=got,
            expected=expected,
            tolerance=float(close * size),
            cause=cause,
        )


def _require_duality(argument: Argument, pushed: Vector, slope: Slope, tangent: Vector) -> None:
    __tracebackhide__ = True
    forward, reverse = argument.cotangent * pushed, argument.gradient * tangent
    size = np.abs(forward).sum() + np.abs(reverse).sum()
    tolerance = argument.settings.atol + max(1e3 * argument.epsilon, 1e-9) * size
    tolerance += argument.rounding(slope) * np.abs(argument.cotangent).sum()
    got, expected = float(forward.sum()), float(reverse.sum())
    if argument.tally.within(np.array([got]), np.array([expected]), np.array([tolerance])):
        return
    argument.fail(
        f"forward and reverse mode disagree for the argument {argument.name} of "
        f"{argument.tally.name}",
        [
            ("argument", argument.f.x.described(argument.leaf)),
            ("<g, J t>", f"{got:.9g} (forward)"),
            ("<J* g, t>", f"{expected:.9g} (reverse)"),
            ("tolerance", f"{tolerance:.3g}"),
        ],
        "the rules for the two modes are not those of one derivative",
        got=got,
        expected=expected,
        tolerance=tolerance,
    )


def _require_settled(argument: Argument, slope: Slope) -> None:
    """Differences whose error is as large as themselves prove nothing."""
    __tracebackhide__ = True
    f = argument.f
    scale = np.nanmax(np.abs(slope.value), initial=0.0) + slope.scale
    vague = ~(slope.error <= max(0.01, 40 * argument.differences.epsilon) * scale)
    if not np.any(vague):
        return
    at = int(np.argmax(vague))
    place = f.y.element(at)
    argument.fail(
        f"{argument.tally.name} cannot be checked here: differences of {f.y.written(at)} do not "
        f"settle as the step shrinks",
        [
            ("argument", f.x.described(argument.leaf)),
            ("differences", f"{slope.value[at]:.6g}, wrong by up to {slope.error[at]:.3g}"),
        ],
        "f jumps near this point, or computes in low precision inside (check it in float64)"
        if np.isfinite(slope.error[at])
        else "f is not finite beside this point: the argument is at the border of its domain",
        index=place.index,
        name=f.y.names[place.leaf],
    )


def compare_rows(tally: Tally, f: Function) -> None:
    """Compare Jacobians pulled back all at once with the same row by row."""
    __tracebackhide__ = True
    for k, name in enumerate(f.y.names):
        if name in f.lost:
            continue
        with GradientTape() as tape:
            tape.watch(f.values)
            y = as_tensor(f.outputs(f.values)[k])
            y = recording.reshape(y, to=(y._value.size,))
            y = recording.getitem(y, index=(Ellipsis, slice(0, _ROWS)))
        found = tape.jacobian(y, f.values, unconnected_gradients="zero")
        together = [np.asarray(j._value) for j in found]
        start, parts = f.y.starts[k], 2 if is_complex(f.y.dtypes[k]) else 1
        for row in range(len(together[0])):
            unit = np.zeros(f.y.size)
            unit[start + parts * row] = 1.0
            alone = f.x.split(f.pull(unit)[0], wide=True)
            for leaf, a in enumerate(alone):
                _compare_row(tally, f, k, leaf, row, together[leaf][row], a)


#: How many rows of a Jacobian are compared.
_ROWS = 16


def _compare_row(
    tally: Tally, f: Function, result: int, leaf: int, row: int, together: Any, alone: Any
) -> None:
    __tracebackhide__ = True
    close = max(1e3 * f.epsilon, 1e-9)
    size = close * np.max(np.abs(alone), initial=0.0)
    wrong = ~np.isclose(together, alone, rtol=close, atol=size, equal_nan=True)
    tally.count += wrong.size
    if not np.any(wrong):
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    got, expected = together[index], alone[index]
    cause = "the rule does not let a leading axis of the cotangent pass: count axes from the end"
    place = f"[{', '.join(map(str, index))}]" if index else ""
    raise GradientCheckError(
        f"the batched Jacobian of {tally.name} is wrong for the argument {f.x.names[leaf]}.\n"
        f"  argument    {f.x.described(leaf)}\n"
        f"  element     row {row} of {f.y.names[result]}, {f.x.names[leaf]}{place}\n"
        f"  batched     {got:.9g}\n"
        f"  one by one  {expected:.9g}\n"
        f"  likely cause: {cause}",
        argument=f.x.names[leaf],
        index=index,
        got=got.item(),
        expected=expected.item(),
        cause=cause,
    )
