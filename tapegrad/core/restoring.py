"""Values of a checkpoint that wait for the parts of an object they belong to."""

from __future__ import annotations

from typing import Any

#: Where an object keeps what is still to be restored into it.
WAITING = "_waiting_restoration"


def restore_parts(owner: Any) -> None:
    """Restore what a checkpoint has for parts that an object was given since it was restored."""
    waiting = owner.__dict__.get(WAITING)
    if waiting is not None:
        waiting.restore_into(owner)
