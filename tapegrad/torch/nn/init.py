"""``torch.nn.init``: values that parameters begin with."""

from __future__ import annotations

import math
import warnings
from math import prod
from typing import Any

import numpy as np

from tapegrad.torch import mutations
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.random import default_generator, gaussian, uniform
from tapegrad.torch.tensor import Tensor, mutation_holder, shared

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

_TEXTS = {
    "tensor": "What is filled.",
    "a": "The lower bound; for Kaiming's the slope of the rectifier behind the layer.",
    "b": "The upper bound.",
    "mean": "The mean.",
    "std": "The standard deviation.",
    "gain": "A factor of the standard deviation.",
    "mode": "'fan_in' keeps the variance forward, 'fan_out' backward.",
    "nonlinearity": "What stands behind the layer, see `calculate_gain`.",
    "generator": "Where random numbers come from; by default the global generator.",
    "val": "The value.",
    "groups": "The number of groups of channels.",
    "sparsity": "The part of each column that is 0.",
    "param": "The slope of a leaky rectifier.",
}


def _rng(generator: Any) -> np.random.Generator:
    return (default_generator if generator is None else generator)._rng


def _fill(tensor: Tensor, values: Any) -> Tensor:
    """Write values without a graph, also into leaves that require gradients."""
    shared(tensor)[...] = values
    mutations.stamp(mutation_holder(tensor))
    return tensor


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output has, and outputs each input."""
    shape = tensor._value.shape
    if len(shape) < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    field = prod(shape[2:])
    return shape[1] * field, shape[0] * field


@documented("torch.nn.init.calculate_gain('leaky_relu', 1.0)", "1.0", **_TEXTS)
def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that makes up for what a function does to the standard deviation."""
    if nonlinearity in (
        "linear",
        "sigmoid",
        *[f"conv{t}{n}d" for t in ("", "_transpose") for n in (1, 2, 3)],
    ):
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


@documented("torch.nn.init.uniform_(torch.empty(2), 3.0, 3.0)", "tensor([3., 3.])", **_TEXTS)
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Random numbers of an interval."""
    value = tensor._value
    return _fill(tensor, a + (b - a) * uniform(_rng(generator), value.shape, value.dtype))


@documented("torch.nn.init.normal_(torch.empty(2), 3.0, 0.0)", "tensor([3., 3.])", **_TEXTS)
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Random numbers of a normal distribution."""
    value = tensor._value
    return _fill(tensor, mean + std * gaussian(_rng(generator), value.shape, value.dtype))


@documented(
    "bool((torch.nn.init.trunc_normal_(torch.empty(9), a=-1.0, b=1.0).abs() <= 1.0).all())",
    "True",
    **_TEXTS,
)
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Random numbers of a normal distribution that is cut off at the bounds."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect.",
            UserWarning,
            stacklevel=2,
        )
    from scipy import special

    value = tensor._value
    low, high = special.ndtr((a - mean) / std), special.ndtr((b - mean) / std)
    draws = special.ndtri(_rng(generator).uniform(low, high, value.shape))
    return _fill(tensor, np.clip(mean + std * draws, a, b))


@documented("torch.nn.init.constant_(torch.empty(2), 3.0)", "tensor([3., 3.])", **_TEXTS)
def constant_(tensor: Tensor, val: float) -> Tensor:
    """One value."""
    return _fill(tensor, val)


@documented("torch.nn.init.ones_(torch.empty(2))", "tensor([1., 1.])", **_TEXTS)
def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return _fill(tensor, 1)


@documented("torch.nn.init.zeros_(torch.ones(2))", "tensor([0., 0.])", **_TEXTS)
def zeros_(tensor: Tensor) -> Tensor:
    """Zeros."""
    return _fill(tensor, 0)


@documented(
    "torch.nn.init.eye_(torch.empty(2, 3))",
    "tensor([[1., 0., 0.],\n        [0., 1., 0.]])",
    **_TEXTS,
)
def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix."""
    if tensor._value.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return _fill(tensor, np.eye(*tensor._value.shape))


@documented("torch.nn.init.dirac_(torch.empty(1, 1, 3))", "tensor([[[0., 1., 0.]]])", **_TEXTS)
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Filters that leave the channels as they are."""
    shape = tensor._value.shape
    if len(shape) not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    values = np.zeros(shape)
    outputs = shape[0] // groups
    middle = tuple([n // 2 for n in shape[2:]])
    for g in range(groups):
        for d in range(min(outputs, shape[1])):
            values[(g * outputs + d, d, *middle)] = 1
    return _fill(tensor, values)


@documented(
    "torch.nn.init.xavier_uniform_(torch.empty(3, 5)).shape", "torch.Size([3, 5])", **_TEXTS
)
def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Uniform numbers up to :math:`g \sqrt{6 / (n_{in} + n_{out})}` (Glorot and Bengio, 2010)."""
    bound = math.sqrt(3.0) * gain * math.sqrt(2.0 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


@documented("torch.nn.init.xavier_normal_(torch.empty(3, 5)).shape", "torch.Size([3, 5])", **_TEXTS)
def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Normal numbers of deviation :math:`g \sqrt{2 / (n_{in} + n_{out})}`."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(_fans(tensor))), generator)


def _kaiming(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _warn_of_nothing() -> None:
    warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=3)


@documented(
    "torch.nn.init.kaiming_uniform_(torch.empty(3, 5)).shape", "torch.Size([3, 5])", **_TEXTS
)
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Uniform numbers up to :math:`g \sqrt{3 / n}` (He and others, 2015)."""
    if 0 in tensor._value.shape:
        _warn_of_nothing()
        return tensor
    bound = math.sqrt(3.0) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


@documented(
    "torch.nn.init.kaiming_normal_(torch.empty(3, 5)).shape", "torch.Size([3, 5])", **_TEXTS
)
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Normal numbers of deviation :math:`g / \sqrt n` (He and others, 2015)."""
    if 0 in tensor._value.shape:
        _warn_of_nothing()
        return tensor
    return normal_(tensor, 0, _kaiming(tensor, a, mode, nonlinearity), generator)


@documented(
    "q = torch.nn.init.orthogonal_(torch.empty(2, 3))\n"
    "bool((q @ q.T - torch.eye(2)).abs().max() < 1e-5)",
    "True",
    **_TEXTS,
)
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Rows, or columns, that are orthogonal and of length `gain` (Saxe and others, 2013)."""
    shape = tensor._value.shape
    if len(shape) < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if not tensor._value.size:
        return tensor
    rows, columns = shape[0], prod(shape[1:])
    draws = gaussian(_rng(generator), (rows, columns), np.dtype(np.float64))
    q, r = np.linalg.qr(draws.T if rows < columns else draws)
    q = q * np.sign(np.diag(r))
    return _fill(tensor, gain * (q.T if rows < columns else q).reshape(shape))


@documented("(torch.nn.init.sparse_(torch.empty(4, 2), 0.5) == 0).sum()", "tensor(4)", **_TEXTS)
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Normal numbers, of which a part of each column is 0 (Martens, 2010)."""
    if tensor._value.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rng = _rng(generator)
    rows, columns = tensor._value.shape
    values = rng.normal(0, std, (rows, columns))
    zeros = math.ceil(sparsity * rows)
    for column in range(columns):
        values[rng.permutation(rows)[:zeros], column] = 0
    return _fill(tensor, values)
