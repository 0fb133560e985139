"""The intermediate representation: what a recorded run of a function did, as values and steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

Place = tuple[str, int]


class Value:
    """One array of a recorded run.

    Attributes
    ----------
    kind
        ``"input"``, ``"constant"``, ``"variable"`` (the value that a Variable had at some moment)
        or ``"result"`` of an operation or a host call. In what is compiled, ``"known"``: numbers
        that need no check, as they are constants of a repetition, or have been looked at.
    shape, dtype
        Those of its data.
    array
        The data; of constants only, once the recording is over.
    """

    __slots__ = ("array", "dtype", "kind", "shape")

    def __init__(self, kind: str, array: Any) -> None:
        self.kind = kind
        self.array = array
        self.shape: tuple[int, ...] = array.shape
        self.dtype = array.dtype

    @classmethod
    def between(cls, shape: tuple[int, ...], dtype: Any) -> Value:
        """A value inside an operation that is written as several."""
        value = object.__new__(cls)
        value.kind, value.array, value.shape, value.dtype = "result", None, shape, dtype
        return value

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.dtype}{list(self.shape)}>"


class Operation:
    """A call of a primitive: pure, so that it may be left out, merged or moved.

    Attributes
    ----------
    guarded
        Which input is a cotangent or tangent whose zeros count, whatever they meet, or None.
    """

    __slots__ = ("guarded", "inputs", "outputs", "params", "place", "primitive")

    def __init__(
        self,
        primitive: Any,
        inputs: Sequence[Value],
        outputs: Sequence[Value],
        params: dict[str, Any],
        place: Place,
        guarded: int | None = None,
    ) -> None:
        self.guarded = guarded
        self.primitive = primitive
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.params = params
        self.place = place

    def __repr__(self) -> str:
        return f"{self.primitive.name}{list(self.inputs)} -> {list(self.outputs)}"


def with_values(step: Operation, inputs: Sequence[Value], outputs: Sequence[Value]) -> Operation:
    """The same operation on other values."""
    return Operation(step.primitive, inputs, outputs, step.params, step.place, step.guarded)


class Read:
    """A Variable is read.

    Attributes
    ----------
    assigned
        What the run itself assigned to the Variable before, or None. The data is the same then, but
        a gradient belongs to the Variable, and not to what the value was computed from.
    """

    __slots__ = ("assigned", "output", "variable")

    def __init__(self, variable: Any, output: Value, assigned: Value | None = None) -> None:
        self.variable = variable
        self.output = output
        self.assigned = assigned


class Assign:
    """A Variable takes a value."""

    __slots__ = ("value", "variable")

    def __init__(self, variable: Any, value: Value) -> None:
        self.variable = variable
        self.value = value


class Guard:
    """Python saw a value and decided by it: what follows holds while the value is the same.

    Attributes
    ----------
    inside
        Whether only an operation of this library looked, as at a shape that it was given.
    """

    __slots__ = ("expected", "inside", "place", "use", "value")

    def __init__(
        self, value: Value, expected: Any, use: str, place: Place, inside: bool = False
    ) -> None:
        self.inside = inside
        self.value = value
        self.expected = expected
        self.use = use
        self.place = place


class HostCall:
    """Python code that runs at every call, in order: random numbers, printing, an optimizer.

    `run` takes the input arrays and returns a tuple of output arrays. If it is `repeatable`, it
    does nothing else, but for raising an error: a run that is begun again may run it again.
    `fixed` is what `run` works with besides the arrays.
    """

    __slots__ = ("fixed", "inputs", "name", "outputs", "place", "repeatable", "run")

    def __init__(
        self,
        name: str,
        run: Callable[..., tuple[Any, ...]],
        inputs: Sequence[Value],
        outputs: Sequence[Value],
        place: Place,
        repeatable: bool,
        fixed: Any = None,
    ) -> None:
        self.fixed = fixed
        self.repeatable = repeatable
        self.name = name
        self.run = run
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.place = place


Step = Operation | Read | Assign | Guard | HostCall


class Recording:
    """A recorded run: its inputs, its steps in order, its outputs."""

    __slots__ = ("inputs", "outputs", "steps")

    def __init__(self, inputs: list[Value], steps: list[Step], outputs: list[Value]) -> None:
        self.inputs = inputs
        self.steps = steps
        self.outputs = outputs

    @property
    def variables(self) -> list[Any]:
        """The Variables that are read, each once."""
        found = {s.variable._id: s.variable for s in self.steps if s.__class__ is Read}
        return list(found.values())


def inputs_of(step: Step) -> tuple[Value, ...]:
    """The values that a step needs."""
    if isinstance(step, (Operation, HostCall)):
        return step.inputs
    if isinstance(step, (Assign, Guard)):
        return (step.value,)
    return () if step.assigned is None else (step.assigned,)


def outputs_of(step: Step) -> tuple[Value, ...]:
    """The values that a step makes."""
    if isinstance(step, (Operation, HostCall)):
        return step.outputs
    if isinstance(step, Read):
        return (step.output,)
    return ()
