"""The largest and the smallest element, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, install, plain, tensor_of
from tapegrad.numpy.function import HANDLERS, function
from tapegrad.numpy.reducing import (
    NO_VALUE,
    axes_of,
    by_numpy,
    is_exact,
    is_set,
    kept,
    located,
    of_scalar,
)
from tapegrad.numpy.ufunc_methods import REDUCERS
from tapegrad.numpy.universal import UNIVERSAL

__all__ = ["amax", "amin", "argmax", "argmin", "max", "min", "nanargmax", "nanargmin", "ptp"]


def extreme(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    x = tensor_of(a)
    dtype = x._value.dtype
    if dtype.kind == "c":
        return of_complex(name, x, axis, keepdims, initial, where)
    if dtype.kind != "f":
        return by_numpy(name, x, axis, keepdims, initial=initial, where=where)
    axes = axes_of(of_scalar(axis, x), x._value.ndim)
    if where is not True and where is not NO_VALUE and not is_set(initial):
        raise ValueError(
            f"reduction operation '{name}imum' does not have an identity, so to use a where mask "
            f"one has to specify 'initial'"
        )
    shape = x._value.shape
    if 0 in [shape[i] for i in axes] and not is_set(initial):
        raise ValueError(f"zero-size array to reduction operation {name}imum which has no identity")
    neutral = -np.inf if name == "max" else np.inf
    y = getattr(R, f"reduce_{name}")(kept(x, where, neutral), axes=axes, keepdims=bool(keepdims))
    if not is_set(initial):
        return y
    return getattr(R, f"{name}imum")(y, tensor_of(initial, dtype))


def of_complex(name: str, x: Tensor, axis: Any, keepdims: Any, initial: Any, where: Any) -> Tensor:
    """The extreme in NumPy's order of complex numbers, picked from among them."""
    model = getattr(np, name.removeprefix("nan"))
    axes = axes_of(of_scalar(axis, x), x._value.ndim)
    masked = where is not True and where is not NO_VALUE
    if (masked and not is_set(initial)) or not x._value.size:
        return by_numpy(name, x, axis, keepdims, initial=initial, where=where)  # raises, mostly
    side = -np.inf if name.endswith("max") else np.inf
    x = kept(x, where, complex(side, side))
    if name.startswith("nan"):
        known = ~np.isnan(plain(x)) | np.isnan(plain(x)).all(axes, keepdims=True)
        x = kept(x, known, complex(side, side))
    found = located(x, model(plain(x), axes, keepdims=bool(keepdims)), axes)
    if not is_set(initial):
        return found
    chosen: Tensor = UNIVERSAL[f"{name[-3:]}imum"](holding(found), holding(tensor_of(initial)))
    return tensor_of(chosen)


@function("np.max(np.array([1.0, 4.0, 2.0]))", method=True)
def max(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The largest element; among equal ones the gradient is shared."""
    return extreme("max", a, axis, keepdims, initial, where)


@function("np.min(np.array([1.0, 4.0, 2.0]))", method=True)
def min(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """The smallest element; among equal ones the gradient is shared."""
    return extreme("min", a, axis, keepdims, initial, where)


amax, amin = max, min
HANDLERS[np.amax], HANDLERS[np.amin] = max, min


@function("np.ptp(np.array([1.0, 4.0, 2.0]))")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The largest minus the smallest element."""
    x = tensor_of(a)
    if is_exact(x):
        return by_numpy("ptp", x, axis, keepdims)
    high, low = [extreme(name, x, axis, keepdims, NO_VALUE, True) for name in ("max", "min")]
    return R.subtract(high, low)


def _position(name: str, summary: str, example: str, method: bool = False) -> Any:
    def call(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        return by_numpy(name, tensor_of(a), axis, keepdims)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(example, method=method)(call)


argmax = _position(
    "argmax", "The position of the largest element.", "np.argmax(np.array([1.0, 4.0]))", True
)
argmin = _position(
    "argmin", "The position of the smallest element.", "np.argmin(np.array([1.0, 4.0]))", True
)
nanargmax = _position(
    "nanargmax",
    "The position of the largest element that is not NaN.",
    "np.nanargmax(np.array([1.0, np.nan]))",
)
nanargmin = _position(
    "nanargmin",
    "The position of the smallest element that is not NaN.",
    "np.nanargmin(np.array([1.0, np.nan]))",
)


REDUCERS.update(maximum=max, minimum=min)
install(ptp=ptp)
