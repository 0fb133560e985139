"""`minimize`: any function, with its derivatives, over any structure of parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.context import visible_recorders
from tapegrad.core.primals import watching
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.optimize.bounds import Bounds
from tapegrad.optimize.constraints import Constraint, constraints_of
from tapegrad.optimize.functions import Scalar, flat_gradient
from tapegrad.optimize.implicit import implicit
from tapegrad.optimize.parameters import FLOAT64, Parameters, flat64
from tapegrad.optimize.progress import StoppedError, watched
from tapegrad.optimize.solvers import scipy_optimize

_WITHOUT_GRADIENT = frozenset(["nelder-mead", "powell", "cobyla", "cobyqa"])
_WITH_PRODUCTS = frozenset(["newton-cg", "trust-ncg", "trust-krylov", "trust-constr"])
_WITH_HESSIAN = frozenset(["dogleg", "trust-exact"])
#: What they hand to callbacks is a vector, and they let StopIteration through.
_BARE_CALLBACKS = frozenset(["tnc"])

#: So near to a bound, relative to its size, a number is taken to be held by it.
_NEAR = 1e-6


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str | None = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
    progress: bool = False,
) -> Any:
    r"""Minimize a function of tensors by one of SciPy's methods, with exact derivatives.

    Methods that use a gradient get it in reverse mode, those that use second derivatives get
    products of the Hessian with vectors, forward over reverse ("Newton-CG", "trust-ncg",
    "trust-krylov", "trust-constr"), or the Hessian ("dogleg", "trust-exact"). Constraints come with
    their Jacobians and Hessians, too.

    The solution is differentiable, by tapes and accumulators that are active around the call, with
    respect to everything that the function, its constraints and its bounds depend on: arguments,
    tensors that they close over, Variables that they read. From the conditions that hold at the
    minimum, :math:`\nabla_x L(x, \lambda, \theta) = 0` and the active constraints, the implicit
    function theorem gives :math:`dx/d\theta` whatever the method was, in all orders.

    Parameters
    ----------
    fun
        ``fun(parameters, *args)``, a real scalar tensor.
    x0
        Where to begin: a tensor, a Variable, an array, or a structure of them (dicts, lists,
        dataclasses). Python numbers, and lists of nothing but numbers, are float64. Variables are
        assigned to on the way, and hold the solution in the end.
    args
        Further arguments: a tuple, or one that is none.
    method
        As in `scipy.optimize.minimize`; by default BFGS, L-BFGS-B or SLSQP as the problem requires.
    bounds
        A pair ``(low, high)`` for each tensor, in the structure of `x0` (a dict may leave some
        out), where None stands for no bound; for one vector also a list of pairs or
        `scipy.optimize.Bounds`. They may depend on tensors that a tape follows.
    constraints
        One or a list of: dicts as in SciPy, whose ``'fun'`` is a function of the parameters;
        `scipy.optimize.NonlinearConstraint`; `scipy.optimize.LinearConstraint`, whose matrix
        multiplies all numbers of the parameters in the order of `tapegrad.nest.flatten`.
    tol, options
        As in `scipy.optimize.minimize`.
    callback
        Called after each iteration with the parameters, in the structure of `x0`; or, if it has an
        argument ``intermediate_result``, with SciPy's result so far. StopIteration ends the search.
    progress
        Whether to show a bar, for which tqdm must be installed.

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x`` is the solution in the structure of `x0`, ``fun`` the value there, a tensor of shape
        (), ``jac``, where the method has one, the gradient in the structure of `x0`. The other
        fields are those of SciPy: ``success``, ``message``, ``nit``, ``nfev``, ...

    Raises
    ------
    TypeError
        If parameters are not real, or `fun` returns no tensor.
    ValueError
        If the result does not depend on the parameters, or bounds do not match them.
    InvalidArgumentError
        If `fun` returns no scalar; from ``tape.gradient``, if the solution is not isolated, or the
        solver did not find one.

    See Also
    --------
    standard_errors : Of maximum likelihood estimates.

    Examples
    --------
    >>> import tapegrad as tf
    >>> def rosenbrock(p):
    ...     return (1.0 - p["a"]) ** 2 + 100.0 * (p["b"] - p["a"] ** 2) ** 2
    >>> found = tf.optimize.minimize(rosenbrock, {"a": -1.2, "b": 1.0})
    >>> found.success, round(float(found.x["a"]), 4), round(float(found.x["b"]), 4)
    (True, 1.0, 1.0)

    The derivative of a minimum with respect to what the function closes over:

    >>> t = tf.constant(3.0, tf.float64)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(t)
    ...     x = tf.optimize.minimize(lambda x: (x - t ** 2) ** 2, 0.0).x
    >>> round(float(tape.gradient(x, t)), 6)
    6.0
    """
    parameters = Parameters("minimize", x0)
    objective = Scalar(fun, parameters, args if isinstance(args, tuple) else (args,))
    limits = None if bounds is None else Bounds(parameters, bounds)
    conditions = constraints_of(parameters, constraints)
    known = (method or "").lower() if isinstance(method, str) or method is None else ""
    derivatives: dict[str, Any] = {"jac": True}
    if known in _WITH_PRODUCTS:
        derivatives["hessp"] = objective.hessian_product
    elif known in _WITH_HESSIAN:
        derivatives["hess"] = objective.hessian
    elif known in _WITHOUT_GRADIENT:
        derivatives = {}
    total = (options or {}).get("maxiter")
    bare = objective.value if known in _BARE_CALLBACKS else None
    with watched(parameters, callback, progress, total, bare) as after:
        try:
            result = scipy_optimize().minimize(
                objective.value_and_gradient if derivatives else objective.value,
                parameters.vector(),
                method=method,
                bounds=None if limits is None else limits.for_scipy(),
                constraints=[c.for_scipy(curved=known == "trust-constr") for c in conditions],
                tol=tol,
                callback=after,
                options=options,
                **derivatives,
            )
        except StoppedError as stopped:
            result = _so_far(objective, stopped.args[0])
    vector = result.x
    failure = "" if result.success else str(result.message)
    leaves = optimum(objective, parameters, vector, limits, conditions, failure)
    result.x = parameters.settle(leaves)
    result.fun = parameters.dressed(objective.at(leaves))
    # "trust-constr" calls the gradient `grad`, and keeps the constraints' Jacobians in `jac`.
    gradient = result.get("grad", result.get("jac"))
    if gradient is not None:
        result.jac = parameters.packed_arrays(gradient)
    return result


def _so_far(objective: Scalar, vector: Any) -> Any:
    """SciPy's result for a search that a callback has stopped."""
    value, gradient = objective.value_and_gradient(vector)
    return scipy_optimize().OptimizeResult(
        x=vector,
        fun=value,
        jac=gradient,
        success=False,
        status=99,
        message="`callback` raised `StopIteration`.",
    )


def optimum(
    objective: Scalar,
    parameters: Parameters,
    vector: Any,
    limits: Bounds | None = None,
    conditions: Sequence[Constraint] = (),
    failure: str = "",
) -> list[Tensor]:
    """The solution as tensors, differentiable by what the problem depends on."""
    values = parameters.arrays(vector)
    if not visible_recorders():
        return [wrap_constant(v) for v in values]
    rows, targets, multipliers, held = _held(objective, parameters, vector, limits, conditions)

    def residual(unknowns: Sequence[Any]) -> Tensor:
        leaves = unknowns[: len(values)]
        tape = watching(leaves)
        with tape:
            y = objective.at(leaves)
            if y._value.dtype != FLOAT64:
                y = recording.cast(y, dtype=FLOAT64, source=y._value.dtype)
            active = _active(conditions, rows, leaves)
            if active is not None:
                weighted = recording.reduce_sum(active * unknowns[-1], axes=(-1,), keepdims=False)
                y = y - weighted
        gradient = flat_gradient(parameters.op, tape, y, leaves)
        if limits is not None and (held[0].any() or held[1].any()):
            x = flat64(leaves)
            for here, bound in zip(held, (limits.low, limits.high), strict=True):
                if here.any():
                    gap = recording.masked(x, wrap_constant(here)) - recording.masked(
                        bound, wrap_constant(here)
                    )
                    gradient = recording.masked(gradient, wrap_constant(~here)) + gap
        if active is None:
            return gradient
        together: Tensor = recording.concat(gradient, active - wrap_constant(targets), axis=-1)
        return together

    unknown_values = [*values, multipliers] if rows else values
    return implicit(parameters.op, residual, unknown_values, failure)[: len(values)]


def _active(
    conditions: Sequence[Constraint], rows: list[tuple[int, Any]], leaves: Sequence[Any]
) -> Tensor | None:
    """The constraints that hold with equality, as a vector."""
    parts = [
        recording.gather(conditions[i].values.at(leaves), wrap_constant(own), axis=-1)
        for i, own in rows
    ]
    if not parts:
        return None
    whole: Tensor = parts[0] if len(parts) == 1 else recording.concat(*parts, axis=-1)
    return whole


def _held(
    objective: Scalar,
    parameters: Parameters,
    vector: Any,
    limits: Bounds | None,
    conditions: Sequence[Constraint],
) -> tuple[list[tuple[int, Any]], Any, Any, tuple[Any, Any]]:
    """Which constraints and bounds hold the solution, and with what multipliers."""
    _, gradient = objective.value_and_gradient(vector)
    rows, targets, normals = [], [], []
    for i, c in enumerate(conditions):
        value = c.values.value(vector)
        jacobian = c.values.jacobian(vector)
        equal = c.low == c.high
        # A constraint that only just holds pushes nothing: its multiplier would be zero.
        at_low, at_high = _is_at(value, c.low), _is_at(value, c.high)
        own = np.flatnonzero(equal | at_low | at_high)
        if own.size:
            rows.append((i, own.astype(np.int64)))
            targets.append(np.where(at_high & ~at_low, c.high, c.low)[own])
            normals.append(jacobian[own])
    low = high = np.zeros(parameters.size, bool)
    if limits is not None:
        low = _is_at(vector, limits.low._value)
        high = _is_at(vector, limits.high._value) & ~low
    multipliers = np.zeros(0)
    if rows:
        free = ~(low | high)
        matrix = np.concatenate(normals)
        multipliers = np.linalg.lstsq(matrix[:, free].T, gradient[free], rcond=None)[0]
        gradient = gradient - multipliers @ matrix
    tiny = 1e-9 * max(1.0, np.abs(gradient).max(initial=0.0))
    low &= gradient > tiny
    high &= gradient < -tiny
    return rows, np.concatenate(targets) if rows else None, multipliers, (low, high)


def _is_at(value: Any, bound: Any) -> Any:
    finite = np.isfinite(bound)
    near = np.abs(value - np.where(finite, bound, 0.0)) <= _NEAR * (1.0 + np.abs(bound))
    return finite & near
