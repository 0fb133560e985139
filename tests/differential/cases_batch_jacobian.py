"""batch_jacobian: one Jacobian for each example of a batch."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case


@case(118)
def two_by_three(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stack([x[:, 0] * x[:, 1], x[:, 2] ** 2], axis=1)
    return tape.batch_jacobian(y, x)


@case(118)
def elementwise_square(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x)


@case(118)
def higher_ranks(tf: Any) -> Any:
    x = tf.reshape(tf.range(12.0), [2, 3, 2])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x, axis=2)
        z = tf.transpose(x, [0, 2, 1])[:, :, :, None] * x[:, None, :, :1]
    return [tape.batch_jacobian(y, x), tape.batch_jacobian(z, x)]


@case(118)
def through_two_layers(tf: Any) -> Any:
    x = tf.constant([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [-0.5, 1.0, 0.0]])
    w0 = tf.Variable([[1.0, -2.0], [0.5, 0.125], [-1.0, 0.75]])
    w1 = tf.Variable([[0.5, 1.0, -1.0], [0.25, -0.5, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.elu(x @ w0) @ w1
    return tape.batch_jacobian(y, x)


@case(118)
def diagonal_of_the_full_jacobian(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.sin(x) * x[:, ::-1]
    return [tape.batch_jacobian(y, x), tf.einsum("bibj->bij", tape.jacobian(y, x))]


@case(118)
def intermediate_as_source(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = x * x
        y = tf.reduce_sum(h, axis=1, keepdims=True) * h
    return tape.batch_jacobian(y, h)


@case(119, match="rank at least 2")
def target_of_rank_one(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x, axis=1)
    return tape.batch_jacobian(y, x)


@case(119, match="rank at least 2")
def source_of_rank_one(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reshape(x * x, [2, 1])
    return tape.batch_jacobian(y, x)


@case(
    119,
    differs="TensorFlow fails with IndexError",
    ours=Raises("ValueError", match="rank at least 2"),
)
def scalar_target_of_batch_jacobian(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    return tape.batch_jacobian(y, x)


@case(120, match="first dimension")
def batches_of_different_size(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.concat([x, x], 0)
    return tape.batch_jacobian(y, x)


ONE_SOURCE = "TensorFlow fails with AttributeError"


@case(121, differs=ONE_SOURCE, ours=Raises("TypeError", match="source"))
def list_of_sources(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, [x])


@case(121, differs=ONE_SOURCE, ours=Raises("TypeError", match="target"))
def list_of_targets(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian([y], x)


@case(121)
def variable_as_source(tf: Any) -> Any:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = v**3
    return tape.batch_jacobian(y, v)


@case(121)
def keyword_source(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(target=y, source=x)


@case(122)
def examples_that_mix(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x - tf.reduce_mean(x, axis=0)
        z = x[::-1] * 3.0
    return [tape.batch_jacobian(y, x), tape.batch_jacobian(z, x)]


@case(123)
def rows_without_elements(tf: Any) -> Any:
    x = tf.zeros([1, 0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x)


@case(123)
def target_rows_without_elements(tf: Any) -> Any:
    x = tf.ones([2, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[:, 3:] * 2.0
    return tape.batch_jacobian(y, x)


@case(123, differs="TensorFlow divides by zero for an empty batch", ours=[0, 2, 3])
def batch_without_examples(tf: Any) -> Any:
    x = tf.zeros([0, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[:, :2] * 2.0
    return tape.batch_jacobian(y, x).shape.as_list()


@case(123)
def batch_of_one(tf: Any) -> Any:
    x = tf.constant([[2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**3
    return tape.batch_jacobian(y, x)


@case(124)
def batches_without_vectorising(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.exp(0.25 * x) * x[:, ::-1]
    return [
        tape.batch_jacobian(y, x, experimental_use_pfor=False),
        tape.batch_jacobian(y, x, experimental_use_pfor=True),
        tape.batch_jacobian(y, x, parallel_iterations=2, experimental_use_pfor=False),
    ]


@case(
    124,
    differs="how the rows are computed is no business of the caller",
    ours=[[[2.0, 0.0], [0.0, 4.0]]],
)
def batches_without_vectorising_on_a_tape_for_one_use(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x, experimental_use_pfor=False)


@case("2,118", match="non-persistent")
def batch_jacobian_twice(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.batch_jacobian(y, x)
    return tape.batch_jacobian(y, x)


@case("110,118")
def batch_jacobian_of_a_gather(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x * x, [2, 0], axis=1)
    return tape.batch_jacobian(y, x)
