"""Kernels that fail: which one it was, told once, so that eager speed has a reason to be found.

A kernel is machine code at its first call only, and Numba may refuse it there. Kernels raise
nothing themselves, so an error out of a line that calls one is a fault of this library. The work
is done eagerly then, as for errors of users, but not in silence.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from tapegrad.compiler.graph import Operation

#: The name of what a program knows of its kernels: in words, by the line that calls them.
KERNEL_CALLS = "kernel_calls"

#: More operations of a kernel than this are not named.
_MOST_NAMES = 6


def in_words(number: int, operations: Sequence[Operation]) -> str:
    """What a kernel is, for who wrote the function."""
    names = list(dict.fromkeys(o.primitive.name for o in operations))
    more = ", ..." if len(names) > _MOST_NAMES else ""
    file, line = operations[-1].place
    return f"kernel {number} ({', '.join(names[:_MOST_NAMES])}{more}; {file}, line {line})"


def failed_kernel(error: Exception) -> str | None:
    """Which kernel an error comes from, and the error; None if it comes from elsewhere."""
    if isinstance(error, MemoryError):
        return None
    trace = error.__traceback__
    while trace is not None:
        calls = trace.tb_frame.f_globals.get(KERNEL_CALLS)
        if calls is not None:
            words = calls.get(trace.tb_lineno)
            return None if words is None else f"{words} failed: {_first_lines(error)}"
        trace = trace.tb_next
    return None


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ": ".join([type(error).__name__, *lines[:2]])


def warn_of_failure(name: str, failure: str) -> None:
    """Tell that a function is not what it could be."""
    warnings.warn(
        f"{name} runs eagerly from now on: {failure}. This is a fault of tapegrad: results are "
        "right, but slow. Please report it.",
        RuntimeWarning,
        stacklevel=2,
    )
