"""Whose watch counts, when it counts, and which objects are the same source."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(29)
def inner_watch_does_not_make_the_outer_tape_watch(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(29)
def outer_watch_does_not_make_the_inner_tape_watch(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            y = x * x
        g = inner.gradient(y, x)
    return [g, outer.gradient(y, x)]


@case(29)
def every_tape_watches_variables(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v**3
        g = inner.gradient(y, v)
    return [g, outer.gradient(g, v)]


@case(30)
def a_late_watch_affects_later_uses_only(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        tape.watch(x)
        z = y + x
    return [tape.gradient(z, x), tape.gradient(y, x), tape.gradient(y, [x])]


FROM_NOW_ON = (
    "a watch counts from then on; TensorFlow extends it to what it recorded for another operand"
)


@case(30, differs=FROM_NOW_ON, ours=None)
def an_operand_watched_after_its_use(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * c
        tape.watch(c)
    return tape.gradient(y, c)


@case(30, differs=FROM_NOW_ON, ours=[None, 6.0])
def an_operand_watched_between_two_uses(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(c)
        y = x * c
        tape.watch(x)
        z = y * x
    return [tape.gradient(y, x), tape.gradient(z, x)]


@case(30)
def a_variable_watched_after_its_use(tf: Any) -> Any:
    x, v = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(x)
        y = x * v
        tape.watch(v)
        z = x * v
    return [tape.gradient(y, v), tape.gradient(z, v), tape.gradient([y, z], [x, v])]


@case("21,30")
def an_operand_watched_after_the_block(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * c
    tape.watch(c)
    return tape.gradient(y, [x, c])


@case(31)
def watch_an_intermediate(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.watch(y)
        z = y * y
    return tape.gradient(z, [x, y])


@case(32)
def watch_a_slice(tf: Any) -> Any:
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        s = x[0]
        tape.watch(s)
        y = s * s + x[1]
    return tape.gradient(y, [x, s])


@case(32)
def watching_one_slice_is_not_watching_another(tf: Any) -> Any:
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x[0])
        y = x[0] * x[0]
    return tape.gradient(y, x)


@case(33)
def rebinding_asks_for_the_new_tensor(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        x = x * 2.0
        y = x * x
    return tape.gradient(y, x)


@case(34)
def equal_constants_are_distinct(tf: Any) -> Any:
    x, z = tf.constant(3.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, z])


@case(35)
def what_returns_its_argument(tf: Any) -> Any:
    t = tf.constant(3.0)
    return [
        tf.constant(t) is t,
        tf.convert_to_tensor(t) is t,
        tf.cast(t, tf.float32) is t,
        tf.identity(t) is t,
        tf.reshape(t, []) is t,
        tf.stop_gradient(t) is t,
    ]


@case(35)
def watching_the_original_does_not_watch_a_copy(tf: Any) -> Any:
    x = tf.constant(3.0)
    copy = tf.identity(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = copy * copy
    return tape.gradient(y, [x, copy])


@case(36)
def read_values_are_new_tensors(tf: Any) -> Any:
    v = tf.Variable(3.0)
    return [v.read_value() is v.read_value(), v.value() is v.value()]


@case(36)
def a_read_value_as_source(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        r = v.read_value()
        y = r * r + v * 5.0
    return tape.gradient(y, [v, r])


@case(37)
def the_tape_keeps_a_deleted_variable(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    del v
    return tape.gradient(y, tape.watched_variables())
