"""Calls of users' functions: their results, and the tangents of these."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders, only_recorders, visible_recorders
from tapegrad.core.graph_calls import remember
from tapegrad.core.places import Lines
from tapegrad.core.tensor import next_id
from tapegrad.core.views import View
from tapegrad.torch import modes
from tapegrad.torch.dtypes import category
from tapegrad.torch.in_place import changed_by
from tapegrad.torch.node import AccumulateGrad, next_number
from tapegrad.torch.recorded import Level, active_levels, have_tangents
from tapegrad.torch.running import innermost
from tapegrad.torch.saved import all_saved
from tapegrad.torch.tensor import Tensor, shared, wrapped


def applied(cls: Any, args: tuple[Any, ...], kwargs: Any, is_separate: bool) -> Any:
    """The results of a user's function, which is asked for their derivatives later.

    Parameters
    ----------
    cls
        The subclass of `Function`.
    args, kwargs
        What `forward` takes.
    is_separate
        Whether the context is filled by `setup_context`, not by `forward`.
    """
    if active_recorders():
        example = innermost(args)
        if example is not None:
            return example._apply(cls, args, is_separate)
    ctx: Any = cls._backward_cls()
    if is_separate:
        bound = inspect.signature(cls.forward).bind(*args, **kwargs)
        bound.apply_defaults()
        args, kwargs = bound.args, bound.kwargs
    tensors = [a for a in args if isinstance(a, Tensor)]
    ctx.needs_input_grad = tuple([isinstance(a, Tensor) and a.requires_grad for a in args])
    places = iter(range(len(tensors)))
    ctx._positions = tuple([next(places) if isinstance(a, Tensor) else None for a in args])
    ctx._inputs = tuple([(x._value.shape, x._value.dtype) for x in tensors])
    ctx.edges, ctx.ids = tuple([x._node for x in tensors]), tuple([x._id for x in tensors])
    levels = active_levels()
    hidden = [r for r in visible_recorders() if r.__class__ is not Level]
    with modes.set_grad_enabled(False), only_recorders(tuple(hidden)):
        if is_separate:
            output = cls.forward(*args, **kwargs)
            cls.setup_context(ctx, args, output)
        else:
            output = cls.forward(ctx, *args, **kwargs)
    is_followed = modes.builds_graph() and any(x._node is not None for x in tensors)
    several = isinstance(output, (tuple, list))
    outputs = list(output) if several else [output]
    _check_marks(ctx, outputs)
    ctx.number = next_number()
    results = _results(ctx, outputs, tensors, is_followed)
    ctx._saved = all_saved(ctx.to_save, results, ctx._places) if is_followed else []
    ctx.__dict__.pop("to_save", None)
    if have_tangents(levels, ctx.ids):
        _push_tangents(cls, ctx, args, tensors, results, levels)
    if Lines.left:
        outs = tuple([r._id for r in results if isinstance(r, Tensor)])
        why = modes.why_bare(*[x._node for x in tensors])
        remember(cls.__name__, tuple([x._id for x in tensors]), outs, why)
    return tuple(results) if several else results[0]


def _check_marks(ctx: Any, outputs: list[Any]) -> None:
    for i, x in enumerate(ctx.to_save):
        if x is not None and not isinstance(x, Tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {i} is of type "
                f"{type(x).__name__}"
            )
    for x in ctx.dirty_tensors:
        if not any(x is o for o in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that are modified inplace must all be outputs of the Function."
            )


def _itself(x: Any) -> Any:
    return x


def _results(ctx: Any, outputs: list[Any], tensors: list[Tensor], is_followed: bool) -> list[Any]:
    """The outputs as results of the node."""
    several = len([o for o in outputs if isinstance(o, Tensor)]) > 1
    results: list[Any] = []
    outs: list[int] = []
    places: list[int | None] = []
    for output in outputs:
        if not isinstance(output, Tensor):
            places.append(None)
            results.append(output)
            continue
        is_dirty = any(output is x for x in ctx.dirty_tensors)
        is_input = any(output is x for x in tensors)
        is_fixed = any(output is x for x in ctx.non_differentiable)
        has_node = is_followed and not is_fixed and category(output._value.dtype) >= 2
        result = output
        if is_dirty and is_input:
            if has_node and output._node.__class__ is AccumulateGrad:
                raise RuntimeError(
                    "a leaf Variable that requires grad has been used in an in-place operation."
                )
        elif is_input:
            result = wrapped(shared(output))
            result._view = View(output, _itself)
        elif output._view is not None:
            result = wrapped(output._value)
            result._view = View(output, _itself)
        if result._view is not None and not (is_dirty and is_input):
            result._view.origin = "several" if several else "function"
        places.append(len(outs) if has_node else None)
        if has_node and is_dirty and is_input:
            outs.append(changed_by(ctx, result))
        elif has_node or result is not output or not is_dirty:
            result._id = next_id()
            result._node = ctx if has_node else None
            if has_node:
                outs.append(result._id)
        results.append(result)
    ctx.outs = tuple(outs)
    ctx._places = tuple(places)
    ctx._specs = tuple(
        [(r._value.shape, r._value.dtype) if isinstance(r, Tensor) else None for r in results]
    )
    return results


def _push_tangents(
    cls: Any,
    ctx: Any,
    args: tuple[Any, ...],
    tensors: list[Tensor],
    results: list[Any],
    levels: list[Level],
) -> None:
    """Let the user's jvp compute tangents, of the outermost level first."""
    ctx._in_jvp = True
    for position, level in enumerate(levels):
        if not have_tangents([level], ctx.ids):
            continue
        many: list[list[Any]] = []
        for row in range(level.rows or 1):
            given = [
                _tangent(level, a, row, ctx.materialize_grads) if isinstance(a, Tensor) else None
                for a in args
            ]
            with only_recorders(tuple(levels[:position])):
                found = cls.jvp(ctx, *given)
            many.append(list(found) if isinstance(found, tuple) else [found])
        for result, column in zip(results, zip(*many, strict=True), strict=True):
            if isinstance(result, Tensor) and column[0] is not None:
                with only_recorders(tuple(levels[:position])):
                    level.enter(
                        result, column[0] if level.rows is None else column[0].stack(column)
                    )
    del ctx.__dict__["_in_jvp"]


def _tangent(level: Level, x: Tensor, row: int, is_materialized: bool) -> Tensor | None:
    t = level.tangent(x._id)
    if t is None:
        return wrapped(np.zeros_like(x._value)[()]) if is_materialized else None
    one: Any = t if level.rows is None else t[row]
    return one
