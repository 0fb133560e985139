"""Iterators over data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Iterator as PythonIterator
from itertools import islice
from typing import Any

import numpy as np

from tapegrad.data.elements import Element, tensors_of
from tapegrad.data.runs import Run
from tapegrad.errors import FailedPreconditionError, OutOfRangeError


class Iterator:
    """What ``iter(dataset)`` gives: the elements one after the other, as tensors.

    A `tf.train.Checkpoint` saves its position and the random order of its pass; restoring goes
    through the elements before the position again, without handing them out.

    Examples
    --------
    >>> import tapegrad as tf
    >>> iterator = iter(tf.data.Dataset.range(2))
    >>> next(iterator).numpy(), iterator.get_next().numpy(), next(iterator, "end")
    (np.int64(0), np.int64(1), 'end')
    """

    _begin: Callable[[Run], PythonIterator[Element]]
    _spec: Callable[[], Any]

    def __init__(self) -> None:
        raise TypeError("Iterators are made by iter(dataset).")

    @classmethod
    def _over(
        cls, begin: Callable[[Run], PythonIterator[Element]], spec: Callable[[], Any]
    ) -> Iterator:
        self = object.__new__(cls)
        self._begin, self._spec = begin, spec
        self._start(Run())
        return self

    def _start(self, run: Run) -> None:
        self._run = run
        self._stream = self._begin(run)
        self._position = 0
        self._failure: BaseException | None = None

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        if self._failure is not None:
            raise FailedPreconditionError(
                f"This iterator stopped at element {self._position} with "
                f"{type(self._failure).__name__}. Make a new one, iter(dataset)."
            ) from self._failure
        try:
            element = next(self._stream)
        except StopIteration:
            raise
        except BaseException as error:
            self._failure = error
            error.add_note(f"while making element {self._position} of a tf.data.Dataset")
            raise
        self._position += 1
        return tensors_of(element)

    def get_next(self) -> Any:
        """The next element.

        Raises
        ------
        OutOfRangeError
            If there is none.
        """
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence: the data set has no more elements.") from None

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of the elements."""
        return self._spec()

    def _checkpoint_values(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {
            "position": np.int64(self._position),
            "orders": np.array(self._run.entropies, np.uint64).reshape(-1, 3),
        }

    def _checkpoint_restore(self, values: Mapping[str, Any]) -> None:
        """Go to the position that `_checkpoint_values` described."""
        self._start(Run(values["orders"].tolist()))
        wanted = int(values["position"])
        for _ in islice(self._stream, wanted):
            self._position += 1
        if self._position < wanted:
            raise OutOfRangeError(
                f"The checkpoint's iterator stood after {wanted} elements, but this data set has "
                f"only {self._position}."
            )
