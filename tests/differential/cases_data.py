"""Data sets: where elements come from, which are chosen, in what order, and how many."""

from __future__ import annotations

import collections
import inspect
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised

METHODS = """
    apply as_numpy_iterator batch cache cardinality choose_from_datasets concatenate counter
    enumerate filter flat_map from_generator from_tensor_slices from_tensors get_single_element
    interleave map padded_batch prefetch range rebatch reduce repeat sample_from_datasets scan
    shard shuffle skip take take_while unbatch unique window zip
""".split()


def ints(ds: Any) -> list[Any]:
    """The elements as Python lists."""
    return [x.numpy().tolist() for x in ds]


def numbers(tf: Any, n: int = 10) -> Any:
    return tf.data.Dataset.range(n)


@case("tf.data")
def parameters_of_methods(tf: Any) -> Any:
    found = {}
    for name in METHODS:
        parameters = inspect.signature(getattr(tf.data.Dataset, name)).parameters.values()
        found[name] = [
            (p.name, p.kind.name, repr(p.default) if name != "counter" else "")
            for p in parameters
            if p.name != "name"
        ]
    return found


@case("tf.data")
def constants(tf: Any) -> Any:
    data = tf.data
    return data.AUTOTUNE, data.INFINITE_CARDINALITY, data.UNKNOWN_CARDINALITY


@case("tf.data")
def slices_of_one_tensor(tf: Any) -> Any:
    slices = tf.data.Dataset.from_tensor_slices
    return [
        list(slices([1, 2, 3])),
        list(slices(np.array([[1.0, 2.0], [3.0, 4.0]]))),
        list(slices(tf.constant([[1], [2]], tf.int8))),
        list(slices(tf.Variable([True, False]))),
        list(slices(["a", "bc"])),
        list(slices([[]])),
        list(slices(tf.zeros([0, 3]))),
    ]


@case("tf.data")
def slices_of_structures(tf: Any) -> Any:
    pair = collections.namedtuple("pair", "left right")
    slices = tf.data.Dataset.from_tensor_slices
    return [
        list(slices(([1, 2], [3.0, 4.0]))),
        list(slices({"b": [1, 2], "a": [[3.0], [4.0]]})),
        list(slices(([1, 2], {"x": ([3, 4], [5, 6])}))),
        list(slices(pair([1, 2], [3, 4]))),
        list(slices(([1, 2],))),
    ]


@case("tf.data")
def one_element(tf: Any) -> Any:
    tensors = tf.data.Dataset.from_tensors
    return [
        list(tensors([1, 2, 3])),
        list(tensors(([1, 2], {"a": 1.5}))),
        list(tensors("text")),
        repr(tensors((1, [2.0, 3.0])).element_spec),
    ]


@case("tf.data")
def refused_slices(tf: Any) -> Any:
    slices = tf.data.Dataset.from_tensor_slices
    return [
        raised(lambda: slices(([1, 2], [1, 2, 3]))),
        raised(lambda: slices(3)),
        raised(lambda: slices(())),
        raised(lambda: slices([[1], [2, 3]])),
    ]


@case("tf.data")
def ranges(tf: Any) -> Any:
    make = tf.data.Dataset.range
    return [
        list(make(3)),
        ints(make(2, 5)),
        ints(make(1, 10, 3)),
        ints(make(5, 0, -2)),
        ints(make(5, 5)),
        list(make(2, output_type=tf.float32)),
        [len(make(*a)) for a in ((3,), (2, 5), (1, 10, 3), (5, 0, -2), (5, 0))],
    ]


@case("tf.data")
def element_specs(tf: Any) -> Any:
    slices = tf.data.Dataset.from_tensor_slices((np.zeros((5, 2)), np.zeros(5, np.int32)))
    ds = slices
    return [
        repr(found.element_spec)
        for found in (
            numbers(tf),
            ds,
            ds.batch(2),
            ds.batch(2, drop_remainder=True),
            ds.batch(2).batch(2),
            ds.batch(2).unbatch(),
            ds.batch(5, drop_remainder=True).unbatch(),
            ds.shuffle(2).repeat().take(3).skip(1).cache().prefetch(1),
            ds.map(lambda x, y: x),
            ds.map(lambda x, y: {"y": y, "x": tf.reduce_sum(x)}),
            ds.map(lambda x, y: [y, x]),
            ds.batch(2).map(lambda x, y: (tf.reshape(x, [-1]), tf.reduce_sum(y), x[:, 0])),
            ds.batch(2, drop_remainder=True).map(lambda x, y: tf.matmul(x, x)),
            ds.enumerate(),
            ds.filter(lambda x, y: y > 0),
            tf.data.Dataset.zip({"a": ds, "b": numbers(tf)}),
            numbers(tf).concatenate(numbers(tf)),
            ds.batch(2).concatenate(ds.batch(3, drop_remainder=True)),
            ds.flat_map(lambda x, y: tf.data.Dataset.from_tensor_slices(x)),
            ds.padded_batch(2),
            ds.padded_batch(2, padded_shapes=([4], []), drop_remainder=True),
            ds.window(2),
            numbers(tf).scan(tf.constant(0.0), lambda s, x: (s, (s, x))),
        )
    ]


@case("tf.data")
def cardinalities(tf: Any) -> Any:
    ds, no_end = numbers(tf), numbers(tf).repeat()
    made = [
        ds,
        no_end,
        ds.repeat(3),
        ds.repeat(0),
        ds.repeat(-1),
        numbers(tf, 0).repeat(),
        ds.take(3),
        ds.take(30),
        ds.take(-1),
        no_end.take(7),
        no_end.take(-1),
        ds.skip(3),
        ds.skip(30),
        ds.skip(-1),
        no_end.skip(5),
        ds.batch(3),
        ds.batch(3, drop_remainder=True),
        no_end.batch(3),
        ds.batch(5, drop_remainder=True).unbatch(),
        ds.batch(3).unbatch(),
        ds.shuffle(3),
        ds.map(lambda x: x + 1),
        ds.filter(lambda x: x > 3),
        no_end.filter(lambda x: x > 3),
        ds.filter(lambda x: x > 3).repeat(),
        ds.filter(lambda x: x > 3).take(3),
        ds.filter(lambda x: x > 3).batch(3),
        ds.take_while(lambda x: x < 3),
        ds.flat_map(tf.data.Dataset.from_tensors),
        ds.interleave(tf.data.Dataset.from_tensors, cycle_length=2),
        ds.enumerate(),
        ds.concatenate(ds),
        ds.concatenate(no_end),
        ds.concatenate(ds.filter(lambda x: x > 3)),
        tf.data.Dataset.zip((ds, no_end)),
        tf.data.Dataset.zip((no_end, no_end)),
        tf.data.Dataset.zip((ds, ds.filter(lambda x: x > 3))),
        ds.shard(3, 0),
        ds.shard(3, 2),
        ds.cache().prefetch(2),
        ds.window(3),
        ds.window(3, shift=1, drop_remainder=True),
        ds.window(3, shift=2, stride=2, drop_remainder=True),
        ds.window(3, shift=2, stride=2),
        ds.padded_batch(4),
        ds.scan(tf.constant(0, tf.int64), lambda s, x: (s, x)),
        tf.data.Dataset.counter(),
        tf.data.Dataset.from_generator(
            lambda: iter([1]), output_signature=tf.TensorSpec([], tf.int32)
        ),
    ]
    return [int(found.cardinality()) for found in made]


@case("tf.data")
def type_of_the_cardinality(tf: Any) -> Any:
    return numbers(tf).cardinality()


@case("tf.data")
def length(tf: Any) -> Any:
    ds = numbers(tf)
    return [
        len(ds),
        len(ds.batch(4)),
        raised(lambda: len(ds.repeat())),
        raised(lambda: len(ds.filter(lambda x: x > 1))),
        bool(ds),
        bool(ds.take(0)),
    ]


expressions(
    __name__,
    "tf.data",
    {
        "batches": lambda tf: list(numbers(tf, 5).batch(2)),
        "batches_dropped": lambda tf: list(numbers(tf, 5).batch(2, drop_remainder=True)),
        "batch_larger_than_all": lambda tf: list(numbers(tf, 3).batch(8)),
        "batch_of_batches": lambda tf: list(
            numbers(tf, 8).batch(2, True).batch(2, drop_remainder=True)
        ),
        "batch_of_structures": lambda tf: list(
            tf.data.Dataset.from_tensor_slices(
                {"a": [1, 2, 3], "b": ([4.0, 5.0, 6.0], "x y z".split())}
            ).batch(2)
        ),
        "batch_size_as_tensor": lambda tf: ints(numbers(tf, 4).batch(tf.constant(3, tf.int64))),
        "repeated_batches": lambda tf: ints(numbers(tf, 3).batch(2).repeat(2)),
        "batched_repetitions": lambda tf: ints(numbers(tf, 3).repeat(2).batch(2)),
        "repeated_zero_times": lambda tf: ints(numbers(tf, 3).repeat(0)),
        "taken_from_no_end": lambda tf: ints(numbers(tf, 3).repeat().take(7)),
        "nothing_without_end": lambda tf: ints(numbers(tf, 0).repeat()),
        "taken": lambda tf: [ints(numbers(tf, 4).take(n)) for n in (0, 2, 9, -1)],
        "skipped": lambda tf: [ints(numbers(tf, 4).skip(n)) for n in (0, 2, 9, -1)],
        "shards": lambda tf: [ints(numbers(tf).shard(3, i)) for i in range(3)],
        "filtered": lambda tf: ints(numbers(tf).filter(lambda x: x % 3 == 0)),
        "taken_while": lambda tf: ints(numbers(tf).take_while(lambda x: x < 4)),
        "concatenated": lambda tf: ints(numbers(tf, 2).concatenate(numbers(tf, 3))),
        "enumerated": lambda tf: list(
            tf.data.Dataset.from_tensor_slices(["a", "b"]).enumerate(start=5)
        ),
        "enumerated_pairs": lambda tf: list(
            tf.data.Dataset.from_tensor_slices(([1, 2], [3, 4])).enumerate()
        ),
        "counted": lambda tf: ints(tf.data.Dataset.counter(3, 2).take(3)),
        "zipped": lambda tf: list(tf.data.Dataset.zip(numbers(tf, 2), numbers(tf, 5))),
        "zipped_tuple": lambda tf: list(tf.data.Dataset.zip((numbers(tf, 2), numbers(tf, 5)))),
        "zipped_structure": lambda tf: list(
            tf.data.Dataset.zip({"a": numbers(tf, 2), "b": (numbers(tf, 5), numbers(tf, 3))})
        ),
        "zipped_keyword": lambda tf: list(tf.data.Dataset.zip(datasets=(numbers(tf, 1),))),
        "windows": lambda tf: [
            [ints(window) for window in numbers(tf, 7).window(*args, drop_remainder=drop)]
            for args in ((3,), (3, 1), (3, 2), (2, 3), (3, 1, 2), (2, 5, 3))
            for drop in (False, True)
        ],
        "windows_of_pairs": lambda tf: [
            [ints(part) for part in window]
            for window in tf.data.Dataset.from_tensor_slices(([1, 2, 3], [4, 5, 6])).window(2)
        ],
        "unbatched": lambda tf: list(
            tf.data.Dataset.from_tensor_slices(([[1, 2], [3, 4]], [[5, 6], [7, 8]])).unbatch()
        ),
        "rebatched": lambda tf: ints(numbers(tf, 7).batch(3).rebatch(2)),
        "applied": lambda tf: ints(numbers(tf, 4).apply(lambda ds: ds.batch(2))),
        "single_element": lambda tf: numbers(tf, 3).batch(3).get_single_element(),
        "reduced": lambda tf: numbers(tf).reduce(np.int64(1), lambda s, x: s + x),
        "reduced_to_a_count": lambda tf: numbers(tf).reduce(0, lambda n, _: n + 1),
        "reduced_pairs": lambda tf: (
            numbers(tf)
            .enumerate()
            .reduce((np.int64(0), 0.0), lambda s, e: (s[0] + e[0] * e[1], s[1] + 1.0))
        ),
        "scanned": lambda tf: list(
            numbers(tf, 4).scan(np.int64(10), lambda s, x: (s + x, {"sum": s + x, "x": x}))
        ),
        "interleaved": lambda tf: [
            ints(
                tf.data.Dataset.range(1, 6).interleave(
                    lambda n: tf.data.Dataset.from_tensors(n).repeat(n),
                    cycle_length=c,
                    block_length=b,
                )
            )
            for c, b in ((1, 1), (2, 1), (2, 3), (3, 2), (8, 1))
        ],
        "interleaved_with_empty_ones": lambda tf: ints(
            numbers(tf, 5).interleave(
                lambda n: tf.data.Dataset.range(n % 3), cycle_length=2, block_length=2
            )
        ),
        "flattened": lambda tf: ints(numbers(tf, 4).flat_map(tf.data.Dataset.range)),
        "flattened_windows": lambda tf: ints(
            numbers(tf, 5).window(3, 1, drop_remainder=True).flat_map(lambda w: w.batch(3))
        ),
        "unique_elements": lambda tf: ints(
            tf.data.Dataset.from_tensor_slices([1, 37, 2, 37, 2, 1]).unique()
        ),
        "chosen": lambda tf: ints(
            tf.data.Dataset.choose_from_datasets(
                [numbers(tf, 3), tf.data.Dataset.range(10, 12)],
                tf.data.Dataset.from_tensor_slices(tf.constant([0, 1, 1, 0, 1, 0, 0], tf.int64)),
            )
        ),
        "chosen_until_all_are_empty": lambda tf: ints(
            tf.data.Dataset.choose_from_datasets(
                [numbers(tf, 3), tf.data.Dataset.range(10, 12)],
                tf.data.Dataset.from_tensor_slices(tf.constant([0, 1, 1, 0, 1, 0, 0], tf.int64)),
                stop_on_empty_dataset=False,
            )
        ),
    },
)


@case("tf.data")
def refused_arguments(tf: Any) -> Any:
    ds = numbers(tf)
    calls = [
        lambda: ints(ds.batch(0)),
        lambda: ints(ds.batch(-2)),
        lambda: ints(ds.shuffle(0)),
        lambda: ints(ds.shard(2, 2)),
        lambda: ints(ds.shard(0, 0)),
        lambda: ints(ds.window(0)),
        lambda: ds.concatenate(tf.data.Dataset.from_tensor_slices([1.0])),
        lambda: ds.concatenate(tf.data.Dataset.zip((ds, ds))),
        lambda: tf.data.Dataset.zip((ds, [1, 2])),
        tf.data.Dataset.zip,
        lambda: ints(ds.batch(2).batch(2).batch(2, drop_remainder=False).unbatch().batch(9)),
        lambda: list(tf.data.Dataset.from_tensors(1).unbatch()),
        tf.data.Dataset.range,
        ds.get_single_element,
        lambda: ds.take(0).get_single_element(),
        lambda: ds.apply(lambda x: 3),
        lambda: ints(ds.range(1, 5, 0)),
        tf.data.Dataset,
    ]
    return [raised(call) for call in calls]


@case("tf.data")
def batch_of_different_shapes(tf: Any) -> Any:
    return list(numbers(tf, 3).map(tf.range).batch(2))
