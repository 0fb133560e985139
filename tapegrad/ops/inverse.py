"""Inverses and linear systems: inv, solve."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.matrices import (
    adjoint as adjoint_of,
)
from tapegrad.ops.matrices import (
    each_matrix,
    matrices_and_columns,
    not_invertible,
    numerically_singular,
    require_square,
    square_matrices,
    times,
)

__all__ = ["inv", "solve"]


def _invert(x: Any, *, checked: bool = True) -> Any:
    try:
        y = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        raise not_invertible("inv", x, singular_matrices(x)) from None
    if not checked:
        return y
    failing = numerically_singular(x, y)
    if failing.any():
        raise not_invertible("inv", x, failing)
    return y


def singular_matrices(x: Any) -> Any:
    """Which matrices have no inverse, one by one."""

    def one(a: Any) -> Any:
        try:
            return numerically_singular(a, np.linalg.inv(a))[None, None]
        except np.linalg.LinAlgError:
            return np.ones((1, 1), np.bool_)

    return each_matrix(one, x)[..., 0, 0]


_inv = general(
    "inv",
    _invert,
    lambda F, g, y: -times(F, times(F, y, g, adjoint_a=True), y, adjoint_b=True),
    jvps=(lambda F, t, y: -times(F, times(F, y, t), y),),
)


def _require_regular(x: Any, *, op: str) -> Any:
    failing = singular_matrices(x)
    if failing.any():
        raise not_invertible(op, x, failing)
    return x


# Matrices that are asserted to be invertible, in rules that divide by them.
general("regular", _require_regular, lambda F, g: g, jvps=(lambda F, t: t,))


def _solve(matrix: Any, rhs: Any, *, adjoint: bool, checked: bool) -> Any:
    solve = _solve_checked if checked else _solve_unchecked
    a = matrix.mT.conj() if adjoint else matrix
    if a.ndim == 2 < rhs.ndim:
        # One factorization for all right-hand sides.
        rows = np.moveaxis(rhs, -2, 0)
        columns = rows.reshape(len(rows), prod(rows.shape[1:]))
        return np.moveaxis(solve(a, columns).reshape(rows.shape), 0, -2)
    return solve(a, rhs)


def _solve_unchecked(a: Any, rhs: Any) -> Any:
    try:
        return np.linalg.solve(a, rhs)
    except np.linalg.LinAlgError:
        raise not_invertible("solve", a, singular_matrices(a)) from None


def _solve_checked(a: Any, rhs: Any) -> Any:
    if not a.size:
        return np.linalg.solve(a, rhs)
    # A column more, that no matrix was made for, tells at little cost whether the matrix is near
    # a singular one: its solution is large then. Only then is the condition computed.
    probe = np.broadcast_to(_probe(a.shape[-1], a.dtype), (*rhs.shape[:-1], 1))
    try:
        x = np.linalg.solve(a, np.concatenate([rhs, probe], axis=-1))
    except np.linalg.LinAlgError:
        raise not_invertible("solve", a, singular_matrices(a)) from None
    size = np.abs(a).max() * np.abs(x[..., -1]).max(initial=0)
    if not size * np.finfo(a.dtype).eps <= 1e-5:
        failing = singular_matrices(a)
        if failing.any():
            raise not_invertible("solve", a, failing)
    return x[..., :-1]


@lru_cache(maxsize=256)
def _probe(n: int, dtype: np.dtype[Any]) -> Any:
    return np.cos(0.7548776662 * np.arange(1, n + 1))[:, None].astype(dtype)


def _solve_vjp_matrix(
    F: Any, g: Any, matrix: Any, y: Any, adjoint: bool, checked: bool, shapes: Any
) -> Any:
    g = F.solve(matrix, g, adjoint=not adjoint, checked=checked)
    left, right = (y, g) if adjoint else (g, y)
    return F.sum_to(-times(F, left, right, adjoint_b=True), to=shapes[0])


def _solve_vjp_rhs(F: Any, g: Any, matrix: Any, adjoint: bool, checked: bool, shapes: Any) -> Any:
    return F.sum_to(F.solve(matrix, g, adjoint=not adjoint, checked=checked), to=shapes[1])


def _solve_jvp_matrix(F: Any, t: Any, matrix: Any, y: Any, adjoint: bool, checked: bool) -> Any:
    return -F.solve(matrix, times(F, t, y, adjoint_a=adjoint), adjoint=adjoint, checked=checked)


def _solve_jvp_rhs(F: Any, t: Any, matrix: Any, adjoint: bool, checked: bool) -> Any:
    return F.solve(matrix, t, adjoint=adjoint, checked=checked)


# `checked` refuses matrices that are singular up to rounding, not only those that LAPACK refuses.
_solve_systems = general(
    "solve",
    _solve,
    _solve_vjp_matrix,
    _solve_vjp_rhs,
    inputs="matrix rhs",
    jvps=(_solve_jvp_matrix, _solve_jvp_rhs),
)


def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    r"""Inverses of matrices.

    The cotangent of `input` is :math:`-Y^H \bar Y Y^H`. To solve a linear system, `solve` is
    faster and more accurate.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.
    adjoint
        Invert the conjugate transposes instead.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or one is singular; the message tells its condition number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    x = square_matrices("inv", input)
    if adjoint:
        x = adjoint_of(recording, x)
    return apply(_inv, (x,), {})  # type: ignore[no-any-return]


def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    r"""Solve linear systems :math:`A X = B` by LU factorization.

    The cotangents are :math:`\bar B = A^{-H} \bar X` and :math:`\bar A = -\bar B X^H`.

    Parameters
    ----------
    matrix
        Tensor :math:`A` of shape ``(..., n, n)``, in single or double precision, real or complex.
    rhs
        Tensor :math:`B` of shape ``(..., n, k)``, of the same dtype and leading axes.
    adjoint
        Solve with the conjugate transposes :math:`A^H` instead.

    Returns
    -------
    Tensor
        :math:`X`, of the shape of `rhs`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or a matrix is singular; the message tells its condition
        number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[1.0], [2.0]]).numpy().tolist()
    [[0.5], [0.5]]
    """
    a, b = matrices_and_columns("solve", matrix, rhs)
    require_square("solve", a)
    lead, columns = a._value.shape[:-2], b._value.shape[:-2]
    if lead != columns:
        raise InvalidArgumentError(
            f"solve: All input tensors must have the same outer dimensions, but they are "
            f"{list(lead)} for the matrix and {list(columns)} for rhs. Repeat one of them with "
            f"tf.broadcast_to."
        )
    return apply(_solve_systems, (a, b), {"adjoint": bool(adjoint), "checked": True})  # type: ignore[no-any-return]
