"""Layers that learn the size of their input from the first call."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

import numpy as np

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules import convolution, normalization
from tapegrad.torch.nn.modules.linear import Linear
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import Buffer, Parameter
from tapegrad.torch.tensor import shared

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
    "UninitializedBuffer",
    "UninitializedParameter",
]


class _Uninitialized:
    """What parameters and buffers without a size have in common."""

    __slots__ = ()

    @property
    def shape(self) -> NoReturn:
        """Refused: there is none yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually "
            "happens in `load_state_dict` when trying to load an uninitialized parameter into an "
            "initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter whose shape is not known yet.

    Parameters
    ----------
    data
        A tensor of its type.
    requires_grad
        Whether it is followed.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.nn.LazyLinear(2).weight
    <UninitializedParameter>
    """

    __slots__ = ()

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become a parameter of zeros.

        Parameters
        ----------
        shape
            Its shape.
        device
            There is only the processor.
        dtype
            Its type; by default the one it has.
        """
        kind = self._value.dtype if dtype is None else dtype.numpy_dtype
        self._become(np.zeros(tuple(shape), kind))

    def _become(self, array: Any) -> None:
        self.__class__ = Parameter  # type: ignore[assignment]
        self._value = array


class UninitializedBuffer(_Uninitialized, Buffer):
    """A buffer whose shape is not known yet.

    Parameters
    ----------
    data
        A tensor of its type.
    persistent
        Whether it is part of the module's state.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.nn.LazyBatchNorm1d().running_mean
    <UninitializedBuffer>
    """

    __slots__ = ()


class _Lazy(Module):
    """A layer until its first call."""

    cls_to_become: Any = None
    _size: str
    _defaults: ClassVar[dict[str, Any]] = {}
    _rank: int | None = None  # how many axes an example has besides its channels

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        size = kwargs.get("groups", 1)
        kwargs = {**self._defaults, **kwargs}
        concrete = self.cls_to_become(size, *args, **kwargs)
        self.__dict__.update(concrete.__dict__)
        setattr(self, self._size, 0)
        self.__dict__["_arguments"] = args, kwargs
        for name, p in concrete._parameters.items():
            if p is not None:
                empty = UninitializedParameter(p.detach()[..., :0], p.requires_grad)
                self._parameters[name] = empty
        for name, b in concrete._buffers.items():
            if b is not None and b.dim():
                self._buffers[name] = UninitializedBuffer(b.detach()[:0])
        self.__dict__["_waits"] = (
            self.register_forward_pre_hook(lambda module, inputs: module._begin(inputs[0])),
            self.register_load_state_dict_pre_hook(_Lazy._before_loading),
        )

    def has_uninitialized_params(self) -> bool:
        """Whether there was no call yet."""
        return True

    def _begin(self, input: Any) -> None:
        alone = self._rank is not None and input.dim() == self._rank + 1
        axis = -1 if self._rank is None else 0 if alone else 1
        self._with_size(input.shape[axis])

    def _with_size(self, size: int) -> None:
        args, kwargs = self.__dict__.pop("_arguments")
        concrete = self.cls_to_become(size, *args, **kwargs)
        for name, p in concrete._parameters.items():
            own = self._parameters[name]
            if isinstance(own, UninitializedParameter) and p is not None:
                own._become(shared(p).astype(own._value.dtype))
        for name, b in concrete._buffers.items():
            self._buffers[name] = b
        setattr(self, self._size, size)
        for handle in self.__dict__.pop("_waits"):
            handle.remove()
        self.__class__ = self.cls_to_become

    def _before_loading(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        found = state_dict.get(prefix + "weight")
        if found is None or isinstance(found, _Uninitialized):
            return
        shape = tuple(found.shape)
        groups = self.__dict__.get("groups", 1)
        if self._size == "num_features" or "Transpose" in type(self).__name__:
            size = shape[0]
        else:
            size = shape[1] * groups
        self._with_size(size)


def _lazy(kind: Any, size: str, rank: int | None, example: str, **defaults: Any) -> Any:
    name = f"Lazy{kind.__name__}"
    made = type(
        name,
        (_Lazy, kind),
        {
            "cls_to_become": kind,
            "_size": size,
            "_rank": rank,
            "_defaults": defaults,
            "__doc__": f"`{kind.__name__}`, whose `{size}` is that of its first input.",
            "__module__": __name__,
        },
    )
    meanings = {"args": f"Those of `{kind.__name__}` but the first.", "kwargs": "As there."}
    return documented(f"torch.nn.{name}({example}).{size}", "0", **meanings)(made)


LazyLinear = _lazy(Linear, "in_features", None, "2")
LazyConv1d = _lazy(convolution.Conv1d, "in_channels", 1, "2, 3")
LazyConv2d = _lazy(convolution.Conv2d, "in_channels", 2, "2, 3")
LazyConv3d = _lazy(convolution.Conv3d, "in_channels", 3, "2, 3")
LazyConvTranspose1d = _lazy(convolution.ConvTranspose1d, "in_channels", 1, "2, 3")
LazyConvTranspose2d = _lazy(convolution.ConvTranspose2d, "in_channels", 2, "2, 3")
LazyConvTranspose3d = _lazy(convolution.ConvTranspose3d, "in_channels", 3, "2, 3")
LazyBatchNorm1d = _lazy(normalization.BatchNorm1d, "num_features", -9, "")
LazyBatchNorm2d = _lazy(normalization.BatchNorm2d, "num_features", -9, "")
LazyBatchNorm3d = _lazy(normalization.BatchNorm3d, "num_features", -9, "")
_ALL = {"affine": True, "track_running_stats": True}
LazyInstanceNorm1d = _lazy(normalization.InstanceNorm1d, "num_features", 1, "", **_ALL)
LazyInstanceNorm2d = _lazy(normalization.InstanceNorm2d, "num_features", 2, "", **_ALL)
LazyInstanceNorm3d = _lazy(normalization.InstanceNorm3d, "num_features", 3, "", **_ALL)
