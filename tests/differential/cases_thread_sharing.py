"""What threads share and what they do not: variables, but neither tapes nor accumulators."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tests.differential.harness import case


def in_thread(call: Callable[[], Any]) -> Any:
    """What `call` returns when it runs in a thread of its own."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


@case(235)
def operations_of_other_threads_are_not_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        elsewhere = in_thread(lambda: x * x)
        here = x * x * x
    return elsewhere, tape.gradient([elsewhere, here], x)


@case(235)
def variables_read_in_other_threads_are_not_watched(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        elsewhere = in_thread(lambda: v * v)
    return elsewhere, tape.watched_variables(), tape.gradient(elsewhere, v)


@case(235)
def each_thread_has_its_own_tape(tf: Any) -> Any:
    def derivative(value: float) -> Any:
        x = tf.constant(value)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        return tape.gradient(y, x)

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
        others = [in_thread(lambda value=value: derivative(value)) for value in (2.0, 3.0)]
        y = y * x
    return others, tape.gradient(y, x)


@case(235)
def accumulators_are_of_one_thread(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        elsewhere = in_thread(lambda: x * x)
        here = x * x
    return accumulator.jvp(elsewhere), accumulator.jvp(here)


@case(235)
def many_threads_at_once(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    results: dict[int, Any] = {}

    def work(i: int) -> None:
        for _ in range(20):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(v * v * float(i))
            results[i] = tape.gradient(y, v)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[i] for i in range(6)]
