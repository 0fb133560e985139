"""Long loops of compiled functions on several threads.

A kernel that is one loop over elements, walked through in order, is called for pieces of its
arrays at the same time; it does not hold Python's lock. What it adds up is added up once more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["get_intra_op_parallelism_threads", "set_intra_op_parallelism_threads"]

_chosen = [0]

#: Pieces begin at multiples of this, where sums are begun anew in any case.
PIECE = 4096

#: The least work of a thread, in elements times operations: half a millisecond or so.
LEAST = 5_000_000


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Let compiled functions share long loops between so many threads.

    Sums depend on the number of threads in their last places.

    Parameters
    ----------
    num_threads
        0, the default: as many as the environment variable ``OMP_NUM_THREADS`` says, which NumPy's
        matrix products obey too, or as there are processors.

    Raises
    ------
    ValueError
        If the number is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.threading.set_intra_op_parallelism_threads(1)
    >>> tf.config.threading.get_intra_op_parallelism_threads()
    1
    >>> tf.config.threading.set_intra_op_parallelism_threads(0)
    """
    if num_threads < 0:
        raise ValueError(
            f"A number of threads cannot be negative, not {num_threads}; 0 stands for as many as "
            "there are processors."
        )
    _chosen[0] = int(num_threads)


def get_intra_op_parallelism_threads() -> int:
    """What `set_intra_op_parallelism_threads` was last told, at first 0.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.threading.get_intra_op_parallelism_threads()
    0
    """
    return _chosen[0]


def thread_count() -> int:
    """How many threads there may be."""
    return _chosen[0] or _usual_count()


@cache
def _usual_count() -> int:
    said = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if said.isdecimal() and int(said):
        return int(said)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Divided:
    """A kernel whose loop may be divided.

    Parameters
    ----------
    function
        ``function(*arrays, sizes, numbers)``, where sizes begins with the number of elements.
    size
        That number. Arrays of so many elements are divided, others are passed as they are.
    cost
        Operations for one element.
    totals
        For arguments that are totals of all elements, what joins two of them.
    """

    def __init__(
        self, function: Callable[..., None], size: int, cost: int, totals: Mapping[int, np.ufunc]
    ) -> None:
        self.function = function
        self._size = size
        self._most = min(size * cost // LEAST, size // PIECE)
        self._totals = totals
        self._compiled = False

    def __call__(self, *arguments: Any) -> None:
        count = min(thread_count(), self._most)
        if count < 2 or not self._compiled:
            self.function(*arguments)
            self._compiled = True
            return
        bounds = [self._size * i // count // PIECE * PIECE for i in range(count)] + [self._size]
        pieces = [self._piece(arguments, low, high) for low, high in pairwise(bounds)]
        executor = _executor(os.getpid(), count)
        others = [executor.submit(self.function, *piece) for piece in pieces[1:]]
        try:
            self.function(*pieces[0])
        finally:  # memory must not go while others work on it
            failures = [task.exception() for task in others]
        for failure in failures:
            if failure is not None:
                raise failure
        for i, join in self._totals.items():
            arguments[i][...] = join.reduce([piece[i] for piece in pieces])

    def _piece(self, arguments: tuple[Any, ...], low: int, high: int) -> list[Any]:
        *arrays, sizes, numbers = arguments
        piece = [
            x.reshape(-1)[low:high].reshape((-1,) + (1,) * (x.ndim - 1))
            if x.size == self._size
            else x
            for x in arrays
        ]
        for i in self._totals:
            piece[i] = np.empty_like(arrays[i])
        sizes = sizes.copy()
        sizes[0] = high - low
        return [*piece, sizes, numbers]


@cache
def _executor(process: int, count: int) -> Executor:
    """Threads to work beside this one; a forked process has none and makes its own."""
    from concurrent.futures import ThreadPoolExecutor

    del process
    return ThreadPoolExecutor(count - 1, "tapegrad")
