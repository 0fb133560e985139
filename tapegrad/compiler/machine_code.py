"""Numba's files of machine code, with a check sum: damaged ones are compiled again."""

from __future__ import annotations

import pickle
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any


def keep_machine_code(dispatcher: Any) -> None:
    """Let a function of Numba load its machine code from beside its source, or save it there.

    Raises
    ------
    RuntimeError
        If there is no place for it.
    """
    dispatcher._cache = _cache_class()(dispatcher.py_func)


@cache
def _cache_class() -> Any:
    caching: Any = import_module("numba.core.caching")

    class Files(caching.IndexDataCacheFile):  # type: ignore[misc]
        def _load_index(self) -> Any:
            try:
                return super()._load_index()
            except Exception:  # noqa: BLE001 - the bytes of a damaged pickle may raise anything
                return {}

        def _load_data(self, name: str) -> Any:
            found = Path(self._data_path(name)).read_bytes()
            digest, data = found[:32], found[32:]
            if sha256(data).digest() != digest:
                raise OSError(f"{name} is damaged")  # as if it were not there
            return pickle.loads(data)

        def _save_data(self, name: str, data: Any) -> None:
            dumped = self._dump(data)
            with self._open_for_write(self._data_path(name)) as file:
                file.write(sha256(dumped).digest() + dumped)

    class Cache(caching.FunctionCache):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            super().__init__(function)
            self._cache_file = Files(
                cache_path=self._cache_path,
                filename_base=self._impl.filename_base,
                source_stamp=self._impl.locator.get_source_stamp(),
            )

        def save_overload(self, sig: Any, data: Any) -> None:
            with suppress(OSError):  # a full disk, or a directory that is gone by now
                super().save_overload(sig, data)

    return Cache
