"""Half precision: sums in float32 that are rounded once, gradients of their tensor's type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.torch.harness import Snippet, expressions

_NUMBERS = (np.random.default_rng(7).normal(size=(6, 300)) + 1).astype(np.float32)

_FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda torch, x: x.sum(),
    "mean": lambda torch, x: x.mean(),
    "sums_of_rows": lambda torch, x: x.sum(1),
    "variance": lambda torch, x: x.var(1),
    "deviation": lambda torch, x: x.std(),
    "norm": lambda torch, x: torch.linalg.vector_norm(x, 1, dim=1),
    "running_sums": lambda torch, x: x.cumsum(1)[:, ::50],
    "softmax": lambda torch, x: x.softmax(1)[:, :4],
    "log_sum_exp": lambda torch, x: x.logsumexp(1),
    "layer_norm": lambda torch, x: torch.nn.functional.layer_norm(x, (300,))[:, :4],
    "squared_error": lambda torch, x: torch.nn.functional.mse_loss(x, x.flip(1)),
    "sum_in_float32": lambda torch, x: x.sum(dtype=torch.float32),
    "softmax_in_float32": lambda torch, x: x.softmax(1, dtype=torch.float32)[:, :4],
}


def _of(function: Callable[[Any, Any], Any], name: str) -> Snippet:
    def run(torch: Any) -> Any:
        x = torch.tensor(_NUMBERS).to(getattr(torch, name)).requires_grad_()
        y = function(torch, x)
        (g,) = torch.autograd.grad(y.sum(), x)
        return y, y.dtype, g.dtype

    return run


for _name in ("bfloat16", "float16"):
    expressions(
        __name__,
        _name,
        {f"{_name}_{k}": _of(function, _name) for k, function in _FUNCTIONS.items()},
        rtol=2**-7 if _name == "bfloat16" else 2**-10,
    )

_GRADIENTS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda x: x.sigmoid(),
    "tanh": lambda x: x.tanh(),
    "sqrt": lambda x: x.sqrt(),
    "log": lambda x: x.log(),
    "silu_by_hand": lambda x: x * x.sigmoid(),
}


def _gradient_of(function: Callable[[Any], Any]) -> Snippet:
    def run(torch: Any) -> Any:
        x = torch.tensor([0.5, 1.0, 2.0], dtype=torch.bfloat16, requires_grad=True)
        function(x).sum().backward()
        (g,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
        return x.grad, g.dtype

    return run


expressions(
    __name__,
    "gradients of bfloat16",
    {f"gradient_of_{name}": _gradient_of(f) for name, f in _GRADIENTS.items()},
    rtol=2**-6,
)
