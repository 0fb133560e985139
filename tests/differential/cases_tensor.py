"""The Tensor object: attributes, shape, immutability, identity."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised


@case(154)
def attributes(tf: Any) -> Any:
    t = tf.constant([[1.0, 2.0, 3.0]])
    return [t.dtype, t.shape, t.ndim, t.get_shape(), isinstance(t.device, str)]


@case(154)
def attributes_of_a_scalar(tf: Any) -> Any:
    t = tf.constant(3)
    return [t.dtype, t.shape, t.ndim, t.shape.rank, t.shape.as_list(), len(t.shape)]


@case(154)
def set_shape_only_checks(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return [
        t.set_shape([2]),
        t.set_shape([None]),
        t.set_shape(None),
        raised(lambda: t.set_shape([3])),
    ]


ABSENT = (
    "T reshape astype sum size item tolist mean max min transpose ravel flatten clip data foo dot"
)


@case(154)
def absent_attributes(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return [[name, hasattr(t, name)] for name in ABSENT.split()]


@case(154, match="numpy_behavior|tf\\.")
def transposed_attribute_says_what_to_do(tf: Any) -> Any:
    return tf.constant([1.0]).T


@case(154)
def attributes_of_graphs(tf: Any) -> Any:
    t = tf.constant(1.0)
    return [raised(partial(getattr, t, name)) for name in ("name", "op", "graph", "value_index")]


expressions(
    __name__,
    154,
    {
        "eval_is_for_graphs": lambda tf: tf.constant(1.0).eval(),
        "consumers_are_for_graphs": lambda tf: tf.constant(1.0).consumers(),
        "shape_compares_with_lists": lambda tf: [
            tf.zeros([2, 3]).shape == [2, 3],
            tf.zeros([2, 3]).shape == (2, 3),
            tf.zeros([2, 3]).shape != [3, 2],
            tf.zeros([]).shape == [],
            tf.zeros([2, 3]).shape == tf.TensorShape([2, 3]),
        ],
        "shape_indexes_and_slices": lambda tf: [
            tf.zeros([2, 3, 4]).shape[0],
            tf.zeros([2, 3, 4]).shape[-1],
            tf.zeros([2, 3, 4]).shape[1:],
            list(tf.zeros([2, 3, 4]).shape),
            tuple(tf.zeros([2, 3, 4]).shape),
            tf.zeros([2, 3, 4]).shape.num_elements(),
            tf.zeros([2, 3, 4]).shape.ndims,
        ],
        "shape_with_unknowns": lambda tf: [
            tf.TensorShape([2, None]).as_list(),
            tf.TensorShape([2, None]).is_fully_defined(),
            tf.TensorShape([2, None]).num_elements(),
            tf.TensorShape(None).rank,
            tf.TensorShape([2, None]).is_compatible_with([2, 7]),
            tf.TensorShape([2, None]).is_compatible_with([3, 7]),
            tf.TensorShape(None).is_compatible_with([3, 7]),
        ],
        "shape_of_unknown_rank_has_no_list": lambda tf: tf.TensorShape(None).as_list(),
        "shapes_join": lambda tf: [
            tf.TensorShape([1]).concatenate([2, None]),
            tf.TensorShape([1]) + [2],  # noqa: RUF005
            tf.TensorShape([None, 3]).merge_with([2, None]),
        ],
        "shapes_that_do_not_merge": lambda tf: tf.TensorShape([1]).merge_with([2]),
        "shape_of_strings_is_refused": lambda tf: tf.TensorShape(["a"]),
        "shape_with_negative_size": lambda tf: tf.TensorShape([-2]),
    },
)


@case(157)
def numpy_of_scalars_and_arrays(tf: Any) -> Any:
    return [
        tf.constant(1.5).numpy(),
        tf.constant(2).numpy(),
        tf.constant(True).numpy(),
        tf.constant([1.0]).numpy(),
        tf.zeros([0, 2]).numpy(),
        tf.constant(1j).numpy(),
    ]


@case(157)
def numpy_is_a_writable_copy(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    array = t.numpy()
    array[0] = 9.0
    return t, array, array.flags.writeable


@case(158)
def arrays_are_copied(tf: Any) -> Any:
    array = np.array([1.0, 2.0])
    t, u, v = tf.constant(array), tf.convert_to_tensor(array), tf.Variable(array)
    w = tf.identity(array)
    array[:] = 50.0
    return t, u, v, w


@case(159)
def tensors_do_not_change(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])

    def assign() -> None:
        t[0] = 5.0

    def delete() -> None:
        del t[0]

    return raised(assign), raised(delete), t


@case(160, match=r"unhashable.*\.ref\(\)")
def tensors_have_no_hash(tf: Any) -> Any:
    return hash(tf.constant(1.0))


@case(160)
def tensors_are_no_keys(tf: Any) -> Any:
    t = tf.constant(1.0)
    return raised(lambda: {t: 1}), raised(lambda: {t}), raised(lambda: {tf.Variable(1.0): 1})


@case(160)
def references_stand_for_tensors(tf: Any) -> Any:
    t, u, v = tf.constant(1.0), tf.constant(1.0), tf.Variable(1.0)
    names = {t.ref(): "t", u.ref(): "u", v.ref(): "v"}
    return [
        names[t.ref()],
        names[u.ref()],
        names[v.ref()],
        t.ref() == t.ref(),
        t.ref() == u.ref(),
        t.ref().deref() is t,
        v.ref().deref() is v,
        hash(t.ref()) == hash(t.ref()),
    ]


@case(168)
def pickle_and_copy(tf: Any) -> Any:
    t = tf.constant([[1.0, 2.0]])
    again = pickle.loads(pickle.dumps(t))
    return again, again is t, copy.deepcopy(t) is t, copy.copy(t) is t, copy.deepcopy([t])[0]


@case(169)
def is_tensor(tf: Any) -> Any:
    t, v = tf.constant(1.0), tf.Variable(1.0)
    slices = tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]), tf.constant([3]))
    things = [t, v, slices, np.array(1.0), 1.0, "a", None, [t]]
    kinds = [isinstance(v, tf.Tensor), isinstance(v, tf.Variable), isinstance(t, tf.Tensor)]
    return [tf.is_tensor(thing) for thing in things], kinds, isinstance(slices, tf.IndexedSlices)


@case(35)
def conversions_that_change_nothing_give_the_same_object(tf: Any) -> Any:
    t = tf.constant([1.0, 2.0])
    return [
        tf.constant(t) is t,
        tf.convert_to_tensor(t) is t,
        tf.cast(t, t.dtype) is t,
        tf.identity(t) is t,
        tf.reshape(t, [2]) is t,
        tf.stop_gradient(t) is t,
    ]
