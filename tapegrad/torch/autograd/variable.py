"""``torch.autograd.Variable``: what tensors that require gradients were called once."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.tensor import Tensor, shared, wrapped

__all__ = ["Variable"]


class VariableMeta(type):
    """Every tensor is a `Variable`."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=VariableMeta):
    """A tensor over the memory of another: an old name, tensors do all that themselves.

    Parameters
    ----------
    data
        A tensor; its graph is left behind.
    requires_grad
        Whether operations on the result are recorded.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.autograd.Variable(torch.ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data: Any = None, requires_grad: bool = False) -> Any:
        """A `Tensor`."""
        if data is None:
            return Tensor()
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return wrapped(shared(data)).requires_grad_(requires_grad)
