"""What a program of the PyTorch dialect no longer holds is gone, without the garbage collector."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator

import pytest

import tapegrad.torch as torch

TIMES = 400


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def training() -> Callable[[], None]:
    weights = torch.randn(20, 30, requires_grad=True)
    bias = torch.zeros(30, requires_grad=True)
    x, y = torch.randn(50, 20), torch.randn(50)

    def step() -> None:
        loss = ((torch.tanh(x @ weights + bias).sum(1) - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for p in (weights, bias):
                p -= 0.01 * p.grad
                p.grad = None

    return step


def views() -> Callable[[], None]:
    def change() -> None:
        x = torch.zeros(10, requires_grad=True)
        y = x * 2
        y[0] = 1
        y[3:5] += 2
        y.view(2, 5).mul_(3)
        y.sum().backward()

    return change


def hooks() -> Callable[[], None]:
    def call() -> None:
        x = torch.ones(3, requires_grad=True)
        y = x * 2
        y.register_hook(lambda g: g * 2)
        y.retain_grad()
        y.sum().backward()

    return call


def second_order() -> Callable[[], None]:
    def differentiate() -> None:
        x = torch.ones(3, requires_grad=True)
        (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
        torch.autograd.grad(g.sum(), x)

    return differentiate


@pytest.mark.parametrize("program", [training, views, hooks, second_order])
def test_memory_does_not_grow(program: Callable[[], Callable[[], None]]) -> None:
    once = program()
    tracemalloc.start()
    try:
        for _ in range(TIMES):  # what is learnt about passes that come again is kept
            once()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(TIMES):
            once()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 64 * TIMES  # not even one small object is left of each


def test_a_graph_dies_with_its_last_tensor() -> None:
    x = torch.ones(1000, requires_grad=True)
    y = (x * 2).exp()
    node = weakref.ref(y.grad_fn)
    del y
    assert node() is None


def test_a_leaf_dies_although_a_graph_depends_on_it() -> None:
    def loss() -> torch.Tensor:
        return (torch.ones(2, requires_grad=True) * 3).sum()

    y = loss()
    y.backward()  # its leaf is gone, and nobody can ask for the gradient
    assert y.item() == 6.0
