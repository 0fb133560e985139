"""Seeds: which stream of random numbers an operation draws from.

An operation without a seed draws from one stream that `set_seed` restarts; operations with a seed
have a stream of their own, made from that seed and the global one. Streams are NumPy generators,
whose methods hold a lock, so threads may share them.
"""

from __future__ import annotations

from operator import index
from threading import Lock
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike

__all__ = ["set_seed"]

_MASK = 2**64 - 1
_GLOBAL_DEFAULT = 87654321  # the global part of an operation's seed when only that is given


class _Streams:
    """The streams since the last `set_seed`."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self.common: Any = None
        self.own: dict[tuple[str, int], Any] = {}


_lock = Lock()
_current = [_Streams(None)]


def set_seed(seed: Any) -> None:
    """Set the global seed and restart all streams of random numbers.

    Afterwards the same operations in the same order give the same numbers. An operation with a
    ``seed`` argument draws from a stream of its own, which depends on both seeds: it goes on from
    call to call, and `set_seed` restarts it too.

    Parameters
    ----------
    seed
        An integer.

    Raises
    ------
    TypeError
        If `seed` is not an integer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.set_seed(1)
    >>> first = tf.random.normal([2])
    >>> tf.random.set_seed(1)
    >>> bool(tf.reduce_all(first == tf.random.normal([2])))
    True
    """
    fresh = _Streams(seed_argument(seed, "set_seed"))
    with _lock:
        _current[0] = fresh


def seed_argument(seed: Any, op: str) -> int:
    """An integer seed, negative or large ones wrapped to 64 bits."""
    if isinstance(seed, ArrayLike):
        seed = seed._read()
    try:
        return index(seed) & _MASK
    except TypeError:
        raise TypeError(f"{op}: seed must be an integer, not {seed!r}.") from None


def stream(op: str, seed: Any) -> Any:
    """The NumPy generator for an operation called `op` with this `seed` argument."""
    key = None if seed is None else (op, seed_argument(seed, op))
    with _lock:
        streams = _current[0]
        if key is None:
            if streams.common is None:
                streams.common = _generator(streams.seed)
            return streams.common
        found = streams.own.get(key)
        if found is None:
            found = streams.own[key] = _generator([_base(streams), key[1]])
        return found


def seed_pair(op: str, seed: Any) -> list[int]:
    """What a sequence of random numbers starts from: the global seed, and an operation's own.

    An operation without a seed gets one from the common stream.
    """
    if seed is None:
        seed = int(stream(op, None).integers(2**63))
    return [_base(_current[0]), seed_argument(seed, op)]


def _base(streams: _Streams) -> int:
    return _GLOBAL_DEFAULT if streams.seed is None else streams.seed


def _generator(entropy: Any) -> Any:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))


def counter_generator(counter: Any, key: Any) -> Any:
    """A generator that is a function of counter and key, each up to two 64-bit integers."""
    low, high = (int(c) & _MASK for c in counter)
    # The two low words of Philox's counter are left to the draws of one call.
    start = np.array([0, 0, low, high], np.uint64)
    words = np.array([int(k) & _MASK for k in key], np.uint64)
    return np.random.Generator(np.random.Philox(counter=start, key=words))
