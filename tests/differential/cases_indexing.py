"""Indexing and slicing tensors and variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case

VECTOR = [1.0, 2.0, 3.0, 4.0, 5.0]
MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
CUBE = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)

#: name -> array, and the index of it
INDICES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "int": (VECTOR, lambda tf: 2),
    "negative_int": (VECTOR, lambda tf: -1),
    "row": (MATRIX, lambda tf: 1),
    "two_ints": (MATRIX, lambda tf: (1, -1)),
    "slice": (VECTOR, lambda tf: slice(1, 4)),
    "open_slice": (VECTOR, lambda tf: slice(None)),
    "step": (VECTOR, lambda tf: slice(None, None, 2)),
    "start_and_step": (VECTOR, lambda tf: slice(1, None, 2)),
    "backwards": (VECTOR, lambda tf: slice(None, None, -1)),
    "backwards_part": (VECTOR, lambda tf: slice(3, 0, -2)),
    "negative_ends": (VECTOR, lambda tf: slice(-4, -1)),
    "end_clipped": (VECTOR, lambda tf: slice(2, 100)),
    "start_clipped": (VECTOR, lambda tf: slice(-100, 2)),
    "nothing": (VECTOR, lambda tf: slice(3, 1)),
    "beyond": (VECTOR, lambda tf: slice(7, 9)),
    "two_slices": (MATRIX, lambda tf: (slice(None), slice(1, None))),
    "column": (MATRIX, lambda tf: (slice(None), 0)),
    "column_kept": (MATRIX, lambda tf: (slice(None), slice(0, 1))),
    "ellipsis": (CUBE, lambda tf: ...),
    "ellipsis_last": (CUBE, lambda tf: (0, ...)),
    "ellipsis_first": (CUBE, lambda tf: (..., 1)),
    "ellipsis_middle": (CUBE, lambda tf: (1, ..., slice(None, None, 2))),
    "ellipsis_of_nothing": (MATRIX, lambda tf: (0, ..., 1)),
    "new_axis_first": (VECTOR, lambda tf: None),
    "new_axis_last": (VECTOR, lambda tf: (slice(None), tf.newaxis)),
    "new_axes": (MATRIX, lambda tf: (None, 0, None, slice(1, 3))),
    "new_axis_and_ellipsis": (CUBE, lambda tf: (..., None)),
    "new_axis_of_scalar": (3.0, lambda tf: None),
    "ellipsis_of_scalar": (3.0, lambda tf: ...),
    "empty_tuple": (VECTOR, lambda tf: ()),
    "tensor": (VECTOR, lambda tf: tf.constant(3)),
    "tensor_int64": (VECTOR, lambda tf: tf.constant(-2, tf.int64)),
    "tensors": (MATRIX, lambda tf: (tf.constant(1), tf.constant(0))),
    "tensors_in_slice": (VECTOR, lambda tf: slice(tf.constant(1), tf.constant(4))),
    "tensor_step": (VECTOR, lambda tf: slice(None, None, tf.constant(2))),
    "numpy_int": (VECTOR, lambda tf: np.int64(1)),
    "numpy_scalar_array": (VECTOR, lambda tf: np.array(1)),
    "numpy_ints_in_slice": (VECTOR, lambda tf: slice(np.int32(1), np.int64(3))),
    "variable": (VECTOR, lambda tf: tf.Variable(2)),
    "list_of_one": (VECTOR, lambda tf: [1]),
    "list_is_a_tuple": (MATRIX, lambda tf: [1, 2]),
    "list_of_slices": (MATRIX, lambda tf: [slice(None), 1]),
    "mask": (VECTOR, lambda tf: tf.constant([True, False, True, False, True])),
    "mask_of_rows": (MATRIX, lambda tf: tf.constant([False, True])),
    "mask_of_entries": (MATRIX, lambda tf: tf.constant(MATRIX) > 2.5),
    "mask_of_numpy": (VECTOR, lambda tf: np.array([True, False, True, False, True])),
    "mask_of_nothing": (VECTOR, lambda tf: tf.constant([False] * 5)),
    "part_of_empty": (np.zeros((0, 3), np.float32), lambda tf: (slice(None), 1)),
}


def weighted(values: Any, index: Callable[[Any], Any], make: str) -> Callable[[Any], Any]:
    """The indexed value and the gradient of a weighted sum of it."""

    def run(tf: Any) -> Any:
        x = getattr(tf, make)(values, dtype=tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[index(tf)]
            loss = tf.reduce_sum(y * (1.0 + tf.reshape(tf.range(float(tf.size(y))), tf.shape(y))))
        return y, tape.gradient(loss, x)

    return run


expressions(
    __name__,
    "170, 172, 174",
    {f"index_{name}": weighted(x, i, "constant") for name, (x, i) in INDICES.items()},
)
expressions(
    __name__,
    "170, 172, 174",
    {f"index_variable_{name}": weighted(x, i, "Variable") for name, (x, i) in INDICES.items()},
)

OUTSIDE: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "large": (VECTOR, lambda tf: 5),
    "negative": (VECTOR, lambda tf: -6),
    "second": (MATRIX, lambda tf: (0, 3)),
    "of_empty": (np.zeros((0,), np.float32), lambda tf: 0),
    "tensor": (VECTOR, lambda tf: tf.constant(5)),
    "too_many": (VECTOR, lambda tf: (0, 0)),
    "too_many_slices": (VECTOR, lambda tf: (slice(None), slice(None))),
    "of_scalar": (3.0, lambda tf: 0),
    "two_ellipses": (MATRIX, lambda tf: (..., ...)),
    "step_zero": (VECTOR, lambda tf: slice(None, None, 0)),
    "mask_shape": (VECTOR, lambda tf: tf.constant([True, False])),
    "mask_rank": (VECTOR, lambda tf: tf.constant([[True, False]])),
    "long_list": (VECTOR, lambda tf: [0, 2]),
}
TYPES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "float": (VECTOR, lambda tf: 1.0),
    "float_tensor": (VECTOR, lambda tf: tf.constant(1.0)),
    "string": (VECTOR, lambda tf: "a"),
    "dict": (VECTOR, lambda tf: {}),
    "vector": (VECTOR, lambda tf: tf.constant([0, 2])),
    "array": (VECTOR, lambda tf: np.array([0, 2])),
    "lists": (MATRIX, lambda tf: ([0, 1], [0, 1])),
    "float_start": (VECTOR, lambda tf: slice(1.0, None)),
    "string_stop": (VECTOR, lambda tf: slice(None, "a")),
    "float_in_tuple": (MATRIX, lambda tf: (0, 1.5)),
}


def picked(values: Any, index: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda tf: tf.constant(values)[index(tf)]


expressions(
    __name__, 171, {f"index_refuses_{name}": picked(x, i) for name, (x, i) in OUTSIDE.items()}
)
expressions(
    __name__, 173, {f"index_refuses_{name}": picked(x, i) for name, (x, i) in TYPES.items()}
)


@case(173)
def bool_is_no_index(tf: Any) -> Any:
    return tf.constant(VECTOR)[True]


@case(173, match="tf.newaxis.*valid indices")
def bad_index_is_explained(tf: Any) -> Any:
    return tf.constant(VECTOR)["a"]


@case(174)
def repeated_reads_accumulate(tf: Any) -> Any:
    x = tf.constant(VECTOR)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x[0] * x[0] + x[0] * x[1] + tf.reduce_sum(x[1:3])
    return tape.gradient(y, x)


@case(174)
def second_derivative_through_an_index(tf: Any) -> Any:
    x = tf.constant(VECTOR)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x[1] ** 3 * x[2]
        g = tape.gradient(y, x)
    return g, outer.gradient(g, x)


@case(174)
def tangent_of_an_index(tf: Any) -> Any:
    x = tf.constant(MATRIX)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(MATRIX) * 10.0) as accumulator:
        y = x[1, ::-1]
    return accumulator.jvp(y)


@case(172)
def variable_masked_by_its_own_values(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = v[v > 1.5]
    return y, tape.gradient(y, v)


@case(170)
def slices_of_ints_and_bools(tf: Any) -> Any:
    return tf.constant([[1, 2], [3, 4]])[:, 1], tf.constant([True, False])[::-1]
