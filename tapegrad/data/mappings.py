"""Data sets whose elements a function makes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count as counter
from typing import Any, Self

import numpy as np

from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.data import counts, streams
from tapegrad.data.elements import (
    Element,
    applied,
    element_of,
    has_unknown_sizes,
    resized,
    returned_element,
    spec_of,
    with_open_sizes,
)
from tapegrad.data.pipeline import Pipeline, positive, require_function
from tapegrad.data.runs import Run
from tapegrad.data.selections import Selections
from tapegrad.errors import OpError
from tapegrad.ops.arguments import int_argument

#: What a user's function may raise for an element of another size than the real ones.
_REFUSALS = (OpError, ValueError, TypeError, LookupError, ArithmeticError)


class Mappings(Selections):
    """The methods that apply functions."""

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Self:
        """What a function gives for each element.

        Parameters
        ----------
        map_func
            Takes an element: a tuple as that many arguments, anything else as one. Returns a
            tensor or a structure of tensors. It runs in Python, for each element anew, when the
            element is asked for; no tape follows it.
        num_parallel_calls, deterministic, synchronous, use_unbounded_threadpool
            Without effect: calls are made one after the other, in order.

        Raises
        ------
        ValueError
            If `map_func` cannot be called.
        TypeError
            While iterating, if it returns None, or what cannot become a tensor.

        Examples
        --------
        >>> import tapegrad as tf
        >>> ds = tf.data.Dataset.range(3).map(lambda x: (x, x * x))
        >>> [(int(a), int(b)) for a, b in ds]
        [(0, 0), (1, 1), (2, 4)]
        """
        require_function(map_func, "map", "map_func")

        def mapped(element: Element) -> Element:
            return returned_element(applied(map_func, element), "Dataset.map")

        return self._made(
            "Map",
            lambda run: map(mapped, self._begin(run)),
            lambda: self._mapped_spec(mapped),
            self._count,
        )

    def _mapped_spec(self, mapped: Callable[[Element], Element]) -> Any:
        """The spec of what a function gives, from the first two elements."""
        source = self.element_spec
        element, *others = self._samples(2)
        spec = spec_of(mapped(element))
        for other in others:
            spec = with_open_sizes(spec, spec_of(mapped(other)))
        if has_unknown_sizes(source):
            try:
                other = spec_of(mapped(resized(element, source)))
            except _REFUSALS:
                return spec
            spec = with_open_sizes(spec, other)
        return spec

    def scan(
        self, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None
    ) -> Self:
        """What a function of a running state and an element gives.

        Parameters
        ----------
        initial_state
            What the state is at the beginning of each pass.
        scan_func
            ``scan_func(state, element)`` gives a pair: the next state and an element.
        """
        require_function(scan_func, "scan", "scan_func")
        state = element_of(initial_state)

        def begin(run: Run) -> Any:
            return streams.scanned(self._begin(run), state, scan_func)

        def spec() -> Any:
            return spec_of(next(streams.scanned(iter([self._sample()]), state, scan_func)))

        return self._made("Scan", begin, spec, self._count)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Self:
        """Pairs of a number, counted from `start`, and the element."""
        first = int_argument(start, "Dataset.enumerate", "start")
        number = TensorSpec([], np.int64)
        return self._made(
            "Zip",
            lambda run: zip(map(np.int64, counter(first)), self._begin(run), strict=False),
            self._from_spec(lambda spec: (number, spec)),
            self._count,
        )

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Self:
        """The elements of the data sets that a function makes of each element, in order.

        Raises
        ------
        TypeError
            While iterating, if the function returns something else than a data set.
        """
        require_function(map_func, "flat_map", "map_func")
        return self._made(
            "FlatMap",
            lambda run: streams.flattened(
                self._begin(run), lambda x: _dataset_of(map_func, x, "flat_map")._begin(run)
            ),
            lambda: self._inner_spec(map_func, "flat_map"),
            counts.UNKNOWN,
        )

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Self:
        """The elements of several data sets in turn, each made by a function of an element.

        Parameters
        ----------
        map_func
            Makes a data set.
        cycle_length
            How many data sets are open at a time; 1 by default, where TensorFlow counts
            processors.
        block_length
            How many elements are taken from one before the next has its turn; 1 by default.
        num_parallel_calls, deterministic
            Without effect.
        """
        require_function(map_func, "interleave", "map_func")
        chosen = cycle_length is None or int(cycle_length) == -1
        cycle = 1 if chosen else positive(cycle_length, "interleave", "cycle_length")
        block = 1 if block_length is None else positive(block_length, "interleave", "block_length")
        return self._made(
            "Interleave",
            lambda run: streams.interleaved(
                self._begin(run),
                lambda x: _dataset_of(map_func, x, "interleave")._begin(run),
                cycle,
                block,
            ),
            lambda: self._inner_spec(map_func, "interleave"),
            counts.UNKNOWN,
        )

    def _inner_spec(self, map_func: Callable[..., Any], what: str) -> Any:
        return _dataset_of(map_func, self._sample(), what).element_spec


def _dataset_of(map_func: Callable[..., Any], element: Element, what: str) -> Pipeline:
    made = applied(map_func, element)
    if not isinstance(made, Pipeline):
        raise TypeError(
            f"Dataset.{what}: The `map_func` argument must return a `Dataset` object. Got "
            f"{type(made)}. Dataset.map takes functions that return tensors."
        )
    return made
