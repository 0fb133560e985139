"""jacobian: shapes, structures, sparse and degenerate cases, Hessians."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case


@case(104)
def vector_by_vector(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], x[2] ** 2])
    return tape.jacobian(y, x)


@case(104)
def scalar_target_and_scalar_source(tf: Any) -> Any:
    x, s = tf.constant([1.0, 2.0, 3.0]), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, s])
        y = tf.reduce_sum(x**3)
        z = s**2 * x
        w = s**3
    return [tape.jacobian(y, x), tape.jacobian(z, s), tape.jacobian(w, s)]


@case(104)
def matrix_by_matrix(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = tf.constant([[1.0, -1.0], [0.5, 2.0], [-2.0, 0.25]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, w])
        y = tf.tanh(0.125 * (x @ w))
    return [tape.jacobian(y, x), tape.jacobian(y, w)]


@case(104)
def shapes_of_many_ranks(tf: Any) -> Any:
    results = []
    for target, source in (([2, 1], [3]), ([1], [1, 1]), ([2, 2, 2], []), ([], [2, 1, 2])):
        x = tf.fill(source, 2.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x * x) * tf.ones(target)
        results.append(tape.jacobian(y, x))
    return results


@case(104)
def dense_layer(tf: Any) -> Any:
    x = tf.constant([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    kernel = tf.Variable([[1.0, -2.0], [0.5, 0.125], [-1.0, 0.75]])
    bias = tf.Variable([0.0, 0.5])
    with tf.GradientTape() as tape:
        y = tf.nn.relu(x @ kernel + bias)
    return tape.jacobian(y, [kernel, bias])


@case(105)
def structures_of_sources(tf: Any) -> Any:
    x, z = tf.constant([1.0, 2.0]), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * x * z
    return [
        tape.jacobian(y, [x, z]),
        tape.jacobian(y, (x,)),
        tape.jacobian(y, {"z": z, "x": [x]}),
        tape.jacobian(y, []),
    ]


ONE_TARGET = "TensorFlow fails with AttributeError"


@case(105, differs=ONE_TARGET, ours=Raises("TypeError", match="target"))
def jacobian_of_a_list(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian([y, x], x)


@case(105, differs=ONE_TARGET, ours=Raises("TypeError", match="target"))
def jacobian_of_none(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.jacobian(None, x)


@case(105, differs=ONE_TARGET, ours=Raises("TypeError", match="target"))
def jacobian_of_a_number(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.jacobian(2.0, x)


@case(105)
def jacobian_of_a_variable_by_a_variable(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = v * v
    return [tape.jacobian(v, v), tape.jacobian(y, v)]


@case(106, match="non-persistent")
def jacobian_twice(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.jacobian(y, x)
    return tape.jacobian(y, x)


@case(107)
def jacobian_inside_the_block(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**3
        j = tape.jacobian(y, x)
    return j


@case(107)
def jacobian_inside_a_persistent_block_is_differentiable(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        j = tape.jacobian(y, x)
    return [j, tape.gradient(j, x), tape.jacobian(j, x)]


@case(107)
def jacobian_in_nested_persistent_tapes(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(x)
            y = x**3
            inside = inner.jacobian(y, x)
        between = inner.jacobian(y, x)
        g = inner.gradient(y, x)
    return {
        "inside": inside,
        "between": between,
        "after": inner.jacobian(y, x),
        "hessian": outer.jacobian(g, x),
        "third": outer.gradient(between, x),
        "third_inside": outer.gradient(inside, x),
        "inner_of_inside": inner.gradient(inside, x),
        "inner_of_between": inner.gradient(between, x),
    }


@case(108)
def without_vectorising_on_a_persistent_tape(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[0] * x[1], tf.sin(x[0]), x[1] ** 2])
    return [
        tape.jacobian(y, x, experimental_use_pfor=False),
        tape.jacobian(y, x, experimental_use_pfor=True),
    ]


NO_LOOP = "how the rows are computed is no business of the caller"


@case(108, differs=NO_LOOP, ours=[[2.0, 0.0], [0.0, 4.0]])
def without_vectorising_on_a_tape_for_one_use(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


@case(109)
def parallel_iterations(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
    return [
        tape.jacobian(y, x, parallel_iterations=2),
        tape.jacobian(y, x, parallel_iterations=3, experimental_use_pfor=False),
    ]


@case(109, differs=NO_LOOP, ours=[[2.0, 0.0], [0.0, 4.0]])
def parallel_iterations_on_a_tape_for_one_use(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x, parallel_iterations=2)


@case(110)
def jacobian_of_a_gather_is_dense(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.gather(x, [2, 0, 2])
        z = tf.nn.embedding_lookup(v, [1])
    return [tape.jacobian(y, x), tape.jacobian(z, v)]


@case(111)
def integer_target_of_jacobian(tf: Any) -> Any:
    x = tf.constant([1.5, 2.5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x, tf.int32)
    return tape.jacobian(y, x)


@case(111)
def empty_target_of_jacobian(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[3:] * 2.0
    return tape.jacobian(y, x)


@case(112)
def target_is_source(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.Variable([[1.0], [2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, v])
    return [tape.jacobian(x, x), tape.jacobian(v, v)]


@case(112)
def jacobian_behind_stop_gradient(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stop_gradient(x * x)
    return tape.jacobian(y, x)


@case(
    114, differs="TensorFlow's backward sees symbolic tensors there", ours=[[3.0, 0.0], [0.0, 3.0]]
)
def custom_gradient_that_reads_numbers(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            return tf.constant(3.0 * dy.numpy())

        return x * 1.0, grad

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x)


@case(114)
def custom_gradient_in_a_jacobian(tf: Any) -> Any:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 1.0, lambda dy: 3.0 * dy

    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x) * x
    return tape.jacobian(y, x)


@case(115)
def sum_over_the_target_is_the_gradient(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.nn.softmax(x) * x
    return [tf.reduce_sum(tape.jacobian(y, x), axis=[0, 1]), tape.gradient(y, x)]


@case(104)
def jacobian_through_many_operations(tf: Any) -> Any:
    x = tf.constant([0.5, -1.25, 2.0], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [
            tf.cumsum(x),
            tf.reverse(x, [0]),
            tf.sort(x),
            tf.concat([x[1:], tf.exp(x)], 0),
            tf.reshape(tf.tensordot(x, x, 0), [-1]),
            tf.where(x > 0.0, x * x, -x),
            tf.nn.log_softmax(x),
            tf.einsum("i,j->ij", x, tf.sin(x)),
            tf.maximum(x, 0.75),
            tf.pad(x, [[1, 1]]),
            tf.tile(x, [2]),
            tf.transpose(tf.reshape(x, [1, 3])),
        ]
    return [tape.jacobian(y, x) for y in ys]
