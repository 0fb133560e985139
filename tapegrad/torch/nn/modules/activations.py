"""Activations as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.init import constant_
from tapegrad.torch.nn.modules.function_layers import function_layer
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import fresh

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]

_layer: Any = partial(function_layer, __name__)


def _plain(name: str, function: Any, summary: str) -> Any:
    return _layer(name, function, summary, f"torch.nn.{name}()", f"{name}()")


def _sole(name: str, function: Any, summary: str) -> Any:
    return _layer(name, function, summary, f"torch.nn.{name}()", f"{name}()", inplace=False)


ReLU = _sole("ReLU", F.relu, "The rectifier ``max(x, 0)``.")
ReLU6 = _sole("ReLU6", F.relu6, "The rectifier with a ceiling, ``min(max(x, 0), 6)``.")
SELU = _sole("SELU", F.selu, "The scaled exponential linear unit.")
SiLU = _sole("SiLU", F.silu, r"The sigmoid linear unit, or swish: :math:`x \sigma(x)`.")
Mish = _sole("Mish", F.mish, r":math:`x \tanh(\ln(1 + e^x))`.")
Hardswish = _layer(
    "Hardswish",
    F.hardswish,
    "``x`` times `Hardsigmoid` of ``x``.",
    "torch.nn.Hardswish()",
    "Hardswish()",
    shown=(),
    inplace=False,
)
Hardsigmoid = _layer(
    "Hardsigmoid",
    F.hardsigmoid,
    "``x / 6 + 1 / 2``, between 0 and 1.",
    "torch.nn.Hardsigmoid()",
    "Hardsigmoid()",
    shown=(),
    inplace=False,
)
Sigmoid = _plain("Sigmoid", F.sigmoid, r"The logistic function :math:`1 / (1 + e^{-x})`.")
Tanh = _plain("Tanh", F.tanh, "The hyperbolic tangent.")
LogSigmoid = _plain("LogSigmoid", F.logsigmoid, "The logarithm of the sigmoid.")
Softsign = _plain("Softsign", F.softsign, "``x / (1 + |x|)``.")
Tanhshrink = _plain("Tanhshrink", F.tanhshrink, "``x - tanh(x)``.")
ELU = _layer(
    "ELU",
    F.elu,
    r"``x`` for positive values, :math:`\alpha (e^x - 1)` for others.",
    "torch.nn.ELU()",
    "ELU(alpha=1.0)",
    alpha=1.0,
    inplace=False,
)
CELU = _layer(
    "CELU",
    F.celu,
    r"``x`` for positive values, :math:`\alpha (e^{x / \alpha} - 1)` for others.",
    "torch.nn.CELU()",
    "CELU(alpha=1.0)",
    alpha=1.0,
    inplace=False,
)
GELU = _layer(
    "GELU",
    F.gelu,
    r"The Gaussian error linear unit :math:`x \Phi(x)`.",
    "torch.nn.GELU()",
    "GELU(approximate='none')",
    "approximate={self.approximate!r}",
    approximate="none",
)
LeakyReLU = _layer(
    "LeakyReLU",
    F.leaky_relu,
    "The rectifier with a small slope for negative values.",
    "torch.nn.LeakyReLU(0.1)",
    "LeakyReLU(negative_slope=0.1)",
    negative_slope=0.01,
    inplace=False,
)
Softplus = _layer(
    "Softplus",
    F.softplus,
    r"A smooth rectifier, :math:`\ln(1 + e^{\beta x}) / \beta`.",
    "torch.nn.Softplus()",
    "Softplus(beta=1.0, threshold=20.0)",
    beta=1.0,
    threshold=20.0,
)
Softshrink = _layer(
    "Softshrink",
    F.softshrink,
    "``x`` moved towards 0 by `lambd`, and 0 where it is closer.",
    "torch.nn.Softshrink()",
    "Softshrink(0.5)",
    "{self.lambd}",
    lambd=0.5,
)
Hardshrink = _layer(
    "Hardshrink",
    F.hardshrink,
    "``x``, but 0 within `lambd` of 0.",
    "torch.nn.Hardshrink()",
    "Hardshrink(0.5)",
    "{self.lambd}",
    lambd=0.5,
)
Threshold = _layer(
    "Threshold",
    F.threshold,
    "``x`` above the threshold, else a value.",
    "torch.nn.Threshold(0.1, 20.0)",
    "Threshold(threshold=0.1, value=20.0)",
    threshold=...,
    value=...,
    inplace=False,
)
GLU = _layer(
    "GLU",
    F.glu,
    "The first half of a dimension, times the sigmoid of the second half.",
    "torch.nn.GLU()",
    "GLU(dim=-1)",
    dim=-1,
)
Softmax = _layer(
    "Softmax",
    F.softmax,
    "Exponentials divided by their sum along a dimension.",
    "torch.nn.Softmax(1)",
    "Softmax(dim=1)",
    dim=None,
)
Softmin = _layer(
    "Softmin",
    F.softmin,
    "`Softmax` of the negated values.",
    "torch.nn.Softmin(1)",
    "Softmin(dim=1)",
    dim=None,
)
LogSoftmax = _layer(
    "LogSoftmax",
    F.log_softmax,
    "The logarithm of `Softmax`.",
    "torch.nn.LogSoftmax(1)",
    "LogSoftmax(dim=1)",
    "dim={self.dim}",
    dim=None,
)


def _over_channels(input: Any) -> Any:
    if input.dim() not in (3, 4):
        raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
    return F.softmax(input, -3)


Softmax2d = _plain("Softmax2d", _over_channels, "`Softmax` over the channels of images.")


@documented(
    "torch.nn.Hardtanh()",
    "Hardtanh(min_val=-1.0, max_val=1.0)",
    min_value="Deprecated: `min_val`.",
    max_value="Deprecated: `max_val`.",
)
class Hardtanh(Module):
    """The values moved into an interval."""

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val must be greater than min_val, got min_val={self.min_val}, "
                f"max_val={self.max_val}"
            )

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.hardtanh`."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """The bounds."""
        more = ", inplace=True" if self.inplace else ""
        return f"min_val={self.min_val}, max_val={self.max_val}{more}"


@documented("torch.nn.RReLU(0.1, 0.3)", "RReLU(lower=0.1, upper=0.3)")
class RReLU(Module):
    """The rectifier with a slope for negative values that is random while training."""

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.rrelu`."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The bounds of the slope."""
        more = ", inplace=True" if self.inplace else ""
        return f"lower={self.lower}, upper={self.upper}{more}"


@documented(
    "torch.nn.PReLU()",
    "PReLU(num_parameters=1)",
    num_parameters="One slope, or one per channel.",
    init="The slope at first.",
)
class PReLU(Module):
    """The rectifier with a slope that is learnt."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = fresh(num_parameters, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again."""
        constant_(self.weight, self.init)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.prelu`."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The number of slopes."""
        return f"num_parameters={self.num_parameters}"
