"""A scheduler that waits for a measure to stop improving."""

from __future__ import annotations

import math
from typing import Any

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim.lr_scheduler.base import TEXTS, LRScheduler, per_group
from tapegrad.torch.optim.optimizer import Optimizer

__all__ = ["ReduceLROnPlateau"]

TEXTS.update(
    {
        "mode": "See the possible values above.",
        "patience": "How many epochs without improvement are allowed.",
        "threshold": "What counts as an improvement.",
        "threshold_mode": "'rel' for a share, 'abs' for a difference.",
        "cooldown": "Epochs after a change in which nothing is counted.",
        "min_lr": "The smallest rate, or one per group.",
        "eps": "Smaller changes are not made.",
    }
)


@documented(
    "w = torch.nn.Parameter(torch.zeros(1))\n"
    "optimizer = torch.optim.SGD([w], lr=1.0)\n"
    "scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)\n"
    "for loss in (3.0, 2.0, 2.0, 2.0):\n"
    "    scheduler.step(loss)\n"
    "\n"
    "scheduler.get_last_lr()",
    "[0.1]",
    **TEXTS,
)
class ReduceLROnPlateau(LRScheduler):
    """The rate times a factor when a number, handed to `step`, stops improving."""

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: Any = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        self.factor, self.optimizer = factor, optimizer
        self.min_lrs = per_group(min_lr, optimizer, "min_lr")
        self.patience, self.cooldown, self.eps = patience, cooldown, eps
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode
        self.last_epoch = 0
        self._last_lr = self._rates()
        self._reset()

    def _reset(self) -> None:
        self.best = math.inf if self.mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = 0

    def is_better(self, a: float, best: float) -> bool:
        """Whether a number improves on the best so far."""
        if self.threshold_mode == "rel":
            return (
                a < best * (1.0 - self.threshold)
                if self.mode == "min"
                else a > best * (self.threshold + 1.0)
            )
        return a < best - self.threshold if self.mode == "min" else a > best + self.threshold

    @property
    def in_cooldown(self) -> bool:
        """Whether nothing is counted now."""
        return self.cooldown_counter > 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at a number, and set the learning rates for the next epoch."""
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            rates = []
            for rate, least in zip(self._rates(), self.min_lrs, strict=True):
                new = max(rate * self.factor, least)
                rates.append(new if rate - new > self.eps else rate)
            self._set(rates)
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._rates()
