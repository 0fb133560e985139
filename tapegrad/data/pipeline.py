"""The core of a data set: how it is gone through, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator as PythonIterator
from itertools import islice
from typing import Any, Self

import numpy as np

from tapegrad.core.context import only_recorders
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.data.counts import INFINITE
from tapegrad.data.dataset_spec import DatasetSpec
from tapegrad.data.elements import (
    Element,
    applied_to_state,
    arrays_of,
    element_of,
    require_same_kind,
    tensors_of,
    zeros_like_spec,
)
from tapegrad.data.iterator import Iterator
from tapegrad.data.runs import Preview, Run
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument

Begin = Callable[[Run], PythonIterator[Element]]


class Pipeline:
    """A lazy sequence of elements.

    Attributes
    ----------
    _begin
        Starts a pass.
    _count
        The number of elements.
    _kind
        What made it, for ``repr``.
    """

    _begin: Begin
    _count: int
    _kind: str
    _make_spec: Callable[[], Any] | None
    _known_spec: Any

    @classmethod
    def _made(cls, kind: str, begin: Begin, spec: Any, count: int) -> Self:
        """A data set; `spec` is a spec, or a function that finds it when it is asked for."""
        self = object.__new__(cls)
        self._kind, self._begin, self._count = kind, begin, count
        computed = callable(spec)
        self._make_spec = spec if computed else None
        self._known_spec = None if computed else spec
        return self

    def _like(self, kind: str, begin: Begin, count: int) -> Self:
        """A data set with elements of the same spec."""
        return self._made(kind, begin, self._from_spec(lambda spec: spec), count)

    def _from_spec(self, function: Callable[[Any], Any]) -> Any:
        """A spec made of this one: at once if it is known, else when it is asked for."""
        if self._spec_is_known():
            return function(self.element_spec)
        return lambda: function(self.element_spec)

    # What is known about it

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of the elements, a structure of `TensorSpec`.

        What a function of the user's gives is found by calling it with the first element.
        """
        if self._make_spec is not None:
            with only_recorders(()):
                self._known_spec = self._make_spec()
            self._make_spec = None
        return self._known_spec

    @property
    def spec(self) -> Any:
        """The spec of this data set as an element of another one."""
        return DatasetSpec(self.element_spec)

    def _spec_is_known(self) -> bool:
        return self._make_spec is None

    def _sample(self) -> Element:
        """The first element, or zeros if there is none; later passes do not notice."""
        return self._samples(1)[0]

    def _samples(self, count: int) -> list[Element]:
        """The first elements, or one of zeros if there is none; later passes do not notice."""
        return list(islice(self._begin(Preview()), count)) or [zeros_like_spec(self.element_spec)]

    def cardinality(self) -> Tensor:
        """The number of elements: an int64 scalar.

        Returns
        -------
        Tensor
            The number, `tf.data.INFINITE_CARDINALITY` or `tf.data.UNKNOWN_CARDINALITY`.
        """
        return wrap(np.int64(self._count))

    def __len__(self) -> int:
        if self._count >= 0:
            return self._count
        raise TypeError(
            "The dataset is infinite."
            if self._count == INFINITE
            else "The dataset length is unknown: count its elements with dataset.reduce(0, lambda "
            "n, *_: n + 1)."
        )

    def __bool__(self) -> bool:
        return True

    # Going through it

    def __iter__(self) -> Iterator:
        return Iterator._over(self._begin, lambda: self.element_spec)

    def as_numpy_iterator(self) -> PythonIterator[Any]:
        """Iterate over the elements as NumPy arrays.

        Raises
        ------
        TypeError
            If an element holds what is no array, such as a data set.
        """
        return map(arrays_of, self._begin(Run()))

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element.

        Raises
        ------
        InvalidArgumentError
            If there is none, or more than one.
        """
        stream = self._begin(Run())
        element = next(stream, None)
        if element is None:
            raise InvalidArgumentError("Dataset.get_single_element: Dataset was empty.")
        if next(stream, None) is not None:
            raise InvalidArgumentError(
                "Dataset.get_single_element: Dataset had more than one element: take(1) keeps one."
            )
        return tensors_of(element)

    def reduce(
        self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None
    ) -> Any:
        """Combine all elements into one value.

        Parameters
        ----------
        initial_state
            What to start with: a tensor or a structure of tensors.
        reduce_func
            ``reduce_func(state, element)`` gives the next state.

        Raises
        ------
        TypeError
            If a state has another structure or dtype than the one before.

        Examples
        --------
        >>> import tapegrad as tf
        >>> ds = tf.data.Dataset.range(5)
        >>> ds.reduce(tf.constant(0, tf.int64), lambda total, x: total + x).numpy()
        np.int64(10)
        """
        state = element_of(initial_state)
        for element in self._begin(Run()):
            new = element_of(applied_to_state(reduce_func, state, element))
            require_same_kind(state, new, "Dataset.reduce")
            state = new
        return tensors_of(state)

    def apply(self, transformation_func: Callable[[Self], Any]) -> Any:
        """``transformation_func(dataset)``, which must be a data set."""
        made = transformation_func(self)
        if not isinstance(made, Pipeline):
            raise TypeError(
                f"Dataset.apply: `transformation_func` must return a `tf.data.Dataset` object. "
                f"Got {type(made)}."
            )
        return made

    def __repr__(self) -> str:
        spec = repr(self._known_spec) if self._spec_is_known() else "(computed when asked for)"
        return f"<_{self._kind}Dataset element_spec={spec}>"


def positive(value: Any, method: str, argument: str) -> int:
    """A positive integer argument; InvalidArgumentError otherwise."""
    number = int_argument(value, f"Dataset.{method}", argument)
    if number <= 0:
        raise InvalidArgumentError(
            f"Dataset.{method}: `{argument}` must be greater than zero, but it is {number}."
        )
    return number


def require_function(function: Any, method: str, argument: str) -> None:
    """ValueError unless an argument can be called."""
    if not callable(function):
        raise ValueError(
            f"Dataset.{method}: `{argument}` must be a function, not {function!r} of type "
            f"{type(function).__name__}."
        )
