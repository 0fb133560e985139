"""Kernels on disk: what one process has compiled, the next one only loads.

A kernel is a module ``k_<hash>.py`` whose name says everything that its machine code depends on:
its text, the functions it calls, the versions of Numba and NumPy, the processor. Numba keeps the
machine code beside it. Files are written whole and moved into place, so that processes do not meet
half of one; where nothing can be written, kernels are compiled in memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad.compiler.machine_code import keep_machine_code

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULT = object()
_directory: list[Any] = [_DEFAULT]
_loaded: dict[str, Callable[..., None]] = {}


def cache_directory() -> Path | None:
    """Where kernels are kept, or None if they are not.

    Examples
    --------
    >>> import tapegrad as tf
    >>> before = tf.config.cache_directory()
    >>> tf.config.set_cache_directory(None)
    >>> tf.config.cache_directory() is None
    True
    >>> tf.config.set_cache_directory(before)
    """
    chosen = _directory[0]
    return _default_directory() if chosen is _DEFAULT else chosen


def set_cache_directory(directory: str | os.PathLike[str] | None) -> None:
    """Keep compiled kernels in a directory, or (None) nowhere.

    The environment variable ``TAPEGRAD_CACHE_DIR`` does the same for a whole process; an empty
    value means nowhere. The default is the user's cache directory.

    Parameters
    ----------
    directory
        Made when it is needed. Kernels that this process has loaded stay loaded.

    Examples
    --------
    >>> import tapegrad as tf
    >>> before = tf.config.cache_directory()
    >>> tf.config.set_cache_directory("kernels")
    >>> tf.config.cache_directory().name
    'kernels'
    >>> tf.config.set_cache_directory(before)
    """
    from pathlib import Path

    _directory[0] = None if directory is None else Path(directory)


def clear_cache() -> None:
    """Delete all kernels that are kept on disk.

    Examples
    --------
    >>> import tapegrad as tf
    >>> before = tf.config.cache_directory()
    >>> tf.config.set_cache_directory("kernels")
    >>> tf.config.clear_cache()
    >>> tf.config.set_cache_directory(before)
    """
    directory = cache_directory()
    if directory is None or not directory.is_dir():
        return
    import shutil

    for file in directory.glob("k_*.py"):
        file.unlink(missing_ok=True)
    shutil.rmtree(directory / "__pycache__", ignore_errors=True)


def _default_directory() -> Path | None:
    from pathlib import Path

    named = os.environ.get("TAPEGRAD_CACHE_DIR")
    if named is not None:
        return Path(named) if named else None
    try:
        home = Path.home()
    except RuntimeError:  # a process of nobody
        return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(home / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(home / ".cache")
    return Path(base) / "tapegrad"


def compiled(text: str) -> Callable[..., None]:
    """The function ``kernel`` of a source text, as machine code at its first call."""
    found = _loaded.get(text)
    if found is None:
        found = _loaded[text] = _from_disk(text) or _in_memory(text)
    return found


def compile_for(function: Any, *examples: Any) -> None:
    """Make the machine code of a kernel for arguments like these, or load it from disk."""
    import numba

    typeof: Any = numba.typeof
    if hasattr(function, "compile"):  # else Numba is switched off
        function.compile(tuple([typeof(x) for x in examples]))


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:24]


def _from_disk(text: str) -> Callable[..., None] | None:
    import importlib.util
    import tempfile
    from pathlib import Path

    directory = cache_directory()
    if directory is None:
        return None
    name = f"k_{_digest(_circumstances() + text)}"
    file = directory / f"{name}.py"
    try:
        # Another text than this is half of a file, or damaged.
        if not file.exists() or file.read_bytes() != text.encode():
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "wb", dir=directory, suffix=".tmp", delete=False
            ) as part:
                part.write(text.encode())
            Path(part.name).replace(file)
        spec = importlib.util.spec_from_file_location(f"_tapegrad_{name}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module  # Numba finds it there when it loads machine code
        spec.loader.exec_module(module)
        if hasattr(module.kernel, "py_func"):  # else Numba is switched off
            keep_machine_code(module.kernel)
    except (OSError, RuntimeError):  # a home that cannot be written to; Numba's own such error
        return None
    return module.kernel  # type: ignore[no-any-return]


def _in_memory(text: str) -> Callable[..., None]:
    import linecache

    name = f"<tapegrad kernel {_digest(text)}>"
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    namespace: dict[str, Any] = {}
    exec(compile(text, name, "exec"), namespace)
    return namespace["kernel"]  # type: ignore[no-any-return]


@cache
def _circumstances() -> str:
    """Everything besides its text that the machine code of a kernel depends on."""
    import platform
    from pathlib import Path

    import llvmlite
    import llvmlite.binding
    import numba

    kernels = Path(__file__).parents[1] / "kernels"

    parts = [
        np.__version__,
        numba.__version__,
        llvmlite.__version__,
        sys.version,
        platform.machine(),
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
        *[file.read_text(encoding="utf-8") for file in sorted(kernels.glob("*.py"))],
    ]
    return "\n".join(parts)
