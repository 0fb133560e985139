"""Factors of matrices: Cholesky, QR, eigenvalues, singular values."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.host import checked, computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import ndarray
from tapegrad.numpy.function import require_unfollowed
from tapegrad.numpy.linalg.arguments import linear, matrices, square
from tapegrad.ops import cholesky as engine_cholesky  # noqa: F401 - as R.cholesky
from tapegrad.ops import eigen, eigenvalues  # noqa: F401 - as R.eigh, R.eig
from tapegrad.ops import qr as engine_qr  # noqa: F401 - as R.qr
from tapegrad.ops import svd as engine_svd  # noqa: F401 - as R.svd
from tapegrad.ops.matrices import adjoint

__all__ = ["cholesky", "eig", "eigh", "eigvals", "eigvalsh", "qr", "svd", "svdvals"]

_S = "np.array([[2.0, 0.0], [0.0, 3.0]])"


class EigResult(NamedTuple):
    """What `eig` returns."""

    eigenvalues: ndarray
    eigenvectors: ndarray


class EighResult(NamedTuple):
    """What `eigh` returns."""

    eigenvalues: ndarray
    eigenvectors: ndarray


class QRResult(NamedTuple):
    """What `qr` returns."""

    Q: ndarray
    R: ndarray


class SVDResult(NamedTuple):
    """What `svd` returns."""

    U: ndarray
    S: ndarray
    Vh: ndarray


def by_lower_triangle(x: Tensor, UPLO: str) -> Any:
    """Hermitian matrices by their lower triangle, whichever one counts."""
    uplo = UPLO.upper()
    if uplo not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return x if uplo == "L" else adjoint(R, x)


@linear(f"np.linalg.cholesky({_S})", upper="Whether the factor is upper triangular.")
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    r"""The factor :math:`L` with :math:`A = L L^H` of positive definite matrices.

    One triangle is read. The gradient is that of a matrix which stays Hermitian: it is Hermitian
    itself (Murray, "Differentiation of the Cholesky decomposition", 2016). LinAlgError for
    matrices that are not positive definite.
    """
    x = square(a)
    if not upper:
        return R.cholesky(x)
    return adjoint(R, R.cholesky(adjoint(R, x)))


@linear(
    f"np.linalg.qr({_S}).R",
    mode="``'reduced'``, ``'complete'``, ``'r'``, or ``'raw'``, which has no derivative.",
)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Factors of orthonormal columns and of a triangular matrix.

    The gradient needs linearly independent first columns, else it raises LinAlgError.
    """
    mode = {"f": "reduced", "full": "reduced"}.get(mode, mode)
    if mode in ("e", "economic"):
        mode = "economic"
    elif mode not in ("reduced", "complete", "r", "raw"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    x = matrices(a)
    if mode in ("raw", "economic"):
        require_unfollowed(f"qr with the mode {mode!r}", x)
        name: Any = mode
        found = computed(lambda array: np.linalg.qr(array, name), x)
        return found
    q, r = R.qr(x, full_matrices=mode == "complete")
    return r if mode == "r" else QRResult(q, r)


@linear(f"np.linalg.eigh({_S}).eigenvalues")
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order, and eigenvectors as columns, of Hermitian matrices.

    One triangle is read, and the gradient is that of this triangle. At equal eigenvalues it is
    right for what does not depend on the choice of the vectors, and finite for the rest.
    """
    return EighResult(*R.eigh(by_lower_triangle(square(a), UPLO)))


@linear(f"np.linalg.eigvalsh({_S})")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues in ascending order, of Hermitian matrices: see `eigh`."""
    return R.eigvalsh(by_lower_triangle(square(a), UPLO))


def _finite(a: Any) -> Tensor:
    x = square(a)
    checked(_require_finite, x)
    return x


def _require_finite(a: Any) -> None:
    if not np.isfinite(a).all():
        raise np.linalg.LinAlgError("Array must not contain infs or NaNs")


def _as_real(x: Tensor, values: Any, *results: Any) -> Any:
    """Complex results of real matrices as real ones, if all eigenvalues are real."""
    if x._value.dtype.kind == "c" or bool(computed(lambda e: np.any(e.imag), values)):
        return results
    return [R.real(r) for r in results]


@linear(f"np.linalg.eig({_S}).eigenvalues")
def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors, as columns; complex unless all eigenvalues are real.

    The gradient of matrices whose eigenvectors are linearly dependent raises LinAlgError.
    """
    x = _finite(a)
    values, vectors = R.eig(x)
    return EigResult(*_as_real(x, values, values, vectors))


@linear(f"np.linalg.eigvals({_S})")
def eigvals(a: Any) -> Any:
    """Eigenvalues; complex unless all are real."""
    x = _finite(a)
    values = R.eigvals(x)
    (values,) = _as_real(x, values, values)
    return values


def _of_hermitian(x: Tensor) -> SVDResult:
    values, vectors = R.eigh(x)
    order = computed(lambda e: np.argsort(np.abs(e), axis=-1)[..., ::-1], values)
    shape = values._value.shape
    row = (*shape[:-1], 1, shape[-1])
    columns = R.broadcast_to(R.reshape(order, to=row), to=vectors._value.shape)
    signed = R.take_along_axis(values, order, axis=-1)
    u = R.take_along_axis(vectors, columns, axis=-1)
    signs = computed(lambda e, v: np.sign(e).astype(v.dtype).reshape(row), signed, vectors)
    return SVDResult(u, R.abs(signed), adjoint(R, R.multiply(u, signs)))


@linear(
    f"np.linalg.svd({_S}).S",
    full_matrices="Whether the factors are square.",
    compute_uv="Whether to return the factors besides the singular values.",
)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    r"""The factors of :math:`A = U \operatorname{diag}(S) V^H`.

    At equal singular values the gradient is right for what does not depend on the choice of the
    vectors, and finite for the rest.
    """
    x = square(a) if hermitian else matrices(a)
    if hermitian:
        found = _of_hermitian(x)
        return found if compute_uv else found.S
    if not compute_uv:
        return R.singular_values(x)
    s, u, v = R.svd(x, full_matrices=bool(full_matrices))
    return SVDResult(u, s, adjoint(R, v))


@linear(f"np.linalg.svdvals({_S})")
def svdvals(x: Any, /) -> Any:
    """Singular values in descending order."""
    return R.singular_values(matrices(x))
