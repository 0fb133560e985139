"""Finding what a loop repeated, in the records of a tape."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

#: The longest turn of a loop that is looked for.
_LONGEST = 256


class Repeat(NamedTuple):
    """`times` turns of `length` entries each, from `start` on."""

    start: int
    length: int
    times: int


def repeats(entries: Sequence[Hashable], least: int = 3) -> list[Repeat]:
    """Stretches that repeat themselves at least so many times, the longest first choice."""
    numbers: dict[Hashable, int] = {}
    codes = np.array([numbers.setdefault(e, len(numbers)) for e in entries], np.int64)
    n = len(codes)
    # runs[p][i]: how many entries from i on equal those p later.
    runs = {}
    for p in range(1, min(_LONGEST, n // least) + 1):
        equal = codes[:-p] == codes[p:]
        run = np.zeros(n - p + 1, np.int64)
        ends = np.flatnonzero(~equal)
        following = np.searchsorted(ends, np.arange(n - p))
        stop = np.append(ends, n - p)[following]
        run[:-1] = stop - np.arange(n - p)
        runs[p] = run
    found, i = [], 0
    while i < n:
        best = Repeat(i, 0, 0)
        for p, run in runs.items():
            if i >= len(run):
                continue
            times = 1 + int(run[i]) // p
            if times >= least and times * p > best.length * best.times:
                best = Repeat(i, p, times)
        if best.times:
            found.append(best)
            i += best.length * best.times
        else:
            i += 1
    return found
