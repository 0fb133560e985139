"""Data sets and functions: map and its relatives, generators, padding, iterators."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised


def ints(ds: Any) -> list[Any]:
    return [x.numpy().tolist() for x in ds]


def numbers(tf: Any, n: int = 4) -> Any:
    return tf.data.Dataset.range(n)


def pairs(tf: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [10, 20, 30]))


Point = collections.namedtuple("Point", "x y")

expressions(
    __name__,
    "tf.data.map",
    {
        "mapped_number": lambda tf: list(numbers(tf).map(lambda x: x * x)),
        "mapped_tuple_is_taken_apart": lambda tf: list(pairs(tf).map(lambda x, y: x * 2.0)),
        "mapped_to_a_tuple": lambda tf: list(pairs(tf).map(lambda x, y: (y, x))),
        "mapped_list_is_a_tuple": lambda tf: list(pairs(tf).map(lambda x, y: [y, x])),
        "mapped_to_a_dict": lambda tf: list(pairs(tf).map(lambda x, y: {"x": x, "y": {"z": y}})),
        "mapped_dict_is_one_argument": lambda tf: list(
            tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": [3, 4]}).map(
                lambda d: d["a"] + d["b"]
            )
        ),
        "mapped_namedtuple_is_one_argument": lambda tf: list(
            tf.data.Dataset.from_tensor_slices(Point([1, 2], [3, 4])).map(lambda p: p.x + p.y)
        ),
        "mapped_to_a_namedtuple": lambda tf: list(pairs(tf).map(Point)),
        "mapped_nested_tuple": lambda tf: list(
            tf.data.Dataset.zip((numbers(tf), pairs(tf))).map(lambda n, xy: xy[0])
        ),
        "mapped_to_a_constant": lambda tf: list(numbers(tf, 2).map(lambda x: 7)),
        "mapped_to_an_array": lambda tf: list(numbers(tf, 2).map(lambda x: np.ones(2))),
        "mapped_to_pair_of_constants": lambda tf: list(numbers(tf, 2).map(lambda x: (1, "a"))),
        "mapped_with_options": lambda tf: ints(
            numbers(tf).map(
                lambda x: x + 1, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
            )
        ),
        "mapped_function": lambda tf: ints(numbers(tf).map(tf.function(lambda x: x * 3))),
        "mapped_operation": lambda tf: list(pairs(tf).map(lambda *xy: xy[0]).map(tf.sqrt)),
        "mapped_batches": lambda tf: list(
            pairs(tf).batch(2).map(lambda x, y: (x / tf.reduce_max(x), y))
        ),
        "mapped_python_function": lambda tf: list(
            numbers(tf).map(lambda x: tf.py_function(lambda v: v + 1, [x], tf.int64))
        ),
        "mapped_numpy_function": lambda tf: list(
            numbers(tf).map(lambda x: tf.numpy_function(lambda v: v * v, [x], tf.int64))
        ),
        "filtered_pairs": lambda tf: list(pairs(tf).filter(lambda x, y: y > 10)),
        "flat_mapped_pairs": lambda tf: list(
            pairs(tf).flat_map(lambda x, y: tf.data.Dataset.from_tensors(x).repeat(2))
        ),
        "scan_with_a_structure": lambda tf: list(
            pairs(tf).scan((0.0, 1), lambda s, e: ((s[0] + e[0], s[1] + 1), e[1] * s[1]))
        ),
    },
)


@case("tf.data.map")
def map_reads_variables_when_an_element_is_asked_for(tf: Any) -> Any:
    v = tf.Variable(1, dtype=tf.int64)
    ds = numbers(tf, 3).map(lambda x: x + v)
    first = ints(ds)
    v.assign(10)
    return first, ints(ds)


@case("tf.data.map")
def tapes_do_not_follow_data_sets(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        ds = tf.data.Dataset.from_tensor_slices(v).map(lambda x: x * 2.0)
        y = sum(x for x in ds)
    return y, tape.gradient(y, v)


@case("tf.data.map")
def refused_functions(tf: Any) -> Any:
    ds = numbers(tf)
    return [
        raised(lambda: list(ds.map(3))),
        raised(lambda: list(ds.map(lambda x, y: x))),
        raised(lambda: list(ds.filter(lambda x: x))),
        raised(lambda: ds.reduce(0.0, lambda s, x: tf.constant(1))),
        raised(lambda: list(ds.scan(0, lambda s, x: x))),
        raised(lambda: list(ds.map(lambda x: object()))),
    ]


# Generators


def counting(n: Any = 3) -> Any:
    yield from range(int(n))


@case("tf.data.generator")
def generator_with_signature(tf: Any) -> Any:
    make = tf.data.Dataset.from_generator
    spec = tf.TensorSpec
    return [
        list(make(counting, output_signature=spec([], tf.int32))),
        list(make(counting, args=(2,), output_signature=spec((), tf.float64))),
        list(
            make(
                lambda: ((i, [i] * i) for i in range(3)),
                output_signature=(spec([], tf.int64), spec([None], tf.float32)),
            )
        ),
        list(
            make(
                lambda: iter([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]),
                output_signature={"a": spec([], tf.int32), "b": spec([], tf.string)},
            )
        ),
        repr(make(counting, output_signature=spec([], tf.int32)).element_spec),
    ]


@case("tf.data.generator")
def generator_with_types(tf: Any) -> Any:
    make = tf.data.Dataset.from_generator
    ds = make(counting, tf.int64)
    pair = make(lambda: iter([(1, [2.0])]), (tf.int32, tf.float32), ([], [1]))
    return [
        list(ds),
        repr(ds.element_spec),
        list(pair),
        repr(pair.element_spec),
    ]


@case("tf.data.generator")
def generator_begins_anew_each_pass(tf: Any) -> Any:
    starts = []

    def make() -> Any:
        starts.append(len(starts))
        yield len(starts)

    ds = tf.data.Dataset.from_generator(make, output_signature=tf.TensorSpec([], tf.int32))
    return [ints(ds), ints(ds.repeat(2)), ints(ds), len(starts)]


@case("tf.data.generator")
def refused_generators(tf: Any) -> Any:
    make = tf.data.Dataset.from_generator
    spec = tf.TensorSpec([], tf.int32)
    return [
        raised(lambda: make([1, 2], output_signature=spec)),
        raised(lambda: make(counting)),
        raised(lambda: make(counting, tf.int32, output_signature=spec)),
        raised(lambda: make(counting, output_signature=tf.int32)),
        raised(lambda: list(make(lambda: iter(["a"]), output_signature=spec))),
        raised(lambda: list(make(lambda: iter([[1, 2]]), output_signature=spec))),
        raised(lambda: list(make(lambda: iter([(1, 2)]), output_signature=(spec,)))),
    ]


# Padding


def ragged(tf: Any) -> Any:
    return tf.data.Dataset.range(1, 4).map(lambda n: tf.fill([n], n))


@case("tf.data.rebatch")
def batches_of_several_sizes(tf: Any) -> Any:
    ds = tf.data.Dataset.range(8).batch(4)
    return (
        list(ds.rebatch([2, 1, 1])),
        list(ds.rebatch([3])),
        list(ds.rebatch(tf.constant([3, 2], tf.int64), drop_remainder=True)),
    )


@case("tf.data.padded_batch")
def padded_batches_of_all_sizes(tf: Any) -> Any:
    ds = tf.data.Dataset.range(1, 5, output_type=tf.int32).map(lambda x: tf.fill([x], x))
    return ds.element_spec.shape.as_list(), list(ds.padded_batch(2))


@case("tf.data.padded_batch")
def padded_batches(tf: Any) -> Any:
    ds = ragged(tf)
    two = ds.map(lambda x: (x, tf.cast(x[:1], tf.float32)))
    minus_one = tf.constant(-1, tf.int64)
    return [
        list(ds.padded_batch(2, padded_shapes=[None])),
        list(ds.padded_batch(2, padded_shapes=[4])),
        list(ds.padded_batch(2, padded_shapes=[-1], padding_values=minus_one)),
        list(ds.padded_batch(2, padded_shapes=[None], drop_remainder=True)),
        list(two.padded_batch(3, padded_shapes=([None], [2]))),
        list(two.padded_batch(3, padded_shapes=([5], [2]), padding_values=(minus_one, 0.5))),
        list(tf.data.Dataset.from_tensor_slices(["a", "b"]).padded_batch(2)),
        list(tf.data.Dataset.from_tensors([[1, 2]]).padded_batch(1, padded_shapes=[2, 3])),
    ]


@case("tf.data.padded_batch")
def refused_padding(tf: Any) -> Any:
    ds = ragged(tf)
    return [
        raised(lambda: list(ds.padded_batch(3, padded_shapes=[2]))),
        raised(lambda: list(ds.padded_batch(0, padded_shapes=[None]))),
        raised(lambda: list(numbers(tf).padded_batch(2, padded_shapes=[3]))),
        raised(lambda: list(pairs(tf).padded_batch(2, padded_shapes=[]))),
        raised(lambda: list(tf.data.Dataset.from_tensors([1, 2]).padded_batch(1, [1]))),
    ]


# Order and iteration


@case("tf.data.shuffle")
def every_element_once(tf: Any) -> Any:
    ds = numbers(tf, 50)
    return [
        [sorted(ints(ds.shuffle(n))) == list(range(50)) for n in (1, 2, 50, 500)],
        ints(ds.shuffle(1).take(5)),
        [x - i < 8 for i, x in enumerate(ints(ds.shuffle(8)))],
        sorted(ints(ds.shuffle(10).repeat(2))) == sorted([*range(50)] * 2),
    ]


@case("tf.data.shuffle")
def passes_and_seeds(tf: Any) -> Any:
    def passes(**options: Any) -> tuple[Any, Any]:
        ds = numbers(tf, 40).shuffle(40, **options)
        return ints(ds), ints(ds)

    tf.random.set_seed(3)
    first, second = passes(seed=1)
    tf.random.set_seed(3)
    again = passes(seed=1)
    tf.random.set_seed(4)
    other = passes(seed=1)
    fixed = passes(seed=1, reshuffle_each_iteration=False)
    tf.random.set_seed(3)
    unseeded = passes()
    tf.random.set_seed(3)
    repeats = ints(numbers(tf, 40).shuffle(40, seed=1, reshuffle_each_iteration=False).repeat(2))
    return [
        first != second,
        again == (first, second),
        other[0] != first,
        fixed[0] == fixed[1],
        unseeded[0] != unseeded[1],
        repeats[:40] == repeats[40:],
    ]


@case("tf.data.shuffle")
def two_data_sets_of_one_seed(tf: Any) -> Any:
    tf.random.set_seed(5)
    a, b = (numbers(tf, 40).shuffle(40, seed=7) for _ in range(2))
    return ints(a) == ints(b)


@case("tf.data.shuffle")
def cache_keeps_the_order(tf: Any) -> Any:
    ds = numbers(tf, 40).shuffle(40).cache()
    return ints(ds) == ints(ds)


@case("tf.data.iterator")
def iterators(tf: Any) -> Any:
    ds = numbers(tf, 3)
    iterator = iter(ds)
    taken = [next(iterator), iterator.get_next()]
    rest = list(iterator)
    return [
        taken,
        rest,
        raised(lambda: next(iterator)),
        raised(iterator.get_next),
        repr(iterator.element_spec),
        iter(iterator) is iterator,
        next(iter(ds)),
    ]


@case("tf.data.iterator")
def numpy_iterators(tf: Any) -> Any:
    found = list(
        tf.data.Dataset.from_tensor_slices(
            {"a": [[1, 2], [3, 4]], "b": [1.5, 2.5]}
        ).as_numpy_iterator()
    )
    return (
        found,
        raised(lambda: found[0]["a"].fill(1)),
        list(tf.data.Dataset.from_tensor_slices(["x"]).as_numpy_iterator()),
    )


@case("tf.data.iterator")
def passes_are_independent(tf: Any) -> Any:
    ds = numbers(tf, 3)
    return [(int(a), int(b)) for a in ds for b in ds]


@case("tf.data.iterator")
def errors_in_functions(tf: Any) -> Any:
    ds = tf.data.Dataset.from_tensor_slices([1.0, 0.0]).map(
        lambda x: tf.debugging.check_numerics(1.0 / x, "broken")
    )
    iterator = iter(ds)
    return next(iterator), raised(lambda: next(iterator))


@case("tf.data.iterator")
def inside_a_function(tf: Any) -> Any:
    @tf.function
    def total(ds: Any) -> Any:
        return ds.reduce(np.int64(0), lambda s, x: s + x)

    return total(numbers(tf, 5))
