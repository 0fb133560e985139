"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.optim import formulas
from tapegrad.torch.optim.optimizer import ArrayOptimizer, check, number
from tapegrad.torch.optim.options import check_common, chosen, example
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["SGD"]


@example("SGD", ", lr=0.25", "tensor([0.5000])")
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
        check_common(lr)
        check(momentum >= 0.0, "momentum value", momentum)
        check(number(weight_decay) >= 0.0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, chosen(locals()))

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
