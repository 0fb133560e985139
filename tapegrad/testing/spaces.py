"""Lists of arrays as one vector of real numbers, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]


def epsilon(dtype: Any) -> float:
    """The relative spacing of the numbers of a floating or complex dtype."""
    dtype = np.dtype(dtype)
    if dtype.name == "bfloat16":
        return 2.0**-7
    return float(np.finfo(dtype).eps)


def is_complex(dtype: Any) -> bool:
    """True for complex dtypes."""
    return bool(np.dtype(dtype).kind == "c")


@dataclass(frozen=True)
class Element:
    """Where an entry of a vector belongs: an array, an index in it, and for complex data a part."""

    leaf: int
    index: tuple[int, ...]
    part: str = ""


class Space:
    """The arrays of some shapes and dtypes, each a vector of float64.

    A complex number is two entries, real part and imaginary part: the inner product of vectors
    is then the real one, in which cotangents and tangents of complex data are dual.
    """

    def __init__(self, arrays: Sequence[Any], names: Sequence[str]) -> None:
        self.names = list(names)
        self.shapes = [a.shape for a in arrays]
        self.dtypes = [a.dtype for a in arrays]
        counts = [a.size * (2 if is_complex(a.dtype) else 1) for a in arrays]
        self.starts = [int(n) for n in np.cumsum([0, *counts])]
        self.size = self.starts[-1]

    @property
    def epsilon(self) -> float:
        """The relative spacing of the coarsest dtype."""
        return max(map(epsilon, self.dtypes), default=0.0)

    def part(self, leaf: int) -> slice:
        """Where an array's entries stand in a vector."""
        return slice(self.starts[leaf], self.starts[leaf + 1])

    def flatten(self, arrays: Sequence[Any]) -> Vector:
        """The vector of arrays of these shapes; real ones may stand for complex ones."""
        vector = np.zeros(self.size)
        for leaf, a in enumerate(arrays):
            entries = vector[self.part(leaf)]
            if is_complex(self.dtypes[leaf]):
                entries[0::2] = np.real(a).astype(np.float64).reshape(-1)
                entries[1::2] = np.imag(a).astype(np.float64).reshape(-1)
            else:
                entries[:] = np.asarray(a).real.astype(np.float64).reshape(-1)
        return vector

    def split(self, vector: Vector, *, wide: bool = False) -> list[Any]:
        """The arrays of a vector: of these dtypes, or of the same kinds in double precision."""
        arrays = []
        for leaf, (shape, dtype) in enumerate(zip(self.shapes, self.dtypes, strict=True)):
            entries = vector[self.part(leaf)]
            values: Any = entries
            if is_complex(dtype):  # not by 1j * entries, which makes NaN of infinity
                values = np.empty(entries.size // 2, np.complex128)
                values.real, values.imag = entries[0::2], entries[1::2]
            arrays.append(values.reshape(shape).astype(values.dtype if wide else dtype))
        return arrays

    def element(self, position: int) -> Element:
        """What an entry of a vector is."""
        leaf = int(np.searchsorted(self.starts, position, side="right")) - 1
        place = position - self.starts[leaf]
        part = ""
        if is_complex(self.dtypes[leaf]):
            place, imaginary = divmod(place, 2)
            part = "imaginary part" if imaginary else "real part"
        index = tuple(int(i) for i in np.unravel_index(place, self.shapes[leaf] or (1,)))
        return Element(leaf, index if self.shapes[leaf] else (), part)

    def written(self, position: int) -> str:
        """An entry of a vector as one writes it in Python."""
        at = self.element(position)
        leaf, index, part = at.leaf, at.index, at.part
        suffix = f"[{', '.join(map(str, index))}]" if index else ""
        return f"{self.names[leaf]}{suffix}" + (f" ({part})" if part else "")

    def described(self, leaf: int) -> str:
        """An array's name, shape and dtype."""
        return f"{self.names[leaf]} of shape {self.shapes[leaf]}, {self.dtypes[leaf].name}"
