"""`check_gradients`: derivatives by the tape against differences, in every mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.context import only_recorders
from tapegrad.core.tensor import ArrayLike
from tapegrad.core.variable import Variable
from tapegrad.errors import GradientCheckError
from tapegrad.testing.comparison import compare_first_order, compare_rows
from tapegrad.testing.differences import REFUSALS
from tapegrad.testing.functions import Call, Function
from tapegrad.testing.spaces import Vector, epsilon
from tapegrad.testing.tally import Settings, Tally

MODES = ("reverse", "forward")


class GradientCheck(NamedTuple):
    """What `check_gradients` did.

    Attributes
    ----------
    method
        How derivatives were taken without the tape: ``"complex step"`` or
        ``"central differences"``, or both for different arguments.
    comparisons
        How many numbers were compared.
    largest_error
        The largest difference, as a fraction of the tolerance there; below 1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.testing.check_gradients(tf.exp, 0.5).method
    'complex step'
    """

    method: str
    comparisons: int
    largest_error: float


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    batched: bool = False,
    directions: int = 2,
    rtol: float | None = None,
    atol: float = 0.0,
    step: float | None = None,
    seed: int = 0,
) -> GradientCheck:
    r"""Check the derivatives of a function at a point, by the tape and without it.

    Each floating point argument in turn is moved in random directions :math:`t`. Forward mode must
    give :math:`J t`, reverse mode :math:`\langle J^* g, t \rangle` for a random cotangent
    :math:`g`, and the two must agree, :math:`\langle g, J t \rangle = \langle J^* g, t \rangle`.
    :math:`J t` itself is taken without the tape: by the complex step where `f` is found to be
    analytic and to accept complex numbers, else by extrapolated central differences, whose
    estimated error widens the tolerance. For order 2 the gradient and the tangent are functions
    that are checked in the same way, in each mode.

    Parameters
    ----------
    f
        A function that returns tensors, or a structure with tensors in it.
    args
        Its arguments: tensors, Variables, arrays, Python numbers and structures of them. Floating
        and complex ones are checked: `f` gets them as tensors, but Variables as they are (their
        values are put back). Python floats take the dtype of the others, or float64. Everything
        else (integers, text) is handed on unchanged.
    order
        Up to which order, 1 or more.
    modes
        ``"reverse"``, ``"forward"`` or both.
    batched
        Also compare Jacobians of all rows at once with rows one by one.
    directions
        How many random directions for each argument.
    rtol
        Relative tolerance; by the coarsest dtype if None: 1e-6 for float64, 1e-3 for float32, 0.05
        for float16, 0.2 for bfloat16.
    atol
        Absolute tolerance.
    step
        The first step of central differences, relative to the argument; gives up the complex step.
    seed
        Of the random directions.

    Returns
    -------
    GradientCheck
        How it was checked.

    Raises
    ------
    GradientCheckError
        An AssertionError that names the argument, the element, both values and the likely cause:
        for a derivative that is wrong, missing or NaN, for modes that disagree, and for a function
        that cannot be checked: a kink here, results that are not finite or change from call to
        call, arguments that are modified.
    ValueError
        If there is nothing to check, or an option makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> import tapegrad as tf
    >>> result = tf.testing.check_gradients(tf.matmul, np.eye(2), np.ones((2, 3)))
    >>> result.largest_error < 1
    True
    >>> @tf.custom_gradient
    ... def square(x):
    ...     return x * x, lambda dy: dy * x
    >>> tf.testing.check_gradients(square, 3.0)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    tapegrad.errors.GradientCheckError: reverse mode is wrong for the argument x of square.
    """
    __tracebackhide__ = True
    modes = _checked_options(order, modes, directions)
    rng = np.random.default_rng(seed)
    with only_recorders(()), np.errstate(all="ignore"):
        call = Call(f, args)
        before = [_snapshot(leaf) for leaf in call.leaves]
        try:
            function = _taken_apart(call)
            again = function.arrays(function.x.split(function.point))
        finally:
            changed = _restored(call, before)
        _require_purity(call, changed)
        _require_determinism(call, function, function.y.flatten(again))
        rtol = _default_rtol(function) if rtol is None else rtol
        settings = Settings(modes, rtol, atol, step, directions)
        tally = Tally(call.name, function.y.names, settings, rng)
        _check(tally, function, order, ())
        if batched:
            compare_rows(tally, function)
    method = " and ".join(sorted(tally.methods, reverse=True))
    return GradientCheck(method, tally.count, tally.largest)


def _checked_options(order: int, modes: Sequence[str], directions: int) -> tuple[str, ...]:
    if isinstance(modes, str):
        modes = (modes,)
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown or not modes:
        raise ValueError(
            f"modes must be one or both of {MODES}, got {tuple(modes)!r}: "
            f'write modes=("reverse", "forward").'
        )
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"order must be a whole number from 1, got {order!r}.")
    if directions < 1:
        raise ValueError(f"directions must be at least 1, got {directions!r}.")
    return tuple(dict.fromkeys(modes))


def _taken_apart(call: Call) -> Function:
    if not call.active:
        raise ValueError(
            "check_gradients found no floating point argument: only real and complex floating "
            "point data have derivatives. Write 3.0 instead of 3, or cast with tf.cast."
        )
    if call.dtype is not None or not call.has_python_floats:
        function = call.function(call.dtype)
    else:
        try:
            function = call.function(np.float64)
        except REFUSALS:  # it has float32 inside
            function = call.function(np.float32)
    if not function.y.shapes:
        raise ValueError(
            f"{call.name} returned nothing with a derivative: it must return floating point "
            f"tensors, or a structure of them."
        )
    return function


def _require_purity(call: Call, changed: list[str]) -> None:
    __tracebackhide__ = True
    structure = len(call.after) != len(call.given) or any(
        a is not b for a, b in zip(call.after, call.given, strict=False)
    )
    if not changed and not structure:
        return
    what = f"the value of {changed[0]}" if changed else "the structure of its arguments"
    raise GradientCheckError(
        f"{call.name} modifies its arguments: {what} is another one after the call, so there is no "
        f"one point at which to check. Work on a copy, or return the new value.",
        argument=changed[0] if changed else call.names[0].partition("[")[0],
        cause="the function modifies its argument",
    )


def _require_determinism(call: Call, function: Function, again: Vector) -> None:
    __tracebackhide__ = True
    first = function.result
    rounding = 100 * function.y.epsilon
    different = ~np.isclose(again, first, rtol=rounding, atol=0, equal_nan=True)
    if not np.any(different):
        return
    at = int(np.argmax(different))
    place = function.y.element(at)
    raise GradientCheckError(
        f"{call.name} is not deterministic: {function.y.written(at)} was {first[at]:.9g} in one "
        f"call and {again[at]:.9g} in the next, with the same arguments. Draw random numbers "
        f"outside of it, or with functions of a seed such as tf.random.stateless_uniform.",
        argument=function.y.names[place.leaf],
        index=place.index,
        cause="the function is not deterministic",
    )


def _snapshot(leaf: Any) -> Any:
    if isinstance(leaf, ArrayLike):
        return np.array(leaf._value)
    return leaf.copy() if isinstance(leaf, np.ndarray) else None


def _restored(call: Call, before: list[Any]) -> list[str]:
    """Give changed arguments their values back; their names."""
    changed = []
    for name, leaf, old in zip(call.names, call.leaves, before, strict=True):
        now = _snapshot(leaf)
        if old is None or (now.shape == old.shape and now.tobytes() == old.tobytes()):
            continue
        changed.append(name)
        if isinstance(leaf, Variable):
            leaf.assign(old)
        elif isinstance(leaf, np.ndarray):
            leaf[...] = old
    return changed


def _default_rtol(function: Function) -> float:
    coarsest = max(function.x.dtypes + function.y.dtypes, key=epsilon)
    if coarsest.name == "bfloat16":
        return 0.2
    return {2: 0.05, 4: 1e-3}.get(np.empty(0, coarsest).real.itemsize, 1e-6)


def _check(tally: Tally, function: Function, order: int, inner: tuple[str, ...]) -> None:
    """Compare the first derivatives of a function, and go on with them as functions."""
    __tracebackhide__ = True
    compare_first_order(tally, function, inner)
    if order == 1:
        return
    for mode in tally.settings.modes:
        if mode == "reverse":
            derived = function.gradient(tally.rng.standard_normal(function.y.size))
        else:
            derived = function.tangent(tally.rng.standard_normal(function.x.size))
        _check(tally, derived, order - 1, (*inner, mode))
