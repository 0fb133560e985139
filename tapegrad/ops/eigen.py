"""Eigenvalues and eigenvectors of Hermitian matrices: eigh, eigvalsh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.complex import with_zero_imaginary
from tapegrad.ops.matrices import adjoint, lower_mask, square_matrices, times, unsuitable

__all__ = ["eigh", "eigvalsh"]


#: Eigenvalues that are equal come out of LAPACK some units of rounding apart: at most this many of
#: them, times the root of the number of eigenvalues and the largest of them.
SLACK = 20


def _decompose(x: Any) -> Any:
    e, v = _checked("eigh", np.linalg.eigh, x)
    return e, v


def _eigenvalues(x: Any) -> Any:
    return _checked("eigvalsh", np.linalg.eigvalsh, x)


def _checked(op: str, function: Callable[[Any], Any], x: Any) -> Any:
    try:
        # LAPACK may give numbers for NaN.
        if np.isfinite(np.tril(x)).all():
            return function(x)
    except np.linalg.LinAlgError:
        pass
    raise unsuitable(
        op,
        x,
        "Self-adjoint eigen decomposition was not successful, the input might not be valid",
        "Look for NaN with tf.debugging.check_numerics.",
    )


def _reciprocal_gaps(x: Any, *, slack: int) -> Any:
    gaps = x[..., None, :] - x[..., :, None]
    size = np.abs(x).max(axis=-1, initial=0)[..., None, None]
    # What rounding alone can separate counts as equal.
    equal = np.abs(gaps) <= slack * np.finfo(x.dtype).eps * np.sqrt(x.shape[-1]) * size
    return np.where(equal, x.dtype.type(0), 1 / np.where(equal, 1, gaps)).astype(x.dtype)


def _reciprocal_gaps_vjp(F: Any, g: Any, y: Any) -> Any:
    moved = g * F.conj(y * y)
    rows = F.reduce_sum(moved, axes=(-1,), keepdims=False)
    return rows - F.reduce_sum(moved, axes=(-2,), keepdims=False)


# For a vector x the matrix 1 / (x[j] - x[i]), with 0 where the two are equal, or apart by no more
# than rounding, see `SLACK`.
general("reciprocal_gaps", _reciprocal_gaps, _reciprocal_gaps_vjp)


def row(F: Any, x: Any) -> Any:
    """Vectors as matrices of one row, in rules."""
    *lead, n = x.shape
    return F.reshape(x, to=(*lead, 1, n))


def column(F: Any, x: Any) -> Any:
    """Vectors as matrices of one column, in rules."""
    return F.reshape(x, to=(*tuple(x.shape), 1))


def as_kind_of(F: Any, real: Any, x: Any) -> Any:
    """Real data in the dtype of `x`, which may be complex."""
    return with_zero_imaginary(F, real) if x.dtype.kind == "c" else real


def _of_lower_triangle(F: Any, g: Any, n: int) -> Any:
    """The cotangent of the lower triangle, which also stands for the upper one."""
    g = 0.5 * (g + adjoint(F, g))
    return F.masked(g, lower_mask(n)) + F.masked(g, lower_mask(n, -1))


def _eigh_vjp(F: Any, g: Any, y: Any, shape: Any) -> Any:
    (ge, gv), (e, v) = g, y
    gaps = as_kind_of(F, F.reciprocal_gaps(e, slack=SLACK), v)
    inner = times(F, v, gv, adjoint_a=True) * gaps
    left = times(F, v, inner) + v * as_kind_of(F, row(F, ge), v)
    return _of_lower_triangle(F, times(F, left, v, adjoint_b=True), shape[-1])


def _eigvalsh_vjp(F: Any, g: Any, x: Any, shape: Any) -> Any:
    v = F.eigh(x)[1]
    left = v * as_kind_of(F, row(F, g), v)
    return _of_lower_triangle(F, times(F, left, v, adjoint_b=True), shape[-1])


_eigh = general("eigh", _decompose, _eigh_vjp)
_eigvalsh = general("eigvalsh", _eigenvalues, _eigvalsh_vjp)


def eigh(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    r"""Eigenvalues and eigenvectors of Hermitian matrices, :math:`A = V \mathrm{diag}(e) V^H`.

    Parameters
    ----------
    tensor
        Tensor of shape ``(..., n, n)``, in single or double precision, symmetric or (complex)
        Hermitian. Only its lower triangle is read.

    Returns
    -------
    e : Tensor
        The eigenvalues, ascending, shape ``(..., n)`` and of the same dtype.
    v : Tensor
        The eigenvectors as columns, shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or hold NaN.

    Notes
    -----
    The gradient is lower triangular, as in TensorFlow: an entry below the diagonal also stands for
    its mirror image. Eigenvectors of equal eigenvalues can be any basis of their space, and
    complex ones can be turned by any phase. For functions that do not depend on that choice, such
    as symmetric functions of the eigenvalues or projectors on the space of equal ones, the
    gradient is right; for others it is finite, but no derivative exists. At equal eigenvalues
    derivatives of second order lack what couples these: where it matters, use `expm`, `sqrtm`,
    `matrix_power` and the like, which know no eigenvalues.

    Examples
    --------
    >>> import tapegrad as tf
    >>> e, v = tf.linalg.eigh([[2.0, 0.0], [0.0, 1.0]])
    >>> e.numpy().tolist()
    [1.0, 2.0]
    """
    x = square_matrices("eigh", tensor)
    e, v = apply(_eigh, (x,), {})
    return as_kind_of(recording, e, v), v


def eigvalsh(tensor: Any, name: str | None = None) -> Tensor:
    r"""Eigenvalues of Hermitian matrices.

    Parameters
    ----------
    tensor
        Tensor of shape ``(..., n, n)``, in single or double precision, symmetric or (complex)
        Hermitian. Only its lower triangle is read.

    Returns
    -------
    Tensor
        The eigenvalues, ascending, shape ``(..., n)`` and of the same dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or hold NaN.

    Notes
    -----
    The gradient is lower triangular, see `eigh`. Single eigenvalues that are equal have no
    derivative, symmetric functions of them have; their gradient is right.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]).numpy().tolist()
    [1.0, 2.0]
    """
    x = square_matrices("eigvalsh", tensor)
    return as_kind_of(recording, apply(_eigvalsh, (x,), {}), x)  # type: ignore[no-any-return]
