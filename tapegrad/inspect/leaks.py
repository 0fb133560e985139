"""Where values left a tape, and whether a gradient was lost by that."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from tapegrad.core.leaks import DOORS, Manner, warn_at
from tapegrad.core.places import Line, frame_of_library_user, frame_of_program, line_of
from tapegrad.inspect.causes import Search
from tapegrad.inspect.disconnected import left
from tapegrad.inspect.lineage import Lineage


class Leak(NamedTuple):
    """A followed value that left.

    Attributes
    ----------
    door
        How: ``"array"``, ``"float"``, ``"int"``, ``"complex"``, ``"item"``, ``"tolist"``,
        ``"bytes"``, ``"dlpack"`` or ``"pickle"``.
    line
        The line of the user's code.
    inside
        The line of another library that was called there, or None.
    """

    door: str
    line: Line | None
    inside: Line | None

    def __str__(self) -> str:
        inside = f" (in {self.inside})" if self.inside else ""
        return f"A value left {DOORS[self.door]} at {self.line}{inside}."


def leaks(tape: Any) -> tuple[Leak, ...]:
    """See `GradientTape.leaks`."""
    return tuple(
        Leak(e.detail, line_of(e.program or e.place), line_of(e.place) if e.program else None)
        for e in tape._memory.exits
        if e.followed
    )


def tell_lost(tape: Any, targets: Sequence[Any], sources: Sequence[Any]) -> None:
    """Warn of sources that have no gradient, where that may be because a value left."""
    lineage = Lineage(tape)
    for x in sources:
        if x._manner.default != "later":
            continue
        for y in targets:
            ancestors = lineage.ancestors(y._id)
            outer = [i for i in ancestors if not lineage.made(i)]
            search = Search(tape, lineage, y, x)
            cause = None if x._id in ancestors else left(search, ancestors, outer)
            if cause is not None:
                _warn(cause.sentences[0], x._manner)
                break


def _warn(sentence: str, manner: Manner) -> None:
    frame = frame_of_library_user(sys._getframe(2))
    warn_at(
        frame_of_program(frame) or frame,
        f"No gradient was found, and it may have been lost on the way. {sentence} "
        f"{manner.recorded} {manner.own} If the target should not depend on the source, "
        f"all is well: tf.debugging.set_gradient_leaks('allow') says so.",
    )
