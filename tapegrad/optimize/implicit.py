r"""Derivatives of a solution by what it depends on: the implicit function theorem.

Where :math:`R(x^*, \theta) = 0` and :math:`\partial R / \partial x` is regular,

.. math:: \frac{dx^*}{d\theta}
    = -\left(\frac{\partial R}{\partial x}\right)^{-1} \frac{\partial R}{\partial \theta},

whatever way led to the solution (Griewank and Walther, Evaluating Derivatives, 2008, ch. 15). The
solver's steps are not recorded; the solution is one record, whose rule solves this system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders, only_recorders, visible_recorders
from tapegrad.core.custom import attach
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.primals import dense, or_zeros, watching
from tapegrad.core.primitive import Array, Primitive
from tapegrad.core.sparse_derivatives import SparseJacobian
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, rewrap, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import inverse  # noqa: F401 - defines the primitives `inv` and `solve`
from tapegrad.optimize.functions import flat_jacobian
from tapegrad.optimize.parameters import flat64

Residual = Callable[[Sequence[Any]], Tensor]

#: Up to this many unknowns a solution is improved by Newton's method before it is differentiated.
_POLISHED = 500

#: With more unknowns the linear system is taken to be sparse.
_DENSE = 2000


class _Finder(GradientTape):
    """A tape that follows the unknowns and all that the tapes outside follow.

    What it sees read of the latter are the parameters of the problem, however they came there: as
    arguments, as values that the function closes over, as Variables that it reads.
    """

    __slots__ = ("_outside", "_unknowns", "captured")

    def __init__(self, unknowns: Sequence[Any], outside: Sequence[Any]) -> None:
        watches = any(r.watch_accessed for r in outside)
        super().__init__(persistent=True, watch_accessed_variables=watches)
        self._outside: set[int] = set().union(*(r.followed for r in outside))
        self._unknowns = {x._id for x in unknowns}
        self.captured: dict[int, Any] = {}
        self.followed.update(self._outside, self._unknowns)
        self.roots.update(self.followed)

    def watch_variable(self, variable: Any) -> None:
        """Take a Variable that tapes outside would watch."""
        if variable._id not in self._unknowns:
            super().watch_variable(variable)
            self._outside.add(variable._id)

    def _see(self, x: Any) -> None:
        if x._id in self._outside:
            self.captured.setdefault(x._id, x)

    def record_unary(
        self, primitive: Primitive, x: Tensor, keep_x: bool, keep_y: bool, out: Tensor
    ) -> None:
        """Keep a call, and its input if that came from outside."""
        self._see(x)
        super().record_unary(primitive, x, keep_x, keep_y, out)

    def record_binary(
        self,
        primitive: Primitive,
        ids: tuple[int, int],
        a: Array,
        b: Array,
        mask: int,
        out: Tensor,
    ) -> None:
        """Keep a call, and its inputs if they came from outside."""
        for identity, value in zip(ids, (a, b), strict=True):
            self._see(rewrap(value, identity))
        super().record_binary(primitive, ids, a, b, mask, out)

    def record(
        self,
        primitive: Primitive,
        inputs: Sequence[Any],
        mask: int,
        outputs: Any,
        params: Any,
    ) -> None:
        """Keep a call, and its inputs if they came from outside."""
        for i, x in enumerate(inputs):
            if mask >> i & 1:
                self._see(x)
        super().record(primitive, inputs, mask, outputs, params)


def implicit(op: str, residual: Residual, values: Sequence[Any], failure: str = "") -> list[Tensor]:
    """A solution as tensors that are differentiable by all that the residual depends on.

    Parameters
    ----------
    op
        What the record is called.
    residual
        A function of a list of tensors, the unknowns, with a vector of float64 as result, of as
        many entries as the unknowns have.
    values
        Arrays: the solution.
    failure
        What the solver says if it did not find one. Where Newton's method shows that it is right,
        a derivative is an error.
    """
    outside = visible_recorders()
    if not outside:
        return [wrap(v) for v in values]
    unknowns, tape, r = _recorded(residual, values, outside)
    if not tape.captured:
        return unknowns
    if failure and not _nearly_solves(tape, r, unknowns):
        return _without_derivatives(op, list(tape.captured.values()), unknowns, failure)
    if r._value.size <= _POLISHED:
        unknowns, tape, r = _polished(residual, unknowns, tape, r, outside)
    captured = [tape.variables.get(i, x) for i, x in tape.captured.items()]
    read = {x._id: x._value for x in captured}
    for x in captured:
        x._touch()

    def pullback(cotangents: list[Any]) -> list[Any]:
        found, at = tape, r
        if active_recorders():  # they must see how the system depends on solution and parameters
            changed = [x for x in captured if x._value is not read[x._id]]
            if changed:
                raise ValueError(
                    f"{op}: {changed[0]!r} has been assigned to since the solution was computed, "
                    f"so that derivatives of higher order cannot be taken any more. Take them "
                    f"before."
                )
            found = _Finder(unknowns, ())
            found.followed.update(read)
            found.roots.update(read)
            with found:
                at = residual(unknowns)
        g = flat64(cotangents)
        try:
            if g._value.size <= _DENSE:
                u = _by_matrix(found, at, unknowns, g)
            else:
                u = _by_sparse_matrix(op, residual, unknowns, g)
        except (InvalidArgumentError, _SingularError) as error:
            raise InvalidArgumentError(
                f"{op}: the solution is not differentiable, for the equations that define it have "
                f"a singular Jacobian there: it is not isolated, or a parameter has no influence."
            ) from error
        u = recording.negative(u)
        return [dense(p) for p in found.gradient(at, captured, output_gradients=u)]

    attach(captured, unknowns, pullback, op)
    return unknowns


#: A step of Newton's method that is larger than this, relative to the unknowns, is no correction.
_CORRECTION = 1e-3


def _nearly_solves(tape: _Finder, r: Tensor, unknowns: Sequence[Any]) -> bool:
    """Whether Newton's method has next to nothing to correct."""
    if r._value.size > _DENSE:
        return bool(np.abs(r._value).max(initial=0.0) < np.sqrt(np.finfo(float).eps))
    with only_recorders(()):
        matrix = flat_jacobian(tape, r, unknowns)._value
    try:
        step = np.linalg.solve(matrix, r._value)
    except np.linalg.LinAlgError:
        return False
    size = np.sqrt(sum(np.sum(np.square(x._value, dtype=float)) for x in unknowns))
    return bool(np.linalg.norm(step) <= _CORRECTION * (1.0 + size))


def _without_derivatives(
    op: str, captured: list[Any], unknowns: list[Tensor], failure: str
) -> list[Tensor]:
    """What the solver left, whose derivatives raise an error."""

    def pullback(cotangents: list[Any]) -> list[Any]:
        raise InvalidArgumentError(
            f"{op}: the solver did not find a solution, so that there is nothing to differentiate: "
            f"{failure.strip().rstrip('.')}. Begin nearer, raise options={{'maxiter': ...}}, or "
            f"try another method; result.success tells."
        )

    attach(captured, unknowns, pullback, op)
    return unknowns


def _by_matrix(tape: GradientTape, r: Tensor, unknowns: Sequence[Any], g: Tensor) -> Tensor:
    """The solution of ``J^T u = g``, recorded."""
    size = g._value.size
    matrix = flat_jacobian(tape, r, unknowns)
    column = recording.reshape(g, to=(size, 1))
    u: Tensor = recording.reshape(
        recording.solve(matrix, column, adjoint=True, checked=True), to=(size,)
    )
    return u


def _by_sparse_matrix(op: str, residual: Residual, unknowns: Sequence[Any], g: Tensor) -> Tensor:
    """The same for many unknowns, of which each equation has few.

    What SciPy solves is no record; but the solution is that of a system of equations, too.
    """
    from scipy.sparse.linalg import splu

    with only_recorders(()):
        matrix = SparseJacobian(residual, list(unknowns))()
    try:
        value = splu(matrix.T.tocsc()).solve(np.array(g._value))
    except RuntimeError as error:
        raise _SingularError(str(error)) from error

    def product(us: Sequence[Any]) -> Tensor:
        tape = watching(unknowns)
        with tape:
            r = residual(unknowns)
        pulled = tape.gradient(r, list(unknowns), output_gradients=us[0])
        return flat64([or_zeros(dense(p), x) for p, x in zip(pulled, unknowns, strict=True)]) - g

    return implicit(op, product, [value])[0]


class _SingularError(Exception):
    """SciPy found a matrix without an inverse."""


def _recorded(
    residual: Residual, values: Sequence[Any], outside: Sequence[Any]
) -> tuple[list[Tensor], _Finder, Tensor]:
    unknowns = [wrap(v) for v in values]
    tape = _Finder(unknowns, outside)
    with only_recorders(()), tape:
        r = residual(unknowns)
    return unknowns, tape, r


def _polished(
    residual: Residual, unknowns: list[Tensor], tape: _Finder, r: Tensor, outside: Sequence[Any]
) -> tuple[list[Tensor], _Finder, Tensor]:
    """Newton's method, as long as it helps: solvers stop at tolerances that derivatives show."""
    best = unknowns, tape, r
    for _ in range(3):
        with only_recorders(()):
            matrix = flat_jacobian(tape, r, unknowns)._value
        try:
            step = np.linalg.solve(matrix, r._value)
        except np.linalg.LinAlgError:
            return best
        parts = np.split(step, np.cumsum([x._value.size for x in unknowns])[:-1])
        moved = [
            (x._value - p.reshape(x._value.shape)).astype(x._value.dtype)[()]
            for x, p in zip(unknowns, parts, strict=True)
        ]
        unknowns, tape, r = _recorded(residual, moved, outside)
        if not np.linalg.norm(r._value) < np.linalg.norm(best[2]._value):
            return best
        best = unknowns, tape, r
    return best
