"""What optimizers do to gradients before they use them: checking, densifying, clipping."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import raw
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable
from tapegrad.errors import InvalidArgumentError

#: Arrays with the variables that they belong to.
Pairs = list[tuple[Any, Variable]]


def checked_pairs(gradients: Iterable[Any], variables: Iterable[Any]) -> Pairs:
    """Gradients as arrays of their variables' shapes and dtypes; missing ones are left out.

    Nothing is changed, so that an error leaves the variables as they were.
    """
    pairs: Pairs = []
    without = []
    for g, v in zip(gradients, variables, strict=True):
        if v.__class__ is not Variable and not isinstance(v, Variable):
            raise _not_a_variable(g, v)
        if g is None:
            without.append(v.name)
            continue
        value = v._value
        array = g._value if g.__class__ is Tensor else _array(g, v)
        if array.dtype is not value.dtype or value.dtype.kind != "f":
            array = _in_dtype(array, v)
        if array.shape != value.shape:
            raise InvalidArgumentError(
                f"Cannot update variable '{v.name}' of shape {value.shape} with a gradient of "
                f"shape {array.shape}: the shapes must be equal."
            )
        pairs.append((array, v))
    if not pairs:
        raise ValueError(
            f"No gradients provided for any variable. All are None, for {without}: does the loss "
            f"depend on these variables, and was it computed inside the tape's block?"
        )
    if without:
        warnings.warn(
            f"Gradients do not exist for variables {without} when minimizing the loss: they stay "
            f"as they are.",
            UserWarning,
            stacklevel=5,
        )
    return pairs


def _array(gradient: Any, variable: Variable) -> Any:
    if isinstance(gradient, IndexedSlices):
        return _dense(gradient, variable)
    return as_tensor(gradient, None if hasattr(gradient, "dtype") else variable._value.dtype)._value


def _dense(slices: IndexedSlices, variable: Variable) -> Any:
    """Rows that occur more than once add up, before anything is squared or divided."""
    indices, values = slices._as_rows()
    shape = variable._value.shape
    rows = shape[0] if shape else 0
    bad = indices[(indices < 0) | (indices >= rows)]
    if bad.size or values.shape[1:] != shape[1:]:
        raise InvalidArgumentError(
            f"Cannot update variable '{variable.name}' of shape {shape} with rows of shape "
            f"{values.shape[1:]} at indices {indices.tolist()}: rows must be of shape {shape[1:]} "
            f"and indices in [0, {rows})."
        )
    return raw.scatter_rows(values, indices=indices, to=shape, axis=-len(shape))


def _in_dtype(array: Any, variable: Variable) -> Any:
    dtype = variable._value.dtype
    if dtype.kind == "c" or not is_differentiable(variable._value):
        raise InvalidArgumentError(
            f"Optimizers update real floating point variables, but '{variable.name}' is "
            f"{variable.dtype.name}."
            + (" Optimize its real and imaginary part as two variables." * (dtype.kind == "c"))
        )
    if array.dtype.kind == "c" or not (array.dtype.kind in "iu" or is_differentiable(array)):
        raise InvalidArgumentError(
            f"The gradient of variable '{variable.name}' ({variable.dtype.name}) is "
            f"{array.dtype.name}: it must be real."
        )
    return array.astype(dtype, copy=False)


def _not_a_variable(g: Any, v: Any) -> TypeError:
    swapped = isinstance(g, Variable)
    return TypeError(
        f"Optimizers update Variables, not {type(v).__name__}."
        + (
            " Pairs are (gradient, variable), in this order: zip(gradients, variables)."
            if swapped
            else ""
        )
    )


# Clipping


def squared_norm(array: Any) -> float:
    """Sum of squares, with at least float32's range."""
    flat = array.reshape(-1)
    if flat.dtype.itemsize < 4:
        flat = flat.astype(np.float32)
    return float(np.dot(flat, flat))


def clip_each_norm(pairs: Pairs, limit: float) -> Pairs:
    """Scale down each gradient whose norm exceeds `limit`."""
    return _scaled(pairs, [limit / max(math.sqrt(squared_norm(g)), limit) for g, _ in pairs])


def clip_global_norm(pairs: Pairs, limit: float) -> Pairs:
    """Scale down all gradients together if their common norm exceeds `limit`."""
    norm = math.sqrt(sum(squared_norm(g) for g, _ in pairs))
    factor = limit / max(norm, limit) if math.isfinite(norm) else math.nan
    return _scaled(pairs, [factor] * len(pairs))


def clip_values(pairs: Pairs, limit: float) -> Pairs:
    """Bring each element between ``-limit`` and ``limit``."""
    return [
        (np.minimum(np.maximum(g, -limit), limit).astype(g.dtype, copy=False), v) for g, v in pairs
    ]


def _scaled(pairs: Pairs, factors: Sequence[float]) -> Pairs:
    return [(g if f == 1.0 else times(g, f), v) for (g, v), f in zip(pairs, factors, strict=True)]


def times(array: Any, factor: float) -> Any:
    """A product in the array's dtype (bfloat16 would become float32 beside a Python float)."""
    return (array * factor).astype(array.dtype, copy=False)
