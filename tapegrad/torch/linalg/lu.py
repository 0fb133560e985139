"""LU factorizations of square and rectangular matrices, and solutions by them."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import cholesky as core_cholesky
from tapegrad.ops import inverse as core_inverse
from tapegrad.ops import lu as core_lu
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.elementwise import add
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array, for_checks
from tapegrad.torch.linalg.arguments import LinAlgError, adjoint, at_batch, require_matrices
from tapegrad.torch.linalg.solving import spread
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor

__all__ = ["lu", "lu_factor", "lu_factor_ex", "lu_solve"]

Plu = named_result("linalg_lu", "P", "L", "U")
LuFactor = named_result("linalg_lu_factor", "LU", "pivots")
LuFactorEx = named_result("linalg_lu_factor_ex", "LU", "pivots", "info")

_A = "torch.tensor([[2.0, 0.0], [0.0, 4.0]])"


def order_of(pivots: Any, size: int) -> Any:
    """The permutation that swaps, counted from 1, make."""
    pivots = np.asarray(pivots)
    lead = pivots.shape[:-1]
    rows = pivots.reshape(prod(lead), pivots.shape[-1])
    found = np.empty((len(rows), size), np.int64)
    found[:] = np.arange(size)
    for i, swaps in enumerate(rows):
        for k, other in enumerate(swaps):
            found[i, [k, other - 1]] = found[i, [other - 1, k]]
    return found.reshape(*lead, size)


def _factored(a: Any) -> tuple[Any, Any, Any]:
    """LAPACK's factors in one matrix, its swaps counted from 1, and the first zero pivots."""
    from scipy.linalg import get_lapack_funcs

    rows, columns = a.shape[-2:]
    packed = np.array(a)
    pivots = np.empty((*a.shape[:-2], min(rows, columns)), np.int32)
    info = np.zeros(a.shape[:-2], np.int32)
    if a.size:
        getrf: Any = get_lapack_funcs("getrf", (a,))
        for i in np.ndindex(*a.shape[:-2]):
            packed[i], swaps, info[i] = getrf(a[i])
            pivots[i] = swaps + 1
    return packed, pivots, info


def _part(x: Any, rows: slice, columns: slice) -> Any:
    return TABLE["getitem"](x, index=(Ellipsis, rows, columns))


def triangles(both: Any) -> tuple[Any, Any]:
    """The lower factor, with ones on its diagonal, and the upper one, of core matrices."""
    rows, columns = both._value.shape[-2:]
    least = min(rows, columns)
    lower = _part(both, slice(None), slice(0, least))
    upper = _part(both, slice(0, least), slice(None))
    below = np.broadcast_to(np.tri(rows, least, -1, np.bool_), lower._value.shape)
    above = np.broadcast_to(~np.tri(least, columns, -1, np.bool_), upper._value.shape)
    ones = in_dtype(wrap(np.eye(rows, least)), both._value.dtype)
    return add(TABLE["masked"](lower, wrap(below)), ones), TABLE["masked"](upper, wrap(above))


def _packed(A: Any) -> tuple[Any, Any, Any]:
    """Both factors in one matrix, the swaps, and the first zero pivots.

    The square part has a primitive; the rest follows from it by triangular systems: behind the
    square, U = L^-1 P A, below it, L = P A U^-1.
    """
    value = as_array(A._value)
    rows, columns = value.shape[-2:]
    packed, pivots, info = _factored(value)
    if not active_recorders() or not value.size:
        return wrap(packed), pivots, info
    if info.any():
        i = int(np.flatnonzero(info.reshape(-1))[0])
        zero = int(info.reshape(-1)[i])
        raise LinAlgError(
            f"torch.linalg.lu_factor: {at_batch(A, i)}U[{zero},{zero}] is zero, so that the "
            f"factors have no derivatives. Factor A.detach() if none are needed."
        )
    if rows == columns:
        return core_lu.lu(A)[0], pivots, info
    order = np.broadcast_to(order_of(pivots, rows)[..., None], (*value.shape[:-2], rows, 1))
    sorted_rows = TABLE["take_along_axis"](A, wrap(np.ascontiguousarray(order)), axis=-2)
    least = min(rows, columns)
    square = core_lu.lu(_part(sorted_rows, slice(0, least), slice(0, least)))[0]
    lower, upper = triangles(square)
    if rows < columns:
        behind = _part(sorted_rows, slice(None), slice(least, None))
        more = core_cholesky.triangular_solve(lower, behind, True)
        return TABLE["concat"](square, more, axis=-1), pivots, info
    below = _part(sorted_rows, slice(least, None), slice(None))
    more = adjoint(core_cholesky.triangular_solve(adjoint(upper), adjoint(below), True))
    return TABLE["concat"](square, more, axis=-2), pivots, info


def _require(A: Any, pivot: bool) -> None:
    require_matrices("lu_factor", A)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")


@operation("LinalgLuFactorExBackward0", method=False)
def _lu_factor_ex(A: Any, pivot: bool) -> Any:
    _require(A, pivot)
    both, pivots, info = _packed(A)
    return LuFactorEx(both, wrap(pivots), wrap(info[()]))


def _raise_for_zeros(A: Tensor, info: Any) -> None:
    found = for_checks(info._value).reshape(-1)
    if found.any():
        i = int(np.flatnonzero(found)[0])
        zero = int(found[i])
        raise RuntimeError(
            f"torch.linalg.lu_factor: {at_batch(A, i)}U[{zero},{zero}] is zero and using it on "
            f"lu_solve would result in a division by zero. If you still want to perform the "
            f"factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
        )


@documented(f"torch.linalg.lu_factor({_A}).pivots", "", A="Matrices.", pivot="Must be true.")
@takes_out
def lu_factor(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """Both triangular factors in one matrix, and the swaps of rows."""
    both, pivots, info = _lu_factor_ex(A, pivot)
    _raise_for_zeros(A, info)
    return LuFactor(both, pivots)


@documented(
    f"torch.linalg.lu_factor_ex({_A}).info",
    "",
    A="Matrices.",
    pivot="Must be true.",
    check_errors="Whether to raise for singular matrices.",
)
@takes_out
def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False, out: Any = None
) -> Any:
    """The same as `lu_factor`, and 0 or the number of the first pivot that is zero."""
    found = _lu_factor_ex(A, pivot)
    if check_errors:
        _raise_for_zeros(A, found.info)
    return found


@operation("LinalgLuBackward0", method=False)
def _lu(A: Any, pivot: bool) -> Any:
    _require(A, pivot)
    both, pivots, _ = _packed(A)
    lower, upper = triangles(both)
    rows = A._value.shape[-2]
    order = order_of(pivots, rows)
    permutation = np.swapaxes(np.eye(rows, dtype=A._value.dtype)[order], -1, -2)
    return Plu(wrap(np.ascontiguousarray(permutation)), lower, upper)


@documented(f"torch.linalg.lu({_A}).U", "", A="Matrices.", pivot="Must be true.")
@takes_out
def lu(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """A permutation, a lower and an upper triangular matrix whose product is the matrix."""
    return _lu(A, pivot)


@operation("LinalgLuSolveBackward0", method=False)
def _lu_solve(LU: Any, pivots: Any, B: Any, left: bool, is_adjoint: bool) -> Any:
    order = order_of(as_array(pivots._value), LU._value.shape[-1])
    LU, B = spread(LU, B if left else adjoint(B))
    order = np.broadcast_to(order, LU._value.shape[:-1])
    if left is is_adjoint:
        # (P L U)^H x = b: solve with U^H, then with L^H, then undo the permutation.
        matrix = core_lu.lu_reconstruct(LU, wrap(np.ascontiguousarray(order)))
        x = core_inverse.solve(matrix, B, True)
    else:
        x = core_lu.lu_solve(LU, wrap(np.ascontiguousarray(order)), B)
    return x if left else adjoint(x)


@documented(
    f"torch.linalg.lu_solve(*torch.linalg.lu_factor({_A}), torch.ones(2, 1))",
    "",
    LU="Both factors in one matrix, from `lu_factor`.",
    pivots="The swaps, from `lu_factor`.",
    B="Right-hand sides.",
    left="Whether the unknown stands on the right of A.",
    adjoint="Whether to solve with the conjugate transpose.",
)
@takes_out
def lu_solve(
    LU: Tensor,
    pivots: Tensor,
    B: Tensor,
    *,
    left: bool = True,
    adjoint: bool = False,
    out: Any = None,
) -> Tensor:
    """The solution of a system whose matrix was factored."""
    return _lu_solve(LU, pivots, B, left, adjoint)
