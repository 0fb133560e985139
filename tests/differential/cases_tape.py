"""The life cycle of a tape: entering, leaving, consuming, re-entering."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case, raised


@case(1)
def with_binds_the_tape(tf: Any) -> Any:
    tape = tf.GradientTape()
    with tape as t:
        pass
    return t is tape


@case(1)
def autodiff_names_the_same_class(tf: Any) -> Any:
    return tf.autodiff.GradientTape is tf.GradientTape


@case(2)
def one_gradient_consumes(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@case(2, match="non-persistent")
def second_gradient_raises(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return tape.gradient(y, x)


@case(2, match="non-persistent")
def gradient_then_jacobian_raises(tf: Any) -> Any:
    x = tf.constant([3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return tape.jacobian(y, x)


@case(2, match="non-persistent")
def jacobian_then_gradient_raises(tf: Any) -> Any:
    x = tf.constant([3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.jacobian(y, x)
    return tape.gradient(y, x)


@case(2, match="non-persistent")
def batch_jacobian_then_gradient_raises(tf: Any) -> Any:
    x = tf.constant([[3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.batch_jacobian(y, x)
    return tape.gradient(y, x)


@case(2, match="non-persistent")
def gradient_then_batch_jacobian_raises(tf: Any) -> Any:
    x = tf.constant([[3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return tape.batch_jacobian(y, x)


@case(2, match="non-persistent")
def even_an_unconnected_gradient_consumes(tf: Any) -> Any:
    x, z = tf.constant(3.0), tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, z) is None
    return tape.gradient(y, x)


@case(2)
def persistent_tape_answers_many_times(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return [tape.gradient(z, x), tape.gradient(y, x), tape.gradient(z, y), tape.gradient(z, x)]


@case(3, match="non-persistent")
def gradient_of_a_never_entered_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    return tf.GradientTape().gradient(x * x, x)


@case(3)
def persistent_never_entered_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    return raised(lambda: tf.GradientTape(persistent=True).gradient(x * x, x))


@case(4)
def reentering_continues(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    with tape:
        z = y * x
    return tape.gradient(z, x)


@case(4)
def what_is_between_two_blocks_is_a_constant(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    between = y * x
    with tape:
        z = y + between * x
    return tape.gradient(z, x)


@case(5, match="re-enter")
def entering_an_active_tape(tf: Any) -> Any:
    tape = tf.GradientTape()
    with tape:
        error = raised(tape.__enter__)
    raise error


@case(5)
def a_failed_entry_leaves_the_tape_recording(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        raised(tape.__enter__)
        y = x * x
    return tape.gradient(y, x)


@case(6)
def reentering_after_gradient_is_a_fresh_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    first = tape.gradient(y, x)
    with tape:
        tape.watch(x)
        y = x * x * x
    return [first, tape.gradient(y, x)]


@case(6)
def watches_are_gone_after_gradient(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    with tape:
        z = x * x
    return tape.gradient(z, x)


@case(6)
def reentering_a_persistent_tape_after_gradient_continues(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape(persistent=True)
    with tape:
        tape.watch(x)
        y = x * x
    first = tape.gradient(y, x)
    with tape:
        z = y * x
    return [first, tape.gradient(z, x)]


@case(7)
def an_exception_leaves_what_was_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    y = None
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
            raise KeyError("stop")
    except KeyError:
        pass
    return tape.gradient(y, x)


@case(7)
def an_exception_pops_the_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    try:
        with tape:
            tape.watch(x)
            raise KeyError("stop")
    except KeyError:
        pass
    return tape.gradient(x * x, x)


@case(7)
def the_block_does_not_swallow_the_exception(tf: Any) -> Any:
    with tf.GradientTape():
        raise ZeroDivisionError("through")


@case(8)
def gradient_in_the_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        return tape.gradient(y, x)


@case(8, match="non-persistent")
def gradient_in_the_block_ends_the_recording(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.gradient(y, x)
        z = x * x * x
    return tape.gradient(z, x)


@case(8)
def gradient_in_the_block_does_not_disturb_an_outer_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x * x
            g = tape.gradient(y, x)
            after = g * x
        z = after + x
    return outer.gradient(z, x)


@case(9)
def single_persistent_tape_gives_higher_orders(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        d1 = tape.gradient(y, x)
        d2 = tape.gradient(d1, x)
        d3 = tape.gradient(d2, x)
    return [d1, d2, d3]


@case(9)
def gradient_in_a_persistent_block_is_recorded(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        g = tape.gradient(tf.exp(x * x), x)
        z = g * x
    return [tape.gradient(g, x), tape.gradient(z, x), tape.gradient(z, g)]


@case(10)
def operations_after_the_block_are_not_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    y = x * x
    return tape.gradient(y, x)


@case(10)
def only_the_part_inside_the_block_counts(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    z = y * x
    return [tape.gradient(y, x), tape.gradient(z, x), tape.gradient(z, y)]


@case(11)
def two_tapes_in_one_statement(tf: Any) -> Any:
    x0, x1 = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as t0, tf.GradientTape() as t1:
        t0.watch(x0)
        t1.watch(x1)
        y = tf.sin(x0) + tf.sigmoid(x1)
    return [t0.gradient(y, x0), t1.gradient(y, x1)]


@case(11)
def a_tape_does_not_know_what_the_other_watches(tf: Any) -> Any:
    x0, x1 = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as t0, tf.GradientTape() as t1:
        t0.watch(x0)
        t1.watch(x1)
        y = x0 * x1
    return [t0.gradient(y, [x0, x1]), t1.gradient(y, [x0, x1])]


@case(12)
def shadowed_name(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as t:
        t.watch(x)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
    return t.gradient(y, x)


@case(13)
def positional_persistent(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(True) as tape:
        tape.watch(x)
        y = x * x
    return [tape.gradient(y, x), tape.gradient(y, x)]


@case(13)
def positional_watch_accessed_variables(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape(False, False) as tape:
        y = v * v
    return tape.gradient(y, v)


@case(
    14,
    differs="TensorFlow reports an internal error of its tape",
    ours=Raises("RuntimeError", match="non-persistent"),
)
def a_gradient_that_raised_has_consumed_the_tape(tf: Any) -> Any:
    @tf.custom_gradient
    def broken(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            raise KeyError("in the backward")

        return x * 1.0, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = broken(x)
    raised(lambda: tape.gradient(y, x))
    return tape.gradient(y, x)


@case(17)
def a_chain_of_5000_operations(tf: Any) -> Any:
    x = tf.constant(1.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(2500):
            y = y * 1.001
            y = y + 0.5
    return tape.gradient(y, x)
