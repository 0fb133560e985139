"""Nodes: the graph that follows tensors which require gradients.

A node holds the records of one operation, exactly those that a tape would hold, and the nodes that
made its inputs. Its number grows with time, so that sorting the nodes that a tensor depends on
gives back the flat list of records of a tape: a reverse sweep is then the engine's own.
"""

from __future__ import annotations

import re
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from typing import Any

from tapegrad.core.graph_calls import pay_attention
from tapegrad.core.tape import NOTHING, Record, Spec
from tapegrad.core.tensor import next_id

#: Nodes, changes and values are numbered in one sequence.
next_number = next_id

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)


class Node:
    """What made a tensor, `Tensor.grad_fn`.

    Attributes
    ----------
    number
        Grows with time.
    records
        The engine's records of the operation; None once they are freed.
    edges
        Per input the node that made it, or None where no gradient goes.
    ids
        Identities of these inputs.
    outs
        Identities of the outputs.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> isinstance(x.exp().grad_fn, torch.autograd.graph.Node)
    True
    """

    __slots__ = ("__dict__", "__weakref__", "_outs", "edges", "ids", "number", "records")

    number: int
    records: tuple[Record, ...] | list[Record] | None
    edges: tuple[Node | None, ...]
    ids: tuple[int, ...]
    _outs: tuple[int, ...]  # left out by a node whose one output has the node's number

    #: Whether its derivative is a user's.
    is_custom = False
    #: Whether a backward pass has to look closer: it is a user's, or has got hooks.
    is_marked = False

    def __init__(
        self,
        records: Any,
        edges: tuple[Node | None, ...],
        ids: tuple[int, ...],
        outs: tuple[int, ...],
    ) -> None:
        self.number = next_number()
        self.records = records
        self.edges = edges
        self.ids = ids
        self._outs = outs

    @property
    def outs(self) -> tuple[int, ...]:
        """Identities of the outputs."""
        try:
            return self._outs
        except AttributeError:
            return (self.number,)

    @outs.setter
    def outs(self, outs: tuple[int, ...]) -> None:
        self._outs = outs

    def renumber(self) -> None:
        """Count it as made now."""
        self._outs = self.outs
        self.number = next_number()

    def name(self) -> str:
        """The operation's name, such as ``'MulBackward0'``."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes of the inputs, each with the number of its output that went in."""
        return tuple(
            (edge, edge.output_number(x) if edge is not None else 0)
            for edge, x in zip(self.edges, self.ids, strict=True)
        )

    def output_number(self, identity: int) -> int:
        """Which output has this identity."""
        return self.outs.index(identity) if identity in self.outs else 0

    @property
    def requires_grad(self) -> bool:
        """Always true: other nodes are not made."""
        return True

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for anything that a user wants to attach."""
        found: dict[Any, Any] = self.__dict__.setdefault("_metadata", {})
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    # Hooks

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(grad_inputs, grad_outputs)`` after the node has run in a backward pass."""
        return RemovableHandle(self._hooks("_after"), hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(grad_outputs)`` before the node runs in a backward pass."""
        return RemovableHandle(self._hooks("_before"), hook)

    def on_output(self, identity: int, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(grad)`` when the gradient of this output is complete."""
        self.__dict__["is_marked"] = True
        per_output = self.__dict__.setdefault("_on_outputs", {})
        return RemovableHandle(per_output.setdefault(identity, OrderedDict()), hook)

    def retain(self, identity: int, tensor: Any) -> None:
        """Keep the gradient of this output in ``tensor.grad``."""
        self.__dict__["is_marked"] = True
        self.__dict__.setdefault("_retained", {})[identity] = weakref.ref(tensor)

    def _hooks(self, name: str) -> OrderedDict[int, Any]:
        self.__dict__["is_marked"] = True
        hooks: OrderedDict[int, Any] = self.__dict__.setdefault(name, OrderedDict())
        return hooks

    @property
    def is_hooked(self) -> bool:
        """Whether somebody wants to be called when it runs."""
        state = self.__dict__
        return bool(
            state
            and (
                state.get("_after")
                or state.get("_before")
                or any((state.get("_on_outputs") or {}).values())
            )
        )

    # Saved values

    def check_saved(self) -> None:
        """Raise if the saved values were freed."""
        if self.records is None:
            raise RuntimeError(FREED)

    def free(self) -> None:
        """Drop the saved values; a node without any can run again."""
        if self.records is not None and any(saves(record) for record in self.records):
            self.records = None


def records_of(nodes: Sequence[Node]) -> list[Record]:
    """The records of nodes that were not freed."""
    return [record for node in nodes for record in node.records or ()]


def release_records(nodes: Sequence[Node]) -> list[Record]:
    """The same, from nodes that are freed by that."""
    found: list[Record] = []
    for node in nodes:
        records = node.records
        if records:
            found += records
            for record in records:
                args = record[3]
                if args is None or args is NOTHING:
                    is_freed = record[5] is not None and saves(record)
                else:  # most have a tensor in front
                    is_freed = args.__class__ is not tuple or args[0] is not None or saves(record)
                if is_freed:
                    node.records = None
                    break
    return found


def saves(record: Record) -> bool:
    """Whether a record keeps data."""
    args, y = record[3], record[5]
    if args.__class__ is tuple:
        if any(a is not None for a in args):
            return True
    elif args is not None:
        return True
    if y is None or y.__class__ is Spec:
        return False
    return not (y.__class__ is tuple and all(v.__class__ is Spec for v in y))


class AccumulateGrad(Node):
    """The end of the graph: where the gradient of a leaf is added to its ``.grad``."""

    __slots__ = ("_leaf",)

    def __init__(self, leaf: Any) -> None:
        super().__init__((), (), (), (leaf._id,))
        pay_attention()
        self._leaf = weakref.ref(leaf)

    def name(self) -> str:
        """The name with PyTorch's namespace."""
        return "torch::autograd::AccumulateGrad"

    @property
    def variable(self) -> Any:
        """The leaf, or None when nobody holds it any more."""
        return self._leaf()


class RemovableHandle:
    """What registering a hook returns: `remove` takes the hook away again."""

    __slots__ = ("_hooks", "id")

    _numbers = count()

    def __init__(self, hooks: OrderedDict[int, Any], hook: Any) -> None:
        self.id = next(RemovableHandle._numbers)
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Take the hook away; again is no error."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


def operation_of(node: Node) -> str:
    """The operation that a node belongs to: ``Mul`` for a ``MulBackward0``."""
    return re.sub(r"Backward[0-9]*$", "", node.name())


@cache
def node_type(name: str) -> type[Node]:
    """The class of nodes of this name; PyTorch has one per operation and derivative formula."""
    return type(name, (Node,), {"__slots__": (), "__module__": "tapegrad.torch"})
