"""Asking what a value is, and teaching the library about other types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from tapegrad.core.convert import as_tensor, conversions
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.tensor import ArrayLike, Tensor

__all__ = [
    "get_static_value",
    "gradients",
    "hessians",
    "is_symbolic_tensor",
    "is_tensor",
    "register_tensor_conversion_function",
]


def is_tensor(x: Any) -> bool:
    """True for a Tensor, Variable or IndexedSlices; false for arrays and numbers.

    Parameters
    ----------
    x
        Anything.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.is_tensor(tf.constant(1.0)), tf.is_tensor(1.0)
    (True, False)
    """
    return isinstance(x, (ArrayLike, IndexedSlices))


def is_symbolic_tensor(tensor: Any) -> bool:
    """Always false: every tensor has its value.

    Parameters
    ----------
    tensor
        Anything.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.is_symbolic_tensor(tf.constant(1.0))
    False
    """
    return False


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor as NumPy array; every tensor has one.

    Parameters
    ----------
    tensor
        A tensor; for anything else the result is None.
    partial
        Without effect.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.get_static_value(tf.constant([1, 2])).tolist()
    [1, 2]
    """
    return tensor.numpy() if isinstance(tensor, ArrayLike) else None


def register_tensor_conversion_function(
    base_type: type, conversion_func: Callable[..., Any], priority: int = 100
) -> None:
    """Make instances of a class usable wherever a tensor is.

    Parameters
    ----------
    base_type
        The class; its instances (not those of subclasses) are converted.
    conversion_func
        ``conversion_func(value, dtype=None, name=None, as_ref=False)``, returning a Tensor or
        something that converts to one.
    priority
        Accepted for compatibility; the last registration of a class wins.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Metres:
    ...     def __init__(self, value):
    ...         self.value = value
    >>> tf.register_tensor_conversion_function(Metres, lambda m, *args, **kwargs: m.value)
    >>> (tf.constant(1.0) + Metres(2.0)).numpy()
    np.float32(3.0)
    """
    if not isinstance(base_type, type):
        raise TypeError(f"base_type must be a type, got {base_type!r}.")
    if not callable(conversion_func):
        raise TypeError(f"conversion_func must be callable, got {conversion_func!r}.")

    def convert(value: Any) -> Tensor:
        return as_tensor(conversion_func(value, dtype=None, name=None, as_ref=False))

    conversions[base_type] = convert


def _graph_only(name: str, instead: str) -> NoReturn:
    raise RuntimeError(
        f"tf.{name} is not supported when eager execution is enabled. Use tf.GradientTape "
        f"instead: {instead}."
    )


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    gate_gradients: bool = False,
    aggregation_method: object = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = "none",
) -> NoReturn:
    """Not supported: there is no graph to go back through; RuntimeError, as in TensorFlow.

    Parameters
    ----------
    ys, xs, grad_ys, gate_gradients, aggregation_method, stop_gradients, unconnected_gradients
        Whatever they are.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:  # what to write instead
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x).numpy()
    np.float32(6.0)
    """
    _graph_only("gradients", "`with tf.GradientTape() as tape: ...; tape.gradient(ys, xs)`")


def hessians(
    ys: Any,
    xs: Any,
    gate_gradients: bool = False,
    aggregation_method: object = None,
    name: str = "hessians",
) -> NoReturn:
    """Not supported: there is no graph to go back through; RuntimeError, as in TensorFlow.

    Parameters
    ----------
    ys, xs, gate_gradients, aggregation_method
        Whatever they are.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:  # what to write instead
    ...     tape.watch(x)
    ...     y = x * x
    >>> [float(h) for h in tf.autodiff.hessians(y, x, tape=tape)]
    [2.0]
    """
    _graph_only("hessians", "`tf.autodiff.hessians(ys, xs, tape=tape)` after `with tape:`")
