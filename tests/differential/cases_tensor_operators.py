"""Operators of tensors, and what they do with numbers, lists and arrays."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import Raises, case, raised

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "modulo": operator.mod,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
FLOATS = [-7.0, 2.5, 4.0]
#: kind of operands -> what the tensor is made of, and the other operand
OPERANDS: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {
    "tensors": (FLOATS, lambda tf: tf.constant([2.0, -2.0, 3.0])),
    "number": (FLOATS, lambda tf: 2),
    "integers": ([-7, 2, 4], lambda tf: 3),
    "list": (FLOATS, lambda tf: [1.5, 2.0, 4.0]),
    "array": (FLOATS, lambda tf: np.array([1.5, 2.0, 4.0])),
    "numpy_scalar": (FLOATS, lambda tf: np.float64(1.5)),
    "variable": (FLOATS, lambda tf: tf.Variable([1.5, 2.0, 4.0])),
}


def both_ways(kind: str, name: str) -> Callable[[Any], Any]:
    (values, other), apply = OPERANDS[kind], OPERATORS[name]
    return lambda tf: (apply(tf.constant(values), other(tf)), apply(other(tf), tf.constant(values)))


expressions(
    __name__,
    155,
    {f"operator_{name}_{kind}": both_ways(kind, name) for name in OPERATORS for kind in OPERANDS},
)
expressions(
    __name__,
    155,
    {
        "operator_power_floats": lambda tf: [
            tf.constant([1.0, 2.0]) ** tf.constant([3.0, 0.5]),
            2.0 ** tf.constant([3.0, 0.5]),
            tf.constant([1.0, 2.0]) ** 2,
            np.array([2.0, 3.0]) ** tf.constant([3.0, 2.0]),
        ],
        "operator_power_ints": lambda tf: [tf.constant([3, 2]) ** 2, 2 ** tf.constant([3, 2])],
        "operator_matmul": lambda tf: [
            tf.constant([[1.0, 2.0]]) @ tf.constant([[3.0], [4.0]]),
            tf.constant([[1.0, 2.0]]) @ [[3.0], [4.0]],
            [[3.0], [4.0]] @ tf.constant([[1.0, 2.0]]),
            np.array([[3.0], [4.0]]) @ tf.constant([[1.0, 2.0]]),
            tf.constant([[1.0, 2.0]]) @ np.array([[3.0], [4.0]]),
        ],
        "operator_negative_and_abs": lambda tf: [
            -tf.constant([1, -2]),
            abs(tf.constant([1.5, -2.0])),
        ],
        "operator_invert": lambda tf: [~tf.constant([True, False]), ~tf.constant([0, 5])],
        "operator_and_or_xor_of_bools": lambda tf: [
            tf.constant([True, True, False]) & tf.constant([True, False, False]),
            tf.constant([True, True, False]) | [True, False, False],
            True ^ tf.constant([True, False]),
        ],
        "operator_and_or_xor_of_ints": lambda tf: [
            tf.constant([6, 3]) & 2,
            tf.constant([6, 3]) | 8,
            tf.constant([6, 3]) ^ tf.constant([1, 1]),
        ],
        "no_unary_plus": lambda tf: +tf.constant(1.0),
        "no_divmod": lambda tf: divmod(tf.constant(7.0), 2.0),
        "no_shift": lambda tf: tf.constant(1) << 2,
        "no_invert_of_floats": lambda tf: ~tf.constant(1.0),
        "no_and_of_floats": lambda tf: tf.constant(1.0) & tf.constant(2.0),
        "no_sum_with_none": lambda tf: tf.constant(1.0) + None,
        "no_sum_with_an_object": lambda tf: tf.constant(1.0) + object(),
        "no_matmul_with_a_number": lambda tf: tf.constant([[1.0]]) @ 2.0,
        "no_shapes_that_do_not_fit": lambda tf: (
            tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0])
        ),
    },
)


@case(
    178,
    differs="TensorFlow makes a string tensor of the literal and says InvalidArgumentError; "
    "every other literal that does not fit is a TypeError",
    ours=Raises("TypeError", match="float32"),
)
def no_sum_with_a_string(tf: Any) -> Any:
    return tf.constant(1.0) + "a"


@case(155)
def in_place_operators_rebind(tf: Any) -> Any:
    t = before = tf.constant([1.0, 2.0])
    t += 1.0
    t *= 2.0
    t -= 0.5
    t /= 2.0
    t **= 2
    return t, before


@case(
    155,
    differs="TensorFlow's round(t) fails, because a tensor has no astype",
    ours=np.array([0.0, 2.0, 2.0, -2.0], np.float32),
)
def round_of_a_tensor(tf: Any) -> Any:
    return round(tf.constant([0.5, 1.5, 2.25, -1.75]))


@case(161)
def equality_is_by_element(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return [t == [1.0, 3.0], t != 2.0, t == tf.constant([[1.0], [2.0]]), t == 1.0, t == t]


@case(161)
def equality_with_other_shapes_and_none(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    other = tf.constant([1.0, 2.0, 3.0])
    return [t == other, t != other, t == None, t != None, t == None]  # noqa: E711


@case(161)
def equality_with_other_dtypes(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return raised(lambda: t == tf.constant([1, 2])), raised(lambda: t != tf.constant([1, 2]))


@case(161)
def equality_with_a_string(tf: Any) -> Any:
    return tf.constant([1.0]) == "a"


@case(
    161,
    differs="TensorFlow raises ValueError when a Variable is compared with None",
    ours=[False, True],
)
def equality_of_a_variable_with_none(tf: Any) -> Any:
    v = tf.Variable(1.0)
    return [v == None, v != None]  # noqa: E711


@case(166)
def arrays_give_way_to_tensors(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    array = np.array([0.5, 0.25])
    return [
        array + t,
        array - t,
        array * t,
        array / t,
        np.float64(2.0) * t,
        t * np.int64(2),
        array < t,
    ]


@case(166)
def arrays_give_way_under_a_tape(tf: Any) -> Any:
    t = tf.constant([[1.0], [2.0]])
    array = np.array([[3.0, 4.0]])
    with tf.GradientTape() as tape:
        tape.watch(t)
        y = array @ t + array[0, 0] * tf.reduce_sum(t)
    return y, tape.gradient(y, t)


@case(166)
def in_place_on_an_array_rebinds(tf: Any) -> Any:
    a = before = np.array([1.0, 2.0])
    a += tf.constant([1.0, 1.0])
    return a, before


@case(167)
def lists_of_numbers_are_operands(tf: Any) -> Any:
    t, v = tf.constant([1.0, 2.0]), tf.Variable([[1.0], [2.0]])
    return [1.0, 2.0] * t, (2.0, 1.0) - t, [[1.0, 2.0]] @ v, t - [[1, 2], [3, 4]]


@case(167)
def lists_of_tensors_are_operands(tf: Any) -> Any:
    a, b = tf.constant(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.constant([5.0, 7.0]) * [a, b]
    return y, tape.gradient(y, [a, b])
