"""Arguments as TensorFlow's own tests give them: of wrong ranks, out of range, sequences, None."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised

MATRIX = [[1.0, 2.0], [3.0, 4.0]]

expressions(
    __name__,
    "arguments",
    {
        "shape_of_fill_is_no_matrix": lambda tf: tf.fill([[0, 1], [2, 3]], 1.0),
        "axis_of_roll_is_no_matrix": lambda tf: tf.roll(MATRIX, 1, [[0, 1]]),
        "shift_of_roll_is_no_matrix": lambda tf: tf.roll(MATRIX, [[0, 1]], 1),
        "depth_of_one_hot_is_no_list": lambda tf: tf.one_hot([1, 2], [3]),
        "axis_of_cumsum_is_no_list": lambda tf: tf.cumsum([1.0, 2.0], [0]),
        "axis_of_argmax_is_no_list": lambda tf: tf.argmax([1.0, 2.0], [0, 0]),
        "k_of_top_k_is_no_list": lambda tf: tf.math.top_k([1.0, 2.0], [1]),
        "shape_of_reshape_is_no_matrix": lambda tf: tf.reshape([1.0, 2.0], [[2, 1]]),
        "perm_of_transpose_is_no_matrix": lambda tf: tf.transpose(MATRIX, [[1, 0]]),
        "multiples_of_tile_are_no_matrix": lambda tf: tf.tile([1.0, 2.0], [[2]]),
        "size_of_eye_is_no_list": lambda tf: tf.eye([2]),
        "shape_of_zeros_is_no_matrix": lambda tf: tf.zeros([[2, 3]]),
        "shape_of_broadcast_to_is_no_matrix": lambda tf: tf.broadcast_to([1.0, 2.0], [[2, 2]]),
        "axis_of_gather_is_no_list": lambda tf: tf.gather(MATRIX, [0], axis=[0, 1]),
        "integers_beyond_float64": lambda tf: tf.constant(10**310, tf.float64),
        "integers_beyond_int64_in_lists": lambda tf: tf.constant([2**72]),
        "constants_that_do_not_fill": lambda tf: tf.constant_initializer([1, 2, 3])([2, 4]),
        "rank_is_no_list": lambda tf: tf.debugging.assert_rank(tf.constant(1.0), [1, 2]),
        "same_dtype_of_none": lambda tf: tf.debugging.assert_same_float_dtype([None, None], None),
        "variables_need_no_initializer": lambda tf: tf.Variable(1.0).initializer,
        "watch_of_an_array_outside": lambda tf: tf.GradientTape().watch(np.ones(2)),
    },
)


@case("arguments")
def sequences_of_ones_own_become_tensors(tf: Any) -> Any:
    class Three:
        def __getitem__(self, key: int) -> float:
            if key >= 3:
                raise IndexError
            return [1.0, 2.0, 3.0][key]

        def __len__(self) -> int:
            return 3

    return tf.constant(Three()), tf.convert_to_tensor(Three()) * 2.0


@case("arguments")
def a_scalar_fits_a_vector_of_one_entry(tf: Any) -> Any:
    one, vector = tf.constant(1.0), tf.constant([1.0])
    check = tf.debugging.assert_shapes
    return [
        check([(one, (1,))]),
        check([(vector, ())]),
        check([(vector, ("n",)), (one, ("n",))]),
        raised(lambda: check([(one, (2,))])),
        raised(lambda: check([(vector, 2)])),
        raised(lambda: check([(tf.zeros([1, 1]), ())])),
    ]


@case("arguments")
def shapes_that_two_agree_on(tf: Any) -> Any:
    shape = tf.TensorShape
    pairs = ([1, 2], [1, 3]), ([1, None], [1, 3]), ([1], [1, 2]), (None, [1]), ([], [])
    return [str(shape(a).most_specific_compatible_shape(shape(b))) for a, b in pairs]


@case("arguments")
def generators_begin_again_at_a_key(tf: Any) -> Any:
    generator = tf.random.Generator.from_seed(1)
    generator.reset_from_key_counter(key=1, counter=[2, 3])
    return generator.state
