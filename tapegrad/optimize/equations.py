"""`root` and `fixed_point`: equations, whose solutions are differentiable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.optimize.functions import Vector
from tapegrad.optimize.implicit import implicit
from tapegrad.optimize.parameters import Parameters, flat64
from tapegrad.optimize.progress import watched
from tapegrad.optimize.solvers import scipy_optimize

_WITH_JACOBIAN = frozenset(["hybr", "lm"])


def root(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
    progress: bool = False,
) -> Any:
    r"""Solve as many equations as there are unknowns, with their exact Jacobian.

    The solution is differentiable with respect to everything that `fun` depends on, by the implicit
    function theorem: :math:`dx/d\theta = -(\partial f / \partial x)^{-1} \partial f / \partial
    \theta`.

    Parameters
    ----------
    fun
        ``fun(unknowns, *args)``, tensors that are to be zero, as many numbers as `x0` has.
    x0, args
        As for `minimize`.
    method, tol, options
        As in `scipy.optimize.root`; "hybr" and "lm" use the Jacobian.
    callback
        Called after each iteration, by the methods other than these two, with the unknowns in the
        structure of `x0`.
    progress
        Whether to show a bar, by the same methods.

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x`` is the solution in the structure of `x0`; the other fields are those of SciPy.

    Raises
    ------
    InvalidArgumentError
        If there are more or fewer equations than unknowns; from ``tape.gradient``, if the Jacobian
        is singular at the solution, or the solver did not find one.
    TypeError
        If unknowns are not real, or `fun` returns no tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> c = tf.constant(2.0, tf.float64)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(c)
    ...     x = tf.optimize.root(lambda x: x ** 2 - c, 1.0).x
    >>> round(float(x), 6), round(float(tape.gradient(x, c)), 6)
    (1.414214, 0.353553)
    """
    parameters = Parameters("root", x0)
    equations = Vector(fun, parameters, args if isinstance(args, tuple) else (args,))
    _require_square(parameters, equations.value(parameters.vector()).size)
    jacobian = equations.jacobian if method.lower() in _WITH_JACOBIAN else None
    with watched(parameters, callback, progress, (options or {}).get("maxiter")) as after:
        result = scipy_optimize().root(
            equations.value,
            parameters.vector(),
            method=method,
            jac=jacobian,
            tol=tol,
            callback=None if after is None else lambda x, f: after(x),
            options=options,
        )
    failure = "" if result.success else str(result.message)
    result.x = _solution(parameters, equations.at, result.x, failure)
    return result


def fixed_point(
    func: Callable[..., Any],
    x0: Any,
    args: Any = (),
    xtol: float = 1e-8,
    maxiter: int = 500,
    method: str = "del2",
) -> Any:
    r"""Find where a function returns its argument.

    The solution is differentiable with respect to everything that `func` depends on, by the
    implicit function theorem: :math:`dx/d\theta = (I - \partial f / \partial x)^{-1} \partial f /
    \partial \theta`.

    Parameters
    ----------
    func
        ``func(x, *args)``, tensors in the structure and of the shapes of `x`.
    x0, args
        As for `minimize`.
    xtol, maxiter, method
        As in `scipy.optimize.fixed_point`.

    Returns
    -------
    Tensor or structure
        The fixed point, in the structure of `x0`.

    Raises
    ------
    RuntimeError
        If the iteration does not converge.
    InvalidArgumentError
        If `func` returns more or fewer numbers than `x0` has.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant(1.0, tf.float64)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(a)
    ...     x = tf.optimize.fixed_point(lambda x: a * tf.cos(x), 0.5)
    >>> round(float(x), 6), round(float(tape.gradient(x, a)), 6)
    (0.739085, 0.441611)
    """
    parameters = Parameters("fixed_point", x0)
    function = Vector(func, parameters, args if isinstance(args, tuple) else (args,))
    start = parameters.vector()
    _require_square(parameters, function.value(start).size)
    found = scipy_optimize().fixed_point(
        function.value, start, xtol=xtol, maxiter=maxiter, method=method
    )

    def residual(leaves: Sequence[Any]) -> Tensor:
        return function.at(leaves) - flat64(leaves)

    return _solution(parameters, residual, np.asarray(found))


def _require_square(parameters: Parameters, count: int) -> None:
    if count != parameters.size:
        raise InvalidArgumentError(
            f"{parameters.op}: there must be as many equations as unknowns. Expect: "
            f"{parameters.size} numbers from the function, Actual: {count}. For more use "
            f"tapegrad.optimize.least_squares."
        )


def _solution(
    parameters: Parameters, residual: Callable[..., Tensor], vector: Any, failure: str = ""
) -> Any:
    values = parameters.arrays(vector)
    return parameters.settle(implicit(parameters.op, residual, values, failure))
