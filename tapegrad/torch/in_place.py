"""Operations in place: the array is written to, the graph stays true.

Underneath, the operation computes a new value, recorded like any other; then the tensor takes over
the value and the node. A view hands on what happened to it to its base, and to the other views.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.graph_calls import remember
from tapegrad.core.places import Lines
from tapegrad.core.rows import gather_rows
from tapegrad.core.structural import cast, reshape
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import next_id, rewrap, wrap_constant
from tapegrad.torch import mutations
from tapegrad.torch.dtypes import can_cast
from tapegrad.torch.modes import builds_graph, in_inference_mode
from tapegrad.torch.node import AccumulateGrad, Node, node_type, operation_of
from tapegrad.torch.recorded import Recording, active_levels, advance, have_tangents
from tapegrad.torch.running import makers_in, run
from tapegrad.torch.tensor import Tensor, mutation_holder, wrapped

_NOT_IN_PLACE = (
    "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor "
    "`other` in extra_args that has more elements than `self`. This happened due to `other` being "
    "vmapped over but `self` not being vmapped over in a vmap. Please try to use out-of-place "
    "operators instead of inplace arithmetic. If said operator is being called inside the PyTorch "
    "framework, please file a bug report instead."
)
#: Nodes that count as having saved their arguments only, where the engine's rule reads the result.
_READ_NO_RESULT = frozenset({"DivBackward0", "ErfinvBackward0"})


def check_changeable(x: Tensor) -> None:
    """Raise, before anything is changed, if a tensor must not be changed in place.

    Raises
    ------
    RuntimeError
        For leaves that require a gradient, their views, and tensors from inference mode.
    """
    if x._inference and not in_inference_mode():
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make "
            "a clone to get a normal tensor before doing inplace update.See "
            "https://github.com/pytorch/rfcs/pull/17 for more details."
        )
    if not builds_graph():
        return
    if x._view is not None and x._view.origin and x.requires_grad:
        raise _ambiguous(x, "is being")
    base = x if x._view is None else x._view.base
    whole = base if base._part_of is None else base._part_of[0]
    if whole is not x and whole._node.__class__ is AccumulateGrad:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation."
        )
    if x._node.__class__ is AccumulateGrad:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation."
        )


_BOTH_INSIDE = (
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {} block (if you don't "
    "want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
#: Origins of views that must not be changed in place while a graph is built, and why.
_REASONS = {
    "several": " This view is the output of a function that returns multiple views. Such functions "
    "do not allow the output views to be modified inplace. You should replace the inplace "
    "operation by an out-of-place one.",
    "no_grad": _BOTH_INSIDE.format("no_grad"),
    "inference": _BOTH_INSIDE.format("inference_mode"),
    "function": " This view was created inside a custom Function (or because an input was returned "
    "as-is) and the autograd logic to handle view+inplace would override the custom backward "
    "associated with the custom Function, leading to incorrect gradients. This behavior is "
    "forbidden. You can fix this by cloning the output of the custom Function.",
}


def _ambiguous(x: Tensor, who: str) -> RuntimeError:
    """The error for a view whose origin does not tell what a change of it would mean."""
    assert x._view is not None
    origin, node = x._view.origin, x._node
    made = "" if node is None else f"Output {x.output_nr} of {operation_of(node)} is a view"
    if node is not None and origin in ("several", "function"):
        begin = f"{made} and {who} modified inplace."
    else:
        made = f"{made} of a view which was created in" if made else "A view was created in"
        mode, then = (
            ("inference", "in normal mode")
            if origin == "inference"
            else ("no_grad", "with grad mode enabled")
        )
        begin = f"{made} {mode} mode and {who} modified inplace {then}."
    return RuntimeError(begin + _REASONS[origin])


def assign(x: Tensor, result: Tensor, name: str) -> Tensor:
    """Write a result into a tensor, which then has the result's graph.

    Raises
    ------
    RuntimeError
        If the result has another shape, or a type that cannot become the tensor's.
    """
    if x._level is not None:
        return x._assign(result, assign, name)
    if result._level is not None:
        raise RuntimeError(_NOT_IN_PLACE)
    array, new = x._value, result._value
    if new.shape != array.shape:
        raise RuntimeError(
            f"output with shape {list(array.shape)} doesn't match the broadcast shape "
            f"{list(new.shape)}"
        )
    if new.dtype != array.dtype:
        result = _in_type_of(x, result)
        new = result._value
    if result is x:
        return x
    if result._node is not None and x._view is not None and x._view.origin and builds_graph():
        raise _ambiguous(x, "is being")
    _write(x, new, result._node)
    node = result._node
    if node is None and x._node is not None and builds_graph():
        # Its value no longer depends on what it was, but it still counts as computed.
        kind = node_type(f"{name.strip('_').capitalize()}Backward0")
        node = kind((), (x._node,), (x._id,), (result._id,))
    if x._view is not None and (node is not None or x._view.base._node is not None):
        if builds_graph():
            _tell_base(x, result._id, node)
    elif x._view is not None and _have_tangents(result, x._view.base):
        _tell_base(x, result._id, None)
    elif node is not None:
        _renamed(x, result._id, node)
        if node.outs != (x._id,):
            node.outs = (*node.outs, x._id)
        if "_views" in x.__dict__:
            _renew(x.__dict__["_views"], x)
    elif x._node is None:
        x._id = result._id
        if "_views" in x.__dict__ and _have_tangents(x):
            _renew(x.__dict__["_views"], x)
    return x


def changed_by(node: Node, x: Tensor) -> int:
    """Let a tensor, its base and its views be what a node made of it in place.

    Returns
    -------
    int
        The identity of the node's output.
    """
    identity = next_id()
    if x._view is not None:
        _tell_base(x, identity, node)
    else:
        _renamed(x, identity, node)
        _renew(x.__dict__.get("_views", []), x)
    return identity


def _renamed(x: Tensor, identity: int, node: Node | None) -> None:
    """Let a tensor be what a node has made; who asked for its gradient gets that of the new one."""
    before = x._node
    retained = None if before is None else before.__dict__.get("_retained")
    x_was, x._id, x._node = x._id, identity, node
    if retained and x_was in retained and node is not None:
        del retained[x_was]
        node.retain(identity, x)
    if "_parts" in x.__dict__:
        _renew_parts(x)
    if x._part_of is not None:
        _tell_whole(x)


def _renew_parts(x: Tensor) -> None:
    """Real and imaginary parts of what a tensor has become."""
    for reference, part in x.__dict__["_parts"]:
        tensor = reference()
        if tensor is not None:
            fresh = part(x)
            tensor._id, tensor._node = fresh._id, fresh._node


def _tell_whole(x: Tensor) -> None:
    """A real or imaginary part was changed: so were the complex numbers that it is a part of."""
    whole, name = x._part_of
    if not builds_graph():
        return
    real, imag = (x if n == name else _other_part(whole, n) for n in ("real", "imag"))
    new = run(_joined, node_type("CopySlices"), (real, imag), {})
    if whole._view is not None:
        _tell_base(whole, new._id, new._node)
    else:
        _renamed(whole, new._id, new._node)


def _other_part(whole: Tensor, name: str) -> Tensor:
    part: Tensor = run(TABLE[name], node_type(f"{name.capitalize()}Backward0"), (whole,), {})
    return part


def _joined(real: Any, imag: Any) -> Any:
    return TABLE["complex"](real, imag)


def _have_tangents(*tensors: Tensor) -> bool:
    """Whether forward mode follows one of these."""
    levels = active_levels() if active_recorders() else ()
    return have_tangents(levels, [x._id for x in tensors])


def _in_type_of(x: Tensor, result: Tensor) -> Tensor:
    source, target = result.dtype, x.dtype
    if not can_cast(source, target):
        names = [d.abbreviation for d in (source, target)]
        raise RuntimeError(
            f"result type {names[0]} can't be cast to the desired output type {names[1]}"
        )

    def convert(value: Any) -> Any:
        return cast(value, dtype=target.numpy_dtype, source=source.numpy_dtype)

    if result._node is None:
        converted = result._value.astype(target.numpy_dtype)
        return wrapped(converted)
    return run(convert, node_type("ToCopyBackward0"), (result,), {})


def _write(x: Tensor, new: Any, node: Node | None) -> None:
    array = x._value
    if array.__class__ is not np.ndarray:
        mutations.stamp_scalar(x)
        if node is not None:
            node.renumber()  # what it read is the scalar before, which is still there
        x._value = new if new.__class__ is not np.ndarray else new[()]
        return
    if not array.flags.writeable:
        if x._view is not None or 0 in array.strides:
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to "
                "a single memory location. Please clone() the tensor before performing the "
                "operation."
            )
        x._value = array = array.copy()
    if node is not None and node.records:
        node.records = [_with_own_memory(r, array) for r in node.records]
    for maker in (x._node, None if x._view is None else x._view.base._node):
        if maker is not None and maker.records and maker.name() in _READ_NO_RESULT:
            maker.records = [_with_own_result(r, array) for r in maker.records]
    np.copyto(array, new)
    if not (x._unnoticed or (x._view is not None and x._view.base._unnoticed)):
        mutations.stamp(mutation_holder(x))


def _kept(a: Any, array: Any) -> Any:
    mine = a.__class__ is np.ndarray and np.may_share_memory(a, array)
    return a.copy() if mine else a


def _with_own_memory(record: Any, array: Any) -> Any:
    """The record with copies of what it saved of memory that is about to change."""
    primitive, ids, mask, args, out, y, params = record
    args = tuple([_kept(a, array) for a in args]) if args.__class__ is tuple else _kept(args, array)
    return primitive, ids, mask, args, out, y, params


def _with_own_result(record: Any, array: Any) -> Any:
    primitive, ids, mask, args, out, y, params = record
    return primitive, ids, mask, args, out, _kept(y, array), params


# Views


def _tell_base(x: Tensor, identity: int, node: Node | None) -> None:
    """Record that a view was changed as a change of its base, and look at the base again."""
    assert x._view is not None
    base = x._view.base
    positions = wrap_constant(x._view.positions().reshape(-1))
    size = int(base._value.size)
    followed = ({base._id} if base._node is not None else set()) | (
        {identity} if node is not None else set()
    )
    recorder = Recording(followed)
    old, update = rewrap(base._value, base._id), rewrap(x._value, identity)
    flat = rewrap(base._value.reshape(-1), next_id())
    values = rewrap(x._value.reshape(-1), next_id())
    changed = rewrap(flat._value, next_id())
    new = rewrap(base._value, next_id())
    levels = active_levels() if active_recorders() else ()
    of_base = base._node is not None or have_tangents(levels, (base._id,))
    of_view = node is not None or have_tangents(levels, (identity,))
    if of_base:
        recorder.record(reshape, [old], 1, flat, {"to": (size,)})
    if of_view:
        recorder.record(reshape, [update], 1, values, {"to": (prod(x._value.shape),)})
    mask = of_base + 4 * of_view
    recorder.record(TABLE["replace_rows"], [flat, positions, values], mask, changed, {"axis": -1})
    recorder.record(reshape, [changed], 1, new, {"to": base._value.shape})
    made = node_type("CopySlices")(
        recorder.records, (base._node, node), (base._id, identity), (new._id,)
    )
    is_followed = base._node is not None or node is not None
    if levels:
        advance(levels, recorder.records, makers_in(made) if is_followed else {})
    if Lines.left:
        remember("copy_slices", (base._id, identity), (new._id,))
    _renamed(base, new._id, made if is_followed else None)
    _renew(base.__dict__.get("_views", []), base)


def _renew(known: list[Any], base: Tensor) -> None:
    """Record the living views of a base that has changed as views of what it is now."""
    for reference in known:
        view = reference()
        if view is None or view._view is None or view._view.base is not base:
            continue
        if view._node is None and view._view.origin in ("no_grad", "inference"):
            continue
        positions = wrap_constant(view._view.positions().reshape(-1))
        recorder = Recording({base._id})
        flat = rewrap(base._value.reshape(-1), next_id())
        picked = rewrap(view._value.reshape(-1), next_id())
        seen = rewrap(view._value, next_id())
        recorder.record(
            reshape, [rewrap(base._value, base._id)], 1, flat, {"to": (int(base._value.size),)}
        )
        recorder.record(gather_rows, [flat, positions], 1, picked, {})
        recorder.record(reshape, [picked], 1, seen, {"to": view._value.shape})
        made = node_type("AsStridedBackward0")(
            recorder.records, (base._node,), (base._id,), (seen._id,)
        )
        is_followed = base._node is not None
        if active_recorders():
            advance(active_levels(), recorder.records, makers_in(made) if is_followed else {})
        _renamed(view, seen._id, made if is_followed else None)
