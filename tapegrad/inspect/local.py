"""How large the derivative of a single operation is."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.table import raw
from tapegrad.core.tape import Record
from tapegrad.inspect.lineage import tuple_of
from tapegrad.inspect.walk import norm, pull_one

#: Above so many elements the size of a derivative is that along the gradient only.
_LARGE = 1 << 20
_ITERATIONS = 12


def local_size(record: Record, position: int, arrived: dict[int, Any]) -> str:
    """The size of the derivative of a record's output with respect to one input, in words."""
    token = silence_float_errors()
    try:
        if record[0].kind == "elementwise":
            return _entries(_partial(record, position, next(iter(arrived.values()))))
        return _stretch(record, position, arrived)
    finally:
        restore_float_errors(token)


def _partial(record: Record, position: int, g: Any) -> Any:
    """The partial derivative of an elementwise primitive: its pull of ones, before any sum."""
    primitive, ids, mask, args, _, y, _ = record
    one = np.ones(np.shape(g), np.asarray(g).dtype)[()]
    if primitive.pulls is not None:
        return primitive.pulls[position](raw, one, mask, args, y, None)
    pulled = primitive.pull(raw, one, mask, args, y, None)
    return pulled if ids.__class__ is int else pulled[position]


def _entries(partial: Any) -> str:
    a = np.asarray(partial)
    if not a.size:
        return "no entries"
    if a.dtype.kind == "c":
        a = np.abs(a)
    low, high = float(a.min()), float(a.max())
    if low == high:
        return f"all entries {low:.4g}" if a.size > 1 else f"{low:.4g}"
    return f"entries from {low:.4g} to {high:.4g}"


def _stretch(record: Record, position: int, arrived: dict[int, Any]) -> str:
    """The spectral norm, by power iteration where that is cheap and the rules allow it."""
    primitive, ids, _, args, out, y, params = record
    (o, g), *others = arrived.items()
    x = tuple_of(ids)[position]
    along = pull_one(record, arrived).get(x)
    if along is None:
        return "none"
    ratio = norm(along) / norm(g) if norm(g) else 0.0
    single = out.__class__ is int and not others and tuple_of(ids).count(x) == 1
    known = primitive.kind in ("linear", "bilinear", "general")
    small = np.size(along) <= _LARGE and np.size(g) <= _LARGE and np.asarray(g).dtype.kind == "f"
    if not (single and known and small and np.isfinite(ratio)) or not np.size(g):
        return f"stretches this gradient {ratio:.4g} times"
    v = np.random.default_rng(0).standard_normal(np.shape(g)).astype(g.dtype)[()]
    size = 0.0
    for _ in range(_ITERATIONS):
        v = (v / norm(v)).astype(g.dtype)[()]
        u = pull_one(record, {o: v}).get(x)
        if u is None or not (size := norm(u)) or not np.isfinite(size):
            break
        tangents: Any = [None] * len(tuple_of(ids))
        tangents[position] = (u / size).astype(u.dtype)[()]
        v = primitive.push(raw, tangents, args, y, params)
        if v is None or not norm(v):
            break
    return f"stretches vectors up to {size:.4g} times"
