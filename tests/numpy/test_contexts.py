"""Threads, tasks and long runs: derivatives of functions do not mix, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
import tapegrad.torch as torch

ROOT = Path(__file__).parents[2]


def test_two_threads_in_the_middle_of_their_gradients() -> None:
    barrier = threading.Barrier(4, timeout=60)
    shared = np.array([1.0, 2.0])

    def work(k: int) -> Any:
        def f(x: Any) -> Any:
            y = x * 0.0
            for _ in range(30):
                barrier.wait()
                y = y + k * x * shared
                y[0] = y[0] * 1.0
            return np.sum(y)

        return np.grad(f)(np.array([1.0, 1.0])).tolist(), np.jvp(
            f, (np.array([1.0, 1.0]),), (np.array([1.0, 0.0]),)
        )[1].item()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    for k, (gradient, tangent) in enumerate(found):
        assert gradient == pytest.approx([30.0 * k, 60.0 * k])
        assert tangent == pytest.approx(30.0 * k)


def test_tasks_with_tapes_of_all_dialects() -> None:
    shared = torch.tensor([2.0], requires_grad=True)

    async def of_arrays(k: int) -> float:
        x = np.array([3.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * k
            await asyncio.sleep(0)
            y = y * x
            await asyncio.sleep(0)
        return float(tape.gradient(y, x)[0]) / (6 * k)

    async def of_tensors(k: int) -> float:
        v = tf.Variable(3.0)
        with tf.GradientTape() as tape:
            y = v * float(k)
            await asyncio.sleep(0)
            y = y * v
        return float(tape.gradient(y, v)) / (6 * k)

    async def of_graphs(k: int) -> float:
        y = shared * k
        await asyncio.sleep(0)
        with torch.no_grad():
            await asyncio.sleep(0)
        y = y * shared
        return float(torch.autograd.grad(y.sum(), shared)[0]) / (4 * k)

    async def main() -> list[float]:
        tasks = [f(k) for k in range(1, 6) for f in (of_arrays, of_tensors, of_graphs)]
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == pytest.approx([1.0] * 15)


def _in_place(x: Any) -> Any:
    y = np.zeros(4)
    y[:3] = x
    y += 1.0
    return np.sum(y**2)


X = numpy.array([1.0, 2.0, 3.0])
STEPS: dict[str, Callable[[], Any]] = {
    "grad": lambda: np.grad(lambda x: np.sum(np.sin(x) * x))(X),
    "in place": lambda: np.grad(_in_place)(X),
    "hvp": lambda: np.hvp(lambda x: np.sum(x**3), (X,), (X,)),
    "jvp": lambda: np.jvp(lambda x: np.sin(x) * x, (X,), (X,)),
    "leaks": lambda: _leaking(tf.Variable(2.0)),
    "custom": lambda: np.grad(lambda x: np.sum(_twice(x)))(X),
}


def _leaking(v: tf.Variable) -> Any:
    with tf.GradientTape() as tape:
        y = v * v
        float(y)
        y.numpy()
    return tape.gradient(y, v)


@np.custom_gradient
def _twice(x: Any) -> Any:
    return 2.0 * numpy.asarray(x), lambda dy: 2.0 * dy


@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_kept_and_nothing_is_left_to_the_collector(name: str) -> None:
    step = STEPS[name]
    gc.disable()
    try:
        tracemalloc.start()
        for _ in range(500):  # until NumPy's own caches are full
            step()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            step()
        unreachable = gc.collect()  # this empties Python's own lists of free tuples, too
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert unreachable < 30
    assert grown < 10_000


def test_ten_thousand_gradients_in_a_process_that_does_not_grow() -> None:
    program = """
import gc, resource
import numpy, tapegrad.numpy as np
gc.disable()
f = np.grad(lambda x: np.sum(np.tanh(x) * x))
x = numpy.ones(100)
def run(n):
    for _ in range(n):
        f(x)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = run(1000)
print(run(10000) - before)
"""
    resource = pytest.importorskip("resource", reason="there is none on Windows")
    assert resource
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 2_000  # kilobytes; one kept gradient each would be 8,000


@pytest.mark.parametrize(
    "module", ["tapegrad", "tapegrad.numpy", "tapegrad.torch", "tapegrad.optimize"]
)
def test_imports_without_a_warning(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", f"import {module}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
