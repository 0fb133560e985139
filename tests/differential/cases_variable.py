"""Variables: making them, reading them, assigning to them."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

import numpy as np

from tests.differential.harness import case, raised


@case(189)
def no_value(tf: Any) -> Any:
    return raised(tf.Variable), raised(lambda: tf.Variable(None))


@case(189)
def value_from_a_callable(tf: Any) -> Any:
    v = tf.Variable(lambda: tf.constant([1.0, 2.0]))
    return v, tf.Variable(lambda: 3), tf.Variable(initial_value=lambda: np.array([1.5]))


@case(189)
def value_from_a_variable_is_copied(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    w = tf.Variable(v)
    v.assign([5.0, 5.0])
    return w, w is v


@case(189)
def dtype_argument(tf: Any) -> Any:
    return [
        tf.Variable(1, dtype=tf.float64),
        tf.Variable([1, 2], dtype="float32"),
        tf.Variable(np.array([1.5]), dtype=tf.float32),
        tf.Variable(np.array([1.5]), dtype=tf.int32),
        raised(lambda: tf.Variable(1.5, dtype=tf.int32)),
        raised(lambda: tf.Variable(tf.constant(1.0), dtype=tf.float64)),
    ]


@case(189)
def attributes_of_a_variable(tf: Any) -> Any:
    v = tf.Variable([[1.0, 2.0]], name="w")
    return [v.dtype, v.shape, v.name, v.trainable, v.get_shape(), isinstance(v.device, str)]


@case(190)
def names_of_variables(tf: Any) -> Any:
    return [
        tf.Variable(1.0).name,
        tf.Variable(1.0, name="w").name,
        [tf.Variable(1.0, name="w").name for _ in range(2)],
        tf.Variable(1.0, name="a/b c").name,
        tf.Variable(1).name,
    ]


@case(191)
def assignments_chain(tf: Any) -> Any:
    v = tf.Variable(1.0)
    result = v.assign(2.0).assign_add(3.0).assign_sub(0.5)
    return v, result, result * 2.0, result.numpy(), result.shape, result.dtype


@case(191)
def assignments_without_reading(tf: Any) -> Any:
    v = tf.Variable(1.0)
    results = [
        v.assign(2.0, read_value=False),
        v.assign_add(3.0, read_value=False),
        v.assign_sub(0.5, read_value=False),
    ]
    return results, v


@case(191)
def assigned_values(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    values = [[3, 4], np.array([5.0, 6.0]), tf.constant([7.0, 8.0]), tf.Variable([9.0, 1.0])]
    return [v.assign(value).numpy() for value in values], v.assign(v * 2.0), v.assign_add(v)


@case(191)
def assigned_arrays_are_copied(tf: Any) -> Any:
    v, array = tf.Variable([1.0, 2.0]), np.array([3.0, 4.0], np.float32)
    v.assign(array)
    array[:] = 50.0
    return v


@case(192)
def shape_must_match(tf: Any) -> Any:
    v, scalar = tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    return [
        raised(lambda: v.assign([1.0, 2.0, 3.0])),
        raised(lambda: v.assign(1.0)),
        raised(lambda: v.assign([[1.0, 2.0]])),
        raised(lambda: scalar.assign([1.0])),
        raised(lambda: v.assign_add([1.0, 2.0, 3.0])),
        raised(lambda: v.assign_add(1.0)),
        raised(lambda: v.assign_sub(1.0)),
        raised(lambda: scalar.assign_add([1.0])),
        v,
        scalar,
    ]


@case(192, match=r"'?w:0.*\(2,\).*\(3,\)")
def shape_mismatch_is_explained(tf: Any) -> Any:
    tf.Variable([1.0, 2.0], name="w").assign([1.0, 2.0, 3.0])


@case(193)
def dtype_must_match(tf: Any) -> Any:
    v, i = tf.Variable([1.0, 2.0]), tf.Variable([1, 2])
    return [
        raised(lambda: v.assign(tf.constant([1, 2]))),
        raised(lambda: v.assign(tf.constant([1.0, 2.0], tf.float64))),
        raised(lambda: v.assign_add(tf.constant([1, 2]))),
        raised(lambda: i.assign([1.5, 2.5])),
        raised(lambda: i.assign_add([1.0, 1.0])),
        raised(lambda: v.assign(None)),
        raised(lambda: v.assign("a")),
        v.assign(np.array([3.0, 4.0])),
        v.assign_add(np.array([1, 1])),
        i.assign(np.array([5, 6])),
        i,
    ]


@case(194, match="assign")
def augmented_addition(tf: Any) -> Any:
    v = tf.Variable(1.0)
    v += 1.0


@case(194)
def augmented_assignments(tf: Any) -> Any:
    names = ("__iadd__", "__isub__", "__imul__", "__itruediv__", "__ipow__")
    v = tf.Variable(2.0)
    return [raised(partial(getattr(v, name), 2.0)) for name in names], v


@case(195)
def reads_are_snapshots(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    reads = [v.read_value(), v.value(), v.numpy(), tf.convert_to_tensor(v), tf.identity(v), v + 0.0]
    v.assign([5.0, 6.0])
    return reads, v.read_value() is v.read_value(), isinstance(v.value(), tf.Tensor)


@case(195)
def numpy_of_a_variable_is_a_copy(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    v.numpy()[:] = 9.0
    return v


@case(196)
def open_shape_allows_other_sizes(tf: Any) -> Any:
    v = tf.Variable(tf.zeros([1, 2]), shape=[None, 2])
    shapes = [v.shape]
    v.assign(tf.ones([3, 2]))
    return shapes, v.numpy(), v.shape, raised(lambda: v.assign(tf.ones([3, 3])))


@case(196)
def unknown_shape_allows_any_size(tf: Any) -> Any:
    v = tf.Variable(tf.zeros([1, 2]), shape=tf.TensorShape(None))
    v.assign(tf.ones([3]))
    return v.numpy(), v.shape


@case(196)
def given_shape_must_fit(tf: Any) -> Any:
    return raised(lambda: tf.Variable([1.0, 2.0], shape=[3])), tf.Variable([1.0, 2.0], shape=[2])


@case(197)
def constraint_is_stored(tf: Any) -> Any:
    constraint = tf.nn.relu
    v = tf.Variable([-1.0], constraint=constraint)
    v.assign([-5.0])
    return v.constraint is constraint, v, tf.Variable(1.0).constraint


@case(197)
def constraint_must_be_callable(tf: Any) -> Any:
    return tf.Variable(1.0, constraint=3)


@case(197)
def trainable_is_fixed(tf: Any) -> Any:
    v = tf.Variable(1.0, trainable=False)

    def change() -> None:
        v.trainable = True

    return v.trainable, raised(change), tf.Variable(1).trainable


@case(201)
def python_and_variables(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    return [
        raised(lambda: len(v)),
        list(v),
        raised(lambda: list(tf.Variable(1.0))),
        raised(lambda: [1, 2][tf.Variable(1)]),
        float(tf.Variable(1.5)),
        int(tf.Variable(7)),
        bool(tf.Variable(True)),
        complex(tf.Variable(1.5)),
        raised(lambda: bool(v)),
        raised(lambda: float(v)),
        raised(lambda: hash(v)),
        np.asarray(v),
        np.asarray(np.sin(v)),
    ]


@case(202)
def operators_act_on_the_value(tf: Any) -> Any:
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 2.0])
    results = [v + w, v - 1, 2 * v, v / w, v**2, -v, abs(-v), v < w, v == w, v != w, v >= 2.0]
    return results, [isinstance(r, tf.Tensor) for r in results[:3]]


@case(202)
def the_largest_variable(tf: Any) -> Any:
    v, w = tf.Variable(1.0), tf.Variable(2.0)
    return max([v, w]) is w, min(v, w) is v, sorted([w, v])[0] is v, sum([v, w])


@case(203)
def copies_are_independent(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0], name="w", trainable=False)
    other = copy.deepcopy(v)
    other.assign([5.0, 6.0])
    return v, other, other.name, other.trainable, copy.deepcopy([v, v])[0].numpy()


@case(203)
def pickled_variables(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0], name="w")
    again = pickle.loads(pickle.dumps(v))
    again.assign_add([1.0, 1.0])
    return again, again.name, v


@case(203)
def graph_attributes_of_variables(tf: Any) -> Any:
    v = tf.Variable(1.0)
    return [raised(lambda: v.initial_value), raised(v.eval)]


@case(204)
def variables_in_lists(tf: Any) -> Any:
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        results = [
            tf.stack([a, b]),
            tf.convert_to_tensor([a, b]),
            tf.reduce_sum([a, b]),
            tf.reshape([a, b, a, b], [2, 2]),
            tf.constant([5.0, 7.0]) * [a, b],
            tf.concat([[a], [b, a]], 0),
            tf.add_n([a, b]),
            tf.maximum(a, b),
        ]
    return [(result, tape.gradient(result, [a, b])) for result in results]


PUBLIC = (
    "assign assign_add assign_sub batch_scatter_update constraint device dtype gather_nd get_shape "
    "name numpy read_value ref scatter_add scatter_div scatter_max scatter_min scatter_mul "
    "scatter_nd_add scatter_nd_max scatter_nd_min scatter_nd_sub scatter_nd_update scatter_sub "
    "scatter_update set_shape shape sparse_read trainable value is_initialized synchronization "
    "aggregation"
)


@case(205)
def public_names_of_variables(tf: Any) -> Any:
    v = tf.Variable(1.0)
    return [[name, hasattr(v, name)] for name in PUBLIC.split()]


@case(205)
def names_that_variables_lack(tf: Any) -> Any:
    v = tf.Variable(1.0)
    lacking = "T ndim reshape sum item tolist grad data requires_grad backward"
    return [[name, hasattr(v, name)] for name in lacking.split()]


@case(189)
def positional_trainable(tf: Any) -> Any:
    v = tf.Variable(1.0, False)
    return v.trainable


@case(189)
def ragged_value(tf: Any) -> Any:
    return tf.Variable([[1.0], [2.0, 3.0]])
