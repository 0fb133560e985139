"""Bands of matrices: some neighbouring diagonals, and where their entries stand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument

_ALIGNMENTS = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")


class Band(NamedTuple):
    """Neighbouring diagonals of a matrix, and how they stand as rows of equal length.

    Diagonal d holds the entries ``(i, i + d)``; the rows run from `upper` down to `lower`.
    """

    rows: int
    columns: int
    lower: int
    upper: int
    length: int
    align: str

    def places(self) -> tuple[Any, Any]:
        """Where the entries of the band stand in the flattened matrix and in the flattened rows."""
        in_matrix, in_rows = [], []
        above, below = self.align.split("_")
        for d in range(self.lower, self.upper + 1):
            along = np.arange(diagonal_length(self.rows, self.columns, d))
            first = -d * self.columns if d < 0 else d
            in_matrix.append(first + along * (self.columns + 1))
            right = (above == "RIGHT" and d >= 0) or (below == "RIGHT" and d <= 0)
            offset = self.length - len(along) if right else 0
            in_rows.append((self.upper - d) * self.length + offset + along)
        return np.concatenate(in_matrix), np.concatenate(in_rows)


def diagonal_length(rows: int, columns: int, d: int) -> int:
    """How many entries diagonal d of a matrix has."""
    return max(min(rows + min(d, 0), columns - max(d, 0)), 0)


def lowest_and_highest(k: Any, op: str) -> tuple[int, int]:
    """Read an argument `k`: one diagonal, or a pair."""
    ends = ints_argument(k, op, "k")
    if len(ends) not in (1, 2) or ends[0] > ends[-1]:
        raise InvalidArgumentError(
            f"{op}: k must be one diagonal or a pair (lowest, highest), not {k!r}."
        )
    return ends[0], ends[-1]


def band_of(x: Any, k: Any, align: str, op: str) -> Band:
    """The band `k` of the matrices in `x`."""
    shape = x._value.shape
    if len(shape) < 2:
        raise InvalidArgumentError(f"{op}: input must be at least 2-dim, received shape: {shape}.")
    require_alignment(align, op)
    lower, upper = lowest_and_highest(k, op)
    rows, columns = shape[-2:]
    for d in (lower, upper):
        if d and not -rows < d < columns:
            raise InvalidArgumentError(
                f"{op}: diagonal {d} is out of bound: it must be between {-rows} and {columns}, "
                f"for matrices of shape {(rows, columns)}."
            )
    length = diagonal_length(rows, columns, min(max(0, lower), upper))
    return Band(rows, columns, lower, upper, length, align)


def require_alignment(align: str, op: str) -> None:
    """Raise InvalidArgumentError for an `align` that does not exist."""
    if align not in _ALIGNMENTS:
        raise InvalidArgumentError(f"{op}: align must be one of {_ALIGNMENTS}, not {align!r}.")
