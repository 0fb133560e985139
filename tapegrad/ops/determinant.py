"""Determinants: det, slogdet, logdet."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import adjugate, inverse  # noqa: F401 - used by rules as F.adjugate, F.inv
from tapegrad.ops.cholesky import cholesky
from tapegrad.ops.complex import real, with_zero_imaginary
from tapegrad.ops.diagonal import diag_part
from tapegrad.ops.matrices import adjoint, square_matrices
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.transcendental import log

__all__ = ["det", "logdet", "slogdet"]


def _column(F: Any, g: Any) -> Any:
    """One number for each matrix, so that it broadcasts with the matrices."""
    return F.reshape(g, to=(*tuple(g.shape), 1, 1))


def _trace(F: Any, a: Any, b: Any) -> Any:
    """The traces of ``a @ b``."""
    return F.reduce_sum(a * F.matrix_transpose(b), axes=(-2, -1), keepdims=False)


_det = general(
    "det",
    lambda x: np.linalg.det(x)[()],
    lambda F, g, x: _column(F, g) * adjoint(F, F.adjugate(x)),
    jvps=(lambda F, t, x: _trace(F, F.adjugate(x), t),),
)


def _sign_and_log(x: Any) -> tuple[Any, Any]:
    sign, logarithm = np.linalg.slogdet(x)
    return sign, logarithm


def _slogdet_vjp(F: Any, g: Any, x: Any, y: Any) -> Any:
    of_sign, factor = g
    if x.dtype.kind == "c":
        factor = F.complex(factor, F.imag(of_sign * F.conj(y[0])))
    return _column(F, factor) * adjoint(F, F.inv(x))


_slogdet = general("slogdet", _sign_and_log, _slogdet_vjp)


class LogMatrixDeterminant(NamedTuple):
    """What `slogdet` returns."""

    sign: Tensor
    log_abs_determinant: Tensor


def det(input: Any, name: str | None = None) -> Tensor:
    r"""Determinants of matrices.

    The cotangent of `input` is :math:`\bar y \, \mathrm{adj}(A)^H`, with the adjugate computed so
    that it exists for singular matrices too; so are derivatives of every order.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        Of shape ``(...)`` and the same dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(a)
    ...     y = tf.linalg.det(a)
    >>> tape.gradient(y, a).numpy().round(5).tolist()
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    x = square_matrices("det", input)
    return apply(_det, (x,), {})  # type: ignore[no-any-return]


def slogdet(input: Any, name: str | None = None) -> LogMatrixDeterminant:
    r"""Signs of determinants, and logarithms of their absolute values.

    The cotangent of the logarithm is :math:`\bar y \, A^{-H}`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    sign : Tensor
        Of shape ``(...)`` and the same dtype: 1, -1, a complex number of absolute value 1, or 0
        if the matrix is singular.
    log_abs_determinant : Tensor
        Of the same shape and dtype; minus infinity if the matrix is singular.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square; by the gradient also if one is singular, where it is
        infinite.

    Examples
    --------
    >>> import tapegrad as tf
    >>> sign, logarithm = tf.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> sign.numpy(), logarithm.numpy()
    (np.float32(-1.0), np.float32(0.0))
    """
    x = square_matrices("slogdet", input)
    sign, logarithm = apply(_slogdet, (x,), {})
    if x._value.dtype.kind == "c":
        logarithm = with_zero_imaginary(recording, logarithm)
    return LogMatrixDeterminant(sign, logarithm)


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    r"""Logarithms of the determinants of positive definite matrices, from `cholesky`.

    Parameters
    ----------
    matrix
        Tensor of shape ``(..., n, n)``, in single or double precision, symmetric or (complex)
        Hermitian. Only its lower triangle is read.

    Returns
    -------
    Tensor
        Of shape ``(...)``, real.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, or one is not positive definite. For others there is
        `slogdet`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.logdet([[1.0, 0.0], [0.0, 1.0]]).numpy()
    np.float32(0.0)
    """
    diagonal = log(real(diag_part(cholesky(matrix))))
    return 2.0 * reduce_sum(diagonal, axis=-1)  # type: ignore[no-any-return]
