"""The outline of a recording: what can be compared with the recording of another run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad.compiler.graph import (
    Assign,
    Guard,
    HostCall,
    Operation,
    Place,
    Read,
    Recording,
    Step,
    Value,
    inputs_of,
    outputs_of,
)
from tapegrad.core.shape import TensorShape


class SeenShape(TensorShape):
    """The shape of a tensor during a recording: it tells which of its sizes Python looks at."""

    __slots__ = ("_note", "_sizes")

    def __init__(self, sizes: tuple[int, ...], note: Callable[[int], None]) -> None:
        self._sizes = sizes
        self._note = note

    @property
    def _dims(self) -> tuple[int, ...]:  # type: ignore[override]
        for axis in range(len(self._sizes)):
            self._note(axis)
        return self._sizes

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self._sizes)

    def is_fully_defined(self) -> bool:
        """True: it is the shape of data."""
        return True

    def __len__(self) -> int:
        return len(self._sizes)

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, key: Any) -> Any:
        axes = range(len(self._sizes))[key]
        if isinstance(axes, range):
            return TensorShape([self[axis] for axis in axes])
        self._note(axes)
        return self._sizes[axes]


class SeenSize:
    """Python has looked at the size of a value."""

    __slots__ = ("axis", "place", "value")

    def __init__(self, value: Value, axis: int, place: Place) -> None:
        self.value = value
        self.axis = axis
        self.place = place


class Outline:
    """A recording without the data of its run, except for constants.

    Parameters
    ----------
    recording
        As it was recorded, not simplified.
    seen
        The sizes that Python has looked at.
    """

    def __init__(self, recording: Recording, seen: Sequence[SeenSize]) -> None:
        self._index: dict[Value, int] = {}
        self.values: list[Value] = []
        self.inputs = [self._of(v) for v in recording.inputs]
        self.steps = [self._outlined(s) for s in recording.steps]
        self.outputs = [self._of(v) for v in recording.outputs]
        self.seen = [(self._of(s.value), s.axis, s.place) for s in seen]

    def _of(self, value: Value) -> int:
        found = self._index.get(value)
        if found is None:
            found = self._index[value] = len(self.values)
            copy = Value.between(value.shape, value.dtype)
            copy.kind = value.kind
            copy.array = value.array if value.kind == "constant" else None
            self.values.append(copy)
        return found

    def _outlined(self, step: Step) -> tuple[Step, tuple[int, ...], tuple[int, ...]]:
        inputs = tuple([self._of(v) for v in inputs_of(step)])
        outputs = tuple([self._of(v) for v in outputs_of(step)])
        kept = [self.values[i] for i in inputs], [self.values[i] for i in outputs]
        return with_values(step, *kept, getattr(step, "params", None)), inputs, outputs

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Those of the inputs."""
        return [self.values[i].shape for i in self.inputs]


def with_values(step: Step, inputs: Sequence[Value], outputs: Sequence[Value], params: Any) -> Step:
    """The same step on other values."""
    if isinstance(step, Operation):
        return Operation(step.primitive, inputs, outputs, params, step.place, step.guarded)
    if isinstance(step, Read):
        return Read(step.variable, outputs[0], inputs[0] if inputs else None)
    if isinstance(step, Assign):
        return Assign(step.variable, inputs[0])
    if isinstance(step, Guard):
        return Guard(inputs[0], step.expected, step.use, step.place, step.inside)
    return HostCall(step.name, step.run, inputs, outputs, step.place, step.repeatable, step.fixed)
