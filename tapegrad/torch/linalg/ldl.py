"""LDL factorizations of symmetric and Hermitian matrices; as in PyTorch they have no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.linalg.arguments import LinAlgError, at_batch, require_square
from tapegrad.torch.operation import takes_out
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["ldl_factor", "ldl_factor_ex", "ldl_solve"]

LdlFactor = named_result("linalg_ldl_factor", "LD", "pivots")
LdlFactorEx = named_result("linalg_ldl_factor_ex", "LD", "pivots", "info")

_A = "torch.tensor([[2.0, 1.0], [1.0, 4.0]])"


def _function(name: str, a: Any, hermitian: bool) -> Any:
    from scipy.linalg import get_lapack_funcs

    kind = "he" if hermitian and a.dtype.kind == "c" else "sy"
    return get_lapack_funcs(kind + name, (a,))


def _refuse_derivatives(name: str, *tensors: Tensor) -> None:
    if any(x.requires_grad for x in tensors):
        raise NotImplementedError(
            f"the derivative for 'linalg_{name}' is not implemented: factor A.detach() if none is "
            f"needed, or use torch.linalg.solve, which has one."
        )


@documented(
    f"torch.linalg.ldl_factor_ex({_A}).info",
    "",
    A="Symmetric (Hermitian) matrices; their lower triangle counts.",
    hermitian="Whether complex matrices are Hermitian.",
    check_errors="Whether to raise for singular matrices.",
)
@takes_out
def ldl_factor_ex(
    A: Tensor, *, hermitian: bool = False, check_errors: bool = False, out: Any = None
) -> Any:
    """The same as `ldl_factor`, and 0 or the number of the first pivot that is zero."""
    require_square("ldl_factor_ex", A)
    _refuse_derivatives("ldl_factor_ex", A)
    a = as_array(A._value)
    packed = np.tril(a)
    pivots = np.zeros(a.shape[:-1], np.int32)
    info = np.zeros(a.shape[:-2], np.int32)
    if a.size:
        factor = _function("trf", a, hermitian)
        for i in np.ndindex(*a.shape[:-2]):
            found, pivots[i], info[i] = factor(a[i], lower=1)
            packed[i] = np.tril(found)
    if check_errors and info.any():
        at = int(np.flatnonzero(info.reshape(-1))[0])
        zero = int(info.reshape(-1)[at])
        raise LinAlgError(
            f"torch.linalg.ldl_factor_ex: {at_batch(A, at)}The factorization could not be "
            f"completed because D[{zero},{zero}] is zero, and using it to solve would divide by "
            f"zero."
        )
    return LdlFactorEx(wrapped(packed), wrapped(pivots), wrapped(info[()]))


@documented(
    f"torch.linalg.ldl_factor({_A}).pivots",
    "",
    A="Symmetric (Hermitian) matrices; their lower triangle counts.",
    hermitian="Whether complex matrices are Hermitian.",
)
@takes_out
def ldl_factor(A: Tensor, *, hermitian: bool = False, out: Any = None) -> Any:
    r"""The factors of :math:`A = L D L^H` in one matrix, with LAPACK's exchanges of rows."""
    found = ldl_factor_ex(A, hermitian=hermitian, check_errors=True)
    return LdlFactor(found.LD, found.pivots)


@documented(
    f"torch.linalg.ldl_solve(*torch.linalg.ldl_factor({_A}), torch.ones(2, 1))",
    "",
    LD="The factors.",
    pivots="The exchanges.",
    B="Right-hand sides.",
    hermitian="Whether complex matrices are Hermitian.",
)
@takes_out
def ldl_solve(
    LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False, out: Any = None
) -> Tensor:
    """The solution of a system whose matrix was factored by `ldl_factor`."""
    require_square("ldl_solve", LD)
    _refuse_derivatives("ldl_solve", LD, B)
    packed, swaps, b = (as_array(x._value) for x in (LD, pivots, B))
    lead = np.broadcast_shapes(packed.shape[:-2], b.shape[:-2])
    packed = np.broadcast_to(packed, (*lead, *packed.shape[-2:]))
    swaps = np.broadcast_to(swaps, (*lead, swaps.shape[-1]))
    solution = np.array(np.broadcast_to(b, (*lead, *b.shape[-2:])))
    if solution.size:
        solve = _function("trs", packed, hermitian)
        for i in np.ndindex(*lead):
            solution[i] = solve(packed[i], swaps[i], solution[i], lower=1)[0]
    return wrapped(solution)
