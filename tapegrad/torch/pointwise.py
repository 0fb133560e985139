"""Functions of each element: exponentials, trigonometry, roots, rounding, activations.

One row a function: its name, the engine's function, and what else PyTorch calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.ops import transcendental
from tapegrad.ops.elementwise import rsqrt as core_rsqrt
from tapegrad.ops.elementwise import sqrt as core_sqrt
from tapegrad.ops.elementwise import square as core_square
from tapegrad.torch.arithmetic import fast_unary
from tapegrad.torch.node import node_type
from tapegrad.torch.node_names import camel
from tapegrad.torch.operation import changing, operation
from tapegrad.torch.promotion import as_floating
from tapegrad.torch.tensor import Tensor

__all__ = ["cos", "exp", "log", "rsqrt", "sin", "sqrt", "square", "tanh"]


def _floating(name: str, function: Callable[..., Any], doc: str) -> Any:
    """A function of floating point numbers: integers are converted first."""

    def slow(input: Any) -> Any:
        return function(as_floating(input))

    slow.__name__ = slow.__qualname__ = name
    slow.__doc__ = doc
    general = operation(method=False)(slow)
    primitive = getattr(function, "primitive", None)
    call = general
    if primitive is not None and primitive.kind == "elementwise":
        call = fast_unary(primitive.name, node_type(f"{camel(name)}Backward0"), general)

    def function_or_out(input: Any, *, out: Any = None) -> Any:
        if not isinstance(input, Tensor):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, not "
                f"{type(input).__name__}"
            )
        return call(input) if out is None else general(input, out=out)

    function_or_out.__name__ = function_or_out.__qualname__ = name
    function_or_out.__doc__ = doc
    setattr(Tensor, name, function_or_out)
    setattr(Tensor, f"{name}_", changing(f"{name}_", function_or_out))
    return function_or_out


exp = _floating("exp", transcendental.exp, r"The exponential :math:`e^x`, elementwise.")
log = _floating("log", transcendental.log, r"The natural logarithm :math:`\ln x`, elementwise.")
sin = _floating("sin", transcendental.sin, "The sine, elementwise.")
cos = _floating("cos", transcendental.cos, "The cosine, elementwise.")
tanh = _floating("tanh", transcendental.tanh, "The hyperbolic tangent, elementwise.")
sqrt = _floating("sqrt", core_sqrt, r"The square root :math:`\sqrt x`, elementwise.")
rsqrt = _floating("rsqrt", core_rsqrt, r":math:`1 / \sqrt x`, elementwise.")
square = _floating("square", core_square, r":math:`x^2`, elementwise.")
