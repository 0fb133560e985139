"""Averages of models on their way through training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.modules.normalization import _BatchNorm
from tapegrad.torch.optim.lr_scheduler import LRScheduler
from tapegrad.torch.optim.optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

_TEXTS = {
    "decay": "The share of the old average, from 0 to 1.",
    "model": "A module.",
    "avg_fn": "``(average, parameter, count)`` to the new average; by default equal weights.",
    "multi_avg_fn": "``(averages, parameters, count)``, which changes the averages in place.",
    "use_buffers": "Whether buffers are averaged, too, rather than copied.",
    "loader": "Batches, or tuples that begin with them.",
    "optimizer": "The optimizer whose learning rates are set.",
    "swa_lr": "The learning rate in the end: a number, or one per group.",
    "anneal_epochs": "How many epochs the change takes.",
    "anneal_strategy": "'cos' or 'linear'.",
    "last_epoch": "The last epoch that is done; -1 at the beginning.",
}


def _check_decay(decay: float) -> None:
    if not 0.0 <= decay <= 1.0:
        raise ValueError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


def _in_place(average: Callable[..., Any]) -> Callable[..., None]:
    """The function of several parameters that writes what one of a single parameter gives."""

    def update(averages: Any, parameters: Any, count: Any) -> None:
        with torch.no_grad():
            for old, new in zip(averages, parameters, strict=True):
                old.copy_(average(old, new, count))

    return update


@documented(
    "average = torch.optim.swa_utils.get_ema_avg_fn(0.9)\n"
    "average(torch.tensor(1.0), torch.tensor(2.0), 3)",
    "tensor(1.1000)",
    **_TEXTS,
)
def get_ema_avg_fn(decay: float = 0.999) -> Callable[..., Any]:
    """Averages in which older parameters count less and less."""
    _check_decay(decay)

    def average(old: Any, new: Any, count: Any) -> Any:
        with torch.no_grad():
            return decay * old + (1 - decay) * new

    return average


@documented(
    "average = torch.optim.swa_utils.get_swa_avg_fn()\n"
    "average(torch.tensor(1.0), torch.tensor(2.0), 3)",
    "tensor(1.2500)",
)
def get_swa_avg_fn() -> Callable[..., Any]:
    """Averages in which all parameters count alike."""

    def average(old: Any, new: Any, count: Any) -> Any:
        with torch.no_grad():
            return old + (new - old) / (count + 1)

    return average


@documented(
    "x = torch.tensor([1.0])\n"
    "torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)([x], [torch.tensor([2.0])], 3)\n"
    "x",
    "tensor([1.1000])",
    **_TEXTS,
)
def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[..., None]:
    """`get_ema_avg_fn` for many parameters, in place."""
    return _in_place(get_ema_avg_fn(decay))


@documented(
    "x = torch.tensor([1.0])\n"
    "torch.optim.swa_utils.get_swa_multi_avg_fn()([x], [torch.tensor([2.0])], 3)\n"
    "x",
    "tensor([1.2500])",
)
def get_swa_multi_avg_fn() -> Callable[..., None]:
    """`get_swa_avg_fn` for many parameters, in place."""
    return _in_place(get_swa_avg_fn())


@documented(
    "model = torch.nn.Linear(1, 1, bias=False)\n"
    "average = torch.optim.swa_utils.AveragedModel(model)\n"
    "average.update_parameters(model)\n"
    "average.n_averaged",
    "tensor(1)",
    **_TEXTS,
)
class AveragedModel(Module):
    """A copy of a model with averages of its parameters.

    Izmailov and others, "Averaging weights leads to wider optima and better generalization", 2018.
    """

    n_averaged: Any
    module: Any

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Callable[..., Any] | None = None,
        multi_avg_fn: Callable[..., None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        self.register_buffer("n_averaged", torch.tensor(0))
        self.avg_fn, self.multi_avg_fn = avg_fn, multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model gives."""
        return self.module(*args, **kwargs)

    def _averaged(self, model: Any) -> list[Any]:
        found = chain(model.parameters(), model.buffers() if self.use_buffers else ())
        return [p.detach() for p in found]

    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of the model into the average; the first time, copy them."""
        averages, parameters = self._averaged(self.module), self._averaged(model)
        count = int(self.n_averaged)
        if count == 0:
            for old, new in zip(averages, parameters, strict=True):
                old.copy_(new)
        else:
            chosen = self.avg_fn or get_swa_avg_fn()
            update = self.multi_avg_fn or _in_place(chosen)
            update(averages, parameters, self.n_averaged)
        if not self.use_buffers:
            for old, new in zip(self.module.buffers(), model.buffers(), strict=True):
                old.detach().copy_(new.detach())
        self.n_averaged += 1


@documented(
    "model = torch.nn.BatchNorm1d(1)\n"
    "torch.optim.swa_utils.update_bn([torch.tensor([[1.0], [3.0]])], model)\n"
    "model.running_mean",
    "tensor([2.])",
    device="There is only the processor.",
    **_TEXTS,
)
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Compute the statistics of batch normalisation anew, from all batches alike."""
    layers = [layer for layer in model.modules() if isinstance(layer, _BatchNorm)]
    if not layers:
        return
    was_training, momenta = model.training, [layer.momentum for layer in layers]
    model.train()
    with torch.no_grad():
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None
        for batch in loader:
            model(batch[0] if isinstance(batch, (list, tuple)) else batch)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


@documented(
    "optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)\n"
    "torch.optim.swa_utils.SWALR(optimizer, 0.5, 2).get_last_lr()",
    "[1.0]",
    **_TEXTS,
)
class SWALR(LRScheduler):
    """Learning rates that go to a value and stay there."""

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        groups = optimizer.param_groups
        rates = list(swa_lr) if isinstance(swa_lr, (list, tuple)) else [swa_lr] * len(groups)
        if len(rates) != len(groups):
            raise ValueError(
                f"swa_lr must have the same length as optimizer.param_groups. swa_lr has "
                f"{len(rates)} values, param_groups has {len(groups)}."
            )
        for rate, group in zip(rates, groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs, self._anneal_strategy = anneal_epochs, anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _share(self, step: float) -> float:
        """How much of the final rate counts after some epochs."""
        t = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self) -> list[Any]:
        """The rates of this epoch."""
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        found = []
        for group in self.optimizer.param_groups:
            lr, end = group["lr"], group["swa_lr"]
            start = end if before == 1 else (lr - before * end) / (1 - before)
            found.append(end * now + start * (1 - now))
        return found
