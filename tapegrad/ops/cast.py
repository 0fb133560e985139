"""Changing the dtype, and passing a tensor on: cast, identity, stop_gradient."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.dtypes import as_dtype, numpy_dtype
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import UnimplementedError
from tapegrad.ops.select import clip_by_value

__all__ = ("cast", "identity", "identity_n", "saturate_cast", "stop_gradient")


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Convert a tensor to another dtype.

    Parameters
    ----------
    x : Tensor or IndexedSlices
        A numeric or bool tensor of any shape, or a value that converts to one.
    dtype : DType
        The wanted dtype.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        Of the same shape; a tensor of the wanted dtype is returned as it is. Floats become
        integers by truncation towards zero, numbers other than 0 become True, and complex numbers
        lose their imaginary part, with a warning.

    Raises
    ------
    TypeError
        If `dtype` names no dtype.
    UnimplementedError
        For strings.

    Notes
    -----
    The gradient is cast back to the dtype of `x`; there is none through integers and bools.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.cast([1.9, -1.9], tf.int32).numpy()
    array([ 1, -1], dtype=int32)
    """
    target = numpy_dtype(dtype)
    if isinstance(x, IndexedSlices):
        return x._map_values(lambda values: cast(values, dtype))
    x = operand(x)
    source = x._value.dtype
    if source == target:
        return as_tensor(x)
    if source.kind == "O" or target.kind == "O":
        raise UnimplementedError(
            f"cast: Cast {x.dtype.name} to {as_dtype(dtype).name} is not supported. Convert "
            f"strings in Python, for example with float()."
        )
    if source.kind == "c" and target.kind not in "cb":
        warnings.warn(
            f"Casting {x.dtype.name} to {as_dtype(dtype).name} discards the imaginary part. If "
            f"that is what you want, write tf.math.real(x).",
            np.exceptions.ComplexWarning,
            stacklevel=2,
        )
    if is_differentiable(x._value) and is_differentiable(np.empty(0, target)):
        return recording.cast(x, dtype=target, source=source)
    return recording.cast_discrete(x, dtype=target, source=source)


def in_dtype(x: Any, dtype: np.dtype[Any]) -> Any:
    """A core tensor, or a Python number, as core tensor of this type."""
    if isinstance(x, Tensor):
        return x if x._value.dtype == dtype else cast(x, dtype)
    return wrap_constant(np.asarray(x).astype(dtype)[()])


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Any:
    """Convert to another dtype; values beyond its range become its smallest or largest value.

    Parameters
    ----------
    value : Tensor
        A real numeric tensor.
    dtype : DType
        The wanted dtype.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and the wanted dtype.

    Raises
    ------
    TypeError
        If `dtype` names no dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.saturate_cast([-5.0, 300.0], tf.uint8).numpy()
    array([  0, 255], dtype=uint8)
    """
    x = operand(value)
    source, target = x.dtype, as_dtype(dtype)
    if source.kind in "fiu" and target.kind in "fiu" and source != target:
        low, high = _common_range(source, target)
        x = clip_by_value(x, low, high)
    return cast(x, dtype)


def _common_range(source: Any, target: Any) -> tuple[Any, Any]:
    """The bounds of `target` as values of `source` that do not exceed them."""
    kind = source.as_numpy_dtype
    bounds = []
    for end in ("min", "max"):
        bound, own = getattr(target, end), getattr(source, end)
        if abs(float(bound)) >= abs(float(own)):
            bounds.append(own)
            continue
        nearest = kind(bound)
        if source.is_floating and abs(int(nearest)) > abs(int(bound)):
            nearest = np.nextafter(nearest, kind(0))
        bounds.append(nearest)
    return bounds[0], bounds[1]


def identity(input: Any, name: str | None = None) -> Any:
    """A new tensor with the same value; the gradient passes through it.

    Parameters
    ----------
    input : Tensor or IndexedSlices
        What to pass on.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        Of the same shape, dtype and value.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0])
    >>> tf.identity(x) is x
    False
    """
    if isinstance(input, IndexedSlices):
        return input._map_values(identity)
    return recording.identity(input)


def identity_n(input: Any, name: str | None = None) -> list[Tensor]:
    """`identity` of each tensor of a list.

    Parameters
    ----------
    input : list of Tensor
        What to pass on.
    name : str, optional
        Ignored.

    Returns
    -------
    list of Tensor
        New tensors of the same values.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [y.numpy().item() for y in tf.identity_n([1.0, 2.0])]
    [1.0, 2.0]
    """
    return [identity(x) for x in input]


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """A new tensor with the same value, which is a constant to all tapes.

    Parameters
    ----------
    input : Tensor
        What to pass on.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape, dtype and value, without gradient.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * tf.stop_gradient(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(3.0)
    """
    return recording.stop_gradient(input)  # type: ignore[no-any-return]
