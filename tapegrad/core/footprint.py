"""How much memory a computation needs, seen by a recorder while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from weakref import ref

import numpy as np

from tapegrad.core.observer import Everything
from tapegrad.core.tape import Tape


class Footprint(Tape):
    """Adds up the bytes of the results of operations while they are alive.

    Memory that operations use inside of themselves is not seen.

    Attributes
    ----------
    alive
        Bytes of results that exist now.
    peak
        The most that there were at one time.
    """

    __slots__ = ("_seen", "alive", "peak")

    def __init__(self) -> None:
        super().__init__(watch_accessed=False)
        self.followed = Everything()
        self.alive = self.peak = 0
        self._seen: dict[int, ref[Any]] = {}

    def stop(self) -> None:
        """Look no further."""
        self._seen.clear()  # the references know this object

    def _meet(self, y: Any, inputs: Sequence[Any]) -> None:
        owner = buffer_of(y)
        key = id(owner)
        # A view of an input needs no memory.
        if not isinstance(owner, np.ndarray) or key in self._seen:
            return
        if any(buffer_of(x) is owner for x in inputs):
            return
        self._seen[key] = ref(owner, partial(self._lose, key, owner.nbytes))
        self.alive += owner.nbytes
        self.peak = max(self.peak, self.alive)

    def _lose(self, key: int, size: int, _: ref[Any]) -> None:
        self.alive -= size
        self._seen.pop(key, None)

    def record_unary(self, primitive: Any, x: Any, keep_x: bool, keep_y: bool, out: Any) -> None:
        """See a call of an elementwise primitive of one input."""
        self._meet(out._value, (x._value,))

    def record_binary(
        self, primitive: Any, ids: tuple[int, int], a: Any, b: Any, mask: int, out: Any
    ) -> None:
        """See a call of an elementwise primitive of two inputs."""
        self._meet(out._value, (a, b))

    def record(
        self, primitive: Any, inputs: Sequence[Any], mask: int, outputs: Any, params: Any
    ) -> None:
        """See a call of any primitive."""
        arrays = [x._value for x in inputs]
        for y in outputs if outputs.__class__ is tuple else (outputs,):
            self._meet(y._value, arrays)


def buffer_of(a: Any) -> Any:
    """The array that owns the memory of an array."""
    while isinstance(a, np.ndarray) and isinstance(a.base, np.ndarray):
        a = a.base
    return a
