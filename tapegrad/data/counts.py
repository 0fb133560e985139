"""How many elements a data set has: a number, `INFINITE` or `UNKNOWN`."""

from __future__ import annotations

from collections.abc import Sequence

INFINITE = -1
UNKNOWN = -2


def repeated(n: int, times: int) -> int:
    """`n` elements `times` times over, without end if `times` is negative."""
    if times < 0:
        return INFINITE if n else 0
    return times * n if n >= 0 or not times else n


def taken(n: int, count: int) -> int:
    """The first `count` of them, all if `count` is negative."""
    if count < 0 or n == UNKNOWN:
        return n
    return count if n == INFINITE else min(n, count)


def skipped(n: int, count: int) -> int:
    """Without the first `count`, none if `count` is negative."""
    if n < 0:
        return n
    return max(n - count, 0) if count >= 0 else 0


def sharded(n: int, shards: int, index: int) -> int:
    """Every `shards`-th, from number `index` on."""
    return n if n < 0 else n // shards + (index < n % shards)


def batched(n: int, size: int, drop: bool) -> int:
    """Batches of `size`."""
    return n if n < 0 else n // size if drop else -(-n // size)


def windowed(n: int, size: int, shift: int, stride: int, drop: bool) -> int:
    """Windows of `size`, `shift` apart."""
    if n < 0:
        return n
    usable = n - (size - 1) * stride if drop else n
    return max(-(-usable // shift), 0)


def joined(counts: Sequence[int]) -> int:
    """One after the other."""
    return next((n for n in (INFINITE, UNKNOWN) if n in counts), sum(counts))


def zipped(counts: Sequence[int]) -> int:
    """Side by side."""
    if UNKNOWN in counts:
        return UNKNOWN
    return min((n for n in counts if n >= 0), default=INFINITE)


def times(n: int, rows: int | None) -> int:
    """`n` batches of `rows` rows, taken apart."""
    if n < 0:
        return n
    return UNKNOWN if rows is None else n * rows
