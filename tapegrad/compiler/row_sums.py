"""Rows added up where their numbers say, for large tables: one pass over the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.compiler.cache import compile_for, compiled
from tapegrad.compiler.candidates import Candidate
from tapegrad.compiler.loop import fixed
from tapegrad.compiler.text import DECORATOR

_TEXT = f"""\
from numba import njit
from tapegrad.kernels.intrinsics import load, store


{DECORATOR}
def kernel(rows, numbers, table, count, width):
    for i in range(count):
        begin = load(numbers, i) * width
        row = i * width
        for j in range(width):
            store(table, begin + j, load(table, begin + j) + load(rows, row + j))
"""

_SINGLE = f"""\
from numba import njit
from tapegrad.kernels.intrinsics import load, store


{DECORATOR}
def kernel(rows, numbers, table, count, width):
    for i in range(count):
        at = load(numbers, i)
        store(table, at, load(table, at) + load(rows, i))
"""


class _RowSum(Candidate):
    """Sums of rows of one dtype, by numbers of one dtype."""

    def __init__(self, dtype: Any, single: bool) -> None:
        super().__init__()
        self._dtype = dtype
        self._single = single

    def make(self) -> _RowSumLoop:
        """The loop."""
        return _RowSumLoop(compiled(_SINGLE if self._single else _TEXT), self._dtype)


class _RowSumLoop:
    def __init__(self, function: Any, dtype: Any) -> None:
        self._function = function
        self._dtype = dtype

    def compile(self) -> None:
        """Make the machine code, or load it from disk."""
        table, numbers = np.empty(1, self._dtype), np.empty(1, np.int64)
        compile_for(self._function, fixed(table), fixed(numbers), table, 1, 1)

    def __call__(self, rows: Any, numbers: Any, size: int) -> Any:
        count, width = rows.shape
        table = np.zeros(size * width, self._dtype)
        flat = fixed(rows).reshape(-1)
        self._function(flat, fixed(numbers.astype(np.int64)), table, count, width)
        return table.reshape(size, width)


_sums: dict[Any, _RowSum] = {}


def sum_rows(plainly: Callable[..., Any], rows: Any, numbers: Any, size: int) -> Any:
    """``plainly(rows, numbers, size)``, maybe in a loop: a table of `size` rows.

    Parameters
    ----------
    rows
        Of shape ``(n, width)``.
    numbers
        Which row of the table each belongs to, of shape ``(n,)``.
    """

    def in_numpy() -> Any:
        return plainly(rows, numbers, size)

    dtype = rows.dtype
    if dtype.char not in "fd" or numbers.min() < 0 or numbers.max() >= size:
        return in_numpy()
    key = dtype, rows.shape[1] == 1
    found = _sums.get(key)
    if found is None:
        found = _sums[key] = _RowSum(*key)
    return found.do(in_numpy, lambda loop: loop(rows, numbers, size), rows.size)
