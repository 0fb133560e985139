"""Recorders that look at every operation and record nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tapegrad.core.context import active_tracer
from tapegrad.core.places import Place
from tapegrad.core.primitive import Primitive
from tapegrad.core.tape import Record, Tape
from tapegrad.core.tensor import rewrap


class Everything(set[int]):
    """The set of all identities."""

    def __contains__(self, identity: object) -> bool:
        return True


class Observer(Tape):
    """Sees what every operation computes, and every step of first-order gradients.

    Subclasses say what they do with it.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(watch_accessed=False)
        self.followed = Everything()

    def see(self, primitive: Primitive, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Meet a call with its tensors."""
        raise NotImplementedError

    def sweep(
        self,
        records: Sequence[Record],
        place_of: Callable[[int], Place | None],
        cotangents: Mapping[int, Any],
        sources: set[int],
    ) -> dict[int, Any]:
        """Do what `backward.sweep` does, on arrays; `place_of` says where records were made."""
        raise NotImplementedError

    def record_unary(
        self, primitive: Primitive, x: Any, keep_x: bool, keep_y: bool, out: Any
    ) -> None:
        """See a call of an elementwise primitive of one input."""
        self.see(primitive, (x,), (out,))

    def record_binary(
        self, primitive: Primitive, ids: tuple[int, int], a: Any, b: Any, mask: int, out: Any
    ) -> None:
        """See a call of an elementwise primitive of two inputs."""
        self.see(primitive, (rewrap(a, ids[0]), rewrap(b, ids[1])), (out,))

    def record(
        self, primitive: Primitive, inputs: Sequence[Any], mask: int, outputs: Any, params: Any
    ) -> None:
        """See a call of any primitive."""
        self.see(primitive, inputs, outputs if outputs.__class__ is tuple else (outputs,))


def observed(recorders: Sequence[Any]) -> Observer | None:
    """The innermost recorder, if it is an observer and nothing records a whole function."""
    last = recorders[-1] if len(recorders) else None
    return last if isinstance(last, Observer) and active_tracer() is None else None
