"""What tensors, variables and their relatives look like as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.expressions import expressions

THINGS: dict[str, Callable[[Any], Any]] = {
    "scalar": lambda tf: tf.constant(1.0),
    "scalar_third": lambda tf: tf.constant(1 / 3),
    "scalar_float64": lambda tf: tf.constant(1 / 3, tf.float64),
    "scalar_large": lambda tf: tf.constant(1e20),
    "vector_negative_zero": lambda tf: tf.constant([-0.0]),
    "scalar_nan": lambda tf: tf.constant(float("nan")),
    "scalar_int": lambda tf: tf.constant(3),
    "scalar_bool": lambda tf: tf.constant(True),
    "scalar_complex": lambda tf: tf.constant(1 + 2j, tf.complex64),
    "scalar_half": lambda tf: tf.constant(1.5, tf.float16),
    "vector": lambda tf: tf.constant([1.0, 2.5, 3.0]),
    "vector_special": lambda tf: tf.constant([float("nan"), float("inf")]),
    "vector_float64": lambda tf: tf.constant([1.0, 1 / 3], tf.float64),
    "vector_int64": lambda tf: tf.constant([3, 4], tf.int64),
    "vector_uint8": lambda tf: tf.constant([3, 4], tf.uint8),
    "vector_bool": lambda tf: tf.constant([True, False]),
    "vector_complex": lambda tf: tf.constant([1 + 2j, 0.5 - 1j]),
    "vector_half": lambda tf: tf.constant([1.5, 0.1], tf.float16),
    "matrix": lambda tf: tf.constant([[1.0, 2.0], [3.0, 4.5]]),
    "one_by_one": lambda tf: tf.constant([[1.0]]),
    "cube": lambda tf: tf.reshape(tf.range(8.0), [2, 2, 2]),
    "empty": lambda tf: tf.constant([]),
    "empty_matrix": lambda tf: tf.zeros([0, 3]),
    "many": lambda tf: tf.range(2000),
    "many_floats": lambda tf: tf.range(2000.0) / 3.0,
    "large_matrix": lambda tf: tf.reshape(tf.range(40000.0), [200, 200]),
    "long_line": lambda tf: tf.range(30.0) / 7.0,
    "variable": lambda tf: tf.Variable(1.0),
    "variable_named": lambda tf: tf.Variable([1.0, 2.0], name="w"),
    "variable_matrix": lambda tf: tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w"),
    "variable_int": lambda tf: tf.Variable(3),
    "variable_bool": lambda tf: tf.Variable([True, False]),
    "variable_empty": lambda tf: tf.Variable(tf.zeros([0, 2])),
    "variable_many": lambda tf: tf.Variable(tf.range(2000.0)),
    "variable_open_shape": lambda tf: tf.Variable(tf.zeros([1, 2]), shape=[None, 2]),
    "shape": lambda tf: tf.zeros([2, 3]).shape,
    "shape_of_scalar": lambda tf: tf.TensorShape([]),
    "shape_of_vector": lambda tf: tf.TensorShape([2]),
    "shape_open": lambda tf: tf.TensorShape([2, None]),
    "shape_unknown": lambda tf: tf.TensorShape(None),
    "spec": lambda tf: tf.TensorSpec([2, None], tf.float32),
    "spec_named": lambda tf: tf.TensorSpec([], tf.float64, name="x"),
    "dtype": lambda tf: tf.float32,
    "dtype_bool": lambda tf: tf.bool,
    "reference": lambda tf: tf.constant(1.0).ref(),
}


def texts(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda tf: [repr(make(tf)), str(make(tf))]


expressions(__name__, "156, 190", {f"text_of_{name}": texts(make) for name, make in THINGS.items()})
expressions(
    __name__,
    156,
    {
        "format_scalar": lambda tf: f"{tf.constant(2.0)}",
        "format_scalar_digits": lambda tf: f"{tf.constant(2.0):.2f}",
        "format_third": lambda tf: f"{tf.constant(1 / 3)}",
        "format_int": lambda tf: f"{tf.constant(1):05d}",
        "format_bool": lambda tf: f"{tf.constant(True)}",
        "format_vector": lambda tf: f"{tf.constant([1.0, 2.0])}",
        "format_matrix": lambda tf: f"{tf.constant([[1.0, 2.0], [3.0, 4.0]])}",
        "format_vector_digits": lambda tf: f"{tf.constant([1.0, 2.0]):.2f}",
        "format_percent": lambda tf: "%.2f" % tf.constant(2.0),  # noqa: UP031
        "format_percent_s": lambda tf: "%s" % tf.constant(2.0),  # noqa: UP031
        "format_repr": lambda tf: f"{tf.constant(2.0)!r}",
        "format_variable": lambda tf: f"{tf.Variable(2.0)}",
        "format_variable_digits": lambda tf: f"{tf.Variable(2.0):.2f}",
    },
)
