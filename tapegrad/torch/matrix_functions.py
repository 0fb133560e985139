"""Linear algebra under its older names: ``torch.svd``, ``torch.qr``, ``torch.lu_solve``, ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap
from tapegrad.torch.creation import eye
from tapegrad.torch.diagonals import tril, triu
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.linalg.arguments import require_matrices
from tapegrad.torch.linalg.factors import householder_product, svdvals
from tapegrad.torch.linalg.factors import qr as _qr
from tapegrad.torch.linalg.factors import svd as _svd
from tapegrad.torch.linalg.lu import lu_factor, lu_factor_ex, order_of, triangles
from tapegrad.torch.linalg.lu import lu_solve as _lu_solve
from tapegrad.torch.linalg.norms import matrix_norm
from tapegrad.torch.linalg.solving import solve_triangular
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.reductions import reduced
from tapegrad.torch.reductions import vector_norm as core_vector_norm
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "cholesky_inverse",
    "cholesky_solve",
    "frobenius_norm",
    "geqrf",
    "lu",
    "lu_solve",
    "lu_unpack",
    "norm",
    "nuclear_norm",
    "orgqr",
    "ormqr",
    "pca_lowrank",
    "qr",
    "svd",
    "svd_lowrank",
    "triangular_solve",
]

Svd = named_result("svd", "U", "S", "V")
Qr = named_result("qr", "Q", "R")
Geqrf = named_result("geqrf", "a", "tau")
LuUnpack = named_result("lu_unpack", "P", "L", "U")
TriangularSolve = named_result("triangular_solve", "solution", "cloned_coefficient")

_A = "torch.tensor([[2.0, 0.0], [0.0, 4.0]])"
orgqr = householder_product


@documented(
    f"torch.svd({_A}).S",
    "",
    some="Whether the factors are only as wide as there are singular values.",
    compute_uv="Whether to compute the factors, which are 0 otherwise.",
)
@takes_out
def svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    r"""The factors of :math:`A = U \operatorname{diag}(S) V^H`; note that `V` is not turned."""
    if not compute_uv:
        rows, columns = input.shape[-2:]
        lead = tuple(input.shape[:-2])
        values = svdvals(input)
        return Svd(
            input.new_zeros((*lead, rows, rows)), values, input.new_zeros((*lead, columns, columns))
        )
    u, s, vh = _svd(input, not some)
    return Svd(u, s, vh.mH)


@documented(f"torch.qr({_A}).R.abs()", "", some="Whether Q is only as wide as needed.")
@takes_out
def qr(input: Tensor, some: bool = True, *, out: Any = None) -> Any:
    """An orthogonal and an upper triangular factor."""
    return Qr(*_qr(input, "reduced" if some else "complete"))


@documented(f"torch.geqrf({_A}).a.abs()", "")
@takes_out
def geqrf(input: Tensor, *, out: Any = None) -> Any:
    """A QR factorization as LAPACK holds it: R, the reflections below it, and their factors.

    It has no derivative, as in PyTorch.
    """
    return _geqrf(input.detach())


@operation("NotImplemented", method=False)
def _geqrf(input: Any) -> Any:
    from scipy.linalg import get_lapack_funcs

    require_matrices("geqrf", input)
    a = as_array(input._value)
    packed, tau = np.array(a), np.zeros((*a.shape[:-2], min(a.shape[-2:])), a.dtype)
    if a.size:
        function: Any = get_lapack_funcs("geqrf", (a,))
        for i in np.ndindex(*a.shape[:-2]):
            packed[i], tau[i] = function(a[i])[:2]
    return Geqrf(wrap(packed), wrap(tau))


@documented(
    "torch.ormqr(torch.eye(2), torch.zeros(2), torch.ones(2, 1))",
    "",
    tau="Factors of the reflections.",
    left="Whether the product of reflections stands on the left.",
    transpose="Whether it is (conjugate) transposed.",
)
@takes_out
def ormqr(
    input: Tensor,
    tau: Tensor,
    other: Tensor,
    left: bool = True,
    transpose: bool = False,
    *,
    out: Any = None,
) -> Tensor:
    """The product of reflections, whose vectors are the columns of `input`, with matrices."""
    rows, count = input.shape[-2], tau.shape[-1]
    size = other.shape[-2] if left else other.shape[-1]
    if size != rows:
        at = "other.shape[-2]" if left else "other.shape[-1]"
        raise RuntimeError(f"torch.ormqr: {at} must be equal to input.shape[-2]")
    vectors = tril(input, -1)[..., :count] + eye(rows, count, dtype=input.dtype)
    # Q = H_1 H_2 ... H_k with H = I - tau v v^H.
    forwards = left is transpose
    for i in range(count) if forwards else reversed(range(count)):
        v = vectors[..., i : i + 1]
        scale = tau[..., i : i + 1].unsqueeze(-1)
        if transpose:
            scale = scale.conj()
        if left:
            other = other - scale * (v @ (v.mH @ other))
        else:
            other = other - scale * ((other @ v) @ v.mH)
    return other


# Solutions by known factors


@documented(
    "torch.cholesky_solve(torch.ones(2, 1), 2 * torch.eye(2))",
    "",
    L="The triangular factor.",
    upper="Whether it is upper triangular.",
)
@takes_out
def cholesky_solve(input: Tensor, L: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    r"""The solution of :math:`L L^H X = B`."""
    for x, name in ((input, "b"), (L, "u")):
        if x.ndim < 2:
            raise RuntimeError(
                f"{name} should have at least 2 dimensions, but has {x.ndim} dimensions instead"
            )
    lower = triu(L).mH if upper else tril(L)
    return solve_triangular(lower.mH, solve_triangular(lower, input, upper=False), upper=True)


@documented(
    "torch.cholesky_inverse(2 * torch.eye(2)).diagonal()",
    "",
    L="The triangular factor.",
    upper="Whether it is upper triangular.",
)
@takes_out
def cholesky_inverse(L: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    r"""The inverse of :math:`L L^H`."""
    size = L.shape[-1]
    return cholesky_solve(eye(size, dtype=L.dtype).expand(tuple(L.shape)), L, upper)


@documented(
    "torch.triangular_solve(torch.ones(2, 1), torch.eye(2)).solution",
    "",
    b="Right-hand sides.",
    A="Triangular matrices.",
    upper="Which triangle counts.",
    transpose="Whether to solve with the transpose.",
    unitriangular="Whether ones are taken for the diagonal.",
)
@takes_out
def triangular_solve(
    b: Tensor,
    A: Tensor,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
    *,
    out: Any = None,
) -> Any:
    """The solution of a triangular system, and a copy of its matrix."""
    matrix, side = (A.mT, not upper) if transpose else (A, upper)
    found = solve_triangular(matrix, b, upper=side, unitriangular=unitriangular)
    lead = tuple(found.shape[:-2])
    return TriangularSolve(found, A.expand((*lead, *tuple(A.shape[-2:]))).clone())


@documented(
    f"torch.lu({_A})[0]",
    "",
    A="Matrices.",
    pivot="Must be true.",
    get_infos="Whether to tell which pivots are zero.",
)
@takes_out
def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """Both triangular factors in one matrix, and the swaps of rows."""
    if get_infos:
        return tuple(lu_factor_ex(A, pivot=pivot))
    return tuple(lu_factor(A, pivot=pivot))


@documented(
    f"torch.lu_solve(torch.ones(2, 1), *torch.linalg.lu_factor({_A}))",
    "",
    b="Right-hand sides.",
    LU_data="Both factors in one matrix.",
    LU_pivots="The swaps.",
)
@takes_out
def lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """The solution of a system whose matrix was factored."""
    return _lu_solve(LU_data, LU_pivots, b)


@operation("LuUnpackBackward0", method=False)
def _lu_unpack(LU_data: Any, pivots: Any, data: bool, swaps: bool) -> Any:
    dtype, shape = LU_data._value.dtype, LU_data._value.shape
    nothing = wrap(np.zeros(0, dtype))
    lower, upper = triangles(LU_data) if data else (nothing, nothing)
    if not swaps:
        return LuUnpack(nothing, lower, upper)
    order = order_of(pivots._value, shape[-2])
    turned = np.swapaxes(np.eye(shape[-2], dtype=dtype)[order], -1, -2)
    return LuUnpack(wrap(np.ascontiguousarray(turned)), lower, upper)


@documented(
    f"torch.lu_unpack(*torch.linalg.lu_factor({_A})).U",
    "",
    LU_data="Both factors in one matrix.",
    LU_pivots="The swaps.",
    unpack_data="Whether to make the triangular factors.",
    unpack_pivots="Whether to make the permutation.",
)
@takes_out
def lu_unpack(
    LU_data: Tensor,
    LU_pivots: Tensor,
    unpack_data: bool = True,
    unpack_pivots: bool = True,
    *,
    out: Any = None,
) -> Any:
    """The permutation and the triangular factors that `torch.linalg.lu_factor` packed."""
    return _lu_unpack(LU_data, LU_pivots, unpack_data, unpack_pivots)


# Few singular values


@documented(
    f"torch.svd_lowrank({_A}, q=1)[1].shape",
    "",
    A="Matrices.",
    q="How many singular values.",
    niter="Without effect: they are exact.",
    M="A matrix to subtract first.",
)
def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """The largest singular values and their vectors: exact ones, where PyTorch's are estimates."""
    if M is not None:
        A = A - M.broadcast_to(tuple(A.shape))
    wanted = min(6 if q is None else q, *A.shape[-2:])
    u, s, vh = _svd(A, False)
    return u[..., :wanted], s[..., :wanted], vh.mH[..., :wanted]


@documented(
    "torch.pca_lowrank(torch.tensor([[1.0, 0.0], [3.0, 0.0]]), q=1)[1].shape",
    "",
    A="Matrices whose rows are samples.",
    q="How many components.",
    center="Whether to subtract the columns' means.",
    niter="Without effect: they are exact.",
)
def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components: exact ones, where PyTorch's are estimates."""
    rows, columns = A.shape[-2:]
    if q is None:
        q = min(6, rows, columns)
    elif not 0 <= q <= min(rows, columns):
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)="
            f"{min(rows, columns)}"
        )
    if center:
        A = A - A.mean(-2, keepdim=True)
    return svd_lowrank(A, q)


# Norms


@documented("torch.norm(torch.tensor([3.0, 4.0]))", "", p="The norm's exponent, 'fro' or 'nuc'.")
def norm(
    input: Tensor,
    p: Any = "fro",
    dim: Any = None,
    keepdim: bool = False,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """The norm of the elements, along dimensions or of all."""
    if dtype is not None:
        input = input.to(dtype)
    if p == "nuc":
        return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim, out=out)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
    order = 2 if p in ("fro", None) else float(p)

    def magnitude(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core_vector_norm(x, order, axes, keepdims)

    return reduced("norm", "LinalgVectorNormBackward0", magnitude, input, dim, keepdim, out)


@documented("torch.nuclear_norm(torch.eye(2))", "")
def nuclear_norm(input: Tensor, dim: Any = (-2, -1), keepdim: bool = False) -> Tensor:
    """The sum of matrices' singular values."""
    return matrix_norm(input, "nuc", dim, keepdim)


@documented("torch.frobenius_norm(torch.eye(2), (0, 1))", "")
def frobenius_norm(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The root of the sum of the elements' squares."""
    return norm(input, "fro", dim or None, keepdim)


install(
    norm=norm,
    svd=svd,
    qr=qr,
    geqrf=geqrf,
    ormqr=ormqr,
    orgqr=orgqr,
    cholesky_solve=cholesky_solve,
    cholesky_inverse=cholesky_inverse,
    triangular_solve=triangular_solve,
    lu=lu,
    lu_solve=lu_solve,
)
