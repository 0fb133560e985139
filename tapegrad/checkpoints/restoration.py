"""From a file into the objects of a program, also into those that are made later."""

from __future__ import annotations

from collections import deque
from typing import Any

from tapegrad.checkpoints.graph import Graph, Node, loaded_nodes, parts_of, values_of
from tapegrad.core.module import Module
from tapegrad.core.restoring import WAITING
from tapegrad.core.safetensors import Reader
from tapegrad.core.variable import Variable
from tapegrad.errors import DataLossError, InvalidArgumentError


class Restoration:
    """The values of one file, matched with objects by the names that lead to them.

    Parameters
    ----------
    reader
        The file.
    root
        Where to start.
    """

    def __init__(self, reader: Reader, root: Any) -> None:
        if "graph" not in reader.metadata:
            raise DataLossError(
                f"{reader.path} is no checkpoint of tf.train.Checkpoint: it says nothing about "
                f"objects. tf.train.load_variable(path, name) reads single arrays."
            )
        try:
            self.nodes: list[Node] = loaded_nodes(reader.metadata["graph"])
        except (ValueError, TypeError, AttributeError) as error:
            raise DataLossError(f"{reader.path}: the objects cannot be read ({error}).") from error
        known, count = set(reader.names()), len(self.nodes)
        for node in self.nodes:
            if not (
                known >= set(node.keys.values())
                and set(node.children.values()) <= set(range(count))
            ):
                raise DataLossError(f"{reader.path}: an object refers to what is not in the file.")
        if not self.nodes:
            raise DataLossError(f"{reader.path}: there are no objects.")
        reader.verify()
        self.root = root
        self._arrays = {name: reader.array(name) for name in reader.names()}
        self._matched: dict[int, Any] = {}  # node -> the object that has its values
        self._places: dict[int, int] = {}  # identity of such an object -> node
        self._restore([(root, 0)])

    def restore_into(self, owner: Any) -> None:
        """Restore parts that an object, which was matched before, has got since."""
        place = self._places.get(id(owner))
        if place is not None and self._matched[place] is owner:
            self._restore([(owner, place)])

    def _restore(self, starts: list[tuple[Any, int]]) -> None:
        """Match objects with nodes from `starts` on; nothing changes if something does not fit."""
        new: dict[int, Any] = {}
        seen: dict[int, Any] = {}  # keeps alive what it knows by identity
        waiting = deque(starts)
        while waiting:
            value, place = waiting.popleft()
            if id(value) in seen:
                continue
            if id(value) in self._places and _announces(value) and seen:
                continue  # it says itself when it gets parts
            seen[id(value)] = value
            if place not in self._matched and place not in new and id(value) not in self._places:
                self._require_fits(value, self.nodes[place])
                new[place] = value
            children = self.nodes[place].children
            waiting.extend(
                (part, children[name]) for name, part in parts_of(value) if name in children
            )
        for place, value in new.items():
            self._assign(value, self.nodes[place])
        self._matched |= new
        self._places |= {id(value): place for place, value in new.items()}
        waits = bool(self.unused())
        for value in (new if waits else self._matched).values():
            if not _announces(value):
                continue
            if waits:
                value.__dict__[WAITING] = self
            elif value.__dict__.get(WAITING) is self:
                del value.__dict__[WAITING]

    def _require_fits(self, value: Any, node: Node) -> None:
        wanted = values_of(value).keys()
        if wanted != node.keys.keys():
            raise ValueError(
                f"The checkpoint's {node.path.rstrip('/')} is something else than the program's "
                f"{value!r}: it has the values {sorted(node.keys)}, not {sorted(wanted)}. Nothing "
                f"was restored."
            )
        if not isinstance(value, Variable):
            return
        key = next(iter(node.keys.values()))
        array = self._arrays[key]
        if not value.shape.is_compatible_with(array.shape):
            raise ValueError(
                f"Received incompatible tensor with shape {array.shape} when attempting to "
                f"restore variable with shape {value.shape} and name {value.name}: the "
                f"checkpoint's {key} has another shape. Nothing was restored."
            )
        if array.dtype != value._value.dtype:
            raise InvalidArgumentError(
                f"tensor_name = {key}; expected dtype {value.dtype.name} of the variable "
                f"{value.name} does not equal original dtype {array.dtype.name}. Nothing was "
                f"restored."
            )

    def _assign(self, value: Any, node: Node) -> None:
        arrays = {name: self._arrays.pop(key) for name, key in node.keys.items()}
        if not arrays:
            return
        if isinstance(value, Variable):
            value.assign(next(iter(arrays.values())))
        elif hasattr(type(value), "_checkpoint_restore"):
            value._checkpoint_restore(arrays)

    def __reduce__(self) -> Any:
        return _nothing, ()  # a copy of an object waits for nothing

    # What is missing

    def update(self) -> None:
        """Restore what was added to lists and dicts since."""
        found = [(value, place) for place, value in self._matched.items()]
        for value, place in found:
            self._restore([(value, place)])

    def unused(self) -> list[str]:
        """The paths of saved objects that no object of the program has taken."""
        return [
            node.path.rstrip("/").replace("/", ".")
            for place, node in enumerate(self.nodes)
            if node.keys and place not in self._matched
        ]

    def unmatched(self) -> list[Any]:
        """Objects of the program that hold values, but got none."""
        taken = {id(value) for value in self._matched.values()}
        return [v for v in Graph(self.root).objects if values_of(v) and id(v) not in taken]

    def nothing_matched(self) -> bool:
        """True if no object but the root was found."""
        return len(self._matched) <= 1


def _announces(value: Any) -> bool:
    """True for objects that call `restore_parts` when they get parts."""
    return isinstance(value, Module) or hasattr(type(value), "_checkpoint_children")


def _nothing() -> None:
    return None


class LoadStatus:
    """What `Checkpoint.restore` returns: it answers whether everything was found.

    Objects that are made later, such as the weights of a layer that was not called yet, get their
    values when they are made.
    """

    def __init__(self, restoration: Restoration | None) -> None:
        self._restoration = restoration

    def _required(self) -> Restoration:
        if self._restoration is None:
            raise AssertionError(
                "No checkpoint specified (save_path=None); nothing is being restored."
            )
        self._restoration.update()
        return self._restoration

    def assert_consumed(self) -> LoadStatus:
        """AssertionError unless all saved values are used, and all objects got theirs."""
        unused = self._required().unused()
        if unused:
            raise AssertionError(
                f"Unresolved object in checkpoint: (root).{', (root).'.join(unused)}. Nothing in "
                f"the program corresponds to it (yet). status.expect_partial() allows that."
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> LoadStatus:
        """AssertionError unless all objects that exist by now got their values."""
        unmatched = self._required().unmatched()
        if unmatched:
            raise AssertionError(
                f"Found {len(unmatched)} Python objects that were not bound to checkpointed "
                f"values, likely due to changes in the Python program. Showing "
                f"{min(10, len(unmatched))} of {len(unmatched)} unmatched objects: "
                f"{unmatched[:10]}"
            )
        return self

    def assert_nontrivial_match(self) -> LoadStatus:
        """AssertionError if nothing at all was restored."""
        if self._required().nothing_matched():
            raise AssertionError("Nothing in the checkpoint corresponds to the program's objects.")
        return self

    def expect_partial(self) -> LoadStatus:
        """Say that values may stay unused; nothing is checked in either case."""
        return self

    def initialize_or_restore(self, session: object = None) -> None:
        """Without effect: values are restored at once."""

    def run_restore_ops(self, session: object = None) -> None:
        """Without effect: values are restored at once."""
