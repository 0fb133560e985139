"""A chain of steps as one record: its gradient runs steps again instead of keeping everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import active_recorders, active_tracer, only_recorders, visible_recorders
from tapegrad.core.convert import as_tensor
from tapegrad.core.custom import attach
from tapegrad.core.footprint import Footprint
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.revolve import next_state
from tapegrad.core.snapshots import Snapshots
from tapegrad.core.table import recording
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, rewrap, wrap, wrap_constant
from tapegrad.errors import MissingGradientError

#: How many states there are besides those that are stored and those that a step makes: its input,
#: the cotangents that it gets and that the whole chain got, the result of the chain, and one for
#: what operations use inside of themselves.
_BESIDES = 5

#: ``step(number, state)``, the next state.
Step = Callable[[int, Any], Any]


class _FollowedBy:
    """What any of some recorders follows."""

    def __init__(self, recorders: Sequence[Any]) -> None:
        self._recorders = recorders

    def __contains__(self, identity: object) -> bool:
        return any(identity in r.followed for r in self._recorders)


class _Followed(set[int]):
    """Identities that a tape follows, and all that others follow."""

    def __init__(self, others: _FollowedBy) -> None:
        super().__init__()
        self._others = others

    def __contains__(self, identity: object) -> bool:
        return super().__contains__(identity) or identity in self._others


class Captured(Tape):
    """A recorder that notes which followed tensors and Variables a function uses from outside."""

    __slots__ = ("tensors",)

    def __init__(self, recorders: Sequence[Any]) -> None:
        super().__init__()
        self.followed = _FollowedBy(recorders)  # type: ignore[assignment]
        self.tensors: dict[int, Tensor] = {}

    def watch_variable(self, variable: Any) -> None:
        """Note a Variable."""
        self.variables[variable._id] = variable

    def _note(self, identity: int, array: Any) -> None:
        if identity in self.followed and identity not in self.variables:
            self.tensors.setdefault(identity, rewrap(array, identity))

    def record_unary(self, primitive: Any, x: Any, keep_x: bool, keep_y: bool, out: Any) -> None:
        """Note the input."""
        self._note(x._id, x._value)

    def record_binary(
        self, primitive: Any, ids: tuple[int, int], a: Any, b: Any, mask: int, out: Any
    ) -> None:
        """Note the inputs."""
        self._note(ids[0], a)
        self._note(ids[1], b)

    def record(
        self, primitive: Any, inputs: Sequence[Any], mask: int, outputs: Any, params: Any
    ) -> None:
        """Note the inputs."""
        for x in inputs:
            self._note(x._id, x._value)


class Taped(NamedTuple):
    """One step that was run under a tape, ready to be pulled back."""

    tape: GradientTape
    state: list[Any]
    result: Any


class Chain:
    """Runs ``state = step(i, state)`` for i = 0, ..., length - 1.

    Parameters
    ----------
    length, step
        The steps.
    storage
        Makes the place where states are stored, from the bytes that a step needs besides; these are
        measured if `measured`, else 0.
    name
        What the record is called.
    """

    def __init__(
        self,
        length: int,
        step: Step,
        storage: Callable[[int], Snapshots],
        name: str,
        measured: bool = False,
    ) -> None:
        self._length, self._storage, self._name = length, storage, name
        self._measured = measured and length > 1
        self._user_step = step
        #: The state after step 0, where measuring it has computed it already.
        self._second: Any = None
        #: What the steps use besides the state: followed tensors, and Variables.
        self._sources: list[Any] = []
        #: The last step, kept from the forward run until it is pulled back for the first time.
        self._last: Taped | None = None

    def run(self, state: Any) -> Any:
        """The last state, recorded as the result of one operation."""
        state = nest.map_structure(as_tensor, state)
        if not active_recorders() or active_tracer() is not None:
            return self._plainly(state)
        captured = Captured(visible_recorders())
        with only_recorders((captured,)):
            working = self._measure(state, captured) if self._measured else 0
            self._snapshots = self._storage(working)
            self._snapshots.push(0, state)
            self._last = self._descend(self._length, captured.followed)
        final = self._last.result
        variables = [v for _, v in sorted(captured.variables.items())]
        for v in variables:
            v._touch()
        self._sources = [*captured.tensors.values(), *variables]
        outputs = [wrap(x._value) for x in nest.flatten(final)]

        def pullback(cotangents: list[Any]) -> Sequence[Any]:
            if active_recorders():  # derivatives of derivatives need the whole chain on a tape
                return self._pulled_at_once(state, cotangents)
            return self._pulled_step_by_step(state, cotangents)

        attach([*nest.flatten(state), *self._sources], outputs, pullback, self._name)
        return nest.pack_sequence_as(final, outputs)

    def _step(self, i: int, state: Any) -> Any:
        if i == 0 and self._second is not None:
            state, self._second = self._second, None
            return state
        return self._user_step(i, state)

    def _measure(self, first: Any, captured: Captured) -> int:
        """Run step 0 there and back; gives the bytes that a step needs besides stored states."""
        footprint = Footprint()
        with only_recorders((captured, footprint)):
            taped = self._tape_step(0, first, captured.followed)
        results = nest.flatten(taped.result)
        state_size: int = sum(x._value.nbytes for x in results)
        with only_recorders((footprint,)), suppress(MissingGradientError):
            self._pull(taped, [wrap_constant(np.ones_like(x._value)) for x in results])
        footprint.stop()
        self._second = taped.result
        outside = [*captured.tensors.values(), *captured.variables.values()]
        totals: int = sum(x._value.nbytes for x in outside)
        return footprint.peak + _BESIDES * state_size + 2 * totals

    def _plainly(self, state: Any) -> Any:
        for i in range(self._length):
            state = self._step(i, state)
        return state

    def _descend(self, end: int, also_followed: Any = None) -> Taped:
        """Run from the latest stored state, storing more on the way, the last step taped."""
        snapshots = self._snapshots
        at, state = snapshots.top, snapshots.load()
        while end - at > 1 and snapshots.room:
            store = at + next_state(end - at, snapshots.room + 1)
            for i in range(at, store):
                state = self._step(i, state)
            at = store
            snapshots.push(at, state)
        for i in range(at, end - 1):
            state = self._step(i, state)
        return self._tape_step(end - 1, state, also_followed)

    def _tape_step(self, number: int, state: Any, also_followed: Any = None) -> Taped:
        leaves = [recording.identity(x) for x in nest.flatten(state)]
        state = nest.pack_sequence_as(state, leaves)
        with GradientTape() as tape:
            if also_followed is not None:
                tape.followed = _Followed(also_followed)
            tape.watch([x for x in (*leaves, *self._sources) if is_differentiable(x._value)])
            result = nest.map_structure(as_tensor, self._step(number, state))
        return Taped(tape, leaves, result)

    def _pulled_step_by_step(self, first: Any, cotangents: list[Any]) -> list[Any]:
        taped, self._last = self._last, None
        snapshots = self._snapshots
        if taped is None:  # the second time
            snapshots.clear()
            snapshots.push(0, first)
        totals: list[Any] = [None] * len(self._sources)
        for end in range(self._length, 0, -1):
            if taped is None:
                taped = self._descend(end)
            if snapshots.top == end - 1:
                snapshots.pop()
            cotangents, parts = self._pull(taped, cotangents)
            taped = None
            for i, part in enumerate(parts):
                if part is not None:
                    totals[i] = part if totals[i] is None else totals[i] + part
        return [*cotangents, *totals]

    def _pulled_at_once(self, state: Any, cotangents: list[Any]) -> list[Any]:
        # Copies, because the same tensor may be given twice and each place has its own gradient.
        copies = [recording.identity(x) for x in nest.flatten(state)]
        with GradientTape() as tape:
            tape.watch([x for x in (*copies, *self._sources) if is_differentiable(x._value)])
            result = self._plainly(nest.pack_sequence_as(state, copies))
        of_state, parts = self._pull(Taped(tape, copies, result), cotangents)
        return [*of_state, *parts]

    def _pull(self, taped: Taped, cotangents: list[Any]) -> tuple[list[Any], list[Any]]:
        """Cotangents of the state before a step, and of what it used besides."""
        results = nest.flatten(taped.result)
        seeds = [
            (y, _zeros(y) if g is None else g)
            for y, g in zip(results, cotangents, strict=True)
            if is_differentiable(y._value)
        ]
        everything = [*taped.state, *self._sources]
        live = [i for i, x in enumerate(everything) if is_differentiable(x._value)]
        found: list[Any] = [None] * len(everything)
        gradients = taped.tape.gradient(
            [y for y, _ in seeds],
            [everything[i] for i in live],
            output_gradients=[g for _, g in seeds],
        )
        for i, g in zip(live, gradients, strict=True):
            found[i] = g._to_tensor() if isinstance(g, IndexedSlices) else g
        return found[: len(taped.state)], found[len(taped.state) :]


def _zeros(x: Any) -> Tensor:
    return wrap_constant(np.zeros(x._value.shape, x._value.dtype)[()])
