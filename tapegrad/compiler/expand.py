"""Operations that are several: written out, so that what they share with others is done once.

The value of a logsumexp and the weights of its gradient need the same exponentials; so do a
cross-entropy and the softmax of its gradient. Kernels make one loop of all of it anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from tapegrad.compiler import windows
from tapegrad.compiler.graph import HostCall, Operation, Recording, Step, Value
from tapegrad.core.rows import check_indices
from tapegrad.core.table import TABLE

Axes = tuple[int, ...]


def expanded(recording: Recording) -> Recording:
    """The recording with some of its operations written out."""
    steps: list[Step] = []
    known: dict[tuple[Value, int], Value] = {}
    for step in recording.steps:
        if not isinstance(step, Operation):
            steps.append(step)
        elif step.primitive.name in ("gather", "gather_rows", "scatter_rows"):
            steps += _with_known_indices(step, known)
        else:
            steps += written_out(step)
    return Recording(recording.inputs, steps, recording.outputs)


def _with_known_indices(step: Operation, known: dict[tuple[Value, int], Value]) -> list[Step]:
    """An operation that picks, behind a check of what it picks by: so it can be part of a loop.

    What is added to places is not checked by itself: only gathers raise this error.
    """
    x, index = step.inputs
    if index.kind == "constant" or index.size == 0 or x.dtype.kind != "f":
        return [step]
    gathers = step.primitive.name != "scatter_rows"
    axis = step.params.get("axis", 0)
    size = (x.shape if gathers else step.params["to"])[axis]
    found = known.get((index, size))
    steps: list[Step] = []
    if found is None:
        if not gathers:
            return [step]

        def run(indices: Any) -> tuple[Any, ...]:
            check_indices(indices, size, "gather")
            return (indices,)

        found = known[index, size] = Value.between(index.shape, index.dtype)
        found.kind = "known"
        steps.append(HostCall("indices", run, [index], [found], step.place, True, size))
    inputs = x, found
    return [*steps, Operation(step.primitive, inputs, step.outputs, step.params, step.place)]


def written_out(step: Operation) -> list[Operation]:
    """What an operation is made of: often only itself."""
    write = _EXPANSIONS.get(step.primitive.name)
    if write is None or not _is_simple(step):
        return [step]
    # The last of the new ones makes the output; `step` itself stays as it is.
    writer = _Writer(step)
    write(writer, *step.inputs, **step.params)
    if writer.steps and writer.steps[-1].primitive.kind == "bilinear":
        writer.steps[-1].guarded = step.guarded
    return writer.steps or [step]


def _is_simple(step: Operation) -> bool:
    values = [*step.inputs, *step.outputs]
    if step.primitive.inputs[0] == "labels" and values[0].dtype.kind in "iu":
        labels, logits, *_ = values
        if labels.shape != logits.shape[:-1]:
            return False
        values.remove(labels)
    return all(v.dtype.kind == "f" and v.dtype.itemsize in (4, 8) and v.size > 0 for v in values)


class _Writer:
    """Writes operations in place of one; the last of them makes its output."""

    def __init__(self, step: Operation) -> None:
        self._step = step
        self.steps: list[Operation] = []

    def _put(self, name: str, shape: Any, dtype: Any, *inputs: Value, **params: Any) -> Value:
        out = Value.between(tuple(shape), dtype)
        self.steps.append(Operation(TABLE[name], inputs, [out], params, self._step.place))
        return out

    def map(self, name: str, *inputs: Value) -> Value:
        """An elementwise operation."""
        shape = np.broadcast_shapes(*[v.shape for v in inputs])
        return self._put(name, shape, inputs[0].dtype, *inputs)

    def compare(self, name: str, a: Value, b: Value) -> Value:
        """A comparison."""
        shape = np.broadcast_shapes(a.shape, b.shape)
        return self._put(name, shape, np.dtype(bool), a, b)

    def choose(self, condition: Value, yes: Value, no: Value) -> Value:
        """Entries of one of two values of the condition's shape."""
        return self._put("where", yes.shape, yes.dtype, condition, yes, no)

    def masked(self, x: Value, mask: Value) -> Value:
        """Zero where the mask is false."""
        return self._put("masked", x.shape, x.dtype, x, mask)

    def reduce(self, name: str, x: Value, axes: Axes, keepdims: bool = True) -> Value:
        """A reduction."""
        n = len(x.shape)
        sizes = [1 if i - n in axes else s for i, s in enumerate(x.shape)]
        if not keepdims:
            sizes = [s for i, s in enumerate(x.shape) if i - n not in axes]
        return self._put(name, sizes, x.dtype, x, axes=axes, keepdims=keepdims)

    def one_hot(self, labels: Value, x: Value) -> Value:
        """Where the last axis of a value is at the number that a label says."""
        column = (*labels.shape, 1)
        of_rows = self._put("reshape", column, labels.dtype, labels, to=column)
        numbers = Value("constant", np.arange(x.shape[-1]).astype(labels.dtype))
        return self.compare("equal", of_rows, numbers)

    def number(self, value: float, like: Value) -> Value:
        """A constant of a value's dtype."""
        return Value("constant", like.dtype.type(value))

    def shaped(self, name: str, shape: Any, x: Value, **params: Any) -> Value:
        """An operation of one value that gives it another shape."""
        return self._put(name, shape, x.dtype, x, **params)

    def product(self, name: str, shape: Any, a: Value, b: Value, **params: Any) -> Value:
        """A product of two values."""
        return self._put(name, shape, a.dtype, a, b, **params)

    def result(self, value: Value) -> None:
        """`value` is the output of the operation that is written out."""
        (out,) = self._step.outputs
        if value.shape != out.shape:
            value = self._put("reshape", out.shape, out.dtype, value, to=out.shape)
        last = self.steps[-1]
        assert last.outputs == (value,)
        last.outputs = (out,)


def _logsumexp(w: _Writer, x: Value, axes: Axes, keepdims: bool) -> None:
    # As the weights of its gradient, so that they share the exponentials.
    peak = w.reduce("reduce_max", x, axes)
    above = w.compare("not_equal", peak, w.number(-np.inf, x))
    largest = w.number(np.finfo(x.dtype).max, x)
    shift = w.map("minimum", w.masked(peak, above), largest)
    below = w.map("minimum", w.map("subtract", x, shift), w.number(0.0, x))
    total = w.reduce("reduce_sum", w.map("exp", below), axes)
    finite = w.compare("less", peak, w.number(np.inf, x))
    sum_or_infinity = w.choose(finite, w.map("add", w.map("log", total), shift), peak)
    w.result(sum_or_infinity)


def _softmax(w: _Writer, x: Value, axis: int) -> None:
    powers = w.map("exp", _below_peak(w, x, axis))
    w.result(w.map("divide", powers, w.reduce("reduce_sum", powers, (axis,))))


def _log_softmax(w: _Writer, x: Value, axis: int) -> None:
    w.result(_log_probabilities(w, x, axis))


def _below_peak(w: _Writer, x: Value, axis: int) -> Value:
    return w.map("subtract", x, w.reduce("reduce_max", x, (axis,)))


def _log_probabilities(w: _Writer, x: Value, axis: int) -> Value:
    below = _below_peak(w, x, axis)
    total = w.reduce("reduce_sum", w.map("exp", below), (axis,))
    return w.map("subtract", below, w.map("log", total))


def _cross_entropy(w: _Writer, labels: Value, x: Value, axis: int) -> None:
    # A probability of 0 that no label asks for does not count.
    losses = w.map("multiply_no_nan", w.map("negative", _log_probabilities(w, x, axis)), labels)
    w.result(w.reduce("reduce_sum", losses, (axis,), keepdims=False))


def _sparse_cross_entropy(w: _Writer, labels: Value, x: Value) -> None:
    below = _below_peak(w, x, -1)
    total = w.reduce("reduce_sum", w.map("exp", below), (-1,), keepdims=False)
    chosen = w.reduce("reduce_sum", w.masked(below, w.one_hot(labels, x)), (-1,), keepdims=False)
    w.result(w.map("subtract", w.map("log", total), chosen))


def _softmax_minus_one_hot(w: _Writer, labels: Value, x: Value) -> None:
    powers = w.map("exp", _below_peak(w, x, -1))
    softmax = w.map("divide", powers, w.reduce("reduce_sum", powers, (-1,)))
    less = w.map("subtract", softmax, w.number(1.0, x))
    w.result(w.choose(w.one_hot(labels, x), less, softmax))


def _mean(w: _Writer, x: Value, axes: Axes, keepdims: bool) -> None:
    count = w.number(prod([x.shape[a] for a in axes]), x)
    w.result(w.map("divide", w.reduce("reduce_sum", x, axes, keepdims), count))


def _variance(w: _Writer, x: Value, axes: Axes, keepdims: bool) -> None:
    count = w.number(prod([x.shape[a] for a in axes]), x)
    mean = w.map("divide", w.reduce("reduce_sum", x, axes), count)
    deviation = w.map("subtract", x, mean)
    squares = w.map("multiply", deviation, deviation)
    w.result(w.map("divide", w.reduce("reduce_sum", squares, axes, keepdims), count))


def _l2_loss(w: _Writer, x: Value, axes: Axes) -> None:
    total = w.reduce("reduce_sum", w.map("multiply", x, x), axes, keepdims=False)
    w.result(w.map("multiply", total, w.number(0.5, x)))


_EXPANSIONS: dict[str, Callable[..., None]] = {
    "conv": windows.conv,
    "conv_filter": windows.conv_filter,
    "conv_input": windows.conv_input,
    "l2_loss": _l2_loss,
    "log_softmax": _log_softmax,
    "reduce_logsumexp": _logsumexp,
    "reduce_mean": _mean,
    "softmax": _softmax,
    "softmax_cross_entropy": _cross_entropy,
    "softmax_minus_one_hot": _softmax_minus_one_hot,
    "sparse_softmax_cross_entropy": _sparse_cross_entropy,
    "variance": _variance,
}
