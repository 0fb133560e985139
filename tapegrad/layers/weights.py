"""Weight: a Variable that belongs to a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.names import scoped
from tapegrad.core.variable import Variable


class Weight(Variable):
    """A Variable with Keras's manners: a plain name, a path, and a switch to stop its training.

    Attributes
    ----------
    path
        The name with those of the layers around it, ``"dense/kernel"``.
    regularizer
        A function that gives a loss of the value, or None.
    """

    __slots__ = ("_active", "path", "regularizer")

    path: str
    regularizer: Callable[[Any], Any] | None

    def __init__(
        self,
        initial_value: Any,
        trainable: bool,
        name: str,
        constraint: Callable[[Any], Any] | None = None,
        regularizer: Callable[[Any], Any] | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(initial_value, trainable=trainable, name=name, constraint=constraint)
        self._name = name
        self._active = trainable
        self.path = scoped(name) if path is None else path
        self.regularizer = regularizer

    @property
    def trainable(self) -> bool:
        """Whether training changes it; tapes follow it as they did from the beginning."""
        return self._active

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._active = bool(trainable)

    @property
    def value(self) -> Variable:  # type: ignore[override]
        """The variable itself, where Keras keeps TensorFlow's variable."""
        return self

    def _follow(self, trainable: bool) -> None:
        """Take part in what the layer does; what was made as state stays state."""
        self._active = trainable and self._trainable

    def _rebuild(self, value: Any) -> Variable:
        return _restored(value, *self._rest())

    def _rest(self) -> tuple[Any, ...]:
        return (
            self._active,
            self._trainable,
            self._name,
            self._constraint,
            self.regularizer,
            self.path,
        )

    def __reduce__(self) -> Any:
        return _restored, (self._value, *self._rest())

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={tuple(self._value.shape)}, "
            f"dtype={self.dtype.name}, value={np.asarray(self._value)}>"
        )

    __str__ = __repr__


def _restored(value: Any, active: bool, *rest: Any) -> Weight:
    weight = Weight(value, *rest)
    weight._active = active
    return weight
