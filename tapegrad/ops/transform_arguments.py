"""What Fourier transforms are given: signals of the right dtype and rank, and their sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import ints_argument
from tapegrad.ops.fft import fitted

REAL = ("float32", "float64")
COMPLEX = ("complex64", "complex128")
_PREFERRED = {REAL: np.dtype(np.float32), COMPLEX: np.dtype(np.complex64)}


def transform_operand(op: str, value: Any, names: tuple[str, str], error: type[Exception]) -> Any:
    """The input as a tensor; what is no tensor becomes float32 or complex64."""
    x = operand(value)
    if not isinstance(value, ArrayLike) and (error is ValueError or x._value.dtype.kind != "c"):
        x = operand(value, _PREFERRED[names])
    if x.dtype.name not in names:
        raise error(
            f"{op} requires tf.{names[0]} or tf.{names[1]} inputs, got {x.dtype.name} of shape "
            f"{x.shape}. Convert first, for example tf.cast(x, tf.{names[0]})."
        )
    return x


def require_rank(op: str, x: Any, rank: int, error: type[Exception]) -> None:
    """Raise `error` for a tensor of fewer axes."""
    if x._value.ndim < rank:
        raise error(
            f"{op}: Input must have rank of at least {rank} but got shape "
            f"{list(x._value.shape)}. Add axes with tf.expand_dims."
        )


def norm_argument(op: str, norm: str | None) -> str:
    """The norm by its name; None is the first of them."""
    if norm is not None and norm not in ("backward", "ortho", "forward"):
        raise ValueError(
            f"{op}: norm must be None, 'backward', 'ortho' or 'forward', not {norm!r}."
        )
    return norm or "backward"


def lengths_argument(
    op: str, fft_length: Any, rank: int, name: str = "fft_length"
) -> tuple[int, ...]:
    """The sizes that a caller asks for by the argument `name`, one for each axis."""
    if isinstance(fft_length, int) or np.ndim(fft_length) == 0:
        raise TypeError(
            f"{op}: {name} must be a list or a 1-D tensor of {rank} integer(s), not {fft_length!r}."
        )
    lengths = ints_argument(fft_length, op, name)
    if len(lengths) != rank:
        raise InvalidArgumentError(
            f"{op}: {name} must have shape [{rank}], one size for each axis, but it is "
            f"{list(lengths)}."
        )
    for length in lengths:
        if length < 1:
            raise InvalidArgumentError(f"{op}: {name} must be positive, not {list(lengths)}.")
    return lengths


def with_lengths(
    primitive: str,
    op: str,
    x: Any,
    axes: tuple[int, ...],
    lengths: Any,
    norm: str,
    name: str = "fft_length",
) -> Tensor:
    """A transform after its input was cut or filled up to `lengths`, None meaning its own sizes."""
    shape = x._value.shape
    if primitive != "irfft":
        if lengths is not None:
            x = fitted(recording, x, axes, lengths)
        return getattr(recording, primitive)(x, axes=axes, norm=norm)  # type: ignore[no-any-return]
    if lengths is None:
        last = shape[axes[-1]]
        if last == 1:
            raise InvalidArgumentError(
                f"{op}: a half spectrum of size 1 belongs to a signal of length 1, which "
                f"{name} must say (by default it would be 2 * (1 - 1) = 0); the input has "
                f"shape {list(shape)}."
            )
        length = max(2 * (last - 1), 0)
    else:
        length = lengths[-1]
        x = fitted(recording, x, axes, (*lengths[:-1], length // 2 + 1))
    return recording.irfft(x, axes=axes, length=length, norm=norm)  # type: ignore[no-any-return]
