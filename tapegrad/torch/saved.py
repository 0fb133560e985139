"""Saved tensors: what a derivative needs, checked for changes, packed if somebody wants that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.core.tape import Record
from tapegrad.torch import mutations
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.node import Node
from tapegrad.torch.recorded import Marker
from tapegrad.torch.tensor import Tensor, mutation_holder, wrapped


class SavedHooks(Marker):
    """Hooks that pack what operations save, and unpack it for the backward pass."""

    __slots__ = ("pack", "unpack")

    def __init__(self, pack: Callable[[Tensor], Any], unpack: Callable[[Any], Tensor]) -> None:
        super().__init__()
        self.pack = pack
        self.unpack = unpack


#: Whether anything was packed so far: until then nobody need look.
packed_before = [False]


def active_hooks() -> SavedHooks | None:
    """The innermost hooks."""
    for recorder in reversed(visible_recorders()):
        if recorder.__class__ is SavedHooks:
            return recorder
    return None


class Packed:
    """What a hook has made of a saved tensor."""

    __slots__ = ("packed", "unpack")

    def __init__(self, hooks: SavedHooks, tensor: Tensor) -> None:
        packed_before[0] = True
        with outside_hooks():
            self.packed = hooks.pack(tensor)
        self.unpack = hooks.unpack

    def tensor(self) -> Tensor:
        """The tensor again."""
        with only_recorders(()):
            tensor = self.unpack(self.packed)
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of "
                f"type {type(tensor).__name__}"
            )
        return tensor


class outside_hooks:
    """What a hook itself computes is not packed."""

    def __enter__(self) -> None:
        self._hooks = [r for r in visible_recorders() if r.__class__ is SavedHooks]
        for hooks in self._hooks:
            hooks.__exit__()

    def __exit__(self, *exc_info: object) -> None:
        for hooks in self._hooks:
            hooks.__enter__()


def pack_records(node: Node, made: dict[int, Node], hooks: SavedHooks) -> None:
    """Let hooks have what the records of a node save."""

    def packed(value: Any, identity: int) -> Any:
        if not isinstance(value, (np.ndarray, np.generic)):
            return value
        return Packed(hooks, wrapped(value, made.get(identity), identity if identity > 0 else 0))

    node.records = [_mapped(record, packed) for record in node.records or ()]


def unpack_record(record: Record) -> Record:
    """The record with its arrays."""

    def unpacked(value: Any, identity: int) -> Any:
        if value.__class__ is not Packed:
            return value
        array = value.tensor()._value
        return array if array.shape else array[()]

    return _mapped(record, unpacked)


def _mapped(record: Record, function: Callable[[Any, int], Any]) -> Record:
    primitive, ids, mask, args, out, y, params = record
    if args.__class__ is tuple:
        args = tuple([function(a, x) for a, x in zip(args, ids, strict=True)])
    else:
        args = function(args, ids)
    if out.__class__ is tuple:
        y = tuple([function(v, x) for v, x in zip(y, out, strict=True)])
    else:
        y = function(y, out)
    return primitive, ids, mask, args, out, y, params


class Saved:
    """A tensor that `save_for_backward` was given.

    Parameters
    ----------
    tensor
        The tensor, or None.
    number
        Which output of the node itself it is, if it is one: the node must not hold it.
    """

    __slots__ = ("_is_output", "_number", "_packed", "_tensor", "_value", "_versions")

    def __init__(self, tensor: Tensor | None, number: int | None) -> None:
        self._number = number
        self._packed: Packed | None = None
        self._tensor = tensor
        if tensor is None:
            return
        hooks = active_hooks()
        if hooks is not None:
            self._packed = Packed(hooks, tensor)
            self._tensor = None
            return
        self._versions = len(mutations.changes(mutation_holder(tensor)))
        if number is not None:
            self._value = tensor._value
            self._tensor = None

    def tensor(self, node: Node) -> Tensor | None:
        """The tensor as it was.

        Raises
        ------
        RuntimeError
            If it was changed since.
        """
        if self._packed is not None:
            return self._packed.tensor()
        tensor = self._tensor
        if self._number is not None:
            tensor = wrapped(self._value, node, node.outs[self._number])
        if tensor is None:
            return None
        version = len(mutations.changes(mutation_holder(tensor)))
        if version != self._versions:
            raise _modified(tensor, version, self._versions)
        return tensor


def _modified(tensor: Tensor, version: int, expected: int) -> RuntimeError:
    kind = f"torch.{from_numpy_dtype(tensor._value.dtype).abbreviation}Tensor"
    return RuntimeError(
        f"one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{kind} {list(tensor.shape)}] is at version {version}; expected version "
        f"{expected} instead. Hint: enable anomaly detection to find the operation that failed to "
        f"compute its gradient, with torch.autograd.set_detect_anomaly(True)."
    )


def all_saved(
    tensors: Sequence[Tensor | None], outputs: Sequence[Any], places: Sequence[int | None]
) -> list[Saved]:
    """The tensors, of which some may be outputs of the node that saves them.

    Parameters
    ----------
    tensors
        What is to be saved.
    outputs, places
        The node's outputs, and where those with a gradient stand among its own.
    """
    own = {id(o): place for o, place in zip(outputs, places, strict=True)}
    return [Saved(t, own.get(id(t))) for t in tensors]
