"""Constraints: projections of weights, which optimizers apply after an update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from tapegrad.core.convert import operand
from tapegrad.core.registry import Registry
from tapegrad.core.tensor import Tensor
from tapegrad.ops.cast import cast
from tapegrad.ops.elementwise import sqrt, square
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.select import clip_by_value

_EPSILON = 1e-7


class Constraint:
    """A projection of a weight; a subclass defines `__call__`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Small(tf.keras.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return tf.clip_by_value(w, -1.0, 1.0)
    >>> layer = tf.keras.layers.Dense(1, kernel_constraint=Small())
    """

    def __call__(self, w: Any) -> Any:
        """The projection.

        Parameters
        ----------
        w
            The weight.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a constraint like this one."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The constraint that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)


def _lengths(w: Any, axis: Any) -> Any:
    return sqrt(reduce_sum(square(w), axis, keepdims=True))


class MaxNorm(Constraint):
    """Scale down what is longer than a norm.

    Parameters
    ----------
    max_value
        The norm.
    axis
        The axes of the vectors: 0 for each output of a `Dense` layer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.MaxNorm(1.0)(tf.constant([[3.0], [4.0]])).numpy().round(5).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The projection."""
        w = operand(w)
        lengths = _lengths(w, self.axis)
        wanted = clip_by_value(lengths, 0.0, float(self.max_value))
        return w * (wanted / (_EPSILON + lengths))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a constraint like this one."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Set negative numbers to zero.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.NonNeg()(tf.constant([-1.0, 2.0])).numpy().tolist()
    [-0.0, 2.0]
    """

    def __call__(self, w: Any) -> Tensor:
        """The projection."""
        w = operand(w)
        return w * cast(w >= 0.0, w.dtype)  # type: ignore[no-any-return]


class UnitNorm(Constraint):
    """Divide by the norm.

    Parameters
    ----------
    axis
        The axes of the vectors: 0 for each output of a `Dense` layer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.UnitNorm()(tf.constant([[3.0], [4.0]])).numpy().round(5).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The projection."""
        w = operand(w)
        return w / (_EPSILON + _lengths(w, self.axis))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a constraint like this one."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Scale towards an interval of norms.

    Parameters
    ----------
    min_value, max_value
        The interval.
    rate
        How far: 1 for all the way.
    axis
        The axes of the vectors: 0 for each output of a `Dense` layer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.MinMaxNorm()(tf.constant([[3.0], [4.0]])).numpy().round(5).tolist()
    [[0.6000000238418579], [0.800000011920929]]
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The projection."""
        w = operand(w)
        lengths = _lengths(w, self.axis)
        inside = clip_by_value(lengths, float(self.min_value), float(self.max_value))
        wanted = self.rate * inside + (1.0 - self.rate) * lengths
        return w * (wanted / (lengths + _EPSILON))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a constraint like this one."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


CONSTRAINTS = Registry(
    "constraint", "keras.constraints", (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
)


def get(identifier: Any) -> Any:
    """A constraint from its name, what `serialize` made of it, a class, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"non_neg"``, a dict, a class, a function of a weight, or None.

    Returns
    -------
    Constraint or function
        None for None.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.get("max_norm").max_value
    2
    """
    return CONSTRAINTS.get(identifier)


def serialize(constraint: Any) -> Any:
    """A constraint as a dict of plain values, in Keras's form.

    Parameters
    ----------
    constraint
        A constraint, or a function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.constraints.serialize(tf.keras.constraints.UnitNorm(1))["config"]
    {'axis': 1}
    """
    return CONSTRAINTS.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The constraint that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own classes and functions, by name.

    Raises
    ------
    ValueError
        If there is no constraint of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.keras.constraints.serialize(tf.keras.constraints.UnitNorm(1))
    >>> tf.keras.constraints.deserialize(saved).axis
    1
    """
    return CONSTRAINTS.deserialize(config, custom_objects)
