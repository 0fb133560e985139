"""Tapes and threads: a tape records the thread that entered it."""

from __future__ import annotations

import threading
from typing import Any

from tests.differential.harness import case


@case(235)
def tape_in_another_thread(tf: Any) -> Any:
    results: list[Any] = []

    def work() -> None:
        x = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        results.append(tape.gradient(y, x))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return results


@case(235)
def operations_of_another_thread_are_not_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    results: list[Any] = []
    with tf.GradientTape() as tape:
        tape.watch(x)
        thread = threading.Thread(target=lambda: results.append(x * x))
        thread.start()
        thread.join()
    return tape.gradient(results[0], x)


@case(235)
def gradient_called_from_another_thread(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(tape.gradient(y, x)))
    thread.start()
    thread.join()
    return results
