"""cond, case, switch_case, while_loop: what they call, what they return, what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError


def one() -> int:
    return 1


def two() -> int:
    return 2


@pytest.mark.parametrize(
    ("pred", "expected"),
    [
        (True, 1),
        (False, 2),
        (tf.constant(True), 1),
        (tf.constant([False]), 2),
        (tf.Variable(False), 2),
        (np.bool_(True), 1),
        (0, 2),
    ],
)
def test_cond_calls_one_function(pred: Any, expected: int) -> None:
    assert tf.cond(pred, one, two) == expected


def test_cond_refuses_what_is_not_a_condition_or_function() -> None:
    with pytest.raises(ValueError, match="the condition is None"):
        tf.cond(None, one, two)
    with pytest.raises(ValueError, match=r"shape \(2,\).*ambiguous.*tf.reduce_any"):
        tf.cond(tf.constant([True, False]), one, two)
    with pytest.raises(TypeError, match=r"cond\(\): 'false_fn' must be a function, not None"):
        tf.cond(True, one)
    with pytest.raises(TypeError, match=r"'true_fn' must be a function, not 3.*lambda"):
        tf.cond(False, 3, two)


def test_the_condition_gets_no_gradient() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cond(x > 2.0, lambda: x * x, lambda: -x)
    assert tape.gradient(y, x).numpy() == 6.0


def test_case_takes_the_first_and_looks_no_further() -> None:
    asked = []

    class Condition:
        def __init__(self, value: bool) -> None:
            self.value = value

        def __bool__(self) -> bool:
            asked.append(self.value)
            return self.value

    pairs = [(Condition(False), one), (Condition(True), two), (Condition(True), one)]
    assert tf.case(pairs) == 2
    assert asked == [False, True]
    with pytest.raises(InvalidArgumentError, match="2 of 3"):
        tf.case(pairs, exclusive=True)


def test_case_without_a_match() -> None:
    assert tf.case([(False, one)], default=two) == 2
    assert tf.case([], default=two) == 2
    with pytest.raises(InvalidArgumentError, match=r"none of the conditions.*`default`"):
        tf.case([(tf.constant(False), one)])


def test_case_unpacks_single_results_unless_strict() -> None:
    assert tf.case([(True, lambda: [5])]) == 5
    assert tf.case([(True, lambda: [5])], strict=True) == [5]
    assert tf.case([(True, lambda: [5, 6])]) == [5, 6]


@pytest.mark.parametrize(
    ("pairs", "match"),
    [(3, "must be a list, tuple, or dict"), ([True], "2-tuple"), ([(True, 3)], "must be a fun")],
)
def test_case_refuses_bad_pairs(pairs: Any, match: str) -> None:
    with pytest.raises(TypeError, match=match):
        tf.case(pairs)


@pytest.mark.parametrize("index", [1, np.int64(1), tf.constant(1), tf.constant(1, tf.int64)])
@pytest.mark.parametrize(
    "branches", [[one, two], {1: two, 0: one}, [(1, two), (0, one)], (one, two)]
)
def test_switch_case_by_number(index: Any, branches: Any) -> None:
    assert tf.switch_case(index, branches) == 2


def test_switch_case_beyond_the_branches() -> None:
    assert [tf.switch_case(i, [one, two]) for i in (-1, 2, 100)] == [2, 2, 2]
    assert tf.switch_case(-1, [two, two], default=one) == 1


@pytest.mark.parametrize(
    ("branches", "error", "match"),
    [
        (3, TypeError, "must be a list, tuple, or dict"),
        ([], ValueError, "at least one item"),
        ([3], TypeError, "2-tuple"),
        ({"a": one}, TypeError, "key must be a Python `int`"),
        ({0: one, 2: two}, ValueError, r"contiguous range of \[0 to 2\)"),
        ([(0, one), (0, two)], ValueError, "contiguous"),
        ([(0, 3)], TypeError, "'branch 0' must be a function"),
    ],
)
def test_switch_case_refuses_bad_branches(
    branches: Any, error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        tf.switch_case(0, branches)
    with pytest.raises(TypeError, match="branch_index must be an integer"):
        tf.switch_case(tf.constant(1.0), [one])


def test_while_loop_returns_tensors_in_the_structure_of_the_body() -> None:
    result = tf.while_loop(
        lambda i, d: i < 3, lambda i, d: [i + 1, {"x": d["x"] * 2.0}], (0, {"x": 1.0})
    )
    assert isinstance(result, list)
    assert result[0].dtype == tf.int32
    assert result[1]["x"].numpy() == 8.0
    assert isinstance(tf.while_loop(lambda i: False, lambda i: (i,), [1]), list)


def test_while_loop_stops_at_the_maximum() -> None:
    for n in (0, 3, tf.constant(3), -1):
        result = tf.while_loop(lambda i: True, lambda i: (i + 1,), (0,), maximum_iterations=n)
        assert result[0].numpy() == max(int(n), 0)
    with pytest.raises(ValueError, match="must be a scalar"):
        tf.while_loop(lambda i: True, lambda i: (i,), (0,), maximum_iterations=[1, 2])


def test_while_loop_refuses() -> None:
    body = lambda i: (i + 1,)  # noqa: E731
    with pytest.raises(TypeError, match="'cond' must be a function"):
        tf.while_loop(3, body, [0])
    with pytest.raises(TypeError, match="'body' must be a function"):
        tf.while_loop(lambda i: True, None, [0])
    with pytest.raises(ValueError, match="'loop_vars' must be provided"):
        tf.while_loop(lambda: False, lambda: (), [])
    with pytest.raises(ValueError, match="'loop_vars' must be provided"):
        tf.while_loop(lambda i: i < 3, body, tf.constant(1))
    with pytest.raises(TypeError, match="positive integer"):
        tf.while_loop(lambda i: False, body, [0], parallel_iterations=0)
    with pytest.raises(TypeError, match="`body` must return a list or tuple of the 1 loop"):
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    with pytest.raises(ValueError, match="same nested structure"):
        tf.while_loop(lambda i: i < 3, lambda i: (i + 1, i), [0])


def test_second_derivative_through_a_loop() -> None:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))
        g = inner.gradient(y, x)
    assert g.numpy() == 4 * 2.0**3
    assert outer.gradient(g, x).numpy() == 12 * 2.0**2


def test_forward_mode_through_a_loop() -> None:
    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
        _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))
    assert acc.jvp(y).numpy() == 4 * 2.0**3


def test_a_loop_over_a_tensor_array() -> None:
    def body(i: Any, x: Any, array: Any) -> Any:
        return i + 1, x * 2.0, array.write(i, x)

    _, _, array = tf.while_loop(
        lambda i, x, a: i < 3, body, (0, tf.constant(1.0), tf.TensorArray(tf.float32, size=3))
    )
    assert array.stack().numpy().tolist() == [1.0, 2.0, 4.0]


def test_group_and_no_op_do_nothing() -> None:
    assert tf.group(tf.constant(1), name="g") is None
    assert tf.no_op() is None
    with pytest.raises(ValueError, match="Unknown keyword arguments: other"):
        tf.group(other=1)
