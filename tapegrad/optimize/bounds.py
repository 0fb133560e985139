"""Bounds in the structure of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.optimize.parameters import FLOAT64, Parameters, as_data, flat64
from tapegrad.optimize.solvers import scipy_optimize

_MEANT = (
    "Bounds are a pair (low, high) for each parameter, in the structure of x0 (a dict may leave "
    "some out), where None stands for no bound; for one vector also a list of pairs, or "
    "scipy.optimize.Bounds"
)


class Bounds:
    """Lower and upper bounds as vectors of float64, which may depend on what tapes follow.

    Attributes
    ----------
    low, high
        Tensors of shape ``(n,)``.
    """

    def __init__(self, parameters: Parameters, given: Any, *, vectors: bool = False) -> None:
        self._op = parameters.op
        if hasattr(given, "lb") and hasattr(given, "ub"):
            whole = (parameters.size,)
            self.low = self._side(given.lb, -np.inf, whole)
            self.high = self._side(given.ub, np.inf, whole)
        else:
            pairs = self._pairs(parameters.structure, given, vectors)
            sides = [
                [
                    self._side(side, end, x._value.shape)
                    for side, end in zip(pair, _ENDS, strict=True)
                ]
                for x, pair in zip(parameters.leaves, pairs, strict=True)
            ]
            self.low = flat64([low for low, _ in sides])
            self.high = flat64([high for _, high in sides])
        wrong = np.flatnonzero(self.low._value > self.high._value)
        if wrong.size:
            raise ValueError(
                f"{self._op}: the lower bound of number {wrong[0]} of the parameters, "
                f"{self.low._value[wrong[0]]}, is above its upper bound, "
                f"{self.high._value[wrong[0]]}."
            )

    def for_scipy(self) -> Any:
        """The same as SciPy takes it."""
        return scipy_optimize().Bounds(np.array(self.low._value), np.array(self.high._value))

    def _pairs(self, structure: Any, given: Any, vectors: bool) -> list[Any]:
        """A pair for each leaf."""
        if not nest.is_nested(structure):
            return [self._pair(given, np.shape(structure), vectors)]
        children = nest.children_of(structure)
        if given is None:
            parts: list[Any] = [None] * len(children)
        elif isinstance(structure, Mapping) and isinstance(given, Mapping):
            unknown = set(given) - set(structure)
            if unknown:
                raise ValueError(f"{self._op}: there are no parameters called {sorted(unknown)}.")
            parts = [given.get(key) for key in sorted(structure)]
        elif nest.is_nested(given) and len(nest.children_of(given)) == len(children):
            parts = nest.children_of(given)
        else:
            raise ValueError(f"{self._op}: cannot match bounds {given!r}. {_MEANT}.")
        return [
            pair
            for child, part in zip(children, parts, strict=True)
            for pair in self._pairs(child, part, vectors)
        ]

    def _pair(self, given: Any, shape: tuple[int, ...], vectors: bool) -> tuple[Any, Any]:
        if given is None:
            return None, None
        size = int(np.prod(shape))
        try:
            pairs = list(given)
        except TypeError as error:
            raise ValueError(f"{self._op}: cannot match bounds {given!r}. {_MEANT}.") from error
        of_each = len(pairs) == size and all(_is_pair(p) for p in pairs) and len(shape) == 1
        if of_each and not (vectors and size == 2):
            low = [-np.inf if p[0] is None else p[0] for p in pairs]
            high = [np.inf if p[1] is None else p[1] for p in pairs]
            return np.array(low, FLOAT64), np.array(high, FLOAT64)
        if len(pairs) != 2:
            raise ValueError(f"{self._op}: cannot match bounds {given!r}. {_MEANT}.")
        return pairs[0], pairs[1]

    def _side(self, given: Any, end: float, shape: tuple[int, ...]) -> Tensor:
        x = as_data(self._op, "a bound", end if given is None else given)
        if x._value.dtype != FLOAT64:
            x = recording.cast(x, dtype=FLOAT64, source=x._value.dtype)
        try:
            spread: Tensor = recording.broadcast_to(x, to=shape)
        except ValueError as error:
            raise InvalidArgumentError(
                f"{self._op}: a bound does not fit its parameter. Expect: shape {shape}, Actual: "
                f"shape {x._value.shape}."
            ) from error
        return spread


_ENDS = -np.inf, np.inf


def _is_pair(value: Any) -> bool:
    return not isinstance(value, ArrayLike) and np.ndim(value) == 1 and len(value) == 2
