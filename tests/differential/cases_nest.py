"""Structures: flattening, mapping, packing, comparing."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised

Point = namedtuple("Point", ["x", "y"])
Other = namedtuple("Other", ["x", "y"])

expressions(
    __name__,
    236,
    {
        "flatten_leaf": lambda tf: tf.nest.flatten(3),
        "flatten_none": lambda tf: tf.nest.flatten(None),
        "flatten_string": lambda tf: tf.nest.flatten("abc"),
        "flatten_array": lambda tf: tf.nest.flatten(np.array([1, 2])),
        "flatten_tensor": lambda tf: tf.nest.flatten(tf.constant([1, 2])),
        "flatten_lists": lambda tf: tf.nest.flatten([1, [2, (3, [4])], []]),
        "flatten_dict_by_key": lambda tf: tf.nest.flatten({"b": 1, "a": 2, "c": {"z": 3, "y": 4}}),
        "flatten_int_keys": lambda tf: tf.nest.flatten({10: "ten", 2: "two"}),
        "flatten_ordered_dict": lambda tf: tf.nest.flatten(OrderedDict([("b", 1), ("a", 2)])),
        "flatten_namedtuple": lambda tf: tf.nest.flatten(Point(x=[1, 2], y=3)),
        "flatten_nones_inside": lambda tf: tf.nest.flatten([None, [None, 1]]),
        "flatten_empty": lambda tf: [
            tf.nest.flatten([]),
            tf.nest.flatten(()),
            tf.nest.flatten({}),
            tf.nest.flatten([[], {}]),
        ],
        "flatten_set_is_a_leaf": lambda tf: len(tf.nest.flatten({1, 2})),
        "flatten_keys_that_do_not_sort": lambda tf: tf.nest.flatten({1: 1, "a": 2}),
        "flatten_variable": lambda tf: tf.nest.flatten([tf.Variable(1.0), tf.Variable(2.0)]),
        "map_one": lambda tf: tf.nest.map_structure(lambda x: x * 2, [1, (2, {"a": 3})]),
        "map_two": lambda tf: tf.nest.map_structure(
            lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]}
        ),
        "map_keeps_order_of_dict": lambda tf: tf.nest.map_structure(lambda x: x, {"b": 1, "a": 2}),
        "map_keeps_types": lambda tf: tf.nest.map_structure(
            str, [Point(1, (2,)), OrderedDict([("b", 1), ("a", 2)])]
        ),
        "map_leaf": lambda tf: tf.nest.map_structure(lambda x: x + 1, 5),
        "map_empty": lambda tf: tf.nest.map_structure(lambda x: x + 1, []),
        "map_of_other_length": lambda tf: tf.nest.map_structure(lambda x, y: x, [1], [1, 2]),
        "map_of_other_nesting": lambda tf: tf.nest.map_structure(lambda x, y: x, [1, 2], [1, [2]]),
        "map_of_other_keys": lambda tf: tf.nest.map_structure(lambda x, y: x, {"a": 1}, {"b": 1}),
        "map_of_nothing": lambda tf: tf.nest.map_structure(lambda x: x),
        "map_of_no_function": lambda tf: tf.nest.map_structure(3, [1]),
        "map_without_types": lambda tf: tf.nest.map_structure(
            lambda x, y: x + y, [1, 2], (10, 20), check_types=False
        ),
        "pack": lambda tf: tf.nest.pack_sequence_as([0, (0, {"b": 0, "a": 0})], [1, 2, 3, 4]),
        "pack_leaf": lambda tf: tf.nest.pack_sequence_as(0, [7]),
        "pack_namedtuple": lambda tf: tf.nest.pack_sequence_as(Point(0, [0, 0]), [1, 2, 3]),
        "pack_ordered_dict": lambda tf: tf.nest.pack_sequence_as(
            OrderedDict([("b", 0), ("a", 0)]), [1, 2]
        ),
        "pack_too_few": lambda tf: tf.nest.pack_sequence_as([0, 0], [1]),
        "pack_too_many": lambda tf: tf.nest.pack_sequence_as([0, 0], [1, 2, 3]),
        "pack_leaf_too_many": lambda tf: tf.nest.pack_sequence_as(0, [1, 2]),
        "pack_no_sequence": lambda tf: tf.nest.pack_sequence_as([0], 1),
        "same_structure": lambda tf: [
            tf.nest.assert_same_structure([1, (2, 3)], ["a", (None, "c")]),
            tf.nest.assert_same_structure({"a": 1, "b": 2}, {"b": 3, "a": 4}),
            tf.nest.assert_same_structure(1, tf.constant([1, 2])),
            tf.nest.assert_same_structure([1], (1,), check_types=False),
        ],
        "other_length": lambda tf: tf.nest.assert_same_structure([1], [1, 2]),
        "other_nesting": lambda tf: tf.nest.assert_same_structure([1, 2], [1, [2]]),
        "other_sequence_type": lambda tf: tf.nest.assert_same_structure([1], (1,)),
        "other_keys": lambda tf: tf.nest.assert_same_structure({"a": 1}, {"b": 1}),
        "leaf_and_list": lambda tf: tf.nest.assert_same_structure(1, [1]),
        "list_and_dict": lambda tf: tf.nest.assert_same_structure([1], {"a": 1}),
        "namedtuples_of_two_kinds": lambda tf: tf.nest.assert_same_structure(
            Point(1, 2), Other(1, 2)
        ),
        "is_nested": lambda tf: [
            tf.nest.is_nested(x)
            for x in (1, None, "a", [], (), {}, [1], {"a": 1}, Point(1, 2), {1}, np.array([1]))
        ],
    },
)


@case(236)
def slices_are_leaves_unless_expanded(tf: Any) -> Any:
    s = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]), tf.constant([3]))
    return [
        tf.nest.flatten([s])[0] is s,
        tf.nest.flatten([s], expand_composites=True),
        tf.nest.is_nested(s),
    ]


@case(236)
def identity_of_leaves_is_kept(tf: Any) -> Any:
    t = tf.constant(1.0)
    flat = tf.nest.flatten({"a": [t]})
    packed = tf.nest.pack_sequence_as({"a": [0]}, flat)
    return flat[0] is t, packed["a"][0] is t


@case(236)
def exceptions_of_the_function_pass(tf: Any) -> Any:
    def broken(x: int) -> int:
        raise KeyError(x)

    return raised(lambda: tf.nest.map_structure(broken, [1]))
