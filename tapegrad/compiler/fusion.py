"""Which nodes share a loop, and which values need memory.

Nodes that run over the same elements go into one loop as long as none of them needs a result that
is complete only after that loop. Groups run in the order of their positions; a node may join any
group that lies behind everything it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout, contiguous
from tapegrad.compiler.node import Node

#: Larger loops gain nothing and take long to compile.
MOST_NODES = 128
MOST_ARRAYS = 24

#: A value of so many bytes does not fit the caches: what costs little is computed again.
RECOMPUTED = 1 << 26
#: How much that may cost; an arithmetic operation is 1, a function 8.
MOST_RECOMPUTED = 20
#: How much it may cost if no more is read for it than the stored value would be.
MOST_INSTEAD = 4

Shape = tuple[int, ...]


def cost(nodes: Iterable[Node]) -> int:
    """Roughly how many operations an element takes."""
    return sum(8 if "_{t}(" in node.code else 1 for node in nodes)


class Group:
    """Nodes that run in one loop over `space`; or, without a space, one node of another kind."""

    __slots__ = ("nodes", "space", "values")

    def __init__(self, space: Shape | None) -> None:
        self.space = space
        self.nodes: list[Node] = []
        self.values: set[Value] = set()

    def has_room(self) -> bool:
        """Whether another node may join."""
        return len(self.nodes) < MOST_NODES and len(self.values) < MOST_ARRAYS


class Plan:
    """The loops of a kernel.

    Parameters
    ----------
    nodes
        In an order in which they can run.
    given
        The values that the kernel gets.
    wanted
        The values that it is to make.
    least
        How many bytes a value must have to be computed again instead of stored.

    Attributes
    ----------
    groups
        The loops, in order.
    stored
        Values that need memory: another loop, a matrix product or the caller reads them.
    results
        For each wanted value the one that holds it: a copy, if it is a view.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        given: Iterable[Value],
        wanted: Iterable[Value],
        least: int = 0,
    ) -> None:
        self._least = least
        self.groups: list[Group] = []
        self.stored: set[Value] = set()
        self.results: dict[Value, Value] = {}
        self._given = set(given)
        self._views: dict[Value, tuple[Value, Layout]] = {}
        self._made: dict[Value, int] = {}  # the group after which a value is complete
        self._filled: dict[Value, int] = {}  # the group that fills it with zeros
        self._in_loop: set[Value] = set()  # made by maps: at hand inside their loop
        self._maker: dict[Value, Node] = {}  # of the values that maps make
        self._again: dict[tuple[Value, int], Value] = {}  # what a later group computes again
        for node in nodes:
            self._add(node)
        for value in wanted:
            base, _ = self.where(value)
            held = value if base is value and value not in self._given else self._copied(value)
            self.results[value] = held
            self.stored.add(held)

    def where(self, value: Value) -> tuple[Value, Layout]:
        """The value whose memory holds this one, and in which layout."""
        return self._views.get(value) or (value, contiguous(value.shape))

    def is_single(self, value: Value) -> bool:
        """Whether a value is one number, kept in a variable of the kernel."""
        return value.size == 1 and (
            value in self._given or value in self._in_loop or value.kind == "constant"
        )

    def _add(self, node: Node) -> None:
        if node.kind == "view":
            self._add_view(node)
        elif node.kind == "fill":
            self._place(node, None, 0)
            self._filled[node.output] = self._made[node.output]
        elif node.kind == "product":
            inputs = tuple([self._matrix(v) for v in node.inputs])
            node = Node(
                "product",
                node.code,
                inputs,
                node.output,
                transposed=node.transposed,
                view=node.view,
            )
            self.stored.add(node.output)
            self._place(node, None, max([self._after(v) for v in inputs], default=0))
        elif node.kind == "gather":
            x, index = node.inputs
            if self.is_single(self.where(x)[0]):
                x = self._copied(x)
            node = Node("gather", "", (x, index), node.output, axes=node.axes)
            self._place(node, node.output.shape, max(self._after(x), self._after(index)))
        else:
            space = node.output.shape if node.kind == "map" else node.inputs[0].shape
            begin = max([self._ready(v, space) for v in node.inputs], default=0)
            if node.kind in ("place", "scatter"):
                written = self._filled if node.code == "apart" else self._made
                begin = max(begin, written.get(node.output, -1) + 1)
                self.stored.add(node.output)
            if node.kind == "reduce" and node.output.size > 1:
                self.stored.add(node.output)
            self._place(node, space, begin)

    def _add_view(self, node: Node) -> None:
        (x,) = node.inputs
        base, layout = self.where(x)
        changed = node.view(layout)
        if changed is None:
            base = self._copied(x)
            changed = node.view(contiguous(x.shape))
            assert changed is not None
        self._views[node.output] = base, changed
        self._keep(base)

    def _place(self, node: Node, space: Shape | None, begin: int) -> None:
        """Put a node into the first group from `begin` on that takes it."""
        groups = self.groups
        position = next(
            (
                i
                for i in range(begin, len(groups))
                if space is not None and groups[i].space == space and groups[i].has_room()
            ),
            None,
        )
        if position is None:
            position = len(groups)
            groups.append(Group(space))
        if space is not None and node.kind != "gather":
            inputs = tuple([self._repeated(v, position) or v for v in node.inputs])
            node = Node(node.kind, node.code, inputs, node.output, axes=node.axes, view=node.view)
        self._append(node, position)

    def _append(self, node: Node, position: int) -> None:
        group = self.groups[position]
        group.nodes.append(node)
        if node.kind in ("map", "gather"):
            self._maker[node.output] = node
        self._made[node.output] = max(position, self._made.get(node.output, 0))
        at_hand = node.kind in ("map", "gather")
        if at_hand or (node.kind == "reduce" and node.output.size == 1):
            self._in_loop.add(node.output)
        for value in node.inputs:
            base, _ = self.where(value)
            if self._made.get(base, -1) != position:
                self._keep(base)
                if not self.is_single(base):
                    group.values.add(base)

    def _repeated(self, value: Value, position: int) -> Value | None:
        """A copy of a value, computed again in a later group instead of stored."""
        made = self._made.get(value)
        if (
            made is None
            or made == position
            or _bytes(value) < self._least
            or value in self.stored
            or self.is_single(value)
        ):
            return None
        again = self._again.get((value, position))
        if again is None:
            nodes: dict[Value, Node] = {}
            if not self._collect(value, nodes, position) or not self._pays(value, nodes, position):
                return None
            for v, node in nodes.items():
                if (v, position) in self._again:
                    continue
                inputs = tuple([self._again.get((x, position), x) for x in node.inputs])
                copy = self._again[v, position] = Value.between(v.shape, v.dtype)
                self._append(Node("map", node.code, inputs, copy), position)
            again = self._again[value, position]
        return again

    def _pays(self, value: Value, nodes: dict[Value, Node], position: int) -> bool:
        """Whether to compute a value again rather than to store and read it."""
        work = cost(nodes.values())
        if _bytes(value) >= RECOMPUTED or work > MOST_INSTEAD:
            return _bytes(value) >= RECOMPUTED and work <= MOST_RECOMPUTED
        bases = {self.where(v)[0] for node in nodes.values() for v in node.inputs}
        read = bases - nodes.keys() - self.groups[position].values
        return sum([_bytes(v) for v in read if not self.is_single(v)]) <= _bytes(value)

    def _collect(self, value: Value, nodes: dict[Value, Node], position: int) -> bool:
        """The maps that make a value of what is in memory anyway, in order."""
        base, _ = self.where(value)
        if base in self._given or base.kind == "constant" or base in self.stored:
            return True
        if self.is_single(base):
            return self._made[base] < position
        node = self._maker.get(value)
        if node is None or node.kind != "map":
            return False
        if self.groups[self._made[value]].space != self.groups[position].space:
            return False
        if value not in nodes:
            if not all(self._collect(v, nodes, position) for v in node.inputs):
                return False
            nodes[value] = node
        return True

    def _keep(self, base: Value) -> None:
        if base in self._made and not self.is_single(base):
            self.stored.add(base)

    def _after(self, value: Value) -> int:
        """The first group that can read a value from memory."""
        return self._made.get(self.where(value)[0], -1) + 1

    def _ready(self, value: Value, space: Shape) -> int:
        """The first group that can use a value: the one that makes it, if it has this space."""
        made = self._made.get(value)
        if made is not None and value in self._maker and self.groups[made].space == space:
            return made
        return self._after(value)

    def _copied(self, value: Value) -> Value:
        copy = Value.between(value.shape, value.dtype)
        self._add(Node("map", "{a}", (value,), copy))
        self.stored.add(copy)
        return copy

    def _matrix(self, value: Value) -> Value:
        """The value itself if a matrix product can read it where it is, else a copy."""
        base, layout = self.where(value)
        if base.size > 1 and layout.matrix is not None:
            self._keep(base)
            return value
        return self._copied(value)


def _bytes(value: Value) -> int:
    return int(value.size * value.dtype.itemsize)
