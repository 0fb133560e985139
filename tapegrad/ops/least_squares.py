"""Matrices without an inverse: pinv, lstsq, matrix_rank; and matrix_power."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.host import computed
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.contract import matmul
from tapegrad.ops.inverse import inv
from tapegrad.ops.matrices import (
    adjoint,
    identities,
    matrices,
    matrices_and_columns,
    square_matrices,
    times,
    unsuitable,
)
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.svd import svd

__all__ = ["lstsq", "matrix_power", "matrix_rank", "pinv"]


def _invert(x: Any, *, rcond: Any) -> Any:
    try:
        return np.linalg.pinv(x, rcond)
    except np.linalg.LinAlgError:
        raise unsuitable(
            "pinv",
            x,
            "The singular value decomposition did not converge",
            "Look for NaN with tf.debugging.check_numerics.",
        ) from None


def _pinv_vjp(F: Any, g: Any, x: Any, y: Any, shape: Any) -> Any:
    tall = shape[-2] >= shape[-1]
    turned = adjoint(F, g)
    gx = -times(F, times(F, y, g, adjoint_a=True), y, adjoint_b=True)
    # Products in the order that makes small matrices: (1 - x y) g^H y y^H + y^H y g^H (1 - y x).
    if tall:
        left = times(F, turned, times(F, y, y, adjoint_b=True))
        right = times(F, y, times(F, y, turned), adjoint_a=True)
        outside = left - times(F, x, times(F, y, left))
        return gx + outside + right - times(F, right, times(F, y, x))
    left = times(F, times(F, turned, y), y, adjoint_b=True)
    right = times(F, times(F, y, y, adjoint_a=True), turned)
    outside = left - times(F, times(F, x, y), left)
    return gx + outside + right - times(F, times(F, right, y), x)


_pinv = general("pinv", _invert, _pinv_vjp)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    r"""Pseudo-inverses of matrices (Moore-Penrose).

    Parameters
    ----------
    a
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex.
    rcond
        Singular values up to `rcond` times the largest count as zero; a number, or one for each
        matrix. By default ``10 * max(m, n)`` times the machine epsilon.
    validate_args
        A flag of TensorFlow's, without effect here: arguments are always validated.

    Returns
    -------
    Tensor
        Of shape ``(..., n, m)``.

    Raises
    ------
    InvalidArgumentError
        If the tensor is no matrix or holds NaN.

    Notes
    -----
    The gradient is that among matrices of the same rank, at any rank; where the rank changes, the
    pseudo-inverse jumps.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.pinv([[2.0, 0.0], [0.0, 0.0]]).numpy().round(5).tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    x = matrices("pinv", a)
    if rcond is None:
        rcond = 10.0 * max(x._value.shape[-2:]) * np.finfo(x._value.dtype).eps
    limit = operand(rcond, x._value.real.dtype)._read()
    limit = limit.item() if limit.ndim == 0 else limit
    return apply(_pinv, (x,), {"rcond": limit})  # type: ignore[no-any-return]


def lstsq(
    matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    r"""Least squares: the `X` that minimizes :math:`\|A X - B\|^2 + \lambda \|X\|^2`.

    Of several minima (more columns than rows, or a smaller rank) the one of the smallest norm.

    Parameters
    ----------
    matrix
        Tensor :math:`A` of shape ``(..., m, n)``, in single or double precision, real or complex.
    rhs
        Tensor :math:`B` of shape ``(..., m, k)`` and of the same dtype.
    l2_regularizer
        :math:`\lambda`, a number that is not negative. It is not differentiated.
    fast
        A flag of TensorFlow's, without effect here: both go by singular values, so that the
        condition of the matrix is not squared.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, k)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `l2_regularizer` is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> tf.linalg.lstsq(a, [[1.0], [3.0], [5.0]]).numpy().round(5).tolist()
    [[1.0], [2.0]]
    """
    a, b = matrices_and_columns("lstsq", matrix, rhs)
    weight = float(operand(l2_regularizer, np.dtype(np.float64)))
    if not weight >= 0.0:
        raise InvalidArgumentError(f"lstsq: l2_regularizer must be >= 0, but it is {weight}.")
    if weight:
        # Rows that ask for x = 0.
        *lead, _, n = a._value.shape
        rows = np.broadcast_to(np.sqrt(weight) * np.eye(n), (*lead, n, n))
        a = recording.concat(a, wrap_constant(rows.astype(a._value.dtype)), axis=-2)
        zeros = np.zeros((*b._value.shape[:-2], n, b._value.shape[-1]), b._value.dtype)
        b = recording.concat(b, wrap_constant(zeros), axis=-2)
    limit = max(a._value.shape[-2:]) * np.finfo(a._value.dtype).eps
    return matmul(pinv(a, limit), b)


def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """Ranks of matrices: how many singular values are not negligible.

    Parameters
    ----------
    a
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex.
    tol
        Singular values up to it count as zero. By default ``max(m, n)`` times the machine epsilon
        times the largest of them.
    validate_args
        A flag of TensorFlow's, without effect here: arguments are always validated.

    Returns
    -------
    Tensor
        Integers (int32) of shape ``(...)``. There is no gradient.

    Raises
    ------
    InvalidArgumentError
        If the tensor is no matrix.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]).numpy()
    np.int32(1)
    """
    x = matrices("matrix_rank", a)
    s = svd(x, compute_uv=False)
    if tol is None:
        small = max(x._value.shape[-2:]) * np.finfo(s._value.dtype).eps
        limit = computed(lambda a: a.max(axis=-1, keepdims=True, initial=0) * small, s)
    else:
        limit = operand(tol, s._value.dtype)
        limit = recording.reshape(limit, to=(*limit._value.shape, 1))
    return reduce_sum(cast(recording.greater(s, limit), np.int32), axis=-1)  # type: ignore[no-any-return]


def matrix_power(a: Any, n: Any, name: str | None = None) -> Tensor:
    """Powers of square matrices, by repeated squaring.

    Parameters
    ----------
    a
        Tensor of shape ``(..., m, m)``, in single or double precision, real or complex.
    n
        The exponent, an integer. Negative ones are powers of the inverse.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, or one is singular and `n` is negative.
    TypeError
        If `n` is not an integer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.matrix_power([[1.0, 1.0], [0.0, 1.0]], 5).numpy().tolist()
    [[1.0, 5.0], [0.0, 1.0]]
    """
    x = square_matrices("matrix_power", a)
    exponent = int_argument(n, "matrix_power", "n")
    if exponent < 0:
        x, exponent = inv(x), -exponent
    if exponent == 0:
        return identities(x._value.shape, x._value.dtype)  # type: ignore[no-any-return]
    result = None
    while exponent:
        if exponent & 1:
            result = x if result is None else matmul(result, x)
        exponent >>= 1
        if exponent:
            x = matmul(x, x)
    return recording.identity(result)  # type: ignore[no-any-return]
