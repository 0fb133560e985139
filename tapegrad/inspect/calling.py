"""What a caller wrote for the arguments of a call, so that code in an answer can be pasted."""

from __future__ import annotations

import ast
import linecache
from itertools import islice
from types import FrameType
from typing import NamedTuple

from tapegrad.core.places import frame_of_library_user


class Written(NamedTuple):
    """Expressions of the caller's, or usual names where they are longer.

    Attributes
    ----------
    tape, target, source
        What `GradientTape.explain` was called on and with.
    """

    tape: str = "tape"
    target: str = "y"
    source: str = "x"


def written(frame: FrameType) -> Written:
    """What the caller of `explain` wrote; `frame` is the caller's, or one inside of the library."""
    call = _call(frame_of_library_user(frame))
    if call is None:
        return Written()
    parts = {k.arg: k.value for k in call.keywords}
    parts.update(zip(("target", "source"), call.args, strict=False))
    if isinstance(call.func, ast.Attribute):
        parts["tape"] = call.func.value
    usual = Written()._asdict()
    return Written(**{name: _simple(parts.get(name)) or usual[name] for name in usual})


def _call(frame: FrameType) -> ast.Call | None:
    """The call that a frame is waiting for, as far as its text is known."""
    position = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if position is None or None in position:
        return None
    first, last, start, end = (int(n or 0) for n in position)
    lines = [
        linecache.getline(frame.f_code.co_filename, n).encode() for n in range(first, last + 1)
    ]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        parsed = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except SyntaxError:  # the file has changed since
        return None
    return parsed if isinstance(parsed, ast.Call) else None


def _simple(expression: ast.expr | None) -> str:
    """A name with attributes and indices as text; empty for anything that computes."""
    if expression is None:
        return ""
    inner = expression
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        if isinstance(inner, ast.Subscript) and not isinstance(inner.slice, ast.Constant):
            return ""
        inner = inner.value
    return ast.unparse(expression) if isinstance(inner, ast.Name) else ""
