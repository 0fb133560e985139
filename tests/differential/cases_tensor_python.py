"""Tensors in the hands of Python: truth, numbers, length, iteration, NumPy functions."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from tests.differential.harness import Raises, case, raised


@case(162)
def truth_of_one_element(tf: Any) -> Any:
    values = [1.0, 0.0, [2], [[0]], True, float("nan")]
    return [bool(tf.constant(value)) for value in values] + [bool(tf.zeros([0]))]


@case(162)
def truth_of_many_elements(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return raised(lambda: bool(t)), raised(lambda: t and t), raised(lambda: not t)


@case(162)
def tensors_in_lists(tf: Any) -> Any:
    one, two, vector = tf.constant(1.0), tf.constant(2.0), tf.constant([1.0, 2.0])
    return [
        one in [two, tf.constant(1.0)],
        two in [one],
        2.0 in [one, two],
        raised(lambda: vector in [tf.constant([1.0, 3.0])]),
        vector in [vector],
    ]


@case(163)
def python_numbers_of_scalars(tf: Any) -> Any:
    return [
        float(tf.constant(1.5)),
        int(tf.constant(1.9)),
        int(tf.constant(-3)),
        complex(tf.constant(1.5 + 2j)),
        complex(tf.constant(1.5)),
        float(tf.constant(True)),
        float(tf.constant(2)),
    ]


@case(163)
def no_python_numbers_of_vectors(tf: Any) -> Any:
    vector, one = tf.constant([1.0, 2.0]), tf.constant([1.0])
    return [raised(partial(kind, t)) for kind in (float, int, complex) for t in (vector, one)]


@case(163)
def integer_scalars_are_indices(tf: Any) -> Any:
    i = tf.constant(2)
    return [
        [10, 20, 30][i],
        list(range(i)),
        "abc"[i],
        np.arange(5)[i],
        [7] * tf.constant(2, tf.int64).numpy(),
        raised(lambda: range(tf.constant([1, 2]))),
    ]


@case(
    163,
    differs="TensorFlow says AttributeError: numpy.float32 has no __index__",
    ours=Raises("TypeError"),
)
def float_scalars_are_no_indices(tf: Any) -> Any:
    return [1, 2][tf.constant(1.0)]


@case(164)
def length_is_the_first_size(tf: Any) -> Any:
    return len(tf.zeros([3, 2])), len(tf.zeros([0, 2])), raised(lambda: len(tf.constant(1.0)))


@case(164)
def iteration_gives_rows(tf: Any) -> Any:
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    first, second = t
    return list(t), first, second, list(tf.zeros([0, 2])), [x * 2 for x in tf.constant([1, 2])]


@case(164)
def iteration_is_recorded(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(t)
        total = sum(x * x for x in t)
    return tape.gradient(total, t)


@case(164, match="scalar")
def scalars_do_not_iterate(tf: Any) -> Any:
    return list(tf.constant(1.0))


@case(164)
def membership_of_values(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return 2.0 in t, 5.0 in t, tf.constant(1.0) in t


@case(165)
def numpy_reads_tensors(tf: Any) -> Any:
    t = tf.constant([1.0, 4.0])
    return [
        np.asarray(t),
        np.asarray(t, np.float64),
        np.array(t, dtype=np.int32),
        math.sqrt(tf.constant(4.0)),
        np.array([tf.constant(1.0), tf.constant(2.0)]),
    ]


@case(165)
def numpy_functions_of_tensors(tf: Any) -> Any:
    t = tf.constant([1.0, 4.0])
    return [type(y).__name__ for y in (np.sin(t), np.mean(t), np.concatenate([t, t]))]


@case(
    165,
    differs="while a tape is active, functions of NumPy are recorded, and give tensors",
    ours=["Tensor", "Tensor", "Tensor"],
)
def numpy_functions_of_tensors_under_a_tape(tf: Any) -> Any:
    t = tf.constant([1.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(t)
        return [type(y).__name__ for y in (np.sin(t), np.mean(t), np.concatenate([t, t]))]


@case(165)
def numpy_testing_reads_tensors(tf: Any) -> Any:
    t = tf.constant([1.0, 4.0])
    np.testing.assert_allclose(t, [1.0, 4.0])
    return raised(lambda: np.testing.assert_allclose(t, [1.0, 4.5]))
