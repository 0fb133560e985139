"""What the optimizers have in common: their options, checks of these, and their documentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim.optimizer import check, number
from tapegrad.torch.tensor import Tensor

_TEXTS = {
    "params": "Parameters, pairs of names and parameters, or groups with options of their own.",
    "lr": "The learning rate.",
    "momentum": "How much of the last move is made again.",
    "dampening": "How much less than all of the gradient enters the move.",
    "weight_decay": "How much of the parameter is added to the gradient.",
    "nesterov": "Whether the move is made ahead, as Nesterov proposed.",
    "betas": "The shares of the old averages of gradients and of their squares.",
    "eps": "Added to denominators.",
    "amsgrad": "Whether the largest average of squares so far counts.",
    "maximize": "Whether parameters move uphill.",
    "decoupled_weight_decay": "Whether decay shrinks the parameter itself, not through gradients.",
    "momentum_decay": "How fast the momentum's schedule rises.",
    "alpha": "The share of the old average of squares.",
    "centered": "Whether the square of the average gradient is subtracted.",
    "lr_decay": "How fast the learning rate falls.",
    "initial_accumulator_value": "What sums of squares begin with.",
    "rho": "The share of the old averages.",
    "etas": "How much smaller steps become after a turn, and how much larger without.",
    "step_sizes": "The least and the largest step.",
    "foreach": "Without effect.",
    "fused": "Without effect.",
    "capturable": "Without effect.",
    "differentiable": "Without effect.",
    "lambd": "How fast parameters decay and steps shrink.",
    "t0": "The step from which on averages are taken.",
}


def example(name: str, arguments: str, result: str) -> Callable[..., Any]:
    """A decorator that completes an optimizer's documentation with one step as an example."""
    lines = (
        "w = torch.nn.Parameter(torch.tensor([1.0]))\n"
        f"optimizer = torch.optim.{name}([w]{arguments})\n"
        "(w * w).sum().backward()\n"
        "optimizer.step()\n"
        "w.data"
    )
    return documented(lines, result, **_TEXTS)


def check_common(lr: Any, eps: Any = 0.0, weight_decay: Any = 0.0) -> None:
    """Raise a ValueError for options that no optimizer takes."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check(number(lr) >= 0.0, "learning rate", lr)
    check(eps >= 0.0, "epsilon value", eps)
    check(number(weight_decay) >= 0.0, "weight_decay value", weight_decay)


def chosen(names: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a constructor, its `locals()`, which are the options of all groups."""
    return {k: v for k, v in names.items() if k not in ("self", "params", "__class__")}
