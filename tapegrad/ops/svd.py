"""Singular values: svd."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.structural import along
from tapegrad.ops.eigen import SLACK, as_kind_of, column, row
from tapegrad.ops.matrices import adjoint, matrices, times, unsuitable

__all__ = ["svd"]


def _decompose(x: Any, *, full_matrices: bool) -> Any:
    try:
        u, s, vh = np.linalg.svd(x, full_matrices=full_matrices)
    except np.linalg.LinAlgError:
        raise _not_successful(x) from None
    return s, u, vh.mT.conj()


def _values(x: Any) -> Any:
    try:
        return np.linalg.svd(x, compute_uv=False)
    except np.linalg.LinAlgError:
        raise _not_successful(x) from None


def _not_successful(x: Any) -> Exception:
    return unsuitable(
        "svd",
        x,
        "The singular value decomposition did not converge",
        "Look for NaN with tf.debugging.check_numerics.",
    )


def first_columns(F: Any, x: Any, g: Any, count: int) -> tuple[Any, Any]:
    """The first columns of a unitary matrix, and the cotangent of these alone.

    The others are orthogonal to them, so that they move with them; how they turn among themselves
    is not determined.
    """
    if x.shape[-1] == count:
        return x, g
    index, rest = along(-1, slice(0, count)), along(-1, slice(count, None))
    own, others = F.getitem(x, index=index), F.getitem(x, index=rest)
    turned = times(F, F.getitem(g, index=rest), own, adjoint_a=True)
    return own, F.getitem(g, index=index) - times(F, others, turned)


def _svd_vjp(F: Any, g: Any, y: Any, shape: Any) -> Any:
    (gs, gu, gv), (s, u, v) = g, y
    m, n = shape[-2:]
    k = min(m, n)
    u, gu = first_columns(F, u, gu, k)
    v, gv = first_columns(F, v, gv, k)
    along_u, along_v = times(F, u, gu, adjoint_a=True), times(F, v, gv, adjoint_a=True)
    turn_u, turn_v = along_u - adjoint(F, along_u), along_v - adjoint(F, along_v)
    # 1 / (s[j]**2 - s[i]**2) in two parts, so that equal values leave one of them.
    gaps = as_kind_of(F, F.reciprocal_gaps(s, slack=SLACK), u)
    sums = as_kind_of(F, F.reciprocal_no_nan(row(F, s) + column(F, s)), u)
    inner = 0.5 * ((turn_u + turn_v) * gaps + (turn_u - turn_v) * sums)
    left = times(F, u, inner) + u * as_kind_of(F, row(F, gs), u)
    inverse = as_kind_of(F, row(F, F.reciprocal_no_nan(s)), u)
    if m > k:
        left = left + (gu - times(F, u, along_u)) * inverse
    gx = times(F, left, v, adjoint_b=True)
    if n > k:
        gx = gx + times(F, u * inverse, gv - times(F, v, along_v), adjoint_b=True)
    return gx


def _significant(s: Any) -> Any:
    limit = s.max(axis=-1, keepdims=True, initial=0) * (s.shape[-1] * np.finfo(s.dtype).eps)
    return (s > limit).astype(s.dtype)


# 1 for singular values that are not 0, up to rounding, else 0.
general("significant", _significant, NONDIFF)


def _values_vjp(F: Any, g: Any, x: Any, y: Any) -> Any:
    _, u, v = F.svd(x, full_matrices=False)
    # Like an absolute value, a singular value has a kink at 0; its vectors are anything there.
    g = g * F.significant(y)
    return times(F, u * as_kind_of(F, row(F, g), u), v, adjoint_b=True)


_svd = general("svd", _decompose, _svd_vjp)
_singular_values = general("singular_values", _values, _values_vjp)


def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    r"""Singular value decompositions :math:`A = U \mathrm{diag}(s) V^H`.

    Parameters
    ----------
    tensor
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex.
    full_matrices
        Whether U and V are square, or have ``k = min(m, n)`` columns.
    compute_uv
        Whether to compute U and V at all.

    Returns
    -------
    s : Tensor
        The singular values, descending, shape ``(..., k)``, real. Alone if `compute_uv` is False.
    u, v : Tensor
        Unitary matrices of shapes ``(..., m, k)`` and ``(..., n, k)``, or square.

    Raises
    ------
    InvalidArgumentError
        If the tensor is no matrix, or the decomposition does not converge.

    Notes
    -----
    Columns of U and V belong together only up to a common sign or phase, those of equal singular
    values up to a turn, and what `full_matrices` adds is any basis of the rest. For functions that
    do not depend on that choice the gradient is right; for others it is finite, but no derivative
    exists.

    Examples
    --------
    >>> import tapegrad as tf
    >>> s, u, v = tf.linalg.svd([[3.0, 0.0], [0.0, -4.0]])
    >>> s.numpy().tolist()
    [4.0, 3.0]
    >>> (u @ tf.linalg.diag(s) @ tf.linalg.adjoint(v)).numpy().round(5).tolist()
    [[3.0, 0.0], [0.0, -4.0]]
    """
    x = matrices("svd", tensor)
    if not compute_uv:
        return apply(_singular_values, (x,), {})
    s, u, v = apply(_svd, (x,), {"full_matrices": bool(full_matrices)})
    return s, u, v
