"""Compilers that know arrays of NumPy and no tensors: what their users are told."""

from __future__ import annotations

import sys
from typing import Any


def numba_type(x: Any) -> Any:
    """What a value answers when Numba asks for its type: an error that says what to do.

    Raises
    ------
    TypeError
        If a compiled function got the value as an argument.
    AttributeError
        If anybody else asks, or a function in object mode, to which any object may be given.
    """
    caller = frame = sys._getframe(2)
    name = ""
    while _is_numba(frame):
        if frame.f_code.co_name == "typeof_pyval":
            dispatcher = frame.f_locals["self"]
            if getattr(dispatcher, "targetoptions", {}).get("forceobj"):
                raise AttributeError("_numba_type_")
            name = getattr(getattr(dispatcher, "py_func", None), "__name__", "")
        if frame.f_back is None:
            break
        frame = frame.f_back
    if not _is_numba(caller):
        raise AttributeError("_numba_type_")
    kernel = name or "kernel"
    what = f"`{name}`, a function compiled by Numba, got" if name else "Numba was given"
    raise TypeError(
        f"{what} a {type(x).__name__} of tapegrad of shape "
        f"{tuple(x._value.shape)}. Numba compiles for arrays of NumPy, and no tape sees what it "
        f"computes. " + x._kernel_advice.format(kernel=kernel)
    )


def _is_numba(frame: Any) -> bool:
    # Numba's function of types is a `functools.singledispatch`.
    return str(frame.f_globals.get("__name__")).startswith(("numba.", "functools"))
