"""Which primitives a public function runs: seen while the example in its docstring runs."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from tapegrad.core import calls, primitive
from tapegrad.core.primitive import Primitive

#: Code whose frames know, as `primitive`, which operation they run.
_RUNNERS: set[CodeType] = {
    run.__code__ for run in (primitive.apply, primitive.apply_one, primitive.apply_pair)
}


def _collect_runners(function: Any) -> None:
    for constant in function.__code__.co_consts:
        if isinstance(constant, CodeType) and constant.co_name == "call":
            _RUNNERS.add(constant)


for _maker in (calls.unary_call, calls.binary_call, calls._binary):
    _collect_runners(_maker)


@dataclass
class Trace:
    """A call of a function in the example of its docstring.

    Attributes
    ----------
    primitives
        The names of the primitives that it ran, in order of their first run.
    arguments
        Its arguments by parameter name, or None if the example does not call it.
    """

    primitives: list[str] = field(default_factory=list)
    arguments: dict[str, Any] | None = None


def own_primitive(function: Any) -> str | None:
    """The primitive that a function made by `elementwise` is the face of."""
    found = getattr(function, "primitive", function)
    return found.name if isinstance(found, Primitive) else None


def trace(function: Callable[..., Any]) -> Trace:
    """Run the example of a function, and see what its first call does."""
    found = Trace()
    code = getattr(inspect.unwrap(function), "__code__", None)
    inside: list[FrameType] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            if frame.f_code is code and not inside and not found.primitives:
                inside.append(frame)
                if found.arguments is None:
                    found.arguments = dict(frame.f_locals)
            elif inside and frame.f_code in _RUNNERS:
                name = frame.f_locals["primitive"].name
                if name not in found.primitives:
                    found.primitives.append(name)
        elif event == "return" and inside and frame is inside[0]:
            inside.clear()

    text = inspect.getdoc(function) or ""
    example = doctest.DocTestParser().get_doctest(text, {}, "example", None, None)
    previous = sys.getprofile()
    with contextlib.redirect_stdout(io.StringIO()):
        for part in example.examples:
            sys.setprofile(watch)
            try:
                exec(compile(part.source, "<example>", "single"), example.globs)
            except Exception:  # noqa: BLE001 - examples show errors too
                pass
            finally:
                sys.setprofile(previous)
            inside.clear()
    return found
