"""Passes over data sets: laziness, order, errors in the middle, and what is left untouched."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

Dataset = tf.data.Dataset


def ints(ds: Any) -> list[int]:
    return [int(x) for x in ds]


def test_nothing_runs_before_an_element_is_asked_for() -> None:
    seen: list[int] = []

    def look(x: Any) -> Any:
        seen.append(int(x))
        return x

    ds = Dataset.range(100).map(look).batch(3).prefetch(tf.data.AUTOTUNE).repeat()
    assert seen == []
    iterator = iter(ds)
    assert seen == []
    next(iterator)
    assert seen == [0, 1, 2]


def test_a_data_set_is_not_changed_by_its_methods() -> None:
    ds = Dataset.range(4)
    ds.shuffle(4).batch(2).map(lambda x: x + 1)
    assert ints(ds) == [0, 1, 2, 3]


def test_arrays_are_copied_when_the_data_set_is_made() -> None:
    array = np.arange(3.0)
    ds = Dataset.from_tensor_slices(array)
    whole = Dataset.from_tensors(array)
    array[:] = 7.0
    assert [float(x) for x in ds] == [0.0, 1.0, 2.0]
    assert whole.get_single_element().numpy().tolist() == [0.0, 1.0, 2.0]


def test_variables_are_read_when_the_data_set_is_made() -> None:
    v = tf.Variable([1.0, 2.0])
    ds = Dataset.from_tensor_slices(v)
    v.assign([5.0, 6.0])
    assert [float(x) for x in ds] == [1.0, 2.0]


@pytest.mark.parametrize("size", [2, 5, 20, 100])
def test_each_element_comes_once_and_not_too_early(size: int) -> None:
    order = ints(Dataset.range(20).shuffle(size, seed=3))
    assert sorted(order) == list(range(20))
    assert all(value - place < size for place, value in enumerate(order))


def test_every_permutation_is_equally_likely() -> None:
    ds = Dataset.range(3).shuffle(3, seed=11)
    found = Counter(tuple(ints(ds)) for _ in range(3000))
    assert len(found) == 6
    # Binomial with 3000 draws and p = 1/6: six standard deviations are 123.
    assert all(abs(n - 500) < 123 for n in found.values())


def test_a_small_buffer_gives_its_first_element_uniformly() -> None:
    ds = Dataset.range(10).shuffle(4, seed=5).take(1)
    found = Counter(ints(ds)[0] for _ in range(2000))
    assert sorted(found) == [0, 1, 2, 3]
    assert all(abs(n - 500) < 120 for n in found.values())


def test_every_repetition_is_shuffled_anew() -> None:
    order = ints(Dataset.range(50).shuffle(50, seed=1).repeat(2))
    assert sorted(order[:50]) == sorted(order[50:]) == list(range(50))
    assert order[:50] != order[50:]


def test_looking_at_the_spec_changes_no_order() -> None:
    def passes(look: bool) -> list[list[int]]:
        tf.random.set_seed(1)
        ds = Dataset.range(30).shuffle(30, seed=2).map(lambda x: x + 1)
        if look:
            assert ds.element_spec == tf.TensorSpec([], tf.int64)
        return [ints(ds), ints(ds)]

    assert passes(look=False) == passes(look=True)


def test_an_error_in_a_function_ends_the_iterator_and_says_where() -> None:
    def careful(x: Any) -> Any:
        if int(x) == 2:
            raise KeyError("no such thing")
        return x

    iterator = iter(Dataset.range(5).map(careful).batch(1))
    assert [int(next(iterator)[0]) for _ in range(2)] == [0, 1]
    with pytest.raises(KeyError) as raised:
        next(iterator)
    assert "element 2" in "".join(raised.value.__notes__)
    with pytest.raises(tf.errors.FailedPreconditionError, match="stopped at element 2"):
        next(iterator)


def test_an_incomplete_pass_is_not_cached() -> None:
    calls: list[int] = []

    def count(x: Any) -> Any:
        calls.append(int(x))
        return x

    ds = Dataset.range(3).map(count).cache()
    assert ints(ds.take(2)) == [0, 1]
    assert ints(ds) == ints(ds) == [0, 1, 2]
    assert calls == [0, 1, 0, 1, 2]


def test_functions_that_make_no_data_set_are_refused() -> None:
    with pytest.raises(TypeError, match=r"flat_map.*must return a `Dataset`"):
        list(Dataset.range(2).flat_map(lambda x: x))
    with pytest.raises(TypeError, match=r"interleave.*must return a `Dataset`"):
        list(Dataset.range(2).interleave(lambda x: x, cycle_length=1))


def test_a_function_that_returns_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="returned None"):
        list(Dataset.range(2).map(lambda x: None))


def test_batch_names_the_shapes_that_differ() -> None:
    ds = Dataset.range(1, 4).map(lambda n: tf.zeros([n]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[1\].*\[2\].*padded_batch"):
        list(ds.batch(3))


def test_unique_takes_arrays_but_no_structures() -> None:
    ds = Dataset.from_tensor_slices([[1, 2], [3, 4], [1, 2]])
    assert [x.numpy().tolist() for x in ds.unique()] == [[1, 2], [3, 4]]
    assert [x.numpy() for x in Dataset.from_tensor_slices(["a", "b", "a"]).unique()] == [b"a", b"b"]
    with pytest.raises(TypeError, match="structures"):
        Dataset.range(2).enumerate().unique()


def test_sampling_follows_the_weights() -> None:
    ones, twos = (Dataset.from_tensors(n).repeat() for n in (1, 2))
    ds = Dataset.sample_from_datasets([ones, twos], weights=[0.2, 0.8], seed=1)
    found = Counter(ints(ds.take(2000)))
    assert abs(found[1] - 400) < 110  # six standard deviations


def test_sampling_goes_on_with_what_is_left() -> None:
    few, many = Dataset.range(2), Dataset.range(10, 15)
    ds = Dataset.sample_from_datasets([few, many], seed=1)
    assert sorted(ints(ds)) == [0, 1, 10, 11, 12, 13, 14]
    with pytest.raises(ValueError, match="weights"):
        Dataset.sample_from_datasets([few, many], weights=[1.0])


def test_iterating_in_a_tape_is_not_recorded() -> None:
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        total = tf.add_n(list(Dataset.range(3).map(lambda x: v * tf.cast(x, tf.float32))))
    assert total.numpy() == 6.0
    assert tape.watched_variables() == ()


def test_spec_of_an_empty_data_set() -> None:
    ds = Dataset.from_tensor_slices(np.zeros((0, 3), np.float32)).map(lambda x: (x, 1.5))
    assert ds.element_spec == (tf.TensorSpec([3]), tf.TensorSpec([]))


def test_spec_where_the_function_wants_the_real_size() -> None:
    ds = Dataset.range(6).batch(3).map(lambda x: tf.reshape(x, [3, 1]))
    assert ds.element_spec == tf.TensorSpec([3, 1], tf.int64)


def test_repr_runs_nothing() -> None:
    calls: list[Any] = []
    ds = Dataset.range(2).map(calls.append)
    assert "MapDataset" in repr(ds)
    assert calls == []
    assert repr(Dataset.range(2).batch(2)) == (
        "<_BatchDataset element_spec=TensorSpec(shape=(None,), dtype=tf.int64, name=None)>"
    )


def test_generators_get_copies_of_their_arguments() -> None:
    kept: list[Any] = []

    def generate(array: Any) -> Any:
        kept.append(array.tolist())
        array[:] = 0
        yield 1

    spec = tf.TensorSpec([], tf.int32)
    ds = Dataset.from_generator(generate, args=([1, 2],), output_signature=spec)
    assert ints(ds) == ints(ds) == [1]
    assert kept == [[1, 2], [1, 2]]


def test_threads_may_iterate_over_one_data_set() -> None:
    from concurrent.futures import ThreadPoolExecutor

    ds = Dataset.range(200).shuffle(50, seed=1).map(lambda x: x * 2).batch(7)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: sorted(int(x) for b in ds for x in b), range(8)))
    assert all(result == list(range(0, 400, 2)) for result in results)


@pytest.mark.parametrize("name", ["TextLineDataset", "TFRecordDataset"])
def test_data_sets_of_text_are_refused_with_advice(name: str) -> None:
    with pytest.raises(AttributeError, match="from_generator"):
        getattr(tf.data, name)
