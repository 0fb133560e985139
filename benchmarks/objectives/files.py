"""Where ADBench's data files are, and how their numbers are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.objectives.arrays import Array

#: The small ADBench instances that come with the repository; the tests use the same copies.
ADBENCH = Path(__file__).resolve().parents[2] / "tests" / "data" / "adbench"


class Numbers:
    """The whitespace-separated numbers of a file, handed out from the front.

    Parameters
    ----------
    path
        The file to read. Line ends mean nothing: ADBench's formats can all be read in order.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.words = path.read_text(encoding="ascii").split()
        self.position = 0

    def integers(self, count: int) -> list[int]:
        """The next `count` numbers, as integers."""
        return [int(word) for word in self._next(count)]

    def array(self, *shape: int) -> Array:
        """The next numbers as a float64 array of `shape`."""
        count = int(np.prod(shape, dtype=np.int64))
        return np.array(self._next(count), dtype=np.float64).reshape(shape)

    def _next(self, count: int) -> list[str]:
        stop = self.position + count
        if stop > len(self.words):
            raise ValueError(
                f"{self.path} ends after {len(self.words)} numbers, but its header announces "
                f"at least {stop}: the file is cut off or not of this format"
            )
        words = self.words[self.position : stop]
        self.position = stop
        return words
