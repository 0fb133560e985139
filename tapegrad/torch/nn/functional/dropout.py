"""Dropout and what else is random: entries, or whole channels, that are left out while training."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap_constant
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.softmaxes import softmax
from tapegrad.torch.node import node_type
from tapegrad.torch.random import default_generator
from tapegrad.torch.running import run
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "gumbel_softmax",
    "rrelu",
    "rrelu_",
]

_SELU_LIMIT = -1.7580993408473766  # what selu tends to on the left


def _check(p: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _kept(shape: tuple[int, ...], p: float) -> Any:
    """True with probability ``1 - p``."""
    return default_generator._rng.random(shape, np.float32) >= p


def _finished(input: Tensor, result: Any, inplace: bool, name: str) -> Tensor:
    if not inplace:
        return result
    check_changeable(input)
    return assign(input, result, name)


def _dropped(input: Tensor, p: float, shape: tuple[int, ...], inplace: bool, name: str) -> Tensor:
    """Entries, or all that a mask of `shape` broadcasts to, left out; the others scaled."""
    scale = 0.0 if p == 1 else 1 / (1 - p)
    mask = np.multiply(_kept(shape, p), scale, dtype=input._value.dtype)

    def multiply(x: Any) -> Any:
        return x * wrap_constant(mask)

    result = run(multiply, node_type("MulBackward0"), (input,), {})
    return _finished(input, result, inplace, name)


@documented("torch.nn.functional.dropout(torch.ones(2), training=False)", "tensor([1., 1.])")
def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Entries become 0 with probability `p`; the others are divided by ``1 - p``."""
    _check(p)
    if not training or p == 0 or not input._value.size:
        return input
    return _dropped(input, p, input._value.shape, inplace, "dropout_")


def _by_channel(
    name: str, n: int, input: Tensor, p: float, training: bool, inplace: bool
) -> Tensor:
    _check(p)
    if not training or not input._value.size:
        return input
    shape = input._value.shape
    spatial = len(shape) - 1 if len(shape) == n + 1 else len(shape) - 2
    keep = len(shape) - max(spatial, 0)
    if len(shape) == n + 1 and n != 2:
        keep = 1
    return _dropped(input, p, (*shape[:keep], *(1,) * (len(shape) - keep)), inplace, f"{name}_")


@documented("torch.nn.functional.dropout1d(torch.ones(1, 2), training=False)", "tensor([[1., 1.]])")
def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Whole channels of sequences become 0 with probability `p`."""
    if input._value.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input._value.ndim}D input. Note "
            f"that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial "
            f"dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D "
            f"inputs)."
        )
    return _by_channel("dropout1d", 1, input, p, training, inplace)


@documented(
    "torch.nn.functional.dropout2d(torch.ones(1, 1, 2, 1), training=False).shape",
    "torch.Size([1, 1, 2, 1])",
)
def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Whole channels of images become 0 with probability `p`."""
    return _by_channel("dropout2d", 2, input, p, training, inplace)


@documented(
    "torch.nn.functional.dropout3d(torch.ones(1, 1, 2, 1, 1), training=False).shape",
    "torch.Size([1, 1, 2, 1, 1])",
)
def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Whole channels of volumes become 0 with probability `p`."""
    return _by_channel("dropout3d", 3, input, p, training, inplace)


def _alpha(
    input: Tensor, p: float, training: bool, inplace: bool, shape: tuple[int, ...], name: str
) -> Tensor:
    _check(p)
    if not training or p == 0 or not input._value.size:
        return input
    kept = _kept(shape, p)
    scale = 0.0 if p == 1 else ((1 - p) * (1 + p * _SELU_LIMIT**2)) ** -0.5
    shift = -scale * _SELU_LIMIT * p

    def replace(x: Any) -> Any:
        return choose(wrap_constant(kept), x, _SELU_LIMIT) * scale + shift

    return _finished(input, run(replace, node_type("AddBackward0"), (input,), {}), inplace, name)


@documented("torch.nn.functional.alpha_dropout(torch.ones(2))", "tensor([1., 1.])")
def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout to the limit of `selu`, which keeps mean 0 and variance 1."""
    return _alpha(input, p, training, inplace, input._value.shape, "alpha_dropout_")


@documented(
    "torch.nn.functional.feature_alpha_dropout(torch.ones(2, 1))", "tensor([[1.],\n        [1.]])"
)
def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """`alpha_dropout` of whole channels."""
    shape = input._value.shape
    if training and len(shape) < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    masked = (*shape[:2], *(1,) * (len(shape) - 2))
    return _alpha(input, p, training, inplace, masked, "feature_alpha_dropout_")


@documented("torch.nn.functional.rrelu(torch.tensor([-2.0, 3.0]), 0.5, 0.5)", "tensor([-1.,  3.])")
def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """The rectifier with a slope for negative values that is random while training."""
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    slope: Any = (lower + upper) / 2
    if training:
        drawn = default_generator._rng.uniform(lower, upper, input._value.shape)
        slope = wrap_constant(np.asarray(drawn, input._value.dtype)[()])

    def rectify(x: Any) -> Any:
        return choose(x > 0, x, x * slope)

    kind = node_type("RreluWithNoiseBackward0" if training else "LeakyReluBackward0")
    return _finished(input, run(rectify, kind, (input,), {}), inplace, "rrelu_")


@documented("torch.nn.functional.rrelu_(torch.tensor([-2.0, 3.0]), 0.5, 0.5)", "tensor([-1.,  3.])")
def rrelu_(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Tensor:
    """`rrelu`, written into `input`."""
    return rrelu(input, lower, upper, training, inplace=True)


@documented(
    "torch.nn.functional.gumbel_softmax(torch.zeros(3), hard=True).sum()",
    "tensor(1.)",
    logits="Logarithms of probabilities up to a constant.",
    tau="The temperature: small ones make samples sharp.",
    hard="Whether the result is a one among zeros, with the gradient of the soft sample.",
    eps="Without effect.",
)
def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A differentiable sample of classes: the softmax of logits plus Gumbel noise."""
    draws = default_generator._rng.exponential(size=logits._value.shape)
    noise = wrapped(np.asarray(-np.log(draws), logits._value.dtype))
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    axis = dimension(dim, logits._value.ndim)
    best = np.expand_dims(soft._value.argmax(axis), axis)
    one = np.zeros_like(soft._value)
    np.put_along_axis(one, best, 1, axis)
    return wrapped(one) - soft.detach() + soft
