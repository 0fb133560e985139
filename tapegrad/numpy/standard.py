"""The array API standard: which version this dialect follows, and what it can do.

The standard's text is at https://data-apis.org/array-api; libraries such as SciPy and scikit-learn
find the namespace by `ndarray.__array_namespace__`.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from tapegrad.numpy.array import install, ndarray
from tapegrad.numpy.data_types import isdtype

__all__ = ["__array_api_version__", "__array_namespace_info__"]

#: The newest version of the standard that this dialect follows.
__array_api_version__ = "2025.12"
_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", __array_api_version__)

#: NumPy's limit, less the axis by which the engine batches.
_MAX_DIMENSIONS = 63

_INTEGERS = ("int8", "int16", "int32", "int64")
_UNSIGNED = tuple(f"u{name}" for name in _INTEGERS)
_NAMES = ("bool", *_INTEGERS, *_UNSIGNED, "float32", "float64", "complex64", "complex128")


def _check_device(device: Any) -> None:
    if device not in (None, "cpu"):
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device!r}.')


class __array_namespace_info__:
    """What the namespace can do, as the array API standard asks for it.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.__array_namespace_info__().default_dtypes()["real floating"]
    dtype('float64')
    """

    __module__ = "tapegrad.numpy"

    def capabilities(self) -> dict[str, Any]:
        """Whether shapes may depend on data, and how many axes an array may have."""
        return {
            "boolean indexing": True,
            "data-dependent shapes": True,
            "max dimensions": _MAX_DIMENSIONS,
        }

    def default_device(self) -> str:
        """Where arrays are made: ``"cpu"``."""
        return "cpu"

    def devices(self) -> tuple[str, ...]:
        """Where arrays can be: ``"cpu"`` only."""
        return ("cpu",)

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype[Any]]:
        """The types that are taken where none is named."""
        _check_device(device)
        return {
            "real floating": np.dtype(np.float64),
            "complex floating": np.dtype(np.complex128),
            "integral": np.dtype(int),
            "indexing": np.dtype(np.intp),
        }

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, np.dtype[Any]]:
        """The types of the standard by name; with `kind`, those of one or several kinds."""
        _check_device(device)
        found = {name: np.dtype(name) for name in _NAMES}
        return {n: d for n, d in found.items() if kind is None or isdtype(d, kind)}


def _array_namespace(self: ndarray, /, *, api_version: str | None = None) -> Any:
    """The namespace of the array API standard: the module ``tapegrad.numpy``.

    Raises
    ------
    ValueError
        For a version of the standard that this dialect does not know.
    """
    if api_version is not None and api_version not in _VERSIONS:
        raise ValueError(
            f"Version {api_version!r} of the array API is not supported: tapegrad.numpy follows "
            f"{', '.join(_VERSIONS)}."
        )
    return sys.modules[__package__]


install(__array_namespace__=_array_namespace)
