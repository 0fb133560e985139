"""Running engine code on this dialect's tensors: what it records becomes the result's node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tapegrad.core import views
from tapegrad.core.context import active_recorders, reset_recorders, set_recorders
from tapegrad.core.graph_calls import DISCRETE, remember
from tapegrad.core.places import Lines
from tapegrad.core.tape import Record
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import rewrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.torch import modes
from tapegrad.torch.anomaly import check_gradient, remember_call
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.half_precision import in_float32
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.node import Node
from tapegrad.torch.recorded import Recording, active_levels, advance, identities, recorded_by
from tapegrad.torch.saved import active_hooks, pack_records
from tapegrad.torch.tensor import Tensor, shared, wrapped


def run(
    function: Callable[..., Any],
    kind: type[Node],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    view: Any = False,
) -> Any:
    """Run a function of core tensors on tensors of this dialect, and give its result a node."""
    outside = active_recorders()
    if outside:
        example = innermost((*args, *kwargs.values()))
        if example is not None:
            return example._run(function, kind, args, kwargs, view)
    taken: list[Tensor] = []
    if view and isinstance(args[0], Tensor):
        shared(args[0])
    entered = [enter(a, taken) for a in args]
    named = {k: enter(v, taken) for k, v in kwargs.items()} if kwargs else kwargs
    if taken and taken[0]._value.dtype.itemsize == 2:
        function = in_float32(function, kind, taken)
    followed = {x._id for x in taken if x._node is not None} if builds_graph() else set()
    tracked = bool(followed)
    levels = active_levels() if outside else ()
    for level in levels:
        followed.update(x._id for x in taken if x._id in level.tangents)
    recorder = Recording(followed) if followed else None
    try:
        if recorder is None:
            result = function(*entered, **named)
        elif outside:
            with recorded_by(recorder):
                result = function(*entered, **named)
        else:  # nobody else looks on, and what runs here is the engine's
            token = set_recorders((recorder,))
            try:
                result = function(*entered, **named)
            finally:
                reset_recorders(token)
    except InvalidArgumentError as error:
        raise translated(error, function.__name__) from None
    except ValueError as error:
        shapes = _NOT_BROADCAST.findall(str(error))
        if "broadcast together" not in str(error) or len(shapes) < 2:
            raise
        first, second = (tuple(int(n) for n in s.split(",") if n.strip()) for s in shapes[:2])
        raise sizes_differ(first, second) from None
    made = None
    if tracked and recorder is not None and recorder.records:
        made = kind(
            recorder.records, tuple([x._node for x in taken]), tuple([x._id for x in taken]), ()
        )
        if check_gradient.enabled:
            remember_call(made)
        if modes.inference_before[0]:
            _check_inference(taken, recorder.records)
    hooks = active_hooks() if made is not None and outside else None
    if levels and recorder is not None:
        known = {} if made is None else makers_in(made)
        advance(levels, recorder.records, known)
    results = leave(result, taken, made, recorder, view)
    if Lines.left:
        _remember_call(function, kind, taken, results)
    if hooks is not None and made is not None:
        pack_records(made, makers_in(made), hooks)
    if view:
        if callable(view):
            results._value = view(args[0]._value, *args[1:], **kwargs)
        _mark_views(results, taken[0], function, entered, named)
    return results


def _remember_call(function: Any, kind: type[Node], taken: list[Tensor], results: Any) -> None:
    """For explanations: what was computed from what, and why there may be no graph."""
    words = re.sub(r"Backward\d*$", "", kind.__name__)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words).lower() or function.__name__
    ids = tuple([x._id for x in taken])
    several = results if isinstance(results, (tuple, list)) else (results,)
    why = modes.why_bare(*[x._node for x in taken])
    for y in several:
        if isinstance(y, Tensor):
            reason = DISCRETE if not why and y._node is None else why
            remember(name, ids, (y._id,), reason)


def innermost(values: Iterable[Any]) -> Any:
    """The example of the innermost `vmap` among these, also in lists; None if there is none."""
    found: Any = None
    for value in values:
        if value.__class__ is list or value.__class__ is tuple:
            value = innermost(value)
        level = value._level if isinstance(value, Tensor) else None
        if level is not None and (found is None or level.number > found._level.number):
            found = value
    return found


def _check_inference(taken: list[Tensor], records: list[Record]) -> None:
    """Raise if one of the records saves a tensor from inference mode."""
    for x in taken:
        for _, ids, _, args, _, _, _ in records if x._inference else ():
            pairs = zip(ids, args, strict=True) if ids.__class__ is tuple else [(ids, args)]
            if any(i == x._id and a is not None for i, a in pairs):
                raise RuntimeError(
                    "Inference tensors cannot be saved for backward. Please do not use Tensors "
                    "created in inference mode in computation tracked by autograd. To work around "
                    "this, you can make a clone to get a normal tensor and use it in autograd, or "
                    "use `torch.no_grad()` instead of `torch.inference_mode()`."
                )


def makers_in(node: Node) -> dict[int, Node]:
    """Identity -> node, for all values in its records that require gradients."""
    made = {x: e for x, e in zip(node.ids, node.edges, strict=True) if e is not None}
    made.update((x, node) for x in identities(node.records or ()))
    return made


def enter(value: Any, taken: list[Tensor]) -> Any:
    """Tensors, also those in lists, as core tensors with the same identity."""
    if isinstance(value, Tensor):
        taken.append(value)
        array = value._value
        # The engine computes with scalars where this dialect may share memory of shape ().
        return rewrap(array if array.shape else array[()], value._id)
    if value.__class__ is list or value.__class__ is tuple:
        return value.__class__([enter(v, taken) for v in value])
    return value


def leave(
    result: Any, taken: list[Tensor], made: Node | None, recorder: Any, view: bool = False
) -> Any:
    """Core tensors, also those in tuples and lists, as this dialect's tensors."""
    if isinstance(result, CoreTensor):
        for x in taken:
            if x._id == result._id:
                return x
        value = result._value if view else _unshared(result._value, taken)
        identity = result._id
        if made is not None and identity in recorder.followed:
            made.outs = (*made.outs, identity)
            return wrapped(value, made, identity)
        return wrapped(value, None, identity if identity > 0 else 0)
    if isinstance(result, (tuple, list)):
        parts = [leave(r, taken, made, recorder, view) for r in result]
        kind: Any = type(result)
        return kind(*parts) if hasattr(result, "_fields") else kind(parts)
    return result


def _unshared(value: Any, taken: list[Tensor]) -> Any:
    """The array, or a copy where it shows the memory of an argument, or must not be written to."""
    if value.__class__ is not np.ndarray:
        return value
    if not value.flags.writeable:
        return value.copy("K")
    looks = value.base is not None
    for x in taken:
        if value is x._value or (looks and np.may_share_memory(value, x._value)):
            return value.copy("K")
    return value


def _mark_views(
    results: Any, base: Tensor, function: Any, entered: list[Any], named: dict[str, Any]
) -> None:
    several = isinstance(results, (tuple, list))
    for i, result in enumerate(results if several else [results]):
        if not isinstance(result, Tensor) or result is base:
            continue

        def take(x: Any, i: int = i) -> Any:
            taken = function(x, *entered[1:], **named)
            return taken[i] if several else taken

        mark_view(result, base, take)
        if several and result._view is not None:
            result._view.origin = result._view.origin or "several"


def mark_view(result: Tensor, of: Tensor, take: Callable[[Any], Any]) -> None:
    """Let a tensor be a view, unless its array had to be copied."""
    array, memory = result._value, of._value
    view = views.View(of, take)
    if array.__class__ is not np.ndarray:
        position = view.positions()
        base = view.base._value
        array = base[(*np.unravel_index(int(position), base.shape), Ellipsis)]
        result._value = array
    elif memory.__class__ is np.ndarray and not memory.shape:
        # The engine saw a scalar.
        one = array.size == 1
        result._value = memory.reshape(array.shape) if one else np.broadcast_to(memory, array.shape)
    elif (array.base is None and array is not memory) or not np.may_share_memory(array, memory):
        return
    if not builds_graph():
        view.origin = "inference" if modes.in_inference_mode() else "no_grad"
    result._inference = of._inference
    result._view = view
    views.enter(result)


# Errors

_NOT_BROADCAST = re.compile(r"\(([\d, ]+)\)")
_DTYPE = re.compile(r"dtype (\w+) are")
_SHAPES = re.compile(r"Incompatible shapes: \[(.*?)\] vs\. \[(.*?)\]")


def translated(error: InvalidArgumentError, name: str) -> Exception:
    """The engine's error as PyTorch's kind of error for the same mistake."""
    text = str(error)
    shapes = _SHAPES.search(text)
    if shapes:
        first, second = (
            tuple(int(n) for n in group.split(",") if n.strip()) for group in shapes.groups()
        )
        return sizes_differ(first, second)
    unsupported = _DTYPE.search(text)
    if unsupported and "not supported" in text:
        kind = from_numpy_dtype(np.dtype(unsupported.group(1))).abbreviation
        return NotImplementedError(f"\"{name}_cpu\" not implemented for '{kind}'")
    if "out of bounds" in text or "out of range" in text:
        return IndexError(text)
    return RuntimeError(text)


def sizes_differ(first: tuple[int, ...], second: tuple[int, ...]) -> RuntimeError:
    """The error for two shapes that do not broadcast."""
    ndim = max(len(first), len(second))
    a, b = ((1,) * (ndim - len(s)) + s for s in (first, second))
    for dim in range(ndim - 1, -1, -1):
        if a[dim] != b[dim] and 1 not in (a[dim], b[dim]):
            return RuntimeError(
                f"The size of tensor a ({a[dim]}) must match the size of tensor b ({b[dim]}) at "
                f"non-singleton dimension {dim}"
            )
    return RuntimeError(f"shapes {list(first)} and {list(second)} do not fit together")
