"""Running a recording once more on tensors, so that tapes and tracers see its operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tapegrad.compiler.graph import Operation, Recording, Value
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording as operations
from tapegrad.core.tensor import Tensor, wrap_constant


def sources_of(recording: Recording) -> list[Value]:
    """What a recording's operations start from, in order: inputs, Variables, host calls."""
    found = dict.fromkeys(recording.inputs)
    for step in recording.steps:
        if not isinstance(step, Operation):
            outputs = getattr(step, "outputs", None) or getattr(step, "output", None)
            if isinstance(outputs, Value):
                found[outputs] = None
            elif outputs:
                found.update(dict.fromkeys(outputs))
    return list(found)


def rerun(
    recording: Recording,
    tensors: Sequence[Tensor],
    after: Callable[[Operation], None] | None = None,
) -> dict[Value, Tensor]:
    """Run the operations on tensors in the places of `sources_of`; all values by what they were.

    `after` is called after each operation.
    """
    at: dict[Value, Tensor] = dict(zip(sources_of(recording), tensors, strict=True))

    def tensor(value: Value) -> Tensor:
        if value not in at:  # a constant
            at[value] = wrap_constant(value.array)
        return at[value]

    for step in recording.steps:
        if isinstance(step, Operation):
            made = call(step, [tensor(v) for v in step.inputs])
            at.update(zip(step.outputs, made, strict=True))
            if after is not None:
                after(step)
    for value in recording.outputs:
        tensor(value)
    return at


def call(step: Operation, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """One operation on other tensors."""
    primitive = step.primitive
    if primitive.kind == "elementwise" and len(inputs) < 3:
        return (getattr(operations, primitive.name)(*inputs),)
    made = apply(primitive, inputs, step.params)
    return made if made.__class__ is tuple else (made,)
