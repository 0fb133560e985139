"""Systems with few diagonals: banded_triangular_solve, solve_banded."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.host import checked
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.matrices import (
    each_matrix,
    not_invertible,
    numerically_singular,
    require_matrices,
)
from tapegrad.ops.operands import operand_pair, require_same_dtype

__all__ = ["banded_triangular_solve", "solve_banded"]

# Row r of `bands` is diagonal ``d = upper - r`` of a matrix A: ``bands[r, i] = A[i, i + d]``. What
# has no place in the matrix is not read.


def _columns(count: int, n: int, lower: int) -> tuple[Any, Any]:
    """For each entry of the bands its column in the matrix, and whether there is one."""
    column = np.arange(n) + np.arange(count - 1 - lower, -lower - 1, -1)[:, None]
    return column, (column >= 0) & (column < n)


def _dense(bands: Any, lower: int) -> Any:
    *lead, count, n = bands.shape
    column, inside = _columns(count, n, lower)
    row = np.broadcast_to(np.arange(n), inside.shape)
    a = np.zeros((*lead, n, n), bands.dtype)
    a[..., row[inside], column[inside]] = bands[..., inside]
    return a


def _substitute(bands: Any, rhs: Any, *, lower: int, adjoint: bool, perturb: bool) -> Any:
    from scipy.linalg import lapack

    count, n = bands.shape[-2:]
    letter = {"f": "s", "d": "d", "F": "c", "D": "z"}[bands.dtype.char]
    factor: Any = getattr(lapack, letter + "gbtrf")
    solver: Any = getattr(lapack, letter + "gbtrs")
    below, above = min(lower, n - 1), min(count - 1 - lower, n - 1)
    # A column that no matrix was made for tells whether the matrix is near a singular one.
    probe = np.cos(0.7548776662 * np.arange(1, n + 1))[:, None].astype(rhs.dtype)
    largest = 0.0

    def one(rows: Any, b: Any) -> Any:
        nonlocal largest
        if not n:
            return np.empty(b.shape, b.dtype)
        packed = np.zeros((2 * below + above + 1, n), rows.dtype)
        for d in range(-below, above + 1):
            inside = slice(max(-d, 0), n - max(d, 0))
            packed[below + above - d, max(d, 0) : n + min(d, 0)] = rows[
                count - 1 - lower - d, inside
            ]
        lu, pivots, _ = factor(packed, below, above)
        diagonal = lu[below + above]
        if perturb:
            least = np.finfo(rows.dtype).eps * np.abs(lu[: below + above + 1]).max()
            lu[below + above] = np.where(np.abs(diagonal) <= least, least, diagonal)
        elif not diagonal.all():
            largest = np.inf
            return b
        together = np.concatenate([b, probe], axis=1)
        trans = 0 if not adjoint else 2 if rows.dtype.kind == "c" else 1
        x, _ = solver(lu, below, above, together, pivots, trans=trans)
        size = np.abs(rows).max() * np.abs(x[:, -1]).max()
        largest = max(largest, size) if size == size else np.inf
        return x[:, :-1]

    if bands.ndim == 2 < rhs.ndim:
        columns = np.moveaxis(rhs, -2, 0)
        x = one(bands, columns.reshape(n, prod(columns.shape[1:])))
        x = np.moveaxis(x.reshape(columns.shape), 0, -2)
    else:
        x = each_matrix(one, bands, rhs)
    if not perturb and not largest * np.finfo(bands.dtype).eps <= 1e-5:
        _refuse_singular(_dense(bands, lower))
    return x


def _refuse_singular(a: Any) -> None:
    failing = np.ones(a.shape[:-2], np.bool_)
    for i in np.ndindex(*failing.shape):
        try:
            failing[i] = numerically_singular(a[i], np.linalg.inv(a[i]))
        except np.linalg.LinAlgError:
            continue
    if failing.any():
        raise not_invertible("solve_banded", a, failing)


def _bands_vjp(
    F: Any,
    g: Any,
    bands: Any,
    y: Any,
    lower: int,
    adjoint: bool,
    perturb: bool,
    shapes: Any,
) -> Any:
    g = F.solve_banded(bands, g, lower=lower, adjoint=not adjoint, perturb=perturb)
    left, right = (y, g) if adjoint else (g, y)
    return F.sum_to(-_of_diagonals(F, left, right, shapes[0][-2:], lower), to=shapes[0])


def _of_diagonals(F: Any, left: Any, right: Any, size: tuple[int, int], lower: int) -> Any:
    """The diagonals of ``left @ right^H``."""
    column, inside = _columns(*size, lower)
    there = F.gather(F.conj(right), np.where(inside, column, 0), axis=-2)
    *lead, n, k = tuple(left.shape)
    products = F.reshape(left, to=(*lead, 1, n, k)) * there
    return F.masked(F.reduce_sum(products, axes=(-1,), keepdims=False), inside)


def _rhs_vjp(
    F: Any, g: Any, bands: Any, lower: int, adjoint: bool, perturb: bool, shapes: Any
) -> Any:
    g = F.solve_banded(bands, g, lower=lower, adjoint=not adjoint, perturb=perturb)
    return F.sum_to(g, to=shapes[1])


_solve_banded = general("solve_banded", _substitute, _bands_vjp, _rhs_vjp, inputs="bands rhs")


def banded_product(F: Any, bands: Any, x: Any, lower: int) -> Any:
    """The product of a matrix, given by its diagonals, with the matrix `x`."""
    column, inside = _columns(bands.shape[-2], bands.shape[-1], lower)
    there = F.gather(x, np.where(inside, column, 0), axis=-2)
    rows = F.masked(bands, inside)
    products = F.reshape(rows, to=(*tuple(rows.shape), 1)) * there
    return F.reduce_sum(products, axes=(-3,), keepdims=False)


def solve_bands(bands: Any, rhs: Any, *, lower: int, adjoint: bool, perturb: bool = False) -> Any:
    """Call the primitive."""
    params = {"lower": lower, "adjoint": adjoint, "perturb": perturb}
    return apply(_solve_banded, (bands, rhs), params)


def banded_triangular_solve(
    bands: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    r"""Solve linear systems :math:`A X = B` with triangular matrices of few diagonals.

    The cotangents are :math:`\bar B = A^{-H} \bar X` and the diagonals of
    :math:`\bar A = -\bar B X^H`.

    Parameters
    ----------
    bands
        Tensor of shape ``(..., k, n)`` of the diagonals of :math:`A`, of which entry i stands in
        row i of the matrix: the main diagonal and those below it if `lower`, else those above it
        and the main diagonal. In single or double precision, real or complex.
    rhs
        Tensor :math:`B` of shape ``(..., n, m)`` and of the same dtype. The leading axes of both
        broadcast.
    lower
        Whether the matrices are lower triangular, or upper triangular.
    adjoint
        Solve with the conjugate transposes :math:`A^H` instead.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, m)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a matrix is singular; the message names it and tells its
        condition number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> bands = [[2.0, 4.0, 4.0], [0.0, 2.0, 4.0]]
    >>> tf.linalg.banded_triangular_solve(bands, [[2.0], [6.0], [8.0]]).numpy().tolist()
    [[1.0], [1.0], [1.0]]
    """
    op = "banded_triangular_solve"
    a, b = operand_pair(bands, rhs)
    require_same_dtype(op, a, b)
    require_matrices(op, a)
    require_matrices(op, b)
    shape, columns = a._value.shape, b._value.shape
    _require_rows(op, shape, columns)
    count = shape[-2]
    if not count:
        raise InvalidArgumentError(f"{op}: bands of shape {list(shape)} hold no diagonal.")

    def check(values: Any) -> None:
        diagonal = values[..., 0 if lower else -1, :]
        if not diagonal.all():
            dense = _dense(values, count - 1 if lower else 0)
            raise not_invertible(op, dense, ~diagonal.all(axis=-1))

    checked(check, a)
    return solve_bands(  # type: ignore[no-any-return]
        a, b, lower=count - 1 if lower else 0, adjoint=bool(adjoint)
    )


def _require_rows(op: str, shape: tuple[int, ...], columns: tuple[int, ...]) -> None:
    if columns[-2] != shape[-1]:
        raise InvalidArgumentError(
            f"{op}: the diagonals of shape {list(shape)} are those of matrices with {shape[-1]} "
            f"rows. Expected shape of rhs: [..., {shape[-1]}, k]. Actual shape: {list(columns)}."
        )
    try:
        np.broadcast_shapes(shape[:-2], columns[:-2])
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: leading axes must broadcast, but they are {list(shape[:-2])} for the diagonals "
            f"and {list(columns[:-2])} for rhs."
        ) from None


def solve_banded(l_and_u: Any, ab: Any, b: Any, name: str | None = None) -> Tensor:
    r"""Solve linear systems with matrices of few diagonals, as ``scipy.linalg.solve_banded`` does.

    The cotangents are :math:`\bar B = A^{-H} \bar X` and the diagonals of
    :math:`\bar A = -\bar B X^H`. Time and memory are proportional to the number of diagonals.

    Parameters
    ----------
    l_and_u
        How many diagonals there are below and above the main diagonal, a pair of integers.
    ab
        Tensor of shape ``(..., l + u + 1, n)`` of the diagonals from the highest to the lowest, of
        which entry j stands in column j of the matrix: ``ab[u + i - j, j] = A[i, j]``. In single
        or double precision, real or complex.
    b
        The right-hand sides, of the same dtype and of shape ``(..., n, k)``, or ``(..., n)`` with
        one axis less than `ab`. Leading axes broadcast.

    Returns
    -------
    Tensor
        The solutions, of the shape of `b`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a matrix is singular; the message names it and tells its
        condition number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> ab = [[0.0, 1.0, 1.0], [4.0, 4.0, 4.0], [1.0, 1.0, 0.0]]
    >>> tf.linalg.solve_banded((1, 1), ab, [5.0, 6.0, 5.0]).numpy().tolist()
    [1.0, 1.0, 1.0]
    """
    op = "solve_banded"
    ends = ints_argument(l_and_u, op, "l_and_u")
    x, rhs = operand_pair(ab, b)
    require_same_dtype(op, x, rhs)
    require_matrices(op, x)
    shape = x._value.shape
    if len(ends) != 2 or min(ends) < 0 or shape[-2] != sum(ends) + 1:
        raise InvalidArgumentError(
            f"{op}: l_and_u={l_and_u!r} asks for l + u + 1 diagonals. Expected shape of ab: [..., "
            f"{sum(ends) + 1}, n]. Actual shape: {list(shape)}."
        )
    vector = len(rhs._value.shape) == len(shape) - 1
    if vector:
        rhs = recording.reshape(rhs, to=(*rhs._value.shape, 1))
    require_matrices(op, rhs)
    _require_rows(op, shape, rhs._value.shape)
    column, inside = _columns(shape[-2], shape[-1], ends[0])
    rows = recording.take_along_axis(x, np.where(inside, column, 0), axis=-1)
    found = solve_bands(recording.masked(rows, inside), rhs, lower=ends[0], adjoint=False)
    return recording.reshape(found, to=found._value.shape[:-1]) if vector else found  # type: ignore[no-any-return]
