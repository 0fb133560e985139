"""Functions of matrices: expm, logm, sqrtm."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.host import checked
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.structural import along
from tapegrad.core.tensor import Tensor
from tapegrad.ops import sylvester  # noqa: F401 - used by rules as F.sylvester
from tapegrad.ops.inverse import singular_matrices
from tapegrad.ops.matrices import adjoint, each_matrix, square_matrices, unsuitable

__all__ = ["expm", "logm", "sqrtm"]


def _exponential(x: Any) -> Any:
    from scipy import linalg

    return linalg.expm(x) if x.size else x


def _relative_size(t: Any, x: Any) -> Any:
    own = np.abs(x).max(axis=(-2, -1), keepdims=True, initial=0)
    size = np.abs(t).max(axis=(-2, -1), keepdims=True, initial=0) / np.where(own > 0, own, 1)
    exponent = np.frexp(np.where((size > 0) & (size < np.inf), size, 1))[1]
    return np.ldexp(np.ones_like(size), exponent).astype(t.dtype)


# A power of two that is about how many times larger matrices `t` are than matrices `x`.
general("relative_size", _relative_size, NONDIFF, NONDIFF, inputs="t x")


def _slope(F: Any, function: Any, x: Any, t: Any) -> Any:
    """The derivative at `x` along `t`: it stands in the function of ``[[x, t], [0, x]]``."""
    n = x.shape[-1]
    # Linear in t, whose size would otherwise spoil the accuracy.
    size = F.relative_size(t, x)
    t = t / size
    zeros = F.zeros_like(t, to=tuple(t.shape))
    x = x + zeros
    blocks = F.concat(F.concat(x, t, axis=-1), F.concat(zeros, x, axis=-1), axis=-2)
    rows = F.getitem(function(blocks), index=(Ellipsis, slice(0, n), slice(None)))
    return F.getitem(rows, index=along(-1, slice(n, None))) * size


_expm = general(
    "expm",
    _exponential,
    lambda F, g, x: _slope(F, F.expm, adjoint(F, x), g),
    jvps=(lambda F, t, x: _slope(F, F.expm, x, t),),
)


def _each_quietly(function: Any, x: Any) -> Any:
    """Along the leading axes; SciPy's warnings about accuracy are errors of ours."""

    def one(a: Any) -> Any:
        if not a.size:
            return a
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(a)

    return each_matrix(one, x)


def _of_real(op: str, what: str, x: Any, y: Any) -> Any:
    """The result in the dtype of `x`, or the error about a real matrix that has no real one."""
    if y.dtype.kind == "c" and x.dtype.kind != "c":
        size = np.abs(y).max(axis=(-2, -1), initial=0)
        # A negative eigenvalue that is one only by rounding has a root of about this size.
        failing = np.abs(y.imag).max(axis=(-2, -1), initial=0) > 30 * np.sqrt(
            np.finfo(x.dtype).eps
        ) * np.maximum(size, op == "logm")
        if failing.any():
            raise unsuitable(
                op,
                x,
                f"A real matrix has no real {what}: it has negative eigenvalues",
                "Use complex numbers, tf.cast(x, tf.complex64) or tf.complex128.",
                failing,
            )
        y = y.real
    return y.astype(x.dtype, copy=False)


def _require_close(op: str, what: str, x: Any, restored: Any) -> None:
    """Raise InvalidArgumentError where `x` is not what the inverse function makes of the result."""
    size = np.abs(x).max(axis=(-2, -1), initial=0)
    error = np.abs(restored - x).max(axis=(-2, -1), initial=0)
    failing = ~(error <= 1e-3 * size)
    if failing.any():
        raise _not_defined(op, what, x, failing)


def _not_defined(op: str, what: str, x: Any, failing: Any) -> Exception:
    return unsuitable(
        op,
        x,
        f"There is no {what} of a matrix, or it is singular",
        "Add a multiple of tf.eye to the matrix.",
        failing,
    )


def _square_root(x: Any) -> Any:
    from scipy import linalg

    y = _of_real("sqrtm", "square root", x, _each_quietly(linalg.sqrtm, x))
    _require_close("sqrtm", "square root", x, y @ y)
    return y


def _logarithm(x: Any) -> Any:
    from scipy import linalg

    if not np.isfinite(x).all():
        raise _not_defined("logm", "logarithm", x, ~np.isfinite(x).all(axis=(-2, -1)))
    # SciPy takes rounding errors of single precision for imaginary parts.
    double = x.astype(np.result_type(x.dtype, np.float64))
    y = _of_real("logm", "logarithm", x, _each_quietly(linalg.logm, double))
    _require_close("logm", "logarithm", x, linalg.expm(y) if y.size else y)
    return y


_logm = general(
    "logm",
    _logarithm,
    lambda F, g, x: _slope(F, F.logm, adjoint(F, x), g),
    jvps=(lambda F, t, x: _slope(F, F.logm, x, t),),
)


def _sqrtm_vjp(F: Any, g: Any, y: Any) -> Any:
    root = adjoint(F, y)
    return F.sylvester(root, root, g)


_sqrtm = general("sqrtm", _square_root, _sqrtm_vjp, jvps=(lambda F, t, y: F.sylvester(y, y, t),))


def expm(input: Any, name: str | None = None) -> Tensor:
    r"""Exponentials of matrices, :math:`\sum_k A^k / k!`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square.

    Notes
    -----
    The derivative along `T` stands beside the diagonal of the exponential of the block matrix
    :math:`\begin{pmatrix} A & T \\ 0 & A \end{pmatrix}`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]).numpy().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    x = square_matrices("expm", input)
    return apply(_expm, (x,), {})  # type: ignore[no-any-return]


def sqrtm(input: Any, name: str | None = None) -> Tensor:
    r"""Principal square roots of matrices: :math:`Y Y = A`, with eigenvalues in the right half.

    The cotangent :math:`\bar A` solves Sylvester's equation
    :math:`Y^H \bar A + \bar A Y^H = \bar Y`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, one has no square root, or a real one has negative
        eigenvalues; by the gradient also if one is singular.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]).numpy().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    x = square_matrices("sqrtm", input)
    return apply(_sqrtm, (x,), {})  # type: ignore[no-any-return]


def _regular(matrices: Any) -> None:
    failing = singular_matrices(matrices)
    if failing.any():
        raise _not_defined("logm", "logarithm", matrices, failing)


def logm(input: Any, name: str | None = None) -> Tensor:
    r"""Principal logarithms of matrices: :math:`\exp(Y) = A`, with eigenvalues in the main branch.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.
        (TensorFlow takes complex ones alone.)

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, one is singular, or a real one has negative eigenvalues.

    Notes
    -----
    The derivative along `T` stands beside the diagonal of the logarithm of the block matrix
    :math:`\begin{pmatrix} A & T \\ 0 & A \end{pmatrix}` (Higham, "Functions of Matrices", 2008,
    section 3.1).

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.logm([[1.0, 2.0], [0.0, 1.0]]).numpy().tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    x = square_matrices("logm", input)
    checked(_regular, x)
    return apply(_logm, (x,), {})  # type: ignore[no-any-return]
