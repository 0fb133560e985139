"""Recorders that look at every operation and record nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tapegrad.core.primitive import Primitive
from tapegrad.core.tape import Tape
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

    def sweep(self, tape: Tape, cotangents: Mapping[int, Any], sources: set[int]) -> dict[int, Any]:
        """Do what `backward.sweep` does, on arrays."""
        raise NotImplementedError

    def leave(self, identity: int, use: str) -> bool:
        """Nothing is lost for what only looks."""
        return False

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
