"""gradient(): the structure of sources, and what may be a target."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np

from tests.differential.harness import Raises, case

Layer = namedtuple("Layer", ["kernel", "bias"])


@case(38)
def one_tensor_gives_one_tensor(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2
    return tape.gradient(y, x)


@case(38)
def list_tuple_and_dict(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * z
    return [
        tape.gradient(y, [x, z]),
        tape.gradient(y, (x, z)),
        tape.gradient(y, {"x": x, "z": z}),
        tape.gradient(y, [x]),
        tape.gradient(y, (x,)),
    ]


@case(38)
def dict_keeps_its_own_order(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, z])
        y = x * z * z
    return [tape.gradient(y, {"z": z, "a": x}), tape.gradient(y, {"a": x, "z": z})]


@case(38)
def ordered_dict_stays_one(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, z])
        y = x * z * z
    return tape.gradient(y, OrderedDict([("z", z), ("a", x)]))


@case(38)
def namedtuple_keeps_its_class(tf: Any) -> Any:
    k, b = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([k, b])
        y = k * 5.0 + b
    return tape.gradient(y, Layer(k, b))


@case(38)
def nested_sources(tf: Any) -> Any:
    a, b, c = tf.constant(2.0), tf.constant(3.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b, c])
        y = a * b * c
    return tape.gradient(y, {"w": [a, (b,)], "v": {"c": c}})


@case(38)
def dict_views_give_lists(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    params = {"z": z, "x": x}
    with tf.GradientTape() as tape:
        tape.watch(params)
        y = x * z * z
    return tape.gradient(y, params.values())


@case(38)
def empty_sources(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    return [tape.gradient(y, []), tape.gradient(y, ()), tape.gradient(y, {})]


@case(38)
def empty_parts_keep_their_places(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, {"a": [], "b": x, "c": ((), {})})


@case(39)
def generator_of_sources(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, (s for s in [x]))


@case(39)
def set_of_sources(tf: Any) -> Any:
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, {v.ref()})


@case(40)
def repeated_source(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, x])


@case(41)
def intermediate_source(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return tape.gradient(z, y)


@case(41)
def source_and_intermediate_give_total_derivatives(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y + x
    return tape.gradient(z, [x, y])


@case(41)
def intermediate_that_the_target_does_not_use(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        h = tf.exp(x)
        y = x * x
    return [tape.gradient(y, h), tape.gradient(y, [h, x]), tape.gradient(h, [h, x])]


@case(41)
def source_computed_from_the_target(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        h = y * 2.0
    return [tape.gradient(y, h), tape.gradient([y, h], h), tape.gradient([y, h], [y])]


@case(42)
def source_that_the_tape_never_saw(tf: Any) -> Any:
    x, z = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, z, tf.Variable(1.0)])


@case(42)
def unwatched_operand(tf: Any) -> Any:
    x, c = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * c
    return tape.gradient(y, [x, c])


@case(42)
def unwatched_operand_of_many_operations(tf: Any) -> Any:
    x, c = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [
            x + c,
            x / c,
            x**c,
            tf.maximum(x, c),
            tf.where(True, x, c),
            tf.stack([x, c]),
            tf.concat([[x], [c]], 0),
            tf.add_n([x, c]),
        ]
    return [tape.gradient(y, [x, c]) for y in ys]


@case(42)
def what_was_computed_from_constants_only(tf: Any) -> Any:
    x, c = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        k = tf.exp(c)
        y = k * x
    return tape.gradient(y, [x, k, c])


@case(43)
def several_targets_are_summed(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y0 = x**2
        y1 = 1.0 / x
    nests = [[y0, y1], (y0, y1), {"y0": y0, "y1": y1}, [y0, [y1, {"y": y0}]]]
    return [tape.gradient(nest, x) for nest in nests]


@case(43)
def repeated_target_counts_twice(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient([y, y], x)


@case(43)
def target_that_is_a_source_counts_itself(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    return [tape.gradient([x, y], x), tape.gradient([y, x], [x, y])]


@case(43)
def an_intermediate_and_its_result_as_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * 3.0
    return tape.gradient([y, z], [x, y])


@case(43)
def one_connected_target_of_two(tf: Any) -> Any:
    x, c = tf.constant(2.0), tf.constant(7.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient([c, y], x)


@case(45)
def target_is_the_source(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(x, x)


@case(45)
def target_is_the_source_never_watched(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(x, x)


@case(
    "43,45",
    differs="TensorFlow loses the identity part of an unwatched source that was used as well",
    ours=[1.0, [1.0, 1.0], [1.0, None]],
)
def unwatched_operand_among_the_targets(tf: Any) -> Any:
    x, c = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * c
    return [tape.gradient([y, c], c), tape.gradient([x, c], [x, c]), tape.gradient(x, [x, c])]


@case(45)
def intermediate_is_target_and_source(tf: Any) -> Any:
    x = tf.constant([2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, y)


@case(46)
def unconnected_target(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.constant(3.0) * 2.0
    return tape.gradient(y, x)


@case(47)
def variable_as_target(tf: Any) -> Any:
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(v, v)


@case(47)
def variable_among_targets(tf: Any) -> Any:
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * w
    return tape.gradient([v, y], [v, w])


@case(47)
def variable_chosen_by_a_branch(tf: Any) -> Any:
    x, v0, v1 = tf.constant(1.0), tf.Variable(2.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        result = v0 if x > 0.0 else v1**2
    return [tape.gradient(result, v0), tape.gradient(result, v1), tape.gradient(result, x)]


@case(48, match="target")
def target_none(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(None, x)


@case(48)
def none_among_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient([y, None], x)


@case(48)
def sources_none(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, None)


@case(48)
def none_among_sources(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, None])


NOT_A_TENSOR = "TensorFlow fails with AttributeError"


@case(49, differs=NOT_A_TENSOR, ours=Raises("TypeError", match="target"))
def number_as_target(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(4.0, x)


@case(49, differs="functions of NumPy are recorded", ours=[4.0])
def array_as_target(tf: Any) -> Any:
    x = tf.constant([2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.square(x)
    return tape.gradient(y, x)


@case(49, differs=NOT_A_TENSOR, ours=Raises("TypeError", match="source"))
def number_as_source(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, 2.0)


@case(50)
def no_targets(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
    return [
        tape.gradient([], x),
        tape.gradient([], [x, x]),
        tape.gradient([], x, unconnected_gradients="zero"),
    ]
