"""Activations: the rectifier family, exponential units, shrinking functions."""

from __future__ import annotations

from typing import Any

from tapegrad.core.structural import reshape, split
from tapegrad.core.table import recording
from tapegrad.ops import activations as core
from tapegrad.ops import logistic
from tapegrad.ops import transcendental as functions
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import activation, choose, in_place_form
from tapegrad.torch.operation import operation
from tapegrad.torch.size import dimension

__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
]


@documented("torch.nn.functional.relu(torch.tensor([-2.0, 3.0]))", "tensor([0., 3.])")
@activation("ReluBackward0", integers=True)
def relu(input: Any, inplace: bool = False) -> Any:
    """The rectifier ``max(x, 0)``; its slope at 0 is 0."""
    return core.relu(input)


@documented("torch.nn.functional.relu6(torch.tensor([-2.0, 3.0, 8.0]))", "tensor([0., 3., 6.])")
@activation("HardtanhBackward0", integers=True)
def relu6(input: Any, inplace: bool = False) -> Any:
    """The rectifier with a ceiling, ``min(max(x, 0), 6)``."""
    return core.relu6(input)


@documented(
    "torch.nn.functional.gelu(torch.tensor([-1.0, 0.0, 1.0]))",
    "tensor([-0.1587,  0.0000,  0.8413])",
)
@activation("GeluBackward0", kernel="GeluKernelImpl")
def gelu(input: Any, *, approximate: str = "none") -> Any:
    r"""The Gaussian error linear unit, :math:`x \Phi(x)` with the normal distribution function."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return core.gelu(input, approximate == "tanh")


@documented(
    "torch.nn.functional.silu(torch.tensor([-1.0, 0.0, 1.0]))",
    "tensor([-0.2689,  0.0000,  0.7311])",
)
@activation("SiluBackward0")
def silu(input: Any, inplace: bool = False) -> Any:
    r"""The sigmoid linear unit, or swish: :math:`x \sigma(x)`."""
    return core.silu(input)


@documented(
    "torch.nn.functional.mish(torch.tensor([-1.0, 0.0, 1.0]))",
    "tensor([-0.3034,  0.0000,  0.8651])",
)
@activation("MishBackward0")
def mish(input: Any, inplace: bool = False) -> Any:
    r""":math:`x \tanh(\ln(1 + e^x))`."""
    return input * functions.tanh(logistic.softplus(input))


@documented("torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))", "tensor([-0.6321,  2.0000])")
@activation("EluBackward0")
def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    r"""``x`` for positive values, :math:`\alpha (e^x - 1)` for others."""
    if alpha == 1:
        return core.elu(input)
    return choose(input > 0, input, functions.expm1(input) * alpha)


@documented("torch.nn.functional.selu(torch.tensor([-1.0, 2.0]))", "tensor([-1.1113,  2.1014])")
@activation("EluBackward0")
def selu(input: Any, inplace: bool = False) -> Any:
    r"""The scaled exponential linear unit, which keeps mean 0 and variance 1 through layers."""
    return core.selu(input)


@documented(
    "torch.nn.functional.celu(torch.tensor([-1.0, 2.0]), alpha=2.0)", "tensor([-0.7869,  2.0000])"
)
@activation("CeluBackward0")
def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    r"""``x`` for positive values, :math:`\alpha (e^{x / \alpha} - 1)` for others."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return choose(input > 0, input, functions.expm1(input * (1.0 / alpha)) * alpha)


@documented("torch.nn.functional.leaky_relu(torch.tensor([-2.0, 3.0]), 0.5)", "tensor([-1.,  3.])")
@activation("LeakyReluBackward0")
def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """The rectifier with a small slope for negative values."""
    return core.leaky_relu(input, negative_slope)


@documented(
    "torch.nn.functional.prelu(torch.tensor([-2.0, 3.0]), torch.tensor(0.25))",
    "tensor([-0.5000,  3.0000])",
    weight="The slope for negative values: one, or one per channel, the second axis.",
)
@operation("PreluKernelBackward0")
def prelu(input: Any, weight: Any) -> Any:
    """The rectifier with a slope that is learnt."""
    shape, count = input._value.shape, weight._value.size
    if weight._value.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = "
            f"{weight._value.ndim}"
        )
    if count != 1:
        if not shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if channels != count:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{count} and channel size = {channels}."
            )
    to = [1] * len(shape)
    if len(shape) > 1:
        to[1] = count
    return choose(input > 0, input, input * reshape(weight, to=tuple(to)))


@documented(
    "torch.nn.functional.softplus(torch.tensor([-1.0, 0.0, 30.0]))",
    "tensor([ 0.3133,  0.6931, 30.0000])",
)
@activation("SoftplusBackward0")
def softplus(input: Any, beta: float = 1, threshold: float = 20) -> Any:
    r"""A smooth rectifier, :math:`\ln(1 + e^{\beta x}) / \beta`; ``x`` above the threshold."""
    scaled = input if beta == 1 else input * beta
    smooth = logistic.softplus(scaled)
    return choose(scaled > threshold, input, smooth if beta == 1 else smooth / beta)


@documented("torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))", "tensor([-0.5000,  0.7500])")
@activation("DivBackward0", kernel="abs_cpu")
def softsign(input: Any) -> Any:
    """``x / (1 + |x|)``."""
    return logistic.softsign(input)


@documented(
    "torch.nn.functional.hardtanh(torch.tensor([-2.0, 0.5, 3.0]))",
    "tensor([-1.0000,  0.5000,  1.0000])",
)
@activation("HardtanhBackward0", integers=True)
def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """The values moved into an interval; the slope on its bounds is 0."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return choose(input <= min_val, min_val, choose(input >= max_val, max_val, input))


@documented(
    "torch.nn.functional.hardsigmoid(torch.tensor([-4.0, 0.0, 4.0]))",
    "tensor([0.0000, 0.5000, 1.0000])",
)
@activation("HardsigmoidBackward0")
def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """``x / 6 + 1 / 2``, between 0 and 1."""
    return choose(input <= -3, 0, choose(input >= 3, 1, input * (1 / 6) + 0.5))


@documented(
    "torch.nn.functional.hardswish(torch.tensor([-4.0, 1.5, 4.0]))",
    "tensor([-0.0000, 1.1250, 4.0000])",
)
@activation("HardswishBackward0")
def hardswish(input: Any, inplace: bool = False) -> Any:
    """``x`` times `hardsigmoid` of ``x``."""
    return choose(
        input <= -3, input * 0, choose(input >= 3, input, input * (input * (1 / 6) + 0.5))
    )


@documented(
    "torch.nn.functional.threshold(torch.tensor([-2.0, 3.0]), 0.0, 9.0)", "tensor([9., 3.])"
)
@activation("ThresholdBackward0", integers=True)
def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """``x`` above the threshold, else a value."""
    return choose(input > threshold, input, value)


@documented("torch.nn.functional.tanhshrink(torch.tensor([1.0]))", "tensor([0.2384])")
@activation("SubBackward0")
def tanhshrink(input: Any) -> Any:
    """``x - tanh(x)``."""
    return input - functions.tanh(input)


@documented(
    "torch.nn.functional.softshrink(torch.tensor([-2.0, 0.2]))", "tensor([-1.5000,  0.0000])"
)
@activation("SoftshrinkBackward0")
def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """``x`` moved towards 0 by `lambd`, and 0 where it is closer."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd:g}.")
    return choose(input > lambd, input - lambd, choose(input < -lambd, input + lambd, input * 0))


@documented("torch.nn.functional.hardshrink(torch.tensor([-2.0, 0.2]))", "tensor([-2.,  0.])")
@operation("HardshrinkBackward0")
def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """``x``, but 0 within `lambd` of 0."""
    inside = recording.logical_and(input >= -lambd, input <= lambd)
    return choose(inside, 0, input)


@documented("torch.nn.functional.logsigmoid(torch.tensor([0.0]))", "tensor([-0.6931])")
@activation("LogSigmoidBackward0", kernel="log_sigmoid_forward_cpu")
def logsigmoid(input: Any) -> Any:
    r"""The logarithm of the sigmoid, :math:`-\ln(1 + e^{-x})`."""
    return logistic.log_sigmoid(input)


@documented("torch.nn.functional.sigmoid(torch.tensor([0.0]))", "tensor([0.5000])")
@activation("SigmoidBackward0")
def sigmoid(input: Any) -> Any:
    r"""The logistic function :math:`1 / (1 + e^{-x})`."""
    return logistic.sigmoid(input)


@documented("torch.nn.functional.tanh(torch.tensor([0.0]))", "tensor([0.])")
@activation("TanhBackward0")
def tanh(input: Any) -> Any:
    """The hyperbolic tangent."""
    return functions.tanh(input)


@documented("torch.nn.functional.glu(torch.tensor([3.0, 0.0]))", "tensor([1.5000])")
@operation("GluBackward0", method=False)
def glu(input: Any, dim: int = -1) -> Any:
    """The first half of a dimension, times the sigmoid of the second half."""
    shape = input._value.shape
    if not shape:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    axis = dimension(dim, len(shape)) - len(shape)
    if shape[axis] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {axis + len(shape)} is size "
            f"{shape[axis]}"
        )
    half = shape[axis] // 2
    first, second = split(input, sizes=(half, half), axis=axis)
    return first * logistic.sigmoid(second)


relu_ = in_place_form(relu, "torch.tensor([-2.0, 3.0])", "tensor([0., 3.])")
elu_ = in_place_form(elu, "torch.tensor([-1.0, 2.0])", "tensor([-0.6321,  2.0000])")
selu_ = in_place_form(selu, "torch.tensor([-1.0, 2.0])", "tensor([-1.1113,  2.1014])")
celu_ = in_place_form(celu, "torch.tensor([-1.0, 2.0])", "tensor([-0.6321,  2.0000])")
leaky_relu_ = in_place_form(leaky_relu, "torch.tensor([-100.0, 2.0])", "tensor([-1.,  2.])")
hardtanh_ = in_place_form(hardtanh, "torch.tensor([-2.0, 3.0])", "tensor([-1.,  1.])")
threshold_ = in_place_form(threshold, "torch.tensor([-2.0, 3.0]), 0.0, 9.0", "tensor([9., 3.])")
