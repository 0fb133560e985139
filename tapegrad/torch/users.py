"""Users' code in a backward pass: hooks, and the derivatives of `autograd.Function`.

It sees torch tensors, with a graph of their own if the gradients are to have one, and runs out of
sight of what records the pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, BatchedNamespace
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import rewrap
from tapegrad.torch.node import Node
from tapegrad.torch.recorded import Growing
from tapegrad.torch.shaping import stack
from tapegrad.torch.tensor import Tensor, wrapped


class UserCode:
    """Calls users' code in one backward pass.

    Parameters
    ----------
    F
        The namespace that the pass runs in.
    growing
        What makes nodes of the pass, if it is recorded.
    """

    def __init__(self, F: Any, growing: Growing | None) -> None:
        self.F = F
        self.growing = growing

    def tensor(self, g: Any) -> Tensor | None:
        """A gradient on its way, as users see it."""
        if g is None:
            return None
        g = dense(g, self.F)
        g = g.value if isinstance(g, Batched) else g
        if g.__class__ is CoreTensor:
            node = None if self.growing is None else self.growing.node_of(g)
            return wrapped(g._value, node, g._id if g._id > 0 else 0)
        return wrapped(g)

    def value(self, g: Any) -> Any:
        """What a user has made of it, as the pass knows gradients."""
        if not isinstance(g, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(g).__name__}'")
        batched = self.F.__class__ is BatchedNamespace
        value: Any = g._value
        if (self.F.base if batched else self.F) is recording:
            value = rewrap(value, g._id)
            if self.growing is not None:
                self.growing.take(g._id, g._node)
        return Batched(value, self.F) if batched else value

    @contextmanager
    def _outside(self) -> Iterator[None]:
        if self.growing is None:
            yield
        else:
            with self.growing.paused():
                yield

    # Hooks

    def call_before(self, node: Node, own: dict[int, Any], only_tensors: bool = False) -> None:
        """Hooks on the gradients of a node's outputs, then those on the node."""
        state = node.__dict__
        for x, hooks in (state.get("_on_outputs") or {}).items():
            for hook in list(hooks.values()):
                if x in own:
                    new = self._called(hook, given := self.tensor(own[x]))
                    if new is not None:
                        self._replace(own, (x,), (given,), (new,), hook)
        if only_tensors:
            return
        for hook in list((state.get("_before") or {}).values()):
            many = tuple([self.tensor(own.get(x)) for x in node.outs])
            self._replace_all(own, node.outs, many, self._called(hook, many), hook)

    def call_after(self, node: Node, own: dict[int, Any], outputs: dict[int, Any]) -> None:
        """Hooks that see what came out of a node, and may replace it."""
        for hook in list((node.__dict__.get("_after") or {}).values()):
            results = tuple([self.tensor(own.get(x)) for x in node.ids])
            given = tuple([self.tensor(outputs.get(x)) for x in node.outs])
            self._replace_all(own, node.ids, results, self._called(hook, results, given), hook)

    def _called(self, hook: Any, *args: Any) -> Any:
        with self._outside():
            return hook(*args)

    def _replace_all(
        self, own: dict[int, Any], places: tuple[int, ...], given: Any, new: Any, hook: Any
    ) -> None:
        if new is None:
            return
        if not isinstance(new, tuple):
            raise TypeError(f"expected tuple, but hook returned '{type(new).__name__}'")
        if len(new) != len(given):
            raise RuntimeError(
                f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(new)}, "
                f"but expected {len(given)})"
            )
        self._replace(own, places, given, new, hook)

    def _replace(
        self, own: dict[int, Any], places: tuple[int, ...], given: Any, new: Any, hook: Any
    ) -> None:
        for x, before, g in zip(places, given, new, strict=True):
            if g is None:
                own.pop(x, None)
            else:
                value = self.value(g)
                _check_replacement(before, g, _name(hook))
                own[x] = value

    # Derivatives

    def call(self, node: Any, own: dict[int, Any]) -> dict[int, Any]:
        """Run the derivative of an `autograd.Function`; the gradients of its inputs."""
        if self.F.__class__ is BatchedNamespace:
            return self._row_by_row(node, own)
        given = [self.tensor(own.get(x)) for x in node.outs]
        with self._outside():
            results = node.run_backward(given)
        return self._collected(node, results)

    def _collected(self, node: Any, results: Any) -> dict[int, Any]:
        pulled: dict[int, Any] = {}
        for x, edge, g in zip(node.ids, node.edges, results, strict=True):
            if g is not None and edge is not None:
                new = self.value(g)
                pulled[x] = pulled[x] + new if x in pulled else new
            elif edge is not None:
                node.returned_none |= {x}
        return pulled

    def _row_by_row(self, node: Any, own: dict[int, Any]) -> dict[int, Any]:
        whole = {x: dense(g, self.F) for x, g in own.items()}
        size = next(g.value.shape[0] for g in whole.values() if isinstance(g, Batched))
        rows = []
        for i in range(size):
            given = []
            for x in node.outs:
                g = whole.get(x)
                if isinstance(g, Batched):
                    g = self.F.base.getitem(g.value, index=(i, Ellipsis))
                given.append(self.tensor(g))
            with self._outside():
                rows.append(node.run_backward(given))
        columns: list[Tensor | None] = []
        with self._outside():
            for column in zip(*rows, strict=True):
                some = next((g for g in column if g is not None), None)
                if some is None:
                    columns.append(None)
                    continue
                zero = wrapped(np.zeros(some._value.shape, some._value.dtype)[()])
                columns.append(stack([zero if g is None else g for g in column]))
        return self._collected(node, columns)


def _name(hook: Any) -> str:
    return getattr(hook, "__name__", "<unknown>")


def _check_replacement(before: Tensor | None, g: Tensor, name: str) -> None:
    """Raise if a hook has made another kind of gradient."""
    if before is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if g._value.dtype != before._value.dtype:
        was, got = (f"torch.{x.dtype.abbreviation}Tensor" for x in (before, g))
        raise RuntimeError(f"hook '{name}' has changed the type of value (was {was} got {got})")
    if g._value.shape != before._value.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def dense(g: Any, F: Any) -> Any:
    """A gradient with all its entries written out."""
    return g.dense(F) if g.__class__ is Slices else g
