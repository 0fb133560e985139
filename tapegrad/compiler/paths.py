"""What a compiled function knows about one kind of call: a program for each way Python took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.failures import failed_kernel, warn_of_failure
from tapegrad.compiler.gradient import Derivative, attach
from tapegrad.compiler.graph import (
    Guard,
    HostCall,
    Place,
    Read,
    Recording,
    Value,
    inputs_of,
    outputs_of,
)
from tapegrad.compiler.opened import tell
from tapegrad.compiler.program import ChangedShapeError, MissedGuardError, Program
from tapegrad.compiler.rerun import sources_of
from tapegrad.compiler.settings import functions_run_eagerly
from tapegrad.compiler.simplify import simplify
from tapegrad.compiler.tracer import NotCompilableError
from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor, rewrap, wrap

#: What `Paths.run_quickly` gives if the ordinary way must be taken.
MISSED = object()

#: A function that decides in more ways than this by its data runs eagerly.
MOST_PATHS = 32


class RunEagerlyError(Exception):
    """The program does not know everything that this call needs."""


class Path:
    """One recorded way through a function.

    Parameters
    ----------
    name
        The function's.
    recording
        What it did.
    rebuild
        Makes the function's result from the output tensors.
    custom_gradient
        Where the function has a custom gradient, which the operations do not know of.
    captured
        Identities of the tensors that the function knows from outside.
    captured_inputs
        Those that are inputs of the recording too, behind those of the function.
    origin
        What the recording was made of, if it was not recorded.
    """

    def __init__(
        self,
        name: str,
        recording: Recording,
        rebuild: Callable[[Sequence[Tensor]], Any],
        custom_gradient: Place | None,
        captured: Iterable[int],
        captured_inputs: Sequence[Tensor],
        origin: str | None = None,
    ) -> None:
        self.recording = simplify(recording, with_derivatives=True)
        self._check_order()
        self.rebuild = rebuild
        self.custom_gradient = custom_gradient
        self.name = name
        self.captured = set(captured)
        self.captured_inputs = captured_inputs
        self.origin = origin
        self._more = [x._value for x in captured_inputs]
        self.guards = [s for s in self.recording.steps if isinstance(s, Guard)]
        self.variables = [v for v in self.recording.variables if v.trainable]
        self._sources = sources_of(self.recording)
        self._of_variable: dict[Value, Any] = {
            s.output: s.variable for s in self.recording.steps if isinstance(s, Read)
        }
        self.program = Program(self.recording, name)
        self._examples = self._forget_data()
        self.changes_nothing_early = not any(
            isinstance(s, HostCall) and not s.repeatable for s in self.recording.steps
        )
        self._followed: dict[int, tuple[Derivative, Program]] = {}

    def _forget_data(self) -> dict[Value, Any]:
        """Let go of the arrays of the recorded run, but for integers of host calls."""
        inner = self._sources[len(self.recording.inputs) :]
        examples = {v: v.array for v in inner if v.dtype.kind not in "fc"}
        for step in self.recording.steps:
            for v in (*inputs_of(step), *outputs_of(step)):
                if v.kind != "constant":
                    v.array = None
        for v in self.recording.inputs:
            v.array = None
        return examples

    def _example(self, source: Value) -> Any:
        """Data like that of a host call, to record the backward run with."""
        array = self._examples.get(source)
        return np.ones(source.shape, source.dtype)[()] if array is None else array

    def _check_order(self) -> None:
        """A run that a guard ends is begun again: what was done on the way must not matter."""
        host: HostCall | None = None
        for step in self.recording.steps:
            if isinstance(step, HostCall) and not step.repeatable:
                host = step
            elif isinstance(step, Guard) and host is not None:
                file, line = step.place
                raise NotCompilableError(
                    f"Python decides by a value after {host.name} has run ({file}, line {line})"
                )

    @property
    def programs(self) -> list[Program]:
        """All programs there are: the plain one, and forward and backward for each gradient."""
        found = [self.program]
        for derivative, program in self._followed.values():
            found += [program, *derivative.programs]
        return found

    @property
    def failures(self) -> list[str]:
        """Why gradients run eagerly, where a kernel of their programs failed."""
        derivatives = [derivative for derivative, _ in self._followed.values()]
        return [d.failure for d in derivatives if d.failure is not None]

    def run(self, inputs: Sequence[Any], recorders: Sequence[Any]) -> Any:
        """The function's result for input tensors, recorded on the tapes that follow it."""
        inputs = [*inputs, *self.captured_inputs]
        arrays = [x._value for x in inputs]
        if recorders:
            for v in self.variables:
                v._touch()
            mask = self._mask(inputs, recorders)
            if mask and self.custom_gradient is not None:
                raise RunEagerlyError
            if mask:
                return self.rebuild(self._run_followed(mask, inputs, arrays, recorders))
            outputs = [wrap(a) for a in self.program.run(*arrays)]
            self._tell(recorders, inputs, outputs)
            return self.rebuild(outputs)
        return self.rebuild([wrap(a) for a in self.program.run(*arrays)])

    def _tell(
        self, recorders: Sequence[Any], inputs: Sequence[Any], outputs: Sequence[Tensor]
    ) -> None:
        """Tell tapes of a run of which they follow nothing."""
        inner = [self._of_variable.get(s) for s in self._sources[len(inputs) :]]
        ids = [*[x._id for x in inputs], *[0 if v is None else v._id for v in inner]]
        places = range(len(outputs))
        tell(recorders, self.recording, self.name, ids, [y._id for y in outputs], places)

    def run_unrecorded(self, arrays: Sequence[Any]) -> Any:
        """The function's result for input arrays, outside of all tapes."""
        return self.rebuild([wrap(a) for a in self.program.run(*arrays, *self._more)])

    def knows(self, followed: Iterable[int]) -> bool:
        """Whether gradients reach all of these captured tensors."""
        inputs = [x._id for x in self.captured_inputs]
        return all(x in inputs for x in followed)

    def _mask(self, inputs: Sequence[Any], recorders: Sequence[Any]) -> int:
        """Bit i: whether a tape follows the i-th source."""
        mask = 0
        for i, source in enumerate(self._sources):
            x = inputs[i] if i < len(inputs) else self._of_variable.get(source)
            if x is not None and any(x._id in r.followed for r in recorders):
                mask |= is_differentiable(source) << i
        return mask

    def _run_followed(
        self, mask: int, inputs: Sequence[Any], arrays: Sequence[Any], recorders: Sequence[Any]
    ) -> list[Tensor]:
        if mask not in self._followed:
            self._followed[mask] = self._differentiated(mask, arrays)
        derivative, program = self._followed[mask]
        made = program.run(*arrays)
        results = len(self.recording.outputs)
        inner = len(self._sources) - len(inputs)
        outputs = [wrap(a) for a in made[:results]]
        sources = list(inputs)
        for source, array in zip(
            self._sources[len(inputs) :], made[results : results + inner], strict=True
        ):
            variable = self._of_variable.get(source)
            sources.append(rewrap(array, 0 if variable is None else variable._id))
        kept = made[results + inner :]
        attach(
            self.recording,
            recorders,
            sources,
            outputs,
            self.name,
            derivative,
            kept,
        )
        return outputs

    def _differentiated(self, mask: int, arrays: Sequence[Any]) -> tuple[Derivative, Program]:
        recording = self.recording
        example = list(arrays)
        for source in self._sources[len(arrays) :]:
            variable = self._of_variable.get(source)
            example.append(self._example(source) if variable is None else variable._value)
        derivative = Derivative(recording, mask, example, self.name)
        extra = [*self._sources[len(arrays) :], *derivative.kept]
        forward = Recording(recording.inputs, recording.steps, [*recording.outputs, *extra])
        return derivative, Program(forward, self.name)


class Paths:
    """The programs for one kind of call.

    Attributes
    ----------
    refusal
        Why such calls run eagerly, or None.
    inputs
        The tensors among the arguments, in words.
    kept
        Objects whose identity is part of the kind of call, or weak references to them.
    """

    def __init__(self, inputs: Sequence[Any], kept: Sequence[Any]) -> None:
        self.inputs = [f"{x.dtype.name}{list(x._value.shape)}" for x in inputs]
        self.paths: list[Path] = []
        self.refusal: str | None = None
        self.kept = kept
        self._captured: set[int] = set()
        self._first = True

    def add(self, path: Path) -> bool:
        """Remember another way; too many, and calls run eagerly from now on."""
        self._captured.update(path.captured)
        self.paths = [path, *self.paths]
        if len(self.paths) > MOST_PATHS:
            self.refuse(f"Python decides in more than {MOST_PATHS} ways by the data")
        return True

    def made_variables(self) -> None:
        """A call made Variables: as a rule only the first one does."""
        if not self._first:
            self.refuse("Variables are made at every call")
        self._first = False

    def refuse(self, why: str) -> None:
        """Such calls run eagerly."""
        self.refusal = why
        self.paths = []

    def _look_at(self, error: Exception, path: Path) -> None:
        """An error of a kernel is not one of the function's: tell it, and run eagerly."""
        failure = failed_kernel(error)
        if failure is not None:
            self.refuse(failure)
            warn_of_failure(path.name, failure)

    def run_quickly(self, arrays: Sequence[Any]) -> Any:
        """The result of the way taken last, outside of all tapes, or `MISSED`."""
        paths = self.paths
        if not paths or functions_run_eagerly():
            return MISSED
        path = paths[0]
        token = silence_float_errors()
        try:
            return path.run_unrecorded(arrays)
        except (MissedGuardError, ChangedShapeError):
            return MISSED
        except Exception as error:
            if path.changes_nothing_early:
                return MISSED
            self._look_at(error, path)
            raise
        finally:
            restore_float_errors(token)

    def run(self, inputs: Sequence[Any], recorders: Sequence[Any]) -> tuple[bool, Any]:
        """Whether a way is known for these inputs, and the result."""
        untried = list(self.paths)
        if recorders and self._captured:
            followed = [x for x in self._captured if any(x in r.followed for r in recorders)]
            untried = [p for p in untried if p.knows(followed)]
        path: Path | None = untried[0] if untried else None
        while path is not None:
            untried.remove(path)
            try:
                result = path.run(inputs, recorders)
            except MissedGuardError as missed:
                path = _next(untried, path, missed)
            except ChangedShapeError:
                path = untried[0] if untried else None
            except Exception as error:
                self._look_at(error, path)
                # The function may catch it, or have assigned to Variables before.
                if path.changes_nothing_early:
                    raise RunEagerlyError from None
                raise
            else:
                if self.paths[:1] != [path]:
                    # A new list, because other threads may be reading this one.
                    self.paths = [path, *[p for p in self.paths if p is not path]]
                return True, result
        return False, None


def _next(paths: Sequence[Path], path: Path, missed: MissedGuardError) -> Path | None:
    """A way that agrees up to the guard that failed, and expects what it found."""
    outcomes = [*[g.expected for g in path.guards[: missed.place]], missed.value]
    for other in paths:
        guards = other.guards[: len(outcomes)]
        if len(guards) == len(outcomes) and all(
            np.array_equal(g.expected, found) for g, found in zip(guards, outcomes, strict=True)
        ):
            return other
    return None
