"""TensorShape and TensorSpec: descriptions of tensors that may leave sizes open."""

from __future__ import annotations

from typing import Any

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised

expressions(
    __name__,
    "227",
    {
        "spec_attributes": lambda tf: [
            tf.TensorSpec([2, None], tf.float64, name="x").shape,
            tf.TensorSpec([2, None], tf.float64, name="x").dtype,
            tf.TensorSpec([2, None], tf.float64, name="x").name,
            tf.TensorSpec(shape=[3]).dtype,
            tf.TensorSpec(None).shape,
            tf.TensorSpec([3]).name,
        ],
        "spec_of_a_tensor": lambda tf: [
            repr(tf.TensorSpec.from_tensor(tf.constant([1, 2]))),
            repr(tf.TensorSpec.from_spec(tf.TensorSpec([1], tf.int32), name="y")),
        ],
        "specs_compare": lambda tf: [
            tf.TensorSpec([2]) == tf.TensorSpec([2]),
            tf.TensorSpec([2]) == tf.TensorSpec([3]),
            tf.TensorSpec([2]) != tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([2], name="a") == tf.TensorSpec([2], name="b"),
            tf.TensorSpec([2]) == "spec",
            hash(tf.TensorSpec([2])) == hash(tf.TensorSpec([2])),
        ],
        "spec_is_compatible": lambda tf: [
            tf.TensorSpec([None, 2]).is_compatible_with(tf.zeros([3, 2])),
            tf.TensorSpec([None, 2]).is_compatible_with(tf.zeros([3, 3])),
            tf.TensorSpec([None, 2]).is_compatible_with(tf.zeros([3, 2], tf.int32)),
            tf.TensorSpec(None).is_compatible_with(tf.zeros([])),
            tf.TensorSpec([2]).is_compatible_with(tf.TensorSpec([None])),
            tf.TensorSpec([2]).is_compatible_with(tf.zeros([2, 1])),
        ],
        "shapes_compare_openly": lambda tf: [
            tf.TensorShape([2, None]) == tf.TensorShape([2, None]),
            tf.TensorShape([2, None]) == [2, None],
            tf.TensorShape([2, None]) == [2, 3],
            tf.TensorShape(None) == tf.TensorShape(None),
            tf.TensorShape([2]) == tf.TensorShape([2, 1]),
        ],
        "shape_truth_and_length": lambda tf: [
            bool(tf.TensorShape([])),
            bool(tf.TensorShape(None)),
            len(tf.TensorShape([1, 2, 3])),
            raised(lambda: len(tf.TensorShape(None))),
        ],
        "shape_sizes": lambda tf: [
            tf.TensorShape([2, 3]).num_elements(),
            tf.TensorShape([]).num_elements(),
            tf.TensorShape([0, 3]).num_elements(),
            tf.TensorShape([None, 3]).num_elements(),
            tf.TensorShape(None).num_elements(),
            tf.TensorShape([2, None]).rank,
            tf.TensorShape([2, None]).dims is None,
            tf.TensorShape(None).dims is None,
        ],
        "shape_slices_openly": lambda tf: [
            tf.TensorShape([2, None, 4])[1],
            tf.TensorShape([2, None, 4])[:2],
            tf.TensorShape([2, None, 4])[-1],
            raised(lambda: tf.TensorShape([2])[3]),
        ],
        "shape_from_others": lambda tf: [
            tf.TensorShape(5),
            tf.TensorShape(tf.TensorShape([1, 2])),
            tf.TensorShape((1, None)),
            tf.TensorShape(range(3)),
        ],
        "shapes_with_rank": lambda tf: [
            tf.TensorShape(None).with_rank(2),
            tf.TensorShape([2, 3]).with_rank_at_least(1),
            raised(lambda: tf.TensorShape([2, 3]).with_rank(1)),
            raised(lambda: tf.TensorShape([2]).assert_is_compatible_with([3])),
            raised(lambda: tf.TensorShape([None]).assert_is_fully_defined()),
        ],
        "shapes_merge_openly": lambda tf: [
            tf.TensorShape([None, 3]).merge_with(tf.TensorShape([2, None])),
            tf.TensorShape(None).merge_with([2]),
            raised(lambda: tf.TensorShape([2]).merge_with([2, 2])),
        ],
        "shapes_concatenate_openly": lambda tf: [
            tf.TensorShape([1]).concatenate(tf.TensorShape(None)),
            tf.TensorShape([1, None]).concatenate([3]),
        ],
        "shape_is_hashable": lambda tf: len({tf.TensorShape([2]), tf.TensorShape([2])}),
        "shapes_as_arguments": lambda tf: [
            tf.zeros(tf.TensorShape([2, 1])),
            tf.reshape(tf.range(4), tf.TensorShape([2, 2])),
            tf.constant(tf.TensorShape([2, 3])),
            tf.convert_to_tensor(tf.zeros([4, 5]).shape),
        ],
    },
)


@case(227)
def open_shape_is_no_tensor(tf: Any) -> Any:
    return tf.constant(tf.TensorShape([None, 2]))
