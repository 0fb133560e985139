"""What assertions say when they fail, and check_numerics on the way back."""

from __future__ import annotations

from typing import Any

import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError

debugging = tf.debugging
NAN, INF = float("nan"), float("inf")


def test_a_failed_comparison_shows_where_and_what() -> None:
    x, y = tf.constant([[1, 2], [3, 4]]), tf.constant([[1, 5], [3, 6]])
    with pytest.raises(InvalidArgumentError) as caught:
        debugging.assert_equal(x, y, message="the tables differ")
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["the tables differ", "Condition x == y did not hold."]
    assert "[[0 1]" in lines[3]
    assert "[2 4]" in lines
    assert "[5 6]" in lines


@pytest.mark.parametrize(("summarize", "count"), [(None, 3), (1, 1), (-1, 5)])
def test_how_much_is_shown(summarize: int | None, count: int) -> None:
    x = tf.zeros([5])
    with pytest.raises(InvalidArgumentError, match=f"Indices of first {count} different values"):
        debugging.assert_equal(x, x + 1.0, summarize=summarize)


def test_tolerances() -> None:
    debugging.assert_near([1.0, -2.0], [1.0 + 1e-7, -2.0])
    with pytest.raises(InvalidArgumentError, match=r"rtol = 0\.25, atol = 0\.0"):
        debugging.assert_near(tf.constant([1.0]), [1.5], rtol=0.25, atol=0.0)
    debugging.assert_near(tf.constant([1.0]), [1.5], rtol=0.25, atol=0.25)
    with pytest.raises(InvalidArgumentError, match="not equal to tolerance"):
        debugging.assert_near([INF], [INF])  # as in TensorFlow: their difference is no number


@pytest.mark.parametrize(
    "assertion", [debugging.assert_equal, debugging.assert_less, debugging.assert_near]
)
def test_comparisons_of_what_does_not_fit(assertion: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"tf\.cast"):
        assertion(tf.constant(1.0), tf.constant(1))


def test_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Incompatible shapes: \(2,\) and \(3,\)"):
        debugging.assert_less(tf.zeros([2]), tf.ones([3]))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda x: debugging.assert_rank(x, 1, message="m"), ValueError, "m  Tensor must have"),
        (lambda x: debugging.assert_rank_at_least(x, 3), ValueError, r"at least 3.*rank 2"),
        (lambda x: debugging.assert_rank_in(x, [0, 1]), ValueError, r"in \(0, 1\)"),
        (
            lambda x: debugging.assert_scalar(x, message="m"),
            ValueError,
            r"m  Expected scalar.*2, 3",
        ),
        (lambda x: debugging.assert_type(x, tf.int32), TypeError, r"tf\.int32; got tf\.float32"),
        (debugging.assert_integer, TypeError, "to be integer type"),
        (debugging.assert_proper_iterable, TypeError, "'proper' iterable"),
        (lambda x: debugging.assert_proper_iterable(3), TypeError, "'proper' iterable"),
        (lambda x: debugging.assert_same_float_dtype([x], tf.float64), ValueError, "same type"),
        (lambda x: debugging.assert_same_float_dtype([1]), ValueError, "floating point type"),
    ],
)
def test_static_assertions_that_fail(call: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call(tf.zeros([2, 3]))


def test_patterns_of_shapes() -> None:
    x, y = tf.zeros([2, 3]), tf.zeros([3])
    check = debugging.assert_shapes
    check([(x, "nm"), (y, "m")])
    check([(x, (None, 3)), (x, (".", 3)), (x, ("*", 3)), (x, (2, ...)), (tf.constant(1.0), ())])
    check({x.ref(): ("n", "m"), y.ref(): "m"})
    check([(y, (3,))])
    with pytest.raises(ValueError, match="Specified shape must be an iterable"):
        check([(y, 3)])
    with pytest.raises(ValueError, match=r"shape \(2, 3\) dimension 0.*must have size 2"):
        check([(x, ("n", "m")), (y, ("n",))])
    with pytest.raises(ValueError, match=r"why  Specified explicitly.*must have size 4"):
        check([(x, (2, 4))], message="why")
    with pytest.raises(ValueError, match=r"must have rank 3.*rank 2"):
        check([(x, (..., 1, 2, 3))])


def test_assert_shows_its_data() -> None:
    with pytest.raises(InvalidArgumentError, match=r"Expected 'False' to be true.*why"):
        debugging.Assert(False, ["why", tf.range(10)], summarize=2)
    tf.Assert(tf.constant([True]), [])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_check_numerics_names_what_it_finds(dtype: str) -> None:
    check = debugging.check_numerics
    finite = tf.constant([1.0, -2.0], dtype)
    assert check(finite, "m").dtype == dtype
    with pytest.raises(InvalidArgumentError, match="loss : Tensor had NaN values"):
        check(tf.constant([1.0, NAN], dtype), "loss")
    with pytest.raises(InvalidArgumentError, match="loss : Tensor had Inf values"):
        check(tf.constant([-INF, 1.0], dtype), "loss")
    with pytest.raises(InvalidArgumentError, match="Inf and NaN"):
        debugging.assert_all_finite(tf.constant([INF, NAN], dtype), "loss")


def test_check_numerics_takes_floating_point_only() -> None:
    with pytest.raises(InvalidArgumentError, match="int32 are not supported"):
        debugging.check_numerics(tf.constant([1]), "m")


def test_check_numerics_checks_gradients() -> None:
    x = tf.constant([0.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.sqrt(debugging.check_numerics(x, "before the root"))
        z = debugging.check_numerics(x, "before the square") ** 3
    with pytest.raises(InvalidArgumentError, match="gradient of check_numerics: before the root"):
        tape.gradient(y, x)
    assert tape.gradient(z, x).numpy().tolist() == [0.0, 48.0]


def test_check_numerics_in_forward_mode_and_twice() -> None:
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = debugging.check_numerics(x, "m") ** 3
        g = tape.gradient(y, x)
    assert acc.jvp(y).numpy() == 12.0
    assert g.numpy() == 12.0
    assert acc.jvp(g).numpy() == 12.0
