"""The reverse sweep one record at a time, for those who want to see every cotangent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.backward import pull_through
from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.guarded import guarding, has_nan
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw
from tapegrad.core.tape import Record
from tapegrad.inspect.lineage import tuple_of


class Pulled(NamedTuple):
    """What one record did to the cotangents.

    Attributes
    ----------
    number, record
        Which record it was.
    arrived
        Cotangents of its outputs, by identity; None for outputs that nothing depends on.
    passed
        Its contributions to the cotangents of its inputs, by identity.
    """

    number: int
    record: Record
    arrived: dict[int, Any]
    passed: dict[int, Any]


def dense(g: Any) -> Any:
    """A cotangent as an array."""
    return g.dense(raw) if g.__class__ is Slices else g


def pull_one(record: Record, arrived: dict[int, Any]) -> dict[int, Any]:
    """Pull cotangents back through one record, exactly as the sweep does."""
    token = silence_float_errors()
    try:
        passed = dict(arrived)
        pull_through([record], passed, set(), None, raw)
        if has_nan(list(passed.values())):
            passed = dict(arrived)
            pull_through([record], passed, set(), None, raw, False, guarding(raw))
        return {x: dense(g) for x, g in passed.items()}
    finally:
        restore_float_errors(token)


def walk(
    records: Sequence[Record], seeds: dict[int, Any], roots: dict[int, Any] | None = None
) -> Iterator[Pulled]:
    """Pull cotangents back through records, last one first.

    Parameters
    ----------
    records
        The records of a tape.
    seeds
        Cotangents by identity; not changed.
    roots
        Filled with the cotangents of what no record made, in the end.
    """
    cotangents = dict(seeds)
    for number in range(len(records) - 1, -1, -1):
        record = records[number]
        arrived = {o: cotangents.pop(o) for o in tuple_of(record[4]) if o in cotangents}
        if not arrived:
            continue
        passed = pull_one(record, arrived)
        yield Pulled(number, record, arrived, passed)
        with np.errstate(all="ignore"):
            for x, g in passed.items():
                cotangents[x] = cotangents[x] + g if x in cotangents else g
    if roots is not None:
        roots.update(cotangents)


def ones(x: Any) -> Any:
    """The cotangent of a target."""
    return np.ones(x._value.shape, x._value.dtype)[()]


def norm(g: Any) -> float:
    """The Euclidean norm of an array, without overflow for large entries."""
    a = np.abs(np.asarray(g)).astype(np.float64, copy=False).ravel()
    if not a.size:
        return 0.0
    largest = float(a.max())
    if largest == 0.0 or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.square(a / largest).sum()))
