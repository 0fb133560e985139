"""Docstrings of dialects: a function says what it computes, and this adds what all have in common.

Dialects have hundreds of functions whose parameters mean the same. A function's own docstring is
its summary; its parameters and an example follow from tables.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def parameter_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters, in much less time than `inspect.signature` takes."""
    inner: Any = function
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
    code = getattr(inner, "__code__", None)
    if code is None or hasattr(inner, "__signature__"):  # a class, or one that says it itself
        return tuple(inspect.signature(function).parameters)
    count = code.co_argcount + code.co_kwonlyargcount
    several = bool(code.co_flags & inspect.CO_VARARGS) + bool(
        code.co_flags & inspect.CO_VARKEYWORDS
    )
    names: tuple[str, ...] = code.co_varnames[: count + several]
    return names


class Documentation:
    """What completes the docstrings of one dialect.

    Attributes
    ----------
    import_line
        What an example begins with.
    common
        The meaning of parameters that many functions share.
    results
        What the dialect's model shows for examples: an expression and its text.
    without_result
        The examples whose results the model told, or should.
    """

    def __init__(self, import_line: str, common: dict[str, str], results: dict[str, str]) -> None:
        self.import_line = import_line
        self.common = common
        self.results = results
        self.without_result: list[str] = []

    def documented(
        self, example: str, result: str = "", **parameters: str
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Complete a docstring by the parameters and an example.

        Parameters
        ----------
        example
            An expression; statements may stand in lines before it.
        result
            What the interpreter shows for it; by default what the model showed when it was asked.
        parameters
            What the function's own parameters mean; those that many functions share have their
            text in `common`.
        """
        if not result:
            self.without_result.append(example)

        def complete(function: Callable[..., Any]) -> Callable[..., Any]:
            text = function.__doc__ or ""
            if "\n" in text:
                text = inspect.cleandoc(text)
            lines = [text]
            if "Parameters\n---" not in text:
                lines += self._parameters(function, parameters)
            lines += ["", "Examples", "--------", f">>> {self.import_line}"]
            lines += [
                f">>> {line}" if not line.startswith(" ") else f"...{line}"
                for line in example.split("\n")
            ]
            shown = result or self.results.get(example, "")
            lines += shown.split("\n") if shown else []
            function.__doc__ = "\n".join(lines) + "\n"
            return function

        return complete

    def _parameters(self, function: Callable[..., Any], own: dict[str, str]) -> list[str]:
        lines = []
        for name in parameter_names(function):
            lines += [name, f"    {own.get(name) or self.common.get(name, '')}"]
        return ["", "Parameters", "----------", *lines] if lines else []
