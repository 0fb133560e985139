"""Assertions about the shapes and types of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import DType, as_dtype, float32
from tapegrad.core.tensor import ArrayLike, Reference

__all__ = [
    "assert_integer",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "is_numeric_tensor",
]


def _prefix(message: str | None) -> str:
    return f"{message}  " if message else ""


def _require_rank(x: Any, allowed: Callable[[int], bool], words: str, message: str | None) -> None:
    shape = operand(x)._value.shape
    if not allowed(len(shape)):
        raise ValueError(
            f"{_prefix(message)}Tensor must have rank {words}.  Received rank {len(shape)}, shape "
            f"{shape}"
        )


def _rank_argument(rank: Any) -> int:
    value = rank._read() if isinstance(rank, ArrayLike) else rank
    if np.ndim(value):
        raise ValueError("Rank must be a scalar.")
    return int(value)


def assert_rank(x: Any, rank: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless a tensor has a given number of axes.

    Parameters
    ----------
    x
        A tensor.
    rank
        The number of axes.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_rank(tf.zeros([2, 3]), 2)
    """
    wanted = _rank_argument(rank)
    _require_rank(x, lambda r: r == wanted, str(wanted), message)


def assert_rank_at_least(
    x: Any, rank: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError unless a tensor has at least a given number of axes.

    Parameters
    ----------
    x
        A tensor.
    rank
        The smallest number of axes.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_rank_at_least(tf.zeros([2, 3]), 1)
    """
    least = _rank_argument(rank)
    _require_rank(x, lambda r: r >= least, f"at least {least}", message)


def assert_rank_in(
    x: Any, ranks: Iterable[Any], message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError unless the number of axes of a tensor is among those given.

    Parameters
    ----------
    x
        A tensor.
    ranks
        The numbers of axes that are allowed.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_rank_in(tf.zeros([2, 3]), [1, 2])
    """
    given = tuple([_rank_argument(r) for r in ranks])
    _require_rank(x, lambda r: r in given, f"in {given}", message)


def assert_scalar(tensor: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless the shape of a tensor is ``()``.

    Parameters
    ----------
    tensor
        A tensor.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_scalar(tf.constant(1.0))
    """
    shape = operand(tensor)._value.shape
    if shape != ():
        raise ValueError(f"{_prefix(message)}Expected scalar shape, saw shape: {shape}.")


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Check the shapes of several tensors against patterns that share letters.

    Parameters
    ----------
    shapes
        Pairs ``(tensor, pattern)``, or a dict from ``tensor.ref()`` to patterns. A pattern is a
        tuple (or string) of sizes, letters that stand for the same size wherever they occur,
        ``None`` or ``"."`` for any size, and ``...`` or ``"*"`` for any number of axes at its
        beginning or end.
    data, summarize
        Accepted for compatibility: the error names the shapes.
    message
        What the error begins with.

    Raises
    ------
    ValueError
        If a tensor does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_shapes([(tf.zeros([2, 3]), ("n", "m")), (tf.zeros([3]), ("m",))])
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    bound: dict[Any, tuple[int, str]] = {}
    for x, pattern in pairs:
        shape = operand(x.deref() if isinstance(x, Reference) else x)._value.shape
        if not hasattr(pattern, "__iter__"):
            raise ValueError(
                f"{_prefix(message)}Tensor of shape {shape}.  Specified shape must be an iterable."
                f"  An iterable has the attribute `__iter__` or `__getitem__`.  Received specified "
                f"shape: {pattern}"
            )
        wanted = list(pattern)
        if shape in ((), (1,)) and len(wanted) < 2 and wanted not in ([Ellipsis], ["*"]):
            shape = (1,) * len(wanted)  # a scalar is as good as a vector of one entry
        for axis, size, symbol in _matched(wanted, shape, message):
            if symbol is None or symbol == ".":
                continue
            if isinstance(symbol, (int, np.integer)):
                expected, origin = int(symbol), "Specified explicitly."
            else:
                expected, origin = bound.setdefault(
                    symbol, (size, f"Specified by tensor of shape {shape} dimension {axis}.")
                )
            if size != expected:
                raise ValueError(
                    f"{_prefix(message)}{origin}  Tensor dimension {axis} must have size "
                    f"{expected}.  Received size {size}, shape {shape}"
                )


def _matched(
    pattern: list[Any], shape: tuple[int, ...], message: str | None
) -> list[tuple[int, int, Any]]:
    """Axis, size and symbol for each axis that the pattern names."""
    open_start = bool(pattern) and pattern[0] in (Ellipsis, "*")
    open_end = bool(pattern) and pattern[-1] in (Ellipsis, "*") and not open_start
    symbols = pattern[1:] if open_start else pattern[:-1] if open_end else pattern
    rank = len(shape)
    if rank < len(symbols) or (rank != len(symbols) and not (open_start or open_end)):
        raise ValueError(
            f"{_prefix(message)}Tensor must have rank {len(symbols)}.  Received rank {rank}, shape "
            f"{shape}"
        )
    first = rank - len(symbols) if open_start else 0
    return [(first + i, shape[first + i], s) for i, s in enumerate(symbols)]


def assert_type(
    tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise TypeError unless a tensor has a given dtype.

    Parameters
    ----------
    tensor
        A tensor.
    tf_type
        The dtype.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_type(tf.constant([1.0]), tf.float32)
    """
    wanted, got = as_dtype(tf_type), operand(tensor).dtype
    if got != wanted:
        raise TypeError(f"{_prefix(message)}tensor must be of type {wanted!r}; got {got!r}")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise TypeError unless a tensor holds integers.

    Parameters
    ----------
    x
        A tensor.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_integer(tf.constant([1, 2]))
    """
    got = operand(x).dtype
    if not got.is_integer:
        raise TypeError(f'{_prefix(message)}Expected "x" to be integer type.  Found: {got!r}')


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """The floating dtype that tensors have in common.

    Parameters
    ----------
    tensors
        A list of tensors, or None.
    dtype
        The dtype that they must have, or None for any.

    Returns
    -------
    DType
        float32 if nothing is given.

    Raises
    ------
    ValueError
        If the dtypes differ, or are not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_same_float_dtype([tf.constant(1.0), tf.constant([2.0])])
    tf.float32
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for x in tensors or ():
        if x is None:
            continue
        got = operand(x).dtype
        if wanted is not None and got != wanted:
            raise ValueError(f"{x}, type={got}, must be of the same type ({wanted}).")
        wanted = got
    wanted = float32 if wanted is None else wanted
    if not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got {wanted!r}.")
    return wanted


def assert_proper_iterable(values: Any) -> None:
    """Raise TypeError for what is not iterable, and for tensors, arrays and strings.

    Parameters
    ----------
    values
        Anything.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_proper_iterable([1, 2])
    """
    if isinstance(values, (ArrayLike, np.ndarray, str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"Expected argument 'values' to be a 'proper' iterable.  Found: {type(values)}"
        )


def is_numeric_tensor(tensor: Any) -> bool:
    """True for a tensor or Variable of integers, floating point or complex numbers.

    Parameters
    ----------
    tensor
        Anything.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.is_numeric_tensor(tf.constant(1)), tf.debugging.is_numeric_tensor(1)
    (True, False)
    """
    return isinstance(tensor, ArrayLike) and tensor.dtype.kind in "iufc"
