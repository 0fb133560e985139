"""Why ``.grad`` is None: the graph of a tensor, asked after the fact."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from tapegrad.core.tape_tools import tool
from tapegrad.torch.node import AccumulateGrad, Node
from tapegrad.torch.tensor import Tensor

#: Operations of a long path that are named at each end.
_SHOWN = 12


def explain(output: Tensor, input: Tensor) -> Any:
    """Say how `output` depends on `input` in the graph, or why ``input.grad`` stays None.

    PyTorch has no such function. Nothing is run, and nothing is freed.

    Parameters
    ----------
    output : Tensor
        What ``backward`` is called on.
    input : Tensor
        What a gradient is missed for.

    Returns
    -------
    Explanation
        Prints as text. `connected`; `cause`, a word for the reason when it is not:
        ``"does not require grad"``, ``"integer"``, ``"no graph"``, ``"another object"`` or
        ``"not in the graph"``. Connected, but with a gradient that is not kept, is the cause
        ``"not a leaf"``; ``"no backward"`` if nobody has called it yet.

    Raises
    ------
    TypeError
        If one of them is no tensor.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> y = (x.detach() * 2.0).sum()
    >>> torch.autograd.explain(y, x).cause
    'no graph'
    >>> h = x * 2.0
    >>> found = torch.autograd.explain(h.sum(), h)
    >>> found.connected, found.cause
    (True, 'not a leaf')
    """
    for name, value in (("output", output), ("input", input)):
        if not isinstance(value, Tensor):
            raise TypeError(f"explain: {name} is a tensor, not {type(value).__name__}.")
    if not input.requires_grad:
        return _answer(output, input, *_of_input(input))
    if output._id == input._id:
        return _connected(output, input, [])
    if output.grad_fn is None:
        return _answer(output, input, *_of_output(output))
    path = _path(output.grad_fn, input)
    if path is not None:
        return _connected(output, input, path)
    return _answer(output, input, *_elsewhere(output.grad_fn, input))


def _named(x: Tensor, role: str) -> str:
    return f"{role} of shape {tuple(x.shape)} and type {x.dtype}"


def _answer(output: Tensor, input: Tensor, cause: str, sentence: str) -> Any:
    first = (
        f"No gradient: {_named(output, 'the output')} is not connected with "
        f"{_named(input, 'the input')}."
    )
    return tool("explain", "Explanation")(False, cause, None, [], f"{first}\n{sentence}")


def _of_input(input: Tensor) -> tuple[str, str]:
    if not (input.dtype.is_floating_point or input.dtype.is_complex):
        return "integer", (
            "Only floating point and complex tensors have gradients: torch.tensor(3.0) instead of "
            "torch.tensor(3), or x.float() before requires_grad_()."
        )
    return "does not require grad", (
        "The input does not require a gradient. Make it with requires_grad=True, or call "
        "x.requires_grad_() before it is used; a result that does not require one was computed "
        "under torch.no_grad(), from detach() or .data, or from tensors of which none requires it."
    )


def _of_output(output: Tensor) -> tuple[str, str]:
    if not (output.dtype.is_floating_point or output.dtype.is_complex):
        return "integer", (
            "The output has no graph: counts, positions and conditions (argmax, comparisons, "
            "casts to integers) are piecewise constant."
        )
    if output.requires_grad:
        return "no graph", "The output is a leaf itself: nothing was computed to get it."
    return "no graph", (
        "The output has no graph. It was computed under torch.no_grad() or inference_mode(), or "
        "everything that went into it was cut off: by detach() or .data, by item(), tolist(), "
        "numpy() or float(), by torch.tensor(...) of numbers, or by an operation without a "
        "derivative. Keep the tensors as they are on the way."
    )


def _path(end: Node, input: Tensor) -> list[Node] | None:
    """Nodes from the input to the end, by a shortest way."""
    came_from: dict[Node, Node | None] = {end: None}
    waiting = deque([end])
    while waiting:
        node = waiting.popleft()
        if input._id in node.ids or (node is not end and input._id in node.outs):
            way: list[Node] = []
            at: Node | None = node
            while at is not None:
                way.append(at)
                at = came_from[at]
            return way
        for edge in node.edges:
            if edge is not None and edge not in came_from:
                came_from[edge] = node
                waiting.append(edge)
    return None


def _connected(output: Tensor, input: Tensor, path: list[Node]) -> Any:
    names = [node.name() for node in path if not isinstance(node, AccumulateGrad)]
    count = f"{len(names)} operation{'' if len(names) == 1 else 's'}"
    first = f"{_named(output, 'The output')} depends on {_named(input, 'the input')}"
    lines = [f"{first} through {count}, from the input to the output:"]
    for number, name in enumerate(names, 1):
        if _SHOWN < number <= len(names) - _SHOWN:
            if number == _SHOWN + 1:
                lines.append(f"  ... {len(names) - 2 * _SHOWN} more ...")
            continue
        lines.append(f"  {number}. {name}")
    cause = ""
    if not input.is_leaf and not input.retains_grad:
        cause = "not a leaf"
        lines.append(
            "The input is the result of an operation: backward keeps gradients of leaves only. "
            "Call input.retain_grad() before backward, or use torch.autograd.grad(output, input)."
        )
    elif input.grad is None:
        cause = "no backward"
        lines.append("No gradient has arrived yet: call output.backward().")
    return tool("explain", "Explanation")(True, cause, None, [], "\n".join(lines))


def _elsewhere(end: Node, input: Tensor) -> tuple[str, str]:
    leaves = _leaves(end)
    for leaf in leaves:
        same = leaf._value.shape == input._value.shape and leaf._value.dtype == input._value.dtype
        if same and np.array_equal(leaf._value, input._value):
            return "another object", (
                "The output depends on another tensor of equal value. A gradient belongs to the "
                "object, not to its value: x.clone(), x.detach().requires_grad_() and "
                "torch.tensor(x) are new ones."
            )
    found = ", ".join(f"{tuple(leaf.shape)}" for leaf in leaves[:5])
    known = f" It leads to leaves of shape {found}." if leaves else ""
    return "not in the graph", (
        f"The graph of the output does not lead to the input.{known} If the input was meant to "
        f"matter, it was cut off by detach(), .data, torch.no_grad(), item(), numpy(), float() or "
        f"torch.tensor(...), or it was replaced: x = x.to(...) and x = x + 1 are new tensors."
    )


def _leaves(end: Node) -> list[Tensor]:
    seen: set[Node] = {end}
    waiting = deque([end])
    found: list[Tensor] = []
    while waiting:
        node = waiting.popleft()
        if isinstance(node, AccumulateGrad) and node.variable is not None:
            found.append(node.variable)
        for edge in node.edges:
            if edge is not None and edge not in seen:
                seen.add(edge)
                waiting.append(edge)
    return found
