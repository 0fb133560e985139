"""Condition numbers: cond."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.host import checked, computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.complex import real
from tapegrad.ops.inverse import inv, singular_matrices
from tapegrad.ops.matrices import matrices, require_square, unsuitable
from tapegrad.ops.norms import norm

__all__ = ["cond"]

_ORDERS = (None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)


def cond(x: Any, p: Any = None, name: str | None = None) -> Tensor:
    r"""Condition numbers of matrices, :math:`\|A\|_p \|A^{-1}\|_p`.

    Parameters
    ----------
    x
        Tensor of shape ``(..., m, n)``, in single or double precision, real or complex; unless `p`
        is None, 2 or -2, of square matrices.
    p
        The order of the `norm`: 1, -1, 2, -2, ``inf``, ``-inf``, ``'fro'`` or ``'nuc'``. None, like
        2, is the ratio of the largest to the smallest singular value, -2 its reciprocal.

    Returns
    -------
    Tensor
        Of shape ``(...)``, real. Infinite for singular matrices, with the gradient 0 there, unless
        `p` is -2.

    Raises
    ------
    InvalidArgumentError
        If the matrices are empty, or not square where they must be, or hold NaN.
    ValueError
        If `p` is not among those above.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.cond([[4.0, 0.0], [0.0, 2.0]]).numpy()
    np.float32(2.0)
    """
    a = matrices("cond", x)
    if p not in _ORDERS:
        raise ValueError(f"cond: p must be one of {list(_ORDERS)}, not {p!r}.")
    if not min(a._value.shape[-2:]):
        raise InvalidArgumentError(
            f"cond: matrices without entries have no condition. Actual shape: "
            f"{list(a._value.shape)}."
        )
    checked(_all_finite, a)
    if p in (None, 2, -2):
        largest, smallest = norm(a, 2, axis=(-2, -1)), norm(a, -2, axis=(-2, -1))
        if p == -2:
            return recording.divide_no_nan(smallest, largest)  # type: ignore[no-any-return]
        zero = recording.equal(smallest, 0.0)
        found = largest / recording.where(zero, _ones(smallest), smallest)
    else:
        require_square("cond", a)
        zero = computed(singular_matrices, a)
        eye = np.eye(a._value.shape[-1], dtype=a._value.dtype)
        singular = recording.reshape(zero, to=(*zero._value.shape, 1, 1))
        regular = recording.where(singular, wrap_constant(eye), a)
        found = norm(regular, p, axis=(-2, -1)) * norm(inv(regular), p, axis=(-2, -1))
        if found._value.dtype.kind == "c":
            found = real(found)
    infinite = wrap_constant(np.array(np.inf, found._value.dtype)[()])
    return recording.where(zero, infinite, found)  # type: ignore[no-any-return]


def _all_finite(matrices: Any) -> None:
    if not np.isfinite(matrices).all():
        raise unsuitable(
            "cond",
            matrices,
            "The condition is not defined",
            "Look for NaN with tf.debugging.check_numerics.",
        )


def _ones(x: Any) -> Any:
    return wrap_constant(np.ones((), x._value.dtype)[()])
