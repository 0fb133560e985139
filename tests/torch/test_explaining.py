"""`torch.autograd.explain` names what keeps ``.grad`` at None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad.torch as torch

HELD: list[Any] = []


def leaf() -> Any:
    return torch.tensor([1.0, 2.0], requires_grad=True)


def plain() -> tuple[Any, Any]:
    x = torch.tensor([1.0, 2.0])
    return (x * 2.0).sum(), x


def whole_numbers() -> tuple[Any, Any]:
    x = torch.tensor([1, 2])
    return (x * leaf()).sum(), x


def without_grad() -> tuple[Any, Any]:
    x = leaf()
    with torch.no_grad():
        y = (x * 2.0).sum()
    return y, x


def detached() -> tuple[Any, Any]:
    x = leaf()
    h = x
    for _ in range(3):
        h = h.detach() * 2.0
    return h.sum(), x


def through_numpy() -> tuple[Any, Any]:
    x, w = leaf(), torch.tensor([3.0], requires_grad=True)
    HELD.append(w)  # the graph knows leaves weakly
    return (torch.tensor(np.sin(x.detach().numpy())) * w).sum(), x


def through_item() -> tuple[Any, Any]:
    x = leaf()
    return torch.tensor(x.sum().item()) * 2.0, x


def positions() -> tuple[Any, Any]:
    x = leaf()
    return x.argmax(), x


def copied() -> tuple[Any, Any]:
    x = leaf()
    other = x.detach().clone().requires_grad_()
    HELD.append(other)
    return (other * 2.0).sum(), x


def replaced() -> tuple[Any, Any]:
    x = leaf()
    w = leaf() + 5.0
    return (w * 2.0).sum(), x * 3.0


CASES: list[tuple[Callable[[], tuple[Any, Any]], str, str]] = [
    (plain, "does not require grad", "requires_grad=True"),
    (whole_numbers, "integer", "floating point"),
    (without_grad, "no graph", "torch.no_grad()"),
    (detached, "no graph", "detach()"),
    (through_numpy, "not in the graph", "leaves of shape (1,)"),
    (through_item, "no graph", "item()"),
    (positions, "integer", "argmax"),
    (copied, "another object", "another tensor of equal value"),
    (replaced, "not in the graph", "x = x + 1"),
]


@pytest.mark.parametrize(("case", "word", "says"), CASES, ids=[c.__name__ for c, *_ in CASES])
def test_why_there_is_none(case: Callable[[], tuple[Any, Any]], word: str, says: str) -> None:
    y, x = case()
    found = torch.autograd.explain(y, x)
    assert (found.connected, found.cause) == (False, word)
    assert says in str(found)
    if y.requires_grad and x.requires_grad:
        assert torch.autograd.grad(y, x, allow_unused=True) == (None,)


def test_connected() -> None:
    x = leaf()
    h = torch.sin(x)
    y = (h * 2.0).sum()
    found = torch.autograd.explain(y, x)
    assert (found.connected, found.cause) == (True, "no backward")
    assert [line.strip() for line in str(found).splitlines()[1:4]] == [
        "1. SinBackward0",
        "2. MulBackward0",
        "3. SumBackward0",
    ]
    middle = torch.autograd.explain(y, h)
    assert (middle.connected, middle.cause) == (True, "not a leaf")
    assert "retain_grad" in str(middle)
    h.retain_grad()
    y.backward()
    assert torch.autograd.explain(y, x).cause == ""
    assert torch.autograd.explain(y, h).cause == ""
    assert torch.autograd.explain(x, x).connected


def test_long_graphs_are_cut() -> None:
    x = torch.tensor(0.5, requires_grad=True)
    y = x
    for _ in range(5000):
        y = torch.sin(y)
    text = str(torch.autograd.explain(y, x))
    assert "4976 more" in text
    assert len(text.splitlines()) < 30


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="output is a tensor, not float"):
        torch.autograd.explain(1.0, leaf())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="input is a tensor, not list"):
        torch.autograd.explain(leaf(), [leaf()])  # type: ignore[arg-type]
