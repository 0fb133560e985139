"""Passes over a recording: aliases, constants, merging of equal operations, dead code."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign
from typing import Any

import numpy as np

from tapegrad.compiler.graph import (
    Assign,
    Guard,
    HostCall,
    Operation,
    Read,
    Recording,
    Step,
    Value,
    inputs_of,
    outputs_of,
    with_values,
)
from tapegrad.core.table import TABLE

#: Operations that may have simpler forms.
_REWRITTEN = frozenset(
    "broadcast_to cast conj divide identity multiply multiply_no_nan pow reshape stop_gradient "
    "sum_to zeros_like".split()
)

#: Constant exponents that NumPy computes in another way, and so do we.
_POWERS = {2.0: "square", 0.5: "sqrt", -1.0: "reciprocal"}

#: Results of constants are kept up to this many bytes; larger ones are computed in each run.
_LARGEST_CONSTANT = 1 << 20


def simplify(recording: Recording, *, with_derivatives: bool = False) -> Recording:
    """The same recording with less to do.

    - operations without effect (identity, a product with one, a reshape to the same shape) go;
    - results of constants are constants;
    - equal operations are done once;
    - what no result, assignment or host call needs is left out.

    Parameters
    ----------
    recording
        Of one run.
    with_derivatives
        Whether the derivatives have to stay the same too.
    """
    names: dict[Value, Value] = {}
    seen: dict[Any, tuple[Value, ...]] = {}
    steps: list[Step] = []

    def now(value: Value) -> Value:
        return names.get(value, value)

    for step in recording.steps:
        if not isinstance(step, Operation):
            if isinstance(step, Read) and step.assigned is not None:
                value = now(step.assigned)
                if with_derivatives:
                    steps.append(Read(step.variable, step.output, value))
                else:
                    names[step.output] = value
                continue
            if not isinstance(step, Guard) or now(step.value).kind != "constant":
                steps.append(_renamed(step, now))
            continue
        inputs = tuple([names.get(v, v) for v in step.inputs])
        of_constants = _are_constants(inputs)
        if of_constants and _may_fold(step):
            for v in step.outputs:
                v.kind = "constant"
            continue
        if inputs != step.inputs:
            step = with_values(step, inputs, step.outputs)
        operation: Operation | Value = step
        if step.primitive.name in _REWRITTEN:
            operation = _rewritten(step, with_derivatives)
        if isinstance(operation, Operation) and of_constants:
            operation = _of_numbers(operation)
        if isinstance(operation, Value):
            names[step.outputs[0]] = operation
            continue
        key = _key(operation)
        known = None if key is None else seen.get(key)
        if known is not None:
            names.update(zip(step.outputs, known, strict=True))
            continue
        if key is not None:
            seen[key] = operation.outputs
        steps.append(operation)
    return _living(Recording(recording.inputs, steps, [now(v) for v in recording.outputs]))


def _are_constants(values: tuple[Value, ...]) -> bool:
    first_is = not values or values[0].kind == "constant"  # quick, and nearly always false
    return first_is and all(v.kind == "constant" for v in values)


def _renamed(step: Step, now: Callable[[Value], Value]) -> Step:
    if isinstance(step, Assign):
        return Assign(step.variable, now(step.value))
    if isinstance(step, Guard):
        return Guard(now(step.value), step.expected, step.use, step.place, step.inside)
    if isinstance(step, HostCall):
        inputs = [now(v) for v in step.inputs]
        return HostCall(
            step.name, step.run, inputs, step.outputs, step.place, step.repeatable, step.fixed
        )
    return step


def _may_fold(step: Operation) -> bool:
    return all(
        v.array is not None and (v.array.nbytes <= _LARGEST_CONSTANT or not any(v.array.strides))
        for v in step.outputs
    )


def _rewritten(step: Operation, with_derivatives: bool) -> Operation | Value:
    """A simpler operation, or the value that the result is anyway."""
    name, inputs, (out, *more) = step.primitive.name, step.inputs, step.outputs
    if more:
        return step
    x = inputs[0] if inputs else None
    if name == "identity" or (name == "stop_gradient" and not with_derivatives):
        return inputs[0]
    if name == "zeros_like":
        zero = Value("constant", np.broadcast_to(np.zeros((), out.dtype), out.shape))
        return zero
    if name in ("reshape", "broadcast_to", "sum_to") and x is not None and x.shape == out.shape:
        return x
    if name == "conj" and out.dtype.kind != "c":
        return inputs[0]
    if name == "cast" and x is not None and x.dtype == out.dtype:
        return x
    if name in ("multiply", "multiply_no_nan", "divide"):
        first, second = inputs
        if name != "divide" and uniform(first) == 1 and second.shape == out.shape:
            return second
        if name != "multiply_no_nan" and uniform(second) == 1 and first.shape == out.shape:
            return first
    if (
        name == "multiply_no_nan"
        and "constant" in (inputs[0].kind, inputs[1].kind)
        and (uniform(inputs[1]) not in (None, 0) or np.isfinite(uniform(inputs[0]) or np.nan))
    ):
        product = Operation(TABLE["multiply"], inputs, step.outputs, {}, step.place)
        return _rewritten(product, with_derivatives)
    if name == "pow" and uniform(inputs[1]) == 1 and inputs[0].shape == out.shape:
        return inputs[0]
    if name == "pow" and inputs[0].shape == out.shape and out.dtype.kind == "f":
        simpler = _POWERS.get(uniform(inputs[1]))
        if simpler is not None:
            return Operation(TABLE[simpler], inputs[:1], step.outputs, {}, step.place)
    return step


def _of_numbers(step: Operation) -> Operation | Value:
    """The result of an elementwise operation on constants that are one number each."""
    if step.primitive.kind != "elementwise" or len(step.outputs) != 1:
        return step
    (out,) = step.outputs
    if any(uniform(v) is None for v in step.inputs):
        return step
    numbers = [v.dtype.type(uniform(v)) for v in step.inputs]
    with np.errstate(all="ignore"):
        number = np.asarray(step.primitive.forward(*numbers), out.dtype)
    return Value("constant", np.broadcast_to(number, out.shape))


def uniform(value: Value) -> Any:
    """The number that all elements of a constant are, or None."""
    array = value.array
    if (
        value.kind != "constant"
        or array is None
        or array.size == 0
        or array.dtype.kind not in "fiu"
    ):
        return None
    first = array[(0,) * array.ndim] if array.ndim else array[()]
    if array.size == 1 or not any(array.strides):
        return first.item()
    if array.size <= 1 << 16 and np.array_equal(array, np.broadcast_to(first, array.shape)):
        return first.item()
    return None


def _key(step: Operation) -> Any:
    """Equal for operations that compute the same; None where that cannot be told."""
    params: Any = ()
    if step.params:
        params = tuple(sorted([(k, repr(v)) for k, v in step.params.items()]))
        if any("array(" in text for _, text in params):  # NumPy abbreviates what it prints
            return None
    inputs = tuple([constant_key(v) if v.kind == "constant" else id(v) for v in step.inputs])
    return step.primitive.name, inputs, params, step.guarded


def constant_key(value: Value) -> Any:
    """Equal for constants that are the same number everywhere."""
    number = uniform(value)
    if number is None or number != number:
        return id(value)
    return value.dtype.str, value.shape, number, copysign(1.0, number)  # 0 is not -0


def _living(recording: Recording) -> Recording:
    needed = set(recording.outputs)
    kept: list[Step] = []
    for step in reversed(recording.steps):
        dispensable = isinstance(step, Operation) or not isinstance(step, (Assign, Guard, HostCall))
        if dispensable and needed.isdisjoint(outputs_of(step)):
            continue
        needed.update(inputs_of(step))
        kept.append(step)
    return Recording(recording.inputs, kept[::-1], recording.outputs)
