"""watch, watched_variables, and what a tape watches by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case


def names(tape: Any) -> list[str]:
    return [v.name for v in tape.watched_variables()]


@case(18)
def watch_returns_none(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return tape.watch(tf.constant(1.0))


@case(18)
def watch_takes_a_list(tf: Any) -> Any:
    x, y = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = x * y
    return tape.gradient(z, [x, y])


@case(18)
def watch_takes_any_nest(tf: Any) -> Any:
    a, b, c = tf.constant(2.0), tf.constant(3.0), tf.constant(5.0)
    v = tf.Variable(7.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch({"a": a, "rest": (b, [c, v])})
        z = a * b * c * v
    return tape.gradient(z, {"a": a, "rest": (b, [c, v])})


@case(18)
def watch_takes_an_empty_nest(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return [tape.watch([]), tape.watch({})]


@case(19, match="Passed in object")
def watch_an_array(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(np.ones(2))


@case(19, match="Passed in object")
def watch_a_number(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(1.0)


@case(19, match="Passed in object")
def watch_none(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(None)


@case(19)
def watch_a_list_with_a_number_in_it(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch([tf.constant(1.0), 2.0])


@case(
    20,
    differs="TensorFlow fails with AttributeError on None",
    ours=Raises("ValueError", match="with"),
)
def watch_before_entering(tf: Any) -> Any:
    tf.GradientTape().watch(tf.constant(1.0))


@case(21)
def watch_after_the_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        pass
    tape.watch(x)
    return tape.gradient(x, x)


@case(21)
def watch_after_the_block_is_too_late(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.watch(x)
    return tape.gradient(y, x)


@case(22)
def watch_twice(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.watch([x, x])
        y = x * x
    return tape.gradient(y, x)


@case(23)
def watch_an_integer_tensor(tf: Any) -> Any:
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@case(23)
def watch_a_bool_tensor(tf: Any) -> Any:
    x = tf.constant([True, False])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x, tf.float32) * 2.0
    return tape.gradient(y, x)


@case(24)
def trainable_variable_is_watched(tf: Any) -> Any:
    v = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = v * v
    return [names(tape), tape.gradient(y, v)]


@case(24)
def non_trainable_variable_is_not_watched(tf: Any) -> Any:
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v
    return [names(tape), tape.gradient(y, v)]


@case(24)
def non_trainable_variable_can_be_watched(tf: Any) -> Any:
    v = tf.Variable(3.0, trainable=False, name="v")
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    return [names(tape), tape.gradient(y, v)]


@case(24)
def variable_read_before_the_block(tf: Any) -> Any:
    v = tf.Variable(3.0)
    r = v.read_value()
    with tf.GradientTape() as tape:
        y = r * r
    return [names(tape), tape.gradient(y, v)]


@case(25)
def reads_by_operator_index_and_method(tf: Any) -> Any:
    results = []
    for read in (
        lambda v: v + 1.0,
        lambda v: -v,
        lambda v: v[0],
        lambda v: v.read_value(),
        lambda v: v.value(),
        lambda v: v.numpy(),
        tf.exp,
        tf.convert_to_tensor,
        tf.identity,
        lambda v: tf.stack([v, v]),
    ):
        v = tf.Variable([1.0], name="v")
        with tf.GradientTape() as tape:
            read(v)
        results.append(names(tape))
    return results


@case(25)
def assign_results_are_reads(tf: Any) -> Any:
    results = []
    for write in (
        lambda v: v.assign([2.0]),
        lambda v: v.assign_add([2.0]),
        lambda v: v.assign_sub([2.0]),
    ):
        v = tf.Variable([1.0], name="v")
        with tf.GradientTape() as tape:
            write(v)
        results.append(names(tape))
    return results


@case(25)
def what_is_not_a_read(tf: Any) -> Any:
    v = tf.Variable([1.0], name="v")
    with tf.GradientTape() as tape:
        tf.Variable(2.0, name="new")
        _ = (v.shape, v.dtype, v.name, v.trainable)
    return names(tape)


@case(25)
def gradient_through_each_read(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        ys = [v * v, v[1] ** 2, v.read_value() ** 2, v.value() * 3.0, tf.identity(v) * 2.0]
    return [tape.gradient(y, v) for y in ys]


@case(26)
def nothing_is_watched_automatically(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * v
    return [names(tape), tape.gradient(y, v)]


@case(26)
def selected_variables(tf: Any) -> Any:
    v, w = tf.Variable(3.0, name="v"), tf.Variable(5.0, name="w")
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * w
    return [names(tape), tape.gradient(y, [v, w])]


@case(27)
def watched_variables_is_a_tuple(tf: Any) -> Any:
    v = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        _ = v * v
    return isinstance(tape.watched_variables(), tuple)


@case(27)
def watched_variables_come_in_order_of_construction(tf: Any) -> Any:
    a, b, c = (tf.Variable(1.0, name=n) for n in "abc")
    with tf.GradientTape() as tape:
        _ = c * a + b
    return names(tape)


@case(27)
def watched_variables_of_a_never_entered_tape(tf: Any) -> Any:
    return tf.GradientTape().watched_variables()


@case(27)
def watched_variables_survive_gradient(tf: Any) -> Any:
    v = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    return names(tape)


@case("27,90")
def watched_variables_are_cleared_by_reset(tf: Any) -> Any:
    v = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        _ = v * v
        tape.reset()
        return names(tape)


@case(27)
def watched_variables_are_the_objects_themselves(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        _ = v * v
    return tape.watched_variables()[0] is v


@case(27)
def watched_tensors_are_not_listed(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(tf.constant(1.0))
    return tape.watched_variables()


@case(28)
def integer_variable(tf: Any) -> Any:
    v = tf.Variable(3, name="v")
    with tf.GradientTape() as tape:
        y = tf.cast(v, tf.float32) * 2.0
    return [v.trainable, names(tape), tape.gradient(y, v)]
