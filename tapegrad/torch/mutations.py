"""When arrays were changed in place: what PyTorch's version counters are for.

A change is stamped with a number of the sequence that nodes are numbered by. A node whose saved
array was changed after the node was made must not be used; nothing is done, and nothing costs
anything, before the first change.
"""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any

import numpy as np

from tapegrad.core.tape import Record
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.node import Node, next_number, operation_of


class Stamps:
    """The changes of one memory: how many there were, and the stamps of the last ones."""

    __slots__ = ("_count", "_recent")

    def __init__(self) -> None:
        self._count = 0
        self._recent: deque[int] = deque(maxlen=32)  # a parameter is changed without end

    def add(self, stamp: int) -> None:
        """Note a change."""
        self._count += 1
        self._recent.append(stamp)

    def __len__(self) -> int:
        return self._count

    @property
    def last(self) -> int:
        """The stamp of the last change; 0 if there was none."""
        return self._recent[-1] if self._recent else 0

    def before(self, number: int) -> int:
        """How many changes there were before a node of this number was made."""
        return self._count - sum(1 for s in self._recent if s >= number)


_NONE = Stamps()

#: Memory (its number in Python) -> the array that owns it, weakly, and the stamps of its changes.
_CHANGES: dict[int, tuple[Any, Stamps]] = {}
#: The same for tensors of shape (), whose NumPy scalars do not change: by the tensor's identity.
_SCALARS: dict[int, tuple[Any, Stamps]] = {}
_latest = [0]  # the last stamp


def owner(array: Any) -> Any:
    """The array whose memory this one shows."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def stamp(holder: Any) -> None:
    """Note that the memory of an array, or the tensor of a scalar, is being changed."""
    key = id(holder)
    known = _CHANGES.get(key)
    if known is None:
        known = weakref.ref(holder, lambda _: _CHANGES.pop(key, None)), Stamps()
        _CHANGES[key] = known
    _latest[0] = next_number()
    known[1].add(_latest[0])


def stamp_scalar(tensor: Any) -> None:
    """Note that a tensor of shape (), which holds a NumPy scalar, is given another value."""
    stamp(tensor)
    identity = tensor._id
    stamps = _CHANGES[id(tensor)][1]
    _SCALARS[identity] = weakref.ref(tensor, lambda _: _SCALARS.pop(identity, None)), stamps


def changes(holder: Any) -> Stamps:
    """The stamps of its changes so far."""
    known = _CHANGES.get(id(holder))
    return known[1] if known is not None else _NONE


def check(nodes: list[Node]) -> None:
    """Raise if a value that one of these nodes, oldest first, saved was changed since.

    Raises
    ------
    RuntimeError
        Naming the node that made the value.
    """
    if not nodes or _latest[0] < nodes[0].number:
        return
    for node in nodes:
        if node.number < _latest[0]:
            for record in node.records or ():
                for array, identity in _saved(record):
                    if array.__class__ is np.ndarray:
                        stamps = changes(owner(array))
                    else:
                        stamps = _SCALARS.get(identity, (None, _NONE))[1]
                    if stamps.last > node.number:
                        raise _modified(node, nodes, array, identity, stamps)


def _saved(record: Record) -> list[tuple[Any, int]]:
    _, ids, _, args, out, y, _ = record
    pairs: list[tuple[Any, int]]
    pairs = [(args, ids)] if ids.__class__ is int else list(zip(args, ids, strict=True))
    if y.__class__ is tuple:
        pairs.extend(zip(y, out, strict=True))
    else:
        pairs.append((y, out))
    return [(a, i) for a, i in pairs if isinstance(a, (np.ndarray, np.generic))]


def _modified(
    node: Node, nodes: list[Node], array: Any, identity: int, stamps: Stamps
) -> RuntimeError:
    kind = f"torch.{from_numpy_dtype(array.dtype).abbreviation}Tensor"
    maker = next((n for n in (*nodes, *node.edges) if n is not None and identity in n.outs), None)
    where = ""
    if maker is not None and maker.edges:
        where = f", which is output {maker.output_number(identity)} of {operation_of(maker)},"
    expected = stamps.before(node.number)
    return RuntimeError(
        f"one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{kind} {list(array.shape)}]{where} is at version {len(stamps)}; expected "
        f"version {expected} instead. Hint: enable anomaly detection to find the operation that "
        f"failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, "
        f"check_nan=False)."
    )
