"""What the functions of ``torch.autograd.functional`` ask of their arguments and results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.torch import backward
from tapegrad.torch.creation import zeros_like
from tapegrad.torch.tensor import Tensor

OUTPUTS = "outputs of the user-provided function"


def as_tuple(value: Any, what: str, function: str) -> tuple[bool, tuple[Tensor, ...]]:
    """Whether a value is a tuple, and its tensors."""
    is_tuple = isinstance(value, tuple)
    several = value if is_tuple else (value,)
    for i, x in enumerate(several):
        if not isinstance(x, Tensor):
            where = f"value at index {i}" if is_tuple else f"given {what}"
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but "
                f"the {where} has type {type(x)}."
            )
    return is_tuple, several


def entered(inputs: Sequence[Tensor], create_graph: bool, need_graph: bool) -> tuple[Tensor, ...]:
    """The tensors that a function is called with: of a graph of their own, or the outer one."""
    return tuple(
        [
            x.view_as(x)
            if create_graph and x.requires_grad
            else x.detach().requires_grad_(need_graph)
            for x in inputs
        ]
    )


def left(tensors: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """The results, without the graph unless it was asked for."""
    return tuple(tensors) if create_graph else tuple([t.detach() for t in tensors])


def same_nest(results: Sequence[Any], is_tuple: bool) -> Any:
    """The results as a tuple, or the only one."""
    return tuple(results) if is_tuple else results[0]


def gradients(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], seeds: Any, create_graph: bool
) -> tuple[Tensor | None, ...]:
    """Cotangents pulled back; None where an input does not matter."""
    seeds = [None] * len(outputs) if seeds is None else seeds
    live = [
        (y, g) for y, g in zip(outputs, seeds, strict=True) if y is not None and y._node is not None
    ]
    if not live:
        return (None,) * len(inputs)
    return backward.grad(
        [y for y, _ in live],
        inputs,
        [g for _, g in live],
        allow_unused=True,
        create_graph=create_graph,
    )


def _check_vector(v: Sequence[Tensor], other: Sequence[Tensor], is_tuple: bool) -> None:
    if len(other) != len(v):
        if is_tuple:
            raise RuntimeError(
                f"v is a tuple of invalid length: should be {len(other)} but got {len(v)}."
            )
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (a, b) in enumerate(zip(v, other, strict=True)):
        if a.size() != b.size():
            prefix = f"Entry {i} in " if is_tuple else ""
            raise RuntimeError(
                f"{prefix}v has invalid size: should be {b.size()} but got {a.size()}."
            )


def vector(
    v: Any, other: Sequence[Tensor], is_tuple: bool, create_graph: bool, name: str, missing: str
) -> tuple[Tensor, ...] | None:
    """The cotangents or tangents, checked; None stands for a single one."""
    if v is not None:
        _, v = as_tuple(v, "v", name)
        v = entered(v, create_graph, False)
        _check_vector(v, other, is_tuple)
        return v
    if len(other) != 1 or other[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if {missing} with a single element.")
    return None


_BY_KIND = {
    "hessian": (
        "The hessian of the user-provided function with respect to input {} is independent of the "
        "input. This is not allowed in strict mode. You should ensure that your function is thrice "
        "differentiable and that the hessian depends on the inputs."
    ),
    "jacobian": (
        "While computing the hessian, found that the jacobian of the user-provided function with "
        "respect to input {} is independent of the input. This is not allowed in strict mode. You "
        "should ensure that your function is twice differentiable and that the jacobian depends on "
        "the inputs (this would be violated by a linear function for example)."
    ),
    "grad_inputs": (
        "The gradient with respect to input {} is independent of the inputs of the user-provided "
        "function. This is not allowed in strict mode."
    ),
    "outputs": (
        "Output {} of the user-provided function does not require gradients. The outputs must be "
        "computed in a differentiable manner from the input when running in strict mode."
    ),
}


def check_followed(tensors: Sequence[Tensor | None], kind: str, strict: bool) -> None:
    """Raise in strict mode if one of the tensors does not depend on the inputs."""
    for i, x in enumerate(tensors if strict else ()):
        if x is None:
            raise RuntimeError(
                f"The output of the user-provided function is independent of input {i}. This is "
                f"not allowed in strict mode."
            )
        if not x.requires_grad:
            raise RuntimeError(_BY_KIND[kind].format(i))


_INDEPENDENT = {
    "back": (
        "The output of the user-provided function is independent of input {}. This is not allowed "
        "in strict mode."
    ),
    "back_trick": (
        "The gradient with respect to the input is independent of entry {} in the grad_outputs "
        "when using the double backward trick to compute forward mode gradients. This is not "
        "allowed in strict mode."
    ),
    "double_back": (
        "The jacobian of the user-provided function is independent of input {}. This is not "
        "allowed in strict mode."
    ),
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {} in the "
        "grad_jacobian. This is not allowed in strict mode as it prevents from using the double "
        "backward trick to replace forward mode AD."
    ),
}


def filled_up(
    found: Sequence[Tensor | None],
    like: Sequence[Tensor],
    strict: bool,
    create_graph: bool,
    stage: str,
) -> tuple[Tensor, ...]:
    """Zeros for the derivatives that are missing, or, in strict mode, an error."""
    results: list[Tensor] = []
    for i, (g, x) in enumerate(zip(found, like, strict=True)):
        if g is None:
            if strict:
                raise RuntimeError(_INDEPENDENT[stage].format(i))
            results.append(zeros_like(x))
            continue
        if strict and create_graph and not g.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {i}. This is "
                f"not allowed in strict mode when create_graph=True."
            )
        results.append(g)
    return tuple(results)
