"""Sums of disjoint parts, put together at once.

The gradient of a tensor of which the function takes parts is a sum of tensors that are zero but in
one part. Where parts do not overlap, that is one tensor and one write for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.graph import Operation, Recording, Step, Value, inputs_of
from tapegrad.compiler.layout import indexed
from tapegrad.compiler.node import Node

#: The most elements for which it is looked whether parts overlap.
_LARGEST = 1 << 20


class Assembles:
    """What stands in place of a primitive: it writes parts into zeros."""

    name = "assemble"
    kind = "assemble"

    @staticmethod
    def forward(*parts: Any, indices: Sequence[Any], to: tuple[int, ...]) -> Any:
        """The whole."""
        whole = np.zeros(to, parts[0].dtype)
        for part, index in zip(parts, indices, strict=True):
            whole[index] = part + 0
        return whole


def assembled(recording: Recording) -> Recording:
    """The recording with sums of disjoint `put_slice` as one operation each."""
    maker = {s.outputs[0]: s for s in recording.steps if isinstance(s, Operation)}
    uses: dict[Value, int] = dict.fromkeys(recording.outputs, 2)
    for step in recording.steps:
        for v in inputs_of(step):
            uses[v] = uses.get(v, 0) + 1
    whole: dict[Operation, Operation] = {}
    inner: set[Operation] = set()
    for step in reversed(recording.steps):
        if not isinstance(step, Operation) or step in inner or step.primitive.name != "add":
            continue
        parts: list[Operation] = []
        sums: list[Operation] = []
        if _collect(step, maker, uses, parts, sums) and _disjoint(parts):
            params = {
                "indices": [p.params["index"] for p in parts],
                "to": step.outputs[0].shape,
            }
            values = [p.inputs[0] for p in parts]
            whole[step] = Operation(Assembles, values, step.outputs, params, step.place)
            inner.update(sums, parts)
    if not whole:
        return recording
    steps: list[Step] = []
    for step in recording.steps:
        if isinstance(step, Operation) and step in whole:
            steps.append(whole[step])
        elif not isinstance(step, Operation) or step not in inner:
            steps.append(step)
    return Recording(recording.inputs, steps, recording.outputs)


def _collect(
    step: Operation,
    maker: dict[Value, Operation],
    uses: dict[Value, int],
    parts: list[Operation],
    sums: list[Operation],
) -> bool:
    """Whether a sum is one of parts only, which nothing else reads; the parts, in order."""
    pending = [step]
    while pending:
        one = pending.pop()
        if one.primitive.name == "put_slice":
            parts.append(one)
            continue
        if one.primitive.name != "add" or any(v.shape != step.outputs[0].shape for v in one.inputs):
            return False
        sums.append(one)
        for v in one.inputs:
            made_by = maker.get(v)
            if made_by is None or uses[v] > 1:
                return False
            pending.append(made_by)
    return True


def _disjoint(parts: Sequence[Operation]) -> bool:
    to = parts[0].params["to"]
    if parts[0].outputs[0].size > _LARGEST:
        return False
    times = np.zeros(to, np.int8)
    for part in parts:
        times[part.params["index"]] += 1
        if times[part.params["index"]].max(initial=0) > 1:
            return False
    return True


def assembly(step: Operation) -> list[Node]:
    """Zeros, and the parts in their places."""
    (out,) = step.outputs
    nodes = [Node("fill", "", (), out)]
    for x, index in zip(step.inputs, step.params["indices"], strict=True):
        # Zero is added, as in the sum that this stands for: it makes -0 a 0.
        part = Value.between(x.shape, x.dtype)
        code = "{a} + {zero}" if x.dtype.kind == "f" else "{a}"
        nodes.append(Node("map", code, (x,), part))
        nodes.append(Node("place", "apart", (part,), out, view=_placing(index)))
    return nodes


def _placing(index: Any) -> Callable[[Any], Any]:
    return lambda whole: indexed(whole, index)
