"""One pass over a data set: the seeds that it drew, so that it can be gone through again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np

from tapegrad.ops.seeds import seed_pair


class Order:
    """Where the random order of a `shuffle` comes from: a seed for each pass.

    Parameters
    ----------
    op
        The name of the operation.
    seed
        The user's seed, or None.
    reshuffles
        Whether each pass has an order of its own.
    """

    def __init__(self, op: str, seed: Any, reshuffles: bool) -> None:
        # Drawn at once: the order of the program decides, not that of the passes.
        self._pair = seed_pair(op, seed)
        self._reshuffles = reshuffles
        self._passes = count()

    def next_seed(self) -> int:
        """The seed of the next pass."""
        return self.seed_of(next(self._passes) if self._reshuffles else 0)

    def seed_of(self, number: int) -> int:
        """The seed of a pass."""
        words = np.random.SeedSequence([*self._pair, number]).generate_state(1, np.uint64)
        return int(words[0])


class Run:
    """The random choices of one iterator.

    Parameters
    ----------
    replay
        Seeds that an earlier run drew, to be drawn again.

    Attributes
    ----------
    seeds
        What was drawn so far.
    """

    def __init__(self, replay: Iterable[int] = ()) -> None:
        self.seeds: list[int] = []
        self._replay = list(replay)[::-1]

    def generator(self, order: Order) -> np.random.Generator:
        """The random numbers for a pass that begins now."""
        seed = self._replay.pop() if self._replay else self._fresh(order)
        self.seeds.append(seed)
        return np.random.Generator(np.random.SFC64(seed))

    def _fresh(self, order: Order) -> int:
        return order.next_seed()


class Preview(Run):
    """A run that looks at the first elements and leaves no trace."""

    def _fresh(self, order: Order) -> int:
        return order.seed_of(0)
