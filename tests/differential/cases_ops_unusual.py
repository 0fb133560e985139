"""Uses of operations that once were wrong: unusual dtypes, arguments left out, empty tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, OpTable, spread

table = OpTable(__name__, "2.2")

# Arguments that are given without the ones before them.
table.value("range", "delta_alone", {"start": 5, "delta": 2})
table.value("range", "fraction_alone", {"start": 1, "delta": 0.5})
table.value("range", "refuses_zero_step", {"start": 3, "delta": 0})
table.value("reshape", "empty_with_free_size", {"tensor": Leaf(np.zeros([0, 3])), "shape": [0, -1]})
table.value(
    "reshape", "empty_with_free_size_first", {"tensor": Leaf(np.zeros([2, 0])), "shape": [-1, 0]}
)
table.value("sequence_mask", "of_floats", {"lengths": Leaf([1.5, 0.5, -2.0])})
table.value("sequence_mask", "of_floats_cut", {"lengths": Leaf([1.5, 0.5, 2.75]), "maxlen": 3})
table.value("sequence_mask", "refuses_infinity", {"lengths": Leaf([1.0, np.inf])})
table.value("sequence_mask", "refuses_strings", {"lengths": Held(["a"], "string")})
table.value("math.bincount", "rows_of_a_number", {"arr": Held(3, "int32"), "axis": -1})
table.value("sequence_mask", "refuses_negative", {"lengths": Held([1], "int32"), "maxlen": -1})
table.value("concat", "refuses_axis_of_one_tensor", {"values": [Leaf([1.0])], "axis": 0.5})
table.value("concat", "refuses_no_axis", {"values": [Leaf([1.0])], "axis": None})
table.value("math.cumprod", "refuses_no_axis", {"x": Leaf([1.0]), "axis": None})
table.value("sort", "refuses_no_axis", {"values": Leaf([1.0]), "axis": None})
table.value("math.real", "refuses_bool", {"input": Held([True], "bool")})
for op in ("sort", "argsort"):
    table.value(op, "refuses_complex", {"values": Held([1j, 2.0], "complex64")})
table.value("math.top_k", "refuses_complex", {"input": Held([1j, 2.0], "complex64")})
table.value("argmax", "int16", {"input": Leaf([1.0, 2.0]), "output_type": "int16"})
table.value("argmin", "refuses_int16", {"input": Leaf([1.0, 2.0]), "output_type": "int16"})
table.value("math.lgamma", "of_minus_infinity", {"x": Leaf([-np.inf, np.inf, 0.0, -3.0])})
table.value("math.digamma", "at_poles", {"x": Leaf([0.0, -0.0, -1.0, -2.0])})

for name, weights in {"floats": Leaf([1.0, 3.0, 0.5], "float32"), "integers": [1, 2, 1]}.items():
    arguments = {"x": Leaf(spread([2, 3])), "axes": [1], "frequency_weights": weights}
    table("nn.weighted_moments", f"weights_are_{name}", arguments, dtypes=["float64"])
for name, values in {"none": np.zeros([0]), "zero_weights": [1.0, 2.0]}.items():
    table.value(
        "nn.weighted_moments",
        name,
        {"x": Leaf(values), "axes": [0], "frequency_weights": np.zeros(len(values), np.float32)},
    )


for side in ("left", "right"):
    nothing = {"sorted_sequence": Leaf(np.zeros([2, 0])), "values": Leaf(spread([2, 3]))}
    table.value("searchsorted", f"in_nothing_{side}", {**nothing, "side": side})
    nothing = {"sorted_sequence": Leaf(np.zeros([0, 2])), "values": Leaf(np.zeros([0, 3]))}
    table.value("searchsorted", f"no_rows_{side}", {**nothing, "side": side})
table.value(
    "searchsorted",
    "refuses_int16",
    {"sorted_sequence": Leaf([1.0]), "values": Leaf([1.0]), "side": "left", "out_type": "int16"},
)
table.value("linalg.global_norm", "nothing", {"t_list": []})
table.value("linalg.global_norm", "refuses_integers", {"t_list": [Held([1, 2], "int32")]})
table.value("clip_by_global_norm", "nothing", {"t_list": [], "clip_norm": 1.0})
words = {"y": Held(["a"], "string"), "x": Held(["b"], "string")}
table.value("atan2", "refuses_strings", words)
table.value("atan2", "refuses_number_beside_string", {**words, "x": [1.0]})
table.value("concat", "refuses_axes", {"values": [Leaf([1.0]), Leaf([1.0])], "axis": [0, 0]})
table.value("range", "refuses_infinity", {"start": np.float64(np.inf)})
for op in ("assert_less", "assert_greater_equal"):
    complexes = {"x": Held([1j], "complex64"), "y": Held([2j], "complex64")}
    table.value(f"debugging.{op}", "refuses_complex", complexes)
    shapes = {"x": Held([1.0, 2.0]), "y": Held([1.0, 2.0, 3.0])}
    table.value(f"debugging.{op}", "refuses_shapes", shapes)
table.value("debugging.assert_positive", "refuses_complex", {"x": Held([1j], "complex64")})
table.value("debugging.assert_near", "refuses_shapes", shapes)


@case("184")
def constant_of_tensor_in_other_shape(tf: Any) -> Any:
    return tf.constant(tf.constant([1.0, 2.0]), shape=[3])


@case("183")
def sum_with_an_integer_beyond_int64(tf: Any) -> Any:
    return tf.constant([1, 2]) + 2**70


@case("176")
def strings_and_numbers(tf: Any) -> Any:
    return tf.concat([tf.constant(["a"]), np.array([1.0])], 0)


@case("2.2")
def mean_squared_errors(tf: Any) -> Any:
    mse = tf.keras.losses.MSE
    column, row = tf.constant([[1.0], [2.0]]), tf.constant([0.5, 2.5])
    with tf.GradientTape() as tape:
        tape.watch([column, row])
        loss = mse(column, row)
    return {
        "column_of_row": loss,
        "gradients": tape.gradient(loss, [column, row]),
        "row_of_column": mse(row, column),
        "integers": mse(tf.constant([[1, 2]]), tf.constant([[4, 4]])),
        "other_dtype": mse(tf.constant([[1, 2]]), tf.constant([[0.5, 4.0]], tf.float64)),
        "lists": mse([[0.0, 1.0]], [[1.0, 3.0]]),
        "deeper": mse(tf.ones([2, 3, 1]), tf.zeros([2, 3])),
    }


@case("2.2")
def strings_without_axes(tf: Any) -> Any:
    words = tf.constant([["a", "b"], ["c", "d"]])
    first, _ = tf.unstack(words[0])
    return {
        "index": words[1, 0],
        "unstack": first,
        "reshape": tf.reshape(["a"], []),
        "squeeze": tf.squeeze([["a"]]),
        "gather": tf.gather(words[0], 1),
        "gather_nd": tf.gather_nd(words, [1, 1]),
        "where": tf.where(True, "a", "b"),
        "fill": tf.fill([], "a"),
        "stack": tf.stack(["a", "b"]),
        "iterate": list(words[1]),
    }


@case("54")
def tangents_of_bfloat16(tf: Any) -> Any:
    x = tf.constant([0.5, 2.0], tf.bfloat16)
    t = tf.constant([1.0, 0.25], tf.bfloat16)
    with tf.autodiff.ForwardAccumulator(x, t) as accumulator:
        ys = [tf.sqrt(x), tf.tanh(x), tf.math.log(x), x / (x + x)]
    return [accumulator.jvp(y) for y in ys]
