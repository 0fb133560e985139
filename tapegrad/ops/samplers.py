"""Arrays of random numbers from a NumPy generator, in the dtypes and ranges of tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.tensor import ArrayLike, Tensor, wrap, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument, shape_argument
from tapegrad.ops.elementwise import add, multiply, subtract

_SINGLE = np.dtype(np.float32)


def normals(rng: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Standard normal numbers."""
    if dtype.itemsize < 4:
        return rng.standard_normal(shape, _SINGLE).astype(dtype)
    return rng.standard_normal(shape, dtype)


def truncated_normals(rng: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Standard normal numbers between -2 and 2; what falls outside is drawn again."""
    drawn = np.array(normals(rng, shape, dtype))
    flat = drawn.reshape(-1)
    outside = np.flatnonzero(np.abs(flat) > 2)
    while outside.size:
        again = normals(rng, outside.shape, dtype)
        flat[outside] = again
        outside = outside[np.abs(again) > 2]
    return drawn


def unit_floats(rng: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Uniform numbers in [0, 1)."""
    if dtype.itemsize < 4:
        # As many steps as the significand has, so that rounding cannot reach 1.
        steps = 2048 if dtype.name == "float16" else 256
        return (rng.integers(0, steps, shape) / steps).astype(dtype)
    return rng.random(shape, dtype)


def integers(rng: Any, shape: tuple[int, ...], low: int, high: int, dtype: np.dtype[Any]) -> Any:
    """Uniform integers in [low, high)."""
    return rng.integers(low, high, shape, dtype)


def full_integers(rng: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Integers from the whole range of `dtype`."""
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def classes(rng: Any, logits: Any, count: int, dtype: np.dtype[Any]) -> Any:
    """Class numbers drawn with the probabilities ``softmax(logits)``, shape ``(batch, count)``."""
    scores = logits.astype(np.float64)
    rows, n = scores.shape
    weights = np.exp(scores - scores.max(-1, keepdims=True, initial=-np.inf))
    sums = np.cumsum(weights, -1)
    # All rows are searched at once: row i lives in [i, i + 1).
    start = np.arange(rows, dtype=np.float64)[:, None]
    ladder = sums / sums[:, -1:] + start
    point = np.minimum(rng.random((rows, count)) + start, np.nextafter(start + 1, 0))
    found = np.searchsorted(ladder.reshape(-1), point.reshape(-1), side="right")
    columns = found.reshape(rows, count) - np.arange(rows)[:, None] * n
    return np.clip(columns, 0, n - 1).astype(dtype)


def sizes(shape: Any, op: str) -> tuple[int, ...]:
    """A shape argument; here, as in TensorFlow, floats in it are an InvalidArgumentError."""
    try:
        return shape_argument(shape, op)
    except TypeError as error:
        raise InvalidArgumentError(str(error)) from None


def float_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    """The NumPy dtype of a floating point dtype argument."""
    wanted = as_dtype(dtype)
    if not wanted.is_floating:
        raise TypeError(
            f"{op}: Cannot convert normal numbers to dtype {wanted.name}: it must be float16, "
            f"bfloat16, float32 or float64. For integers use tf.random.uniform, or tf.cast."
        )
    return wanted.numpy_dtype


def is_number(value: Any) -> bool:
    """True for a Python or NumPy number, which no tape follows."""
    return isinstance(value, (int, float, np.number))


def are_numbers(*values: Any) -> bool:
    """True if all of them are numbers or None."""
    return all(v is None or is_number(v) for v in values)


def affine(z: Any, offset: Any, factor: Any) -> Tensor:
    """``z * factor + offset`` of a fresh array or a tensor; recorded if a parameter is a tensor."""
    if z.__class__ is not Tensor and is_number(offset) and is_number(factor):
        if factor != 1:
            z *= z.dtype.type(factor)
        if offset != 0:
            z += z.dtype.type(offset)
        return wrap(z[()])
    scaled = multiply(z if z.__class__ is Tensor else wrap_constant(z[()]), factor)
    shifted: Tensor = add(scaled, offset)
    return shifted


def uniform_tensor(
    op: str, rng: Any, shape: tuple[int, ...], minval: Any, maxval: Any, dtype: Any
) -> Tensor:
    """Uniform numbers of a float or integer dtype, as the functions called ``uniform`` give."""
    wanted = as_dtype(dtype)
    if wanted.is_integer:
        return wrap(integers(rng, shape, *_bounds(op, minval, maxval), wanted.numpy_dtype)[()])
    if not wanted.is_floating:
        raise ValueError(
            f"{op}: Argument `dtype` got invalid value {wanted!r}. Accepted dtypes are float16, "
            f"bfloat16, float32, float64 and the integer types."
        )
    low = 0 if minval is None else minval
    high = 1 if maxval is None else maxval
    unit = unit_floats(rng, shape, wanted.numpy_dtype)
    if is_number(low) and is_number(high):
        values = affine(unit, low, high - low)
        return _below(values, low, high)
    return between(unit, low, high, wanted)


def between(unit: Any, minval: Any, maxval: Any, dtype: Any) -> Tensor:
    """Numbers from [0, 1), an array or a tensor, moved to a range that tensors give."""
    low = 0 if minval is None else minval
    high = 1 if maxval is None else maxval
    return affine(unit, low, subtract(_tensor(high, as_dtype(dtype)), low))


def _below(values: Tensor, low: Any, high: Any) -> Tensor:
    """Keep rounding from reaching the upper end of a half-open interval."""
    dtype = values._value.dtype
    if (low == 0 and high == 1) or not low < high:
        return values
    largest = np.nextafter(dtype.type(high), dtype.type(low))
    return wrap(np.minimum(values._value, largest))


def _tensor(value: Any, dtype: DType) -> Any:
    if isinstance(value, ArrayLike):
        return value
    return wrap_constant(np.asarray(value, dtype.numpy_dtype)[()])


def _bounds(op: str, minval: Any, maxval: Any) -> tuple[int, int]:
    if maxval is None:
        raise ValueError(
            f"{op}: Must specify maxval for integer dtype: the numbers are drawn from "
            f"[minval, maxval)."
        )
    low = 0 if minval is None else int_argument(minval, op, "minval")
    high = int_argument(maxval, op, "maxval")
    if low >= high:
        raise InvalidArgumentError(f"{op}: Need minval < maxval, got {low} >= {high}")
    return low, high
