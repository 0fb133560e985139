"""Tapes that stop while others go on: what is active afterwards, and in which order."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator

import pytest

import tapegrad as tf
from tapegrad.core.context import visible_recorders
from tapegrad.errors import NonDifferentiableWarning


@pytest.fixture
def x() -> tf.Tensor:
    return tf.constant(2.0)


def test_an_outer_tape_used_inside_stop_recording_stays_stopped(x: tf.Tensor) -> None:
    with tf.GradientTape() as outer:
        outer.watch(x)
        y = x * x
        with tf.GradientTape() as inner:
            inner.watch(x)
            with inner.stop_recording():
                assert outer.gradient(y, x).numpy() == 4.0
            z = x * x * x
            assert visible_recorders() == (inner,)
        assert visible_recorders() == ()
    assert inner.gradient(z, x).numpy() == 12.0


@pytest.mark.parametrize("decorate", ["custom_gradient", "recompute_grad"])
def test_a_tape_used_inside_a_decorated_function_stays_stopped(decorate: str, x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x

        def f(a: tf.Tensor) -> object:
            assert tape.gradient(y, x).numpy() == 4.0
            return a if decorate == "recompute_grad" else (a, lambda dy: dy)

        getattr(tf, decorate)(f)(x)
        assert visible_recorders() == ()


def test_a_tape_used_inside_its_own_stop_recording_starts_over(x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            assert tape.gradient(y, x).numpy() == 4.0
        tape.watch(x)
        z = x * x * x
    assert tape.gradient(z, x).numpy() == 12.0


def test_order_is_kept_around_a_stop(x: tf.Tensor) -> None:
    one = tf.constant(1.0)
    with (
        tf.GradientTape() as a,
        tf.autodiff.ForwardAccumulator(x, one) as b,
        tf.GradientTape() as c,
        tf.autodiff.ForwardAccumulator(x, one) as d,
    ):
        with a.stop_recording(), c.stop_recording():
            assert visible_recorders() == (b, d)
        assert visible_recorders() == (a, b, c, d)
        with pytest.raises(ArithmeticError, match="inside"), a.stop_recording():
            raise ArithmeticError("inside")
        assert visible_recorders() == (a, b, c, d)


def test_a_tape_entered_again_while_stopped_is_active_once(x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            tape.__enter__()
            y = x * x
        assert visible_recorders() == (tape,)
    assert tape.gradient(y, x).numpy() == 4.0


def test_a_generator_may_hold_a_tape_stopped(x: tf.Tensor) -> None:
    def stopped(tape: tf.GradientTape) -> Iterator[None]:
        with tape.stop_recording():
            yield

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        holding = stopped(tape)
        next(holding)
        y = x * x
        with tf.GradientTape() as other:
            holding.close()
            assert visible_recorders() == (other, tape)
        z = x * x * x
    assert tape.gradient(y, x) is None
    assert tape.gradient(z, x).numpy() == 12.0


def test_a_tape_is_stopped_only_where_it_records(x: tf.Tensor) -> None:
    raised: list[BaseException] = []

    def elsewhere() -> None:
        try:
            with tape.stop_recording():
                pass
        except ValueError as error:
            raised.append(error)

    with tf.GradientTape() as tape:
        tape.watch(x)
        worker = threading.Thread(target=elsewhere)
        worker.start()
        worker.join()
        y = x * x
    assert [str(e) for e in raised] == ["Tape is not recording."]
    assert tape.gradient(y, x).numpy() == 4.0


def test_a_gradient_function_cannot_use_the_tape_that_calls_it(x: tf.Tensor) -> None:
    @tf.custom_gradient
    def f(a: tf.Tensor) -> tuple[tf.Tensor, object]:
        def grad(dy: tf.Tensor) -> tf.Tensor:
            return tape.gradient(y, x)

        return a, grad

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x) * x
    with pytest.raises(RuntimeError, match="one set of gradients"):
        tape.gradient(y, x)


def test_warnings_point_at_the_line_that_asked(x: tf.Tensor) -> None:
    count = tf.constant(3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NonDifferentiableWarning)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(count)
            y = x * x
        tape.gradient(y, count)
        tape.jacobian(y, [x, count])
        tf.autodiff.ForwardAccumulator(count, count)
    assert [w.filename for w in caught] == [__file__] * 4


def test_a_warning_turned_error_leaves_the_tape_usable(x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NonDifferentiableWarning, match="floating"):
            tape.gradient(y, [x, tf.constant(3)])
    assert tape.gradient(y, x).numpy() == 4.0
