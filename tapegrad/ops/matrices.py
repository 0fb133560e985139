"""What the operations on matrices share: checks of their arguments, products in rules, errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.tensor import wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype


def matrices(op: str, value: Any) -> Any:
    """An operand of shape ``(..., m, n)`` in single or double precision, real or complex."""
    x = operand(value)
    require_matrices(op, x)
    return x


def square_matrices(op: str, value: Any) -> Any:
    """An operand of shape ``(..., n, n)``."""
    x = operand(value)
    require_square(op, x)
    return x


def matrices_and_columns(op: str, matrix: Any, rhs: Any) -> tuple[Any, Any]:
    """Operands of shapes ``(..., m, n)`` and ``(..., m, k)`` and of one dtype."""
    a, b = operand_pair(matrix, rhs)
    require_same_dtype(op, a, b)
    require_matrices(op, a)
    shape, columns = a._value.shape, b._value.shape
    if len(columns) < 2:
        raise InvalidArgumentError(
            f"{op}: rhs ndims must be >= 2, but its shape is {list(columns)} (the matrix's is "
            f"{list(shape)}). Make a vector one column: rhs[..., tf.newaxis]."
        )
    if columns[-2] != shape[-2]:
        raise InvalidArgumentError(
            f"{op}: Input matrix and rhs are incompatible: the matrix of shape {list(shape)} has "
            f"{shape[-2]} rows. Expected shape of rhs: [..., {shape[-2]}, k]. Actual shape: "
            f"{list(columns)}."
        )
    return a, b


def require_matrices(op: str, x: Any) -> None:
    """Raise InvalidArgumentError unless `x` is a stack of matrices that LAPACK can handle."""
    require_kinds(op, x, "fcV", "float32")
    shape = x._value.shape
    if x._value.dtype.itemsize == 2:
        raise InvalidArgumentError(
            f"{op}: there is no {x.dtype.name} version. Use tf.cast(x, tf.float32)."
        )
    if len(shape) < 2:
        raise InvalidArgumentError(
            f"{op}: Input tensor must have rank >= 2. Expected shape: [..., m, n]. Actual shape: "
            f"{list(shape)}."
        )


def require_square(op: str, x: Any) -> None:
    """Raise InvalidArgumentError unless `x` is a stack of square matrices."""
    require_matrices(op, x)
    shape = x._value.shape
    if shape[-1] != shape[-2]:
        raise InvalidArgumentError(
            f"{op}: Input matrix must be square. Expected shape: [..., n, n]. Actual shape: "
            f"{list(shape)}."
        )


def times(F: Any, a: Any, b: Any, *, adjoint_a: bool = False, adjoint_b: bool = False) -> Any:
    """``a @ b`` in rules, of conjugate transposes where asked for."""
    if adjoint_a:
        a = F.conj(a)
    if adjoint_b:
        b = F.conj(b)
    return F.matmul(a, b, transpose_a=adjoint_a, transpose_b=adjoint_b)


def adjoint(F: Any, x: Any) -> Any:
    """The conjugate transpose, in rules."""
    return F.conj(F.matrix_transpose(x))


def lower_mask(size: int, k: int = 0) -> Any:
    """True on and below diagonal `k` of a square matrix."""
    return _small_lower_mask(size, k) if size <= 64 else np.tri(size, size, k, np.bool_)


@lru_cache(maxsize=128)
def _small_lower_mask(size: int, k: int) -> Any:
    mask = np.tri(size, size, k, np.bool_)
    mask.flags.writeable = False
    return mask


def identities(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Unit matrices of the shape ``(..., n, n)``."""
    return wrap_constant(np.broadcast_to(np.eye(shape[-1], dtype=dtype), shape).copy())


def each_matrix(function: Callable[..., Any], *stacks: Any) -> Any:
    """Apply a function of single matrices along the leading axes, which broadcast."""
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in stacks])
    if not lead:
        return function(*stacks)
    aligned = [np.broadcast_to(a, lead + a.shape[-2:]) for a in stacks]
    if 0 in lead:
        # The function tells the shape of what there are none of.
        one = function(
            *[np.broadcast_to(np.eye(*a.shape[-2:], dtype=a.dtype), a.shape[-2:]) for a in stacks]
        )
        return np.empty(lead + one.shape, one.dtype)
    results = [function(*[a[i] for a in aligned]) for i in np.ndindex(*lead)]
    return np.stack(results).reshape(lead + results[0].shape)


def unsuitable(
    op: str, a: Any, what: str, remedy: str, failing: Any = None, state: str = ""
) -> InvalidArgumentError:
    """The error about one matrix among the stack `a`.

    Parameters
    ----------
    failing
        True for the matrices that are to blame, of which the first is named. Without it the
        matrix in the worst condition is named.
    state
        What else is known about the named matrix.
    """
    finite = np.isfinite(a).all(axis=(-2, -1))
    condition = np.full(a.shape[:-2], np.nan)
    condition[finite] = np.linalg.cond(a[finite])
    blame = np.where(finite, condition, np.inf) if failing is None else failing
    at = np.unravel_index(np.argmax(blame), condition.shape)
    which = f"the matrix at {[int(i) for i in at]}" if at else "the matrix"
    known = (
        f"its condition number is {condition[at]:.3g}{state}"
        if finite[at]
        else "it holds NaN or infinity"
    )
    return InvalidArgumentError(
        f"{op}: {what} (shape {list(a.shape)}, {a.dtype.name}): {which} fails, {known}. {remedy}"
    )


def not_invertible(op: str, a: Any, failing: Any = None) -> InvalidArgumentError:
    """The error about a singular matrix among the stack `a`."""
    return unsuitable(
        op,
        a,
        "Input matrix is not invertible",
        "Use tf.linalg.pinv or tf.linalg.lstsq, or add a multiple of tf.eye to the matrix.",
        failing,
    )


def magnification(a: Any, inverse: Any) -> Any:
    """By how much errors of matrices are magnified in their inverses.

    The largest diagonal entry of ``|inverse| @ |a|`` does not depend on how rows and columns are
    scaled.
    """
    return (np.abs(inverse) * np.abs(a).mT).sum(axis=-1).max(axis=-1, initial=0)


def numerically_singular(a: Any, inverse: Any) -> Any:
    """Whether matrices are so close to singular that their `inverse` is mostly rounding errors.

    The computed inverse of a singular matrix has the reciprocal of the machine epsilon as its
    magnification, up to a small factor.
    """
    return ~(magnification(a, inverse) * np.finfo(a.dtype).eps <= 0.1)
