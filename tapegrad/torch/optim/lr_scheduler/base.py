"""The base of learning-rate schedulers, and those that a formula makes of a number of epochs."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim.optimizer import Optimizer

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]

TEXTS = {
    "optimizer": "The optimizer whose learning rates are set.",
    "last_epoch": "The last epoch that is done; -1 at the beginning.",
    "lr_lambda": "A function of the epoch, or one per group.",
    "step_size": "Epochs from one change to the next.",
    "gamma": "The factor of each change.",
    "milestones": "The epochs of changes.",
    "factor": "The factor at first.",
    "total_iters": "How many epochs the change takes.",
    "start_factor": "The factor at first.",
    "end_factor": "The factor in the end.",
    "power": "The power of what is left.",
    "T_max": "Epochs from the largest rate to the smallest.",
    "eta_min": "The smallest rate.",
}

_TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, "
    "you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  "
    "Failure to do this will result in PyTorch skipping the first value of the learning rate "
    "schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
_WITH_EPOCH = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available. Please open an issue if you are unable to replicate your use case: "
    "https://github.com/pytorch/pytorch/issues/new/choose."
)


def example(call: str, rates: str) -> Callable[..., Any]:
    """A docstring's example: the rates of six epochs."""
    lines = (
        "w = torch.nn.Parameter(torch.zeros(1))\n"
        "optimizer = torch.optim.SGD([w], lr=1.0)\n"
        f"scheduler = torch.optim.lr_scheduler.{call}\n"
        "rates = []\n"
        "for _ in range(6):\n"
        "    rates.append(round(scheduler.get_last_lr()[0], 3))\n"
        "    optimizer.step()\n"
        "    scheduler.step()\n"
        "\n"
        "rates"
    )
    return documented(lines, rates, **TEXTS)


@documented(
    "issubclass(torch.optim.lr_scheduler.StepLR, torch.optim.lr_scheduler.LRScheduler)",
    "True",
    **TEXTS,
)
class LRScheduler:
    """The base of schedulers: `step` is called after every epoch, `get_lr` gives the rates."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming "
                    f"scheduler with last_epoch >= 0."
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self.step()

    def _rates(self) -> list[Any]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All that the scheduler remembers, without the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what another scheduler remembers."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """The learning rates of the groups, as the last step set them."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`, computed by subclasses."""
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Set the learning rates for the next epoch; `epoch` is deprecated."""
        if self._step_count == 1 and not self.optimizer.__dict__.get("_opt_called"):
            warnings.warn(_TOO_EARLY, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is None:
            self.last_epoch += 1
            rates = self.get_lr()
        else:
            warnings.warn(_WITH_EPOCH, UserWarning, stacklevel=2)
            self.last_epoch = epoch
            closed = getattr(self, "_get_closed_form_lr", self.get_lr)
            rates = closed()
        self._set(rates)

    def _set(self, rates: list[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=False):
            group["lr"] = rate
        self._last_lr = self._rates()


def _per_group(given: Any, optimizer: Optimizer, name: str) -> list[Any]:
    count = len(optimizer.param_groups)
    if not isinstance(given, (list, tuple)):
        return [given] * count
    if len(given) != count:
        raise ValueError(f"Expected {count} {name}, but got {len(given)}")
    return list(given)


@example("LambdaLR(optimizer, lambda epoch: 0.5**epoch)", "[1.0, 0.5, 0.25, 0.125, 0.062, 0.031]")
class LambdaLR(LRScheduler):
    """The first rate times a function of the epoch."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        self.lr_lambdas = _per_group(lr_lambda, optimizer, "lr_lambdas")
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """All that the scheduler remembers; functions are left out."""
        state = super().state_dict()
        state["lr_lambdas"] = [None] * len(self.lr_lambdas)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what another scheduler remembers, but for its functions."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "lr_lambdas"})

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`."""
        return [
            base * scale(self.last_epoch)
            for base, scale in zip(self.base_lrs, self.lr_lambdas, strict=True)
        ]


@example("MultiplicativeLR(optimizer, lambda epoch: 0.5)", "[1.0, 0.5, 0.25, 0.125, 0.062, 0.031]")
class MultiplicativeLR(LambdaLR):
    """The last rate times a function of the epoch."""

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`."""
        if self.last_epoch <= 0:
            return self._rates()
        return [
            rate * scale(self.last_epoch)
            for rate, scale in zip(self._rates(), self.lr_lambdas, strict=True)
        ]


class _Formula(LRScheduler):
    """Rates by two formulas: from the last rate, and from the first."""

    def _factor(self, epoch: int) -> float:
        """What the last rate is multiplied by."""
        raise NotImplementedError

    def _closed(self, epoch: int) -> float:
        """What the first rate is multiplied by."""
        raise NotImplementedError

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`."""
        factor = self._factor(self.last_epoch)
        return [rate * factor for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        factor = self._closed(self.last_epoch)
        return [base * factor for base in self.base_lrs]


@example("StepLR(optimizer, 2)", "[1.0, 1.0, 0.1, 0.1, 0.01, 0.01]")
class StepLR(_Formula):
    """The rate times `gamma`, every `step_size` epochs."""

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        return self.gamma if epoch and epoch % self.step_size == 0 else 1

    def _closed(self, epoch: int) -> float:
        return self.gamma ** (epoch // self.step_size)


@example("MultiStepLR(optimizer, [1, 4])", "[1.0, 0.1, 0.1, 0.1, 0.01, 0.01]")
class MultiStepLR(_Formula):
    """The rate times `gamma`, at certain epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        return self.gamma ** self.milestones[epoch] if epoch in self.milestones else 1

    def _closed(self, epoch: int) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), epoch)


@example("ConstantLR(optimizer, 0.5, total_iters=3)", "[0.5, 0.5, 0.5, 1.0, 1.0, 1.0]")
class ConstantLR(_Formula):
    """The rate times a factor, for the first epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        if epoch == 0:
            return self.factor
        return 1.0 / self.factor if epoch == self.total_iters else 1

    def _closed(self, epoch: int) -> float:
        return self.factor if epoch < self.total_iters else 1


@example("LinearLR(optimizer, 0.5, total_iters=4)", "[0.5, 0.625, 0.75, 0.875, 1.0, 1.0]")
class LinearLR(_Formula):
    """The rate times a factor that grows, or falls, linearly in the first epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to "
                "1."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        if epoch == 0:
            return self.start_factor
        if epoch > self.total_iters:
            return 1
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (epoch - 1) * rise)

    def _closed(self, epoch: int) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, epoch) / self.total_iters


@example("ExponentialLR(optimizer, 0.5)", "[1.0, 0.5, 0.25, 0.125, 0.062, 0.031]")
class ExponentialLR(_Formula):
    """The rate times `gamma`, every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        return self.gamma if epoch else 1

    def _closed(self, epoch: int) -> float:
        return float(self.gamma**epoch)


@example("PolynomialLR(optimizer, total_iters=4)", "[1.0, 0.75, 0.5, 0.25, 0.0, 0.0]")
class PolynomialLR(_Formula):
    """The rate times a power of what is left of the epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch: int) -> float:
        if epoch == 0 or epoch > self.total_iters:
            return 1
        left, before = (1.0 - e / self.total_iters for e in (epoch, epoch - 1))
        return float((left / before) ** self.power)

    def _closed(self, epoch: int) -> float:
        left = 1.0 - min(self.total_iters, epoch) / self.total_iters
        return float(left**self.power)


@example("CosineAnnealingLR(optimizer, T_max=4)", "[1.0, 0.854, 0.5, 0.146, 0.0, 0.146]")
class CosineAnnealingLR(LRScheduler):
    """The rate along a cosine, to the smallest rate and back."""

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`."""
        epoch, period, least = self.last_epoch, self.T_max, self.eta_min
        if epoch == 0:
            return self._rates()
        if self._step_count == 1:
            return self._get_closed_form_lr()
        if (epoch - 1 - period) % (2 * period) == 0:
            step = (1 - math.cos(math.pi / period)) / 2
            return [
                rate + (base - least) * step
                for rate, base in zip(self._rates(), self.base_lrs, strict=True)
            ]
        now, before = (1 + math.cos(math.pi * e / period) for e in (epoch, epoch - 1))
        return [now / before * (rate - least) + least for rate in self._rates()]

    def _get_closed_form_lr(self) -> list[Any]:
        share = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]


def per_group(value: Any, optimizer: Optimizer, name: str) -> list[Any]:
    """One value for each group of parameters, from one for all or a list."""
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} "
            f"values, param_groups has {count}."
        )
    return list(value)
