"""Schedulers that restart or cycle."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tapegrad.torch.optim.lr_scheduler.base import TEXTS, LRScheduler, example, per_group
from tapegrad.torch.optim.optimizer import Optimizer

__all__ = [
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "OneCycleLR",
]

TEXTS.update(
    {
        "T_0": "Epochs until the first restart.",
        "T_mult": "How many times as long each period is as the one before.",
        "mode": "See the possible values above.",
        "base_lr": "The smallest rate, or one per group.",
        "max_lr": "The largest rate, or one per group.",
        "step_size_up": "Steps from the smallest rate to the largest.",
        "step_size_down": "Steps back; by default as many.",
        "scale_fn": "A function of the cycle or of the step, which scales the cycles.",
        "scale_mode": "'cycle' or 'iterations': what `scale_fn` gets.",
        "cycle_momentum": "Whether the momentum cycles against the rate.",
        "base_momentum": "The smallest momentum.",
        "max_momentum": "The largest momentum.",
        "total_steps": "The number of all steps.",
        "epochs": "The number of epochs, if `total_steps` is not given.",
        "steps_per_epoch": "The number of steps of an epoch.",
        "pct_start": "The part of the steps in which the rate rises.",
        "anneal_strategy": "'cos' or 'linear'.",
        "div_factor": "How many times smaller than the largest the first rate is.",
        "final_div_factor": "How many times smaller than the first the last rate is.",
        "three_phase": "Whether the rate first falls as it rose.",
    }
)


@example("CosineAnnealingWarmRestarts(optimizer, 2)", "[1.0, 0.5, 1.0, 0.5, 1.0, 0.5]")
class CosineAnnealingWarmRestarts(LRScheduler):
    """The rate along a cosine, which restarts (Loshchilov and Hutter, 2016)."""

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        self.T_0, self.T_i, self.T_mult = T_0, T_0, T_mult
        self.eta_min = eta_min
        self.T_cur: Any = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The learning rates for the epoch `last_epoch`."""
        share = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * share for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the learning rates for the next epoch, or for one that may be a fraction."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur -= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        elif epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            done = self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_cur = epoch - done
            self.T_i = self.T_0 * self.T_mult**n
        self.last_epoch = math.floor(epoch)
        self._set(self.get_lr())


def _set_momentum(group: dict[str, Any], momentum: float) -> None:
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def _check_momentum(optimizer: Optimizer) -> None:
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError(
            "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
        )


@example(
    "CyclicLR(optimizer, 1.0, 2.0, step_size_up=2, cycle_momentum=False)",
    "[1.0, 1.5, 2.0, 1.5, 1.0, 1.5]",
)
class CyclicLR(LRScheduler):
    """The rate up and down between bounds (Smith, 2015).

    Modes: 'triangular', 'triangular2' (each cycle half as high) and 'exp_range' (times
    ``gamma**step``).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: Any,
        max_lr: Any,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        lowest = per_group(base_lr, optimizer, "base_lr")
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, lowest, strict=True):
                group["lr"] = rate
        self.max_lrs = per_group(max_lr, optimizer, "max_lr")
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode, self.gamma, self._scale_fn = mode, gamma, scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            _check_momentum(optimizer)
            self.base_momentums = per_group(base_momentum, optimizer, "base_momentum")
            self.max_momentums = per_group(max_momentum, optimizer, "max_momentum")
            if last_epoch == -1:
                for group, momentum in zip(optimizer.param_groups, self.max_momentums, strict=True):
                    _set_momentum(group, momentum)
        for group in optimizer.param_groups:
            group.pop("initial_lr", None)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lowest

    def scale_fn(self, x: float) -> float:
        """How high a cycle is."""
        if self._scale_fn is not None:
            return self._scale_fn(x)
        if self.mode == "triangular2":
            return float(1 / (2.0 ** (x - 1)))
        return 1.0 if self.mode == "triangular" else float(self.gamma**x)

    def get_lr(self) -> list[Any]:
        """The learning rates for the step `last_epoch`."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, least, most in zip(
                self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True
            ):
                _set_momentum(group, most - (most - least) * share * scale)
        return [
            base + (most - base) * share * scale
            for base, most in zip(self.base_lrs, self.max_lrs, strict=True)
        ]


@example(
    "OneCycleLR(optimizer, 1.0, total_steps=8, cycle_momentum=False)",
    "[0.04, 0.819, 0.972, 0.812, 0.556, 0.283]",
)
class OneCycleLR(LRScheduler):
    """The rate up to the largest and down to a very small one (Smith and Topin, 2017)."""

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: Any,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: Any = 0.85,
        max_momentum: Any = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError(
                    "You must define either total_steps OR (epochs AND steps_per_epoch)"
                )
            total_steps = epochs * steps_per_epoch
        if total_steps <= 0 or not isinstance(total_steps, int):
            raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self.optimizer, self.total_steps = optimizer, total_steps
        self._anneal_func_type = anneal_strategy
        top = float(pct_start * total_steps) - 1
        phases: list[tuple[float, str, str, str, str]] = [
            (top, "initial_lr", "max_lr", "max_momentum", "base_momentum")
        ]
        if three_phase:
            back = float(2 * pct_start * total_steps) - 2
            phases.append((back, "max_lr", "initial_lr", "base_momentum", "max_momentum"))
            phases.append((total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"))
        else:
            phases.append((total_steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"))
        keys = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
        self._schedule_phases = [dict(zip(keys, phase, strict=True)) for phase in phases]
        highest = per_group(max_lr, optimizer, "max_lr")
        self.cycle_momentum = cycle_momentum
        if last_epoch == -1:
            for group, most in zip(optimizer.param_groups, highest, strict=True):
                group["initial_lr"] = most / div_factor
                group["max_lr"] = most
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if cycle_momentum:
            _check_momentum(optimizer)
            self.use_beta1 = "betas" in optimizer.defaults
            if last_epoch == -1:
                largest = per_group(max_momentum, optimizer, "max_momentum")
                smallest = per_group(base_momentum, optimizer, "base_momentum")
                for group, most, least in zip(
                    optimizer.param_groups, largest, smallest, strict=True
                ):
                    _set_momentum(group, most)
                    group["max_momentum"], group["base_momentum"] = most, least
        super().__init__(optimizer, last_epoch)

    def _between(self, start: float, end: float, share: float) -> float:
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
        return (end - start) * share + start

    def get_lr(self) -> list[Any]:
        """The learning rates for the step `last_epoch`."""
        now = self.last_epoch
        if now > self.total_steps:
            raise ValueError(
                f"Tried to step {now} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        start = 0.0
        phases: list[dict[str, Any]] = self._schedule_phases
        for i, phase in enumerate(phases):
            if now <= phase["end_step"] or i == len(phases) - 1:
                share = (now - start) / (phase["end_step"] - start)
                break
            start = phase["end_step"]
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                _set_momentum(group, self._between(*ends, share))
        return rates
