"""What is left of records when a tape releases them: who was computed from whom, and no arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tapegrad.core.primitive import Primitive

#: A tape that gave all gradients that it was asked for leaves no more records than this behind:
#: each costs a tenth of a microsecond.
FEW = 150
#: Kinds of primitives that are made for one call, and hold its arrays.
_OWN = ("custom", "function")


class Name(NamedTuple):
    """What is left of a primitive that was made for one call, or the name of other code.

    Attributes
    ----------
    name, kind, inputs, differentiable, variadic
        As of a `Primitive`.
    returned_none
        Positions for which a user's gradient function returned None.
    inside
        What went on inside a compiled function: ``calls(ids, outs)``; else None.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    differentiable: int
    variadic: bool
    returned_none: frozenset[int]
    inside: Any = None


class CustomPrimitive(Primitive):
    """A primitive with a derivative by a user.

    Attributes
    ----------
    returned_none
        Positions for which the gradient function returned None.
    """

    __slots__ = ("returned_none",)

    returned_none: set[int]


def remains_of(records: Sequence[Any]) -> list[Any]:
    """Records without arrays and parameters."""
    return [
        (p if p.kind not in _OWN else _name_of(p), ids, mask, None, out, None, None)
        for p, ids, mask, _, out, _, _ in records
    ]


def _name_of(primitive: Primitive | Name) -> Name:
    if isinstance(primitive, Name):
        return primitive
    none = frozenset(getattr(primitive, "returned_none", ()))
    inside = getattr(primitive, "inside", None)
    p = primitive
    return Name(p.name, p.kind, p.inputs, p.differentiable, p.variadic, none, inside)
