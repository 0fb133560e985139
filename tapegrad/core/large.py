"""Where faster ways for large arrays are plugged in: the rules say what, these say how.

The engine asks here whether there is a loop for what it is about to do. The compiler, which makes
such loops out of the rules, fills the places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

#: Elementwise primitives of one input, and letters of the dtypes for which a loop is two to twenty
#: times faster than their functions of NumPy and SciPy; `benchmarks/eager_kernels.py` measures it.
SLOW = {
    "cos": "d",
    "digamma": "df",
    "elu": "df",
    "erf": "df",
    "erfc": "df",
    "erfinv": "df",
    "gelu": "df",
    "gelu_tanh": "df",
    "lgamma": "df",
    "ndtr": "df",
    "relu6": "df",
    "selu": "d",
    "sigmoid": "df",
    "sin": "d",
    "softsign": "df",
}


class Loops(NamedTuple):
    """What the compiler offers.

    Attributes
    ----------
    size
        Arrays of so many elements are large.
    stretch
        ``stretch(records)``: how many of the last records to pull back together, and whether a
        loop may do it.
    forward
        ``forward(primitive, x)``: the value of one of `SLOW`.
    update
        ``update(move, variant, value, g, numbers, slots)``: an optimizer's step of one variable.
    pull_back
        ``pull_back(records, cotangents, sources, needed, plainly)``: what `plainly()` does, maybe
        in a loop.
    """

    size: int
    stretch: Callable[[Sequence[Any]], tuple[int, bool]]
    forward: Callable[[Any, Any], Any]
    update: Callable[..., Any]
    pull_back: Callable[..., dict[int, Any]]


_plugged: list[Loops | None] = [None]


def forward_of(primitive: Any) -> Callable[[Any], Any]:
    """The forward function of a slow primitive, which leaves large arrays to a loop."""
    plainly = primitive.forward

    def forward(x: Any) -> Any:
        loops = _plugged[0]
        if loops is None or x.size < loops.size:  # `loops_above`, without the call
            return plainly(x)
        return loops.forward(primitive, x)

    return forward


def plug(loops: Loops | None) -> None:
    """Use these loops, or none."""
    _plugged[0] = loops


def loops_above(size: int) -> Loops | None:
    """The loops, if an array of so many elements is large."""
    loops = _plugged[0]
    return None if loops is None or size < loops.size else loops


def loops_for(records: Sequence[Any]) -> Loops | None:
    """The loops, if some of these records keep large arrays; only a few are looked at."""
    loops = _plugged[0]
    if loops is None or not records:
        return None
    size, count = loops.size, len(records)
    for i in {count // 4, count // 2, count - 1} if size else ():
        _, _, _, args, _, y, _ = records[i]
        for a in (y, *args) if args.__class__ is tuple else (y, args):
            if a.__class__ is np.ndarray and a.size >= size:
                return loops
    return None if size else loops
