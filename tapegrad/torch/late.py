"""Parts of a module that are imported by the first who asks for them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from typing import Any


def late(
    names: dict[str, Any],
    submodules: Collection[str],
    functions: Mapping[str, str] | None = None,
    everything_of: str | None = None,
    otherwise: Callable[[str], Any] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """A module's ``__getattr__`` and ``__dir__``, which know what it has not imported yet.

    Parameters
    ----------
    names
        The module's ``globals()``.
    submodules
        Names of submodules.
    functions
        Names of functions, and the submodules where they are.
    everything_of
        One of the submodules, all of whose public names the module has.
    otherwise
        What answers for names that there are not.
    """
    place = names["__name__"]
    functions = functions or {}

    def of(submodule: str) -> Any:
        return importlib.import_module(f"{place}.{submodule}")

    def load_everything() -> None:
        if everything_of is not None:
            found = vars(of(everything_of))
            names.update({n: v for n, v in found.items() if n not in names and n[0] != "_"})

    def find(name: str) -> Any:
        if name in submodules:
            return of(name)
        if name in functions:
            names[name] = getattr(of(functions[name]), name)
            return names[name]
        if name == "__all__":  # ``from ... import *``
            return [n for n in directory() if n[0] != "_"]
        if name[:2] != "__":
            load_everything()
            if name in names:
                return names[name]
        if otherwise is not None:
            return otherwise(name)
        raise AttributeError(f"module {place!r} has no attribute {name!r}", name=name)

    def directory() -> list[str]:
        load_everything()
        return sorted({*names, *submodules, *functions})

    return find, directory
