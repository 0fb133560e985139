"""Orthogonal factors: qr."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.structural import along
from tapegrad.core.tensor import Tensor
from tapegrad.ops import cholesky  # noqa: F401 - used by rules as F.triangular_solve
from tapegrad.ops.matrices import adjoint, lower_mask, matrices, times, unsuitable
from tapegrad.ops.svd import first_columns

__all__ = ["qr"]


def _decompose(x: Any, *, full_matrices: bool) -> Any:
    q, r = np.linalg.qr(x, mode="complete" if full_matrices else "reduced")
    return q, r


def _require_independent(r: Any) -> Any:
    lengths = np.sqrt((np.abs(r) ** 2).sum(axis=-2))
    new = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    failing = ~(new > 4 * r.shape[-1] * np.finfo(r.dtype).eps * lengths).all(axis=-1)
    if failing.any():
        raise unsuitable(
            "qr",
            r,
            "The first columns are linearly dependent, where the factors have no derivative. The "
            "triangular factor of them",
            "Use tf.linalg.svd or tf.linalg.polar, or add a multiple of tf.eye.",
            failing,
        )
    return r


# Triangular factors of matrices whose columns are asserted to be linearly independent.
general("independent", _require_independent, lambda F, g: g, jvps=(lambda F, t: t,))


def _qr_vjp(F: Any, g: Any, x: Any, y: Any, shape: Any) -> Any:
    (gq, gr), (q, r) = g, y
    m, n = shape[-2:]
    if m >= n:
        top = (Ellipsis, slice(0, n), slice(None))
        q, gq = first_columns(F, q, gq, n)
        return _square_vjp(F, gq, F.getitem(gr, index=top), q, F.getitem(r, index=top), n)
    # The columns beyond the square part follow from it: r = q^H x.
    square, rest = along(-1, slice(0, m)), along(-1, slice(m, None))
    beyond, g_beyond = F.getitem(x, index=rest), F.getitem(gr, index=rest)
    gq = gq + times(F, beyond, g_beyond, adjoint_b=True)
    first = _square_vjp(F, gq, F.getitem(gr, index=square), q, F.getitem(r, index=square), m)
    return F.concat(first, times(F, q, g_beyond), axis=-1)


def _square_vjp(F: Any, gq: Any, gr: Any, q: Any, r: Any, n: int) -> Any:
    r, gr = F.independent(r), F.masked(gr, ~lower_mask(n, -1))
    inner = times(F, r, gr, adjoint_b=True) - times(F, gq, q, adjoint_a=True)
    # Hermitian, from its lower triangle: of the diagonal only the real part.
    below, diagonal = F.masked(inner, lower_mask(n, -1)), F.masked(inner, np.eye(n, dtype=np.bool_))
    inner = below + adjoint(F, below) + 0.5 * (diagonal + F.conj(diagonal))
    total = gq + times(F, q, inner)
    return adjoint(F, F.triangular_solve(r, adjoint(F, total), lower=False, adjoint=False))


_qr = general("qr", _decompose, _qr_vjp)


class Qr(NamedTuple):
    """What `qr` returns."""

    q: Tensor
    r: Tensor


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Qr:
    r"""QR decompositions :math:`A = Q R` by Householder's reflections.

    Parameters
    ----------
    input
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex.
    full_matrices
        Whether Q is square, or has ``k = min(m, n)`` columns.

    Returns
    -------
    q : Tensor
        Orthonormal columns, shape ``(..., m, k)``, or square.
    r : Tensor
        Upper triangular, shape ``(..., k, n)``, or ``(..., m, n)``. Its diagonal is real and may
        be negative.

    Raises
    ------
    InvalidArgumentError
        If the tensor is no matrix; by the gradient if the first k columns are linearly dependent.

    Notes
    -----
    The columns that `full_matrices` adds are any basis of the rest. For functions that do not
    depend on that choice the gradient is right; for others it is finite, but no derivative exists.

    Examples
    --------
    >>> import tapegrad as tf
    >>> q, r = tf.linalg.qr([[3.0, 1.0], [4.0, 2.0]])
    >>> (q @ r).numpy().round(5).tolist()
    [[3.0, 1.0], [4.0, 2.0]]
    """
    x = matrices("qr", input)
    q, r = apply(_qr, (x,), {"full_matrices": bool(full_matrices)})
    return Qr(q, r)
