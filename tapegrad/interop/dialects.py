"""One name for what the dialects call differently, by the dialect that an operand is of."""

from __future__ import annotations

import importlib
from typing import Any

#: Where a dialect's own name differs from NumPy's.
_NAMES: dict[str, dict[str, str]] = {
    "tapegrad": {
        "concatenate": "concat",
        **{name: f"reduce_{name}" for name in ("min", "max", "sum", "mean", "prod", "any", "all")},
    },
    "tapegrad.numpy": {},
    "tapegrad.torch": {
        "concatenate": "cat",
        "expand_dims": "unsqueeze",
        "transpose": "permute",
        "min": "amin",
        "max": "amax",
    },
}
_PART = {"numpy": "tapegrad.numpy", "torch": "tapegrad.torch"}


def dialect_of(value: Any) -> str | None:
    """The module whose functions belong to a value; None for values that are not ours."""
    for kind in type(value).__mro__:
        package, *parts = kind.__module__.split(".")
        if package == "tapegrad":
            return _PART.get(parts[0], "tapegrad") if parts else "tapegrad"
    return None


def function(name: str, *operands: Any) -> Any:
    """The function with one of NumPy's names in the dialect of the operands.

    Where dialects meet it is NumPy's, as for operators.
    """
    found = [d for d in map(dialect_of, operands) if d is not None]
    dialect = "tapegrad.numpy" if "tapegrad.numpy" in found or not found else found[0]
    return getattr(importlib.import_module(dialect), _NAMES[dialect].get(name, name))
