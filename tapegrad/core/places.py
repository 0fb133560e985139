"""Where in the user's code something happened, remembered cheaply and told later.

A place is a code object and the offset of an instruction in it. Keeping a frame would keep its
local variables alive, and computing a line number costs more than remembering where it is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from types import CodeType, FrameType
from typing import Any, NamedTuple

Place = tuple[CodeType, int]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # noqa: PTH100, PTH120
_DEMO = _PACKAGE + "demo" + os.sep  # a user of the library


class _Inside(dict[str, bool]):
    """File name -> whether it belongs to the library, or runs its context managers."""

    def __missing__(self, filename: str) -> bool:
        ours = filename.startswith(_PACKAGE) and not filename.startswith(_DEMO)
        self[filename] = inside = ours or filename == contextlib.__file__
        return inside


_inside = _Inside()


def frame_of_library_user(frame: FrameType) -> FrameType:
    """The innermost frame outside of this library, from a frame on."""
    found: FrameType | None = frame
    while found is not None and _inside[found.f_code.co_filename]:
        frame, found = found, found.f_back
    return found or frame


def place(depth: int = 2) -> Place:
    """Where the innermost frame outside of this library stands; `depth` frames can be left out."""
    found = frame_of_library_user(sys._getframe(depth))
    return found.f_code, found.f_lasti


def dialect_here(depth: int = 2) -> str:
    """The dialect whose function the user called: ``"tf"``, ``"np"`` or ``"torch"``."""
    frame: FrameType | None = sys._getframe(depth)
    door = ""
    while frame is not None and _inside[frame.f_code.co_filename]:
        door, frame = frame.f_code.co_filename, frame.f_back
    room = door.removeprefix(_PACKAGE).partition(os.sep)[0]
    return {"numpy": "np", "torch": "torch"}.get(room, "tf")


def function_here(depth: int = 2) -> str:
    """The name of the library's function that the user called."""
    frame: FrameType | None = sys._getframe(depth)
    name = "a function of NumPy"
    while frame is not None and _inside[frame.f_code.co_filename]:
        if frame.f_code.co_name not in (
            "call",
            "compute",
            "__call__",
            "operate",
            "computed",
            "<lambda>",
        ):
            name = frame.f_code.co_name
        frame = frame.f_back
    return name


def line_now(depth: int = 2) -> tuple[str, int]:
    """File and number of the line where the innermost frame outside of this library stands."""
    found = frame_of_library_user(sys._getframe(depth))
    return found.f_code.co_filename, found.f_lineno


_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120


def frame_of_program(frame: FrameType) -> FrameType | None:
    """The innermost frame outside of this library and of all that is installed, from a frame on."""
    found: FrameType | None = frame
    while found is not None:
        name = found.f_code.co_filename
        installed = (
            _inside[name]
            or "site-packages" in name
            or "dist-packages" in name
            or name.startswith((_STANDARD_LIBRARY, "<frozen "))
        )
        if not installed:
            return found
        found = found.f_back
    return None


class Lines:
    """For how many operations a tape remembers places; see `tf.debugging.enable_source_lines`."""

    #: A place costs a tenth of a recorded operation: without an option only short tapes pay for it.
    DEFAULT = 150
    #: How many entries the list of a tape may have, two for each operation.
    entries = 2 * DEFAULT
    #: How many more calls are remembered of those on tensors that hold their graph themselves.
    left = 0


def note(tape: Any) -> None:
    """Append the place of the call that a tape is recording, as two entries of its list."""
    frame: Any = sys._getframe(3)
    code = frame.f_code
    while _inside[code.co_filename]:
        outer = frame.f_back
        if outer is None:
            break
        frame = outer
        code = frame.f_code
    places = tape.places
    places += (code, frame.f_lasti)
    if len(places) >= Lines.entries:
        tape.places = None


def _cell_of(file: str) -> str:
    """How IPython calls a cell of a notebook, as in its own tracebacks; empty for files."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    namer = getattr(getattr(shell, "compile", None), "format_code_name", None)
    found = namer(file) if namer is not None else None
    return " ".join(found) if found else ""


#: Longer lines are cut where they are shown.
_LONG = 120


class Line(NamedTuple):
    """A line of the user's code."""

    file: str
    number: int
    text: str

    def __str__(self) -> str:
        shown = f"{_cell_of(self.file) or os.path.basename(self.file)}:{self.number}"  # noqa: PTH119
        text = self.text if len(self.text) <= _LONG else f"{self.text[:_LONG]}…"
        return f"{shown}: `{text}`" if text else shown


def line_of(where: Place | tuple[str, int] | None) -> Line | None:
    """The line at a place, or that of a file and a number."""
    import linecache

    if where is None:
        return None
    code, offset = where
    if isinstance(code, str):
        return Line(code, offset, linecache.getline(code, offset).strip()) if code else None
    number = code.co_firstlineno
    for i, (first, *_rest) in enumerate(code.co_positions()):
        if i == offset // 2:
            number = first or number
            break
    return Line(code.co_filename, number, linecache.getline(code.co_filename, number).strip())
