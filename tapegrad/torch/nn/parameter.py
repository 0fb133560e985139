"""Parameters and buffers: tensors that a module knows by being given them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import next_id
from tapegrad.torch.creation import zeros
from tapegrad.torch.tensor import Tensor, shared

__all__ = ["Buffer", "Parameter"]

_new = object.__new__


class Parameter(Tensor):
    """A tensor that belongs to a module's parameters when it is assigned to an attribute.

    Parameters
    ----------
    data
        The values, whose memory is shared; nothing by default.
    requires_grad
        Whether it is followed.

    Raises
    ------
    RuntimeError
        For integers that ought to be followed.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    _shown_as = "tensor"

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:  # noqa: D102
        t = _new(cls)
        t._value = np.zeros(0, np.float32) if data is None else shared(data)
        t._id, t._node = next_id(), None
        if requires_grad:
            t.requires_grad_()
        return t

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        pass

    def __repr__(self) -> str:
        return "Parameter containing:\n" + Tensor.__repr__(self)

    __str__ = __repr__


class Buffer(Tensor):
    """A tensor that belongs to a module's buffers when it is assigned to an attribute.

    Parameters
    ----------
    data
        The values, whose memory is shared; nothing by default.
    persistent
        Whether it is part of the module's state.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> module = torch.nn.Module()
    >>> module.mean = torch.nn.Buffer(torch.zeros(2))
    >>> list(module.state_dict())
    ['mean']
    """

    __slots__ = ()

    _shown_as = "tensor"

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:  # noqa: D102
        t = _new(cls)
        t._value = np.zeros(0, np.float32) if data is None else shared(data)
        t._id, t._node = next_id(), None
        t.__dict__["persistent"] = persistent
        return t

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        pass


def fresh(*shape: int, dtype: Any = None) -> Parameter:
    """A parameter of zeros, to be initialised."""
    return Parameter(zeros(*shape, dtype=dtype))
