"""Normalisation: over batches, layers, instances, groups, neighbouring channels."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.reduce import reduce_mean
from tapegrad.torch import mutations
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import require_floating
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, mutation_holder, shared

__all__ = [
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
]


def _centred(x: Any, axes: list[int]) -> tuple[Any, Any, Any]:
    """The values without their mean, the mean and the variance."""
    mean = reduce_mean(x, axes, True)
    centred = x - mean
    return centred, mean, reduce_mean(square(centred), axes, True)


def _scaled(y: Any, weight: Any, bias: Any, to: tuple[int, ...] | None = None) -> Any:
    if weight is not None:
        y = y * (weight if to is None else reshape(weight, to=to))
    if bias is not None:
        y = y + (bias if to is None else reshape(bias, to=to))
    return y


def _check_shape(input: Tensor, normalized_shape: Any, weight: Any, bias: Any) -> tuple[int, ...]:
    shape = tuple([int(n) for n in normalized_shape])
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x._value.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(x.shape)} and normalized_shape = {list(shape)}"
            )
    if not shape or input._value.shape[-len(shape) :] != shape:
        wanted = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{wanted}], but got "
            f"input of size{list(input.shape)}"
        )
    return shape


@operation("NativeLayerNormBackward0", method=False)
def _layer(input: Any, axes: list[int], weight: Any, bias: Any, eps: float) -> Any:
    centred, _, variance = _centred(input, axes)
    return _scaled(centred * rsqrt(variance + eps), weight, bias)


@documented(
    "torch.nn.functional.layer_norm(torch.tensor([1.0, 3.0]), (2,))",
    "tensor([-1.0000,  1.0000])",
)
def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each sample minus its mean, divided by its standard deviation."""
    shape = _check_shape(input, normalized_shape, weight, bias)
    require_floating("LayerNormKernelImpl", input)
    axes = list(range(-len(shape), 0))
    return _layer(input, axes, weight, bias, eps)


@operation("MulBackward0", method=False)
def _rms(input: Any, axes: list[int], weight: Any, eps: float) -> Any:
    return _scaled(input * rsqrt(reduce_mean(square(input), axes, True) + eps), weight, None)


@documented(
    "torch.nn.functional.rms_norm(torch.tensor([1.0, 1.0]), (2,))",
    "tensor([1., 1.])",
    eps="Added under the root; by default the spacing of the type's numbers at 1.",
)
def rms_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Each sample divided by the root of its mean square."""
    shape = _check_shape(input, normalized_shape, weight, None)
    if eps is None:
        eps = float(np.finfo(input._value.dtype).eps)
    return _rms(input, list(range(-len(shape), 0)), weight, eps)


def _update(running: Tensor | None, value: Any, momentum: float) -> None:
    if running is not None:
        array = shared(running)
        array *= 1 - momentum
        array += (momentum * value.reshape(array.shape)).astype(array.dtype)
        mutations.stamp(mutation_holder(running))


def _check_values(shape: tuple[int, ...], values: int) -> None:
    if values == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size "
            f"torch.Size({list(shape)})"
        )


@documented(
    "x = torch.tensor([[1.0], [3.0]])\n"
    "torch.nn.functional.batch_norm(x, None, None, training=True)",
    "tensor([[-1.0000],\n        [ 1.0000]])",
    input="Of shape ``(N, C, *)``.",
    weight="A factor per channel.",
    bias="What is added per channel.",
    training="Whether mean and variance are those of the input.",
)
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel minus its mean, divided by its standard deviation."""
    shape = input._value.shape
    channels = shape[min(len(shape) - 1, 1)]
    for name, x in (
        ("running_mean", running_mean),
        ("running_var", running_var),
        ("weight", weight),
        ("bias", bias),
    ):
        if x is not None and x._value.size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {x._value.size}")
    if training:
        _check_values(shape, prod(shape) // max(channels, 1))
    elif running_mean is None or running_var is None:
        raise RuntimeError("running_mean must be defined in evaluation mode")
    to = (channels, *(1,) * (len(shape) - 2))
    axes = [i - len(shape) for i in range(len(shape)) if i != 1]

    def normalise(x: Any, weight: Any, bias: Any, mean: Any, variance: Any) -> Any:
        if not training:
            factor = rsqrt(reshape(variance, to=to) + eps)
            if weight is not None:
                factor = factor * reshape(weight, to=to)
            return _scaled((x - reshape(mean, to=to)) * factor, None, bias, to)
        centred, now, spread = _centred(x, axes)
        count = prod(shape) // channels if channels else 0
        _update(running_mean, now._value, momentum)
        _update(running_var, spread._value * (count / max(count - 1, 1)), momentum)
        factor = rsqrt(spread + eps)
        if weight is not None:
            factor = factor * reshape(weight, to=to)
        return _scaled(centred * factor, None, bias, to)

    kind = node_type("NativeBatchNormBackward0")
    statistics = (None, None) if training else (running_mean, running_var)
    return run(normalise, kind, (input, weight, bias, *statistics), {})


@documented(
    "torch.nn.functional.instance_norm(torch.tensor([[[1.0, 3.0]]]))",
    "tensor([[[-1.0000,  1.0000]]])",
    input="Of shape ``(N, C, *)``.",
    weight="A factor per channel.",
    bias="What is added per channel.",
)
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each sample minus its mean, divided by its standard deviation."""
    shape = input._value.shape
    channels = shape[1]
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    count = prod(shape[2:])
    if count == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size "
            f"torch.Size({list(shape)})"
        )
    to, axes = (channels, *(1,) * (len(shape) - 2)), list(range(2 - len(shape), 0))

    def normalise(x: Any, weight: Any, bias: Any) -> Any:
        centred, mean, variance = _centred(x, axes)
        _update(running_mean, mean._value.mean(0), momentum)
        unbiased = variance._value.mean(0) * (count / max(count - 1, 1))
        _update(running_var, unbiased, momentum)
        return _scaled(centred * rsqrt(variance + eps), weight, bias, to)

    return run(normalise, node_type("ViewBackward0"), (input, weight, bias), {})


@operation("NativeGroupNormBackward0", method=False)
def _group(input: Any, groups: int, weight: Any, bias: Any, eps: float) -> Any:
    shape = input._value.shape
    split = reshape(input, to=(shape[0], groups, prod(shape[1:]) // groups))
    centred, _, variance = _centred(split, [-1])
    y = reshape(centred * rsqrt(variance + eps), to=shape)
    return _scaled(y, weight, bias, (shape[1], *(1,) * (len(shape) - 2)))


@documented(
    "torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0]]), 1)",
    "tensor([[-1.0000,  1.0000]])",
    input="Of shape ``(N, C, *)``.",
    weight="A factor per channel.",
    bias="What is added per channel.",
)
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each group of channels minus its mean, divided by its standard deviation."""
    shape = input._value.shape
    if len(shape) < 2:
        raise RuntimeError(
            f"Expected at least 2 dimensions for input tensor but received {len(shape)}"
        )
    channels = shape[1]
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(shape)} and num_groups={num_groups}"
        )
    _check_values(shape, prod(shape) // num_groups if shape[0] else 2)
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x._value.shape != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {list(x.shape)} and input of shape {list(shape)}"
            )
    return _group(input, num_groups, weight, bias, eps)


@operation("DivBackward0", method=False)
def _local(input: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    shape = input._value.shape
    channels = shape[1]
    # The mean over neighbours is a product with a band of ones.
    offset = np.arange(channels)[None, :] - np.arange(channels)[:, None]
    band = (offset >= -(size // 2)) & (offset < size - size // 2)
    matrix = wrap_constant((band / size).astype(input._value.dtype))
    rows = reshape(square(input), to=(shape[0], channels, prod(shape[2:])))
    mean = reshape(recording.matmul(matrix, rows), to=shape)
    power = wrap_constant(input._value.dtype.type(beta))
    return input / recording.pow(mean * alpha + k, power)


@documented(
    "torch.nn.functional.local_response_norm(torch.ones(1, 2, 1), 2)",
    "tensor([[[1.0000],\n         [0.9999]]])",
    input="Of shape ``(N, C, *)``.",
    size="The number of neighbouring channels.",
    k="What is added to the sum.",
    beta="The exponent.",
)
def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    r"""Each entry divided by :math:`(k + \alpha m)^\beta`, m the mean square of its neighbours."""
    ndim = input._value.ndim
    if ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {ndim} "
            f"dimensions)"
        )
    if not input._value.size:
        return input
    return _local(input, size, alpha, beta, k)
