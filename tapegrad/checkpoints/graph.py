"""The objects that a checkpoint saves, and how they hang together."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tapegrad.core.module import Module
from tapegrad.core.variable import Variable

VALUE = "VARIABLE_VALUE"


def is_saved(value: Any) -> bool:
    """True for what holds values, or may hold something that does."""
    return isinstance(value, (Variable, Module, list, tuple, Mapping)) or has_parts(value)


def has_parts(value: Any) -> bool:
    """True for objects that say themselves what a checkpoint keeps of them."""
    kind = type(value)
    return hasattr(kind, "_checkpoint_children") or hasattr(kind, "_checkpoint_values")


def parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The parts of an object with their names."""
    children = getattr(type(value), "_checkpoint_children", None)
    if children is not None:
        named = children(value).items()
    elif isinstance(value, Mapping):
        named = value.items()
    elif isinstance(value, (list, tuple)):
        named = ((str(i), part) for i, part in enumerate(value))
    elif isinstance(value, Module):
        named = vars(value).items()
    else:
        return
    for name, part in named:
        if is_saved(part) and isinstance(name, str):
            yield name, part


def values_of(value: Any) -> dict[str, Any]:
    """The arrays of an object itself."""
    if isinstance(value, Variable):
        return {VALUE: value._value}
    kept = getattr(type(value), "_checkpoint_values", None)
    return {} if kept is None else dict(kept(value))


class Node(NamedTuple):
    """An object in a file: its parts by name, and the keys of its arrays."""

    path: str
    children: dict[str, int]
    keys: dict[str, str]


class Graph:
    """The objects that can be reached from a root, each once, nearer ones first.

    Attributes
    ----------
    nodes
        What is written about each.
    objects
        The objects themselves.
    """

    def __init__(self, root: Any) -> None:
        self.objects: list[Any] = [root]
        self.nodes: list[Node] = []
        paths = [""]
        places = {id(root): 0}
        waiting = deque([0])
        while waiting:
            i = waiting.popleft()
            children = {}
            for name, part in parts_of(self.objects[i]):
                if id(part) not in places:
                    places[id(part)] = len(self.objects)
                    self.objects.append(part)
                    paths.append(f"{paths[i]}{_escaped(name)}/")
                    waiting.append(places[id(part)])
                children[name] = places[id(part)]
            keys = {name: f"{paths[i]}.ATTRIBUTES/{name}" for name in values_of(self.objects[i])}
            self.nodes.append(Node(paths[i], children, keys))

    def arrays(self) -> dict[str, Any]:
        """All arrays by their keys."""
        found = {}
        for value, node in zip(self.objects, self.nodes, strict=True):
            for name, array in values_of(value).items():
                found[node.keys[name]] = array
        return found

    def dumped(self) -> str:
        """The nodes as text."""
        return json.dumps([list(node) for node in self.nodes])


def loaded_nodes(text: str) -> list[Node]:
    """The nodes that `Graph.dumped` wrote."""
    return [
        Node(str(path), {str(k): int(i) for k, i in children.items()}, dict(keys))
        for path, children, keys in json.loads(text)
    ]


def _escaped(name: str) -> str:
    """A name that cannot be taken for a path."""
    return name.replace(".", "..").replace("/", ".S")
