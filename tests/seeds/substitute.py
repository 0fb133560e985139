"""Imports of one library that give another."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Substitute(MetaPathFinder, Loader):
    """Finds ``torch.nn`` as ``tapegrad.torch.nn``, given ``{"torch": "tapegrad.torch"}``."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.specs: dict[str, Any] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.partition(".")[0] in self.names else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        root, dot, rest = spec.name.partition(".")
        module = importlib.import_module(self.names[root] + dot + rest)
        self.specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The module is complete. The import system has written the other name into it.
        assert module.__spec__ is not None
        module.__spec__ = self.specs[module.__spec__.name]


@contextmanager
def substituted(names: Mapping[str, str]) -> Iterator[None]:
    """Let ``import`` of the names in a ``with`` block, and of what is below, give others."""

    def taken_out() -> dict[str, ModuleType]:
        found = [name for name in sys.modules if name.partition(".")[0] in names]
        return {name: sys.modules.pop(name) for name in found}

    before, finder = taken_out(), _Substitute(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        taken_out()
        sys.modules.update(before)
