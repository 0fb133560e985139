"""``backward`` and ``autograd.grad``: gradients that are added up, and that are returned."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.structural import identity as copied
from tapegrad.torch import graph, modes, mutations
from tapegrad.torch.backward_arguments import as_list, receiver_of, seeds_of, sources_of
from tapegrad.torch.gathering import Gathered, among, gather, leading_to
from tapegrad.torch.node import AccumulateGrad, Node, node_type
from tapegrad.torch.running import innermost, run
from tapegrad.torch.size import Size
from tapegrad.torch.tensor import Tensor, install, mutation_holder, wrapped

_ADDS: ContextVar[bool] = ContextVar("tapegrad_torch_backward", default=False)
#: Whether the backward pass that runs adds to the ``.grad`` of all leaves.
adds_to_leaves: Callable[[], bool] = _ADDS.get

_COPY = node_type("CopyBackwards")
_UNUSED = (
    "The differentiated Tensor at index {} appears to not have been used in the graph. Set "
    "allow_unused=True if this is the desired behavior."
)
_NO_ROWS = (
    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
    "dimension. The sizes of the remaining dimensions are expected to match the shape of "
    "corresponding output, but a mismatch was detected: grad_output[{}] has a shape of {} and "
    "output[{}] has a shape of {}. If you only want some tensors in `grad_output` to be considered "
    "batched, consider using vmap."
)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    r"""Add the gradients of the sum of `tensors` to the ``.grad`` of the leaves they depend on.

    .. math:: \text{x.grad} \mathrel{+}= \sum_t (\partial t / \partial x)^* \bar t

    Parameters
    ----------
    tensors
        A tensor or a sequence of them.
    grad_tensors
        Their cotangents :math:`\bar t`; None for scalars, whose cotangent is one.
    retain_graph
        Whether the saved values are kept for another backward pass; `create_graph` by default.
    create_graph
        Whether the gradients can be differentiated themselves.
    grad_variables
        An old name of `grad_tensors`.
    inputs
        Add to the ``.grad`` of these tensors only; a dict's values, or edges of the graph, too.

    Raises
    ------
    RuntimeError
        If a tensor is no scalar and has no cotangent, does not require a gradient, was freed, or
        depends on a saved value that was modified in place.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.backward(x * x)
    >>> x.grad
    tensor(6.)
    """
    targets = as_list(tensors)
    if grad_variables is not None:
        warnings.warn(
            "`grad_variables` is deprecated. Use `grad_tensors` instead.",
            FutureWarning,
            stacklevel=2,
        )
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
                "`backward()`. Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if active_recorders():
        example = innermost(targets)
        if example is not None:
            example.backward()  # which raises
    seeds = seeds_of(targets, as_list(grad_tensors, len(targets)))
    only = None if inputs is None else sources_of(inputs, "backward")
    retain_graph = create_graph if retain_graph is None else retain_graph
    if create_graph:
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the "
            "parameter and its gradient which can cause a memory leak. We recommend using "
            "autograd.grad when creating the graph to avoid this. If you have to use this "
            "function, make sure to reset the .grad fields of your parameters to None after use "
            "to break the cycle and avoid the leak.",
            UserWarning,
            stacklevel=3,
        )
    gathered = gather([t._node for t in targets if t._node is not None])
    if only is not None:
        for x in only:
            if x._node is None:
                raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
            if isinstance(x, Tensor):
                x.retain_grad()
        gathered = leading_to(gathered, {x._id for x in only})
        only = [leaf for x in only if (leaf := receiver_of(x)) is not None]
    receivers = _receivers(gathered.leaves if only is None else [], gathered.marked, only or ())
    cotangents = _cotangents(targets, seeds, gathered, set(receivers))
    token = _ADDS.set(only is None)
    try:
        found = graph.pull_back(
            gathered,
            cotangents,
            set(receivers),
            retain_graph=retain_graph,
            create_graph=create_graph,
        )
    finally:
        _ADDS.reset(token)
    taken = {id(g._value) for g in seeds if g is not None}
    with modes.set_grad_enabled(create_graph):
        for x, (value, node, identity) in found.items():
            for tensor in receivers[x]:
                _accumulate(tensor, graph.owned(value, taken), node, identity)


def _receivers(
    leaves: Sequence[AccumulateGrad], marked: Sequence[Node], only: Sequence[Tensor]
) -> dict[int, list[Tensor]]:
    """Identity -> the tensors whose `grad` is added to: leaves, who asked for it, and others."""
    found: dict[int, list[Tensor]] = {}
    for end in leaves:
        leaf = end.variable
        if leaf is not None:
            found[leaf._id] = [leaf]
    for node in marked:
        for x, reference in node.__dict__.get("_retained", {}).items():
            tensor = reference()
            if tensor is not None:
                found.setdefault(x, []).append(tensor)
    for tensor in only:
        if not any(tensor is t for t in found.get(tensor._id, ())):
            found.setdefault(tensor._id, []).append(tensor)
    return found


def _accumulate(tensor: Tensor, value: Any, node: Node | None, identity: int) -> None:
    if value.dtype != tensor._value.dtype:
        value, node, identity = _in_type(value, node, identity, tensor)
    grad = tensor._grad
    is_leaf = tensor._node.__class__ is AccumulateGrad
    if grad is None:
        new = wrapped(value, node, identity)
        tensor._grad = new if node is None or not is_leaf else run(copied, _COPY, (new,), {})
    elif node is not None or not is_leaf:
        tensor._grad = grad.add(wrapped(value, node, identity))
    elif grad._value.__class__ is np.ndarray and grad._value.flags.writeable:
        np.add(grad._value, value, grad._value)
        mutations.stamp(mutation_holder(grad))
    else:
        grad._value = grad._value + value
    if is_leaf and tensor._node is not None and tensor._node.is_marked:
        state = tensor._node.__dict__
        for hook in list(state.get("_accumulated", {}).values()):
            if hook(tensor) is not None:
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
        for hook in list(state.get("_after", {}).values()):
            hook((), (wrapped(value, node, identity),))


def _in_type(value: Any, node: Node | None, identity: int, of: Tensor) -> tuple[Any, Any, int]:
    """A gradient in the type of its tensor: the engine's rules may widen bfloat16."""
    if of._value.dtype.kind != "c" and value.dtype.kind == "c":
        return value, node, identity
    if node is None:
        return value.astype(of._value.dtype), None, 0
    fitting = wrapped(value, node, identity).to(of.dtype)
    return fitting._value, fitting._node, fitting._id


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:
    """The gradients of the sum of `outputs` with respect to `inputs`, returned and not stored.

    Parameters
    ----------
    outputs
        A tensor or a sequence of them.
    inputs
        Tensors that require gradients, edges of the graph, or a dict, which gives a dict.
    grad_outputs
        Cotangents of the outputs; None for scalars.
    retain_graph, create_graph
        As in `backward`.
    allow_unused
        Whether inputs that the outputs do not depend on give None instead of an error.
    is_grads_batched
        Whether the first axis of `grad_outputs` counts cotangents, each with gradients of its own.
    materialize_grads
        Whether unused inputs give zeros.

    Returns
    -------
    tuple of Tensor or None, or a dict of them

    Raises
    ------
    RuntimeError
        As `backward`, and for inputs that are not used or do not require gradients.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.grad(x * x, x)
    (tensor(6.),)
    """
    if isinstance(inputs, dict):
        gradients = grad(
            outputs,
            list(inputs.values()),
            grad_outputs,
            retain_graph,
            create_graph,
            allow_unused,
            is_grads_batched,
            materialize_grads,
        )
        return dict(zip(inputs, gradients, strict=True))
    targets, sources = as_list(outputs), sources_of(inputs, "grad")
    if active_recorders():
        given = as_list(grad_outputs, len(targets))
        example = innermost((*targets, *sources, *given))
        if example is not None:
            options = {
                "retain_graph": retain_graph,
                "create_graph": create_graph,
                "allow_unused": allow_unused,
                "materialize_grads": materialize_grads,
            }
            return tuple(example._pull(grad, targets, sources, given, options, is_grads_batched))
    if allow_unused is False and materialize_grads:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    retain_graph = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        return _each_row(
            targets,
            sources,
            as_list(grad_outputs),
            retain_graph,
            create_graph,
            allow_unused,
            materialize_grads,
        )
    seeds = seeds_of(targets, as_list(grad_outputs, len(targets)))
    for x in sources:
        if x._node is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    wanted = {x._id for x in sources}
    gathered = leading_to(gather([t._node for t in targets if t._node is not None]), wanted)
    retained = _receivers((), gathered.marked, ())
    cotangents = _cotangents(targets, seeds, gathered, wanted)
    token = _ADDS.set(False)
    try:
        found = graph.pull_back(
            gathered,
            cotangents,
            wanted | set(retained),
            retain_graph=retain_graph,
            create_graph=create_graph,
            until=wanted,
        )
    finally:
        _ADDS.reset(token)
    taken = {id(g._value) for g in seeds if g is not None}
    with modes.set_grad_enabled(create_graph):
        for x, tensors in retained.items():
            if x in found:
                for tensor in tensors:
                    _accumulate(tensor, graph.owned(found[x][0], taken), *found[x][1:])
    return _returned(sources, found, taken, allow_unused, materialize_grads, create_graph)


def _returned(
    sources: list[Any],
    found: dict[int, Any],
    taken: set[int],
    allow_unused: bool,
    materialize: bool,
    create_graph: bool,
    rows: tuple[int, ...] = (),
) -> tuple[Tensor | None, ...]:
    """What `grad` returns; `rows` is the first axis of zeros."""
    results: list[Tensor | None] = []
    for i, x in enumerate(sources):
        if x._id in found:
            value, node, identity = found[x._id]
            if isinstance(x, Tensor) and value.dtype != x._value.dtype and not rows:
                value, node, identity = _in_type(value, node, identity, x)
            results.append(wrapped(graph.owned(value, taken), node, identity))
        elif not allow_unused:
            raise RuntimeError(_UNUSED.format(i))
        elif not materialize:
            results.append(None)
        elif not isinstance(x, Tensor):
            raise RuntimeError(
                "materialize_grads cannot be used when the given input is a GradientEdge"
            )
        else:
            zero = wrapped(np.zeros((*rows, *x._value.shape), x._value.dtype)[()])
            results.append(zero.requires_grad_(create_graph))
    return tuple(results)


def _each_row(
    targets: Any,
    sources: Any,
    seeds: Any,
    retain: bool,
    create: bool,
    allow_unused: bool,
    materialize: bool,
) -> tuple[Tensor | None, ...]:
    for i, (t, g) in enumerate(zip(targets, seeds, strict=True)):
        if not g._value.ndim:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
            )
        if g._value.shape[1:] != t._value.shape:
            raise RuntimeError(_NO_ROWS.format(i, Size(g._value.shape[1:]), i, t.shape))
    size = seeds[0]._value.shape[0]
    wanted = {x._id for x in sources}
    live = [(t, g) for t, g in zip(targets, seeds, strict=True) if t._node is not None]
    gathered = leading_to(gather([t._node for t, _ in live]), wanted)
    known = wanted.union(*[n.outs for n in gathered.nodes])
    cotangents: dict[int, Any] = {}
    for t, g in live:
        if t._id in known:
            before = cotangents.get(t._id)
            cotangents[t._id] = g if before is None else before.add(g)
    found = graph.pull_back(
        gathered, cotangents, wanted, retain_graph=retain, create_graph=create, rows=size
    )
    taken = {id(g._value) for g in seeds}
    return _returned(sources, found, taken, allow_unused, materialize, create, (size,))


def _cotangents(
    targets: list[Tensor], seeds: list[Tensor | None], gathered: Gathered, sources: set[int]
) -> dict[int, Tensor]:
    reached = among(gathered, [t._node for t in targets])
    cotangents: dict[int, Tensor] = {}
    for t, g, is_reached in zip(targets, seeds, reached, strict=True):
        if g is not None and (is_reached or t._id in sources):
            before = cotangents.get(t._id)
            cotangents[t._id] = g if before is None else before.add(g)
    return cotangents


def _method(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add the gradients to the leaves' ``.grad``: see `torch.autograd.backward`."""
    backward([self], gradient, retain_graph, create_graph, inputs=inputs)


def _called(self: Node, *gradients: Any) -> Any:
    """The node's vjp: the gradients of its inputs, one by itself."""
    if len(gradients) != len(self.outs):
        raise TypeError(f"expected {len(self.outs)} arguments, got {len(gradients)} instead")
    for i, g in enumerate(gradients):
        if g is not None and not isinstance(g, Tensor):
            raise TypeError(f"argument {i} is not a Variable")
    self.check_saved()
    if self.is_custom:
        return _alone(self.run_backward(gradients))  # type: ignore[attr-defined]
    cotangents = {x: g for x, g in zip(self.outs, gradients, strict=True) if g is not None}
    found = graph.pull_back(
        Gathered([self], [], []),
        cotangents,
        set(self.ids),
        retain_graph=True,
        create_graph=modes.builds_graph(),
    )
    return _alone(
        [
            wrapped(*found[x]) if x in found and edge is not None else None
            for x, edge in zip(self.ids, self.edges, strict=True)
        ]
    )


def _alone(results: list[Tensor | None]) -> Any:
    return results[0] if len(results) == 1 else tuple(results)


_method.__name__ = "backward"
install(backward=_method)
Node.__call__ = _called  # type: ignore[method-assign]
