"""Inverses, determinants, and solutions of linear systems."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import cholesky as core_cholesky
from tapegrad.ops import determinant as core_determinant
from tapegrad.ops import inverse as core_inverse
from tapegrad.ops import least_squares as core_least
from tapegrad.ops import matrix_functions as core_functions
from tapegrad.ops import tensor_equations as core_equations
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.linalg.arguments import (
    LinAlgError,
    at_batch,
    first_singular,
    require_matrices,
    require_square,
)
from tapegrad.torch.operation import into, operation, takes_out
from tapegrad.torch.promotion import promoted, tied
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "det",
    "inv",
    "inv_ex",
    "lstsq",
    "matrix_exp",
    "matrix_power",
    "matrix_rank",
    "pinv",
    "slogdet",
    "solve",
    "solve_ex",
    "solve_triangular",
    "tensorinv",
    "tensorsolve",
]

Slogdet = named_result("linalg_slogdet", "sign", "logabsdet")
InvEx = named_result("linalg_inv_ex", "inverse", "info")
SolveEx = named_result("linalg_solve_ex", "result", "info")
Lstsq = named_result("linalg_lstsq", "solution", "residuals", "rank", "singular_values")

_A = "torch.tensor([[2.0, 0.0], [0.0, 4.0]])"
_MATRICES = {"A": "Square matrices.", "B": "Right-hand sides."}


@documented(f"torch.linalg.det({_A})", "", A="Square matrices.")
@operation("LinalgDetBackward0", method=False)
def det(A: Any) -> Any:
    """Determinants."""
    require_square("det", A)
    return core_determinant.det(A)


@documented(f"torch.linalg.slogdet({_A}).logabsdet", "", A="Square matrices.")
@operation("LinalgSlogdetBackward0", method=False)
def slogdet(A: Any) -> Any:
    """Signs of determinants, and logarithms of their magnitudes."""
    require_square("slogdet", A)
    return Slogdet(*core_determinant.slogdet(A))


@operation("LinalgInvExBackward0", method=False)
def _inv(A: Any) -> Any:
    require_square("inv", A)
    bad = first_singular(A)
    if bad is not None:
        raise LinAlgError(
            f"linalg.inv: {at_batch(A, bad)}The diagonal element {_zero_pivot(A, bad)} is zero, "
            f"the inversion could not be completed because the input matrix is singular."
        )
    return core_inverse.inv(A)


def _zero_pivot(A: Any, i: int) -> int:
    from scipy.linalg import lu

    upper = lu(as_array(A._value).reshape(-1, *A._value.shape[-2:])[i])[2]
    zeros = np.flatnonzero(np.diag(upper) == 0)
    return int(zeros[0]) + 1 if zeros.size else len(upper)


@documented(f"torch.linalg.inv({_A})", "", A="Square matrices.")
def inv(A: Tensor, *, out: Any = None) -> Tensor:
    """Inverses; LinAlgError for singular matrices."""
    return _inv(A) if out is None else _inv(A, out=out)


@documented(
    f"torch.linalg.inv_ex({_A}).info",
    "",
    A="Square matrices.",
    check_errors="Whether to raise for singular matrices.",
)
@takes_out
def inv_ex(A: Tensor, *, check_errors: bool = False, out: Any = None) -> Any:
    """Inverses, and 0 or the number of the first pivot that is zero."""
    info = np.zeros(A._value.shape[:-2], np.int32)
    try:
        found = _inv(A)
    except LinAlgError:
        if check_errors:
            raise
        info = np.full(A._value.shape[:-2], 1, np.int32)
        found = A.new_full(A.shape, float("inf"))
    return InvEx(found, wrapped(info[()]))


def _is_vector(a: Any, b: Any) -> bool:
    """PyTorch's rule: a right-hand side that has the shape of A without its columns is vectors."""
    return b._value.ndim == 1 or (
        a._value.ndim - 1 == b._value.ndim and a._value.shape[:-1] == b._value.shape
    )


def _column(x: Any) -> Any:
    return reshape(x, to=(*x._value.shape, 1))


def _uncolumn(x: Any) -> Any:
    return reshape(x, to=x._value.shape[:-1])


def spread(a: Any, b: Any) -> tuple[Any, Any]:
    """Stacks of matrices of one length."""
    lead = np.broadcast_shapes(a._value.shape[:-2], b._value.shape[:-2])
    spread = TABLE["broadcast_to"]
    return tuple(
        x if x._value.shape[:-2] == lead else spread(x, to=(*lead, *x._value.shape[-2:]))
        for x in (a, b)
    )


@operation("LinalgSolveExBackward0", method=False)
def _solve(A: Any, B: Any, left: bool) -> Any:
    require_square("solve", A)
    A, B = promoted(A, B)
    vector = _is_vector(A, B)
    if vector:
        B = _column(B)
    if not left:
        A, B = TABLE["matrix_transpose"](A), TABLE["matrix_transpose"](B)
    if A._value.shape[-1] != B._value.shape[-2]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation "
            f"{'AX = B' if left else 'XA = B'} ({A._value.shape[-2]}x{A._value.shape[-1]} and "
            f"{B._value.shape[-2]}x{B._value.shape[-1]})"
        )
    bad = first_singular(A)
    if bad is not None:
        raise LinAlgError(
            f"torch.linalg.solve: {at_batch(A, bad)}The solver failed because the input matrix is "
            f"singular."
        )
    x = core_inverse.solve(*spread(A, B))
    if not left:
        x = TABLE["matrix_transpose"](x)
    return _uncolumn(x) if vector else x


@documented(
    f"torch.linalg.solve({_A}, torch.tensor([2.0, 4.0]))",
    "",
    left="Whether the unknown stands on the right of A.",
    **_MATRICES,
)
def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Any = None) -> Tensor:
    """The solution of :math:`A X = B`; LinAlgError for singular matrices."""
    return _solve(A, B, left) if out is None else _solve(A, B, left, out=out)


@documented(
    f"torch.linalg.solve_ex({_A}, torch.tensor([2.0, 4.0])).info",
    "",
    left="Whether the unknown stands on the right of A.",
    check_errors="Whether to raise for singular matrices.",
    **_MATRICES,
)
@takes_out
def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out: Any = None
) -> Any:
    """The solution, and 0 or the number of the first pivot that is zero."""
    info = np.zeros(A._value.shape[:-2], np.int32)
    return SolveEx(_solve(A, B, left), wrapped(info[()]))


@operation("LinalgSolveTriangularBackward0", method=False)
def _solve_triangular(A: Any, B: Any, upper: bool, left: bool, unitriangular: bool) -> Any:
    require_matrices("solve_triangular", A, B)
    if unitriangular:
        size = A._value.shape[-1]
        diagonal = np.broadcast_to(np.eye(size, dtype=np.bool_), A._value.shape)
        A = TABLE["where"](wrap(diagonal), in_dtype(1, A._value.dtype), A)
    if not left:
        A, B = TABLE["matrix_transpose"](A), TABLE["matrix_transpose"](B)
        upper = not upper
    A, B = spread(A, B)
    x = core_cholesky.triangular_solve(A, B, not upper)
    return x if left else TABLE["matrix_transpose"](x)


@documented(
    f"torch.linalg.solve_triangular({_A}, torch.ones(2, 1), upper=True)",
    "",
    upper="Which triangle of A counts.",
    left="Whether the unknown stands on the right of A.",
    unitriangular="Whether ones are taken for the diagonal.",
    **_MATRICES,
)
@takes_out
def solve_triangular(
    A: Tensor,
    B: Tensor,
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
    out: Any = None,
) -> Tensor:
    """The solution of a system with a triangular matrix."""
    return _solve_triangular(A, B, upper, left, unitriangular)


@operation("LinalgLstsqBackward0", method=False)
def _lstsq(A: Any, B: Any) -> Any:
    vector = _is_vector(A, B)
    found = core_least.lstsq(*spread(A, _column(B) if vector else B), fast=False)
    return _uncolumn(found) if vector else found


@documented(
    f"torch.linalg.lstsq({_A}, torch.ones(2, 1)).solution",
    "",
    A="Matrices.",
    B="Right-hand sides.",
    rcond="Singular values up to this times the largest count as zero.",
    driver="Which LAPACK function PyTorch would call: without it, and with ``'gelsy'``, there are "
    "no residuals; ``'gelsd'`` and ``'gelss'`` tell the singular values.",
)
def lstsq(A: Tensor, B: Tensor, rcond: Any = None, *, driver: Any = None) -> Any:
    """The solutions that leave the smallest squares of residuals."""
    drivers = ("gels", "gelsy", "gelsd", "gelss")
    if driver not in (None, *drivers):
        raise RuntimeError(
            f"torch.linalg.lstsq: parameter `driver` should be one of ({', '.join(drivers)})"
        )
    for x, least, name in ((A, 2, "input"), (B, 1, "other")):
        if x.ndim < least:
            raise RuntimeError(f"torch.linalg.lstsq: {name} must have at least {least} dimensions.")
    solution = _lstsq(A, B)
    rows, columns = A._value.shape[-2:]
    rank = np.asarray(np.linalg.matrix_rank(as_array(A._value)), np.int64)
    residuals = solution.reshape(-1)[:0].abs()
    known = driver in ("gels", "gelsd", "gelss")
    if known and rows > columns and np.all(rank == columns):
        vector = _is_vector(A, B)
        left = A @ (solution.unsqueeze(-1) if vector else solution)
        residuals = (left - (B.unsqueeze(-1) if vector else B)).abs().square().sum(-2)
    singular = (
        np.linalg.svd(as_array(A._value), compute_uv=False)
        if driver in ("gelsd", "gelss")
        else np.zeros(0, residuals._value.dtype)
    )
    ranks = wrapped(np.zeros(0, np.int64) if driver == "gels" else rank[()])
    return Lstsq(solution, residuals, ranks, wrapped(singular))


@operation("LinalgPinvBackward0", method=False)
def _pinv(A: Any, tolerance: Any, hermitian: bool) -> Any:
    require_matrices("pinv", A)
    return core_least.pinv(A, tolerance)


@documented(
    f"torch.linalg.pinv({_A})",
    "",
    A="Matrices.",
    atol="Singular values up to this count as zero.",
    rtol="Singular values up to this times the largest count as zero.",
    hermitian="Whether the matrices are symmetric (Hermitian).",
    rcond="The same as `rtol`.",
)
@takes_out
def pinv(
    A: Tensor,
    rcond: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor:
    """Pseudo-inverses."""
    rows, columns = A._value.shape[-2:]
    relative = rtol if rtol is not None else rcond
    if relative is None:
        eps = np.finfo(A._value.dtype).eps
        relative = 0.0 if atol else max(rows, columns) * float(eps)
    relative = _number(relative)
    if atol is not None and A.numel():
        largest = np.linalg.svd(as_array(A._value), compute_uv=False)[..., 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.maximum(relative, _number(atol) / largest)
    if not isinstance(relative, float):
        relative = np.asarray(relative).astype(A.abs()._value.dtype)
    return _pinv(A, relative, hermitian)


def _number(x: Any) -> Any:
    return as_array(x._value) if isinstance(x, Tensor) else float(x)


@documented(f"torch.linalg.matrix_power({_A}, 2)", "", A="Square matrices.", n="The exponent.")
@operation("LinalgMatrixPowerBackward0", method=False)
def matrix_power(A: Any, n: int) -> Any:
    """Products of matrices with themselves; negative powers are of the inverse."""
    require_square("matrix_power", A)
    found = core_least.matrix_power(A, n)
    return tied(found, A) if n == 0 else found


@documented(
    f"torch.linalg.matrix_rank({_A})",
    "",
    A="Matrices.",
    tol="Singular values up to this count as zero.",
    atol="The same as `tol`.",
    rtol="Singular values up to this times the largest count as zero.",
    hermitian="Whether the matrices are symmetric (Hermitian).",
)
@takes_out
def matrix_rank(
    A: Tensor,
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
    out: Any = None,
) -> Tensor:
    """How many singular values are not zero."""
    array = as_array(A._value)
    values = np.linalg.svd(array, compute_uv=False)
    absolute = _number(tol if tol is not None else 0.0 if atol is None else atol)
    if rtol is None:
        given = tol is not None or atol is not None
        eps = float(np.finfo(array.dtype).eps)
        rtol = 0.0 if given else max(array.shape[-2:]) * eps
    largest = values[..., :1] if values.shape[-1] else 0.0
    limit = np.maximum(np.asarray(absolute)[..., None], _number(rtol) * largest)
    return wrapped(np.asarray((values > limit).sum(-1), np.int64)[()])


@documented("torch.linalg.matrix_exp(torch.zeros(2, 2))", "", A="Square matrices.")
@operation("LinalgMatrixExpBackward0", method=False)
def matrix_exp(A: Any) -> Any:
    r""":math:`e^A`, the sum of :math:`A^k / k!`."""
    require_square("matrix_exp", A)
    return core_functions.expm(A)


@documented(
    "torch.linalg.tensorinv(torch.eye(4).reshape(2, 2, 4), 2).shape",
    "",
    A="A tensor.",
    ind="How many dimensions stand first.",
)
@operation("ViewBackward0", method=False)
def tensorinv(A: Any, ind: int = 2) -> Any:
    """The inverse for `tensordot`, with the first dimensions as rows."""
    return core_equations.tensorinv(A, ind)


@documented(
    "torch.linalg.tensorsolve(torch.eye(4).reshape(2, 2, 4), torch.ones(2, 2))",
    "",
    A="A tensor.",
    B="The right-hand side.",
    dims="Dimensions of A to move to the end first.",
)
def tensorsolve(A: Tensor, B: Tensor, dims: Any = None, *, out: Any = None) -> Tensor:
    """The solution of ``tensordot(A, X, X.ndim) == B``."""
    if dims is not None:
        A = A.movedim(tuple(dims), tuple(range(-len(dims), 0)))
    shape, count = tuple(A.shape[B.ndim :]), B.numel()
    if prod(shape) != count or A.numel() != count * count:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
            f"prod(self.shape[:other.ndim]), but got {prod(shape)} != "
            f"{prod(A.shape[: B.ndim])}"
        )
    found = solve(A.reshape(count, count), B.reshape(count)).reshape(shape)
    return found if out is None else into(out, "linalg_tensorsolve", found, (A, B))
