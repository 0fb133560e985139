"""Constraints with their exact derivatives, in each of the forms that SciPy knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.optimize.functions import Vector
from tapegrad.optimize.parameters import FLOAT64, Parameters, flat64
from tapegrad.optimize.solvers import scipy_optimize

_FORMS = (
    "a dict with 'type' ('eq' or 'ineq') and 'fun', a scipy.optimize.NonlinearConstraint or a "
    "scipy.optimize.LinearConstraint"
)


class Constraint:
    """``low <= f(parameters) <= high``, entry by entry.

    Attributes
    ----------
    values
        The function, of a vector.
    low, high
        Vectors.
    """

    def __init__(self, parameters: Parameters, given: Any) -> None:
        op = parameters.op
        self.values: Vector
        args: Sequence[Any] = ()
        if isinstance(given, Mapping):
            kind = str(given.get("type", "")).lower()
            if kind not in ("eq", "ineq") or not callable(given.get("fun")):
                raise ValueError(f"{op}: a constraint is {_FORMS}, not {given!r}.")
            f, args = given["fun"], given.get("args", ())
            low, high = 0.0, 0.0 if kind == "eq" else np.inf
        elif hasattr(given, "fun") and hasattr(given, "lb"):
            f, low, high = given.fun, given.lb, given.ub
        elif hasattr(given, "A") and hasattr(given, "lb"):
            a = given.A.toarray() if hasattr(given.A, "toarray") else given.A
            matrix = wrap_constant(np.atleast_2d(np.array(a, FLOAT64)))
            if matrix._value.shape[1] != parameters.size:
                raise ValueError(
                    f"{op}: the matrix of a linear constraint has {matrix._value.shape[1]} "
                    f"columns for {parameters.size} numbers in the parameters."
                )
            self.values = _Linear(matrix, parameters)
            self.low, self.high = self._sides(given.lb, given.ub, matrix._value.shape[0])
            return
        else:
            raise TypeError(f"{op}: a constraint is {_FORMS}, not {type(given).__name__}.")
        self.values = Vector(f, parameters, args)
        size = self.values.value(parameters.vector()).size
        self.low, self.high = self._sides(low, high, size)

    def _sides(self, low: Any, high: Any, size: int) -> tuple[Any, Any]:
        return (
            np.array(np.broadcast_to(np.asarray(low, FLOAT64), size)),
            np.array(np.broadcast_to(np.asarray(high, FLOAT64), size)),
        )

    def for_scipy(self, *, curved: bool) -> Any:
        """The same as SciPy takes it, with Jacobian, and Hessian if a method asks."""
        derivatives: dict[str, Any] = {"jac": self.values.jacobian}
        if curved:
            derivatives["hess"] = lambda x, v: self.values.weighted(v).hessian(x)
        return scipy_optimize().NonlinearConstraint(
            self.values.value, self.low, self.high, **derivatives
        )


class _Linear(Vector):
    """A matrix times all numbers of the parameters."""

    def __init__(self, matrix: Tensor, parameters: Parameters) -> None:
        def product(packed: Any) -> Tensor:
            raise NotImplementedError("A linear constraint knows its parameters as a vector.")

        super().__init__(product, parameters, ())
        self._matrix = matrix

    def at(self, leaves: Sequence[Any]) -> Tensor:
        rows, columns = self._matrix._value.shape
        x = recording.reshape(flat64(leaves), to=(columns, 1))
        found: Tensor = recording.reshape(recording.matmul(self._matrix, x), to=(rows,))
        return found

    def weighted(self, weights: Any) -> Any:
        return _NoCurvature(self._parameters)


class _NoCurvature:
    """The Hessian of what is linear."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def hessian(self, vector: Any) -> Any:
        return np.zeros((self._parameters.size, self._parameters.size))


def constraints_of(parameters: Parameters, given: Any) -> list[Constraint]:
    """One constraint, or a sequence of them."""
    if isinstance(given, Mapping) or hasattr(given, "lb"):
        given = (given,)
    return [Constraint(parameters, c) for c in given or ()]
