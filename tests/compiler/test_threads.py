"""Long loops are shared between threads, and nothing but the time they take changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler.threads import LEAST, PIECE, Divided, _usual_count, thread_count

SIZE = 5 * PIECE + 17
setting = tf.config.threading


@pytest.fixture(autouse=True)
def usual_number() -> Iterator[None]:
    yield
    setting.set_intra_op_parallelism_threads(0)


def summed(seen: list[Any]) -> Any:
    def function(x: Any, scale: Any, y: Any, total: Any, largest: Any, sizes: Any, c: Any) -> None:
        assert x.size == y.size == sizes[0]
        seen.append((x.shape, threading.get_ident()))
        y[...] = x * scale + c[0]
        total[...] = y.sum()
        largest[...] = y.max()

    return function


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("shape", [(SIZE,), (SIZE, 1), (1, SIZE)])
def test_pieces_make_the_whole(count: int, shape: tuple[int, ...]) -> None:
    setting.set_intra_op_parallelism_threads(count)
    seen: list[Any] = []
    kernel = Divided(summed(seen), SIZE, LEAST, {3: np.add, 4: np.maximum})
    x = np.random.default_rng(0).normal(size=shape)
    y, total, largest = np.empty(shape), np.empty(()), np.empty(())
    sizes, numbers = np.array([SIZE, 0]), np.array([0.5])
    for _ in range(2):  # the first call compiles, and is not divided
        y[...] = total[...] = largest[...] = np.nan
        kernel(x, np.float64(3.0), y, total, largest, sizes, numbers)
        np.testing.assert_array_equal(y, x * 3.0 + 0.5)
        np.testing.assert_allclose(total, y.sum(), rtol=1e-12)
        assert largest == y.max()
    assert sizes[0] == SIZE
    pieces = [shape for shape, _ in seen[1:]]
    assert len(pieces) == min(count, SIZE // PIECE)
    assert sum(np.prod(piece) for piece in pieces) == SIZE
    assert all(len(piece) == len(shape) for piece in pieces)


def test_little_work_is_not_divided() -> None:
    setting.set_intra_op_parallelism_threads(8)
    seen: list[Any] = []
    kernel = Divided(summed(seen), SIZE, 1, {3: np.add, 4: np.maximum})
    x = np.ones(SIZE)
    for _ in range(3):
        sizes, numbers = np.array([SIZE, 0]), np.zeros(1)
        kernel(x, np.float64(1.0), np.empty(SIZE), np.empty(()), np.empty(()), sizes, numbers)
    assert [shape for shape, _ in seen] == [(SIZE,)] * 3


def test_errors_of_any_piece_arrive_when_all_are_done() -> None:
    setting.set_intra_op_parallelism_threads(3)
    done: list[int] = []

    def function(x: Any, sizes: Any, numbers: Any) -> None:
        done.append(x[0])
        if len(x) != SIZE and x[0] > 0:
            raise RuntimeError("this piece is wrong")

    kernel = Divided(function, SIZE, LEAST, {})
    arguments = np.arange(SIZE), np.array([SIZE, 0]), np.zeros(1)
    kernel(*arguments)
    with pytest.raises(RuntimeError, match="this piece is wrong"):
        kernel(*arguments)
    assert len(done) == 4


def program(x: Any, y: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        value = tf.reduce_sum(tf.tanh(x * y) * tf.exp(-x * x) + tf.sigmoid(y))
    return value, tape.gradient(value, [x, y]), tf.reduce_max(x * y)


def test_compiled_functions_in_several_threads_at_once() -> None:
    rng = np.random.default_rng(0)
    x, y = [tf.constant(rng.normal(size=(500, 1001))) for _ in range(2)]
    setting.set_intra_op_parallelism_threads(1)
    compiled = tf.function(program)
    compiled(x, y)
    expected = tf.nest.flatten(compiled(x, y))
    for count in (2, 3):
        setting.set_intra_op_parallelism_threads(count)
        with ThreadPoolExecutor(3) as callers:
            results = list(callers.map(lambda _: compiled(x, y), range(9)))
        for result in results:
            for a, b in zip(tf.nest.flatten(result), expected, strict=True):
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    setting.set_intra_op_parallelism_threads(2)
    kernel = Divided(summed([]), SIZE, LEAST, {3: np.add, 4: np.maximum})
    x, total = np.ones(SIZE), np.empty(())

    def run() -> float:
        sizes, numbers = np.array([SIZE, 0]), np.zeros(1)
        kernel(x, np.float64(1.0), np.empty(SIZE), total, np.empty(()), sizes, numbers)
        return float(total)

    assert [run(), run()] == [SIZE, SIZE]
    child = os.fork()
    if not child:
        os._exit(0 if run() == SIZE else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert setting.get_intra_op_parallelism_threads() == 0
    setting.set_intra_op_parallelism_threads(7)
    assert (setting.get_intra_op_parallelism_threads(), thread_count()) == (7, 7)
    with pytest.raises(ValueError, match="cannot be negative"):
        setting.set_intra_op_parallelism_threads(-1)
    for said, number in (("3", 3), ("2,4", 2)):
        monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert _usual_count.__wrapped__() == number
    for said in ("", "many", "0"):
        monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert _usual_count.__wrapped__() >= 1
