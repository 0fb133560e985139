"""What a record has in common with others of the same program: operations, and how they connect.

Two runs with the same outline have the same pattern of dependence, whatever their numbers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core.tape import Record

#: Per record its primitive, the values that it reads, and what else decides where entries go.
Outline = list[tuple[Any, ...]]


def outline(records: Sequence[Record], sources: Sequence[Any], y: Any) -> Outline:
    """The outline of a run from `sources` to `y`."""
    number = {x._id: i for i, x in enumerate(sources)}
    lines: Outline = [tuple([x._value.shape for x in sources])]
    for primitive, ids, mask, args, out, _, params in records:
        if ids.__class__ is int:
            read: Any = number.get(ids)
            picked = None
        else:
            read = tuple([number.get(x) for x in ids])
            picked = tuple([a for a in args if a is not None and a.dtype.kind in "iu"])
        lines.append((primitive.name, mask, read, picked, params))
        for o in (out,) if out.__class__ is int else out:
            number[o] = len(number)
    lines.append((number.get(y._id), y._value.shape))
    return lines


def same(a: Any, b: Any) -> bool:
    """Whether two outlines, or parts of them, are equal; arrays are compared by their entries."""
    if a is b:
        return True
    kind = a.__class__
    if kind is not b.__class__:
        return False
    if kind is tuple or kind is list:
        try:
            return bool(a == b)
        except ValueError:  # there are arrays inside
            return len(a) == len(b) and all(map(same, a, b))
    if kind is dict:
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if kind is np.ndarray:
        return bool(np.array_equal(a, b))
    return bool(a == b)
