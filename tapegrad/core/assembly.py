"""Weights of terms as the entries of a sparse matrix: where each goes is found once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.guarded import has_nan
from tapegrad.core.tape import Record
from tapegrad.core.terms import Map, Terms
from tapegrad.core.uniform import Uniform

#: Places in up to so many evenly spaced pieces are written piece by piece.
_PIECES = 16
#: Entries of a piece.
_BLOCK = 8192


class _Write(NamedTuple):
    """Entries of a term that go to the matrix: their positions in both, and whether they are
    added to what another term has written.
    """

    term: int
    of: Any
    to: Any
    added: bool


class Assembly:
    """Puts the weights of terms where a pattern has them."""

    def __init__(self, terms: Terms, pattern: Any, dtype: Any) -> None:
        self._terms, self._size, self._dtype = terms, pattern.nnz, dtype
        covered = np.zeros(pattern.nnz, np.bool_)
        self._writes: list[_Write] = []
        # First those of one number, which are in the template.
        for k in sorted(range(len(terms.maps)), key=lambda k: not terms.uniform[k]):
            places = _places(pattern, terms.maps[k])
            rows = np.flatnonzero(places >= 0)
            places = places[rows]
            again = covered[places]
            for added in (False, True):
                chosen = again == added
                for of, to in _pieces(rows[chosen], places[chosen]):
                    self._writes.append(_Write(k, of, to, added))
            covered[places] = True
        # One block of the matrix after the other, which stays in the cache.
        self._writes.sort(key=lambda write: write.to.start if write.to.__class__ is slice else 0)
        self._writes.sort(key=lambda write: write.added)
        self._whole = bool(covered.all())
        self._constants: tuple[Any, Any] = ((), None)

    def data(self, records: Sequence[Record]) -> Any:
        """The matrix's data from the records of a run; None if there is a NaN to look into."""
        weights = self._terms.weights(records)
        numbers = tuple([w.number if w.__class__ is Uniform else None for w in weights])
        data = self._start(numbers)
        flat = [w if w.__class__ is Uniform else w.reshape(-1) for w in weights]
        for k, of, to, added in self._writes:
            w: Any = flat[k]
            if w.__class__ is Uniform:
                continue  # there already
            if added:
                data[to] += w[of]
            else:
                data[to] = w[of]
        return None if has_nan(data) else data

    def _start(self, numbers: tuple[Any, ...]) -> Any:
        """Data with those entries that are one number for a whole term."""
        if self._whole and all(n is None for n in numbers):
            return np.empty(self._size, self._dtype)
        known, template = self._constants
        if template is None or known != numbers:
            template = np.zeros(self._size, self._dtype)
            for write in self._writes:
                number = numbers[write.term]
                if number is not None:
                    template[write.to] += number
            self._constants = numbers, template
        return template.copy()


def _places(pattern: Any, m: Map) -> Any:
    """Where the entries ``(i, m[i])`` stand in the pattern's data; -1 for those of none."""
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    width = max(pattern.shape[1], 1)
    keys = rows * width + pattern.indices
    wanted = np.arange(m.size) * width + m
    found = np.searchsorted(keys, wanted)
    there = (m >= 0) & (keys[np.minimum(found, keys.size - 1)] == wanted)
    return np.where(there, found, -1)


def _pieces(rows: Any, places: Any) -> list[tuple[Any, Any]]:
    """Positions as slices, none of them long, if they are evenly spaced; else as they are."""
    if not rows.size:
        return []
    uneven = np.any(np.diff(np.stack([np.diff(rows), np.diff(places)]), axis=1), axis=0)
    if np.count_nonzero(uneven) > 2 * _PIECES:
        return [(rows, places)]
    pieces = []
    start, breaks = 0, [*np.flatnonzero(uneven) + 1, rows.size - 1]
    for end in breaks:
        if end < start:
            continue  # after a step that belongs to neither side
        row, place = int(rows[start]), int(places[start])
        by = [int(v[start + 1] - v[start]) if end > start else 1 for v in (rows, places)]
        for first in range(0, int(end) + 1 - start, _BLOCK):
            count = min(_BLOCK, int(end) + 1 - start - first)
            pieces.append(
                (
                    _slice(row + first * by[0], by[0], count),
                    _slice(place + first * by[1], by[1], count),
                )
            )
        start = int(end) + 1
    return pieces


def _slice(first: int, step: int, count: int) -> slice:
    end = first + step * count
    return slice(first, None if end < 0 else end, step)
