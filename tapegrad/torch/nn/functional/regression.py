"""Losses of numbers: squares, absolute values, and likelihoods of counts and normal errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import elementwise, transcendental
from tapegrad.ops.complex import abs as absolute
from tapegrad.ops.division import xlogy
from tapegrad.torch.creation import full as filled
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.reduction import (
    composed_loss,
    pair,
    reduced,
    reduction_named,
    warn_of_sizes,
)
from tapegrad.torch.operation import operation
from tapegrad.torch.tensor import Tensor

__all__ = [
    "gaussian_nll_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]


def _weighted(loss: Any, weight: Any, reduction: str) -> Any:
    """The loss times weights; the mean is divided by their sum."""
    if weight is None:
        return reduced(loss, reduction)
    loss, weight = pair(loss, weight)
    total = reduced(loss * weight, "none" if reduction == "none" else "sum")
    return total / reduced(weight, "sum") if reduction == "mean" else total


@operation("MseLossBackward0", method=False)
def _mse(input: Any, target: Any, weight: Any, reduction: str) -> Any:
    a, b = pair(input, target)
    return _weighted(elementwise.square(a - b), weight, reduction)


@documented(
    "torch.nn.functional.mse_loss(torch.tensor([1.0, 3.0]), torch.zeros(2))",
    "tensor(5.)",
    weight="A weight per element.",
)
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared difference, :math:`(x - y)^2`."""
    warn_of_sizes(input, target)
    reduction = reduction_named(reduction, size_average, reduce)
    return _mse(input, target, weight, reduction)


@composed_loss("AbsBackward0")
def _l1(input: Any, target: Any, weight: Any, reduction: str) -> Any:
    a, b = pair(input, target)
    return _weighted(absolute(a - b), weight, reduction)


@documented(
    "torch.nn.functional.l1_loss(torch.tensor([1.0, -3.0]), torch.zeros(2))",
    "tensor(2.)",
    weight="A weight per element.",
)
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute difference, :math:`|x - y|`."""
    warn_of_sizes(input, target)
    reduction = reduction_named(reduction, size_average, reduce)
    return _l1(input, target, weight, reduction)


@operation("SmoothL1LossBackward0", method=False)
def _smooth(input: Any, target: Any, reduction: str, beta: float) -> Any:
    a, b = pair(input, target)
    difference = a - b
    distance = absolute(difference)
    if beta == 0:
        return reduced(distance, reduction)
    near = elementwise.square(difference) * (0.5 / beta)
    return reduced(choose(distance < beta, near, distance - 0.5 * beta), reduction)


@documented(
    "torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, -3.0]), torch.zeros(2))",
    "tensor(1.3125)",
    beta="Where the quadratic part ends.",
)
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    r""":math:`(x - y)^2 / 2 \beta` for close values, :math:`|x - y| - \beta / 2` for others."""
    warn_of_sizes(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    reduction = reduction_named(reduction, size_average, reduce)
    return _smooth(input, target, reduction, beta)


@operation("HuberLossBackward0", method=False)
def _huber(input: Any, target: Any, weight: Any, reduction: str, delta: float) -> Any:
    a, b = pair(input, target)
    difference = a - b
    distance = absolute(difference)
    near = elementwise.square(difference) * 0.5
    loss = choose(distance <= delta, near, (distance - 0.5 * delta) * delta)
    return _weighted(loss, weight, reduction)


@documented(
    "torch.nn.functional.huber_loss(torch.tensor([0.5, -3.0]), torch.zeros(2))",
    "tensor(1.3125)",
    weight="A weight per element.",
)
def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    r""":math:`(x - y)^2 / 2` for close values, :math:`\delta (|x - y| - \delta / 2)` for others."""
    warn_of_sizes(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return _huber(input, target, weight, reduction_named(reduction), delta)


@composed_loss("SubBackward0")
def _kl(input: Any, target: Any, log_target: bool, reduction: str) -> Any:
    a, b = pair(input, target)
    loss = transcendental.exp(b) * (b - a) if log_target else xlogy(b, b) - b * a
    if reduction == "batchmean":
        shape = input._value.shape
        return reduced(loss, "sum") / (shape[0] if shape else 1)
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.kl_div(torch.zeros(2), torch.tensor([1.0, 2.0]), reduction='sum')",
    "tensor(1.3863)",
    input="Logarithms of probabilities.",
    target="Probabilities, or their logarithms.",
    reduction="'batchmean', 'sum', 'mean' or 'none'.",
    log_target="Whether `target` holds logarithms.",
)
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    r"""The terms :math:`y (\ln y - x)` of the Kullback-Leibler divergence."""
    if reduction != "batchmean" or size_average is not None or reduce is not None:
        reduction = reduction_named(reduction, size_average, reduce)
    return _kl(input, target, log_target, reduction)


@composed_loss("SubBackward0")
def _poisson(
    input: Any, target: Any, log_input: bool, full: bool, eps: float, reduction: str
) -> Any:
    a, b = pair(input, target)
    loss = transcendental.exp(a) - b * a if log_input else a - b * transcendental.log(a + eps)
    if full:
        stirling = b * transcendental.log(b) - b + transcendental.log(b * (2 * math.pi)) * 0.5
        loss = loss + choose(b > 1, stirling, 0)
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.poisson_nll_loss(torch.zeros(2), torch.ones(2))",
    "tensor(1.)",
    input="Expected counts, or their logarithms.",
    target="Counts.",
    log_input="Whether `input` holds logarithms.",
    full="Whether Stirling's approximation of the logarithm of the factorial is added.",
)
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative logarithm of the probability of Poisson counts, :math:`e^x - y x`."""
    reduction = reduction_named(reduction, size_average, reduce)
    return _poisson(input, target, log_input, full, eps, reduction)


@composed_loss("MulBackward0")
def _gaussian(input: Any, target: Any, var: Any, full: bool, eps: float, reduction: str) -> Any:
    # What is below eps is replaced as a value, but its gradient passes.
    lift = np.maximum(eps - var._value, 0).astype(var._value.dtype)
    safe = var + wrap_constant(lift) if np.any(lift) else var
    difference = input - target
    loss = (transcendental.log(safe) + elementwise.square(difference) / safe) * 0.5
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.gaussian_nll_loss(torch.ones(2), torch.zeros(2), torch.ones(2))",
    "tensor(0.5000)",
    var="Variances, one per element or per sample.",
    full="Whether the constant is added.",
)
def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    r"""Normal errors: :math:`(\ln v + (x - y)^2 / v) / 2`, the variance at least `eps`."""
    if not isinstance(var, Tensor):
        var = filled(tuple(input.shape), var, dtype=input.dtype)
    shape, of = tuple(var.shape), tuple(input.shape)
    if shape != of:
        if of[:-1] == shape:
            var = var.unsqueeze(-1)
        elif not (of[:-1] == shape[:-1] and shape[-1] == 1):
            ones = sum(1 for a, b in zip(of, shape, strict=False) if a != b and b == 1)
            if (
                len(of) != len(shape)
                or ones == 0
                or any(a != b and b != 1 for a, b in zip(of, shape, strict=True))
            ):
                raise ValueError("var is of incorrect size")
    if np.any(var._value < 0):
        raise ValueError("var has negative entry/entries")
    return _gaussian(input, target, var, full, eps, reduction_named(reduction))
