"""``torch.autograd.graph``: nodes, and what they save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tapegrad.torch import mutations
from tapegrad.torch.node import Node
from tapegrad.torch.saved import SavedHooks
from tapegrad.torch.tensor import Tensor, mutation_holder

__all__ = ["GradientEdge", "Node", "get_gradient_edge", "increment_version", "saved_tensors_hooks"]


class GradientEdge(NamedTuple):
    """Where a gradient goes in the graph.

    Parameters
    ----------
    node
        The node.
    output_nr
        Which of its outputs.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x * 2).output_nr
    0
    """

    node: Node
    output_nr: int


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """Where the gradient of a tensor goes.

    Parameters
    ----------
    tensor
        A tensor that requires a gradient.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x.exp()).node.name()
    'ExpBackward0'
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not "
            "require gradients"
        )
    return GradientEdge(tensor._node, tensor.output_nr)


def increment_version(tensor: Any) -> None:
    """Say that the memory of tensors was changed by somebody else.

    Parameters
    ----------
    tensor
        A tensor, or several.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.zeros(2)
    >>> torch.autograd.graph.increment_version(x)
    >>> x._version
    1
    """
    for x in (tensor,) if isinstance(tensor, Tensor) else tensor:
        mutations.stamp(mutation_holder(x))


class saved_tensors_hooks:
    """Pack what operations in a block save for their derivatives, and unpack it for these.

    Parameters
    ----------
    pack_hook
        Takes a tensor and returns anything.
    unpack_hook
        Takes what `pack_hook` has returned, and returns the tensor.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([2.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(force=True), torch.tensor):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor([4.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        self._hooks = SavedHooks(self.pack_hook, self.unpack_hook)
        self._hooks.__enter__()

    def __exit__(self, *exc_info: object) -> None:
        self._hooks.__exit__()
