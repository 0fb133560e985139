"""Backward through the graph: gather the records, and let the engine's sweep pull back."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.backward import sweep
from tapegrad.core.batching import Batched, BatchedNamespace, batched_raw, batched_recording
from tapegrad.core.context import (
    only_recorders,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.observer import Observer, observed
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Record
from tapegrad.core.tensor import rewrap
from tapegrad.torch import modes, mutations
from tapegrad.torch.anomaly import check_gradient
from tapegrad.torch.gathering import Gathered
from tapegrad.torch.node import AccumulateGrad, Node, records_of, release_records
from tapegrad.torch.recorded import Growing, active_levels, identities, recorded_by
from tapegrad.torch.saved import packed_before, unpack_record
from tapegrad.torch.tensor import Tensor
from tapegrad.torch.users import UserCode, dense


class Pass:
    """A backward pass that is going on.

    Attributes
    ----------
    nodes
        The nodes that it goes through.
    """

    #: The innermost pass of this thread.
    current: ContextVar[Pass | None] = ContextVar("tapegrad_torch_pass", default=None)

    def __init__(self, gathered: Gathered) -> None:
        self.nodes = gathered.nodes

    def __enter__(self) -> Pass:
        self._token = Pass.current.set(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        Pass.current.reset(self._token)


class _Way(NamedTuple):
    """Gathered nodes, and those of them that do not run."""

    nodes: list[Node]
    leaves: list[AccumulateGrad]
    marked: list[Node]
    ends: frozenset[Node]


def _ending(gathered: Gathered, until: set[int]) -> _Way:
    leading: set[Node] = set()
    for node in gathered.nodes:  # oldest first
        for edge in node.edges:
            if edge is not None and (edge in leading or not until.isdisjoint(edge.outs)):
                leading.add(node)
                break
    return _Way(*gathered[:3], frozenset(n for n in gathered.nodes if n not in leading))


def pull_back(
    gathered: Gathered,
    cotangents: dict[int, Any],
    sources: set[int],
    *,
    retain_graph: bool,
    create_graph: bool,
    rows: int | None = None,
    until: set[int] | None = None,
) -> dict[int, Any]:
    """Pull cotangents, which are torch tensors, back through gathered nodes.

    Parameters
    ----------
    gathered
        From `gather`.
    cotangents
        By identity of what they belong to. With `rows` functions that make a `Batched` value for
        a namespace, or torch tensors whose first axis counts.
    sources
        Identities whose gradients are wanted.
    retain_graph
        Whether the nodes keep what they saved.
    create_graph
        Whether the gradients get a graph themselves.
    rows
        How many cotangents there are of each output, if they go back together.
    until
        Identities at which the pass ends: what made these does not run, unless it leads to others.

    Returns
    -------
    dict
        Identity -> (array, node or None, identity of the gradient).
    """
    nodes = gathered.nodes
    mutations.check(nodes)
    levels = active_levels()
    observer = None if create_graph or rows is not None else observed(visible_recorders())
    if observer is not None and not (check_gradient.enabled or gathered.marked):
        records = records_of(nodes) if retain_graph else release_records(nodes)
        return _observed(observer, records, cotangents, sources)
    is_wrapped = create_graph or len(visible_recorders()) > 0
    growing = None
    if is_wrapped:
        made = _makers(nodes, cotangents) if create_graph else {}
        growing = Growing(made, levels)
    F: Any = recording if is_wrapped else raw
    if rows is not None:
        F = batched_recording if is_wrapped else batched_raw
    working = {x: _entered(g, F) for x, g in cotangents.items()}
    way = gathered if until is None or not gathered.marked else _ending(gathered, until)
    token = silence_float_errors()
    try:
        with modes.set_grad_enabled(create_graph), Pass(gathered):
            if growing is not None:
                with recorded_by(growing.recorder):
                    found = _sweep(way, working, sources, F, growing, rows, retain_graph)
                growing.grow()
            else:
                found = _sweep(way, working, sources, F, None, rows, retain_graph)
    finally:
        restore_float_errors(token)
    if growing is None:
        return {x: (g, None, 0) for x, g in found.items()}
    return {x: (g._value, growing.made.get(g._id), g._id) for x, g in found.items()}


def _observed(
    observer: Observer, records: list[Record], cotangents: dict[int, Any], sources: set[int]
) -> dict[int, Any]:
    """The same by somebody who looks at every step."""
    records = [unpack_record(r) for r in records]
    with modes.set_grad_enabled(False), only_recorders(()):
        seeds = {x: dense(_entered(g, raw), raw) for x, g in cotangents.items()}
        found = observer.sweep(records, lambda _: None, seeds, sources)
    return {x: (dense(g, raw), None, 0) for x, g in found.items()}


def _entered(g: Any, F: Any) -> Any:
    if not isinstance(g, Tensor):
        return g(F)
    if F.__class__ is BatchedNamespace:
        return Batched(_entered(g, F.base), F)
    return rewrap(g._value, g._id) if F is recording else g._value


def _all_rows(g: Any, F: BatchedNamespace, rows: int) -> Any:
    if isinstance(g, Batched):
        return g.value
    return F.base.broadcast_to(g, to=(rows, *tuple(g.shape)))


def _makers(nodes: list[Node], cotangents: dict[int, Any]) -> dict[int, Node]:
    """All values in the graph that a gradient may depend on, and the nodes that made them."""
    made: dict[int, Node] = {}
    for node in nodes:
        for x, edge in zip(node.ids, node.edges, strict=True):
            if edge is not None:  # also where no gradient goes now: a rule may read it
                made.setdefault(x, edge)
        for x in (*node.outs, *identities(node.records or ())):
            made[x] = node
    for g in cotangents.values():
        if isinstance(g, Tensor) and g._node is not None:
            made[g._id] = g._node
    return made


def _sweep(
    gathered: Gathered | _Way,
    working: dict[int, Any],
    sources: set[int],
    F: Any,
    growing: Growing | None,
    rows: int | None,
    retain_graph: bool,
) -> dict[int, Any]:
    if check_gradient.enabled or gathered.marked:
        ends = gathered.ends if isinstance(gathered, _Way) else frozenset()
        found = _node_by_node(gathered.nodes, ends, working, sources, F, growing)
        if not retain_graph:
            for node in gathered.nodes:
                node.free()
    else:
        # Freed before the sweep, values are back in memory as soon as the sweep is past them.
        records = records_of(gathered.nodes) if retain_graph else release_records(gathered.nodes)
        if packed_before[0]:
            records = [unpack_record(r) for r in records]
        found = sweep(records, working, sources, F, consume=True, roots=set())
    found = {x: dense(g, F) for x, g in found.items()}
    return found if rows is None else {x: _all_rows(g, F, rows) for x, g in found.items()}


def _node_by_node(
    nodes: list[Node],
    ends: frozenset[Node],
    working: dict[int, Any],
    sources: set[int],
    F: Any,
    growing: Growing | None,
) -> dict[int, Any]:
    """Run each node on its own, with whoever wants to be called."""
    found: dict[int, Any] = {}
    users = UserCode(F, growing)
    for node in reversed(nodes):
        inside = node.outs if growing is None else (*node.outs, *identities(node.records or ()))
        own = {x: working.pop(x) for x in inside if x in working}
        if not own:
            continue
        if node.is_hooked:
            users.call_before(node, own, only_tensors=node in ends)
        found.update((x, g) for x, g in own.items() if x in sources)
        if node.__class__ is AccumulateGrad or node in ends:
            continue
        outputs = dict(own)
        if node.is_custom:
            pulled = users.call(node, own)
        else:
            records = [unpack_record(r) for r in node.records or ()]
            pulled = sweep(records, own, set(), F, consume=True, roots=set())
            pulled = {**own, **pulled}
        check_gradient(node, pulled)
        if node.is_hooked:
            users.call_after(node, pulled, outputs)
        for x, g in pulled.items():
            if x not in outputs:
                before = working.get(x)
                working[x] = g if before is None else dense(before, F) + dense(g, F)
    found.update((x, g) for x, g in working.items() if x in sources)
    return found


def owned(array: Any, taken: set[int]) -> Any:
    """The array, or a copy if somebody else may have it: a view, a constant, another gradient."""
    if array.__class__ is not np.ndarray:
        return array
    if array.base is not None or not array.flags.writeable or id(array) in taken:
        array = array.copy()
    taken.add(id(array))
    return array
