"""Calling a function when a module has been imported, without importing it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

Then = Callable[[ModuleType], None]


class _Finder:
    """Finds nothing by itself: it lets others find a module, and its loader do one thing more."""

    def __init__(self) -> None:
        self.waiting: dict[str, Then] = {}
        self.asking: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.waiting or name in self.asking:
            return None
        self.asking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.asking.discard(name)
        loader = None if spec is None else spec.loader
        if loader is None:
            return spec
        run = loader.exec_module

        def run_and_tell(module: ModuleType) -> None:
            loader.exec_module = run  # type: ignore[method-assign]
            run(module)
            then = self.waiting.pop(name, None)
            if then is not None:
                then(module)

        loader.exec_module = run_and_tell  # type: ignore[method-assign]
        return spec


_FINDER = _Finder()


def when_imported(name: str, then: Then) -> None:
    """Call a function with a module: now if it has been imported, else when it is.

    Parameters
    ----------
    name
        The module's full name.
    then
        Takes the module.
    """
    module = sys.modules.get(name)
    if module is not None:
        then(module)
        return
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    _FINDER.waiting[name] = then
