"""Repeated stretches of a sequence: where a list of numbers says the same again and again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

#: Fewer repetitions than this are not worth a loop.
LEAST_COUNT = 4

#: Nor are fewer elements in all.
LEAST_LENGTH = 96

#: Longer periods are not looked at: what repeats within them is.
LONGEST_PERIOD = 400

#: How many distances between equal elements are tried as periods.
_CANDIDATES = 16

#: Makes one number of three; that two pieces may get the same one does no harm.
_MIX = np.int64(1_000_003)


class Stretch(NamedTuple):
    """`turns` times the same `period` elements, from `start` on, and `rest` more of the same."""

    start: int
    period: int
    turns: int
    rest: int

    @property
    def stop(self) -> int:
        """Behind the last whole repetition."""
        return self.start + self.period * self.turns


def stretches(codes: Any, begin: int, end: int) -> list[Stretch]:
    """Stretches of ``codes[begin:end]`` that do not overlap, in order; the longest win.

    Parameters
    ----------
    codes
        An array of integers.
    """
    found: list[Stretch] = []
    pending = [(begin, end)]
    while pending:
        low, high = pending.pop()
        best = _longest(codes[low:high])
        if best is None:
            continue
        found.append(best._replace(start=best.start + low))
        pending += [(low, low + best.start), (low + best.stop + best.rest, high)]
    return sorted(found)


def _longest(codes: Any) -> Stretch | None:
    """The stretch that covers most, of the shortest period that does."""
    if len(codes) < LEAST_LENGTH:
        return None
    best: Stretch | None = None
    for period in sorted(_periods(codes)):
        edges = np.flatnonzero(
            np.diff(codes[period:] == codes[:-period], prepend=False, append=False)
        )
        starts, stops = edges[::2], edges[1::2]
        lengths = stops - starts + period
        lengths = np.where(lengths >= LEAST_COUNT * period, lengths, 0)
        if not len(lengths) or lengths.max() < LEAST_LENGTH:
            continue
        i = int(lengths.argmax())
        count, rest = divmod(int(lengths[i]), period)
        stretch = Stretch(int(starts[i]), period, count, rest)
        if best is None or stretch.turns * period > best.turns * best.period:
            best = stretch
    return best


def _periods(codes: Any) -> list[int]:
    """The distances at which short pieces of the sequence come again most often."""
    pieces = (codes[:-2] * _MIX + codes[1:-1]) * _MIX + codes[2:]
    order = np.argsort(pieces, kind="stable")
    again = np.diff(pieces[order]) == 0
    distances = np.diff(order)[again]
    counts = np.bincount(distances[distances <= LONGEST_PERIOD], minlength=1)
    most = np.argsort(counts)[::-1][:_CANDIDATES]
    return [int(p) for p in most if counts[p] >= LEAST_COUNT - 1]
