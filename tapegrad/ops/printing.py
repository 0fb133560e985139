"""tf.print: tensors as text, short and without decoration."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from tapegrad.core.host import at_every_call
from tapegrad.core.tensor import ArrayLike

__all__ = ["print"]


@at_every_call(repeatable=False)
def print(*inputs: Any, **kwargs: Any) -> None:
    """Print values, tensors with the first and last elements of each axis.

    Parameters
    ----------
    inputs
        Tensors, structures of tensors, and other objects.
    output_stream
        An object with a method ``write`` (by default `sys.stderr`), or ``"file://"`` with the path
        of a file to append to.
    summarize
        How many elements to show at both ends of each axis, by default 3; -1 for all.
    sep, end
        What stands between the values, and after them.
    name
        Without effect.

    Raises
    ------
    ValueError
        For other keywords, or another kind of stream.

    Examples
    --------
    >>> import sys
    >>> import tapegrad as tf
    >>> tf.print("x:", tf.range(10), {"loss": tf.constant(0.25)}, output_stream=sys.stdout)
    x: [0 1 2 ... 7 8 9] {'loss': 0.25}
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    summarize = kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    text = sep.join([_top_level(x, summarize) for x in inputs]) + end
    if isinstance(stream, str) and stream.startswith("file://"):
        path = stream.removeprefix("file://")
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            file.write(text)
    elif hasattr(stream, "write"):
        stream.write(text)
    else:
        raise ValueError(
            f"Unsupported output stream: {stream!r}. Use sys.stdout, sys.stderr, an open file, or "
            f"'file://' with a path."
        )


def _top_level(value: Any, summarize: int) -> str:
    return value if isinstance(value, str) else _text(value, summarize)


def _text(value: Any, summarize: int) -> str:
    if isinstance(value, ArrayLike):
        return array_text(np.asarray(value._read()), summarize)
    if isinstance(value, Mapping):
        parts = ", ".join(f"{key!r}: {_text(value[key], summarize)}" for key in sorted(value))
        return "{" + parts + "}"
    if isinstance(value, (list, tuple)):
        parts = ", ".join([_text(part, summarize) for part in value])
        if isinstance(value, list):
            return f"[{parts}]"
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    return repr(value)


def array_text(array: Any, summarize: int = 3, depth: int = 1) -> str:
    """An array as text, with at most `summarize` elements at both ends of each axis."""
    if not isinstance(array, np.ndarray):
        return _element(array)
    if array.ndim == 0:
        return _element(array[()])
    if array.size == 0:
        return "[]"
    n = len(array)
    if summarize < 0 or n <= 2 * summarize:
        parts = [array_text(part, summarize, depth + 1) for part in array]
    else:
        head = [array_text(part, summarize, depth + 1) for part in array[:summarize]]
        tail = [array_text(part, summarize, depth + 1) for part in array[n - summarize :]]
        parts = [*head, "...", *tail]
    between = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * depth
    return f"[{between.join(parts)}]"


def _element(value: Any) -> str:
    if isinstance(value, (np.floating, float)):
        return _float_text(value)
    if isinstance(value, np.bool_):
        return str(int(value))
    if isinstance(value, bytes):
        return f'"{value.decode("utf-8", "backslashreplace")}"'
    return str(value)


def _float_text(value: Any) -> str:
    """The shorter of two precisions that gives the same number back."""
    double = value.dtype.itemsize == 8
    value = value if double else np.float32(value)
    short = f"{value:.{15 if double else 6}g}"
    if np.isnan(value) or type(value)(short) == value:
        return short
    return f"{value:.{17 if double else 9}g}"
