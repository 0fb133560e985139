"""A progress bar: tqdm's where it is installed, otherwise a plain one."""

from __future__ import annotations

import sys
from typing import Protocol, Self, TextIO


class Progress(Protocol):
    """What the training asks of a progress bar."""

    def __enter__(self) -> Self:
        """Start the bar."""

    def __exit__(self, *exception: object) -> None:
        """End its line."""

    def update(self, n: int) -> object:
        """Count ``n`` more steps."""

    def set_postfix_str(self, s: str) -> object:
        """Show ``s`` behind the bar."""


class PlainBar:
    """A bar of ``#`` on one line of a stream.

    On a terminal it is redrawn with every percent, in a file with every tenth.

    Parameters
    ----------
    total : int
        The number of steps to come.
    description : str
        What stands before the bar.
    stream : file
        Where to draw.
    """

    width = 30

    def __init__(self, total: int, description: str, stream: TextIO) -> None:
        self._total = total
        self._description = description
        self._stream = stream
        self._done = 0
        self._stride = 1 if stream.isatty() else 10
        self._percent = 0
        self._note = ""

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(self, *exception: object) -> None:
        self._draw()
        self._stream.write("\n")
        self._stream.flush()

    def update(self, n: int) -> None:
        """Count ``n`` more steps."""
        self._done += n
        if 100 * self._done // self._total >= self._percent + self._stride:
            self._draw()

    def set_postfix_str(self, s: str) -> None:
        """Show ``s`` behind the bar, from the next time that it is drawn."""
        self._note = s

    def _draw(self) -> None:
        self._percent = 100 * self._done // self._total
        filled = "#" * (self.width * self._done // self._total)
        self._stream.write(
            f"\r{self._description}: {self._percent:3d}% |{filled:<{self.width}}| "
            f"{self._done}/{self._total} {self._note}"
        )
        self._stream.flush()


class NoBar:
    """A bar that shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def update(self, n: int) -> None:
        """Do nothing."""

    def set_postfix_str(self, s: str) -> None:
        """Do nothing."""


def progress_bar(total: int, description: str, *, quiet: bool) -> Progress:
    """Make the best progress bar that there is, on standard error.

    Parameters
    ----------
    total : int
        The number of steps to come.
    description : str
        What stands before the bar.
    quiet : bool
        Whether to show nothing at all.
    """
    if quiet:
        return NoBar()
    try:
        from tqdm import tqdm
    except ImportError:
        return PlainBar(total, description, sys.stderr)
    bar: Progress = tqdm(total=total, desc=description, unit="step", file=sys.stderr)
    return bar
