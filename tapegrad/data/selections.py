"""Data sets with the same elements in another order or number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, Self

from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.data import counts, streams
from tapegrad.data.elements import Element, common_spec
from tapegrad.data.pipeline import Pipeline, positive, require_function
from tapegrad.data.runs import Order
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument


class Selections(Pipeline):
    """The methods that choose and order elements."""

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Self:
        """The elements in random order.

        Parameters
        ----------
        buffer_size
            From how many elements the next is chosen; at least the size of the data set for an
            order in which all permutations are equally likely.
        seed
            An integer; with `tf.random.set_seed` it decides the order.
        reshuffle_each_iteration
            Whether each pass (and each repetition, if `repeat` follows) has an order of its own.

        Raises
        ------
        InvalidArgumentError
            If `buffer_size` is not positive.
        """
        size = positive(buffer_size, "shuffle", "buffer_size")
        order = Order("Dataset.shuffle", seed, reshuffle_each_iteration is not False)
        return self._like(
            "Shuffle",
            lambda run: streams.shuffled(self._begin(run), size, run.generator(order)),
            self._count,
        )

    def repeat(self, count: Any = None, name: str | None = None) -> Self:
        """The elements `count` times over; without end if it is None or -1.

        Each repetition begins a new pass: a `shuffle` before it shuffles anew.
        """
        times = -1 if count is None else int_argument(count, "Dataset.repeat", "count")
        return self._like(
            "Repeat",
            lambda run: streams.repeated(lambda: self._begin(run), times),
            counts.repeated(self._count, times),
        )

    def take(self, count: Any, name: str | None = None) -> Self:
        """At most the first `count` elements; all if it is negative."""
        n = int_argument(count, "Dataset.take", "count")
        stop = n if n >= 0 else None
        return self._like(
            "Take", lambda run: islice(self._begin(run), stop), counts.taken(self._count, n)
        )

    def skip(self, count: Any, name: str | None = None) -> Self:
        """The elements without the first `count`; none if it is negative."""
        n = int_argument(count, "Dataset.skip", "count")
        return self._like(
            "Skip",
            lambda run: islice(self._begin(run), n, None) if n >= 0 else iter(()),
            counts.skipped(self._count, n),
        )

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Self:
        """Every `num_shards`-th element, from number `index` on.

        Raises
        ------
        InvalidArgumentError
            If `index` is not in ``[0, num_shards)``.
        """
        n, i = positive(num_shards, "shard", "num_shards"), int_argument(index, "shard", "index")
        if not 0 <= i < n:
            raise InvalidArgumentError(
                f"Dataset.shard: Index must be between 0 and {n - 1} (currently index = {i}, "
                f"num_shards = {n})."
            )
        return self._like(
            "Shard",
            lambda run: islice(self._begin(run), i, None, n),
            counts.sharded(self._count, n, i),
        )

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """The elements for which `predicate` is true.

        Raises
        ------
        ValueError
            While iterating, if the predicate returns something else than a bool of shape ``()``.
        """
        require_function(predicate, "filter", "predicate")
        keeps = partial(streams.holds, predicate, what="filter")
        return self._like("Filter", lambda run: filter(keeps, self._begin(run)), counts.UNKNOWN)

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """The elements before the first for which `predicate` is false."""
        require_function(predicate, "take_while", "predicate")
        return self._like(
            "TakeWhile",
            lambda run: streams.taken_while(self._begin(run), predicate),
            counts.UNKNOWN,
        )

    def unique(self, name: str | None = None) -> Self:
        """The elements, each of one tensor, without those that came before.

        Raises
        ------
        TypeError
            If the elements are structures.
        """
        if self._spec_is_known() and not isinstance(self.element_spec, TensorSpec):
            raise TypeError("Dataset.unique: the elements must be tensors, not structures.")
        return self._like("Unique", lambda run: streams.distinct(self._begin(run)), counts.UNKNOWN)

    def cache(self, filename: Any = "", name: str | None = None) -> Self:
        """The elements, kept in memory after the first complete pass.

        Parameters
        ----------
        filename
            Must be empty: elements are not kept in files.

        Raises
        ------
        NotImplementedError
            If a file is named.
        """
        if filename != "":
            raise NotImplementedError(
                "Dataset.cache keeps elements in memory only: leave out `filename`."
            )
        store: list[list[Element]] = []
        return self._like(
            "Cache", lambda run: streams.cached(lambda: self._begin(run), store), self._count
        )

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Self:
        """The same elements: they are made when they are asked for, in the same thread.

        Parameters
        ----------
        buffer_size
            How many elements TensorFlow would make ahead, or `tf.data.AUTOTUNE`; without effect.
        """
        int_argument(buffer_size, "Dataset.prefetch", "buffer_size")
        return self._like("Prefetch", self._begin, self._count)

    def concatenate(self, dataset: Any, name: str | None = None) -> Self:
        """The elements of this data set, then those of another one.

        Raises
        ------
        TypeError
            If the elements differ in structure or dtype.
        """
        if not isinstance(dataset, Pipeline):
            raise TypeError(f"Dataset.concatenate: Expected a Dataset, not {type(dataset)}.")

        def spec() -> Any:
            return common_spec(self.element_spec, dataset.element_spec, "Dataset.concatenate")

        known = self._spec_is_known() and dataset._spec_is_known()
        return self._made(
            "Concatenate",
            lambda run: (x for part in (self, dataset) for x in part._begin(run)),
            spec() if known else spec,
            counts.joined([self._count, dataset._count]),
        )
