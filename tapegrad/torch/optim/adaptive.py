"""Optimizers whose steps follow the sizes, or the signs, of earlier gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.torch.optim import formulas
from tapegrad.torch.optim.optimizer import ArrayOptimizer, check, number
from tapegrad.torch.optim.options import check_common, chosen, example

__all__ = ["Adadelta", "Adagrad", "RMSprop", "Rprop"]


@example("RMSprop", ", lr=0.25", "tensor([-1.5000])")
class RMSprop(ArrayOptimizer):
    """Gradients divided by the root of the average of their squares (Hinton, 2012)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_common(lr, eps)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(alpha >= 0.0, "alpha value", alpha)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        names = ["square_avg"]
        names += ["momentum_buffer"] if group["momentum"] > 0 else []
        names += ["grad_avg"] if group["centered"] else []
        return dict.fromkeys(names, 0.0)

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        alpha = group["alpha"]
        rate, decay = number(group["lr"]), group["weight_decay"]
        return [rate, alpha, 1 - alpha, group["eps"], group["momentum"], decay]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.rmsprop(
            group["momentum"] > 0,
            bool(group["centered"]),
            bool(group["maximize"]),
            bool(group["weight_decay"]),
        )


@example("Adagrad", ", lr=0.25", "tensor([0.7500])")
class Adagrad(ArrayOptimizer):
    """Gradients divided by the root of the sum of their squares (Duchi and others, 2011)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check(number(lr) >= 0.0, "learning rate", lr)
        check(lr_decay >= 0.0, "lr_decay value", lr_decay)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(
            initial_accumulator_value >= 0.0,
            "initial_accumulator_value value",
            initial_accumulator_value,
        )
        check(eps >= 0.0, "epsilon value", eps)
        super().__init__(params, chosen(locals()))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, whose sums are made at once."""
        super().add_param_group(param_group)
        for p in param_group["params"]:
            self.state[p] = self._begin(param_group, p)

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"sum": group["initial_accumulator_value"]}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        rate = number(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
        return [rate, group["eps"], group["weight_decay"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adagrad(bool(group["maximize"]), bool(group["weight_decay"]))


@example("Adadelta", "", "tensor([0.9968])")
class Adadelta(ArrayOptimizer):
    """Adagrad over a window, in the units of the parameters (Zeiler, 2012)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check(number(lr) >= 0.0, "learning rate", lr)
        check(0.0 <= rho <= 1.0, "rho value", rho)
        check(eps >= 0.0, "epsilon value", eps)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        rho = group["rho"]
        return [number(group["lr"]), rho, 1 - rho, group["eps"], group["weight_decay"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adadelta(bool(group["maximize"]), bool(group["weight_decay"]))


@example("Rprop", ", lr=0.25", "tensor([0.7500])")
class Rprop(ArrayOptimizer):
    """Steps by the signs of gradients alone (Riedmiller and Braun, 1993)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check(number(lr) >= 0.0, "learning rate", lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"prev": 0.0, "step_size": number(group["lr"])}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        return [*group["etas"], *group["step_sizes"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.rprop(bool(group["maximize"]))
