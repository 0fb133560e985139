"""``backward`` and ``autograd.grad``: gradients that are added up, and that are returned."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.structural import identity as copied
from tapegrad.torch import graph, mutations
from tapegrad.torch.gathering import Gathered, among, gather, leading_to
from tapegrad.torch.node import AccumulateGrad, Node, node_type
from tapegrad.torch.running import innermost, run
from tapegrad.torch.tensor import Tensor, install, mutation_holder, wrapped

_ADDS: ContextVar[bool] = ContextVar("tapegrad_torch_backward", default=False)
#: Whether the backward pass that runs adds to the ``.grad`` of all leaves.
adds_to_leaves: Callable[[], bool] = _ADDS.get

_COPY = node_type("CopyBackwards")
_UNUSED = (
    "One of the differentiated Tensors appears to not have been used in the graph. Set "
    "allow_unused=True if this is the desired behavior."
)
_NOTHING_TO_DO = "element {} of tensors does not require grad and does not have a grad_fn"


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
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
    inputs
        Add to the ``.grad`` of these tensors only.

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
    targets = _sequence(tensors)
    if active_recorders():
        example = innermost(targets)
        if example is not None:
            example.backward()  # which raises
    seeds = _seeds(targets, _sequence(grad_tensors, len(targets)))
    only = None if inputs is None else list(_sequence(inputs))
    if only is not None and not only:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
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
        gathered = leading_to(gathered, {x._id for x in only})
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
    grad = tensor._grad
    is_leaf = tensor._node.__class__ is AccumulateGrad
    if grad is None:
        new = wrapped(value, node, identity)
        tensor._grad = new if node is None or not is_leaf else run(copied, _COPY, (new,), {})
    elif node is not None or grad._node is not None or not is_leaf:
        tensor._grad = grad.add(wrapped(value, node, identity))
    elif grad._value.__class__ is np.ndarray and grad._value.flags.writeable:
        np.add(grad._value, value, grad._value)
        mutations.stamp(mutation_holder(grad))
    else:
        grad._value = grad._value + value
    if tensor._node is not None and tensor._node.is_marked:
        for hook in list(tensor._node.__dict__.get("_accumulated", {}).values()):
            hook(tensor)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of the sum of `outputs` with respect to `inputs`, returned and not stored.

    Parameters
    ----------
    outputs
        A tensor or a sequence of them.
    inputs
        Tensors that require gradients.
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
    tuple of Tensor or None

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
    targets, sources = _sequence(outputs), _sequence(inputs)
    if active_recorders():
        given = _sequence(grad_outputs, len(targets))
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
            _sequence(grad_outputs),
            retain_graph,
            create_graph,
            allow_unused,
            materialize_grads,
        )
    seeds = _seeds(targets, _sequence(grad_outputs, len(targets)))
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
        )
    finally:
        _ADDS.reset(token)
    taken = {id(g._value) for g in seeds if g is not None}
    for x, tensors in retained.items():
        if x in found:
            for tensor in tensors:
                _accumulate(tensor, graph.owned(found[x][0], taken), *found[x][1:])
    results: list[Tensor | None] = []
    for x in sources:
        if x._id in found:
            value, node, identity = found[x._id]
            results.append(wrapped(graph.owned(value, taken), node, identity))
        elif not allow_unused:
            raise RuntimeError(_UNUSED)
        else:
            zero = wrapped(np.zeros(x._value.shape, x._value.dtype)[()])
            results.append(zero if materialize_grads else None)
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
    results: list[Tensor | None] = []
    for x in sources:
        if x._id in found:
            value, node, identity = found[x._id]
            results.append(wrapped(graph.owned(value, taken), node, identity))
        elif not allow_unused:
            raise RuntimeError(_UNUSED)
        else:
            zero = wrapped(np.zeros((size, *x._value.shape), x._value.dtype))
            results.append(zero if materialize else None)
    return tuple(results)


def _sequence(values: Any, length: int | None = None) -> list[Any]:
    if values is None:
        return [None] * (length or 0)
    if isinstance(values, Tensor):
        return [values]
    return list(values)


def _seeds(targets: list[Tensor], given: list[Any]) -> list[Tensor | None]:
    """One cotangent per target.

    Raises
    ------
    RuntimeError
        Where one is missing, or of another shape.
    """
    if len(given) < len(targets):
        raise RuntimeError(f"got {len(targets)} tensors and {len(given)} gradients")
    seeds: list[Tensor | None] = []
    for i, (t, g) in enumerate(zip(targets, given, strict=False)):
        if isinstance(g, Tensor):
            if g._value.shape != t._value.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {g.shape} and output[{i}] "
                    f"has a shape of {t.shape}."
                )
            if (g._value.dtype.kind == "c") != (t._value.dtype.kind == "c"):
                raise RuntimeError(
                    f"For complex Tensors, both grad_output and output are required to have the "
                    f"same dtype. Mismatch in dtype: grad_output[{i}] has a dtype of {g.dtype} and "
                    f"output[{i}] has a dtype of {t.dtype}."
                )
            seeds.append(g if g._value.dtype == t._value.dtype else g.to(t.dtype))
        elif g is not None:
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        elif t._node is None:
            seeds.append(None)
        elif t._value.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif t._value.dtype.kind == "c":
            raise RuntimeError(
                f"grad can be implicitly created only for real scalar outputs but got {t.dtype}"
            )
        else:
            seeds.append(wrapped(np.ones(t._value.shape, t._value.dtype)[()]))
    for i, t in enumerate(targets):
        if t._node is None:
            raise RuntimeError(_NOTHING_TO_DO.format(i))
    return seeds


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
    backward([self], [gradient], retain_graph, create_graph, inputs)


_method.__name__ = "backward"
install(backward=_method)
