"""Why ``.grad`` is None: the graph of a tensor, asked after the fact."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

import numpy as np

from tapegrad.core.graph_calls import GraphCall, calls_by_result, departures
from tapegrad.core.tape_tools import tool
from tapegrad.torch.node import AccumulateGrad, Node
from tapegrad.torch.tensor import Tensor

#: Operations of a long path that are named at each end.
_SHOWN = 12


def explain(output: Tensor, input: Tensor) -> Any:
    """Say how `output` depends on `input` in the graph, or why ``input.grad`` stays None.

    PyTorch has no such function. Nothing is run, and nothing is freed. Lines are remembered for the
    first 150 operations after a tensor that requires a gradient was made, and wherever a tensor is
    detached or becomes a number; see `tapegrad.debugging.enable_source_lines`.

    Parameters
    ----------
    output : Tensor
        What ``backward`` is called on.
    input : Tensor
        What a gradient is missed for.

    Returns
    -------
    Explanation
        Prints as text. `connected`; `steps`, the operations on the way; `cause`, a word for the
        reason when it is not connected, and `line`, where it is cut: ``"detach"``, ``"data"``,
        ``"no_grad"``, ``"integer cast"``, ``"not differentiable"``, ``"custom gradient"``,
        ``"left the graph"`` (as a number or an array), ``"required too late"``,
        ``"does not require grad"``, ``"integer"``, ``"another object"``; where nothing is known of
        the cut, ``"no graph"`` or ``"not in the graph"``. Connected, but with a gradient that is
        not kept, is the cause ``"not a leaf"``; ``"no backward"`` if nobody has called it yet.

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
    'detach'
    >>> h = x * 2.0
    >>> found = torch.autograd.explain(h.sum(), h)
    >>> found.connected, found.cause
    (True, 'not a leaf')
    """
    for name, value in (("output", output), ("input", input)):
        if not isinstance(value, Tensor):
            raise TypeError(f"explain: {name} is a tensor, not {type(value).__name__}.")
    calls = calls_by_result()
    if not input.requires_grad:
        return _answer(output, input, *_of_input(input, calls))
    if output._id == input._id:
        return _connected(output, input, [], calls)
    path = None if output.grad_fn is None else _path(output.grad_fn, input)
    if path is not None:
        return _connected(output, input, path, calls)
    known = _with_nodes(output, calls)
    found = tool("graphs", "why_none")(output, input, known, departures())
    if found is not None:
        cause, way = found
        lines, word, line = list(cause.sentences), cause.word, cause.line
        for copy in _leaves(output.grad_fn) if output.grad_fn is not None else ():
            edge = next((e for e in way if e.result == copy._id), None)
            if edge is not None and _same(copy, input):
                word, line = "another object", edge.line
                where = f" that `{edge.primitive.name}` made at {line}" if line else ""
                lines.insert(0, f"The output depends on another tensor of equal value{where}.")
        if way:
            broken = [edge for edge in way if not edge.carries]
            lines += ["The way from the input to the output:"]
            lines += tool("explain", "named")(way, *broken[:1], hint=_HOW_TO_GET_LINES)
        return _answer(output, input, word, "\n".join(lines), line)
    if output.grad_fn is None:
        return _answer(output, input, *_of_output(output))
    return _answer(output, input, *_elsewhere(output.grad_fn, input))


def _with_nodes(output: Tensor, calls: dict[int, GraphCall]) -> dict[int, GraphCall]:
    """The calls, with those that only the graph knows."""
    known = dict(calls)
    waiting = [output.grad_fn]
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if not isinstance(node, AccumulateGrad):
            refused = getattr(node, "returned_none", None)
            for out in node.outs:
                call = known.get(out) or GraphCall(node.name(), node.ids, (out,), None, "")
                known[out] = call._replace(why="none") if refused else call
        waiting += node.edges
    return known


def _named(x: Tensor, role: str) -> str:
    return f"{role} of shape {tuple(x.shape)} and type {x.dtype}"


def _answer(output: Tensor, input: Tensor, cause: str, sentence: str, line: Any = None) -> Any:
    first = (
        f"No gradient: {_named(output, 'the output')} is not connected with "
        f"{_named(input, 'the input')}."
    )
    return tool("explain", "Explanation")(False, cause, line, [], f"{first}\n{sentence}")


def _of_input(input: Tensor, calls: dict[int, GraphCall]) -> tuple[str, str, Any]:
    if not (input.dtype.is_floating_point or input.dtype.is_complex):
        text = (
            "Only floating point and complex tensors have gradients: torch.tensor(3.0) instead of "
            "torch.tensor(3), or x.float() before requires_grad_()."
        )
        return "integer", text, None
    first = "The input does not require a gradient."
    known = tool("graphs", "why_bare_input")(input, calls)
    if known is not None:
        return "does not require grad", f"{first} {known.sentences[0]}", known.line
    said = tool("calling", "written")(sys._getframe(1)).source
    text = (
        f"{first} Make it with requires_grad=True, or call {said}.requires_grad_() before it is "
        f"used; a result that does not require one was computed under torch.no_grad(), from "
        f"detach() or .data, or from tensors of which none requires it."
    )
    return "does not require grad", text, None


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


def _passes(node: Node, identity: int) -> bool:
    """Whether a user's derivative did not refuse a gradient for an input."""
    return identity not in getattr(node, "returned_none", ())


def _path(end: Node, input: Tensor) -> list[Node] | None:
    """Nodes from the input to the end, by a shortest way."""
    came_from: dict[Node, Node | None] = {end: None}
    waiting = deque([end])
    while waiting:
        node = waiting.popleft()
        taken = input._id in node.ids and _passes(node, input._id)
        if taken or (node is not end and input._id in node.outs):
            way: list[Node] = []
            at: Node | None = node
            while at is not None:
                way.append(at)
                at = came_from[at]
            return way
        for edge, x in zip(node.edges, node.ids, strict=True):
            if edge is not None and edge not in came_from and _passes(node, x):
                came_from[edge] = node
                waiting.append(edge)
    return None


def _connected(output: Tensor, input: Tensor, path: list[Node], calls: dict[int, GraphCall]) -> Any:
    unknown = float("nan")
    step, line_of = tool("explain", "Step"), tool("lineage", "line_of")
    steps = []
    for node in path:
        if not isinstance(node, AccumulateGrad):
            call = next((calls[out] for out in node.outs if out in calls), None)
            line = line_of(call.place) if call is not None else None
            steps.append(step(node.name(), line, (), "", unknown, unknown))
    count = f"{len(steps)} operation{'' if len(steps) == 1 else 's'}"
    first = f"{_named(output, 'The output')} depends on {_named(input, 'the input')}"
    lines = [f"{first} through {count}, from the input to the output:"]
    for number, made in enumerate(steps, 1):
        if _SHOWN < number <= len(steps) - _SHOWN:
            if number == _SHOWN + 1:
                lines.append(f"  ... {len(steps) - 2 * _SHOWN} more ...")
            continue
        lines.append(f"  {number}. {made.operation}{f' at {made.line}' if made.line else ''}")
    if any(made.line is None for made in steps):
        lines.append(_HOW_TO_GET_LINES)
    cause = ""
    if not input.is_leaf and not input.retains_grad:
        cause = "not a leaf"
        said = tool("calling", "written")(sys._getframe(1))
        lines.append(
            f"The input is the result of an operation: backward keeps gradients of leaves only. "
            f"Call {said.source}.retain_grad() before backward, or use "
            f"torch.autograd.grad({said.target}, {said.source})."
        )
    elif input.grad is None:
        said = tool("calling", "written")(sys._getframe(1)).target
        cause = "no backward"
        lines.append(
            "The graph was used by a backward pass, so a gradient arrived; .grad is None because "
            "zero_grad() or somebody else has dropped it since, or it went to another place."
            if any(node.records is None for node in path)
            else f"No gradient has arrived yet: call {said}.backward()."
        )
    elif not np.any(input.grad._value):
        steps_of = [s for s in steps if s.operation.removesuffix("Backward0") in _STEPS]
        why = f": {steps_of[0].operation} is piecewise constant" if steps_of else ""
        lines.append(f"The gradient that arrived is zero{why}.")
    return tool("explain", "Explanation")(True, cause, None, steps, "\n".join(lines))


_STEPS = ("Sign", "Round", "Floor", "Ceil", "Trunc", "Heaviside")
_HOW_TO_GET_LINES = (
    "Lines are remembered for the first 150 operations after a tensor that requires a gradient was "
    "made: call tapegrad.debugging.enable_source_lines() before that to have them all."
)


def _same(a: Tensor, b: Tensor) -> bool:
    x, y = a._value, b._value
    return x.shape == y.shape and x.dtype == y.dtype and bool(np.array_equal(x, y))


def _elsewhere(end: Node, input: Tensor) -> tuple[str, str]:
    leaves = _leaves(end)
    for leaf in leaves:
        if _same(leaf, input):
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
