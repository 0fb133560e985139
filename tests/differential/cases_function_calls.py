"""tf.function: which calls share a trace, and what tapes outside find."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tests.differential.harness import case

Pair = collections.namedtuple("Pair", "a b")


def counted(tf: Any, **options: Any) -> tuple[Any, list[int]]:
    """A function of anything, and the list that it appends to when Python runs."""
    runs: list[int] = []

    @tf.function(**options)
    def f(x: Any, y: Any = 2.0, *, z: Any = None) -> Any:
        runs.append(1)
        return x * y if z is None else x * y + z

    return f, runs


@case(227)
def calls_that_mean_the_same_share_a_trace(tf: Any) -> Any:
    f, runs = counted(tf)
    x = tf.constant(3.0)
    results = [f(x), f(x, 2.0), f(x=x), f(x, y=2.0), f(x, z=None), f(y=2.0, x=x)]
    return results, len(runs)


@case(227)
def python_values_are_traced_each(tf: Any) -> Any:
    f, runs = counted(tf)
    x = tf.constant(3.0)
    results = [f(x, y) for y in (1.0, 2.0, 1.0, tf.constant(5.0), tf.constant(6.0))]
    return results, len(runs)


@case(227)
def sizes_are_traced_each(tf: Any) -> Any:
    f, runs = counted(tf)
    return [tf.reduce_sum(f(tf.ones([n]))) for n in (2, 3, 4, 5, 3)], len(runs)


@case(227)
def reduced_retracing(tf: Any) -> Any:
    f, runs = counted(tf, reduce_retracing=True)
    return [tf.reduce_sum(f(tf.ones([n]))) for n in (2, 3, 4, 5, 3)], len(runs)


@case(227)
def sizes_of_none(tf: Any) -> Any:
    @tf.function(input_signature=[tf.TensorSpec([None, 2]), tf.TensorSpec([None])])
    def f(x: Any, y: Any) -> Any:
        rows = tf.range(tf.shape(x)[0])
        return tf.reduce_mean(x, 0), tf.reduce_mean(y), tf.reduce_sum(rows)

    return [f(tf.ones([n, 2]), tf.fill([m], 3.0)) for n, m in ((1, 1), (2, 3), (4, 4), (5, 2))]


@case(227)
def structures_of_all_kinds(tf: Any) -> Any:
    @tf.function
    def f(pair: Any, rest: Any, none: Any = None) -> Any:
        return Pair(pair.b, [pair.a + rest["x"], none]), {"z": rest["y"][0], "a": ()}

    one, two = tf.constant(1.0), tf.constant(2.0)
    return [f(Pair(x, two), {"y": [x], "x": one}) for x in (one, two)]


@case(227)
def gradients_reach_captured_tensors(tf: Any) -> Any:
    c = tf.constant([1.0, 2.0])
    f = tf.function(lambda x: tf.reduce_sum(c * x * x))
    x = tf.constant([3.0, 4.0])
    found = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(c)
            y = f(x)
        found.append(tape.gradient(y, [c, x]))
    return found


@case(227)
def gradients_reach_what_was_computed_before(tf: Any) -> Any:
    a = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        c = a * a
        f = tf.function(lambda x: x * c)
        y = f(tf.constant(3.0)) + f(tf.constant(4.0))
    return tape.gradient(y, a)


@case(
    227,
    differs="For a result that does not depend on an argument, TensorFlow's gradient is None, but "
    "zero if they are results and arguments of one tf.function",
    ours=[[1.0, None], [None, 2.0], [6.0, 3.0]],
)
def results_that_depend_on_other_arguments(tf: Any) -> Any:
    f = tf.function(lambda x, y: (x + 0.0, 2.0 * y, x * y))
    x, y = tf.constant(3.0), tf.constant(6.0)
    for _ in range(2):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, y])
            results = f(x, y)
    return [[None if g is None else float(g) for g in tape.gradient(r, [x, y])] for r in results]


@case(227)
def picked_rows_through_a_function(tf: Any) -> Any:
    table = tf.Variable(np.arange(6.0).reshape(3, 2))
    f = tf.function(lambda i: tf.reduce_sum(tf.gather(table, i) ** 2))
    found = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = f(tf.constant([2, 0, 2]))
        found.append(tf.convert_to_tensor(tape.gradient(y, table)))
    return found


@case(227)
def variables_read_after_an_assignment(tf: Any) -> Any:
    v = tf.Variable(1.0)

    @tf.function
    def f(x: Any) -> Any:
        before = v * x
        v.assign(2.0 * x)
        return before + v * v

    x, found = tf.constant(3.0), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found.append((y, tape.gradient(y, [x, v])))
    return found
