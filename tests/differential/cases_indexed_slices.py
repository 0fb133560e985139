"""IndexedSlices: where they come from, what they do, who takes them."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case, raised

MATRIX = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def example(tf: Any) -> Any:
    return tf.IndexedSlices(
        tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([2, 2]), tf.constant([4, 2])
    )


@case(206)
def gather_of_rows(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.gather(v, [2, 0, 2]) * tf.constant([[1.0], [10.0], [100.0]])
    return tape.gradient(y, v)


@case(206)
def gather_of_a_matrix_of_indices(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.gather(v, [[2, 0], [1, 1]])
    return tape.gradient(y, v)


@case(206)
def gather_of_one_row(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.gather(v, 1)
    return tape.gradient(y, v)


@case(206)
def gather_of_int64_indices(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(v, tf.constant([1, 1], tf.int64))
    return tape.gradient(y, v)


@case(206)
def gather_of_a_watched_tensor(tf: Any) -> Any:
    x = tf.constant(MATRIX)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x, [1, 1])
    return tape.gradient(y, x)


@case(206)
def gather_of_a_computed_tensor(tf: Any) -> Any:
    x = tf.constant(MATRIX)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.gather(x * 2.0, [1, 1])
    return tape.gradient(y, x)


@case(206)
def embedding_lookup_of_a_variable(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(v, [0, 2, 0])
    return tape.gradient(y, v)


@case(206)
def sparse_read_of_a_variable(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = v.sparse_read([0, 2, 0])
    return tape.gradient(y, v)


@case(206)
def gradient_of_no_rows(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.gather(v, tf.constant([], tf.int32))
    return tape.gradient(y, v)


@case(207)
def gather_along_other_axes_is_dense(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape(persistent=True) as tape:
        along = tf.gather(v, [1, 1], axis=1)
        batched = tf.gather(v, [[0], [1], [0]], batch_dims=1, axis=1)
        entries = tf.gather_nd(v, [[0, 1], [0, 1]])
        masked = tf.boolean_mask(v, [True, False, True])
        indexed = v[1]
    return [tape.gradient(y, v) for y in (along, batched, entries, masked, indexed)]


@case(208)
def sum_of_two_gathers(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 1])) + 10.0 * tf.reduce_sum(tf.gather(v, [1, 2, 1]))
    return tf.convert_to_tensor(tape.gradient(y, v))


@case(208)
def sum_of_two_gathers_keeps_all_rows(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 1])) + 10.0 * tf.reduce_sum(tf.gather(v, [1, 2, 1]))
    g = tape.gradient(y, v)
    return [isinstance(g, tf.IndexedSlices), sorted(g.indices.numpy().tolist()), g.values.shape]


@case(208)
def gather_and_dense_use(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(v, [0, 0])) + tf.reduce_sum(v * v)
    return tape.gradient(y, v)


@case(208)
def two_targets_one_dense(tf: Any) -> Any:
    v = tf.Variable(MATRIX)
    with tf.GradientTape() as tape:
        targets = [tf.gather(v, [0]), v * 1.0]
    return tape.gradient(targets, v)


@case(209)
def duplicates_are_added_when_converted(tf: Any) -> Any:
    return tf.convert_to_tensor(example(tf))


@case(209)
def conversion_needs_a_shape(tf: Any) -> Any:
    return tf.convert_to_tensor(tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])))


@case(210)
def attributes_of_slices(tf: Any) -> Any:
    s = example(tf)
    return [s.values, s.indices, s.dense_shape, s.shape, s.dtype]


@case(210)
def slices_without_a_shape(tf: Any) -> Any:
    s = tf.IndexedSlices(values=tf.constant([1.0]), indices=tf.constant([0]), dense_shape=None)
    return s, s.dtype


@case(210)
def negative_slices(tf: Any) -> Any:
    return -example(tf)


@case(210)
def operators_slices_lack(tf: Any) -> Any:
    s = example(tf)
    return [
        raised(lambda: s * 2.0),
        raised(lambda: s + s),
        raised(lambda: s - 1.0),
        hasattr(s, "numpy"),
    ]


@case(210)
def tensor_plus_slices(tf: Any) -> Any:
    return tf.ones([4, 2]) + example(tf)


@case(211)
def functions_that_take_slices(tf: Any) -> Any:
    s = example(tf)
    return [
        tf.add_n([s, tf.ones([4, 2])]),
        tf.reduce_sum(s),
        tf.square(s),
        tf.clip_by_norm(s, 1.0),
        tf.linalg.global_norm([s]),
        tf.linalg.global_norm([s, tf.constant([3.0])]),
        tf.clip_by_global_norm([s], 1.0),
    ]


@case(211)
def clipped_by_value(tf: Any) -> Any:
    return tf.clip_by_value(example(tf), 1.5, 3.0)


def steps(tf: Any, *names: str) -> list[Any]:
    """The variable after one step of each optimizer with a gradient of repeated rows."""
    found = []
    for name in names:
        v = tf.Variable(MATRIX)
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(v, [2, 0, 2]))
        optimizer = getattr(tf.keras.optimizers, name)(learning_rate=0.5)
        optimizer.apply_gradients([(tape.gradient(y, v), v)])
        found.append(v.numpy())
    return found


@case(212)
def sgd_merges_duplicates(tf: Any) -> Any:
    return steps(tf, "SGD")


ROW_STEP = 0.5 * 10**0.5  # lr * g / sqrt(0.1 g^2)


@case(
    212,
    differs="TensorFlow squares the entries of repeated rows before it adds them, so that a step "
    "depends on how often a row was named; a gradient is the same gradient, sparse or dense",
    ours=[
        [[0.5, 1.5], [3.0, 4.0], [4.5, 5.5]],
        [
            [1.0 - 0.5 / 1.1**0.5, 2.0 - 0.5 / 1.1**0.5],
            [3.0, 4.0],
            [5.0 - 1.0 / 4.1**0.5, 6.0 - 1.0 / 4.1**0.5],
        ],
        [[1.0 - ROW_STEP, 2.0 - ROW_STEP], [3.0, 4.0], [5.0 - ROW_STEP, 6.0 - ROW_STEP]],
    ],
    rtol=2e-6,
)
def adaptive_optimizers_merge_duplicates(tf: Any) -> Any:
    return steps(tf, "Adam", "Adagrad", "RMSprop")


def step_with_slices(tf: Any, values: Any, indices: Any) -> Any:
    v = tf.Variable(MATRIX)
    g = tf.IndexedSlices(tf.constant(values), tf.constant(indices), tf.constant([3, 2]))
    tf.keras.optimizers.SGD(0.5).apply_gradients([(g, v)])
    return v


@case(212)
def optimizer_steps_along_one_row(tf: Any) -> Any:
    return step_with_slices(tf, [[1.0, 1.0]], [2])


@case(212)
def optimizers_refuse_rows_that_are_not_there(tf: Any) -> Any:
    return step_with_slices(tf, [[1.0, 1.0]], [3])


@case(
    212,
    differs="TensorFlow takes what fits of a row that is too long",
    ours=Raises("InvalidArgumentError"),
)
def optimizers_refuse_rows_that_are_too_long(tf: Any) -> Any:
    return step_with_slices(tf, [[1.0, 1.0, 1.0]], [0])


@case(212)
def jacobian_through_rows_is_dense(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [2, 0, 2])
    return tape.jacobian(y, v)


@case(102)
def slices_are_differentiated_again(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(v, [2, 0, 2]) ** 3)
        g = tf.convert_to_tensor(tape.gradient(y, v))
    return g, tf.convert_to_tensor(outer.gradient(g, v))


@case(
    102,
    differs="TensorFlow fails with AttributeError '_id'",
    ours=[6.0, 0.0, 36.0],
)
def slices_as_a_target(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(v, [2, 0, 2]) ** 3)
        g = tape.gradient(y, v)
    return tf.convert_to_tensor(outer.gradient(g, v))


@case(210)
def slices_of_other_objects(tf: Any) -> Any:
    return raised(lambda: tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])).foo)
