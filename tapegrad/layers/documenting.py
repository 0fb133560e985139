"""Docstrings of layers whose parameters are the same but for a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_C = TypeVar("_C", bound=type)


def with_parameters(describe: Callable[[_C], str]) -> Callable[[_C], _C]:
    """A decorator that puts sections between the summary of a class and its examples.

    Parameters
    ----------
    describe
        A function of the class that returns the sections, indented like a class's docstring.
    """

    def complete(cls: _C) -> _C:
        summary, _, example = (cls.__doc__ or "").partition("\n\n    Examples")
        cls.__doc__ = f"{summary}\n\n    {describe(cls).strip()}\n\n    Examples{example}"
        return cls

    return complete
