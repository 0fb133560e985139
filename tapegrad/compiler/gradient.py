"""The derivative of a compiled function, as one record of the tapes outside.

First-order gradients run a second program, the backward one, on what the forward program kept.
Everything else (higher orders, Jacobians, forward mode) goes back to the operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from tapegrad.compiler.graph import Operation, Recording
from tapegrad.compiler.program import ChangedShapeError, MissedGuardError, Program
from tapegrad.compiler.rerun import rerun, sources_of
from tapegrad.compiler.tracer import Tracer
from tapegrad.core.backward import sweep
from tapegrad.core.batching import BatchedNamespace
from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.core.primitive import Primitive, record
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw
from tapegrad.core.table import recording as recorded
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, rewrap, wrap, wrap_constant
from tapegrad.core.transpose import push_by_transposing


class Derivative:
    """The backward program of a recording, for some of its inputs.

    Parameters
    ----------
    recording
        The forward recording.
    mask
        Bit i: whether the i-th of `sources_of` gets a cotangent.
    arrays
        The values of the sources, to record the backward run with.

    Attributes
    ----------
    kept
        The values that the forward program has to give besides its results.
    """

    def __init__(self, recording: Recording, mask: int, arrays: Sequence[Any], name: str) -> None:
        sources = sources_of(recording)
        tensors = [wrap(a) for a in arrays]
        wanted = [i for i in range(len(sources)) if mask >> i & 1]
        self.targets = [i for i, v in enumerate(recording.outputs) if is_differentiable(v)]
        seeds = [
            wrap(np.ones(recording.outputs[i].shape, recording.outputs[i].dtype)[()])
            for i in self.targets
        ]
        tracer = Tracer([*tensors, *seeds])
        tape = Tape()
        for i in wanted:
            tape.follow(tensors[i])
        with only_recorders((tape,), tracer=tracer):
            at = rerun(recording, tensors)
        cotangents: dict[int, Any] = {}
        for i, seed in zip(self.targets, seeds, strict=True):
            identity = at[recording.outputs[i]]._id
            if identity in tape.followed:
                known = cotangents.get(identity)
                with only_recorders((), tracer=tracer):
                    cotangents[identity] = seed if known is None else known + seed
        with only_recorders((), tracer=tracer):
            found = sweep(tape.records, cotangents, {tensors[i]._id for i in wanted}, recorded)
            gradients = [found.get(tensors[i]._id) for i in wanted]
            gradients = [g.dense(recorded) if g.__class__ is Slices else g for g in gradients]
        connected = [g for g in gradients if g is not None]
        results = tracer.finish(connected)
        of_forward = {tracer.value_of(t): v for v, t in reversed(at.items())}
        backward = [
            s
            for s in tracer.steps
            if not (isinstance(s, Operation) and all(v in of_forward for v in s.outputs))
        ]
        made = {v for s in backward if isinstance(s, Operation) for v in s.outputs}
        needed = {v for s in backward if isinstance(s, Operation) for v in s.inputs}
        needed.update(results)
        begins = [v for v in needed if v not in made and v.kind != "constant" and v in of_forward]
        self.kept = [of_forward[v] for v in begins]
        seed_values = tracer.inputs[len(tensors) :]
        run = Recording([*begins, *seed_values], backward, results)
        self._program = Program(run, f"{name}_gradient")
        self._places = [i for i, g in zip(wanted, gradients, strict=True) if g is not None]
        self._count = len(sources)

    @property
    def program(self) -> Program:
        """The backward program."""
        return self._program

    def __call__(self, kept: Sequence[Any], cotangents: Sequence[Any]) -> list[Any]:
        """The cotangents of the sources, None for those that are not wanted or connected."""
        found: list[Any] = [None] * self._count
        results = self._program.run(*kept, *[cotangents[i] for i in self.targets])
        for i, g in zip(self._places, results, strict=True):
            found[i] = g
        return found


def _depending(recording: Recording, followed: Sequence[bool]) -> list[int]:
    """Places of the outputs that depend on a source that a tape follows."""
    live = {v for v, f in zip(sources_of(recording), followed, strict=True) if f}
    for step in recording.steps:
        if isinstance(step, Operation):
            mask = step.primitive.differentiable
            if any(v in live and mask >> i & 1 for i, v in enumerate(step.inputs)):
                live.update([v for v in step.outputs if is_differentiable(v)])
    return [i for i, v in enumerate(recording.outputs) if v in live]


def attach(
    recording: Recording,
    recorders: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Tensor],
    name: str,
    derivative: Derivative | None,
    kept: Sequence[Any],
) -> None:
    """Let tapes see a run as one record.

    Parameters
    ----------
    inputs
        Tensors and Variables in the places of `sources_of`.
    derivative, kept
        The backward program and what it needs; without it the operations are run again.
    """
    saved = [(x._value, x._id) for x in inputs]
    followed = [any(x._id in r.followed for r in recorders) for x in inputs]
    live = _depending(recording, followed)
    specs = [(x._value.shape, x._value.dtype) for x in outputs]

    def pull(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        given = dict(zip(live, g, strict=True))
        cotangents = [
            np.zeros(*spec)[()] if given.get(i) is None else given[i]
            for i, spec in enumerate(specs)
        ]
        if F is raw and derivative is not None:
            # The backward program may be for other data: then it is done as it was recorded.
            with suppress(ChangedShapeError, MissedGuardError):
                return derivative(kept, cotangents)
        return _pulled_through(F, recording, saved, cotangents)

    primitive = Primitive(
        name,
        "custom",
        _no_forward,
        ("values*",),
        (pull,),
        [frozenset()],
        pull,
        push_by_transposing(pull),
    )
    if live:
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
        if x._id in tape.followed:
            if wrapped and isinstance(c, (np.ndarray, np.generic)):
                c = wrap_constant(c)
            known = seeds.get(x._id)
            seeds[x._id] = c if known is None else known + c
    found = sweep(tape.records, seeds, {x._id for x in tensors}, F)
    return [found.get(x._id) for x in tensors]


def _no_forward(*args: Any, **params: Any) -> Any:
    raise NotImplementedError("A compiled function is recorded after it has run.")
