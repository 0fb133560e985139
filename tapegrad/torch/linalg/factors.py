"""Factorizations: Cholesky, LU, QR, eigenvalues, singular values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import cholesky as core_cholesky
from tapegrad.ops import eigen as core_eigen
from tapegrad.ops import eigenvalues as core_eigenvalues
from tapegrad.ops import matrix_products as core_products
from tapegrad.ops import qr as core_qr
from tapegrad.ops import svd as core_svd
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.linalg.arguments import (
    LinAlgError,
    adjoint,
    require_matrices,
    require_square,
)
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.promotion import tied
from tapegrad.torch.sorting import named_result
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "cholesky",
    "cholesky_ex",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "householder_product",
    "qr",
    "svd",
    "svdvals",
]

Qr = named_result("linalg_qr", "Q", "R")
Eigh = named_result("linalg_eigh", "eigenvalues", "eigenvectors")
Eig = named_result("linalg_eig", "eigenvalues", "eigenvectors")
Svd = named_result("linalg_svd", "U", "S", "Vh")
CholeskyEx = named_result("linalg_cholesky_ex", "L", "info")

_SYMMETRIC = "torch.tensor([[2.0, 0.0], [0.0, 3.0]])"


def lower_of(x: Any, upper: bool) -> Any:
    """The matrices by their lower triangle, whichever triangle counts."""
    return adjoint(x) if upper else x


@operation("LinalgCholeskyExBackward0", method=False)
def _cholesky(A: Any, upper: bool) -> Any:
    require_square("cholesky", A)
    try:
        factor = core_cholesky.cholesky(lower_of(A, upper))
    except InvalidArgumentError:
        raise LinAlgError(
            f"linalg.cholesky: The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {_first_bad_minor(A)} is not "
            f"positive-definite)."
        ) from None
    if np.isnan(factor._value).any() and not np.isnan(A._value).any():
        raise LinAlgError(
            f"linalg.cholesky: The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {_first_bad_minor(A)} is not "
            f"positive-definite)."
        )
    return adjoint(factor) if upper else factor


def _first_bad_minor(A: Any) -> int:
    for a in as_array(A._value).reshape(-1, *A._value.shape[-2:]):
        for k in range(1, len(a) + 1):
            try:
                np.linalg.cholesky(a[:k, :k])
            except np.linalg.LinAlgError:
                return k
    return 1


@documented(
    f"torch.linalg.cholesky({_SYMMETRIC})",
    "",
    A="Symmetric (Hermitian) positive-definite matrices.",
    upper="Whether the factor is upper triangular.",
)
def cholesky(A: Tensor, *, upper: bool = False, out: Any = None) -> Tensor:
    r"""The factor :math:`L` with :math:`A = L L^H`."""
    return _cholesky(A, upper) if out is None else _cholesky(A, upper, out=out)


@documented(
    f"torch.linalg.cholesky_ex({_SYMMETRIC}).info",
    "",
    A="Symmetric (Hermitian) matrices.",
    upper="Whether the factor is upper triangular.",
    check_errors="Whether to raise for matrices that have no factor.",
)
@takes_out
def cholesky_ex(
    A: Tensor, *, upper: bool = False, check_errors: bool = False, out: Any = None
) -> Any:
    """The factor, and 0 or the order of the first minor that is not positive."""
    shape = A._value.shape[:-2]
    info = np.zeros(shape, np.int32)
    try:
        factor = _cholesky(A, upper)
    except LinAlgError:
        if check_errors:
            raise
        info = np.full(shape, _first_bad_minor(A), np.int32)
        factor = A.tril()
    return CholeskyEx(factor, wrapped(info[()]))


@operation("LinalgQrBackward0", method=False)
def _qr(A: Any, mode: str) -> Any:
    require_matrices("qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', "
            f"or 'complete'"
        )
    q, r = core_qr.qr(A, mode == "complete")
    return Qr(wrap(np.zeros(0, A._value.dtype)) if mode == "r" else q, r)


@documented(
    f"torch.linalg.qr({_SYMMETRIC}).R.abs()",
    "",
    A="Matrices.",
    mode="``'reduced'``, ``'complete'`` or ``'r'``.",
)
@takes_out
def qr(A: Tensor, mode: str = "reduced", *, out: Any = None) -> Any:
    """An orthogonal and an upper triangular factor."""
    return _qr(A, mode)


def _triangle_name(UPLO: str) -> bool:
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return UPLO.upper() == "U"


@documented(
    f"torch.linalg.eigh({_SYMMETRIC}).eigenvalues",
    "",
    A="Symmetric (Hermitian) matrices.",
    UPLO="Which triangle counts: ``'L'`` or ``'U'``.",
)
@operation("LinalgEighBackward0", method=False)
def eigh(A: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order, and eigenvectors as columns."""
    require_square("eigh", A)
    values, vectors = core_eigen.eigh(lower_of(A, _triangle_name(UPLO)))
    return Eigh(values, vectors)


@documented(
    f"torch.linalg.eigvalsh({_SYMMETRIC})",
    "",
    A="Symmetric (Hermitian) matrices.",
    UPLO="Which triangle counts: ``'L'`` or ``'U'``.",
)
@operation("LinalgEighBackward0", method=False)
def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order."""
    require_square("eigvalsh", A)
    return core_eigen.eigvalsh(lower_of(A, _triangle_name(UPLO)))


@documented(f"torch.linalg.eig({_SYMMETRIC}).eigenvalues", "", A="Square matrices.")
@operation("LinalgEigBackward0", method=False)
def eig(A: Any) -> Any:
    """Eigenvalues and eigenvectors, which are complex."""
    require_square("eig", A)
    return Eig(*core_eigenvalues.eig(A))


@documented(f"torch.linalg.eigvals({_SYMMETRIC})", "", A="Square matrices.")
@operation("LinalgEigBackward0", method=False)
def eigvals(A: Any) -> Any:
    """Eigenvalues, which are complex."""
    require_square("eigvals", A)
    return core_eigenvalues.eigvals(A)


@documented(
    f"torch.linalg.svd({_SYMMETRIC}).S",
    "",
    A="Matrices.",
    full_matrices="Whether the factors are square.",
    driver="Without effect.",
)
@operation("LinalgSvdBackward0", method=False)
def svd(A: Any, full_matrices: bool = True, *, driver: Any = None) -> Any:
    r"""The factors of :math:`A = U \operatorname{diag}(S) V^H`."""
    require_matrices("svd", A)
    s, u, v = core_svd.svd(A, full_matrices)
    return Svd(u, s, adjoint(v))


@documented(f"torch.linalg.svdvals({_SYMMETRIC})", "", A="Matrices.", driver="Without effect.")
@operation("LinalgSvdBackward0", method=False)
def svdvals(A: Any, *, driver: Any = None) -> Any:
    """Singular values in descending order."""
    require_matrices("svdvals", A)
    return core_svd.svd(A, compute_uv=False)


@documented(
    "torch.linalg.householder_product(torch.eye(2), torch.zeros(2)).abs()",
    "",
    A="Vectors below the diagonal, as columns.",
    tau="Factors of the reflections.",
)
@operation("LinalgHouseholderProductBackward0", method=False)
def householder_product(A: Any, tau: Any) -> Any:
    """The first columns of a product of reflections."""
    require_matrices("householder_product", A)
    return tied(core_products.householder_product(A, tau), A, tau)
