"""The tracer: records a whole function while it runs.

Nothing is symbolic: the function computes its real result, and the tracer writes down every
primitive that is called, with every input. What it did not see being computed must be a constant,
and constants say so (their identity is negative) or are older than the run. Anything else makes the
recording unusable, and the function runs eagerly: a compiled function is never wrong in silence.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.graph import Assign, Guard, HostCall, Operation, Place, Read, Step, Value
from tapegrad.compiler.outline import SeenShape, SeenSize
from tapegrad.core.context import only_recorders
from tapegrad.core.places import line_now
from tapegrad.core.primitive import Primitive
from tapegrad.core.shape import TensorShape
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor, next_id, rewrap, wrap, wrap_constant

_PACKAGE = __file__.rpartition("compiler")[0]

#: Where values and shapes are read for whoever asks.
_READERS = tuple(f"{_PACKAGE}{name}.py" for name in ("core/tensor", "core/shape", "core/variable"))

#: More steps than this take longer to look at than they are worth.
MOST_STEPS = 500_000

#: Integers that are read in larger numbers than this are data, not arguments.
MOST_READ = 64


class NotCompilableError(Exception):
    """Why a run cannot be compiled."""


class Tracer:
    """Records a run.

    Parameters
    ----------
    inputs
        The tensors that the function gets, made for this run.
    recorders
        The tapes outside. A tensor that one of them follows is an input too, although the function
        does not get it, but knows it.

    Attributes
    ----------
    captured
        Tensors older than the run that the function knows, by identity.
    captured_inputs
        Those that a tape outside follows.
    seen
        The sizes that Python has looked at, if it is watched.
    """

    def __init__(
        self,
        inputs: Sequence[Tensor],
        recorders: Sequence[Any] = (),
        watches_sizes: bool = False,
    ) -> None:
        self.begin = next_id()
        self.steps: list[Step] = []
        self.refusal: str | None = None
        self.made_variables = False
        self.custom_gradient: Place | None = None
        self.captured: dict[int, Tensor] = {}
        self.captured_inputs: list[Tensor] = []
        self.seen: list[SeenSize] = []
        self._watches_sizes = watches_sizes
        self._recorders = recorders
        self._values: dict[int, Value] = {}
        self._by_array: dict[int, Value] = {}
        self._alive: list[Any] = []  # identities of arrays are only good while these live
        self._variables: dict[int, Any] = {}
        self._tracked: dict[int, tuple[Any, Value]] = {}
        self._versions: dict[tuple[int, int], Value] = {}
        self._effects = 0
        self._assigned: set[int] = set()
        self._checked: dict[int, int] = {}
        self.inputs = [self._new("input", x) for x in inputs]

    # What the engine tells

    def see(
        self,
        primitive: Primitive,
        ids: Sequence[int],
        arrays: Sequence[Any],
        outputs: Any,
        params: dict[str, Any] | None,
    ) -> None:
        """A primitive was called."""
        if params and any(map(_holds_data, params.values())):
            self.refuse(f"{primitive.name} is given data that is no tensor")
        inputs = [self._value(i, a) for i, a in zip(ids, arrays, strict=True)]
        made = outputs if outputs.__class__ is tuple else (outputs,)
        results = [self._new("result", x) for x in made]
        self._add(Operation(primitive, inputs, results, params or {}, line_now()))

    def guard(self, output: Tensor, place: int) -> None:
        """In what was just computed, zeros of the input at a place count, whatever they meet."""
        value = self._values.get(output._id)
        step = self.steps[-1] if self.steps else None
        if isinstance(step, Operation) and step.outputs == (value,):
            step.guarded = place

    def same(self, outputs: Sequence[Tensor]) -> None:
        """A custom gradient made tensors anew over arrays that are known already."""
        if self.custom_gradient is None:
            self.custom_gradient = line_now()
        for x in outputs:
            known = self._by_array.get(id(x._value))
            if known is None:
                self.refuse("a custom gradient returned data that is not the result of operations")
            else:
                self._values[x._id] = known

    def meet(self, variable: Any) -> None:
        """A Variable is about to be used."""
        self._variables[variable._id] = variable

    def assigned(self, variable: Any, source: Any) -> None:
        """A Variable took the value of a tensor, or (None) one of unknown origin."""
        self.meet(variable)
        if source is None:
            self.refuse(f"'{variable.name}' is changed by an operation that is not recorded")
            return
        value = self._value(source._id, source._value)
        self._effects += 1
        self._assigned.add(variable._id)
        self._add(Assign(variable, value))
        self._track(variable, variable._value, value)

    def read(self, x: Any, use: str) -> None:
        """Data is used outside of the recorder's sight."""
        value = self._value(x._id, x._value)
        if value.kind == "constant" and not (self._watches_sizes and value.dtype.kind in "biu"):
            return
        if use in ("bool", "int", "index") or (
            value.dtype.kind in "biu" and x._value.size <= MOST_READ
        ):
            expected = x._value.copy() if isinstance(x._value, np.ndarray) else x._value
            self._add(Guard(value, expected, use, line_now(), _is_inside()))
            return
        if value.kind == "constant":
            return
        what = {"array": "NumPy", "data": "NumPy", "float": "float()", "complex": "complex()"}.get(
            use, use
        )
        self.refuse(f"a value of shape {value.shape} left for {what}")

    def shape_of(self, x: Tensor) -> TensorShape:
        """The shape of a tensor, which tells what Python looks at."""
        value = self._values.get(x._id)
        if not self._watches_sizes or value is None or value.kind == "constant":
            return TensorShape(x._value.shape)

        def note(axis: int) -> None:
            if not _is_inside():
                self.seen.append(SeenSize(value, axis, line_now()))

        return SeenShape(value.shape, note)

    def host(
        self,
        name: str,
        function: Callable[..., Any],
        inputs: Sequence[Any],
        *,
        effect: bool = False,
        repeatable: bool = False,
        fixed: Any = None,
    ) -> tuple[Tensor, ...]:
        """Run Python code that is to run at every call.

        Parameters
        ----------
        function
            Takes the arrays of `inputs`; returns a tuple of arrays.
        inputs
            Tensors and Variables.
        effect
            Whether it may change Variables.
        repeatable
            Whether it depends on the arrays alone and changes nothing at all.
        fixed
            What else it depends on; `function` itself if that is left out.
        """
        values = [self._value(x._id, x._value) for x in inputs]

        def run(*arrays: Any) -> tuple[Any, ...]:
            with only_recorders((), tracer=None):
                found: tuple[Any, ...] = function(*arrays)
            return found

        try:
            arrays = run(*[x._value for x in inputs])
        except BaseException:
            self.failed(name)
            raise
        if repeatable and all(v.kind == "constant" for v in values):
            return tuple([wrap_constant(a) for a in arrays])
        made = tuple([wrap(a) for a in arrays])
        self._effects += effect
        results = [self._new("result", t) for t in made]
        self._add(HostCall(name, run, values, results, line_now(), repeatable, fixed or function))
        return made

    def resume(self) -> None:
        """What happened out of sight, once and on purpose, may have changed Variables."""
        self._effects += 1

    def refuse(self, why: str) -> None:
        """The run cannot be compiled."""
        if self.refusal is None:
            file, line = line_now()
            self.refusal = f"{why} ({file}, line {line})"

    def failed(self, name: str) -> None:
        """An operation raised an error; somebody may catch it, and decide by the data so."""
        self.refuse(f"{name} raises an error")

    def finish(self, outputs: Sequence[Tensor]) -> list[Value]:
        """The values of the results, once the function has returned.

        Raises
        ------
        NotCompilableError
            If the run cannot be compiled.
        """
        values = [self._value(x._id, x._value) for x in outputs]
        for v in self._variables.values():
            if v._id > self.begin:
                self.made_variables = True
            tracked = self._tracked.get(v._id)
            if tracked is not None and tracked[0] is not v._value:
                self._changed(v)
        if self.refusal is not None:
            raise NotCompilableError(self.refusal)
        for value in values:
            value.array = value.array if value.kind == "constant" else None
        return values

    def value_of(self, x: Tensor) -> Value:
        """The value of a tensor of this run."""
        return self._value(x._id, x._value)

    # Values

    def _add(self, step: Step) -> None:
        self.steps.append(step)
        if len(self.steps) == MOST_STEPS:
            self.refuse(f"more than {MOST_STEPS} operations")

    def _new(self, kind: str, x: Tensor) -> Value:
        value = Value(kind, x._value)
        self._values[x._id] = value
        self._by_array.setdefault(id(x._value), value)
        self._alive.append(x)
        return value

    def _value(self, identity: int, array: Any) -> Value:
        value = self._values.get(identity)
        if value is not None:
            return value
        if identity in self._variables:
            return self._of_variable(self._variables[identity], array)
        if identity > self.begin:
            known = self._by_array.get(id(array)) if isinstance(array, np.ndarray) else None
            if known is not None:
                return known
            self.refuse("an operation is not recorded: its result appears out of nowhere")
        kind = "constant"
        if identity and abs(identity) < self.begin and is_differentiable(array):
            self.captured[identity] = tensor = rewrap(array, identity)
            if any(identity in r.followed for r in self._recorders):
                self.captured_inputs.append(tensor)
                kind = "input"
        value = Value(kind, array)
        self._alive.append(array)
        if identity:
            self._values[identity] = value
        if kind == "input":
            self.inputs.append(value)
        return value

    def _of_variable(self, variable: Any, array: Any) -> Value:
        tracked = self._tracked.get(variable._id)
        if tracked is not None and tracked[0] is array:
            if variable._id not in self._assigned or not is_differentiable(array):
                return tracked[1]
            self._assigned.discard(variable._id)
            return self._read(variable, array, tracked[1])
        old = self._versions.get((variable._id, id(array)))
        if old is not None:  # a tape brings back what it saved before an assignment
            return old
        if tracked is not None:
            self._changed(variable)
        return self._read(variable, array, None)

    def _read(self, variable: Any, array: Any, assigned: Value | None) -> Value:
        value = Value("variable", array)
        self._add(Read(variable, value, assigned))
        self._track(variable, array, value)
        return value

    def _track(self, variable: Any, array: Any, value: Value) -> None:
        self._alive.append(array)
        self._tracked[variable._id] = array, value
        self._versions[variable._id, id(array)] = value
        self._checked[variable._id] = self._effects

    def _changed(self, variable: Any) -> None:
        """A Variable does not have the value known: an effect must have changed it."""
        if self._checked[variable._id] == self._effects:
            self.refuse(f"'{variable.name}' is changed by an operation that is not recorded")


def _holds_data(value: Any) -> bool:
    """Whether an argument of a primitive holds an array: nobody knows what it depends on."""
    if value.__class__ is tuple or value.__class__ is list:
        return any(map(_holds_data, value))
    if isinstance(value, np.ndarray):
        return value.size > 0
    return isinstance(value, np.inexact)


def _is_inside() -> bool:
    """Whether it is an operation of this library that reads."""
    frame: Any = sys._getframe(1)
    while frame is not None and (
        frame.f_code.co_filename.startswith(f"{_PACKAGE}compiler")
        or frame.f_code.co_filename in _READERS
    ):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_PACKAGE)
