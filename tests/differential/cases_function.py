"""tf.function as a decorator: forms, signatures, gradients, Python inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case, raised


@case(227)
def function_as_a_bare_decorator(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        return x * x

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return y, tape.gradient(y, x)


@case(227)
def function_as_a_called_decorator(tf: Any) -> Any:
    @tf.function()
    def f(x: Any) -> Any:
        return x + 1.0

    @tf.function(reduce_retracing=True)
    def g(x: Any) -> Any:
        return x + 2.0

    @tf.function(autograph=False)
    def h(x: Any) -> Any:
        return x + 3.0

    double = tf.function(lambda x: 2.0 * x)
    x = tf.constant(1.0)
    return f(x), g(x), h(x), double(x), tf.function(func=abs)(tf.constant(-1.0))


@case(227)
def input_signature_is_checked(tf: Any) -> Any:
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def f(x: Any) -> Any:
        return tf.reduce_sum(x)

    return [
        f(tf.constant([1.0, 2.0])),
        f(tf.constant([1.0, 2.0, 3.0])),
        raised(lambda: f(tf.constant([[1.0]]))),
        raised(lambda: f(tf.constant([1]))),
        raised(lambda: f(tf.constant([1.0]), tf.constant([1.0]))),
        raised(f),
    ]


@case(227)
def input_signature_converts_numbers(tf: Any) -> Any:
    @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([2], tf.float32)])
    def f(x: Any, y: Any) -> Any:
        return x * y

    return (
        f(2.0, [1.0, 3.0]),
        f(2, np.array([1.0, 3.0], np.float32)),
        f(x=2.0, y=tf.constant([1.0, 1.0])),
    )


@case(227)
def original_function_is_kept(tf: Any) -> Any:
    def f(x: Any) -> Any:
        """Its text."""
        return x + 1.0

    g = tf.function(f)
    return g.python_function is f, g.__name__, g.__doc__, g.python_function(1.0)


@case(227)
def concrete_functions(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        return x * 2.0

    by_spec = f.get_concrete_function(tf.TensorSpec([2], tf.float32))
    by_value = f.get_concrete_function(tf.constant([1.0, 2.0]))
    return by_spec(tf.constant([3.0, 4.0])), by_value(tf.constant([5.0, 6.0]))


@case(227)
def methods_are_bound(tf: Any) -> Any:
    class Line(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = tf.Variable(2.0)

        @tf.function
        def __call__(self, x: Any) -> Any:
            return self.w * x

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def shifted(self, x: Any) -> Any:
            return self.w + x

    line, other = Line(), Line()
    other.w.assign(10.0)
    with tf.GradientTape() as tape:
        y = line(tf.constant(3.0)) + line.shifted(1.0)
    return y, other(tf.constant(3.0)), tape.gradient(y, line.w)


@case(227)
def structures_go_in_and_out(tf: Any) -> Any:
    @tf.function
    def f(points: Any, scale: Any = 2.0) -> Any:
        return {"sum": points["a"] + points["b"][0], "all": (points["a"] * scale, None)}

    return f({"a": tf.constant(1.0), "b": [tf.constant(2.0)]}, scale=tf.constant(3.0))


@case(227)
def tape_inside_a_function(tf: Any) -> Any:
    @tf.function
    def derivative(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        return tape.gradient(y, x)

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        g = derivative(x)
    return g, tape.gradient(g, x)


@case(227, rtol=1e-5)
def training_step_in_a_function(tf: Any) -> Any:
    w = tf.Variable([1.0, -1.0])

    @tf.function
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((w * x - 1.0) ** 2)
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return loss

    return [step(tf.constant([1.0, 2.0])) for _ in range(3)], w


@case(227)
def functions_call_functions(tf: Any) -> Any:
    @tf.function
    def square(x: Any) -> Any:
        return x * x

    @tf.function
    def sum_of_squares(x: Any) -> Any:
        return tf.reduce_sum(square(x))

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = sum_of_squares(x)
    return y, tape.gradient(y, x)


@case(227)
def python_control_flow_by_value(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        if tf.reduce_sum(x) > 0.0:
            return x * 2.0
        return -x

    @tf.function
    def collatz(n: Any) -> Any:
        steps = tf.constant(0)
        while n > 1:
            n = tf.where(n % 2 == 0, n // 2, 3 * n + 1)
            steps += 1
        return steps

    return f(tf.constant([1.0])), f(tf.constant([-1.0])), collatz(tf.constant(6))


@case(227)
def second_order_through_a_function(tf: Any) -> Any:
    f = tf.function(lambda x: tf.sin(x) * x)
    x = tf.constant([0.5, 1.5])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, x)
    return g, outer.gradient(g, x)


@case(227)
def jacobian_through_a_function(tf: Any) -> Any:
    f = tf.function(lambda x: tf.stack([x[0] * x[1], x[1] ** 2]))
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x)


@case(227)
def exceptions_pass_through_a_function(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        raise KeyError("inside")

    return f(tf.constant(1.0))


@case(228)
def side_effects_happen_while_recording(tf: Any) -> Any:
    calls = []

    @tf.function
    def f(x: Any) -> Any:
        calls.append(1)
        return x + 1.0

    return [f(tf.constant(0.0)), f(tf.constant(1.0)), len(calls)]


@case(
    228,
    differs="TensorFlow refuses a function that makes a Variable each time that it is traced",
    ours=[2.0, 2.0],
)
def variables_made_in_a_function(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        v = tf.Variable(1.0)
        return v + x

    return [f(tf.constant(1.0)), f(tf.constant(1.0))]


@case(228)
def variables_made_once_in_a_function(tf: Any) -> Any:
    class Lazy:
        v = None

        @tf.function
        def __call__(self, x: Any) -> Any:
            if self.v is None:
                self.v = tf.Variable(2.0)
            return self.v * x

    lazy = Lazy()
    return lazy(tf.constant(1.0)), lazy(tf.constant(3.0)), lazy.v


@case(230)
def py_function_is_differentiable(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(func=lambda t: t * t * t, inp=[x], Tout=tf.float32)
    return y, tape.gradient(y, x)


@case(230)
def py_function_of_several_values(tf: Any) -> Any:
    x, y = tf.constant([1.0, 2.0]), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        a, b = tf.py_function(
            lambda s, t: [s * t, tf.reduce_sum(s)], [x, y], [tf.float32, tf.float32]
        )
        single = tf.py_function(lambda s: [s + 1.0], [x], [tf.float32])
        total = tf.reduce_sum(a) + b + tf.reduce_sum(single[0])
    return a, b, single, tape.gradient(total, [x, y])


@case(230)
def py_function_of_nothing(tf: Any) -> Any:
    calls: list[Any] = []
    result = tf.py_function(lambda s: calls.append(float(s)), [tf.constant(2.0)], [])
    return result, calls


@case(230)
def numpy_function_of_several_values(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    a, b = tf.numpy_function(lambda s: (s * 2.0, np.int64(len(s))), [x], [tf.float32, tf.int64])
    return a, b


@case(230)
def numpy_function_cuts_the_path(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.numpy_function(func=lambda a: np.sum(a, dtype=np.float32), inp=[x], Tout=tf.float32)
    return y, tape.gradient(y, x)


@case(230)
def python_functions_run_at_every_call_of_a_function(tf: Any) -> Any:
    seen: list[Any] = []

    @tf.function
    def f(x: Any, n: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.py_function(lambda t: (seen.append("py"), t * t)[1], [x], tf.float32)
            y = y * 3.0
        count = tf.numpy_function(lambda k: (seen.append("numpy"), k * 2)[1], [n], tf.int32)
        tf.py_function(lambda k: seen.append(int(k)), [n], [])
        return tape.gradient(y, x), count

    results = [f(tf.constant(float(k)), tf.constant(k)) for k in (2, 3, 4)]
    return results, sorted(map(str, seen))


@case(230)
def init_scope_is_lifted_out_of_a_function(tf: Any) -> Any:
    v, calls = tf.Variable(1.0), []

    @tf.function
    def f(x: Any) -> Any:
        y = v * x
        if not calls:
            with tf.init_scope():
                calls.append(1)
                v.assign_add(10.0)
        return y + v

    f(tf.constant(2.0))  # TensorFlow lifts the block before the whole call
    return f(tf.constant(2.0)), f(tf.constant(3.0)), v


@case(227)
def texts_in_a_function(tf: Any) -> Any:
    @tf.function
    def twice(a: Any) -> Any:
        return a + a

    single = tf.constant("a") + tf.constant("b")
    return twice(tf.constant("x")), twice(tf.constant(["y", "z"])), single, tf.add("c", "d")


@case(238, match="GradientTape")
def symbolic_gradients_are_refused(tf: Any) -> Any:
    x = tf.constant(1.0)
    return tf.gradients(x * x, x)


@case(238)
def symbolic_hessians_are_refused(tf: Any) -> Any:
    x = tf.constant([1.0])
    return tf.hessians(x * x, x)
