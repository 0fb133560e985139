"""``torch.autograd``: gradients on request."""

from __future__ import annotations

from tapegrad.torch import saved_attributes as saved_attributes
from tapegrad.torch.anomaly import detect_anomaly as detect_anomaly
from tapegrad.torch.anomaly import set_detect_anomaly as set_detect_anomaly
from tapegrad.torch.autograd import forward_ad as forward_ad
from tapegrad.torch.autograd import function as function
from tapegrad.torch.autograd import functional as functional
from tapegrad.torch.autograd import grad_mode as grad_mode
from tapegrad.torch.autograd import graph as graph
from tapegrad.torch.autograd.function import Function as Function
from tapegrad.torch.autograd.grad_mode import (
    set_multithreading_enabled as set_multithreading_enabled,
)
from tapegrad.torch.autograd.gradcheck import gradcheck as gradcheck
from tapegrad.torch.autograd.gradcheck import gradgradcheck as gradgradcheck
from tapegrad.torch.autograd.variable import Variable as Variable
from tapegrad.torch.backward import backward as backward
from tapegrad.torch.backward import grad as grad
from tapegrad.torch.explaining import explain as explain
from tapegrad.torch.modes import enable_grad as enable_grad
from tapegrad.torch.modes import inference_mode as inference_mode
from tapegrad.torch.modes import no_grad as no_grad
from tapegrad.torch.modes import set_grad_enabled as set_grad_enabled

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "explain",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]
