"""Eigenvalues and eigenvectors of matrices without symmetry: eig, eigvals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.tensor import Tensor
from tapegrad.ops import inverse  # noqa: F401 - used by rules as F.solve
from tapegrad.ops.eigen import row
from tapegrad.ops.matrices import square_matrices, times, unsuitable

__all__ = ["eig", "eigvals"]

#: Eigenvalues without symmetry are less well determined: see `tapegrad.ops.eigen.SLACK`.
SLACK = 200


def _decompose(x: Any) -> Any:
    dtype = np.result_type(x.dtype, np.complex64)
    e, v = _checked("eig", np.linalg.eig, x)
    return e.astype(dtype, copy=False), v.astype(dtype, copy=False)


def _eigenvalues(x: Any) -> Any:
    dtype = np.result_type(x.dtype, np.complex64)
    return _checked("eigvals", np.linalg.eigvals, x).astype(dtype, copy=False)


def _checked(op: str, function: Callable[[Any], Any], x: Any) -> Any:
    try:
        return function(x)
    except np.linalg.LinAlgError:
        raise unsuitable(
            op,
            x,
            "Eigen decomposition was not successful, the input might not be valid",
            "Look for NaN with tf.debugging.check_numerics.",
        ) from None


def _basis(v: Any) -> Any:
    defective = ~(np.linalg.cond(v) * np.finfo(v.dtype).eps < 0.1) if v.size else np.zeros(())
    if defective.any():
        raise unsuitable(
            "eig",
            v,
            "The eigenvectors are linearly dependent: a defective matrix has eigenvalues that are "
            "no differentiable functions of it. The matrix of its eigenvectors",
            "Functions such as tf.linalg.trace, det, expm or matrix_power need no eigenvalues.",
            defective,
        )
    return v


# Eigenvectors that are asserted to be linearly independent.
general("eigenbasis", _basis, lambda F, g: g, jvps=(lambda F, t: t,))


def cotangent_of_kind(F: Any, g: Any, x: Any) -> Any:
    """The cotangent of `x`: of real matrices the real part."""
    return g if x.dtype.kind == "c" else F.real(g)


def _back(F: Any, v: Any, inner: Any) -> Any:
    """``v^-H inner v^H``."""
    v = F.eigenbasis(v)
    return times(F, F.solve(v, inner, adjoint=True, checked=True), v, adjoint_b=True)


def _diagonal(F: Any, e: Any) -> Any:
    return row(F, e) * np.eye(e.shape[-1], dtype=e.dtype.name)


def _eig_vjp(F: Any, g: Any, x: Any, y: Any) -> Any:
    (ge, gv), (e, v) = g, y
    n = v.shape[-1]
    inner = times(F, v, gv, adjoint_a=True)
    # What lengthens or turns a vector is left out: it has the length 1, and its phase stays.
    own = F.reduce_sum(F.masked(inner, np.eye(n, dtype=np.bool_)), axes=(-2,), keepdims=True)
    inner = inner - times(F, v, v, adjoint_a=True) * own
    gaps = F.conj(F.reciprocal_gaps(e, slack=SLACK))
    return cotangent_of_kind(F, _back(F, v, _diagonal(F, ge) + inner * gaps), x)


def _eigvals_vjp(F: Any, g: Any, x: Any) -> Any:
    return cotangent_of_kind(F, _back(F, F.eig(x)[1], _diagonal(F, g)), x)


_eig = general("eig", _decompose, _eig_vjp)
_eigvals = general("eigvals", _eigenvalues, _eigvals_vjp)


def eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    r"""Eigenvalues and right eigenvectors of square matrices, :math:`A V = V \mathrm{diag}(e)`.

    Parameters
    ----------
    tensor
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex. For
        symmetric or Hermitian matrices `eigh` is faster and better.

    Returns
    -------
    e : Tensor
        The eigenvalues in no particular order, shape ``(..., n)``, complex.
    v : Tensor
        The eigenvectors as columns of length 1, shape ``(..., n, n)``, complex.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or hold NaN; by the gradient, if a matrix is defective (its
        eigenvectors are linearly dependent), where eigenvalues have no derivative.

    Notes
    -----
    With :math:`C_{ij} = 1 / (e_j - e_i)`, and 0 where the two are equal, the cotangent is
    :math:`V^{-H} (\mathrm{diag}(\bar e) + \bar C \circ (V^H \bar V - V^H V D)) V^H` where
    :math:`D` is the diagonal of :math:`V^H \bar V`: vectors keep their length and their phase
    (Boeddeker et al., "On the computation of complex-valued gradients", 2017).

    Eigenvectors of single eigenvalues are determined up to a phase, those of equal ones can be any
    basis of their space. For functions that do not depend on that choice, such as symmetric
    functions of the eigenvalues or projectors :math:`V_i (V^{-1})_i`, the gradient is right; for
    others it is finite, but no derivative exists. At equal eigenvalues derivatives of second order
    lack what couples these.

    Examples
    --------
    >>> import tapegrad as tf
    >>> e, v = tf.linalg.eig([[0.0, 1.0], [-1.0, 0.0]])
    >>> e.numpy().tolist()
    [1j, -1j]
    """
    x = square_matrices("eig", tensor)
    e, v = apply(_eig, (x,), {})
    return e, v


def eigvals(tensor: Any, name: str | None = None) -> Tensor:
    r"""Eigenvalues of square matrices.

    The cotangent of `tensor` is :math:`V^{-H} \mathrm{diag}(\bar e) V^H`, see `eig`.

    Parameters
    ----------
    tensor
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        The eigenvalues in no particular order, shape ``(..., n)``, complex.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or hold NaN; by the gradient, if a matrix is defective (its
        eigenvectors are linearly dependent), where eigenvalues have no derivative.

    Notes
    -----
    Single eigenvalues that are equal have no derivative, symmetric functions of them have; their
    gradient is right, unless the matrix is defective.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.eigvals([[0.0, 1.0], [-1.0, 0.0]]).numpy().tolist()
    [1j, -1j]
    """
    x = square_matrices("eigvals", tensor)
    return apply(_eigvals, (x,), {})  # type: ignore[no-any-return]
