"""Backward through the graph: gather the records, and let the engine's sweep pull back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import numpy as np

from tapegrad.core.backward import sweep
from tapegrad.core.context import (
    push_recorder,
    remove_recorder,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Tape
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import rewrap
from tapegrad.torch import modes, mutations
from tapegrad.torch.anomaly import check_gradient
from tapegrad.torch.node import AccumulateGrad, Node
from tapegrad.torch.node_names import name_of_record
from tapegrad.torch.tensor import Tensor, wrapped

_by_number = attrgetter("number")


class Recording(Tape):
    """What one operation, or one backward pass, does to the values that require gradients."""

    __slots__ = ()

    def __init__(self, followed: set[int]) -> None:
        self.watch_accessed = False
        self.is_recording = True
        self.followed = followed
        self.roots = set()
        self.records = []
        self.variables = {}


@contextmanager
def recorded_by(recorder: Tape) -> Iterator[None]:
    """Record a block."""
    push_recorder(recorder)
    try:
        yield
    finally:
        recorder.is_recording = False
        remove_recorder(recorder)


def gather(ends: Sequence[Node]) -> list[Node]:
    """All nodes that these depend on, and they themselves, oldest first.

    Raises
    ------
    RuntimeError
        If one of them was freed.
    """
    seen = set(ends)
    stack = list(seen)
    found = []
    while stack:
        node = stack.pop()
        found.append(node)
        if node.records is None:
            node.check_saved()
        for edge in node.edges:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    found.sort(key=_by_number)
    return found


def leading_to(nodes: list[Node], sources: set[int]) -> list[Node]:
    """Those of the nodes, oldest first, on a path to one of these identities."""
    needed: set[Node] = set()
    for node in nodes:
        if any(
            x in sources or (edge is not None and edge in needed)
            for x, edge in zip(node.ids, node.edges, strict=True)
        ) or not sources.isdisjoint(node.outs):
            needed.add(node)
    return [n for n in nodes if n in needed]


def pull_back(
    nodes: list[Node],
    cotangents: dict[int, Any],
    sources: set[int],
    *,
    retain_graph: bool,
    create_graph: bool,
) -> dict[int, Any]:
    """Pull cotangents, which are torch tensors, back through gathered nodes.

    Parameters
    ----------
    nodes
        From `gather`.
    cotangents
        By identity of what they belong to.
    sources
        Identities whose gradients are wanted.
    retain_graph
        Whether the nodes keep what they saved.
    create_graph
        Whether the gradients get a graph themselves.

    Returns
    -------
    dict
        Identity -> (array, node or None, identity of the gradient).
    """
    mutations.check(nodes)
    seeds = list(cotangents.values())
    wrapped = create_graph or len(visible_recorders()) > 0
    F = recording if wrapped else raw
    working = {x: rewrap(g._value, g._id) if wrapped else g._value for x, g in cotangents.items()}
    token = silence_float_errors()
    try:
        if create_graph:
            recorder = Recording(_identities(nodes))
            recorder.followed.update(g._id for g in seeds if g._node is not None)
            with recorded_by(recorder):
                found = _sweep(nodes, working, sources, F)
            made = _nodes_of(recorder, nodes, seeds)
        else:
            with modes.set_grad_enabled(False):
                found = _sweep(nodes, working, sources, F)
            made = {}
    finally:
        restore_float_errors(token)
    if not retain_graph:
        for node in nodes:
            node.free()
    if not wrapped:
        return {x: (g, None, 0) for x, g in found.items()}
    return {x: (g._value, made.get(g._id), g._id) for x, g in found.items()}


def _identities(nodes: list[Node]) -> set[int]:
    """All values in the graph that a gradient may depend on."""
    found: set[int] = set()
    for node in nodes:
        found.update(node.outs)
        # Also where no gradient goes now: a rule may read it.
        found.update(x for x, edge in zip(node.ids, node.edges, strict=True) if edge is not None)
        for _, _, _, _, out, _, _ in node.records or ():
            if out.__class__ is int:
                found.add(out)
            else:
                found.update(out)
    return found


def _nodes_of(recorder: Tape, nodes: list[Node], seeds: list[Any]) -> dict[int, Node]:
    """A node for each record of a backward pass; identity -> the node that made it."""
    made: dict[int, Node] = {}
    for node in nodes:
        for x, edge in zip(node.ids, node.edges, strict=True):
            if edge is not None:
                made.setdefault(x, edge)
        for out in node.outs:
            made[out] = node
        for record in node.records or ():
            for out in (record[4],) if record[4].__class__ is int else record[4]:
                made[out] = node
    for g in seeds:
        if g._node is not None:
            made[g._id] = g._node
    for record in recorder.records:
        primitive, ids, mask, _, out, _, _ = record
        ids = (ids,) if ids.__class__ is int else ids
        edges = tuple([made.get(x) if mask >> i & 1 else None for i, x in enumerate(ids)])
        outs = (out,) if out.__class__ is int else out
        node = name_of_record(primitive)((record,), edges, ids, outs)
        for x in outs:
            made[x] = node
    return made


def _sweep(nodes: list[Node], working: dict[int, Any], sources: set[int], F: Any) -> dict[int, Any]:
    if check_gradient.enabled or any(node.is_hooked for node in nodes):
        found = _node_by_node(nodes, working, sources, F)
    else:
        records = [r for node in nodes for r in node.records or ()]
        found = sweep(records, working, sources, F, consume=True, roots=set())
    return {x: g.dense(F) if g.__class__ is Slices else g for x, g in found.items()}


def _node_by_node(
    nodes: list[Node], working: dict[int, Any], sources: set[int], F: Any
) -> dict[int, Any]:
    """Run each node on its own, with whoever wants to be called."""
    found: dict[int, Any] = {}
    for node in reversed(nodes):
        own = {x: working.pop(x) for x in node.outs if x in working}
        if not own:
            continue
        call_before(node, own, F)
        found.update((x, g) for x, g in own.items() if x in sources)
        if node.__class__ is AccumulateGrad:
            continue
        outputs = dict(own)
        pulled = sweep(list(node.records or ()), own, set(), F, consume=True, roots=set())
        own.update(pulled)
        check_gradient(node, own)
        call_after(node, own, outputs, F)
        for x, g in own.items():
            if x not in outputs:
                before = working.get(x)
                working[x] = g if before is None else _dense(before, F) + _dense(g, F)
    found.update((x, g) for x, g in working.items() if x in sources)
    return found


def _dense(g: Any, F: Any) -> Any:
    return g.dense(F) if g.__class__ is Slices else g


def to_tensor(g: Any) -> Tensor:
    """A gradient on its way, as hooks see it."""
    if g.__class__ is CoreTensor:
        return wrapped(g._value, None, g._id)
    return wrapped(g)


def call_before(node: Node, own: dict[int, Any], F: Any) -> None:
    """Hooks on the gradients of a node's outputs, then those on the node."""
    state = node.__dict__
    for x, hooks in (state.get("_on_outputs") or {}).items():
        for hook in list(hooks.values()):
            if x in own:
                new = hook(to_tensor(_dense(own[x], F)))
                if new is not None:
                    own[x] = _back(new, F)
    for hook in list((state.get("_before") or {}).values()):
        given = tuple([to_tensor(_dense(own[x], F)) if x in own else None for x in node.outs])
        new = hook(given)
        if new is not None:
            new = new if isinstance(new, tuple) else (new,)
            own.update((x, _back(g, F)) for x, g in zip(node.outs, new, strict=True))


def call_after(node: Node, own: dict[int, Any], outputs: dict[int, Any], F: Any) -> None:
    """Hooks that see what came out of a node, and may replace it."""
    for hook in list((node.__dict__.get("_after") or {}).values()):
        results = tuple([to_tensor(_dense(own[x], F)) if x in own else None for x in node.ids])
        given = tuple(
            [to_tensor(_dense(outputs[x], F)) if x in outputs else None for x in node.outs]
        )
        new = hook(results, given)
        if new is not None:
            new = new if isinstance(new, tuple) else (new,)
            for x, g in zip(node.ids, new, strict=True):
                if g is not None:
                    own[x] = _back(g, F)


def _back(g: Any, F: Any) -> Any:
    if not isinstance(g, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(g).__name__}'")
    return rewrap(g._value, g._id) if F is recording else g._value


def owned(array: Any, taken: set[int]) -> Any:
    """The array, or a copy if somebody else may have it: a view, a constant, another gradient."""
    if array.__class__ is not np.ndarray:
        return array
    if array.base is not None or not array.flags.writeable or id(array) in taken:
        array = array.copy()
    taken.add(id(array))
    return array
