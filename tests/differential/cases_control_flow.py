"""cond, case, switch_case, while_loop, map_fn, scan, foldl, vectorized_map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.harness import Raises, case, raised


def value_and_gradient(tf: Any, function: Callable[..., Any], *values: Any) -> Any:
    """What `function` makes of tensors of `values`, and the gradients of the sum of it."""
    leaves = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(leaves)
        y = function(*leaves)
    return y, tape.gradient(y, leaves)


@case(229)
def cond_takes_one_branch(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return tf.cond(x > 2.0, lambda: x * x, lambda: -x)

    return value_and_gradient(tf, f, 3.0), value_and_gradient(tf, f, 1.0)


@case(229)
def cond_with_keywords_and_structures(tf: Any) -> Any:
    x = tf.constant(2.0)
    return tf.cond(
        pred=True, true_fn=lambda: {"a": x, "b": (x + 1.0,)}, false_fn=lambda: {"a": x, "b": (x,)}
    )


@case(229)
def cond_runs_only_the_branch_taken(tf: Any) -> Any:
    calls: list[str] = []
    tf.cond(tf.constant(False), lambda: calls.append("true"), lambda: calls.append("false"))
    return calls


@case(229)
def bad_arguments_of_cond(tf: Any) -> Any:
    one = lambda: tf.constant(1.0)  # noqa: E731
    return [
        raised(lambda: tf.cond(tf.constant([True, False]), one, one)),
        raised(lambda: tf.cond(tf.constant(True), None, one)),
        raised(lambda: tf.cond(tf.constant(True), one, None)),
        raised(lambda: tf.cond(tf.constant(True), 1.0, one)),
    ]


@case(229)
def case_takes_the_first_that_holds(tf: Any) -> Any:
    def f(x: Any) -> Any:
        pairs = [(x < 0.0, lambda: -x), (x < 1.0, lambda: x * x), (x < 2.0, lambda: x**3)]
        return tf.case(pairs, default=lambda: 10.0 * x)

    return [value_and_gradient(tf, f, value) for value in (-1.0, 0.5, 1.5, 5.0)]


@case(229)
def case_without_a_match(tf: Any) -> Any:
    false = tf.constant(False)
    return raised(lambda: tf.case([(false, lambda: tf.constant(1.0))]))


@case(229)
def case_of_two_matches(tf: Any) -> Any:
    true = tf.constant(True)
    pairs = [(true, lambda: tf.constant(1.0)), (true, lambda: tf.constant(2.0))]
    return tf.case(pairs)


@case(
    229,
    differs="TensorFlow does not check exclusive=True when it runs eagerly",
    ours=Raises("InvalidArgumentError"),
)
def exclusive_case_of_two_matches(tf: Any) -> Any:
    true = tf.constant(True)
    pairs = [(true, lambda: tf.constant(1.0)), (true, lambda: tf.constant(2.0))]
    return tf.case(pairs, exclusive=True)


@case(229)
def switch_case_by_number(tf: Any) -> Any:
    def f(i: int) -> Callable[[Any], Any]:
        return lambda x: tf.switch_case(
            tf.constant(i), [lambda: x * x, lambda: 3.0 * x], default=lambda: -x
        )

    return [value_and_gradient(tf, f(i), 2.0) for i in (0, 1, 2, -1)]


@case(229)
def switch_case_without_default_takes_the_last(tf: Any) -> Any:
    branches = [lambda: tf.constant(1.0), lambda: tf.constant(2.0)]
    return [tf.switch_case(tf.constant(i), branches) for i in (0, 1, 5, -3)]


@case(229)
def switch_case_of_a_dict(tf: Any) -> Any:
    branches = {0: lambda: tf.constant(1.0), 1: lambda: tf.constant(2.0)}
    return tf.switch_case(tf.constant(1), branches)


@case(229)
def while_loop_differentiates(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [tf.constant(0), x])[
            1
        ]

    return value_and_gradient(tf, f, 2.0)


@case(229)
def while_loop_returns_what_the_body_returned(tf: Any) -> Any:
    zero = tf.constant(0)

    def dicts(i: Any, d: Any) -> Any:
        return i + 1, {"a": d["a"] * 2}

    return [
        tf.while_loop(lambda i: i < 2, lambda i: (i + 1,), [zero]),
        tf.while_loop(lambda i: i < 2, lambda i: [i + 1], [zero]),
        tf.while_loop(lambda i: i < 2, lambda i: [i + 1], (zero,)),
        tf.while_loop(lambda i: i < 0, lambda i: (i + 1,), [zero]),
        tf.while_loop(lambda i, d: i < 2, dicts, (zero, {"a": 1})),
    ]


@case(229)
def while_loop_stops_at_the_maximum(tf: Any) -> Any:
    return tf.while_loop(
        cond=lambda i: True,
        body=lambda i: [i + 1],
        loop_vars=[tf.constant(0)],
        maximum_iterations=4,
    )


@case(
    229,
    differs="With maximum_iterations, TensorFlow refuses a tuple for a list",
    ours=(4,),
)
def while_loop_with_a_maximum_and_a_tuple(tf: Any) -> Any:
    zero = tf.constant(0)
    return tf.while_loop(lambda i: True, lambda i: (i + 1,), [zero], maximum_iterations=4)


@case(229)
def bad_bodies_of_while_loop(tf: Any) -> Any:
    zero = tf.constant(0)
    return [
        raised(lambda: tf.while_loop(lambda i: i < 2, lambda i: (i + 1, i), [zero])),
        raised(lambda: tf.while_loop(3, lambda i: i + 1, [zero])),
        raised(lambda: tf.while_loop(lambda i: i < 2, None, [zero])),
        raised(lambda: tf.while_loop(lambda: True, lambda: 1, [])),
    ]


@case(229)
def map_fn_by_row(tf: Any) -> Any:
    return value_and_gradient(
        tf, lambda x: tf.map_fn(lambda row: tf.reduce_sum(row * row), x), [[1.0, 2.0], [3.0, 4.0]]
    )


@case(229)
def map_fn_of_pairs(tf: Any) -> Any:
    return value_and_gradient(
        tf,
        lambda x, y: tf.map_fn(
            lambda pair: pair[0] * pair[1], (x, y), fn_output_signature=tf.float32
        ),
        [1.0, 2.0],
        [[3.0, 4.0], [5.0, 6.0]],
    )


@case(229)
def map_fn_to_a_structure(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    signature = {"a": tf.float32, "b": tf.int32}
    return tf.map_fn(
        lambda t: {"a": t * 2, "b": tf.cast(t, tf.int32)}, x, fn_output_signature=signature
    )


@case(229)
def map_fn_over_a_dict(tf: Any) -> Any:
    elems = {"a": tf.constant([1.0, 2.0]), "b": tf.constant([10.0, 20.0])}
    return tf.map_fn(lambda d: d["a"] + d["b"], elems, fn_output_signature=tf.float32)


@case(229)
def bad_arguments_of_map_fn(tf: Any) -> Any:
    vectors = (tf.constant([1.0, 2.0]), tf.constant([1.0]))
    return [
        raised(lambda: tf.map_fn(lambda t: t, tf.constant(1.0))),
        raised(lambda: tf.map_fn(lambda t: t[0], vectors, fn_output_signature=tf.float32)),
    ]


@case(229)
def scan_accumulates(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return tf.scan(lambda a, t: a * t, x)

    return value_and_gradient(tf, f, [2.0, 3.0, 4.0])


@case(229)
def scan_with_a_start(tf: Any) -> Any:
    def f(x: Any, start: Any) -> Any:
        return tf.scan(lambda a, t: a * 0.5 + t, x, initializer=start)

    return value_and_gradient(tf, f, [2.0, 3.0, 4.0], 1.0)


@case(229)
def scan_backwards(tf: Any) -> Any:
    return tf.scan(lambda a, t: a + t, tf.constant([1, 2, 3]), reverse=True), tf.scan(
        lambda a, t: a + t, tf.constant([1, 2, 3]), initializer=tf.constant(10), reverse=True
    )


@case(229)
def scan_of_structures(tf: Any) -> Any:
    elems = (tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0]))
    return tf.scan(lambda a, t: (a[0] + t[0], a[1] * t[1]), elems)


@case(229)
def foldl_accumulates(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return tf.foldl(lambda a, t: a * t + 1.0, x)

    return value_and_gradient(tf, f, [2.0, 3.0, 4.0])


@case(229)
def foldl_with_a_start(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0, 4.0])
    return [
        tf.foldl(lambda a, t: a - t, x, initializer=tf.constant(10.0)),
        tf.foldl(lambda a, t: a - t, x),
    ]


@case(229)
def vectorized_map_by_row(tf: Any) -> Any:
    return value_and_gradient(
        tf,
        lambda x, w: tf.vectorized_map(lambda row: tf.tensordot(row, w, 1) ** 2, x),
        [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        [0.5, -1.0],
    )


@case(229)
def vectorized_map_of_structures(tf: Any) -> Any:
    elems = (tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([10.0, 20.0]))
    return tf.vectorized_map(
        lambda e: {"sum": tf.reduce_sum(e[0]) + e[1], "row": e[0] * e[1]}, elems
    )


@case(229)
def vectorized_map_of_gradients(tf: Any) -> Any:
    def derivative(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x**3)
        return tape.gradient(y, x)

    return tf.vectorized_map(derivative, tf.constant([[1.0, 2.0], [3.0, 4.0]]))


@case(229)
def second_order_through_a_loop(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1]
        g = tape.gradient(y, x)
    return g, outer.gradient(g, x)


@case(60)
def python_loops_over_range(tf: Any) -> Any:
    def f(x: Any) -> Any:
        y = x
        for i in tf.range(3):
            y = y * x + tf.cast(i, tf.float32)
        while tf.reduce_sum(y) < 100.0:
            y = y * 2.0
        return y

    return value_and_gradient(tf, f, 1.5)
