"""stop_recording, reset and stop_gradient."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case, raised


@case(85)
def nothing_is_recorded_inside(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = y * x
    return [tape.gradient(y, x), tape.gradient(z, x), tape.gradient(z, y)]


@case(85)
def outer_tapes_go_on(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            with inner.stop_recording():
                y = x * x
    return [inner.gradient(y, x), outer.gradient(y, x)]


@case(85)
def inner_tapes_go_on(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            with outer.stop_recording():
                y = x * x
    return [inner.gradient(y, x), outer.gradient(y, x)]


@case(85)
def recording_goes_on_afterwards(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            pass
        y = x * x
    return tape.gradient(y, x)


@case(85)
def variables_read_inside_are_not_watched(tf: Any) -> Any:
    v = tf.Variable(3.0, name="v")
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            r = v * 1.0
        y = r * r
    return [[w.name for w in tape.watched_variables()], tape.gradient(y, v)]


@case(86)
def stop_recording_of_a_never_entered_tape(tf: Any) -> Any:
    with tf.GradientTape().stop_recording():
        pass


@case(86, match="not recording")
def stop_recording_of_an_exited_tape(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        pass
    with tape.stop_recording():
        pass


@case(86, match="not recording")
def stop_recording_twice(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tape.stop_recording():
            with tape.stop_recording():
                y = x * x
            z = x * x
        w = x * x
    return [tape.gradient(y, x), tape.gradient(z, x), tape.gradient(w, x)]


@case(87)
def an_intermediate_from_inside_is_a_constant(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            h = y * x
        z = h * x + y
    return tape.gradient(z, [x, y, h])


@case(87)
def an_intermediate_from_inside_can_be_watched(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            h = x * x
        tape.watch(h)
        z = h * x
    return tape.gradient(z, [x, h])


@case(88)
def gradient_without_being_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**3
        with tape.stop_recording():
            g = tape.gradient(y, x)
        h = tape.gradient(y, x)
    return [g, tape.gradient(g, x), tape.gradient(h, x)]


@case(89)
def recording_goes_on_after_an_exception(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        try:
            with tape.stop_recording():
                raise KeyError("stop")
        except KeyError:
            pass
        y = x * x
    return tape.gradient(y, x)


@case(90)
def reset_drops_what_was_recorded(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
    return tape.gradient(y, x)


@case(90)
def reset_drops_watches(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        y = x * x
    return tape.gradient(y, x)


@case(90)
def recording_goes_on_after_reset(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        tape.watch(x)
        y = x**3
    return tape.gradient(y, x)


@case(90)
def a_reset_branch(tf: Any) -> Any:
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y_sq = y**2
        tape.reset()
        z = x**2 + y_sq
    return tape.gradient(z, {"x": x, "y": y})


@case(90)
def variables_are_watched_again_after_reset(tf: Any) -> Any:
    v = tf.Variable(2.0, name="v")
    with tf.GradientTape() as tape:
        _ = v * v
        tape.reset()
        y = v**3
    return [[w.name for w in tape.watched_variables()], tape.gradient(y, v)]


@case(90)
def reset_outside_a_block(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        pass
    return [raised(tape.reset), raised(tf.GradientTape().reset)]


@case(90)
def reset_of_an_inner_tape_leaves_the_outer(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
            inner.reset()
    return [inner.gradient(y, x), outer.gradient(y, x)]


@case(91)
def values_from_before_reset_are_constants(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
        tape.watch(x)
        z = y * x
    return tape.gradient(z, [x, y])


@case(92)
def stop_gradient_is_the_identity_forward(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0], tf.float64)
    return [tf.stop_gradient(x), tf.stop_gradient(tf.constant([1, 2])), tf.stop_gradient(3.0)]


@case(92)
def stop_gradient_cuts(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        cut = tf.stop_gradient(y)
        z = cut * 2.0
    return [tape.gradient(cut, x), tape.gradient(z, x), tape.gradient(y, x)]


@case(92)
def stop_gradient_cuts_one_factor(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * tf.stop_gradient(x)
    return tape.gradient(y, x)


@case(92)
def straight_through(tf: Any) -> Any:
    x = tf.constant([1.25, -2.5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x + tf.stop_gradient(tf.round(x) - x)
    return [y, tape.gradient(y, x)]


@case(92)
def second_order_of_a_cut_factor(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * tf.stop_gradient(x)
        g = inner.gradient(y, x)
    return [g, outer.gradient(g, x)]


@case(92)
def stop_gradient_of_an_inner_gradient(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        g = inner.gradient(y, x)
        z = tf.stop_gradient(g) * x
    return outer.gradient(z, x)


@case(92)
def two_branches_and_a_cut(tf: Any) -> Any:
    x, y = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y_sq = y**2
        z = x**2 + tf.stop_gradient(y_sq)
    return tape.gradient(z, {"x": x, "y": y})


@case(92)
def stop_gradient_of_a_variable(tf: Any) -> Any:
    v = tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(v) * v
    return tape.gradient(y, v)


@case(93)
def a_cut_value_as_source(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        cut = tf.stop_gradient(x * x)
        tape.watch(cut)
        z = cut * cut * x
    return tape.gradient(z, [x, cut])


@case(93)
def a_cut_value_as_source_unwatched(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        cut = tf.stop_gradient(x * x)
        z = cut * cut * x
    return tape.gradient(z, [x, cut])
