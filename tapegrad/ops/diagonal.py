"""Diagonals of matrices: diag, diag_part, set_diag, band_part, trace, tensor_diag."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.bands import (
    Band,
    band_of,
    diagonal_length,
    lowest_and_highest,
    require_alignment,
)
from tapegrad.ops.operands import require_same_dtype

__all__ = [
    "band_part",
    "diag",
    "diag_part",
    "set_diag",
    "tensor_diag",
    "tensor_diag_part",
    "trace",
]


def _padding(value: Any, x: Any, op: str) -> Any:
    """The padding as operand, or None if it is 0."""
    if value.__class__ in (int, float) and value == 0:
        return None
    padding = operand(value, x._value.dtype)
    require_same_dtype(op, x, padding)
    return padding


def _moved(x: Any, source: Any, target: Any, lead: tuple[int, ...], size: int, width: int) -> Any:
    """Entries of flattened rows of `width`, put at other places in zeros of `size`."""
    flat = recording.reshape(x, to=(*lead, width))
    if len(source) != width or (source[1:] < source[:-1]).any():
        flat = recording.gather(flat, source, axis=-1)
    if len(target) == size and not (target[1:] < target[:-1]).any():
        return flat
    return recording.scatter_rows(flat, target, to=(*lead, size), axis=-1)


def _mask(places: Any, shape: tuple[int, ...]) -> Any:
    mask = np.zeros(prod(shape), np.bool_)
    mask[places] = True
    return mask.reshape(shape)


def diag(
    diagonal: Any,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with given diagonals and zeros elsewhere.

    Parameters
    ----------
    diagonal
        Tensor of shape ``(..., n)`` for one diagonal, or ``(..., number of diagonals, n)``, the
        highest one first.
    k
        Which diagonal: 0 the main one, positive above, negative below; or a pair (lowest,
        highest).
    num_rows, num_cols
        The size of the matrices; -1 means the smallest that fits.
    padding_value
        What stands outside of the diagonals.
    align
        On which side diagonals above and below the main one stand in rows that are longer:
        ``"RIGHT_LEFT"``, ``"LEFT_RIGHT"``, ``"LEFT_LEFT"`` or ``"RIGHT_RIGHT"``.

    Returns
    -------
    Tensor
        Of shape ``(..., num_rows, num_cols)``.

    Raises
    ------
    InvalidArgumentError
        If the size or the number of diagonals does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.diag([1, 2]).numpy().tolist()
    [[1, 0], [0, 2]]
    """
    x = operand(diagonal)
    shape = x._value.shape
    require_alignment(align, "diag")
    lower, upper = lowest_and_highest(k, "diag")
    several = upper > lower
    if len(shape) < 1 + several or (several and shape[-2] != upper - lower + 1):
        raise InvalidArgumentError(
            f"diag: diagonal must be at least 1-dim, and hold one row for each diagonal from "
            f"{lower} to {upper}, but its shape is {shape}."
        )
    lead, length = shape[: -1 - several], shape[-1]
    fewest = length - min(upper, 0), length + max(lower, 0)
    size = int_argument(num_rows, "diag", "num_rows"), int_argument(num_cols, "diag", "num_cols")
    if size == (-1, -1):
        size = (max(fewest),) * 2
    rows, columns = [n if n != -1 else least for n, least in zip(size, fewest, strict=True)]
    band = Band(rows, columns, lower, upper, length, align)
    if diagonal_length(rows, columns, min(max(0, lower), upper)) != length:
        raise InvalidArgumentError(
            f"diag: matrices of {rows} rows and {columns} columns do not have diagonals {lower} to "
            f"{upper} of length {length}."
        )
    in_matrix, in_rows = band.places()
    moved = _moved(x, in_rows, in_matrix, lead, rows * columns, (upper - lower + 1) * length)
    matrix = recording.reshape(moved, to=(*lead, rows, columns))
    padding = _padding(padding_value, x, "diag")
    if padding is None:
        return matrix  # type: ignore[no-any-return]
    return recording.where(_mask(in_matrix, (rows, columns)), matrix, padding)  # type: ignore[no-any-return]


def diag_part(
    input: Any,
    name: str = "diag_part",
    k: Any = 0,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Diagonals of matrices.

    Parameters
    ----------
    input
        Tensor of shape ``(..., m, n)``.
    k
        Which diagonal: 0 the main one, positive above, negative below; or a pair (lowest,
        highest).
    padding_value
        What fills up shorter diagonals if there are several.
    align
        On which side diagonals above and below the main one stand then; see `diag`.

    Returns
    -------
    Tensor
        Of shape ``(..., length)``, or ``(..., number of diagonals, length)``, the highest first.

    Raises
    ------
    InvalidArgumentError
        If there is no such diagonal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.diag_part([[1, 2], [3, 4]]).numpy().tolist()
    [1, 4]
    """
    x = operand(input)
    band = band_of(x, k, align, "diag_part")
    lead = x._value.shape[:-2]
    count = band.upper - band.lower + 1
    in_matrix, in_rows = band.places()
    width, size = band.rows * band.columns, count * band.length
    part = _moved(x, in_matrix, in_rows, lead, size, width)
    if count == 1:
        return part  # type: ignore[no-any-return]
    part = recording.reshape(part, to=(*lead, count, band.length))
    padding = _padding(padding_value, x, "diag_part")
    if padding is None:
        return part  # type: ignore[no-any-return]
    return recording.where(_mask(in_rows, (count, band.length)), part, padding)  # type: ignore[no-any-return]


def set_diag(
    input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """Matrices with other diagonals.

    Parameters
    ----------
    input
        Tensor of shape ``(..., m, n)``.
    diagonal
        The new diagonals, in the shape that `diag_part` gives.
    k, align
        See `diag_part`.

    Returns
    -------
    Tensor
        Of shape ``(..., m, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.set_diag([[1, 2], [3, 4]], [8, 9]).numpy().tolist()
    [[8, 2], [3, 9]]
    """
    x = operand(input)
    new = operand(diagonal, x._value.dtype)
    require_same_dtype("set_diag", x, new)
    band = band_of(x, k, align, "set_diag")
    lead = x._value.shape[:-2]
    count = band.upper - band.lower + 1
    expected = (*lead, band.length) if count == 1 else (*lead, count, band.length)
    if new._value.shape != expected and new._value.shape != (*lead, count, band.length):
        raise InvalidArgumentError(
            f"set_diag: diagonal must have shape {expected} for matrices {x._value.shape} and "
            f"diagonals {band.lower} to {band.upper}, but it has shape {new._value.shape}."
        )
    in_matrix, in_rows = band.places()
    size = band.rows * band.columns
    moved = _moved(new, in_rows, in_matrix, lead, size, count * band.length)
    matrix = recording.reshape(moved, to=x._value.shape)
    return recording.where(_mask(in_matrix, (band.rows, band.columns)), matrix, x)  # type: ignore[no-any-return]


def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Matrices with zeros outside of a band around the main diagonal.

    Parameters
    ----------
    input
        Tensor of shape ``(..., m, n)``.
    num_lower, num_upper
        How many diagonals to keep below and above the main one; -1 means all.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    InvalidArgumentError
        If the matrices have fewer diagonals.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.band_part([[1, 2], [3, 4]], -1, 0).numpy().tolist()
    [[1, 0], [3, 4]]
    """
    x = operand(input)
    below = int_argument(num_lower, "band_part", "num_lower")
    above = int_argument(num_upper, "band_part", "num_upper")
    if x._value.ndim < 2:
        raise InvalidArgumentError(
            f"band_part: input must be at least 2-dim, received shape: {x._value.shape}."
        )
    rows, columns = x._value.shape[-2:]
    if below > rows or above > columns:
        raise InvalidArgumentError(
            f"band_part: num_lower must be at most {rows} and num_upper at most {columns}, the "
            f"size of the matrices, but they are {below} and {above}. Use -1 for all."
        )
    d = np.arange(columns) - np.arange(rows)[:, None]
    mask = np.ones((rows, columns), np.bool_)
    if below >= 0:
        mask &= d >= -below
    if above >= 0:
        mask &= d <= above
    return recording.masked(x, mask)  # type: ignore[no-any-return]


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the main diagonal.

    Parameters
    ----------
    x
        Tensor of shape ``(..., m, n)``.

    Returns
    -------
    Tensor
        Of shape ``(...)``.

    Raises
    ------
    InvalidArgumentError
        If `x` has fewer than two axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.trace([[1, 2], [3, 4]]).numpy()
    np.int32(5)
    """
    return recording.reduce_sum(diag_part(x), axes=(-1,), keepdims=False)  # type: ignore[no-any-return]


def tensor_diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor whose entries are zero but where the first half of the indices equals the second.

    Parameters
    ----------
    diagonal
        Tensor of shape ``s``, of rank at least 1.

    Returns
    -------
    Tensor
        Of shape ``(*s, *s)``: ``y[i, j, ..., i, j, ...] = diagonal[i, j, ...]``.

    Raises
    ------
    InvalidArgumentError
        If `diagonal` is a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.tensor_diag([1, 2]).numpy().tolist()
    [[1, 0], [0, 2]]
    """
    x = operand(diagonal)
    shape = x._value.shape
    if not shape:
        raise InvalidArgumentError("tensor_diag: Input must be at least rank 1, got 0.")
    matrix = diag(recording.reshape(x, to=(x._value.size,)))
    return recording.reshape(matrix, to=(*shape, *shape))  # type: ignore[no-any-return]


def tensor_diag_part(input: Any, name: str | None = None) -> Tensor:
    """The entries where the first half of the indices equals the second: undoes `tensor_diag`.

    Parameters
    ----------
    input
        Tensor of shape ``(*s, *s)``.

    Returns
    -------
    Tensor
        Of shape ``s``.

    Raises
    ------
    InvalidArgumentError
        If the two halves of the shape differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.tensor_diag_part([[1, 2], [3, 4]]).numpy().tolist()
    [1, 4]
    """
    x = operand(input)
    shape = x._value.shape
    half = shape[: len(shape) // 2]
    if not shape or shape != (*half, *half):
        raise InvalidArgumentError(
            f"tensor_diag_part: the shape must be even in rank and positive, and its two halves "
            f"equal, but it is {shape}."
        )
    count = prod(half)
    part = diag_part(recording.reshape(x, to=(count, count)))
    return recording.reshape(part, to=half)  # type: ignore[no-any-return]
