"""Triangular matrices: cholesky, triangular_solve, cholesky_solve."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.matrices import (
    adjoint as adjoint_of,
)
from tapegrad.ops.matrices import (
    each_matrix,
    lower_mask,
    matrices_and_columns,
    not_invertible,
    require_square,
    square_matrices,
    times,
    unsuitable,
)

__all__ = ["cholesky", "cholesky_solve", "triangular_solve"]


def _factor(x: Any) -> Any:
    try:
        y = np.linalg.cholesky(x)
        # NaN anywhere has come down to the last entry.
        if not (y.size and np.isnan(y[..., -1, -1]).any()):
            return y
    except np.linalg.LinAlgError:
        pass
    raise _not_definite(x)


def _not_definite(x: Any) -> Exception:
    failing, smallest = np.zeros(x.shape[:-2], np.bool_), ""
    for i in np.ndindex(*failing.shape):
        if not np.isfinite(x[i]).all():
            failing[i] = True
            break
        if not _has_factor(x[i]):
            failing[i] = True
            smallest = f", its smallest eigenvalue is {np.linalg.eigvalsh(x[i])[0]:.3g}"
            break
    return unsuitable(
        "cholesky",
        x,
        "Cholesky decomposition was not successful, a matrix is not positive definite",
        "Add a multiple of tf.eye to the matrix, or use tf.linalg.eigh.",
        failing,
        smallest,
    )


def _has_factor(a: Any) -> bool:
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return True


def _cholesky_vjp(F: Any, g: Any, y: Any, shape: Any) -> Any:
    n = shape[-1]
    inner = times(F, y, g, adjoint_a=True)
    # The lower triangle, with half the diagonal.
    inner = 0.5 * (F.masked(inner, lower_mask(n)) + F.masked(inner, lower_mask(n, -1)))
    for _ in range(2):
        inner = adjoint_of(F, F.triangular_solve(y, inner, lower=True, adjoint=True))
    return 0.5 * (inner + adjoint_of(F, inner))


_cholesky = general("cholesky", _factor, _cholesky_vjp)


def _triangular(matrix: Any, rhs: Any, *, lower: bool, adjoint: bool) -> Any:
    if matrix.ndim == 2 < rhs.ndim:
        rows = np.moveaxis(rhs, -2, 0)
        x = _by_blas(matrix, rows.reshape(len(rows), prod(rows.shape[1:])), lower, adjoint)
        x = np.ascontiguousarray(np.moveaxis(x.reshape(rows.shape), 0, -2))
    elif prod(matrix.shape[:-2]) > 2 * matrix.shape[-1]:
        x = _row_by_row(matrix, rhs, lower, adjoint)
    else:
        x = each_matrix(lambda a, b: _by_blas(a, b, lower, adjoint), matrix, rhs)
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    if not diagonal.all():
        triangle = np.tril(matrix) if lower else np.triu(matrix)
        raise not_invertible("triangular_solve", triangle, ~diagonal.all(axis=-1))
    return x


def _by_blas(a: Any, b: Any, lower: bool, adjoint: bool) -> Any:
    from scipy.linalg import blas, lapack

    if not b.size:
        return np.empty(b.shape, b.dtype)
    kind = {"f": "s", "d": "d", "F": "c", "D": "z"}[a.dtype.char]
    if adjoint and a.dtype.kind == "c":
        a = a.conj()
    # Both count in columns first: what they get is the transpose, without a copy.
    if b.shape[-1] == 1:
        return getattr(lapack, kind + "trtrs")(a.T, b, lower=not lower, trans=int(not adjoint))[0]
    # For several columns trtrs starts threads, for the smallest matrix, too, and trsm from eight
    # columns on. Where other work keeps the processors busy, waiting for them takes milliseconds.
    solver: Any = getattr(blas, kind + "trsm")
    part = b.shape[-1] if len(a) > 64 else 7
    x = np.array(b, order="F")
    for j in range(0, b.shape[-1], part):
        columns = x[:, j : j + part]
        columns[...] = solver(
            1.0, a.T, columns, lower=not lower, trans_a=int(not adjoint), overwrite_b=1
        )
    return x


def _row_by_row(a: Any, b: Any, lower: bool, adjoint: bool) -> Any:
    """Substitution in all matrices at once, for many small ones."""
    if adjoint:
        a, lower = a.mT.conj(), not lower
    n = a.shape[-1]
    x = np.empty((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]), b.dtype)
    for i in range(n) if lower else range(n - 1, -1, -1):
        known = slice(0, i) if lower else slice(i + 1, n)
        rest = b[..., i, :] - (a[..., i, None, known] @ x[..., known, :])[..., 0, :]
        x[..., i, :] = rest / a[..., i, i, None]
    return x


def _triangular_vjp_matrix(
    F: Any, g: Any, matrix: Any, y: Any, lower: bool, adjoint: bool, shapes: Any
) -> Any:
    g = F.triangular_solve(matrix, g, lower=lower, adjoint=not adjoint)
    left, right = (y, g) if adjoint else (g, y)
    n = shapes[0][-1]
    mask = lower_mask(n) if lower else ~lower_mask(n, -1)
    return F.sum_to(F.masked(-times(F, left, right, adjoint_b=True), mask), to=shapes[0])


def _triangular_vjp_rhs(
    F: Any, g: Any, matrix: Any, lower: bool, adjoint: bool, shapes: Any
) -> Any:
    g = F.triangular_solve(matrix, g, lower=lower, adjoint=not adjoint)
    return F.sum_to(g, to=shapes[1])


_triangular_solve = general(
    "triangular_solve",
    _triangular,
    _triangular_vjp_matrix,
    _triangular_vjp_rhs,
    inputs="matrix rhs",
)


def cholesky(input: Any, name: str | None = None) -> Tensor:
    r"""Cholesky factors :math:`L` of positive definite matrices, :math:`A = L L^H`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, symmetric or (complex)
        Hermitian. Only its lower triangle is read.

    Returns
    -------
    Tensor
        Of the same shape and dtype, lower triangular, with a positive diagonal.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, or one is not positive definite; the message tells its
        condition number.

    Notes
    -----
    The gradient is that among Hermitian matrices, and Hermitian itself: off the diagonal each of
    two equal entries gets half, so that a gradient step leaves the matrix symmetric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.cholesky([[4.0, 2.0], [2.0, 10.0]]).numpy().tolist()
    [[2.0, 0.0], [1.0, 3.0]]
    """
    x = square_matrices("cholesky", input)
    return apply(_cholesky, (x,), {})  # type: ignore[no-any-return]


def triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    r"""Solve linear systems :math:`A X = B` with triangular matrices by substitution.

    The cotangents are :math:`\bar B = A^{-H} \bar X` and the triangle of
    :math:`\bar A = -\bar B X^H`.

    Parameters
    ----------
    matrix
        Tensor :math:`A` of shape ``(..., n, n)``, in single or double precision, real or complex.
        Only one triangle of it is read.
    rhs
        Tensor :math:`B` of shape ``(..., n, k)`` and of the same dtype. The leading axes of both
        broadcast.
    lower
        Whether the lower triangle is read, or the upper one.
    adjoint
        Solve with the conjugate transposes :math:`A^H` instead.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, k)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or there is a zero on the diagonal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.triangular_solve([[2.0, 0.0], [1.0, 4.0]], [[2.0], [5.0]]).numpy().tolist()
    [[1.0], [1.0]]
    """
    return _substitute("triangular_solve", matrix, rhs, bool(lower), bool(adjoint))


def _substitute(op: str, matrix: Any, rhs: Any, lower: bool, adjoint: bool) -> Tensor:
    a, b = matrices_and_columns(op, matrix, rhs)
    require_square(op, a)
    lead, columns = a._value.shape[:-2], b._value.shape[:-2]
    try:
        np.broadcast_shapes(lead, columns)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: In[0] and In[1] must have compatible batch dimensions, but they are "
            f"{list(lead)} for the matrix and {list(columns)} for rhs. Leading axes broadcast "
            f"from the right, where sizes must be equal or 1."
        ) from None
    params = {"lower": lower, "adjoint": adjoint}
    return apply(_triangular_solve, (a, b), params)  # type: ignore[no-any-return]


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    r"""Solve linear systems :math:`A X = B` from the Cholesky factors of :math:`A = L L^H`.

    Parameters
    ----------
    chol
        Tensor :math:`L` of shape ``(..., n, n)``, as `cholesky` gives it. Only its lower triangle
        is read.
    rhs
        Tensor :math:`B` of shape ``(..., n, k)`` and of the same dtype. The leading axes of both
        broadcast.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, k)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or there is a zero on the diagonal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> chol = tf.linalg.cholesky([[4.0, 2.0], [2.0, 10.0]])
    >>> tf.linalg.cholesky_solve(chol, [[6.0], [12.0]]).numpy().tolist()
    [[1.0], [1.0]]
    """
    half = _substitute("cholesky_solve", chol, rhs, True, False)
    return _substitute("cholesky_solve", chol, half, True, True)
