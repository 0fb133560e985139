"""vmap: what a function does for one example, for all examples of a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, leave, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.functional import as_tensors, named
from tapegrad.ops.mapping import vectorized_map

__all__ = ["vmap"]


@documented(
    "np.vmap(lambda x: x.sum())(np.ones((3, 2)))",
    "array([2., 2., 2.])",
    in_axes="The axis of each argument that counts the examples, or of each of its parts; None for "
    "what all examples share.",
    out_axes="Where that axis stands in the results, or in each of their parts; None for what is "
    "the same for all examples.",
)
def vmap(fun: Any, in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """The function that computes for each example of a batch what a function does for one."""

    def mapped(*args: Any, **kwargs: Any) -> Any:
        axes = (in_axes,) * len(args) if isinstance(in_axes, int) else tuple(in_axes)
        if len(axes) != len(args):
            raise ValueError(
                f"vmap in_axes has {len(axes)} entries for {len(args)} positional arguments."
            )
        plan = [
            [] if axis is None else list(zip(nest.flatten(arg), _axes_of(axis, arg), strict=True))
            for axis, arg in zip(axes, args, strict=True)
        ]
        moved = tuple([_to_front(x, a) for part in plan for x, a in part if a is not None])
        if not moved:
            raise ValueError("vmap must have at least one non-None value in in_axes.")
        sizes = {x._value.shape[0] for x in moved}
        if len(sizes) > 1:
            raise ValueError(
                f"vmap got inconsistent sizes for array axes to be mapped: {sorted(sizes)}."
            )

        def one(parts: Any) -> Any:
            queue, now = iter(parts), list(args)
            for i, part in enumerate(plan):
                if part:
                    leaves = [x if a is None else holding(next(queue)) for x, a in part]
                    now[i] = nest.pack_sequence_as(args[i], leaves)
            return as_tensors(fun(*now, **kwargs))

        found = vectorized_map(one, moved)
        results = nest.flatten(found)
        places = _axes_of(out_axes, found)
        back = [_from_front(y, a) for y, a in zip(results, places, strict=True)]
        return nest.pack_sequence_as(found, back)

    return named(mapped, fun, "vmap")


def _axes_of(axes: Any, structure: Any) -> list[int | None]:
    """The axis of each leaf, where one axis may stand for all leaves of a part."""
    if axes is None or isinstance(axes, (int, np.integer)):
        return [axes] * len(nest.flatten(structure))  # type: ignore[list-item]
    parts, children = nest.children_of(axes), nest.children_of(structure)
    if type(axes) is not type(structure) or len(parts) != len(children):
        raise ValueError(
            f"vmap: the axes {axes} do not have the structure of what they belong to, "
            f"{type(structure).__name__} with {len(children)} entries."
        )
    return [a for pair in zip(parts, children, strict=True) for a in _axes_of(*pair)]


def _to_front(x: Any, axis: int) -> Tensor:
    t = tensor_of(x)
    _require_axis(axis, t._value.shape)
    return _moved(t, axis, 0)


def _from_front(y: Tensor, axis: int | None) -> Any:
    if axis is None:
        return holding(y)[0]
    _require_axis(axis, y._value.shape)
    return leave(_moved(y, 0, axis))


def _require_axis(axis: int, shape: tuple[int, ...]) -> None:
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"vmap was to map along axis {axis}, but the array of shape {tuple(shape)} has only "
            f"{len(shape)} axes."
        )


def _moved(x: Tensor, source: int, destination: int) -> Tensor:
    ndim = x._value.ndim
    order = [i for i in range(ndim) if i != source % ndim]
    order.insert(destination % ndim, source % ndim)
    if order == sorted(order):
        return x
    return recording.transpose(x, axes=tuple([i - ndim for i in order]))
