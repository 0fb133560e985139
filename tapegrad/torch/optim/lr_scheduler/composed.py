"""Schedulers that are made of others."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.optim.lr_scheduler.base import TEXTS, LRScheduler
from tapegrad.torch.optim.lr_scheduler.plateau import ReduceLROnPlateau
from tapegrad.torch.optim.optimizer import Optimizer

__all__ = ["ChainedScheduler", "SequentialLR"]

TEXTS.update(
    {
        "schedulers": "The schedulers.",
        "milestones": "The epochs of changes.",
    }
)


def _check_same(optimizer: Optimizer, schedulers: Sequence[Any], name: str) -> None:
    for i, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{name} at index {i} should have `optimizer` as its attribute.")
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ValueError(
                f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional "
                f"kwargs to be specified when calling `step`, but got one at index {i} in the "
                f"given schedulers sequence."
            )
        if scheduler.optimizer is not optimizer:
            raise ValueError(
                f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                f"{type(scheduler).__name__} at index {i} has {scheduler.optimizer}, which is "
                f"different from {type(optimizer).__name__}."
            )


class _Composed(LRScheduler):
    _schedulers: list[Any]

    def state_dict(self) -> dict[str, Any]:
        """All that the schedulers remember."""
        left_out = ("optimizer", "_schedulers")
        state = {k: v for k, v in self.__dict__.items() if k not in left_out}
        state["_schedulers"] = [s.state_dict() for s in self._schedulers]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what other schedulers remember."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


@documented(
    "w = torch.nn.Parameter(torch.zeros(1))\n"
    "optimizer = torch.optim.SGD([w], lr=1.0)\n"
    "first = torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, total_iters=9)\n"
    "then = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)\n"
    "both = torch.optim.lr_scheduler.SequentialLR(optimizer, [first, then], [2])\n"
    "optimizer.step()\n"
    "both.step()\n"
    "both.step()\n"
    "both.get_last_lr()",
    "[1.0]",
    **TEXTS,
)
class SequentialLR(_Composed):
    """Schedulers one after the other."""

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[Any],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if len(schedulers) < 1:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        _check_same(optimizer, schedulers, "SequentialLR")
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"Sequential Schedulers expects number of schedulers provided to be one more than "
                f"the number of milestone points, but got number of schedulers {len(schedulers)} "
                f"and the number of milestones to be equal to {len(milestones)}"
            )
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Each scheduler has set rates when it was made: back to the beginning, then the first one.
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch -= 1
        schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Set the learning rates for the next epoch."""
        self.last_epoch += 1
        at = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[at]
        if at > 0 and self._milestones[at - 1] == self.last_epoch:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that an epoch is given
                scheduler.step(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


@documented(
    "w = torch.nn.Parameter(torch.zeros(1))\n"
    "optimizer = torch.optim.SGD([w], lr=1.0)\n"
    "a = torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, total_iters=9)\n"
    "b = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)\n"
    "both = torch.optim.lr_scheduler.ChainedScheduler([a, b])\n"
    "optimizer.step()\n"
    "both.step()\n"
    "both.get_last_lr()",
    "[0.25]",
    **TEXTS,
)
class ChainedScheduler(_Composed):
    """Schedulers that all step, each on what the one before has set."""

    def __init__(self, schedulers: Sequence[Any], optimizer: Optimizer | None = None) -> None:
        if len(schedulers) < 1:
            raise ValueError(
                "ChainedScheduler expects at least one scheduler to be chained, but got no "
                "scheduler."
            )
        optimizer = optimizer or schedulers[0].optimizer
        _check_same(optimizer, schedulers, "ChainedScheduler")
        self._schedulers, self.optimizer = list(schedulers), optimizer
        self._last_lr = self._rates()

    def step(self) -> None:  # type: ignore[override]
        """Set the learning rates for the next epoch."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = self._rates()
