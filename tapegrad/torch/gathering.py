"""Which nodes a backward pass goes through: the graph as the flat list of a tape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from tapegrad.torch.node import AccumulateGrad, Node

_by_number = attrgetter("number")


class Gathered(NamedTuple):
    """What some ends of the graph depend on.

    Attributes
    ----------
    nodes
        All nodes, oldest first, the ends among them.
    leaves
        Those of the nodes that stand for leaves.
    marked
        Those of the nodes that a pass has to look closer at: they are a user's, or have hooks.
    is_whole
        Whether no node was left out.
    """

    nodes: list[Node]
    leaves: list[AccumulateGrad]
    marked: list[Node]
    is_whole: bool = True


def gather(ends: Iterable[Node]) -> Gathered:
    """All nodes that these depend on, and they themselves.

    Raises
    ------
    RuntimeError
        If one of them was freed.
    """
    stack = list(set(ends))
    seen: set[Node | None] = {None, *stack}
    found = Gathered([], [], [])
    take, add, keep = stack.pop, seen.add, found.nodes.append
    while stack:
        node = take()
        keep(node)
        if node.records is None:
            node.check_saved()
        if node.is_marked:
            found.marked.append(node)
        edges = node.edges
        if not edges and isinstance(node, AccumulateGrad):
            found.leaves.append(node)
        for edge in edges:
            if edge not in seen:
                add(edge)
                stack.append(edge)  # type: ignore[arg-type]
    for nodes in found[:3]:
        nodes.sort(key=_by_number)
    return found


def leading_to(gathered: Gathered, sources: set[int]) -> Gathered:
    """Those of the nodes on a path to one of these identities.

    All of them, without looking, if every leaf is among these: every path ends in a leaf.
    """
    if sources.issuperset([leaf.outs[0] for leaf in gathered.leaves]):
        return gathered
    needed: set[Node] = set()
    for node in gathered.nodes:
        for edge in node.edges:
            if edge in needed:
                needed.add(node)
                break
        else:
            if not (sources.isdisjoint(node.outs) and sources.isdisjoint(node.ids)):
                needed.add(node)
    nodes, leaves, marked = ([n for n in part if n in needed] for part in gathered[:3])
    return Gathered(nodes, leaves, marked, is_whole=False)  # type: ignore[arg-type]


def among(gathered: Gathered, nodes: Sequence[Node | None]) -> list[bool]:
    """Which of these nodes were gathered, and not left out."""
    if gathered.is_whole:
        return [True] * len(nodes)
    kept = set(gathered.nodes)
    return [n in kept for n in nodes]
