"""Tapes belong to one thread and one asyncio task."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

import tapegrad as tf
from tapegrad.core.context import visible_recorders


def cube(x: tf.Tensor) -> tf.Tensor:
    return x * x * x


def test_operations_of_another_thread_are_not_recorded() -> None:
    x = tf.constant(2.0)
    results = []
    with tf.GradientTape() as tape:
        tape.watch(x)
        worker = threading.Thread(target=lambda: results.append(cube(x)))
        worker.start()
        worker.join()
        y = cube(x)
    assert tape.gradient([y, results[0]], x).numpy() == 12.0


def test_each_thread_has_its_own_tapes() -> None:
    barrier = threading.Barrier(8, timeout=30)

    def work(k: int) -> float:
        x = tf.constant(float(k))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(50):
                barrier.wait()
                y = y * 1.0 + x * x * 0.02
        return float(tape.gradient(y, x))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(8)))
    assert found == pytest.approx([1.0 + 50 * 0.04 * k for k in range(8)], rel=1e-5)


def test_a_gradient_may_be_taken_in_another_thread() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(tape.gradient, y, x).result().numpy() == 6.0


def test_interleaved_tasks_have_their_own_tapes() -> None:
    async def work(k: int) -> float:
        x = tf.constant(float(k))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(5):
                await asyncio.sleep(0)
                y = y * x
        assert len(tape.records) == 5
        return float(tape.gradient(y, x))

    async def main() -> list[float]:
        return list(await asyncio.gather(*(work(k) for k in range(1, 6))))

    assert asyncio.run(main()) == pytest.approx([6.0 * k**5 for k in range(1, 6)])


def test_a_task_started_inside_a_block_is_another_context() -> None:
    x = tf.constant(2.0)

    async def child() -> tuple[tf.Tensor, int]:
        return cube(x), len(visible_recorders())

    async def main() -> None:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            theirs, seen = await asyncio.create_task(child())
            mine = cube(x)
            awaited = (await child())[0]
        assert seen == 0
        assert tape.gradient(theirs, x) is None
        assert tape.gradient(mine, x).numpy() == 12.0
        assert tape.gradient(awaited, x).numpy() == 12.0, "a coroutine awaited here runs here"

    asyncio.run(main())


def test_a_task_may_use_a_tape_of_its_own_inside_the_block_of_its_parent() -> None:
    x = tf.constant(2.0)

    async def child() -> float:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = cube(x)
        return float(tape.gradient(y, x))

    async def main() -> None:
        with tf.GradientTape() as tape:
            tape.watch(x)
            task = asyncio.create_task(child())
            y = cube(x)
            assert await task == 12.0
            assert len(visible_recorders()) == 1
        assert tape.gradient(y, x).numpy() == 12.0

    asyncio.run(main())


def test_to_thread_copies_the_context_but_not_the_tape() -> None:
    x = tf.constant(2.0)

    async def main() -> None:
        with tf.GradientTape() as tape:
            tape.watch(x)
            theirs = await asyncio.to_thread(cube, x)
            mine = cube(x)
        assert tape.gradient([theirs, mine], x).numpy() == 12.0

    asyncio.run(main())


def test_an_accumulator_of_another_thread_sees_nothing() -> None:
    x = tf.constant(2.0)
    results = []
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        worker = threading.Thread(target=lambda: results.append(cube(x)))
        worker.start()
        worker.join()
        assert acc.jvp(results[0]) is None
        assert acc.jvp(cube(x)).numpy() == 12.0


def test_a_context_run_elsewhere_leaves_this_one_alone() -> None:
    tape = tf.GradientTape()
    copy_context().run(tape.__enter__)
    assert visible_recorders() == ()
