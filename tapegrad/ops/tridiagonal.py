"""Matrices of three diagonals: tridiagonal_solve, tridiagonal_matmul, eigh_tridiagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.banded import banded_product, solve_bands
from tapegrad.ops.complex import real
from tapegrad.ops.diagonal import diag, diag_part
from tapegrad.ops.eigen import eigh, eigvalsh
from tapegrad.ops.matrices import require_matrices
from tapegrad.ops.operands import require_kinds, require_same_dtype

__all__ = ["eigh_tridiagonal", "tridiagonal_matmul", "tridiagonal_solve"]


def _compact(op: str, diagonals: Any, diagonals_format: str, *, shorter: bool) -> Any:
    """The three diagonals as rows, entry i of each standing in row i of the matrix."""
    if diagonals_format == "compact":
        x = operand(diagonals)
    elif diagonals_format == "matrix":
        x = operand(diagonals)
        shape = x._value.shape
        if len(shape) < 2 or shape[-1] != shape[-2]:
            raise ValueError(
                f"{op}: Expected last two dimensions of diagonals to be same. Expected shape: "
                f"[..., n, n]. Actual shape: {list(shape)}."
            )
        if shape[-1] == 1:  # too small to have diagonals beside the main one
            zeros = recording.zeros_like(x, to=shape)
            x = recording.concat(zeros, x, zeros, axis=-2)
        else:
            x = diag_part(x, k=(-1, 1), align="LEFT_RIGHT")
    elif diagonals_format == "sequence":
        x = _of_sequence(op, diagonals, shorter)
    else:
        raise ValueError(
            f"{op}: Unrecognized diagonals_format: {diagonals_format!r}. It is 'compact', "
            f"'sequence' or 'matrix'."
        )
    require_matrices(op, x) if len(x._value.shape) > 1 else None
    shape = x._value.shape
    if len(shape) < 2 or shape[-2] != 3:
        raise ValueError(
            f"{op}: Expected 3 diagonals. Expected shape: [..., 3, n]. Actual shape: {list(shape)}."
        )
    return x


def _of_sequence(op: str, diagonals: Any, shorter: bool) -> Any:
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError(f"{op}: Expected diagonals to be a sequence of length 3.")
    parts = [operand(d) for d in diagonals]
    require_same_dtype(op, *parts)
    shape = parts[1]._value.shape
    rows = []
    for part, pad, label in zip(
        parts, ((0, 1), None, (1, 0)), ("superdiagonal", "diagonal", "subdiagonal"), strict=True
    ):
        own = part._value.shape
        if shorter and pad and shape and own == (*shape[:-1], shape[-1] - 1):
            part = recording.pad(part, paddings=((0, 0),) * (len(own) - 1) + (pad,))
        elif own != shape or not shape:
            error = ValueError if shorter else InvalidArgumentError
            raise error(
                f"{op}: Invalid {label} shape: the three diagonals must have the same shape"
                f"{', or those beside the main one an entry less' if shorter else ''}. Expected "
                f"shape: {list(shape)}. Actual shape: {list(own)}."
            )
        rows.append(part)
    return recording.stack(*rows, axis=-2)


def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:
    r"""Solve linear systems :math:`A X = B` with matrices of three diagonals.

    The cotangents are :math:`\bar B = A^{-H} \bar X` and the diagonals of
    :math:`\bar A = -\bar B X^H`.

    Parameters
    ----------
    diagonals
        The diagonals of :math:`A`, in single or double precision, real or complex, as
        `diagonals_format` says: ``'compact'``, a tensor of shape ``(..., 3, n)`` with the one
        above the main diagonal, the main one, and the one below, entry i of each standing in row i
        of the matrix (the last of the first and the first of the last are not read);
        ``'sequence'``, three tensors of shape ``(..., n)``, or ``(..., n - 1)`` for those beside
        the main one; ``'matrix'``, the matrices of shape ``(..., n, n)``.
    rhs
        Tensor :math:`B` of the same dtype and of shape ``(..., n, k)``, or ``(..., n)`` with one
        axis less than `diagonals`.
    diagonals_format
        See `diagonals`.
    transpose_rhs
        Whether `rhs` has the shape ``(..., k, n)``.
    conjugate_rhs
        Whether to conjugate `rhs`.
    partial_pivoting
        A flag of TensorFlow's: without row exchanges elimination would be faster there. Here rows
        are always exchanged.
    perturb_singular
        Whether to go on with tiny pivots in the place of zeros, instead of refusing singular
        matrices.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, k)`` or ``(..., n)``.

    Raises
    ------
    ValueError
        If shapes do not fit, or `perturb_singular` is asked for without `partial_pivoting`.
    InvalidArgumentError
        If a matrix is singular; the message names it and tells its condition number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> diagonals = [[1.0, 1.0, 0.0], [4.0, 4.0, 4.0], [0.0, 1.0, 1.0]]
    >>> tf.linalg.tridiagonal_solve(diagonals, [5.0, 6.0, 5.0]).numpy().tolist()
    [1.0, 1.0, 1.0]
    """
    op = "tridiagonal_solve"
    if perturb_singular and not partial_pivoting:
        raise ValueError(f"{op}: partial_pivoting must be True if perturb_singular is.")
    a = _compact(op, diagonals, diagonals_format, shorter=True)
    b = operand(rhs, a._value.dtype)
    require_same_dtype(op, a, b)
    shape, columns = a._value.shape, b._value.shape
    rank = len(shape)
    if len(columns) not in (rank - 1, rank):
        raise ValueError(
            f"{op}: Expected the rank of rhs to be {rank - 1} or {rank}. Expected shape: [..., "
            f"{shape[-1]}] or [..., {shape[-1]}, k]. Actual shape: {list(columns)}."
        )
    if shape[:-2] != columns[: rank - 2]:
        raise ValueError(
            f"{op}: Batch shapes {list(shape[:-2])} and {list(columns[: rank - 2])} are "
            f"incompatible."
        )
    if conjugate_rhs:
        b = recording.conj(b)
    vector = len(columns) == rank - 1
    if vector:
        b = recording.reshape(b, to=(*columns, 1))
    elif transpose_rhs:
        b = recording.matrix_transpose(b)
    if b._value.shape[-2] != shape[-1]:
        raise ValueError(
            f"{op}: Expected number of left-hand sides and right-hand sides to be equal, got "
            f"{shape[-1]} and {b._value.shape[-2]}. Expected shape of rhs: [..., {shape[-1]}, k]. "
            f"Actual shape: {list(columns)}."
        )
    found = solve_bands(a, b, lower=1, adjoint=False, perturb=bool(perturb_singular))
    return recording.reshape(found, to=columns) if vector else found  # type: ignore[no-any-return]


def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Tensor:
    """Multiply matrices of three diagonals with matrices.

    Parameters
    ----------
    diagonals
        The diagonals, in the format that `diagonals_format` says: ``'compact'``, a tensor of shape
        ``(..., 3, n)``; ``'sequence'``, three tensors of shape ``(..., n)``; ``'matrix'``, the
        matrices of shape ``(..., n, n)``. See `tridiagonal_solve`.
    rhs
        Tensor of shape ``(..., n, k)``, of the same dtype and leading axes.
    diagonals_format
        See `diagonals`.

    Returns
    -------
    Tensor
        Of the shape of `rhs`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        If there are not three diagonals.

    Examples
    --------
    >>> import tapegrad as tf
    >>> diagonals = [[1.0, 1.0, 0.0], [4.0, 4.0, 4.0], [0.0, 1.0, 1.0]]
    >>> tf.linalg.tridiagonal_matmul(diagonals, [[1.0], [1.0], [1.0]]).numpy().tolist()
    [[5.0], [6.0], [5.0]]
    """
    op = "tridiagonal_matmul"
    a = _compact(op, diagonals, diagonals_format, shorter=False)
    b = operand(rhs, a._value.dtype)
    require_same_dtype(op, a, b)
    shape, columns = a._value.shape, b._value.shape
    expected = (*shape[:-2], shape[-1])
    if len(columns) != len(shape) or columns[:-1] != expected:
        raise InvalidArgumentError(
            f"{op}: All input tensors must have the same rank and leading axes. Expected shape of "
            f"rhs: {[*expected, 'k']}. Actual shape: {list(columns)}."
        )
    return banded_product(recording, a, b, 1)  # type: ignore[no-any-return]


def eigh_tridiagonal(
    alpha: Any,
    beta: Any,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """Eigenvalues and eigenvectors of Hermitian matrices of three diagonals.

    Parameters
    ----------
    alpha
        Tensor of shape ``(..., n)``: the main diagonal, of which the real part is read. In single
        or double precision, real or complex.
    beta
        Tensor of shape ``(..., n - 1)`` and of the same dtype: the diagonal above it. The one below
        is its conjugate.
    eigvals_only
        Whether to return the eigenvalues alone.
    select
        Which eigenvalues: ``'a'`` for all, ``'i'`` for those whose place in ascending order is in
        `select_range`, both ends included, ``'v'`` for those between the values in `select_range`,
        of which the upper one is included.
    select_range
        The ends, a pair.
    tol
        A tolerance of TensorFlow's, without effect here: eigenvalues are exact up to rounding.

    Returns
    -------
    eig_vals : Tensor
        The eigenvalues, ascending, real, shape ``(..., m)``. Alone if `eigvals_only`.
    eig_vectors : Tensor
        The eigenvectors as columns, shape ``(..., n, m)``.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit.
    ValueError
        If `select` is unknown, or `select_range` is missing or out of range.

    Notes
    -----
    For derivatives see `eigh`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.eigh_tridiagonal([2.0, 2.0], [1.0]).numpy().round(5).tolist()
    [1.0, 3.0]
    """
    op = "eigh_tridiagonal"
    a = operand(alpha)
    b = operand(beta, a._value.dtype)
    require_same_dtype(op, a, b)
    require_kinds(op, a, "fc", "float32")
    shape, above = a._value.shape, b._value.shape
    if not shape or not above or above != (*shape[:-1], max(shape[-1] - 1, 0)):
        expected = [*shape[:-1], shape[-1] - 1] if shape else "[n - 1]"
        raise InvalidArgumentError(
            f"{op}: alpha of shape {list(shape)} is the main diagonal. Expected shape of beta: "
            f"{expected}. Actual shape: {list(above)}."
        )
    dense = diag(a)
    if shape[-1] > 1:
        dense = dense + diag(recording.conj(b), k=-1)
    if eigvals_only:
        values = real(eigvalsh(dense))
        chosen = _selected(op, values, select, select_range)
        return values if chosen is None else recording.gather(values, chosen, axis=-1)
    e, v = eigh(dense)
    e = real(e)
    chosen = _selected(op, e, select, select_range)
    if chosen is None:
        return e, v
    return recording.gather(e, chosen, axis=-1), recording.gather(v, chosen, axis=-1)


def _selected(op: str, values: Any, select: str, select_range: Any) -> Any:
    """The places of the eigenvalues that are asked for; None for all."""
    if select == "a":
        return None
    if select not in ("i", "v"):
        raise ValueError(f"{op}: select must have a value in {{'a', 'i', 'v'}}, not {select!r}.")
    if select_range is None:
        raise ValueError(f"{op}: select={select!r} needs a pair select_range=(lowest, highest).")
    n = values._value.shape[-1]
    if select == "i":
        first, last = ints_argument(select_range, op, "select_range")
        if not 0 <= first <= last < n:
            raise ValueError(
                f"{op}: select_range={select_range!r} must hold 0 <= lowest <= highest < {n}."
            )
        return np.arange(first, last + 1)
    if values._value.ndim > 1:
        raise ValueError(
            f"{op}: select='v' takes one matrix at a time, because their numbers of eigenvalues in "
            f"a range may differ. Use select='i'."
        )
    low, high = (float(operand(end)) for end in select_range)
    return computed(lambda e: np.flatnonzero((e > low) & (e <= high)), values)
