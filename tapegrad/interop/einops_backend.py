"""What einops asks of an array library: its backend for arrays and tensors of every dialect."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.interop.dialects import dialect_of, function

#: Reductions that PyTorch makes along one axis only.
_ONE_BY_ONE = ("prod", "any", "all")


class Backend:
    """einops for `tapegrad`, `tapegrad.numpy` and `tapegrad.torch`.

    einops looks for classes that are derived from one of its own: see `define`.
    """

    framework_name = "tapegrad"

    def is_appropriate_type(self, tensor: Any) -> bool:
        """Whether it is an array, a tensor or a Variable of ours."""
        return dialect_of(tensor) is not None

    def from_numpy(self, x: Any) -> Any:
        """An array of NumPy's as one of ours."""
        return function("array")(x)

    def to_numpy(self, x: Any) -> Any:
        """The data, which no tape follows."""
        return np.array(x)

    def arange(self, start: int, stop: int) -> Any:
        """Whole numbers."""
        return function("arange")(start, stop)

    def shape(self, x: Any) -> tuple[int, ...]:
        """The sizes along each axis."""
        return tuple(int(n) for n in x.shape)

    def reshape(self, x: Any, shape: Any) -> Any:
        """The same elements in another shape."""
        return function("reshape", x)(x, shape)

    def transpose(self, x: Any, axes: Any) -> Any:
        """The axes in another order."""
        return function("transpose", x)(x, axes)

    def reduce(self, x: Any, operation: str, axes: Any) -> Any:
        """Sums, means, products and extremes along axes."""
        reduction = function(operation, x)
        if operation in _ONE_BY_ONE:
            for axis in sorted(axes, reverse=True):
                x = reduction(x, axis)
            return x
        return reduction(x, tuple(axes))

    def stack_on_zeroth_dimension(self, tensors: list[Any]) -> Any:
        """A list of arrays as one array."""
        return function("stack", *tensors)(tensors)

    def add_axis(self, x: Any, new_position: int) -> Any:
        """An axis of size 1."""
        return function("expand_dims", x)(x, new_position)

    def tile(self, x: Any, repeats: Any) -> Any:
        """The array over and over."""
        return function("tile", x)(x, repeats)

    def concat(self, tensors: list[Any], axis: int) -> Any:
        """Arrays one behind the other."""
        return function("concatenate", *tensors)(tensors, axis)

    def is_float_type(self, x: Any) -> bool:
        """Whether its elements have a mean."""
        dtype = getattr(x.dtype, "as_numpy_dtype", x.dtype)
        if hasattr(dtype, "is_floating_point"):
            return bool(dtype.is_floating_point or dtype.is_complex)
        return np.dtype(dtype).kind in "fcV"

    def einsum(self, pattern: str, *x: Any) -> Any:
        """Sum of products in Einstein's notation."""
        return function("einsum", *x)(pattern, *x)


def define(base: type) -> type:
    """The backend as a class that is derived from one of einops's.

    einops refers to it weakly: it has to be kept.
    """
    return type("TapegradBackend", (Backend, base), {})
