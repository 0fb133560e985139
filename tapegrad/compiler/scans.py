"""Cumulative operations, and entries by indices along an axis: calls of `kernels.scans`."""

from __future__ import annotations

from math import prod

from tapegrad.compiler.graph import Operation
from tapegrad.compiler.windows import Call

_SCANS = {"cumprod", "cumsum", "extreme_positions", "linear_recurrence"}
_BY_INDEX = {"put_along_axis", "take_along_axis"}


def call(step: Operation) -> Call | None:
    """What is called for an operation, if there is something."""
    name = step.primitive.name
    if name in _SCANS:
        same = [v.shape for v in step.inputs]
        floats = step.inputs
        long = step.outputs[0].shape
    elif name in _BY_INDEX:
        x, indices = step.inputs
        (out,) = step.outputs
        floats = step.inputs[:1]
        long, lines = (x.shape, out.shape) if name == "take_along_axis" else (out.shape, x.shape)
        same = [lines, indices.shape]
        if indices.dtype.char not in "il" or not _differ_along(long, lines, step.params["axis"]):
            return None
    else:
        return None
    if len(set(same)) > 1 or not prod(long) or not prod(same[0]):
        return None
    if any(v.dtype.char not in "fd" for v in floats):
        return None
    params = step.params
    axis = params["axis"] + len(long)
    numbers = [prod(long[:axis]), long[axis], prod(long[axis + 1 :])]
    numbers += [int(params.get(word, False)) for word in ("exclusive", "reverse", "largest")]
    return Call("scans", name, tuple(range(len(step.inputs))), [*numbers, same[0][axis]])


def _differ_along(a: tuple[int, ...], b: tuple[int, ...], axis: int) -> bool:
    """Whether two shapes are equal but for one axis."""
    if len(a) != len(b):
        return False
    axis += len(a)
    return a[:axis] == b[:axis] and a[axis + 1 :] == b[axis + 1 :]
