"""Where faster ways for large arrays are plugged in: the rules say what, these say how.

The engine asks here whether there is a loop for what it is about to do. The compiler, which makes
such loops out of the rules, fills the places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

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
    whole
        ``whole(name, plainly, arrays, params)``: what ``plainly(*arrays, **params)`` gives, by the
        kernel library if that has a function for the primitive.
    sum_rows
        ``sum_rows(plainly, rows, numbers, size)``: rows added up where they belong.
    update
        ``update(move, variant, value, g, numbers, slots)``: an optimizer's step of one variable.
    pull_back
        ``pull_back(records, cotangents, sources, needed, plainly)``: what `plainly()` does, maybe
        in a loop.
    """

    size: int
    stretch: Callable[[Sequence[Any]], tuple[int, bool]]
    forward: Callable[[Any, Any], Any]
    whole: Callable[..., Any]
    sum_rows: Callable[..., Any]
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


def by_library(name: str, plainly: Callable[..., Any]) -> Callable[..., Any]:
    """The forward function of a primitive, which leaves large arrays to the kernel library."""

    def forward(*arrays: Any, **params: Any) -> Any:
        loops = loops_above(max([a.size for a in arrays]))
        if loops is None:
            return plainly(*arrays, **params)
        return loops.whole(name, plainly, arrays, params)

    return forward


def plug(loops: Loops | None) -> None:
    """Use these loops, or none."""
    _plugged[0] = loops


def loops_above(size: int) -> Loops | None:
    """The loops, if an array of so many elements is large."""
    loops = _plugged[0]
    return None if loops is None or size < loops.size else loops


def loops_for(records: Sequence[Any]) -> Loops | None:
    """The loops, if some of these records are about large arrays; only a few are looked at."""
    loops = _plugged[0]
    if loops is None or not records:
        return None
    size, count = loops.size, len(records)
    if not size:
        return loops
    for i in (count // 2, count // 4, count - 1):
        for record in records[i : i - 3 if i > 2 else None : -1]:
            seen = _size_in(record)
            if seen >= size:
                return loops
            if seen:
                break
    return None


def _size_in(record: Any) -> int:
    """The size of the largest array that a record tells of; 0 if it tells of none."""
    _, _, _, args, _, y, params = record
    seen = 0 if y is None else prod(y.shape) if y.__class__ is not tuple else 0
    for a in args if args.__class__ is tuple else (args,):
        if a is not None and a.size > seen:
            seen = a.size
    if not seen and params:
        for shape in params if params.__class__ is tuple else params.get("shapes", ()):
            seen = max(seen, prod(shape))
    return seen
