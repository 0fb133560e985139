"""The random choices of one iterator, so that it can be gone through again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np

from tapegrad.ops.seeds import seed_pair


class Order:
    """Where the random order of a `shuffle` comes from.

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
        self.pair = seed_pair(op, seed)
        self.reshuffles = reshuffles
        self._runs = count()

    def next_run(self) -> int:
        """A number for an iterator."""
        return next(self._runs) if self.reshuffles else 0


class Run:
    """The random choices of one iterator.

    Parameters
    ----------
    entropies
        What the orders of an earlier run began with, to be gone through again.

    Attributes
    ----------
    entropies
        What the orders of this run began with: the seeds, and the number of the run.
    """

    def __init__(self, entropies: Iterable[Iterable[int]] = ()) -> None:
        self.entropies: list[list[int]] = []
        self._replay = [list(entropy) for entropy in entropies][::-1]
        self._places: dict[int, int] = {}  # identity of an order -> its place in `entropies`
        self._passes: list[int] = []

    def generator(self, order: Order) -> np.random.Generator:
        """The random numbers for a pass that begins now."""
        place = self._places.get(id(order))
        if place is None:
            place = self._places[id(order)] = len(self.entropies)
            again = self._replay.pop() if self._replay else None
            self.entropies.append(again or [*order.pair, self._number(order)])
            self._passes.append(0)
        number = self._passes[place] if order.reshuffles else 0
        self._passes[place] += 1
        return np.random.Generator(np.random.SFC64([*self.entropies[place], number]))

    def _number(self, order: Order) -> int:
        return order.next_run()


class Preview(Run):
    """A run that looks at the first elements and leaves no trace."""

    def _number(self, order: Order) -> int:
        return 0
