"""custom_gradient: variables, keyword arguments, and derivatives of the gradient function."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case


@case(135)
def gradients_of_variables(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return 10.0 * dy, [100.0 * dy for _ in variables]

        return x * v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [y, tape.gradient(y, [x, v])]


@case(135)
def ways_to_accept_variables(tf: Any) -> Any:
    def with_grad(grad: Any) -> Any:
        v = tf.Variable(5.0)

        @tf.custom_gradient
        def f(x: Any) -> Any:
            return x * v, grad

        x = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, [x, v])

    def positional(dy: Any, variables: Any) -> Any:
        return 10.0 * dy, [100.0 * dy for _ in variables]

    def keyword_only(dy: Any, *, variables: Any) -> Any:
        return 10.0 * dy, [100.0 * dy for _ in variables]

    def any_keyword(dy: Any, **kwargs: Any) -> Any:
        return 10.0 * dy, [100.0 * dy for _ in kwargs["variables"]]

    return [with_grad(positional), with_grad(keyword_only), with_grad(any_keyword)]


@case(135, match="must accept keyword argument 'variables'")
def a_gradient_function_that_takes_no_variables(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * v, lambda dy: 10.0 * dy

    with tf.GradientTape():
        return f(tf.constant(3.0))


@case("136")
def too_few_gradients_of_variables(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return 10.0 * dy, []

        return x * v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, [x, v])


@case(
    136,
    differs="TensorFlow fails while it unpacks the tensor",
    ours=Raises("ValueError", match="variable"),
)
def no_pair_of_gradients(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return 10.0 * dy

        return x * v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, [x, v])


@case(136)
def several_variables_by_identity(tf: Any) -> Any:
    v, w = tf.Variable(5.0), tf.Variable([1.0, 2.0])

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            total = tf.reduce_sum(dy)
            by_name = {v.ref(): 100.0 * total, w.ref(): 1000.0 * dy}
            return 10.0 * total, [by_name[each.ref()] for each in variables]

        return x * v * w, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [y, tape.gradient(y, [x, v, w])]


@case(137)
def non_trainable_variables_do_not_count(tf: Any) -> Any:
    v = tf.Variable(5.0, trainable=False)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * v, lambda dy: 10.0 * dy

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@case(137)
def variables_as_arguments_do_not_count(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any, v: Any) -> Any:
        return x * v, lambda dy: (10.0 * dy, 100.0 * dy)

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, v)
    return tape.gradient(y, [x, v])


@case(137)
def variables_stay_none_if_none_was_read(tf: Any) -> Any:
    received = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            received.append(variables)
            return 10.0 * dy

        return x * 2.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [tape.gradient(y, x), received]


@case(137)
def number_of_variables_received(tf: Any) -> Any:
    v, w, unread = tf.Variable(5.0), tf.Variable(7.0), tf.Variable(9.0)
    received = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            received.append(len(variables))
            return 10.0 * dy, [dy for _ in variables]

        return x * v * w + v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return [tape.gradient(y, [x, v, w, unread]), received]


@case(138, match="must accept keyword argument 'variables'")
def the_check_of_variables_without_a_tape(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * v, lambda dy: 10.0 * dy

    return f(tf.constant(3.0))


@case(
    139,
    differs="TensorFlow ignores the custom gradient of keyword arguments",
    ours=[15.0, 10.0, 100.0],
)
def keyword_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any, y: Any) -> Any:
        return x * y, lambda dz: (10.0 * dz, 100.0 * dz)

    x, y = tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = f(x=x, y=y)
    return [z, *tape.gradient(z, [x, y])]


@case(140)
def only_the_custom_rule_counts_for_the_result(tf: Any) -> Any:
    leaked = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        h = x * x
        leaked.append(h)
        return h * 2.0, lambda dy: 1000.0 * dy

    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    return [tape.gradient(y, x), tape.gradient(leaked[0], x), tape.gradient(y, leaked[0])]


@case(141)
def the_gradient_function_is_differentiated(tf: Any) -> Any:
    @tf.custom_gradient
    def cube(x: Any) -> Any:
        return x**3, lambda dy: dy * 3.0 * x**2

    x = tf.constant(2.0)
    with tf.GradientTape() as t3:
        t3.watch(x)
        with tf.GradientTape() as t2:
            t2.watch(x)
            with tf.GradientTape() as t1:
                t1.watch(x)
                y = cube(x)
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    return [y, d1, d2, t3.gradient(d2, x)]


@case(141)
def saved_values_are_differentiated(tf: Any) -> Any:
    @tf.custom_gradient
    def log1pexp(x: Any) -> Any:
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    x = tf.constant(0.5)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = log1pexp(x)
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(141)
def a_rule_for_the_second_order(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        @tf.custom_gradient
        def first_order(x: Any, dy: Any) -> Any:
            def second_order(ddy: Any) -> Any:
                return 1000.0 * ddy * dy, ddy * x

            return dy * x, second_order

        return x * x, lambda dy: first_order(x, dy)

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    return [y, g, outer.gradient(g, x)]


@case(142)
def a_custom_gradient_inside_another(tf: Any) -> Any:
    @tf.custom_gradient
    def inner(x: Any) -> Any:
        return x * 2.0, lambda dy: 10.0 * dy

    @tf.custom_gradient
    def outer(x: Any) -> Any:
        return inner(x) * 3.0, lambda dy: 1000.0 * dy

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outer(x)
    return [y, tape.gradient(y, x)]


@case(142)
def a_variable_read_by_both(tf: Any) -> Any:
    v = tf.Variable(5.0)

    @tf.custom_gradient
    def inner(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return 10.0 * dy, [20.0 * dy for _ in variables]

        return x * v, grad

    @tf.custom_gradient
    def outer(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return 1000.0 * dy, [2000.0 * dy for _ in variables]

        return inner(x) * v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = outer(x)
    return [y, tape.gradient(y, [x, v])]


@case(146, differs="TensorFlow returns an integer one", ours=None)
def integer_result(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return tf.cast(x, tf.int32), lambda dy: dy

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)
