"""Stored states of a chain of steps: in memory, and some of them on disk."""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core import nest
from tapegrad.core.tensor import wrap

Arrays = tuple[Any, ...]


class Snapshot(NamedTuple):
    """The state before a step: arrays, or the file that holds them, and their structure."""

    step: int
    arrays: Arrays | None
    file: str
    structure: Any


class Snapshots:
    """A stack of states.

    Parameters
    ----------
    states
        How many can be stored.
    on_disk
        How many of these are on disk. The oldest go there, which are needed least often.
    directory
        Where the files are, in a directory of their own that is deleted in the end.
    """

    def __init__(self, states: int, on_disk: int, directory: str | None) -> None:
        self._states, self._on_disk = states, on_disk
        self._stack: list[Snapshot] = []
        self._directory = ""
        if on_disk:
            import shutil
            import tempfile

            try:
                self._directory = tempfile.mkdtemp(prefix="tapegrad-", dir=directory)
            except OSError as error:
                raise type(error)(
                    f"{on_disk} states are to be stored on disk, but no directory can be made: "
                    f"{error}. Pass another directory=..., or disk=0, which stores fewer states."
                ) from None
            weakref.finalize(self, shutil.rmtree, self._directory, True)

    @property
    def top(self) -> int:
        """The step of the latest state."""
        return self._stack[-1].step

    @property
    def room(self) -> int:
        """How many more can be stored."""
        return self._states - len(self._stack)

    def push(self, step: int, state: Any) -> None:
        """Store a state: a structure of tensors."""
        arrays = tuple([x._value for x in nest.flatten(state)])
        structure = nest.map_structure(lambda _: 0, state)
        place = len(self._stack)
        # The first one is the caller's own and costs nothing.
        if not 1 <= place <= self._on_disk:
            self._stack.append(Snapshot(step, arrays, "", structure))
            return
        file = f"{self._directory}/{place}.npz"
        np.savez(file, *arrays)
        self._stack.append(Snapshot(step, None, file, structure))

    def load(self) -> Any:
        """The latest state, as fresh tensors."""
        snapshot = self._stack[-1]
        arrays = snapshot.arrays
        if arrays is None:
            with np.load(snapshot.file) as stored:
                arrays = tuple([stored[name][()] for name in stored.files])
        return nest.pack_sequence_as(snapshot.structure, [wrap(a) for a in arrays])

    def pop(self) -> None:
        """Forget the latest state."""
        self._stack.pop()

    def clear(self) -> None:
        """Forget all."""
        self._stack.clear()
