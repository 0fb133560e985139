"""What a program answered: values without their library, or the error that it raised."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

_LONGEST = 24  # entries of an array that are shown
_WIDTH = 160  # characters of a message that are shown


class Answer(NamedTuple):
    """A value, or an error.

    Attributes
    ----------
    value
        Tensors as arrays, structures as lists and dicts, everything else as it was.
    error
        What was raised instead of a value.
    """

    value: Any = None
    error: Exception | None = None

    @property
    def text(self) -> str:
        """How the answer is shown."""
        if self.error is not None:
            message = " ".join(str(self.error).split())
            return f"{type(self.error).__name__}: {textwrap.shorten(message, _WIDTH)}"
        return text_of(self.value)


def ask(question: Callable[[], Any]) -> Answer:
    """What `question` returns or raises; warnings are not answers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Answer(plain(question()))
    except Exception as error:  # noqa: BLE001  # errors are answers
        return Answer(error=error)


def plain(value: Any) -> Any:
    """The value without its library.

    Examples
    --------
    >>> plain({"x": tf.constant([1, 2]), "y": (tf.constant(1.5), None)})
    {'x': array([1, 2], dtype=int32), 'y': [array(1.5, dtype=float32), None]}
    """
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):  # IndexedSlices
        dense = np.zeros(np.asarray(value.dense_shape), value.values.dtype.as_numpy_dtype)
        np.add.at(dense, np.asarray(value.indices), value.values.numpy())
        return dense
    if hasattr(value, "detach"):
        # A copy: PyTorch's tensors may change under our hands.
        return np.array(value.numpy(force=True))
    if hasattr(value, "numpy") and hasattr(value, "dtype"):
        return np.array(value.numpy())
    if isinstance(value, np.ndarray | np.generic):
        return np.array(value)
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def text_of(value: Any) -> str:
    """Show a plain value; dtypes only where they are not float32.

    Examples
    --------
    >>> text_of([np.float32([1, 2]), np.array(3), None])
    '[[1. 2.], 3 (int64), None]'
    """
    if isinstance(value, np.ndarray):
        shown = np.array2string(value, precision=5, threshold=_LONGEST, separator=" ")
        shown = " ".join(shown.split())
        shape = f", shape {value.shape}" if value.size > _LONGEST else ""
        dtype = "" if value.dtype == np.float32 else value.dtype.name
        notes = f"{dtype}{shape}".removeprefix(", ")
        return f"{shown} ({notes})" if notes else shown
    if isinstance(value, list):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text_of(entry)}" for key, entry in value.items()) + "}"
    return repr(value)


def agree(a: Answer, b: Answer) -> bool:
    """Whether two answers are the same up to rounding: for errors, whether both are errors."""
    if a.error is not None or b.error is not None:
        return a.error is not None and b.error is not None
    return alike(a.value, b.value)


def faithful(ours: Answer, real: Answer) -> bool:
    """Whether our answer is what the real library says; errors must be of the same kind."""
    if ours.error is not None and real.error is not None:
        kinds = {kind.__name__ for kind in type(ours.error).__mro__[:-3]}
        return type(real.error).__name__ in kinds | {type(ours.error).__name__}
    return agree(ours, real)


def alike(a: Any, b: Any) -> bool:
    """Whether plain values are equal up to rounding."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if a.dtype.kind not in "fc":
            return bool(np.array_equal(a, b))
        tolerance = 256 * np.finfo(a.dtype).eps
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, float) and isinstance(b, float):
        return bool(np.isclose(a, b, rtol=1e-6, equal_nan=True))
    return type(a) is type(b) and bool(a == b)
