"""Softmax and its relatives."""

from __future__ import annotations

import warnings
from typing import Any

from tapegrad.core.structural import reshape
from tapegrad.ops import softmax as core
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.dtypes import to_numpy
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import require_floating, require_tensor
from tapegrad.torch.operation import operation
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install

__all__ = ["log_softmax", "softmax", "softmin"]


def _along(function: Any, input: Any, dim: int, dtype: Any) -> Any:
    if dtype is not None:
        input = in_dtype(input, dtype)
    shape = input._value.shape
    if not shape:
        return reshape(function(reshape(input, to=(1,)), -1), to=())
    return function(input, dim - len(shape))


@operation("SoftmaxBackward0", method=False)
def _softmax(input: Any, dim: int, dtype: Any) -> Any:
    return _along(core.softmax, input, dim, dtype)


@operation("LogSoftmaxBackward0", method=False)
def _log_softmax(input: Any, dim: int, dtype: Any) -> Any:
    return _along(core.log_softmax, input, dim, dtype)


def _normalised(name: str, function: Any, input: Any, dim: int | None, dtype: Any) -> Tensor:
    require_tensor(name, input)
    ndim = input._value.ndim
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to "
            f"include dim=X as an argument.",
            UserWarning,
            stacklevel=3,
        )
        dim = 0 if ndim in (0, 1, 3) else 1
    target = None if dtype is None else to_numpy(dtype)
    if target is None:
        require_floating(f"{name}_lastdim_kernel_impl", input)
    result: Tensor = function(input, dimension(dim, ndim), target)
    return result


@documented(
    "torch.nn.functional.softmax(torch.tensor([0.0, 0.0]), dim=0)", "tensor([0.5000, 0.5000])"
)
def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    r"""Exponentials divided by their sum, :math:`e^{x_i} / \sum_j e^{x_j}`."""
    return _normalised("softmax", _softmax, input, dim, dtype)


@documented(
    "torch.nn.functional.log_softmax(torch.tensor([0.0, 0.0]), dim=0)", "tensor([-0.6931, -0.6931])"
)
def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    r"""The logarithm of `softmax`, :math:`x_i - \ln \sum_j e^{x_j}`."""
    return _normalised("log_softmax", _log_softmax, input, dim, dtype)


@documented(
    "torch.nn.functional.softmin(torch.tensor([0.0, 0.0]), dim=0)", "tensor([0.5000, 0.5000])"
)
def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """`softmax` of the negated values."""
    return _normalised("softmin", _softmax, -input, dim, dtype)


def _softmax_method(self: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """`torch.softmax` along a dimension."""
    return _normalised("softmax", _softmax, self, dim, dtype)


def _log_softmax_method(self: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """`torch.log_softmax` along a dimension."""
    return _normalised("log_softmax", _log_softmax, self, dim, dtype)


install(softmax=_softmax_method, log_softmax=_log_softmax_method)
