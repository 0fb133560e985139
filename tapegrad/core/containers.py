"""Numbers in the containers of other libraries: pandas, xarray, masked arrays of NumPy.

They are recognised by the module of their class: nothing is imported for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike

_LIBRARIES = ("pandas", "xarray")


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def is_column(value: Any) -> bool:
    """Whether a value is of pandas, which leaves its arithmetic with tensors to them."""
    return _library(value) == "pandas"


def is_container(value: Any) -> bool:
    """Whether a value is of pandas or xarray."""
    return _library(value) in _LIBRARIES


def held_by(value: Any) -> Any:
    """The tensor or array of ours that an object of xarray has around it, or None."""
    held = getattr(value, "data", None) if _library(value) == "xarray" else None
    return held if isinstance(held, ArrayLike) else None


def array_in(value: Any, *, texts: bool = False) -> Any:
    """The array of NumPy in anything that NumPy converts.

    Parameters
    ----------
    value
        An array, maybe masked, a table, a column, or another object with ``__array__``.
    texts
        Whether strings will do.

    Raises
    ------
    TypeError
        If something is masked, or a container holds no numbers.
    """
    if isinstance(value, np.ndarray):
        masked = count_masked(value)
        if masked:
            raise TypeError(
                f"A masked array of shape {value.shape} has {masked} masked entries, which would "
                f"be taken for numbers. Give them values, x.filled(0.0), drop them, "
                f"x.compressed(), or compute with data and mask apart, where(x.mask, 0.0, x.data)."
            )
        return np.asarray(value)
    array = np.asarray(value)
    kind = array.dtype.kind
    if not is_container(value) or kind not in "OMmSU":
        return array
    if texts and kind in "SUO" and all(isinstance(v, (str, bytes)) for v in array.flat):
        return array
    name = f"{_library(value)}.{type(value).__name__}"
    if kind in "Mm":
        raise TypeError(
            f"A {name} of times has no derivative. Make numbers of them in a unit of your choice: "
            f"(x - x.min()) / numpy.timedelta64(1, 'D')."
        )
    raise TypeError(
        f"A {name} with entries that are not all numbers cannot become an array of numbers. Choose "
        f"columns of numbers, x.select_dtypes('number'), and fill in or drop what is missing: "
        f"x.dropna().to_numpy(float)."
    )


def count_masked(value: Any) -> int:
    """How many entries of an array are masked."""
    if value.__class__ is np.ndarray or not isinstance(value, np.ma.MaskedArray):
        return 0
    return int(np.sum(np.ma.getmaskarray(value)))
