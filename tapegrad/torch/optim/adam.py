"""Adam and its relatives: averages of gradients over the roots of those of their squares."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.optim import formulas
from tapegrad.torch.optim.optimizer import ArrayOptimizer, check, check_betas, number
from tapegrad.torch.optim.options import check_common, chosen, example
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam"]


@example("Adam", ", lr=0.25", "tensor([0.7500])")
class Adam(ArrayOptimizer):
    r"""Adam (Kingma and Ba, 2014): steps by averages of gradients over the root of their squares'.

    .. math::
        p \leftarrow p - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_common(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        slots = {"exp_avg": 0.0, "exp_avg_sq": 0.0}
        return slots | ({"max_exp_avg_sq": 0.0} if group["amsgrad"] else {})

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        beta_1, beta_2 = map(number, group["betas"])
        rate, decay = number(group["lr"]), group["weight_decay"]
        return [
            1 - beta_1,
            beta_2,
            1 - beta_2,
            rate / (1 - beta_1**step),
            math.sqrt(1 - beta_2**step),
            group["eps"],
            1 - rate * decay if group["decoupled_weight_decay"] else decay,
        ]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adam(
            bool(group["amsgrad"]),
            bool(group["maximize"]),
            bool(group["weight_decay"]),
            bool(group["decoupled_weight_decay"]),
        )


@example("AdamW", ", lr=0.25", "tensor([0.7475])")
class AdamW(Adam):
    """Adam, whose weight decay shrinks the parameter itself (Loshchilov and Hutter, 2017)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )


@example("Adamax", ", lr=0.25", "tensor([0.7500])")
class Adamax(ArrayOptimizer):
    """Adam with the largest gradient, which fades, instead of the root of squares."""

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_common(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_inf": 0.0}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        beta_1, beta_2 = group["betas"]
        size = number(group["lr"]) / (1 - beta_1**step)
        return [1 - beta_1, beta_2, size, group["eps"], group["weight_decay"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adamax(bool(group["maximize"]), bool(group["weight_decay"]))


@example("NAdam", ", lr=0.25", "tensor([0.7359])")
class NAdam(ArrayOptimizer):
    """Adam with Nesterov's momentum (Dozat, 2016)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_common(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(momentum_decay >= 0.0, "momentum_decay value", momentum_decay)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def _begin(self, group: dict[str, Any], p: Tensor) -> dict[str, Any]:
        begun = super()._begin(group, p)
        product = wrapped(np.ones((), np.float32))
        return {"step": begun.pop("step"), "mu_product": product, **begun}

    def _prepare(self, group: dict[str, Any], step: int, state: dict[str, Any], p: Tensor) -> Any:
        product = state["mu_product"]
        mu = group["betas"][0] * (1 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
        product._value = np.float32(product._value * np.float32(mu))
        return float(product._value)

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        beta_1, beta_2 = group["betas"]
        rate, decay, slow = number(group["lr"]), group["weight_decay"], group["momentum_decay"]
        mu, ahead = (beta_1 * (1 - 0.5 * 0.96 ** (t * slow)) for t in (step, step + 1))
        so_far = prepared
        return [
            1 - beta_1,
            beta_2,
            1 - beta_2,
            1 - beta_2**step,
            rate * (1 - mu) / (1 - so_far),
            rate * ahead / (1 - so_far * ahead),
            group["eps"],
            1 - rate * decay if group["decoupled_weight_decay"] else decay,
        ]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.nadam(
            bool(group["maximize"]),
            bool(group["weight_decay"]),
            bool(group["decoupled_weight_decay"]),
        )


@example("RAdam", ", lr=0.25", "tensor([0.5000])")
class RAdam(ArrayOptimizer):
    """Adam, rectified for the variance of the first steps (Liu and others, 2019)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_common(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(params, chosen(locals()))

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        beta_1, beta_2 = group["betas"]
        rate, decay = number(group["lr"]), group["weight_decay"]
        limit = 2 / (1 - beta_2) - 1
        correction = 1 - beta_2**step
        length = limit - 2 * step * beta_2**step / correction
        rectification = 0.0
        if length > 5:
            rectification = math.sqrt(correction) * math.sqrt(
                (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
            )
        return [
            1 - beta_1,
            beta_2,
            1 - beta_2,
            rate / (1 - beta_1**step),
            rectification,
            group["eps"],
            1 - rate * decay if group["decoupled_weight_decay"] else decay,
        ]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        switches = (
            bool(group["maximize"]),
            bool(group["weight_decay"]),
            bool(group["decoupled_weight_decay"]),
        )

        return _Rectifying(formulas.radam(*switches, False), formulas.radam(*switches, True))


class _Rectifying:
    """One of two formulas, as the numbers of a step say."""

    def __init__(self, plain: Any, rectified: Any) -> None:
        self.plain, self.rectified = plain, rectified

    def __call__(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        formula = self.rectified if numbers[4] > 0 else self.plain
        return formula(value, g, numbers, *slots)
