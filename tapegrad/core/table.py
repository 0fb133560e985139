"""The table of primitives, and the namespaces ``F`` that derivative rules are written against."""

from __future__ import annotations

from typing import Any


class Namespace:
    """The operations that rules may call, as attributes."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"No primitive is called {name!r}. There are: {', '.join(TABLE)}.")


#: All primitives by name.
TABLE: dict[str, Any] = {}

#: ``F`` of a first-order gradient: the primitives' forward functions, on arrays.
raw: Any = Namespace()

#: ``F`` of a gradient that is itself recorded: the primitives, on Tensors.
recording: Any = Namespace()
