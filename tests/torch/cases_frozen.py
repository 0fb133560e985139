"""Frozen parameters: a network learns the digits 0 to 4, then its new head alone learns 5 to 9.

The weights begin with the same numbers under both libraries, so that the losses can be compared.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.torch.harness import case

_DATA = Path(__file__).parents[2] / "tapegrad" / "demo" / "data" / "digits.csv.gz"
_STEPS = 25


@cache
def digits(first: int) -> tuple[Any, Any]:
    """Images, shape (n, 1, 8, 8), of five digits from `first` on, and labels from 0 to 4."""
    table = np.loadtxt(_DATA, delimiter=",", dtype=np.float32)
    table = table[(table[:, 64] >= first) & (table[:, 64] < first + 5)][:400]
    return table[:, :64].reshape(-1, 1, 8, 8) / 16, (table[:, 64] - first).astype(np.int64)


def settle(torch: Any, module: Any, seed: int) -> Any:
    """The module with weights that do not depend on the library."""
    random = np.random.RandomState(seed)
    state = {
        name: torch.from_numpy(random.uniform(-0.3, 0.3, tuple(value.shape)).astype(np.float32))
        for name, value in module.named_parameters()
    }
    module.load_state_dict(state, strict=False)
    return module


def network(torch: Any) -> Any:
    """A small convolutional network with a head named ``fc``."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 4 * 4, 32),
        nn.ReLU(),
    )
    model.add_module("fc", nn.Linear(32, 5))
    return settle(torch, model, 0)


def train(torch: Any, model: Any, parameters: Any, first: int, rate: float = 0.1) -> list[float]:
    """The losses of some steps over all images."""
    images, labels = (torch.from_numpy(part) for part in digits(first))
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9)
    losses = []
    for _ in range(_STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def accuracy(torch: Any, model: Any, first: int) -> float:
    images, labels = (torch.from_numpy(part) for part in digits(first))
    with torch.no_grad():
        return float((model(images).argmax(1) == labels).float().mean())


@case("frozen parameters", rtol=1e-2)
def a_network_learns_digits(torch: Any) -> Any:
    model = network(torch)
    losses = train(torch, model, model.parameters(), 0)
    return losses[:5], accuracy(torch, model, 0) > 0.9


@case("frozen parameters", rtol=1e-2)
def a_new_head_learns_alone(torch: Any) -> Any:
    model = network(torch)
    train(torch, model, model.parameters(), 0)
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.zero_grad()
    model.fc = settle(torch, torch.nn.Linear(32, 5), 1)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    losses = train(torch, model, model.fc.parameters(), 5, rate=0.02)
    return {
        "falls": losses[-1] < 0.5 * losses[0],
        "accurate": accuracy(torch, model, 5) > 0.75,
        "followed": [name for name, value in model.named_parameters() if value.requires_grad],
        "with gradients": [
            name for name, value in model.named_parameters() if value.grad is not None
        ],
        "changed": [
            name
            for name, value in model.named_parameters()
            if not torch.equal(value.detach(), before[name])
        ],
    }


@case("frozen parameters")
def an_optimizer_skips_what_is_frozen(torch: Any) -> Any:
    model = network(torch)
    for parameter in model[0].parameters():
        parameter.requires_grad = False
    kept = model[0].weight.clone()
    train(torch, model, model.parameters(), 0)
    return torch.equal(kept, model[0].weight), model[0].weight.grad, model[0].weight.is_leaf
