"""Cases that are one expression each, from a table."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tests.differential.harness import Snippet, expressions

__all__ = ["call", "expressions"]


def call(function: str, *args: Any, **kwargs: Any) -> Snippet:
    """The snippet that calls one function of the library, named from its root."""
    return lambda tf: attrgetter(function)(tf)(*args, **kwargs)
