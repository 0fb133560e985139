"""Metric: numbers that are gathered over batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import as_dtype
from tapegrad.core.names import numbered, snake_case
from tapegrad.core.variable import Variable
from tapegrad.ops.initializers import Ones, Zeros

_INITIALIZERS = {"zeros": Zeros(), "ones": Ones(), None: Zeros()}


class Metric:
    """Numbers that are gathered over batches; a subclass defines `update_state` and `result`.

    Parameters
    ----------
    dtype
        The dtype of the result; float32 by default.
    name
        By default the class name in snake case, numbered.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Largest(tf.keras.metrics.Metric):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.largest = self.add_variable((), "zeros", name="largest")
    ...     def update_state(self, values):
    ...         self.largest.assign(tf.maximum(self.largest, tf.reduce_max(values)))
    ...     def result(self):
    ...         return self.largest.read_value()
    >>> metric = Largest()
    >>> metric.update_state([1.0, 5.0])
    >>> metric.update_state([2.0])
    >>> float(metric.result())
    5.0
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or numbered(snake_case(type(self).__name__))
        self._dtype = as_dtype("float32" if dtype is None else dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The name of the dtype of the result."""
        return self._dtype.name

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable in which numbers are gathered.

        Parameters
        ----------
        shape
            Its shape.
        initializer
            ``"zeros"``, ``"ones"``, or a function of shape and dtype.
        dtype
            By default that of the metric.
        aggregation
            Without effect: there are no replicas.
        name
            Its name.
        """
        make = (
            _INITIALIZERS.get(initializer) if isinstance(initializer, str | None) else initializer
        )
        if make is None:
            raise ValueError(
                f"Could not interpret initializer identifier: {initializer}. Give 'zeros', 'ones', "
                f"or a function of shape and dtype."
            )
        to = self._dtype if dtype is None else as_dtype(dtype)
        value = as_tensor(make(shape, dtype=to), to.numpy_dtype)
        variable = Variable(value, trainable=False)
        variable._name = name or "variable"  # without the ":0" of TensorFlow's own
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: Any = None
    ) -> Variable:
        """The same as `add_variable`, with zeros of shape ``()`` by default.

        Parameters
        ----------
        shape, initializer, dtype, name
            See `add_variable`.
        """
        if isinstance(shape, str):  # as earlier Keras took them: the name first
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """All variables, also those of metrics among the attributes."""
        inner = [
            v for part in vars(self).values() if isinstance(part, Metric) for v in part.variables
        ]
        return self._variables + inner

    def reset_state(self) -> None:
        """Begin again, with zeros."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable._value.dtype))

    def reset_states(self) -> None:
        """The same as `reset_state`."""
        self.reset_state()

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Gather the numbers of a batch; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update_state`.")

    def result(self) -> Any:
        """The metric of all batches so far; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} does not define `result`.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gather the numbers of a batch, and return the result."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The metric that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
