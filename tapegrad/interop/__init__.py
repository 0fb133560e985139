"""Libraries that take arrays of any kind by a list of kinds: how they get to know ours.

Nothing is imported for that: what has to be said to a library is said when it is imported.

========== ===================================================================================
einops     `einops.rearrange`, `reduce`, `repeat`, `pack`, `unpack` and `einsum` of arrays and
           tensors of every dialect (`einops.array_api` needs no help: see
           ``__array_namespace__``)
opt_einsum `opt_einsum.contract` and expressions, with results in the dialect of the operands
========== ===================================================================================
"""

from __future__ import annotations

import importlib
from typing import Any

from tapegrad.interop.after_import import when_imported

__all__: list[str] = []

_KEPT: list[type] = []


def _tell_einops(module: Any) -> None:
    """Define the backend: einops finds it among the subclasses of its own class."""
    if hasattr(module, "AbstractBackend"):
        backend = importlib.import_module("tapegrad.interop.einops_backend")
        _KEPT.append(backend.define(module.AbstractBackend))


def _tell_opt_einsum(module: Any) -> None:
    """Say where the functions are for classes of the package `tapegrad`."""
    if hasattr(module, "_aliases"):
        module._aliases["tapegrad"] = "tapegrad.interop.contraction"


when_imported("einops._backends", _tell_einops)
when_imported("opt_einsum.backends.dispatch", _tell_opt_einsum)
