"""Cases that are one expression each, from a table."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from tests.differential.harness import Snippet, case


def expressions(
    module: str, row: str | int, table: Mapping[str, Snippet], *, rtol: float | None = None
) -> None:
    """Register the snippets of `table`, name -> ``lambda tf: expression``, for `module`."""
    for name, run in table.items():
        run.__name__ = name
        run.__module__ = module
        case(row, rtol=rtol)(run)


def call(function: str, *args: Any, **kwargs: Any) -> Snippet:
    """The snippet that calls one function of the library, named from its root."""
    return lambda tf: attrgetter(function)(tf)(*args, **kwargs)
