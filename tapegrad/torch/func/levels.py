"""What the transformations of functions share: levels, structures, and arguments by number.

A function that is differentiated sees its arguments under new identities: joined to the graph that
is there already if that wants gradients too, and as leaves of a graph of its own if not. What comes
out and depends on nothing but such leaves requires no gradient outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.torch.batched import expanded, require_gradient, without_graph
from tapegrad.torch.jacobians import alias
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.node import Node
from tapegrad.torch.tensor import Tensor


class Own:
    """The leaves of one differentiation."""

    def __init__(self) -> None:
        self._leaves: set[Node] = set()
        self._is_outside_followed = builds_graph()

    def enter(self, x: Any) -> Tensor:
        """An argument as the function is to see it."""
        if not isinstance(x, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
        entered = alias(expanded(x))
        if entered._node is None:
            self._leaves.add(require_gradient(entered))
        return entered

    def reaches_out(self, tensors: Sequence[Any]) -> bool:
        """Whether one of these depends on something outside that requires a gradient."""
        if not self._is_outside_followed:
            return False
        stack = [t._node for t in tensors if isinstance(t, Tensor) and t._node is not None]
        seen = set(stack)
        while stack:
            node = stack.pop()
            if not node.edges and node not in self._leaves:
                return True
            for edge in node.edges:
                if edge is not None and edge not in seen:
                    seen.add(edge)
                    stack.append(edge)
        return False

    def leave(self, x: Any) -> Any:
        """A result as it is seen outside."""
        if not isinstance(x, Tensor) or x._node is None or self.reaches_out([x]):
            return x
        return without_graph(x)

    def leave_all(self, structure: Any) -> Any:
        """The results in a structure."""
        return mapped(self.leave, structure)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """A structure with the function's results in place of its leaves."""
    return packed(structure, [function(x) for x in nest.flatten(structure)])


def packed(structure: Any, leaves: Sequence[Any]) -> Any:
    """A structure with other leaves."""
    return nest.packed(structure, iter(leaves))


def same_structure(a: Any, b: Any) -> bool:
    """Whether two structures differ in their leaves only."""
    try:
        nest.assert_same_structure(a, b)
    except (TypeError, ValueError):
        return False
    return True


def chosen(args: tuple[Any, ...], argnums: Any) -> tuple[int, ...]:
    """The positions that `argnums` names.

    Raises
    ------
    RuntimeError
        If there is no such argument, or one is named twice.
    """
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    positions = []
    for number in numbers:
        if not isinstance(number, int):
            raise RuntimeError(f"argnum must be int, got: {type(number)}")
        if not -len(args) <= number < len(args):
            raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
        positions.append(number % len(args))
    if not positions:
        raise RuntimeError("argnums must be non-empty")
    if len(set(positions)) != len(positions):
        raise RuntimeError(f"argnums elements must be unique, got {tuple(positions)}")
    return tuple(positions)


def with_parts(
    args: tuple[Any, ...], positions: Sequence[int], parts: Sequence[Any]
) -> tuple[Any, ...]:
    """Arguments, some of them replaced."""
    changed = list(args)
    for position, part in zip(positions, parts, strict=True):
        changed[position] = part
    return tuple(changed)


def with_aux(api: str, output: Any, has_aux: bool) -> tuple[Any, Any]:
    """What a function returned, and what it returned besides.

    Raises
    ------
    RuntimeError
        If it returned no pair and ought to.
    """
    if not has_aux:
        return output, None
    if not (isinstance(output, tuple) and len(output) == 2):
        raise RuntimeError(
            f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True"
        )
    return output


def tensors_of(api: str, output: Any) -> list[Tensor]:
    """The tensors that a function returned.

    Raises
    ------
    RuntimeError
        If it returned anything else.
    """
    flat = nest.flatten(output)
    if not flat or flat == [None]:
        raise RuntimeError(
            f"{api}: Expected f to be a function that has non-empty output (got output = {flat})"
        )
    for x in flat:
        if not isinstance(x, Tensor):
            raise RuntimeError(
                f"{api}: expected f(*primals) to return only tensors, got unsupported type "
                f"{type(x)}"
            )
    return flat


def refuse_complex(api: str, structure: Any, what: str) -> None:
    """Raise if a tensor is complex."""
    for i, x in enumerate(nest.flatten(structure)):
        if isinstance(x, Tensor) and x._value.dtype.kind == "c":
            raise RuntimeError(
                f"{api}: Expected all {what} to be real but received complex tensor at flattened "
                f"input idx: {i}"
            )
