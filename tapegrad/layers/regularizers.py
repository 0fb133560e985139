"""Regularizers: losses of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from tapegrad.core.convert import operand
from tapegrad.core.registry import Registry
from tapegrad.core.tensor import Tensor
from tapegrad.ops.complex import abs as magnitude
from tapegrad.ops.contract import matmul
from tapegrad.ops.create import eye
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.select import minimum


class Regularizer:
    """A loss of a weight; a subclass defines `__call__`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Cubes(tf.keras.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return tf.reduce_sum(tf.abs(x) ** 3)
    >>> layer = tf.keras.layers.Dense(1, kernel_initializer="ones", kernel_regularizer=Cubes())
    >>> _ = layer(tf.ones([1, 2]))
    >>> float(layer.losses[0])
    2.0
    """

    def __call__(self, x: Any) -> Any:
        """The loss of a weight.

        Parameters
        ----------
        x
            The weight.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a regularizer like this one."""
        raise NotImplementedError(f"{type(self).__name__} does not define `get_config`.")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The regularizer that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)


def _factor(name: str, value: Any) -> float:
    if not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(
            f"Invalid value for argument {name}: expected a non-negative float. Received: "
            f"{name}={value}"
        )
    return float(value)


class L1L2(Regularizer):
    r"""The loss :math:`l_1 \sum |x| + l_2 \sum x^2`.

    Parameters
    ----------
    l1, l2
        The two factors.

    Raises
    ------
    ValueError
        If one is negative or not finite.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.regularizers.L1L2(l1=1.0, l2=0.5)(tf.constant([2.0, -2.0])))
    8.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> Tensor:
        """The loss of a weight."""
        x = operand(x)
        loss = operand(0.0, x._value.dtype)
        if self.l1:
            loss = loss + self.l1 * reduce_sum(magnitude(x))
        if self.l2:
            loss = loss + self.l2 * reduce_sum(square(x))
        return loss  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a regularizer like this one."""
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    r"""The loss :math:`l_1 \sum |x|`.

    Parameters
    ----------
    l1
        The factor.

    Raises
    ------
    ValueError
        If it is negative or not finite.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.regularizers.L1(0.5)(tf.constant([2.0, -2.0])))
    2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Any) -> Tensor:
        """The loss of a weight."""
        return self.l1 * reduce_sum(magnitude(operand(x)))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a regularizer like this one."""
        return {"l1": self.l1}


class L2(Regularizer):
    r"""The loss :math:`l_2 \sum x^2`.

    Parameters
    ----------
    l2
        The factor.

    Raises
    ------
    ValueError
        If it is negative or not finite.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.regularizers.L2(0.5)(tf.constant([2.0, -2.0])))
    4.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Any) -> Tensor:
        """The loss of a weight."""
        return self.l2 * reduce_sum(square(operand(x)))  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a regularizer like this one."""
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """A loss that is zero where rows, or columns, are orthogonal: the mean of their cosines.

    Parameters
    ----------
    factor
        The factor.
    mode
        ``"rows"`` or ``"columns"``.

    Raises
    ------
    ValueError
        If `mode` is another word, or the weight is no matrix.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.regularizers.OrthogonalRegularizer(1.0)(tf.eye(3)))
    0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("factor", factor)
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"Invalid value for argument `mode`. Expected one of 'rows', 'columns'. Received: "
                f"mode={mode}"
            )
        self.mode = mode

    def __call__(self, x: Any) -> Tensor:
        """The loss of a weight."""
        x = operand(x)
        if x._value.ndim != 2:
            raise ValueError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape="
                f"{x._value.shape}"
            )
        rows = self.mode == "rows"
        lengths = reduce_sum(square(x), 1 if rows else 0, keepdims=True)
        unit = x * minimum(rsqrt(lengths), 1e7)
        products = (
            matmul(unit, unit, transpose_b=True) if rows else (matmul(unit, unit, transpose_a=True))
        )
        size = x._value.shape[0 if rows else 1]
        others = products * (1.0 - eye(size, dtype=x.dtype))
        pairs = size * (size - 1.0) / 2.0
        return self.factor * 0.5 * reduce_sum(magnitude(others)) / pairs  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a regularizer like this one."""
        return {"factor": self.factor, "mode": self.mode}


REGULARIZERS = Registry(
    "regularizer",
    "keras.regularizers",
    (L1, L2, L1L2, OrthogonalRegularizer),
    aliases={"l1_l2": L1L2},
)


def get(identifier: Any) -> Any:
    """A regularizer from its name, what `serialize` made of it, a class, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"l2"``, a dict, a class, a function of a weight, or None.

    Returns
    -------
    Regularizer or function
        None for None.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.regularizers.get("l2").l2
    0.01
    """
    return REGULARIZERS.get(identifier)


def serialize(regularizer: Any) -> Any:
    """A regularizer as a dict of plain values, in Keras's form.

    Parameters
    ----------
    regularizer
        A regularizer, or a function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.regularizers.serialize(tf.keras.regularizers.L2(0.5))["config"]
    {'l2': 0.5}
    """
    return REGULARIZERS.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The regularizer that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own classes and functions, by name.

    Raises
    ------
    ValueError
        If there is no regularizer of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.keras.regularizers.serialize(tf.keras.regularizers.L2(0.5))
    >>> tf.keras.regularizers.deserialize(saved).l2
    0.5
    """
    return REGULARIZERS.deserialize(config, custom_objects)
