"""What a picture of a tape consists of."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple


class Box(NamedTuple):
    """A value that was watched, or an operation.

    Attributes
    ----------
    key
        Unique in the diagram.
    title, detail
        What it is, and its shape.
    kind
        ``"source"``, ``"target"``, ``"operation"`` or ``"chain"``.
    hint
        More to read when the pointer rests on it.
    repeat
        The number of the loop that it belongs to, or -1.
    number
        How many operations it stands for.
    """

    key: str
    title: str
    detail: str
    kind: str
    hint: str
    repeat: int
    number: int = 1


class Arrow(NamedTuple):
    """From one box to another.

    Attributes
    ----------
    tail, head
        Keys of the boxes.
    norm
        The norm of the gradient that flows back, the largest where the arrow stands for several;
        None if it is not known.
    back
        Whether it leads to the next turn of a loop.
    least
        The smallest of several norms.
    """

    tail: str
    head: str
    norm: float | None
    back: bool
    least: float | None

    @property
    def label(self) -> str:
        """The norm as text, or the range of several; empty if it is not known."""
        if self.norm is None:
            return ""
        largest = f"{self.norm:.3g}"
        least = largest if self.least is None else f"{self.least:.3g}"
        return largest if least == largest else f"{least} … {largest}"

    def joined(self, other: Arrow) -> Arrow:
        """One arrow for two between the same boxes."""
        norms = [n for n in (self.norm, self.least, other.norm, other.least) if n is not None]
        if not norms:
            return self
        largest = next((n for n in norms if not isfinite(n)), max(norms))
        return self._replace(norm=largest, least=min(norms))


class Diagram(NamedTuple):
    """Boxes in order, arrows, and how often each loop turned."""

    boxes: list[Box]
    arrows: list[Arrow]
    loops: list[int]
