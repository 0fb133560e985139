"""Inverses, determinants, and solutions of linear equations."""

from __future__ import annotations

import operator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import ndarray, of_type, plain, tensor_of
from tapegrad.numpy.linalg.arguments import (
    LinAlgError,
    linear,
    matrices,
    of_one_type,
    square,
)
from tapegrad.ops import determinant, least_squares  # noqa: F401 - as R.det, R.solve, ...
from tapegrad.ops.complex import abs
from tapegrad.ops.matrices import adjoint, lower_mask

__all__ = [
    "det",
    "inv",
    "lstsq",
    "matrix_power",
    "matrix_rank",
    "pinv",
    "slogdet",
    "solve",
    "tensorinv",
    "tensorsolve",
]

_A = "np.array([[2.0, 0.0], [0.0, 4.0]])"
_NoValue: Any = np._NoValue


class SlogdetResult(NamedTuple):
    """What `slogdet` returns."""

    sign: ndarray
    logabsdet: ndarray


@linear(f"np.linalg.det({_A})")
def det(a: Any) -> Any:
    """Determinants; the gradient of singular matrices exists, too."""
    return R.det(square(a))


@linear(f"np.linalg.slogdet({_A})")
def slogdet(a: Any) -> Any:
    """Signs of determinants, and logarithms of their magnitudes."""
    return SlogdetResult(*R.slogdet(square(a)))


@linear(f"np.linalg.inv({_A})")
def inv(a: Any) -> Any:
    """Inverses; LinAlgError for singular matrices."""
    return R.inv(square(a), checked=False)


@linear(f"np.linalg.solve({_A}, np.array([2.0, 4.0]))", b="A vector, or matrices.")
def solve(a: Any, b: Any) -> Any:
    r"""The solution of :math:`A X = B`; LinAlgError for singular matrices.

    What has one axis is a vector, what has more are matrices. The leading axes broadcast.
    """
    x, y = of_one_type(square(a), b)
    vector = y._value.ndim == 1
    if not y._value.ndim:
        raise ValueError(
            "solve: Input operand 1 does not have enough dimensions (has 0, gufunc core with "
            "signature (m,m),(m)->(m) requires 1)"
        )
    n, rows = x._value.shape[-1], y._value.shape[-1 if vector else -2]
    if rows != n:
        raise ValueError(
            f"solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
            f"signature (m,m),(m{'' if vector else ',n'})->(m{'' if vector else ',n'}) (size "
            f"{rows} is different from {n})"
        )
    if vector:
        y = R.reshape(y, to=(n, 1))
    lead = _common_lead(x._value.shape[:-2], y._value.shape[:-2])
    if not prod(lead) or not y._value.size:
        x, y = [R.broadcast_to(t, to=(*lead, *t._value.shape[-2:])) for t in (x, y)]
    found = R.solve(x, y, adjoint=False, checked=False)
    return R.reshape(found, to=found._value.shape[:-1]) if vector else found


def _common_lead(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return a if a == b or not b else np.broadcast_shapes(a, b)


def _from_lower_triangle(x: Tensor) -> Any:
    """Hermitian matrices from what stands on and below the diagonal."""
    n = x._value.shape[-1]
    below = R.masked(x, lower_mask(n, -1))
    diagonal = R.masked(x, np.eye(n, dtype=np.bool_))
    if x._value.dtype.kind == "c":
        diagonal = of_type(R.real(diagonal), x._value.dtype)
    return R.add(R.add(below, adjoint(R, below)), diagonal)


@linear(f"np.linalg.pinv({_A})", rtol="The same as `rcond`; None for NumPy's new default.")
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = _NoValue) -> Any:
    """Pseudo-inverses (Golub and Pereyra, 1973, for the gradient)."""
    x = square(a) if hermitian else matrices(a)
    if rcond is not None and rtol is not _NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None:
        eps = float(np.finfo(x._value.dtype).eps)
        rcond = 1e-15 if rtol is _NoValue else rtol
        rcond = max(x._value.shape[-2:]) * eps if rcond is None else rcond
    if hermitian:
        x = _from_lower_triangle(x)
    return _pseudo_inverse(x, np.asarray(plain(rcond)))


def _pseudo_inverse(x: Tensor, limit: Any) -> Any:
    """Pseudo-inverses, from the factors where more than rounding errors is dropped."""
    rank = min(x._value.shape[-2:])

    def drops(s: Any) -> Any:
        largest = s.max(axis=-1, keepdims=True, initial=0)
        noise = largest * (rank * np.finfo(s.dtype).eps)
        return np.any((s > noise) & (s <= limit[..., None] * largest))

    if not bool(computed(drops, R.singular_values(x))):
        return R.pinv(x, rcond=limit)
    s, u, v = R.svd(x, full_matrices=False)

    def kept(s: Any) -> Any:
        return s > limit[..., None] * s.max(axis=-1, keepdims=True, initial=0)

    inverse = R.where(computed(kept, s), s, tensor_of(np.inf, s._value.dtype))
    inverse = R.reshape(R.reciprocal(inverse), to=(*s._value.shape[:-1], 1, rank))
    return R.matmul(R.multiply(v, of_type(inverse, v._value.dtype)), adjoint(R, u))


@linear(
    f"np.linalg.lstsq({_A}, np.array([2.0, 4.0]))[0]",
    b="A vector, or the columns of a matrix.",
    rcond="Singular values up to this times the largest count as zero.",
)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The solution that leaves the smallest squares of residuals.

    Besides it: the sums of these squares (empty if the rank is too small or nothing remains), the
    rank, and the singular values. All but the rank are differentiable.
    """
    x, y = of_one_type(a, b)
    vector = y._value.ndim == 1
    if vector:
        y = R.reshape(y, to=(*y._value.shape, 1))
    for t in (x, y):
        if t._value.ndim != 2:
            raise LinAlgError(
                f"{t._value.ndim}-dimensional array given. Array must be two-dimensional"
            )
    (m, n), (rows, _) = x._value.shape, y._value.shape
    if rows != m:
        raise LinAlgError("Incompatible dimensions")
    eps = float(np.finfo(x._value.dtype).eps)
    limit = eps * max(m, n) if rcond is None else float(plain(rcond))
    if limit < 0:
        limit = eps
    values = R.singular_values(x)
    rank = computed(lambda s: np.int32(np.sum(s > limit * s.max(initial=0))), values)
    solution = R.matmul(_pseudo_inverse(x, np.asarray(limit)), y)
    if n < m and int(rank) == n:
        rest = R.subtract(y, R.matmul(x, solution))
        squares = R.reduce_sum(R.square(abs(rest)), axes=(-2,), keepdims=False)
    else:
        squares = wrap_constant(np.zeros(0, values._value.dtype))
    if vector:
        solution = R.reshape(solution, to=(n,))
    return solution, squares, rank, values


@linear(
    f"np.linalg.matrix_rank({_A})",
    A="Matrices.",
    tol="Singular values up to this count as zero.",
    rtol="Singular values up to this times the largest count as zero.",
)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """How many singular values are not zero; of a vector whether it is not zero, as an int."""
    if tol is not None and rtol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    x = tensor_of(A)
    if x._value.ndim < 2:
        return int(computed(lambda a: np.any(a != 0), x))
    return computed(
        lambda a: np.asarray(np.linalg.matrix_rank(a, plain(tol), hermitian, rtol=plain(rtol)))[()],
        x,
    )


@linear(f"np.linalg.matrix_power({_A}, 2)", n="The exponent.")
def matrix_power(a: Any, n: Any) -> Any:
    """Products of matrices with themselves; negative powers are of the inverse."""
    x = tensor_of(a)
    shape = x._value.shape
    if len(shape) < 2 or shape[-1] != shape[-2]:
        square(x)
    try:
        exponent = operator.index(n)
    except TypeError as problem:
        raise TypeError("exponent must be an integer") from problem
    if x._value.dtype.kind not in "fc" and exponent >= 0:
        return computed(lambda array: np.linalg.matrix_power(array, exponent), x)
    x = square(x)
    if exponent < 0:
        x, exponent = R.inv(x, checked=False), -exponent
    return least_squares.matrix_power(x, exponent)


@linear(
    "np.linalg.tensorsolve(np.eye(4).reshape(2, 2, 4), np.ones((2, 2)))",
    b="The right-hand side.",
    axes="Axes of `a` to move to the end first.",
)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The solution of ``tensordot(a, x, x.ndim) == b``."""
    x, y = of_one_type(a, b)
    ndim = x._value.ndim
    if axes is not None:
        order = list(range(ndim))
        for axis in axes:
            order.remove(axis)
            order.insert(ndim, axis)
        x = R.transpose(x, axes=tuple([axis - ndim for axis in order]))
    unknown = x._value.shape[y._value.ndim :]
    n = prod(unknown)
    if n != prod(x._value.shape[: y._value.ndim]):
        raise LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == "
            "prod(a.shape[:b.ndim])"
        )
    found = R.solve(R.reshape(x, to=(n, n)), R.reshape(y, to=(n, 1)), adjoint=False, checked=False)
    return R.reshape(found, to=unknown)


@linear(
    "np.linalg.tensorinv(np.eye(4).reshape(2, 2, 4), 2).shape", ind="How many axes stand first."
)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse for `tensordot`, with the first axes as rows."""
    x = tensor_of(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    shape = x._value.shape
    first, last = shape[:ind], shape[ind:]
    inverted = R.inv(square(R.reshape(x, to=(prod(first), prod(last)))), checked=False)
    return R.reshape(inverted, to=(*last, *first))
