"""gradient(): what mutation, NumPy and Python's control flow do to a path; what backward calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case, raised


@case(56)
def values_at_record_time_are_used(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    v.assign(100.0)
    return tape.gradient(y, v)


@case(56)
def arrays_handed_over_are_copied(tf: Any) -> Any:
    array = np.array([1.0, 2.0])
    v = tf.Variable(array)
    x = tf.constant(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = v * x
    array[:] = 50.0
    y.numpy()[:] = 50.0
    return tape.gradient(y, [v, x])


@case(57)
def assign_between_two_uses(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
        v.assign(10.0)
        z = y + v * v
    return tape.gradient(z, v)


@case(57)
def assign_in_a_loop(tf: Any) -> Any:
    v = tf.Variable(1.0)
    total = tf.constant(0.0)
    with tf.GradientTape() as tape:
        for _ in range(3):
            total = total + v * v
            v.assign_add(1.0)
    return tape.gradient(total, v)


@case(58)
def state_cuts_the_path(tf: Any) -> Any:
    x0, x1 = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        x1.assign_add(x0)
        y = x1**2
    return tape.gradient(y, [x0, x1])


@case(58)
def assign_of_a_watched_tensor(tf: Any) -> Any:
    x, v = tf.constant(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        v.assign(x * 2.0)
        y = v * x
    return tape.gradient(y, [x, v])


@case(58)
def scatter_cuts_the_path(tf: Any) -> Any:
    x, v = tf.constant([3.0]), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        v.scatter_nd_update([[0]], x * 2.0)
        y = tf.reduce_sum(v * v)
    return tape.gradient(y, [x, v])


@case(58)
def result_of_an_assign(tf: Any) -> Any:
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        r = v.assign(4.0)
        y = r * r
    return tape.gradient(y, v)


@case(
    59,
    differs="functions of NumPy are recorded",
    ours=[[0.5, 1.0], [1.5, 2.0]],
)
def numpy_cuts_the_path(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        x2 = x**2
        y = tf.reduce_mean(np.mean(x2, axis=0), axis=0)
    return tape.gradient(y, x)


@case(59)
def float_cuts_one_factor(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = float(x) * x
    return tape.gradient(y, x)


@case(59)
def method_numpy_cuts(tf: Any) -> Any:
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x.numpy() * x
        z = y * tf.constant(x.numpy())
    return tape.gradient(z, x)


@case(60)
def the_condition_is_not_differentiated(tf: Any) -> Any:
    x, v0, v1 = tf.constant(1.0), tf.Variable(2.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = v0 * 1.0 if x > 0.0 else v1**2
    return tape.gradient(result, [v0, v1, x])


@case(60)
def while_on_a_tensor(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        while tf.reduce_sum(y) < 100.0:
            y = y * 2.0
    return [y, tape.gradient(y, x)]


@case(60)
def for_over_a_range_tensor(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for i in tf.range(3):
            y = y * x + tf.cast(i, tf.float32)
    return tape.gradient(y, x)


@case(60)
def for_over_the_rows_of_a_tensor(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.constant(1.0)
        for row in x:
            y = y * tf.reduce_sum(row)
    return tape.gradient(y, x)


@case(60)
def unpacking_a_tensor(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        a, b = x
        y = a * a * b
    return tape.gradient(y, [x, a, b])


@case(61)
def max_of_variables_returns_one_of_them(tf: Any) -> Any:
    vs = [tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)]
    with tf.GradientTape(persistent=True) as tape:
        big = max(vs)
        small = min(vs)
    return [tape.gradient(big, vs), tape.gradient(small, vs)]


@case(61)
def sum_abs_and_pow_are_recorded(tf: Any) -> Any:
    xs = [tf.constant(-1.0), tf.constant(2.0), tf.constant(3.0)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(xs)
        total = sum(xs)
        size = abs(xs[0])
        power = pow(xs[1], xs[2])
    return [tape.gradient(y, xs) for y in (total, size, power)]


@case(62)
def backward_is_not_called_without_a_cotangent(tf: Any) -> Any:
    calls = []

    @tf.custom_gradient
    def logged(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            calls.append(float(dy))
            return dy * 2.0

        return x * 2.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        unused = logged(x)
        y = x * x
    del unused
    return [tape.gradient(y, x), calls]


@case(62)
def unused_outputs_count_as_zero(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0, 3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a, b = tf.split(x, 2, axis=1)
        rows = tf.unstack(x, axis=1)
        values, _ = tf.math.top_k(x, k=2)
        y, z, w = a * a, rows[2] ** 2, values * 3.0
    del b
    return [tape.gradient(y, x), tape.gradient(z, x), tape.gradient(w, x)]


@case(63)
def a_branch_that_leads_to_no_source(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 2.0, lambda dy: 100.0 * dy

    x, z = tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch([x, z])
        y = f(z) * x
    return tape.gradient(y, x)


@case(64)
def constant_exponent(tf: Any) -> Any:
    x = tf.constant([-2.0, 0.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2
    return tape.gradient(y, x)


@case(64)
def exponent_watched_as_well(tf: Any) -> Any:
    x, p = tf.constant([2.0, 3.0]), tf.constant([2.0, -1.0])
    with tf.GradientTape() as tape:
        tape.watch([x, p])
        y = x**p
    return tape.gradient(y, [x, p])


@case(65)
def behind_a_bool_output_the_path_is_cut(tf: Any) -> Any:
    x = tf.constant([1.0, float("nan")])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(tf.math.is_nan(x), tf.float32) * 2.0
    return tape.gradient(y, x)


@case(65, differs="TensorFlow raises LookupError for a bool output of a float", ours=[None, None])
def predicates_as_targets(tf: Any) -> Any:
    x = tf.constant([1.0, float("nan")])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [tf.math.is_nan(x), tf.math.is_finite(x)]
    return [tape.gradient(y, x) for y in ys]


@case(65)
def non_differentiable_operations(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [tf.floor(x), tf.math.ceil(x), tf.round(x), tf.math.rint(x), x // 1.0]
        ys += [tf.zeros_like(x), tf.ones_like(x), tf.cast(tf.argmax(x), tf.float32)]
        ys += [tf.cast(x > 0.0, tf.float32), tf.cast(tf.shape(x), tf.float32)]
        ys += [tf.cast(tf.argsort(x), tf.float32), tf.one_hot(tf.cast(x, tf.int32), 2)]
    return [tape.gradient(y, x) for y in ys]


@case(65)
def added_to_something_connected(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x - tf.floor(x) + x * tf.cast(x > 0.0, tf.float32)
    return tape.gradient(y, x)


@case(66)
def after_a_backward_that_raised(tf: Any) -> Any:
    @tf.custom_gradient
    def broken(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            raise KeyError("in the backward")

        return x * 1.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = broken(x)
    error = raised(lambda: tape.gradient(y, x))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return [error, tape.gradient(y, x)]


@case(66)
def a_backward_that_raised_in_the_block(tf: Any) -> Any:
    @tf.custom_gradient
    def broken(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            raise KeyError("in the backward")

        return x * 1.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = broken(x)
            error = raised(lambda: tape.gradient(y, x))
            z = x * x
        g = tape.gradient(z, x)
    return [error, g, outer.gradient(g, x)]
