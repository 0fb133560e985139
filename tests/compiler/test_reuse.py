"""Memory of large results: nobody's array changes, and what nobody holds is used again."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import reuse

SHAPE = (100, 500)
COUNT = 50_000
DTYPE = np.dtype(np.float64)


@pytest.fixture(autouse=True)
def _nothing_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    gc.collect()
    monkeypatch.setattr(reuse, "_idle", {})
    yield
    gc.collect()


def address(x: Any) -> int:
    return int(x.__array_interface__["data"][0])


def test_memory_of_dead_array_is_used_again() -> None:
    first = reuse.room(SHAPE, DTYPE)
    place = address(first)
    del first
    assert address(reuse.room((COUNT,), DTYPE)) == place


def test_living_arrays_are_apart() -> None:
    arrays = [reuse.room(SHAPE, DTYPE) for _ in range(8)]
    for i, x in enumerate(arrays):
        x[...] = i
    assert all((x == i).all() for i, x in enumerate(arrays))


@pytest.mark.parametrize(
    "share",
    [
        lambda x: x[3:, ::2],
        lambda x: x.T.reshape(500, 10, 10),
        memoryview,
        np.from_dlpack,
        lambda x: np.frombuffer(x.data, np.uint8),
    ],
)
def test_whatever_shares_memory_keeps_it(share: Callable[[Any], Any]) -> None:
    x = reuse.room(SHAPE, DTYPE)
    x[...] = 1.0
    shared = share(x)
    before = np.asarray(shared).copy()
    del x
    others = [reuse.room(SHAPE, DTYPE) for _ in range(3)]
    for other in others:
        other[...] = 7.0
    np.testing.assert_array_equal(np.asarray(shared), before)


def test_results_begin_at_different_places_of_a_page() -> None:
    arrays = [reuse.room(SHAPE, DTYPE) for _ in range(8)]
    places = {address(x) % reuse.PAGE for x in arrays}
    assert len(places) == 8
    assert all(place % reuse.LINE == 0 for place in places)


def test_idle_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuse, "MOST_IDLE", 3 * COUNT * 8)
    arrays = [reuse.room((n,), DTYPE) for n in (COUNT, COUNT, COUNT + 1, COUNT, 9 * COUNT)]
    arrays.clear()
    idle = sum(size * len(waiting) for size, (_, waiting) in reuse._idle.items())
    assert 0 < idle <= 3 * COUNT * 8


def test_results_of_compiled_function() -> None:
    f = tf.function(lambda x, c: (x * c, x + c))
    x = tf.constant(np.arange(COUNT, dtype=np.float64))
    kept = []
    for i in range(6):
        c = tf.constant(np.float64(i))
        kept.append((i, f(x, c)[0], f(x, c)[1].numpy()[::3]))
        f(x, c)
    for i, product, part in kept:
        np.testing.assert_array_equal(product.numpy(), np.arange(COUNT) * float(i))
        np.testing.assert_array_equal(part, (np.arange(COUNT) + float(i))[::3])


def test_result_in_variable() -> None:
    v = tf.Variable(np.zeros(COUNT))
    step = tf.function(v.assign_add)
    ones = tf.constant(np.ones(COUNT))
    seen = []
    for i in range(5):
        step(ones)
        seen.append(v.value())
        assert (v.numpy() == i + 1).all()
    assert all((x.numpy() == i + 1).all() for i, x in enumerate(seen))


def test_threads() -> None:
    f = tf.function(lambda x, c: x * c)
    x = tf.constant(np.ones(COUNT))
    f(x, tf.constant(np.float64(0.0)))
    wrong: list[float] = []

    def work(number: float) -> None:
        for _ in range(50):
            y = f(x, tf.constant(np.float64(number)))
            if not (y.numpy() == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(float(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_end_of_a_program_is_quiet() -> None:
    code = (
        "import numpy as np, tapegrad as tf\n"
        "f = tf.function(lambda x: x * 2.0)\n"
        f"x = tf.constant(np.ones({COUNT}))\n"
        "f(x); y = f(x); z = f(x)\n"
        "print(float(y.numpy().sum()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == 2.0 * COUNT
    assert done.stderr == ""
