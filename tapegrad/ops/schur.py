"""Unitary factors of matrices: schur, polar."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import inverse, sylvester  # noqa: F401 - used by rules as F.solve, F.sylvester
from tapegrad.ops.eigenvalues import SLACK, cotangent_of_kind
from tapegrad.ops.matrices import (
    adjoint,
    each_matrix,
    lower_mask,
    matrices,
    square_matrices,
    times,
    unsuitable,
)

__all__ = ["polar", "schur"]


def _triangularize(x: Any, *, output: str) -> Any:
    from scipy import linalg

    if not np.isfinite(x).all():
        raise unsuitable(
            "schur",
            x,
            "Schur decomposition was not successful, the input might not be valid",
            "Look for NaN with tf.debugging.check_numerics.",
        )
    dtype = np.result_type(x.dtype, np.complex64) if output == "complex" else x.dtype
    schur_of: Any = linalg.schur

    def one(a: Any) -> Any:
        both = schur_of(a, output=output) if a.size else (a, a)
        return np.concatenate(both, axis=-1).astype(dtype, copy=False)

    both = each_matrix(one, x)
    n = x.shape[-1]
    return both[..., :n], both[..., n:]


def _triangular(t: Any) -> Any:
    failing = np.tril(t, -1).any(axis=(-2, -1))
    if failing.any():
        raise unsuitable(
            "schur",
            t,
            "The gradient needs a triangular factor, but complex pairs of eigenvalues stand in "
            "blocks",
            "Ask for output='complex'.",
            failing,
        )
    return t


# Matrices that are asserted to be upper triangular.
general("triangular", _triangular, lambda F, g: g, jvps=(lambda F, t: t,))


def _commutator_solve(t: Any, m: Any, *, adjoint: bool) -> Any:
    """The strictly lower `w` of which ``w t - t w`` has the strictly lower part of `m`.

    Of `t` the upper triangle is read, or its conjugate transpose is taken if `adjoint`.
    """
    t = np.triu(t)
    if adjoint:
        t = t.mT.conj()
    n = t.shape[-1]
    e = np.diagonal(t, axis1=-2, axis2=-1)
    unit = np.finfo(t.dtype).eps * np.sqrt(n)
    limit = SLACK * unit * np.abs(t).max(axis=(-2, -1), initial=0)[..., None]
    w = np.zeros(np.broadcast_shapes(t.shape, m.shape), np.result_type(t, m))
    # Each diagonal depends on those nearer to the corner, or to the main diagonal if `adjoint`.
    for d in range(1, n) if adjoint else range(n - 1, 0, -1):
        rest = np.diagonal(m - (w @ t - t @ w), -d, axis1=-2, axis2=-1)
        gap = e[..., : n - d] - e[..., d:]
        equal = np.abs(gap) <= limit
        column = np.arange(n - d)
        w[..., column + d, column] = np.where(equal, 0, rest / np.where(equal, 1, gap))
    return w


def _commutator_vjp_t(F: Any, g: Any, t: Any, y: Any, adjoint: bool, shapes: Any) -> Any:
    q = F.commutator_solve(t, g, adjoint=not adjoint)
    if adjoint:
        moved = times(F, y, q, adjoint_b=True) - times(F, q, y, adjoint_a=True)
    else:
        moved = times(F, q, y, adjoint_b=True) - times(F, y, q, adjoint_a=True)
    return F.sum_to(F.masked(moved, ~lower_mask(shapes[0][-1], -1)), to=shapes[0])


general(
    "commutator_solve",
    _commutator_solve,
    _commutator_vjp_t,
    lambda F, g, t, adjoint, shapes: F.sum_to(
        F.commutator_solve(t, g, adjoint=not adjoint), to=shapes[1]
    ),
    inputs="t m",
)


def _schur_vjp(F: Any, g: Any, x: Any, y: Any, shape: Any) -> Any:
    (gt, gz), (t, z) = g, y
    below = lower_mask(shape[-1], -1)
    t, gt = F.triangular(t), F.masked(gt, ~below)
    turn = times(F, z, gz, adjoint_a=True)
    turn = turn + times(F, t, gt, adjoint_a=True) - times(F, gt, t, adjoint_b=True)
    turn = F.masked(turn - adjoint(F, turn), below)
    inner = gt + F.commutator_solve(t, turn, adjoint=True)
    return cotangent_of_kind(F, times(F, times(F, z, inner), z, adjoint_b=True), x)


_schur = general("schur", _triangularize, _schur_vjp)


class Schur(NamedTuple):
    """What `schur` returns."""

    t: Tensor
    z: Tensor


def schur(a: Any, output: str = "real", name: str | None = None) -> Schur:
    r"""Schur decompositions :math:`A = Z T Z^H` with unitary Z and upper triangular T.

    Parameters
    ----------
    a
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.
    output
        ``'real'``, where real matrices have real factors and complex pairs of eigenvalues stand on
        the diagonal of T as blocks of two rows; or ``'complex'``, where T is always triangular.

    Returns
    -------
    t : Tensor
        Shape ``(..., n, n)``, with the eigenvalues on its diagonal.
    z : Tensor
        Shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square or hold NaN; by the gradient also if T has blocks, which
        ``output='complex'`` avoids.
    ValueError
        If `output` is something else.

    Notes
    -----
    For a small change :math:`Z^H \mathrm d A Z = \mathrm d T + \Omega T - T \Omega` with the
    skew-Hermitian :math:`\Omega = Z^H \mathrm d Z`. Its part below the diagonal follows by
    substitution, divided by the differences of eigenvalues, and counts as 0 where two are equal.
    Columns of Z are determined up to a phase, which stays as it is. For functions that do not
    depend on that choice the gradient is right; for others, and for how spaces of equal eigenvalues
    are cut into columns, it is finite, but no derivative exists.

    Examples
    --------
    >>> import tapegrad as tf
    >>> t, z = tf.linalg.schur([[1.0, 2.0], [0.0, 3.0]])
    >>> t.numpy().tolist()
    [[1.0, 2.0], [0.0, 3.0]]
    """
    x = square_matrices("schur", a)
    if output not in ("real", "complex"):
        raise ValueError(f"schur: output must be 'real' or 'complex', not {output!r}.")
    t, z = apply(_schur, (x,), {"output": output})
    return Schur(t, z)


def _separate(x: Any) -> Any:
    try:
        w, s, vh = np.linalg.svd(x, full_matrices=False)
    except np.linalg.LinAlgError:
        raise unsuitable(
            "polar",
            x,
            "The singular value decomposition did not converge",
            "Look for NaN with tf.debugging.check_numerics.",
        ) from None
    return w @ vh, (vh.mT.conj() * s[..., None, :]) @ vh


def _polar_vjp(F: Any, g: Any, y: Any, shape: Any) -> Any:
    (gu, gp), (u, p) = g, y
    p = F.regular(p, op="polar")
    along_u = times(F, u, gu, adjoint_a=True)
    turn = along_u - times(F, gp, p)
    turn = F.sylvester(p, p, turn - adjoint(F, turn))
    gx = times(F, u, turn + gp)
    if shape[-2] > shape[-1]:
        outside = gu - times(F, u, along_u)
        gx = gx + adjoint(F, F.solve(p, adjoint(F, outside), adjoint=False, checked=True))
    return gx


# For matrices with no more columns than rows.
_polar = general("polar", _separate, _polar_vjp)


class Polar(NamedTuple):
    """What `polar` returns."""

    u: Tensor
    p: Tensor


def polar(a: Any, side: str = "right", name: str | None = None) -> Polar:
    r"""Polar decompositions :math:`A = U P`, or :math:`A = P U`.

    Parameters
    ----------
    a
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex.
    side
        On which side of U the other factor stands: ``'right'`` or ``'left'``.

    Returns
    -------
    u : Tensor
        Shape ``(..., m, n)``, with orthonormal columns if ``m >= n``, else rows.
    p : Tensor
        Hermitian and positive semi-definite, shape ``(..., n, n)`` on the right, ``(..., m, m)`` on
        the left.

    Raises
    ------
    InvalidArgumentError
        If the tensor is no matrix or holds NaN; by the gradient also if a matrix has not full
        rank, where U is not determined.
    ValueError
        If `side` is something else.

    Notes
    -----
    With the solution W of Sylvester's equation :math:`P W + W P = K - K^H`,
    :math:`K = U^H \bar U - \bar P P`, the cotangent for ``m >= n`` is
    :math:`U (W + \bar P) + (1 - U U^H) \bar U P^{-1}`. There is no division by differences of
    singular values, so that equal ones do no harm, in derivatives of any order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> u, p = tf.linalg.polar([[0.0, -2.0], [3.0, 0.0]])
    >>> (u.numpy() + 0.0).tolist(), p.numpy().tolist()
    ([[0.0, -1.0], [1.0, 0.0]], [[3.0, 0.0], [0.0, 2.0]])
    """
    x = matrices("polar", a)
    if side not in ("right", "left"):
        raise ValueError(f"polar: side must be 'right' or 'left', not {side!r}.")
    rows, columns = x._value.shape[-2:]
    wide = rows < columns
    u, p = apply(_polar, (adjoint(recording, x) if wide else x,), {})
    if wide == (side == "right"):
        # The factor of the other side.
        p = times(recording, times(recording, u, p), u, adjoint_b=True)
    return Polar(adjoint(recording, u) if wide else u, p)
