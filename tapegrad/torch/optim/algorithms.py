"""The optimizers whose step is a formula on arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim import formulas
from tapegrad.torch.optim.optimizer import ArrayOptimizer, check, check_betas, number
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
]

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
}


def _example(name: str, arguments: str, result: str) -> Callable[..., Any]:
    lines = (
        "w = torch.nn.Parameter(torch.tensor([1.0]))\n"
        f"optimizer = torch.optim.{name}([w]{arguments})\n"
        "(w * w).sum().backward()\n"
        "optimizer.step()\n"
        "w.data"
    )
    return documented(lines, result, **_TEXTS)


def _checked(lr: Any, eps: Any = 0.0, weight_decay: Any = 0.0) -> None:
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check(number(lr) >= 0.0, "learning rate", lr)
    check(eps >= 0.0, "epsilon value", eps)
    check(number(weight_decay) >= 0.0, "weight_decay value", weight_decay)


@_example("SGD", ", lr=0.25", "tensor([0.5000])")
class SGD(ArrayOptimizer):
    """Stochastic gradient descent, with momentum on request."""

    _counts = False

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _checked(lr)
        check(momentum >= 0.0, "momentum value", momentum)
        check(number(weight_decay) >= 0.0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if group["momentum"] else {}

    def _begin(self, group: dict[str, Any], p: Tensor) -> dict[str, Any]:
        return {"momentum_buffer": None}

    def _prepare(self, group: dict[str, Any], step: int, state: dict[str, Any], p: Tensor) -> Any:
        first = bool(group["momentum"]) and state.get("momentum_buffer") is None
        if first:
            state["momentum_buffer"] = wrapped(np.zeros(p._value.shape, p._value.dtype))
        return first

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        undamped = 1.0 if prepared else 1 - group["dampening"]  # the first gradient enters whole
        return [
            number(group["lr"]),
            number(group["weight_decay"]),
            group["momentum"],
            undamped,
        ]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.sgd(
            bool(group["momentum"]),
            bool(group["nesterov"]),
            bool(group["maximize"]),
            bool(group["weight_decay"]),
        )


@_example("Adam", ", lr=0.25", "tensor([0.7500])")
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
        _checked(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

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


@_example("AdamW", ", lr=0.25", "tensor([0.7475])")
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


@_example("Adamax", ", lr=0.25", "tensor([0.7500])")
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
        _checked(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"exp_avg": 0.0, "exp_inf": 0.0}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        beta_1, beta_2 = group["betas"]
        size = number(group["lr"]) / (1 - beta_1**step)
        return [1 - beta_1, beta_2, size, group["eps"], group["weight_decay"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adamax(bool(group["maximize"]), bool(group["weight_decay"]))


@_example("NAdam", ", lr=0.25", "tensor([0.7359])")
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
        _checked(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(momentum_decay >= 0.0, "momentum_decay value", momentum_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

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


@_example("RAdam", ", lr=0.25", "tensor([0.5000])")
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
        _checked(lr, eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

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


@_example("RMSprop", ", lr=0.25", "tensor([-1.5000])")
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
        _checked(lr, eps)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(alpha >= 0.0, "alpha value", alpha)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

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


@_example("Adagrad", ", lr=0.25", "tensor([0.7500])")
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
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

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


@_example("Adadelta", "", "tensor([0.9968])")
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
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        rho = group["rho"]
        return [number(group["lr"]), rho, 1 - rho, group["eps"], group["weight_decay"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.adadelta(bool(group["maximize"]), bool(group["weight_decay"]))


@_example("Rprop", ", lr=0.25", "tensor([0.7500])")
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
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _slots(self, group: dict[str, Any]) -> dict[str, float]:
        return {"prev": 0.0, "step_size": number(group["lr"])}

    def _numbers(self, group: dict[str, Any], step: int, prepared: Any) -> list[float]:
        return [*group["etas"], *group["step_sizes"]]

    def _formula(self, group: dict[str, Any]) -> Callable[..., Any]:
        return formulas.rprop(bool(group["maximize"]))
