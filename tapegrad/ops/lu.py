"""Triangular factors with row exchanges: lu, and what is solved or restored from them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import numpy_dtype
from tapegrad.core.host import checked
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.cholesky import triangular_solve
from tapegrad.ops.contract import matmul
from tapegrad.ops.matrices import (
    adjoint,
    identities,
    lower_mask,
    not_invertible,
    require_square,
    square_matrices,
    times,
)
from tapegrad.ops.operands import indices_operand, require_same_dtype

__all__ = ["lu", "lu_matrix_inverse", "lu_reconstruct", "lu_solve"]


def _factor(x: Any, *, dtype: np.dtype[Any]) -> Any:
    from scipy.linalg import lapack

    getrf: Any = getattr(lapack, {"f": "s", "d": "d", "F": "c", "D": "z"}[x.dtype.char] + "getrf")
    n = x.shape[-1]
    packed = np.empty(x.shape, x.dtype)
    order = np.broadcast_to(np.arange(n, dtype=dtype), x.shape[:-1]).copy()
    for i in np.ndindex(*x.shape[:-2] if n else (0,)):
        packed[i], pivots, info = getrf(x[i])
        diagonal = packed[i].diagonal()
        if info or np.isnan(diagonal).any():
            failing = np.zeros(x.shape[:-2], np.bool_)
            failing[i] = True
            raise not_invertible("lu", x, failing)
        rows = order[i]
        for row, other in enumerate(pivots):
            rows[[row, other]] = rows[[other, row]]
    return packed, order


def _column(F: Any, order: Any) -> Any:
    return F.reshape(order, to=(*tuple(order.shape), 1))


def _triangles(F: Any, packed: Any) -> tuple[Any, Any]:
    """The lower factor, which has ones on its diagonal, and the upper one."""
    n = packed.shape[-1]
    below = lower_mask(n, -1)
    return F.masked(packed, below) + np.eye(n, dtype=packed.dtype.name), F.masked(packed, ~below)


def _lu_vjp(F: Any, g: Any, y: Any, shape: Any) -> Any:
    packed, order = y
    below = lower_mask(shape[-1], -1)
    lower, upper = _triangles(F, packed)
    inner = F.masked(times(F, lower, F.masked(g[0], below), adjoint_a=True), below)
    inner = inner + F.masked(times(F, F.masked(g[0], ~below), upper, adjoint_b=True), ~below)
    inner = F.triangular_solve(lower, inner, lower=True, adjoint=True)
    exchanged = adjoint(F, F.triangular_solve(upper, adjoint(F, inner), lower=False, adjoint=False))
    return F.put_along_axis(exchanged, _column(F, order), to=shape, axis=-2)


_lu = general("lu", _factor, _lu_vjp)


class Lu(NamedTuple):
    """What `lu` returns."""

    lu: Tensor
    p: Tensor


def lu(input: Any, output_idx_type: Any = np.int32, name: str | None = None) -> Lu:
    r"""LU decompositions of square matrices with row exchanges, :math:`P A = L U`.

    The cotangent of `input` is
    :math:`P^T L^{-H} (\mathrm{tril}_{-1}(L^H \bar L) + \mathrm{triu}(\bar U U^H)) U^{-H}`
    (de Hoog, Anderssen and Lukas, "Differentiation of matrix functionals using triangular
    factorization", 2011).

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.
    output_idx_type
        The dtype of `p`, int32 or int64.

    Returns
    -------
    lu : Tensor
        Both factors in one matrix: `U` on and above the diagonal, `L` below, without the ones of
        its diagonal. Shape ``(..., n, n)``.
    p : Tensor
        Row i of the product is row ``p[i]`` of the input. Shape ``(..., n)``.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, or one is singular; the message names it and tells its
        condition number.

    Notes
    -----
    The exchanges are those of the largest pivots, complex ones measured by the sum of the
    magnitudes of their parts, as LAPACK does (TensorFlow compares their absolute values). Where two
    candidates are equally large the factors jump; the derivative is that for the exchanges made.

    Examples
    --------
    >>> import tapegrad as tf
    >>> packed, p = tf.linalg.lu([[1.0, 4.0], [2.0, 2.0]])
    >>> packed.numpy().tolist(), p.numpy().tolist()
    ([[2.0, 2.0], [0.5, 3.0]], [1, 0])
    """
    x = square_matrices("lu", input)
    dtype = numpy_dtype(output_idx_type)
    if dtype not in (np.int32, np.int64):
        raise InvalidArgumentError(
            f"lu: output_idx_type must be tf.int32 or tf.int64, not {dtype.name}."
        )
    packed, order = apply(_lu, (x,), {"dtype": dtype})
    return Lu(packed, order)


def _factors(op: str, lower_upper: Any, perm: Any, validate_args: Any) -> tuple[Any, Any]:
    packed = operand(lower_upper)
    require_square(op, packed)
    order = indices_operand(perm, op)
    shape, wanted = order._value.shape, packed._value.shape[:-1]
    if shape != wanted:
        raise InvalidArgumentError(
            f"{op}: perm tells the order of the rows of lower_upper. Expected shape: "
            f"{list(wanted)}. Actual shape: {list(shape)}."
        )

    def check(rows: Any) -> None:
        if (np.sort(rows, axis=-1) != np.arange(wanted[-1])).any():
            raise InvalidArgumentError(
                f"{op}: perm must hold each of 0 to {wanted[-1] - 1} once. Take it from "
                f"tf.linalg.lu."
            )

    checked(check, order)
    return packed, order


def lu_solve(
    lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """Solve linear systems ``A X = B`` from the LU decompositions of the matrices.

    Parameters
    ----------
    lower_upper, perm
        What `lu` returns, of shapes ``(..., n, n)`` and ``(..., n)``.
    rhs
        Tensor ``B`` of shape ``(..., n, k)`` and of the same dtype. The leading axes broadcast.
    validate_args
        A flag of TensorFlow's, without effect here: arguments are always validated.

    Returns
    -------
    Tensor
        ``X``, of shape ``(..., n, k)``.

    Raises
    ------
    InvalidArgumentError
        If `perm` is no permutation, dtypes differ, or `U` has a zero on its diagonal.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> packed, p = tf.linalg.lu([[1.0, 4.0], [2.0, 2.0]])
    >>> tf.linalg.lu_solve(packed, p, [[5.0], [4.0]]).numpy().tolist()
    [[1.0], [1.0]]
    """
    packed, order = _factors("lu_solve", lower_upper, perm, validate_args)
    b = operand(rhs, packed._value.dtype)
    require_same_dtype("lu_solve", packed, b)
    shape, columns = packed._value.shape, b._value.shape
    if len(columns) < 2:
        raise ValueError(
            f"lu_solve: `rhs` must have at least 2 dimensions. Expected shape: [..., {shape[-1]}, "
            f"k]. Actual shape: {list(columns)}. Make a vector one column: rhs[..., tf.newaxis]."
        )
    if columns[-2] != shape[-1]:
        raise ValueError(
            f"lu_solve: `lower_upper.shape[-1]` must equal `rhs.shape[-2]`. Expected shape of rhs: "
            f"[..., {shape[-1]}, k]. Actual shape: {list(columns)}."
        )
    try:
        lead = np.broadcast_shapes(shape[:-2], columns[:-2])
    except ValueError:
        raise ValueError(
            f"lu_solve: the leading axes {list(shape[:-2])} of lower_upper and "
            f"{list(columns[:-2])} of rhs do not broadcast."
        ) from None
    b = recording.broadcast_to(b, to=(*lead, *columns[-2:]))
    b = recording.take_along_axis(b, _column(recording, order), axis=-2)
    lower, upper = _triangles(recording, packed)
    return triangular_solve(upper, triangular_solve(lower, b), lower=False)


def lu_matrix_inverse(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """Inverses of matrices from their LU decompositions.

    Parameters
    ----------
    lower_upper, perm
        What `lu` returns, of shapes ``(..., n, n)`` and ``(..., n)``.
    validate_args
        A flag of TensorFlow's, without effect here: arguments are always validated.

    Returns
    -------
    Tensor
        Of shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, `perm` is no permutation, or `U` has a zero on its diagonal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> packed, p = tf.linalg.lu([[0.0, 4.0], [2.0, 0.0]])
    >>> tf.linalg.lu_matrix_inverse(packed, p).numpy().tolist()
    [[0.0, 0.5], [0.25, 0.0]]
    """
    packed, order = _factors("lu_matrix_inverse", lower_upper, perm, validate_args)
    return lu_solve(packed, order, identities(packed._value.shape, packed._value.dtype))


def lu_reconstruct(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """Matrices from their LU decompositions.

    Parameters
    ----------
    lower_upper, perm
        What `lu` returns, of shapes ``(..., n, n)`` and ``(..., n)``.
    validate_args
        A flag of TensorFlow's, without effect here: arguments are always validated.

    Returns
    -------
    Tensor
        Of shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, or `perm` is no permutation.

    Examples
    --------
    >>> import tapegrad as tf
    >>> packed, p = tf.linalg.lu([[1.0, 4.0], [2.0, 2.0]])
    >>> tf.linalg.lu_reconstruct(packed, p).numpy().tolist()
    [[1.0, 4.0], [2.0, 2.0]]
    """
    packed, order = _factors("lu_reconstruct", lower_upper, perm, validate_args)
    lower, upper = _triangles(recording, packed)
    return recording.put_along_axis(  # type: ignore[no-any-return]
        matmul(lower, upper), _column(recording, order), to=packed._value.shape, axis=-2
    )
