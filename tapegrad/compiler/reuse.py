"""Memory of large results, used again as soon as nobody holds them any more.

New memory of this size comes from the operating system page by page, which can take as long as the
work that fills it.
"""

from __future__ import annotations

import ctypes
import weakref
from itertools import count
from typing import Any

import numpy as np

#: Results of so many bytes are asked for here; smaller ones NumPy has at hand.
LARGE = 1 << 18
#: So many bytes at most wait to be used again.
MOST_IDLE = 1 << 27

PAGE, LINE = 4096, 64
#: How far apart arrays begin, modulo pages: an odd number of lines.
STEP = 17 * LINE


class _Watch(weakref.ref[Any]):
    """Tells when a loan ends."""

    __slots__ = ("memory",)

    memory: Any


# What is done with these is whole in every thread without a lock, which could be held by the very
# thread in which the garbage collector calls `_returned`.
_lent: dict[int, _Watch] = {}  # by identity of the memory
_idle: dict[int, tuple[Any, list[Any]]] = {}  # by size: the type of its loans, and memory
_places = count()


def room(shape: tuple[int, ...], dtype: Any) -> Any:
    """Like `numpy.empty`, often in memory that a dead array has left.

    The array holds a loan, and whatever shares its memory holds the array or the loan. So the end
    of the loan says that the memory is free.
    """
    size = dtype.itemsize
    for n in shape:
        size *= n
    kind, waiting = _of_size(size)
    try:
        memory = waiting.pop()
    except IndexError:
        memory = _new(size)
    # Not a memoryview: NumPy looks through those to what they show.
    loan = kind.from_buffer(memory)
    watch = _lent[id(memory)] = _Watch(loan, _returned)
    watch.memory = memory
    return np.ndarray(shape, dtype, loan)


def _of_size(size: int) -> tuple[Any, list[Any]]:
    known = _idle.get(size)
    if known is None:
        known = _idle.setdefault(size, (ctypes.c_char * size, []))
    return known


def _new(size: int) -> Any:
    """New memory; the next one begins at another place of its page.

    Loops walk through many arrays at once, and what begins at the same place of a page has the
    same place in the smallest cache.
    """
    memory = np.empty(size + PAGE, np.uint8)
    start = (next(_places) * STEP - memory.ctypes.data) % PAGE
    return memory[start : start + size]


def _returned(watch: weakref.ref[Any]) -> None:
    assert isinstance(watch, _Watch)
    memory = watch.memory
    del _lent[id(memory)]
    size = memory.nbytes
    if size > MOST_IDLE:
        return
    while size + sum([n * len(waiting) for n, (_, waiting) in [*_idle.items()]]) > MOST_IDLE:
        if not _let_go():
            return
    _of_size(size)[1].append(memory)


def _let_go() -> bool:
    """Give up the memory that was asked for first; False if there is none."""
    for size in list(_idle):
        found = _idle.pop(size, None)
        if found is not None and found[1]:
            return True
    return False
