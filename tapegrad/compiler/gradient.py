"""The derivative of a compiled function, as one record of the tapes outside.

First-order gradients run a second program, the backward one, on what the forward program kept.
Everything else (higher orders, Jacobians, forward mode) goes back to the operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np

from tapegrad.compiler.failures import failed_kernel, warn_of_failure
from tapegrad.compiler.graph import Operation, Recording
from tapegrad.compiler.opened import FunctionPrimitive, Opened, tell
from tapegrad.compiler.program import ChangedShapeError, MissedGuardError, Program
from tapegrad.compiler.rerun import rerun, sources_of
from tapegrad.compiler.tracer import Tracer
from tapegrad.core.backward import sweep
from tapegrad.core.batching import BatchedNamespace
from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.core.primitive import record
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw
from tapegrad.core.table import recording as recorded
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, rewrap, wrap, wrap_constant
from tapegrad.core.transpose import push_by_transposing


class FailedKernelError(Exception):
    """A kernel of a backward program failed, which has been told."""


class Backward:
    """The backward run of a recording, for some of its outputs and inputs.

    Parameters
    ----------
    recording
        The forward recording.
    given
        Places of the outputs that have a cotangent.
    mask
        Bit i: whether the i-th of `sources_of` gets a cotangent.
    arrays
        The values of the sources, to record the backward run with.

    Attributes
    ----------
    kept
        The values of the forward run that it reads.
    """

    def __init__(
        self,
        recording: Recording,
        given: Sequence[int],
        mask: int,
        arrays: Sequence[Any],
        name: str,
    ) -> None:
        sources = sources_of(recording)
        tensors = [wrap(a) for a in arrays]
        wanted = [i for i in range(len(sources)) if mask >> i & 1]
        outputs = [recording.outputs[i] for i in given]
        seeds = [wrap(np.ones(v.shape, v.dtype)[()]) for v in outputs]
        tracer = Tracer([*tensors, *seeds])
        tape = Tape()
        for i in wanted:
            tape.follow(tensors[i])
        with only_recorders((tape,), tracer=tracer):
            at = rerun(recording, tensors)
        cotangents: dict[int, Any] = {}
        for v, seed in zip(outputs, seeds, strict=True):
            identity = at[v]._id
            if identity in tape.followed:
                known = cotangents.get(identity)
                with only_recorders((), tracer=tracer):
                    cotangents[identity] = seed if known is None else known + seed
        with only_recorders((), tracer=tracer):
            found = sweep(tape.records, cotangents, {tensors[i]._id for i in wanted}, recorded)
            gradients = [found.get(tensors[i]._id) for i in wanted]
        parts = [
            (g.values, g.indices) if g.__class__ is Slices else (g,) if g is not None else ()
            for g in gradients
        ]
        results = tracer.finish([x for part in parts for x in part])
        of_forward = {tracer.value_of(t): v for v, t in reversed(at.items())}
        backward = [
            s
            for s in tracer.steps
            if not (isinstance(s, Operation) and all(v in of_forward for v in s.outputs))
        ]
        made = {v for s in backward if isinstance(s, Operation) for v in s.outputs}
        needed = dict.fromkeys(v for s in backward if isinstance(s, Operation) for v in s.inputs)
        needed.update(dict.fromkeys(results))
        begins = [v for v in needed if v not in made and v.kind != "constant" and v in of_forward]
        self.kept = [of_forward[v] for v in begins]
        self._given = given
        self._run = Recording([*begins, *tracer.inputs[len(tensors) :]], backward, results)
        self._name = f"{name}_gradient"
        self._parts = [(i, len(part)) for i, part in zip(wanted, parts, strict=True) if part]
        self._shapes = [v.shape for v in sources]

    @cached_property
    def program(self) -> Program:
        """The backward program."""
        return Program(self._run, self._name)

    def __call__(self, kept: Sequence[Any], cotangents: Sequence[Any]) -> list[Any]:
        """The cotangents of the sources, None for those that are not wanted or connected."""
        found: list[Any] = [None] * len(self._shapes)
        results = iter(self.program.run(*kept, *[cotangents[i] for i in self._given]))
        for i, count in self._parts:
            found[i] = next(results)
            if count == 2:
                found[i] = Slices(found[i], next(results), self._shapes[i])
        return found


class Derivative:
    """The backward programs of a recording, one for each choice of outputs and inputs.

    Parameters
    ----------
    recording
        The forward recording.
    mask
        Bit i: whether a tape follows the i-th of `sources_of`.
    arrays
        The values of the sources, to record the backward runs with.

    Attributes
    ----------
    kept
        The values that the forward program has to give besides its results.
    live
        Places of the outputs that depend on what is followed.
    failure
        What a kernel of these programs failed with, or None.
    """

    def __init__(self, recording: Recording, mask: int, arrays: Sequence[Any], name: str) -> None:
        self._recording = recording
        self._name = name
        self.failure: str | None = None
        self._reached = dependences(recording)
        self.live = [i for i, bits in enumerate(self._reached) if bits & mask]
        whole = Backward(recording, self.live, mask, arrays, name)
        self.kept = whole.kept
        self._known = {(tuple(self.live), mask): (whole, list(range(len(whole.kept))))}

    @property
    def programs(self) -> list[Program]:
        """The programs that were needed so far."""
        return [b.program for b, _ in list(self._known.values()) if "program" in b.__dict__]

    def pull(
        self, arrays: Sequence[Any], kept: Sequence[Any], cotangents: Sequence[Any], mask: int
    ) -> list[Any]:
        """The cotangents of the sources in `mask`; None among those of the outputs is zero."""
        given = tuple([i for i, c in enumerate(cotangents) if c is not None])
        bits = 0
        for i in given:
            bits |= self._reached[i]
        mask &= bits
        if (given, mask) not in self._known:
            part = Backward(self._recording, given, mask, arrays, self._name)
            # It reads less than the one for everything.
            self._known[given, mask] = part, [self.kept.index(v) for v in part.kept]
        backward, places = self._known[given, mask]
        try:
            return backward([kept[i] for i in places], cotangents)
        except Exception as error:
            self.failure = failed_kernel(error)
            if self.failure is None:
                raise
            warn_of_failure(f"the gradient of {self._name}", self.failure)
            raise FailedKernelError from error


def dependences(recording: Recording) -> list[int]:
    """For each output, bit i: whether a gradient passes from it to the i-th of `sources_of`."""
    reached = {v: is_differentiable(v) << i for i, v in enumerate(sources_of(recording))}
    for step in recording.steps:
        if isinstance(step, Operation):
            mask = step.primitive.differentiable
            bits = 0
            for i, v in enumerate(step.inputs):
                bits |= reached.get(v, 0) if mask >> i & 1 else 0
            reached.update([(v, bits) for v in step.outputs if bits and is_differentiable(v)])
    return [reached.get(v, 0) for v in recording.outputs]


def attach(
    recording: Recording,
    recorders: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Tensor],
    name: str,
    derivative: Derivative,
    kept: Sequence[Any],
) -> None:
    """Let tapes see a run as one record.

    Parameters
    ----------
    inputs
        Tensors and Variables in the places of `sources_of`.
    derivative, kept
        The backward programs and what they need.
    """
    saved = [(x._value, x._id) for x in inputs]
    live, count = derivative.live, len(outputs)

    def pull(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        given: list[Any] = [None] * count
        for i, c in zip(live, g, strict=True):
            given[i] = c.dense(F) if c.__class__ is Slices else c
        if F is raw and derivative.failure is None:
            # The backward program may be for other data: then it is done as it was recorded.
            with suppress(ChangedShapeError, MissedGuardError, FailedKernelError):
                return derivative.pull([a for a, _ in saved], kept, given, mask)
        return _pulled_through(F, recording, saved, given)

    dead = [i for i in range(count) if i not in live]
    if dead:
        ids = [i for _, i in saved]
        tell(recorders, recording, name, ids, [outputs[i]._id for i in dead], dead)
    if not live:
        return
    primitive = FunctionPrimitive(
        name,
        "function",
        _no_forward,
        ("values*",),
        (pull,),
        [frozenset()],
        pull,
        push_by_transposing(pull),
    )
    primitive.inside, primitive.recording = Opened(recording, live), recording
    primitive.saved = saved
    record(recorders, primitive, inputs, tuple([outputs[i] for i in live]), {})


def _pulled_through(
    F: Any, recording: Recording, saved: Sequence[tuple[Any, int]], cotangents: Sequence[Any]
) -> list[Any]:
    """The operations run again under a tape, and the cotangents pulled through its records."""
    wrapped = F is recorded or (F.__class__ is BatchedNamespace and F.base is recorded)
    tensors = [rewrap(a, i) for a, i in saved]
    tape = Tape()
    for x in tensors:
        tape.follow(x)
    with only_recorders((*visible_recorders(), tape) if wrapped else (tape,)):
        at = rerun(recording, tensors)
    seeds: dict[int, Any] = {}
    for value, c in zip(recording.outputs, cotangents, strict=True):
        x = at[value]
        if c is not None and x._id in tape.followed:
            if wrapped and isinstance(c, (np.ndarray, np.generic)):
                c = wrap_constant(c)
            known = seeds.get(x._id)
            seeds[x._id] = c if known is None else known + c
    found = sweep(tape.records, seeds, {x._id for x in tensors}, F)
    return [found.get(x._id) for x in tensors]


def _no_forward(*args: Any, **params: Any) -> Any:
    raise NotImplementedError("A compiled function is recorded after it has run.")
