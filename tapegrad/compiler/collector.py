"""Python's garbage collector, while a function is recorded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without collections: a recording is many objects, all of which are needed.

    Every collection would look at all of them; for 100,000 operations, that is half of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
