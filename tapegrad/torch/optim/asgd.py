"""Averaged stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.optim.optimizer import Optimizer, check, number
from tapegrad.torch.optim.options import check_common, chosen, example

__all__ = ["ASGD"]


@example("ASGD", ", lr=0.25", "tensor([0.5000])")
class ASGD(Optimizer):
    """Gradient descent whose steps shrink, and the average of the parameters on the way.

    The average, from step `t0` on, is ``state[parameter]["ax"]`` (Polyak and Juditsky,
    "Acceleration of stochastic approximation by averaging", 1992). `lambd` is a decay of the
    parameters, `alpha` the power by which steps shrink: ``lr / (1 + lambd * lr * step)**alpha``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_common(lr)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(params, chosen(locals()))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters, and their averages."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self._move(group, p)
        return loss

    def _move(self, group: dict[str, Any], p: Any) -> None:
        state, rate = self.state[p], number(group["lr"])
        if not state:
            state.update(
                step=torch.zeros(()),
                eta=torch.tensor(rate, dtype=torch.get_default_dtype()),
                mu=torch.ones(()),
                ax=torch.zeros_like(p),
            )
        g = -p.grad if group["maximize"] else p.grad
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        state["step"] += 1
        eta, mu, ax = state["eta"].item(), state["mu"], state["ax"]
        p.mul_(1 - group["lambd"] * eta)
        p.add_(g, alpha=-eta)
        if mu.item() != 1:
            ax.add_(p.sub(ax).mul_(mu))
        else:
            ax.copy_(p)
        count = state["step"].item()
        shrunk = (1 + group["lambd"] * rate * count) ** group["alpha"]
        state["eta"] = torch.tensor(rate / shrunk, dtype=torch.get_default_dtype())
        state["mu"] = torch.tensor(1 / max(1, count - group["t0"]))
