"""The parameters and examples that docstrings of this dialect have in common."""

from __future__ import annotations

from tapegrad.core.documentation import Documentation
from tapegrad.torch.example_results import RESULTS

_COMMON = {
    "input": "A tensor.",
    "other": "A tensor or a number; shapes broadcast, types are promoted.",
    "self": "A tensor.",
    "tensors": "A sequence of tensors.",
    "dim": "The dimension, or several; negative ones count from the end.",
    "keepdim": "Whether reduced dimensions stay, with size 1.",
    "dtype": "The type of the result; by default it follows from the arguments.",
    "out": "A tensor to write the result to.",
    "layout": "There is only ``torch.strided``.",
    "device": "There is only the processor.",
    "requires_grad": "Whether operations on the result are recorded.",
    "memory_format": "Without effect.",
    "size": "The shape, as numbers or as one sequence.",
    "generator": "Where random numbers come from; by default the global generator.",
}

_DOCUMENTATION = Documentation("import tapegrad.torch as torch", _COMMON, RESULTS)
documented = _DOCUMENTATION.documented
#: Examples whose results PyTorch told: see `example_results`.
WITHOUT_RESULT = _DOCUMENTATION.without_result
