"""custom_gradient: arguments, outputs, and what its gradient function receives and returns."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case


@case(126)
def bare_decorator(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * x, lambda dy: dy * 100.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [y, tape.gradient(y, x)]


@case(126)
def decorator_with_parentheses(tf: Any) -> Any:
    @tf.custom_gradient()
    def f(x: Any) -> Any:
        return x * x, lambda dy: dy * 100.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [y, tape.gradient(y, x)]


@case(126)
def names_of_the_decorated_function(tf: Any) -> Any:
    def original(x: Any) -> Any:
        """Say what it does."""
        return x, lambda dy: dy

    f = tf.custom_gradient(original)
    return [f.__name__, f.__doc__, f.__wrapped__ is original]


@case(126)
def on_a_method(tf: Any) -> Any:
    class Scaler:
        def __init__(self, factor: float) -> None:
            self.factor = factor

        @tf.custom_gradient
        def __call__(self, x: Any) -> Any:
            return x * self.factor, lambda dy: dy * self.factor * 10.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = Scaler(2.0)(x)
    return [y, tape.gradient(y, x)]


@case(127)
def stable_log1pexp(tf: Any) -> Any:
    @tf.custom_gradient
    def log1pexp(x: Any) -> Any:
        e = tf.exp(x)

        def grad(upstream: Any) -> Any:
            return upstream * (1 - 1 / (1 + e))

        return tf.math.log(1 + e), grad

    x = tf.constant([0.0, 100.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = log1pexp(x)
    return tape.gradient(y, x)


@case(127)
def structures_of_results(tf: Any) -> Any:
    def with_result(build: Any) -> Any:
        @tf.custom_gradient
        def f(x: Any) -> Any:
            return build(x * 2.0, x * 3.0), lambda da, db: 10.0 * da + 100.0 * db

        x = tf.constant(1.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            result = f(x)
        return [result, tape.gradient(result, x)]

    return [
        with_result(lambda a, b: [a, b]),
        with_result(lambda a, b: (a, b)),
        with_result(lambda a, b: {"a": a, "b": b}),
        with_result(lambda a, b: (a, {"k": [b]})),
    ]


@case(127)
def a_result_without_gradient_function(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0

    return f(tf.constant(1.0))


@case(128)
def a_function_that_returns_its_argument(tf: Any) -> Any:
    @tf.custom_gradient
    def clip(x: Any) -> Any:
        return x, lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = clip(x)
        y = h * 7.0 + x
    return [h is x, tape.gradient(y, x)]


@case(128)
def results_that_are_no_tensors(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return (np.float32(2.0) * x.numpy(), 5.0), lambda da, db: 10.0 * da + 100.0 * db

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, b = f(x)
        y = tf.reduce_sum(a) + b
    return [a, b, tape.gradient(y, x)]


@case(129)
def unused_results_arrive_as_zeros(tf: Any) -> Any:
    received = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(da: Any, db: Any) -> Any:
            received.append((da, db))
            return da + tf.reduce_sum(db)

        return (x * 2.0, tf.stack([x, x])), grad

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, _ = f(x)
        y = a * 5.0
    return [tape.gradient(y, x), received]


@case(129)
def not_called_if_no_result_is_used(tf: Any) -> Any:
    calls = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            calls.append(dy)
            return dy

        return x * 2.0, grad

    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        f(x)
        y = x * 5.0
    return [tape.gradient(y, x), calls]


@case(130)
def one_gradient_for_each_argument(tf: Any) -> Any:
    def with_grad(build: Any) -> Any:
        @tf.custom_gradient
        def f(a: Any, b: Any) -> Any:
            return a * b, lambda dy: build(10.0 * dy, 100.0 * dy)

        a, b = tf.constant(2.0), tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            y = f(a, b)
        return tape.gradient(y, [a, b])

    return [
        with_grad(lambda a, b: (a, b)),
        with_grad(lambda a, b: [a, b]),
        with_grad(lambda a, b: (a, [b])),
    ]


@case(130, match="expected to return 2 gradients, but returned 1")
def too_few_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def f(a: Any, b: Any) -> Any:
        return a * b, lambda dy: dy

    a, b = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = f(a, b)
    return tape.gradient(y, [a, b])


@case(130, match="expected to return 1 gradients, but returned 2")
def too_many_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def f(a: Any) -> Any:
        return a * 2.0, lambda dy: (dy, dy)

    a = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = f(a)
    return tape.gradient(y, a)


@case(130, match="expected to return 1 gradients, but returned 0")
def no_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def f(a: Any) -> Any:
        return a * 2.0, lambda dy: []

    a = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = f(a)
    return tape.gradient(y, a)


@case(131)
def python_numbers_as_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def power(x: Any, n: Any) -> Any:
        return x**n, lambda dy: (100.0 * dy, None)

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = power(x, 3.0)
    return [y, tape.gradient(y, x)]


@case(131)
def defaults_do_not_count(tf: Any) -> Any:
    @tf.custom_gradient
    def power(x: Any, n: float = 3.0) -> Any:
        return x**n, lambda dy: 100.0 * dy

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = power(x)
    return [y, tape.gradient(y, x)]


@case(134)
def nests_as_arguments(tf: Any) -> Any:
    def with_grad(build: Any) -> Any:
        @tf.custom_gradient
        def f(pair: Any, rest: Any) -> Any:
            y = pair[0] * pair[1] * rest["k"]
            return y, lambda dy: build(10.0 * dy, 100.0 * dy, 1000.0 * dy)

        a, b, c = tf.constant(2.0), tf.constant(3.0), tf.constant(5.0)
        with tf.GradientTape() as tape:
            tape.watch([a, b, c])
            y = f([a, b], {"k": c})
        return [y, tape.gradient(y, [a, b, c])]

    return [
        with_grad(lambda a, b, c: ([a, b], {"k": c})),
        with_grad(lambda a, b, c: (a, b, c)),
    ]


@case(134)
def empty_nests_as_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def f(nothing: Any, x: Any) -> Any:
        return x * 2.0, lambda dy: ({"empty": []}, 100.0 * dy)

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f({"empty": []}, x)
    return [y, tape.gradient(y, x)]
